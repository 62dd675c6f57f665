"""Ask the database one question as it is at this very instant, at the price of one statement.

For what is asked far more often than anything else, before every byte that leaves: no transaction, no objects, straight
to the driver.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from distributor.store.prepared import Prepared


class Unasked(Exception):
    """The database did not answer a question."""


def ask(engine: Engine, question: Prepared, **values: Any) -> Sequence[Any] | None:
    """Ask on an engine in autocommit; return the first row as the driver gives it.

    A connection may have died unnoticed, so a second one is tried. Raises: Unasked.
    """
    text, parameters = question.on(engine.dialect, values)
    failures = (engine.dialect.loaded_dbapi.Error, SQLAlchemyError)
    try:
        return _asked(engine, text, parameters)
    except failures:
        try:
            return _asked(engine, text, parameters)
        except failures as error:
            raise Unasked(type(error).__name__) from error


def _asked(engine: Engine, text: str, parameters: Any) -> Sequence[Any] | None:
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(text, parameters)
        row: Sequence[Any] | None = cursor.fetchone()
        cursor.close()
    except BaseException:
        connection.invalidate()
        raise
    finally:
        connection.close()
    return row
