"""Items in pages, newest first: for programs behind the last one seen, for people by the page's number. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select

from distributor.domain import Actor
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.services.views import item_told, wanted
from distributor.store import items
from distributor.store.tables import ItemRow


def item_page(
    deps: Deps, actor: Actor, *, stages: Sequence[str] = (), before: int = 0, limit: int
) -> list[dict[str, Any]]:
    """Return items with a smaller number than ``before`` (0: from the newest), at most ``limit``. Raises: Refused."""
    require(actor, "read")
    query = select(ItemRow).order_by(ItemRow.id.desc()).limit(limit)
    if stages:
        query = query.where(ItemRow.stage.in_(stages))
    if before:
        query = query.where(ItemRow.id < before)
    with deps.store.read() as session:
        return [item_told(row) for row in session.scalars(query)]


def numbered_page(
    deps: Deps,
    *,
    stages: Sequence[str] | None = None,
    gone: bool = False,
    among: Collection[int] | None = None,
    offset: int,
    limit: int,
) -> tuple[list[dict[str, Any]], int]:
    """Return a page of what ``views.item_list`` gives, of those ``among`` only (None: all), and how many there are."""
    conditions = wanted(stages, gone)
    if among is not None:
        conditions.append(ItemRow.id.in_(among))
    with deps.store.read() as session:
        rows = items.listing(session, conditions, offset=offset, limit=limit)
        return [item_told(row) for row in rows], items.count(session, conditions)


def gone_count(deps: Deps) -> int:
    """Return how many Items the portal no longer lists and somebody is to decide about."""
    with deps.store.read() as session:
        return items.count(session, wanted(None, gone=True))
