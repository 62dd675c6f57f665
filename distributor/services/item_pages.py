"""Items in pages, newest first: behind the last one seen, and for people also back and at the end. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select, true

from distributor.domain import Actor
from distributor.paging import FIRST, Spot
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.services.views import item_told, wanted
from distributor.store import items
from distributor.store.paging import Order, leaf
from distributor.store.tables import ItemRow


@dataclass(frozen=True, slots=True)
class ItemPage:
    """A page of items, and whether there are newer ones before it and older ones behind it."""

    items: Sequence[dict[str, Any]]
    earlier: bool
    later: bool


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


def desk_page(
    deps: Deps,
    *,
    stages: Sequence[str] | None = None,
    gone: bool = False,
    among: Collection[int] | None = None,
    spot: Spot = FIRST,
    limit: int,
) -> ItemPage:
    """Return a page of what ``views.item_list`` gives, of those ``among`` only (None: all)."""
    conditions = wanted(stages, gone)
    if among is not None:
        conditions.append(ItemRow.id.in_(among))
    order = Order(ItemRow.id, descending=True)
    with deps.store.read() as session:
        found = leaf(session, and_(true(), *conditions), order, spot, limit)
        rows = session.scalars(select(ItemRow).where(ItemRow.id.in_(found.numbers)).order_by(*order.columns()))
        return ItemPage([item_told(row) for row in rows], found.earlier, found.later)


def gone_count(deps: Deps) -> int:
    """Return how many Items the portal no longer lists and somebody is to decide about."""
    with deps.store.read() as session:
        return items.count(session, wanted(None, gone=True))
