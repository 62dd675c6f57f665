"""Read the portal's feeds and take in what is new or changed; enter an item by hand on days without a feed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from distributor.domain import DAEMON, Actor, FeedItem, ParsedFeed, Refused
from distributor.fetching import Fetched, FetchFailed, fetch
from distributor.intake.identity import Changed, Known, New, content_digest, decide, fingerprint, flood, normal_link
from distributor.intake.parse import parse
from distributor.intake.report import item_document
from distributor.lifecycle import backoff
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.store.posts import record
from distributor.store.tables import FeedRow, ItemRow, RevisionRow

MAX_BYTES = 10_000_000
"""The largest feed document that is read, counted after decompression; our own choice."""

_log = structlog.get_logger()


def read_feed(deps: Deps, source: str) -> ParsedFeed:
    """Fetch and parse one feed without storing anything. Raises: Refused, FetchFailed."""
    got = fetch(source, allow_private=deps.settings.allow_private, max_bytes=MAX_BYTES)
    return parse(got.body, content_type=got.content_type, url=got.url)


def add_feed(deps: Deps, actor: Actor, url: str, now: datetime) -> int:
    """Register a feed to be polled; registering it again changes nothing. Raises: Refused."""
    require(actor, "feed")
    with deps.store.write() as session:
        return ensure_feed(session, url, now)


def ensure_feed(session: Session, url: str, now: datetime) -> int:
    """Return the feed's number, registering it if it is new."""
    row = session.scalars(select(FeedRow).where(FeedRow.url == url)).one_or_none()
    if row is None:
        row = FeedRow(url=url, next_poll_at=now)
        session.add(row)
        session.flush()
    return row.id


def poll_due(deps: Deps, clock: Callable[[], datetime]) -> int:
    """Poll every feed whose time has come; return how many items were new or changed."""
    with deps.store.read() as session:
        query = select(FeedRow.id).where(or_(FeedRow.next_poll_at.is_(None), FeedRow.next_poll_at <= clock()))
        due = list(session.scalars(query))
    return sum(_polled(deps, feed_id, clock) for feed_id in due)


def _polled(deps: Deps, feed_id: int, clock: Callable[[], datetime]) -> int:
    """Poll one feed; a fault of ours is kept with it too, so that it neither repeats at once nor holds others up."""
    try:
        return poll(deps, feed_id, clock)
    except OperationalError:
        raise
    except Exception as error:
        _log.exception("feed_not_taken_in", feed=feed_id)
        text = (
            f"Beim Einlesen ist ein Fehler im Programm aufgetreten ({type(error).__name__}); "
            "bitte den Betrieb verständigen."
        )
        _note_trouble(deps, feed_id, text, clock())
        return 0


def poll(deps: Deps, feed_id: int, clock: Callable[[], datetime]) -> int:
    """Poll one feed; return how many items were new or changed. Trouble is kept with the feed, never raised."""
    with deps.store.read() as session:
        feed = session.get_one(FeedRow, feed_id)
    try:
        got = fetch(
            feed.url,
            allow_private=deps.settings.allow_private,
            max_bytes=MAX_BYTES,
            etag=feed.etag,
            last_modified=feed.last_modified,
        )
        parsed = None if got.status == 304 else parse(got.body, content_type=got.content_type, url=got.url)
    except (FetchFailed, Refused) as error:
        _note_trouble(deps, feed_id, error.text, clock())
        return 0
    return _stored(deps, feed_id, got, parsed, clock())


def _stored(deps: Deps, feed_id: int, got: Fetched, parsed: ParsedFeed | None, now: datetime) -> int:
    with deps.store.write() as session:
        feed = session.get_one(FeedRow, feed_id, with_for_update=True)
        feed.polled_at, feed.succeeded_at, feed.failures, feed.trouble = now, now, 0, ""
        feed.next_poll_at = now + deps.settings.poll_every
        if parsed is None:
            return 0
        feed.etag, feed.last_modified, feed.title = got.etag, got.last_modified, parsed.title or feed.title
        return take_in(deps, session, feed_id, parsed.items, now)


