"""What a database that came back from a backup does not know, and which posts must therefore be looked for first."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from distributor.store.held import HeldPost
from distributor.store.tables import AttemptRow, EventRow, InstanceRow, ItemRow, RestoreRow
from distributor.store.watermark import Mark

READ_AGAIN = timedelta(days=1)
"""Items that come in so soon after a restore may have been known, and published, before it; our own choice."""


def token(session: Session) -> str | None:
    """Return the database's token; None if nobody has given it one."""
    return session.scalar(select(InstanceRow.token).order_by(InstanceRow.id.desc()).limit(1))


def new_token(session: Session, now: datetime) -> str:
    """Give the database another token: who knows the old one must look again."""
    made = secrets.token_hex(16)
    session.execute(insert(InstanceRow).values(token=made, at=now))
    return made


def knows(session: Session, mark: Mark) -> bool:
    """Tell whether the release that was noted outside is here too."""
    if not mark.attempt:
        return True
    query = select(AttemptRow.id).where(AttemptRow.id == mark.attempt, AttemptRow.owner == mark.owner)
    return session.scalar(query) is not None


def newest_entry(session: Session) -> datetime | None:
    """Return the last moment that the database knows of."""
    found = [session.scalar(select(func.max(column))) for column in (EventRow.at, AttemptRow.started_at)]
    return max((moment for moment in found if moment is not None), default=None)


def latest(session: Session) -> RestoreRow | None:
    """Return the last restore that was noticed; asked once in a transaction."""
    if "restore" not in session.info:
        session.info["restore"] = session.scalars(select(RestoreRow).order_by(RestoreRow.id.desc()).limit(1)).first()
    found: RestoreRow | None = session.info["restore"]
    return found


def is_to_be_looked_for(session: Session, post: HeldPost) -> bool:
    """Tell whether the Post may have been released in the time that a restore took away, and nobody looked since."""
    restore = latest(session)
    if restore is None:
        return False
    came = session.scalar(select(ItemRow.created_at).where(ItemRow.id == post.item_id))
    if came is not None and came > restore.at + READ_AGAIN:
        return False
    looked = select(AttemptRow.id).where(
        AttemptRow.post_id == post.id,
        AttemptRow.kind == "look",
        AttemptRow.outcome == "absent",
        AttemptRow.started_at >= restore.at,
    )
    return session.scalars(looked.limit(1)).first() is None
