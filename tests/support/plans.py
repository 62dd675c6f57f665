"""How SQLite answers what a use case asks: by an index, or by reading everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from tests.support.world import World


def statements(world: World, act: Callable[[], object]) -> list[str]:
    """Return what is asked of the database while ``act`` runs."""
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(world.deps.store.engine, "before_cursor_execute", note)
    act()
    event.remove(world.deps.store.engine, "before_cursor_execute", note)
    return asked


def plans(world: World, asked: list[str]) -> list[str]:
    """Return the steps in which SQLite answers these questions."""
    with world.deps.store.read() as session:
        return [
            row.detail
            for statement in asked
            if statement.startswith("SELECT")
            for row in session.connection().exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", (0,) * statement.count("?")
            )
        ]
