"""The store's tests: rows by hand, and databases without a table."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from distributor.store.engine import Store
from tests.support.postgres import Server
from tests.support.rows import Shelf

_names = itertools.count(1)


@pytest.fixture
def shelf(store: Store) -> Shelf:
    """Rows by hand on each kind of database."""
    return Shelf(store)


@pytest.fixture(params=["sqlite", "postgresql"])
def two_empty_databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Two databases of each kind without a table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'one.sqlite3'}", f"sqlite:///{tmp_path / 'two.sqlite3'}"
        return
    server: Server = request.getfixturevalue("postgres")
    names = [f"empty_{next(_names)}" for _ in range(2)]
    admin = sa.create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for name in names:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield server.url(names[0]), server.url(names[1])
    with admin.connect() as connection:
        for name in names:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
