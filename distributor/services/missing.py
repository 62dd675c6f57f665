"""Items that the portal no longer lists: asked about, answered by an editor, never deleted.

While the question is open everything goes on as approved: an Item may be gone because of a slip at the portal, and what
people released appears as they released it. Whoever wants it gone withdraws the Item, or pulls the brake meanwhile; the
question stands in ``doctor``, in the lists and at the top of the desk's list until somebody answers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from distributor.domain import DAEMON, Actor, FeedAbout, Refused
from distributor.intake.vanishing import vanished
from distributor.services.clearing import item_in
from distributor.services.deps import Deps
from distributor.services.feeds import feed_in
from distributor.services.permission import require
from distributor.store.posts import record
from distributor.store.tables import FeedRow, ItemRow

ASKED_STAGES = ("active", "held")
"""Only these can become posts or have become some; of the rest nobody needs to know."""


def compare(session: Session, feed: FeedRow, listed: Sequence[int], about: FeedAbout, now: datetime) -> None:
    """Compare an answer with the one before, newest Item first in both; ask about what is gone, take back what came.

    An answer that lacks suspiciously many is trouble of the feed: it is kept with it and the Items are not asked about,
    until the feed lists them again or a person says that the shorter list is right.
    """
    _take_back(session, listed, now)
    gone = vanished(feed.listed or (), listed, complete=about.complete)
    if gone.shrunk:
        feed.missing, feed.shrunk_at = list(gone.items), feed.shrunk_at or now
    else:
        feed.listed, feed.missing, feed.shrunk_at = list(listed), None, None
        _ask(session, gone.items, now)
    if about.deleted:
        said = ItemRow.guid.in_(about.deleted) & (ItemRow.feed_id == feed.id) & ItemRow.kept_at.is_(None)
        deleted = session.scalars(select(ItemRow.id).where(said)).all()
        taken_back = set(deleted) - set(listed)
        _ask(session, taken_back, now)
        marked = update(ItemRow).where(ItemRow.id.in_(taken_back), ItemRow.deleted_at.is_(None))
        session.execute(marked.values(deleted_at=now))


def _ask(session: Session, item_ids: Collection[int], now: datetime) -> None:
    query = select(ItemRow.id).where(
        ItemRow.id.in_(item_ids), ItemRow.stage.in_(ASKED_STAGES), ItemRow.gone_at.is_(None)
    )
    for item_id in session.scalars(query).all() if item_ids else ():
        session.execute(update(ItemRow).where(ItemRow.id == item_id).values(gone_at=now))
        record(session, now=now, actor=DAEMON, what="item.gone", subject="item", subject_id=item_id)


def _take_back(session: Session, listed: Sequence[int], now: datetime) -> None:
    """Close the question of what is listed again; should it vanish once more, it is asked anew."""
    answered = or_(ItemRow.gone_at.is_not(None), ItemRow.kept_at.is_not(None))
    for item_id in session.scalars(select(ItemRow.id).where(answered)).all():
        if item_id in listed:
            back = {"gone_at": None, "kept_at": None, "deleted_at": None}
            session.execute(update(ItemRow).where(ItemRow.id == item_id).values(back))
            record(session, now=now, actor=DAEMON, what="item.back", subject="item", subject_id=item_id)


def keep(deps: Deps, actor: Actor, item_id: int, now: datetime) -> None:
    """Answer that an Item stays although the portal no longer lists it. Raises: Refused."""
    require(actor, "item.edit")
    with deps.store.write() as session:
        row = item_in(session, item_id, lock=True)
        if row.gone_at is None:
            raise Refused(f"Nach Beitrag {item_id} ist nicht gefragt: Das Portal führt ihn.", code="item.not_gone")
        row.gone_at, row.deleted_at, row.kept_at = None, None, now
        record(session, now=now, actor=actor, what="item.kept", subject="item", subject_id=item_id)


def accept(deps: Deps, actor: Actor, feed_id: int, now: datetime) -> int:
    """Take a feed's suddenly shorter list as right: ask about each Item it lacks; return how many. Raises: Refused."""
    require(actor, "feed")
    with deps.store.write() as session:
        feed = feed_in(session, feed_id)
        if feed.shrunk_at is None:
            raise Refused(f"Feed {feed_id} führt nicht weniger Beiträge als zuvor.", code="feed.not_shrunk")
        lacking = set(feed.missing or ())
        feed.listed = [item_id for item_id in feed.listed or () if item_id not in lacking]
        feed.missing, feed.shrunk_at = None, None
        _ask(session, lacking, now)
        record(session, now=now, actor=actor, what="feed.accepted", subject="feed", subject_id=feed_id)
        return len(lacking)
