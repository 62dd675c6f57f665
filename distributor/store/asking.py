"""Ask the database one question as it is at this very instant, at the price of one statement.

For what is asked far more often than anything else, before every byte that leaves: no transaction, no objects, straight
to the driver, on connections that are kept. What a pool does each time one is lent costs more than the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, LifoQueue
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.exc import SQLAlchemyError

from distributor.store.prepared import Prepared


class Unasked(Exception):
    """The database did not answer a question."""


class Asking:
    """Connections in autocommit, made when first needed, each with one thread at a time."""

    def __init__(self, engine: Engine, most: int) -> None:
        """``most`` is how many there may be; whoever comes when all are in use waits for one."""
        self._engine = engine
        self._failures = (engine.dialect.loaded_dbapi.Error, SQLAlchemyError)
        self._free: LifoQueue[PoolProxiedConnection | None] = LifoQueue()
        for _ in range(most):
            self._free.put(None)

    def ask(self, question: Prepared, **values: Any) -> Sequence[Any] | None:
        """Return the first row as the driver gives it.

        A connection may have died unnoticed, so a new one is tried. Raises: Unasked.
        """
        text, parameters = question.on(self._engine.dialect, values)
        connection = self._free.get()
        try:
            for _ in range(2):
                try:
                    connection = connection or self._engine.raw_connection()
                    return _first(connection, text, parameters)
                except self._failures as error:
                    failure = error
                    if connection is not None:
                        connection.invalidate()
                    connection = None
            raise Unasked(type(failure).__name__) from failure
        finally:
            self._free.put(connection)

    def close(self) -> None:
        """Give back the connections that nobody uses; who asks again gets a new one."""
        free = []
        with suppress(Empty):
            while True:
                free.append(self._free.get_nowait())
        for connection in free:
            if connection is not None:
                connection.close()
            self._free.put(None)
        self._engine.dispose()


def _first(connection: PoolProxiedConnection, text: str, parameters: Any) -> Sequence[Any] | None:
    driver: Any = connection.driver_connection
    cursor = driver.execute(text, parameters)
    try:
        row: Sequence[Any] | None = cursor.fetchone()
        return row
    finally:
        cursor.close()
