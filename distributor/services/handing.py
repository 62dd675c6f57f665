"""Posts that a person brings to their network by hand: remind whoever has not yet."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from distributor.domain import DAEMON, State
from distributor.lifecycle import HANDED
from distributor.services.deps import Deps
from distributor.store.posts import record
from distributor.store.tables import EventRow, PostRow

REMINDED = "post.reminded"
_SOON, _AGAIN = timedelta(hours=1), timedelta(hours=24)
"""How long after its time a person is reminded, and how often then; our own choice."""


def remind(deps: Deps, now: datetime) -> int:
    """Remind of posts that were handed over and not ticked off; return how many."""
    with deps.store.read() as session:
        due = _due(session, now)
    if due:
        with deps.store.write() as session:
            for number in due:
                record(session, now=now, actor=DAEMON, what=REMINDED, subject="post", subject_id=number)
    return len(due)


def _due(session: Session, now: datetime) -> list[int]:
    query = select(PostRow.id, PostRow.changed_at).where(
        PostRow.state == State.UNCERTAIN, PostRow.reason_code == HANDED
    )
    handed = {row[0]: row[1] for row in session.execute(query.order_by(PostRow.id))}
    told = _told(session, handed)
    return [number for number, handed_at in handed.items() if now >= _next(handed_at, told.get(number))]


def _next(handed_at: datetime, told_at: datetime | None) -> datetime:
    """Return when the next reminder is due; one from an earlier time that it was handed over does not count."""
    return told_at + _AGAIN if told_at is not None and told_at >= handed_at else handed_at + _SOON


def _told(session: Session, numbers: Collection[int]) -> dict[int, datetime]:
    if not numbers:
        return {}
    query = select(EventRow.subject_id, func.max(EventRow.at)).where(
        EventRow.subject == "post", EventRow.what == REMINDED, EventRow.subject_id.in_([str(each) for each in numbers])
    )
    return {int(row[0]): row[1] for row in session.execute(query.group_by(EventRow.subject_id))}
