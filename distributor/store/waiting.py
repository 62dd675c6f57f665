"""Whether anything waits for the duties that ask every few seconds: one query, so that an idle bell costs nothing."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import Executable, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from distributor.store.places import untimed
from distributor.store.tables import DutyRow, FeedRow, FilmRow, ItemRow, MediumRow, PostRow, WebhookRow
from distributor.store.types import UtcDateTime


def duties(session: Session) -> dict[str, tuple[datetime, str]]:
    """Return each duty's next time and the trouble it had last, by name."""
    query = select(DutyRow.name, DutyRow.next_at, DutyRow.trouble)
    return {row.name: (row.next_at, row.trouble) for row in session.execute(query)}


def idle(session: Session, now: datetime) -> set[str]:
    """Return which of the duties asked about here have nothing to do; of any other duty nothing is said."""
    found = session.execute(_statement(), {"now": now}).one()
    return {name for name, waits in found._mapping.items() if not waits}


@cache
def _statement() -> Executable:
    now = bindparam("now", type_=UtcDateTime())
    poll = select(FeedRow.id).where(
        FeedRow.paused_at.is_(None),
        FeedRow.removed_at.is_(None),
        or_(FeedRow.next_poll_at.is_(None), FeedRow.next_poll_at <= now),
    )
    media = select(MediumRow.id).where(
        MediumRow.state == "pending", or_(MediumRow.next_try_at.is_(None), MediumRow.next_try_at <= now)
    )
    videos = media.where(MediumRow.kind == "video")
    films = select(FilmRow.source).where(
        or_(FilmRow.state == "waiting", and_(FilmRow.state == "working", FilmRow.until <= now))
    )
    tailor = select(ItemRow.id).where(ItemRow.stale, ItemRow.stage != "history")
    propose = select(PostRow.id).where(untimed(now, again=False))
    media = media.where(MediumRow.kind != "video")
    asked = {
        "poll": poll,
        "media": media,
        "videos": videos,
        "films": films,
        "tailor": tailor,
        "propose": propose,
        "hooks": select(WebhookRow.id),
    }
    return select(*(query.exists().label(name) for name, query in asked.items()))
