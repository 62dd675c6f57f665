"""Wordings that were kept before repeats had their own survive the way forward, and the way back."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import command
from distributor.store import migrations
from distributor.store.engine import Store
from tests.support.rows import Shelf


def wordings(store: Store, columns: str) -> list[tuple[object, ...]]:
    with store.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(f"SELECT {columns} FROM override ORDER BY du"))]  # noqa: S608


def test_wordings_survive_both_ways(store: Store) -> None:
    item = Shelf(store).item()
    command.downgrade(migrations._config(store), "0002")
    row = "INSERT INTO override (item_id, channel, du, sie, actor, at) VALUES (:item, 'c', :du, 's', 'a', :at)"
    with store.engine.begin() as connection:
        connection.execute(sa.text(row), {"item": item, "du": "alt", "at": "2026-11-01 10:00:00"})

    migrations.upgrade(store)
    assert wordings(store, "item_id, channel, occurrence, du, sie") == [(item, "c", 0, "alt", "s")]
    with store.engine.begin() as connection:
        repeat = row.replace("(item_id,", "(occurrence, item_id,").replace("(:item,", "(2, :item,")
        connection.execute(sa.text(repeat), {"item": item, "du": "neu", "at": "2026-11-01 10:00:00"})
    command.downgrade(migrations._config(store), "0002")

    assert wordings(store, "item_id, channel, du") == [(item, "c", "alt")]
    migrations.upgrade(store)
