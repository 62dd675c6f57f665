"""A poll that brought suspiciously many new Items at once: an editor takes them up or lays them aside in one act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.store.posts import record
from distributor.store.tables import FeedRow, ItemRow


@dataclass(frozen=True, slots=True)
class Flood:
    """What one poll of a feed brought and nobody has decided on yet."""

    feed_id: int
    title: str
    at: datetime
    count: int


def waiting(session: Session) -> list[Flood]:
    """Return the floods that wait for an editor, the oldest first."""
    query = (
        select(FeedRow.id, FeedRow.title, FeedRow.url, ItemRow.flood_at, func.count())
        .join(ItemRow, ItemRow.feed_id == FeedRow.id)
        .where(ItemRow.flood_at.is_not(None), ItemRow.stage == "held")
        .group_by(FeedRow.id, FeedRow.title, FeedRow.url, ItemRow.flood_at)
        .order_by(ItemRow.flood_at, FeedRow.id)
    )
    return [Flood(feed, title or url, at, count) for feed, title, url, at, count in session.execute(query) if at]


def settle(deps: Deps, actor: Actor, feed_id: int, now: datetime, *, take: bool, at: datetime | None = None) -> int:
    """Take up all Items of a feed's floods, or lay them aside as history; return how many.

    With ``at`` only those of that poll: what came since then nobody has seen yet. Raises: Refused.
    """
    require(actor, "item.edit")
    stage, what = ("active", "item.taken_up") if take else ("history", "item.laid_aside")
    with deps.store.write() as session:
        query = (
            select(ItemRow)
            .where(ItemRow.feed_id == feed_id, ItemRow.flood_at.is_not(None), ItemRow.stage == "held")
            .order_by(ItemRow.id)
            .with_for_update(key_share=True)
        )
        rows = [row for row in session.scalars(query) if at in (None, row.flood_at)]
        if not rows:
            text = f"Von Feed {feed_id} warten keine Beiträge auf eine Entscheidung; vielleicht ist sie schon gefallen."
            raise Refused(text, code="flood.settled")
        for row in rows:
            row.stage, row.stale, row.flood_at = stage, True, None
            record(session, now=now, actor=actor, what=what, subject="item", subject_id=row.id, to_state=stage)
        return len(rows)
