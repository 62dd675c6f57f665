"""The way to the database: one engine, reading and writing sessions, and what each engine needs to be safe."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from distributor.store import telling
from distributor.store.asking import Asking
from distributor.store.prepared import Prepared

CONNECTIONS = 24
"""How many connections a process may hold where nobody says how many threads it has."""

STATEMENT = timedelta(seconds=60)
"""How long one statement may take where nobody sets another bound."""

_ASKING = 4
"""Connections of a process to PostgreSQL for single questions: each takes less than a millisecond."""

_TO_CONNECT = 10
_FOR_A_LOCK = 10
_IDLE = 5.0

_SOCKET = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000}
"""A peer that is gone is noticed within 25 seconds, idle or not (libpq's names; the last in milliseconds)."""


class Store:
    """A database and the two ways to use it: ``read()`` changes nothing, ``write()`` commits or leaves no trace."""

    def __init__(self, url: str, *, connections: int = CONNECTIONS, statement: timedelta = STATEMENT) -> None:
        """``connections`` is how many threads may be at the database at once; ``statement`` bounds each statement."""
        self.url = make_url(url)
        self.engine = _engine(url, connections, statement)
        one_moment = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        lean: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
        at_once = connections if self.is_sqlite else _ASKING
        self._asking = Asking(_engine(url, at_once, statement, **lean), at_once)
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

    def ask(self, question: Prepared, **values: Any) -> Sequence[Any] | None:
        """Ask one question outside of any transaction, and return the first row. Raises: Unasked."""
        return self._asking.ask(question, **values)

    def time(self) -> datetime | None:
        """Return what the database's own clock says; None where that is this machine's."""
        if self.is_sqlite:
            return None
        with self.engine.connect() as connection:
            told: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            return told

    def close(self) -> None:
        """Give all connections back."""
        self._asking.close()
        self.engine.dispose()


def _engine(url: str, connections: int, statement: timedelta, **more: Any) -> Engine:
    dialect = make_url(url).get_backend_name()
    if dialect == "sqlite":
        arguments = {"timeout": 30, "check_same_thread": False}
        engine = create_engine(
            url, connect_args=arguments, pool_size=connections, pool_use_lifo=True, hide_parameters=True, **more
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        url,
        connect_args=_bounds(dict(make_url(url).query), statement),
        pool_size=connections,
        max_overflow=0,
        pool_use_lifo=True,
        hide_parameters=True,
        **more,
    )
    event.listen(engine, "checkin", _note_checkin)
    event.listen(engine, "checkout", _try_after_a_pause)
    return engine


def _bounds(given: dict[str, Any], statement: timedelta) -> dict[str, Any]:
    """Bound everything that could wait for ever: connecting, a statement, a lock, a peer that is gone.

    The server is asked to bound its own side too: where a host vanishes without a word, its transactions and the
    advisory lock that says it lives would otherwise stay for hours. What the address says itself beats all of this.
    """
    server = {
        "statement_timeout": int(statement.total_seconds() * 1000),
        "lock_timeout": _FOR_A_LOCK * 1000,
        "idle_in_transaction_session_timeout": 60_000,
        **{(name if name.startswith("tcp") else f"tcp_{name}"): value for name, value in _SOCKET.items()},
    }
    options = " ".join(f"-c {name}={value}" for name, value in server.items())
    bounds = {"connect_timeout": _TO_CONNECT, "keepalives": 1, **_SOCKET}
    chosen: dict[str, Any] = {name: value for name, value in bounds.items() if name not in given}
    return {**chosen, "options": f"{options} {given.get('options', '')}".strip()}


def _note_checkin(connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["since"] = time.monotonic()


def _try_after_a_pause(connection: Any, record: ConnectionPoolEntry, proxy: Any) -> None:
    """Try a connection that lay unused for a while: a restart or a failover may have ended it.

    One in use is not tried, which would be a round trip for every claim; where it turns out to be dead, what was
    being done fails once, and all its neighbours are made anew. Raises: DisconnectionError, and the pool connects.
    """
    if time.monotonic() - record.info.get("since", time.monotonic()) < _IDLE:
        return
    try:
        kept, connection.autocommit = connection.autocommit, True
        connection.execute("SELECT 1")
        connection.autocommit = kept
    except Exception as error:
        raise DisconnectionError from error


def _prepare_sqlite(connection: Any, record: ConnectionPoolEntry) -> None:
    """Take transactions into our own hands; FULL because a forgotten Attempt would mean a doubled post."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "cache_size=-16000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the writer's lock at once when writing: upgrading a read lock later can fail."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
