"""Ask the database one question as it is at this very instant, at the price of one statement.

For what is asked far more often than anything else, before every byte that leaves: no transaction, no objects, straight
to the driver.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect, Engine, Select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.compiler import SQLCompiler


class Unasked(Exception):
    """The database did not answer a question."""


class Question:
    """A statement with named parameters, compiled once for each kind of database."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, list[str] | None, dict[str, Any]]] = {}

    def on(self, dialect: Dialect, values: Mapping[str, Any]) -> tuple[str, Any]:
        """Return the driver's text and its parameters."""
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = self._compile(dialect)
        text, order, fixed = self._compiled[dialect.name]
        given = {**fixed, **values}
        return text, (given if order is None else [given[name] for name in order])

    def _compile(self, dialect: Dialect) -> tuple[str, list[str] | None, dict[str, Any]]:
        compiled = self._statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        order = compiled.positiontup if isinstance(compiled, SQLCompiler) and compiled.positional else None
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        return str(compiled), order, fixed


def ask(engine: Engine, question: Question, **values: Any) -> Sequence[Any] | None:
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
