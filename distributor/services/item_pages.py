"""Items in pages, newest first, for programs. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from distributor.domain import Actor
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.services.views import item_told
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
