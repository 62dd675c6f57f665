"""Who is alive: a lock that dies with its owner, and nothing else, proves a daemon dead.

A lease that ran out proves nothing (a stopped process may wake). On SQLite the lock is ``flock`` on a file in the data
directory, which the kernel frees with the process; on PostgreSQL an advisory lock held by a connection of its own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import socket
import threading
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from distributor.store.engine import Store
from distributor.store.tables import AccountRow, WorkerRow


class Ownership:
    """This process's name as a worker and the lock behind it."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.name = _new_name()
        self._store = store
        self._folder = folder
        self._file: IO[str] | None = None
        self._connection: Connection | None = None
        self._beating = threading.Lock()

    def begin(self, now: datetime) -> None:
        """Take the lock and register the worker."""
        self._begin(self.name, now)

    def _begin(self, name: str, now: datetime) -> None:
        if self._store.is_sqlite:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = _locked(self._folder / f"{name}.lock")
        else:
            self._connection = self._store.engine.connect()
            self._connection.detach()  # back in the pool it would keep the lock
            taken = self._connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _key(name)}).scalar()
            self._connection.commit()
            if not taken:
                raise RuntimeError(f"somebody else holds the lock of {name}")
        with self._store.write() as session:
            session.execute(
                insert(WorkerRow).values(
                    name=name, host=socket.gethostname(), pid=os.getpid(), started_at=now, seen_at=now
                )
            )
        self.name = name  # only now: what is claimed by a name without its lock looks like a dead worker's

    def beat(self, now: datetime, trouble: str = "") -> None:
        """Note that this worker's bell still rings, and what keeps it from working.

        Where its lock or its entry is gone, it begins anew by another name.
        """
        with self._beating:
            if self._holds() and self._seen(now, trouble):
                return
            self._let_go()
            self._begin(_new_name(), now)
            self._seen(now, trouble)

    def _holds(self) -> bool:
        if self._connection is None:
            return self._file is not None and not self._file.closed
        try:
            self._connection.execute(text("SELECT 1"))
            self._connection.commit()
        except SQLAlchemyError:
            return False
        return True

    def _seen(self, now: datetime, trouble: str) -> bool:
        query = update(WorkerRow).where(WorkerRow.name == self.name).values(seen_at=now, trouble=trouble)
        query = query.returning(WorkerRow.name)
        with self._store.write() as session:
            return session.scalar(query) is not None

    def end(self) -> None:
        """Give the lock back and strike the worker off."""
        with self._store.write() as session:
            session.execute(delete(WorkerRow).where(WorkerRow.name == self.name))
        self._let_go()

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
            (self._folder / f"{self.name}.lock").unlink(missing_ok=True)
        if self._connection is not None:
            self._connection.close()

    def dead(self, session: Session) -> list[str]:
        """Return the names of workers whose lock is free: of those registered, and of those that still hold a claim."""
        named = select(WorkerRow.name).union(select(AccountRow.owner).where(AccountRow.owner.is_not(None)))
        return [name for name in session.scalars(named) if name != self.name and self._is_free(name)]

    def _is_free(self, name: str) -> bool:
        if self._store.is_sqlite:
            path = self._folder / f"{name}.lock"
            try:
                _locked(path).close()
            except BlockingIOError:
                return False
            path.unlink(missing_ok=True)
            return True
        with self._store.engine.connect() as connection:
            free = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _key(name)}).scalar()
            if free:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _key(name)})
            connection.commit()
            return bool(free)


def _new_name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


def _locked(path: Path) -> IO[str]:
    handle = path.open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise
    return handle


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
