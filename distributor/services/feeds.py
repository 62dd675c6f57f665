"""Feeds as a person handles them: entered, paused, gone on with, removed. Reading them is ``polling``'s."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.store.posts import record
from distributor.store.tables import FeedRow


class Registered(NamedTuple):
    """A feed's number, and whether it was registered just then rather than before."""

    number: int
    new: bool


def add_feed(deps: Deps, actor: Actor, url: str, now: datetime) -> Registered:
    """Register a feed to be polled; registering it again changes nothing. Raises: Refused."""
    require(actor, "feed")
    with deps.store.write() as session:
        done = _registered(session, url, now)
        if done.new:
            record(session, now=now, actor=actor, what="feed.added", subject="feed", subject_id=done.number)
        return done


def ensure_feed(session: Session, url: str, now: datetime) -> int:
    """Return the feed's number, registering it if it is new. One that was removed comes back and knows its Items."""
    return _registered(session, url, now).number


def _registered(session: Session, url: str, now: datetime) -> Registered:
    named = select(FeedRow).where(FeedRow.url == url)
    row = session.scalars(named).one_or_none()
    if row is None and (made := _entered(session, url, now)) is not None:
        return Registered(made.id, new=True)
    row = row or session.scalars(named).one()
    back = row.removed_at is not None
    if back:
        row.removed_at, row.paused_at, row.paused_reason, row.next_poll_at = None, None, "", now
    return Registered(row.id, new=back)


def _entered(session: Session, url: str, now: datetime) -> FeedRow | None:
    """Return the new feed's row; None if somebody else entered it in the same moment."""
    row = FeedRow(url=url, next_poll_at=now)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return None
    return row


def pause_feed(deps: Deps, actor: Actor, feed_id: int, reason: str, now: datetime) -> None:
    """Stop reading a feed until a person lets it go on; its Items and posts stay as they are. Raises: Refused."""
    require(actor, "feed")
    if not reason.strip():
        raise Refused("Bitte einen Grund nennen, aus dem der Feed angehalten wird.", code="reason.missing")
    with deps.store.write() as session:
        pause_in(session, feed_in(session, feed_id), reason.strip(), actor, now)


def pause_in(session: Session, feed: FeedRow, reason: str, actor: Actor, now: datetime) -> None:
    """Stop reading a feed, inside a transaction."""
    feed.paused_at, feed.paused_reason = now, reason
    record(session, now=now, actor=actor, what="feed.paused", subject="feed", subject_id=feed.id, reason=reason)


def resume_feed(deps: Deps, actor: Actor, feed_id: int, now: datetime) -> bool:
    """Let a paused feed be read again, at once; return whether it was paused. Raises: Refused."""
    require(actor, "feed")
    with deps.store.write() as session:
        feed = feed_in(session, feed_id)
        if feed.paused_at is None:
            return False
        feed.paused_at, feed.paused_reason, feed.next_poll_at = None, "", now
        record(session, now=now, actor=actor, what="feed.resumed", subject="feed", subject_id=feed_id)
        return True


def remove_feed(deps: Deps, actor: Actor, feed_id: int, now: datetime) -> None:
    """Give a feed up. Its Items and posts stay, and what another feed lists of them is recognised. Raises: Refused."""
    require(actor, "feed")
    with deps.store.write() as session:
        feed = feed_in(session, feed_id)
        if feed.url == deps.settings.feed_url:
            text = f"Feed {feed_id} steht in DISTRIBUTOR_FEED_URL; bitte zuerst dort herausnehmen."
            raise Refused(text, code="feed.setting")
        feed.removed_at, feed.shrunk_at, feed.missing = now, None, None
        # Whoever lists its Items as well is read anew, so that they go over.
        session.execute(update(FeedRow).values(answer=""))
        record(session, now=now, actor=actor, what="feed.removed", subject="feed", subject_id=feed_id)


def feed_in(session: Session, feed_id: int) -> FeedRow:
    """Return the feed, locked until the transaction ends. Raises: Refused if there is none."""
    feed = session.get(FeedRow, feed_id, populate_existing=True, with_for_update=True)
    if feed is None or feed.removed_at is not None:
        raise Refused(f"Den Feed {feed_id} gibt es nicht; `distributor feed list` zeigt alle.", code="feed.unknown")
    return feed
