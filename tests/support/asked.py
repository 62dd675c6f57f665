"""How often the database is asked: what a page costs, whatever the machine does besides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from distributor.services.deps import Deps


@contextmanager
def asking(deps: Deps) -> Iterator[list[str]]:
    """Give the list that each statement is written to which is sent to the database meanwhile."""
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    event.listen(deps.store.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(deps.store.engine, "before_cursor_execute", note)