def _note_trouble(deps: Deps, feed_id: int, text: str, now: datetime) -> None:
    with deps.store.write() as session:
        feed = session.get_one(FeedRow, feed_id)
        wait = max(deps.settings.poll_every, backoff(feed_id, feed.failures, deps.policy))
        feed.polled_at, feed.failures, feed.trouble = now, feed.failures + 1, text
        feed.next_poll_at = now + min(wait * (feed.failures + 1), timedelta(hours=6))
    _log.warning("feed_not_read", feed=feed_id, why=text)


def take_in(deps: Deps, session: Session, feed_id: int, items: Sequence[FeedItem], now: datetime) -> int:
    """Store what a poll brought; return how many items were new or changed.

    The first poll takes the newest few and lists the rest as history; a later poll that brings suspiciously many new
    items holds them for an editor.
    """
    rows = {row.id: row for row in session.scalars(select(ItemRow).where(ItemRow.feed_id == feed_id))}
    known = [Known(row.id, row.guid, row.link, row.fingerprint, row.digest) for row in rows.values()]
    intents = decide(items, known)
    first = not rows
    held = flood(intents, first=first)
    fresh = [intent.item for intent in intents if isinstance(intent, New)]
    newest = _newest(fresh, deps.settings.first_poll_items if first else len(fresh))
    for item in fresh:
        stage = "held" if held else "active" if item.guid in newest else "history"
        _store_new(session, feed_id, item, stage, now, DAEMON)
    changed = [intent for intent in intents if isinstance(intent, Changed)]
    for change in changed:
        revise(session, rows[change.item_id], change.item, now, DAEMON)
    return len(fresh) + len(changed)


def _newest(items: Sequence[FeedItem], count: int) -> set[str]:
    dated = sorted(items, key=lambda item: item.published_at.timestamp() if item.published_at else 0, reverse=True)
    return {item.guid for item in dated[:count]}


def _store_new(
    session: Session, feed_id: int | None, item: FeedItem, stage: str, now: datetime, actor: Actor
) -> ItemRow:
    row = ItemRow(
        feed_id=feed_id,
        guid=item.guid,
        stage=stage,
        revision=1,
        created_at=now,
        changed_at=now,
        digest=content_digest(item),
        title=item.title,
        document=item_document(item),
    )
    _copy(row, item)
    session.add(row)
    session.flush()
    _keep_revision(session, row, now)
    record(session, now=now, actor=actor, what="item.new", subject="item", subject_id=row.id, to_state=stage)
    return row


def revise(session: Session, row: ItemRow, item: FeedItem, now: datetime, actor: Actor) -> None:
    """Make a changed entry the Item's newest revision; its posts are rendered anew by the next planning."""
    session.refresh(row, with_for_update={"key_share": True})
    row.revision += 1
    row.digest, row.title, row.document = content_digest(item), item.title, item_document(item)
    row.changed_at, row.stale = now, True
    _copy(row, item)
    session.flush()
    _keep_revision(session, row, now)
    record(session, now=now, actor=actor, what="item.changed", subject="item", subject_id=row.id, digest=row.digest)


def _copy(row: ItemRow, item: FeedItem) -> None:
    row.link, row.fingerprint = normal_link(item.link), fingerprint(item)
    row.embargo_until, row.valid_until = item.embargo_until, item.valid_until


def _keep_revision(session: Session, row: ItemRow, now: datetime) -> None:
    session.add(RevisionRow(item_id=row.id, revision=row.revision, digest=row.digest, document=row.document, at=now))


def add_item(deps: Deps, actor: Actor, item: FeedItem, now: datetime) -> int:
    """Enter an Item by hand; return its number. Raises: Refused."""
    require(actor, "item.edit")
    if not item.title.strip():
        raise Refused("Der Beitrag braucht eine Überschrift.", code="item.title")
    named = item if item.guid else replace(item, guid=f"hand:{secrets.token_hex(8)}")
    with deps.store.write() as session:
        return _store_new(session, None, named, "active", now, actor).id
