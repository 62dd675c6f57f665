"""Migrated databases of both kinds: empty ones, and copies of one that was kept for later."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from distributor.store.engine import Store
from tests.support.postgres import Server

_numbers = itertools.count(1)


class SqliteFiles:
    """Databases as files. Each test's first has the same address as the last test's first: see :class:`Stores`."""

    kind = "sqlite"

    def __init__(self, template: Path) -> None:
        self._template = template
        self._places = itertools.count(1)

    def new(self, like: str = "") -> str:
        """Return the address of a new database, empty or a copy of a kept one."""
        path = self._template.with_name(f"test{next(self._places)}.sqlite3")
        for leaving in self._template.parent.glob(f"{path.name}*"):
            leaving.unlink()
        path.write_bytes((Path(like) if like else self._template).read_bytes())
        return f"sqlite:///{path}"

    def keep(self, url: str) -> str:
        """Keep a database that nobody uses any more, beyond this test; return what it is kept as."""
        settle(Path(url.removeprefix("sqlite:///")))
        path = self._template.with_name(f"kept{next(_numbers)}.sqlite3")
        path.write_bytes(Path(url.removeprefix("sqlite:///")).read_bytes())
        return str(path)

    def restore(self, url: str, kept: str) -> None:
        """Put a kept database in the place of one that nobody uses now."""
        path = Path(url.removeprefix("sqlite:///"))
        for leaving in path.parent.glob(f"{path.name}*"):
            leaving.unlink()
        path.write_bytes(Path(kept).read_bytes())

    def drop(self) -> None:
        """Leave the files to the next test."""


class PostgresDatabases:
    """Databases on the session's server, dropped after the test."""

    kind = "postgresql"

    def __init__(self, server: Server) -> None:
        self._server = server
        self._admin = sa.create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT", pool_pre_ping=True)
        self._made: list[str] = []
        self._places = itertools.count(1)

    def new(self, like: str = "") -> str:
        """Return the address of a new database, empty or a copy of a kept one."""
        name = f"test_{next(self._places)}"
        self._does(f"CREATE DATABASE {name} TEMPLATE {like or 'template_kjc'}")
        self._made.append(name)
        return self._server.url(name)

    def keep(self, url: str) -> str:
        """Keep a database that nobody uses any more, beyond this test; return what it is kept as."""
        name = f"kept_{next(_numbers)}"
        self._does(f"CREATE DATABASE {name} TEMPLATE {sa.make_url(url).database}")
        return name

    def restore(self, url: str, kept: str) -> None:
        """Put a kept database in the place of one that nobody uses now."""
        name = sa.make_url(url).database
        self._does(f"DROP DATABASE {name} WITH (FORCE)")
        self._does(f"CREATE DATABASE {name} TEMPLATE {kept}")

    def drop(self) -> None:
        """Drop what was made for this test."""
        for name in self._made:
            self._does(f"DROP DATABASE {name} WITH (FORCE)")
        self._admin.dispose()

    def _does(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(sa.text(statement))


Databases = SqliteFiles | PostgresDatabases


class Stores:
    """One store for each address, kept from test to test: what its engine has compiled need not be compiled again."""

    def __init__(self) -> None:
        self._by_url: dict[str, Store] = {}

    def at(self, fresh: Store) -> Store:
        """Return the store that was first here."""
        return self._by_url.setdefault(str(fresh.url), fresh)


def settle(path: Path) -> None:
    """Write everything into the file itself, so that it can be copied."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
