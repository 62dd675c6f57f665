"""What was recorded before there were pseudonyms: names move behind keys, and on the way back they return."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from alembic import command
from distributor.store import migrations
from distributor.store.engine import Store

_ROWS = (
    "INSERT INTO organisation (id, slug, name, position, document) VALUES (1, 'fulda', 'Fulda', 0, '{}')",
    "INSERT INTO account (id, organisation_id, channel, name, fields, paused_reason, identity, fence)"
    " VALUES (1, 1, 'x', 'n', '{}', '', '', 0)",
    "INSERT INTO stop (id, channel, reason, actor, at, lifted_at, lifted_by)"
    " VALUES (1, '', 'Panne', 'anna', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, 'ben')",
)
_EVENT = (
    "INSERT INTO event (id, at, actor, unix_user, what, subject, subject_id, from_state, to_state, reason, digest)"
    " VALUES (:id, CURRENT_TIMESTAMP, :actor, :unix, 'w', :subject, :of, '', '', '', '')"
)
_EVENTS = [
    {"id": 1, "actor": "anna", "unix": "root", "subject": "account", "of": "1"},
    {"id": 2, "actor": "daemon", "unix": "", "subject": "item", "of": "7"},
    {"id": 3, "actor": "ben", "unix": "", "subject": "stop", "of": "fulda"},
    {"id": 4, "actor": "anna", "unix": "", "subject": "stop", "of": "alles"},
]


@pytest.fixture
def before(two_empty_databases: tuple[str, str]) -> Iterator[Store]:
    """A database as it was before the record had keys, with a few acts."""
    store = Store(two_empty_databases[0])
    command.upgrade(migrations._config(store), "0003")
    with store.engine.begin() as connection:
        for statement in _ROWS:
            connection.execute(sa.text(statement))
        connection.execute(sa.text(_EVENT), _EVENTS)
    yield store
    store.close()


def acts(store: Store) -> list[tuple[str, ...]]:
    query = "SELECT actor, unix_user FROM event ORDER BY id"
    stops = "SELECT actor, lifted_by FROM stop ORDER BY id"
    with store.engine.connect() as connection:
        return [tuple(row) for statement in (query, stops) for row in connection.execute(sa.text(statement))]


def test_names_move_behind_keys_and_return(before: Store) -> None:
    named = acts(before)

    command.upgrade(migrations._config(before), "0004")

    with before.engine.connect() as connection:
        keys = {row.key: (row.kind, row.name) for row in connection.execute(sa.text("SELECT * FROM pseudonym"))}
        slugs = connection.execute(sa.text("SELECT organisation FROM event ORDER BY id")).scalars().all()
    assert sorted(keys.values()) == [("login", "anna"), ("login", "ben"), ("unix", "root")]
    assert [tuple(keys.get(cell, ("", cell))[1] for cell in row) for row in acts(before)] == named
    assert not {"anna", "ben", "root"} & {cell for row in acts(before) for cell in row}
    assert slugs == ["fulda", "", "fulda", ""]
    command.downgrade(migrations._config(before), "0003")
    assert acts(before) == named
