"""The way to the database: one engine, reading and writing sessions, and what each engine needs to be safe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from distributor.store import telling


class Store:
    """A database and the two ways to use it: ``read()`` changes nothing, ``write()`` commits or leaves no trace."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.engine = _engine(url)
        one_moment = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reading = self.engine.execution_options(reading=True, **one_moment)

    @property
    def is_sqlite(self) -> bool:
        """Tell whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one moment and is rolled back at the end."""
        with Session(self._reading, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session that is committed at the end, or rolled back if anything raises; then it is in the log."""
        with Session(self.engine, expire_on_commit=False) as session:
            with session.begin():
                yield session
            telling.tell(session)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    dialect = make_url(url).get_backend_name()
    if dialect == "sqlite":
        arguments = {"timeout": 30, "check_same_thread": False}
        engine = create_engine(url, connect_args=arguments, pool_size=16, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    # Without a bound of its own a host that swallows packets keeps whoever pulls the brake waiting for minutes.
    bound = {} if "connect_timeout" in make_url(url).query else {"connect_timeout": 10}
    return create_engine(
        url, connect_args=bound, pool_size=16, max_overflow=8, pool_pre_ping=True, hide_parameters=True
    )


def _prepare_sqlite(connection: Any, record: ConnectionPoolEntry) -> None:
    """Take transactions into our own hands; FULL because a forgotten Attempt would mean a doubled post."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the writer's lock at once when writing: upgrading a read lock later can fail."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
