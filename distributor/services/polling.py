"""Read the feeds whose time has come, and keep with each how that went. What is done with the Items is ``taking_in``'s.

Nothing is fetched inside a transaction; of two polls of one feed at once, the one that comes back later is dropped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import OperationalError

from distributor.domain import DAEMON, FeedAbout, FeedItem, ParsedFeed, Refused
from distributor.fetching import Fetched, FetchFailed, fetch
from distributor.intake import pace
from distributor.intake.draft import MOST_ITEMS
from distributor.intake.parse import MAX_BYTES, parse
from distributor.intake.websub import hub_and_topic
from distributor.lifecycle import backoff
from distributor.services.deps import Deps
from distributor.services.feeds import pause_in
from distributor.services.taking_in import take_in
from distributor.services.trying import trial
from distributor.store.tables import FeedRow, SubscriptionRow

MOST_PAGES = 5
"""Older pages that a first poll reads for its list of older Items; our own choice."""

PAGE_DEADLINE = 15.0
"""Seconds for one of them."""

CLAIM = timedelta(minutes=5)
"""So long nobody else polls a feed that is being polled; one poll may take a minute, and its pages more."""

BELL_GAP = timedelta(seconds=30)
"""A hub may hurry the next poll to this distance from the last one."""

_log = structlog.get_logger()


def poll_due(deps: Deps, clock: Callable[[], datetime]) -> int:
    """Poll every feed whose time has come; return how many Items were new or changed."""
    with deps.store.read() as session:
        query = select(FeedRow.id, FeedRow.next_poll_at).where(
            FeedRow.paused_at.is_(None),
            FeedRow.removed_at.is_(None),
            or_(FeedRow.next_poll_at.is_(None), FeedRow.next_poll_at <= clock()),
        )
        due = session.execute(query.order_by(FeedRow.id)).all()
    return sum(_polled(deps, row.id, clock) for row in due if _claimed(deps, row.id, row.next_poll_at, clock()))


def _claimed(deps: Deps, feed_id: int, seen: datetime | None, now: datetime) -> bool:
    """Put the next poll off, so that neither another daemon nor a poll that dies repeats this one at once."""
    unchanged = FeedRow.next_poll_at.is_(None) if seen is None else FeedRow.next_poll_at == seen
    claim = update(FeedRow).where(FeedRow.id == feed_id, unchanged).values(next_poll_at=now + CLAIM)
    with deps.store.write() as session:
        return session.execute(claim.returning(FeedRow.id)).first() is not None


def _polled(deps: Deps, feed_id: int, clock: Callable[[], datetime]) -> int:
    """Poll one feed; a fault of ours is kept with it too, so that it neither repeats at once nor holds others up."""
    try:
        with trial(deps, f"feed/{feed_id}", clock()) as allowed:
            if allowed:
                return poll(deps, feed_id, clock)
        text = "Beim Einlesen ist der Dienst mehrmals abgestürzt; bitte den Feed und das Protokoll ansehen."
        _note_trouble(deps, feed_id, _Trouble(text), clock())
        return 0
    except OperationalError:
        raise
    except Exception as error:
        _log.exception("feed_not_taken_in", feed=feed_id)
        text = (
            f"Beim Einlesen ist ein Fehler im Programm aufgetreten ({type(error).__name__}); "
            "bitte den Betrieb verständigen."
        )
        _note_trouble(deps, feed_id, _Trouble(text), clock())
        return 0


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why a poll brought nothing: the German sentence, the wait that the server asks for, whether it is final."""

    text: str
    wait: timedelta | None = None
    final: bool = False


def poll(deps: Deps, feed_id: int, clock: Callable[[], datetime]) -> int:
    """Poll one feed; return how many Items were new or changed. Trouble is kept with the feed, never raised."""
    began = clock()
    with deps.store.read() as session:
        feed = session.get_one(FeedRow, feed_id)
    try:
        got = fetch(
            feed.moved_to or feed.url,
            allow_private=deps.settings.allow_private,
            max_bytes=MAX_BYTES,
            etag=feed.etag,
            last_modified=feed.last_modified,
        )
        answer = feed.answer if got.status == 304 else _hash(got)
        known = answer == feed.answer
        parsed = None if known else parse(got.body, content_type=got.content_type, url=got.url)
    except FetchFailed as error:
        wait = None if error.retry_after is None else timedelta(seconds=error.retry_after)
        _note_trouble(deps, feed_id, _Trouble(error.text, wait), clock(), feed.polls)
        return 0
    except Refused as error:
        _note_trouble(deps, feed_id, _Trouble(error.text, final=error.code == "fetch.status_410"), clock(), feed.polls)
        return 0
    older = _older(deps, got.url, parsed) if parsed is not None and feed.succeeded_at is None else []
    return _stored(deps, _Poll(feed_id, feed.polls, began, got, answer, parsed, older), clock())


def _hash(got: Fetched) -> str:
    """Return a hash of all that reading the answer depends on."""
    origin = json.dumps([got.url, got.content_type]).encode()
    return hashlib.sha256(origin + got.body).hexdigest()


def _older(deps: Deps, url: str, parsed: ParsedFeed) -> list[FeedItem]:
    """Return what the feed's further pages list (RFC 5005, 3); trouble with one of them ends the reading."""
    found: list[FeedItem] = []
    seen, about = {url}, parsed.about
    while about.next_page and about.next_page not in seen and len(seen) <= MOST_PAGES:
        seen.add(about.next_page)
        try:
            got = fetch(
                about.next_page,
                allow_private=deps.settings.allow_private,
                max_bytes=MAX_BYTES,
                deadline=PAGE_DEADLINE,
            )
            page = parse(got.body, content_type=got.content_type, url=got.url)
        except (FetchFailed, Refused) as error:
            _log.warning("feed_page_not_read", url=about.next_page, why=error.text)
            break
        found += page.items
        about = page.about if len(parsed.items) + len(found) < MOST_ITEMS else FeedAbout()
    return found


@dataclass(frozen=True, slots=True)
class _Poll:
    """What one poll knew when it ``began`` and what it brought."""

    feed_id: int
    polls: int
    began: datetime
    got: Fetched
    answer: str
    parsed: ParsedFeed | None
    older: Sequence[FeedItem]


def _stored(deps: Deps, poll: _Poll, now: datetime) -> int:
    got, parsed = poll.got, poll.parsed
    with deps.store.write() as session:
        feed = session.get_one(FeedRow, poll.feed_id, with_for_update=True)
        if feed.polls != poll.polls or feed.removed_at is not None:
            return 0
        feed.polls += 1
        feed.polled_at, feed.succeeded_at = now, now
        feed.failures, feed.trouble, feed.failing_since = 0, "", None
        feed.moved_to = got.moved_to or feed.moved_to
        if parsed is not None:
            feed.hub, feed.topic = hub_and_topic(parsed.about, got.link, got.url)
            feed.wishes = _wishes(parsed.about)
        feed.next_poll_at = _next(deps, feed.wishes or {}, got, now)
        rung = select(func.max(SubscriptionRow.pushed_at)).where(SubscriptionRow.feed_id == feed.id)
        if (pushed := session.scalar(rung)) is not None and pushed >= poll.began:
            feed.next_poll_at = min(feed.next_poll_at, now + BELL_GAP)
        if got.status != 304:
            feed.etag, feed.last_modified = got.etag, got.last_modified
        if parsed is None:
            return 0
        feed.answer, feed.title = poll.answer, parsed.title or feed.title
        return take_in(deps, session, feed, parsed, now, poll.older)


def _wishes(about: FeedAbout) -> dict[str, Any]:
    ttl = None if about.ttl is None else about.ttl.total_seconds()
    return {"ttl": ttl, "skip_hours": sorted(about.skip_hours)}


def _next(deps: Deps, wishes: dict[str, Any], got: Fetched, now: datetime) -> datetime:
    ttl = wishes.get("ttl")
    return pace.after_success(
        now,
        deps.settings.poll_every,
        fresh=pace.max_age(got.cache_control),
        ttl=None if ttl is None else timedelta(seconds=ttl),
        skip_hours=wishes.get("skip_hours", ()),
    )


def _note_trouble(deps: Deps, feed_id: int, trouble: _Trouble, now: datetime, polls: int | None = None) -> None:
    """Keep with the feed what went wrong. What a redirect once led to is forgotten: next time its own address is asked.

    A server that says its feed is gone for good (410) is not asked again until a person lets the feed go on. Where
    ``polls`` has gone on meanwhile, another poll knows better.
    """
    with deps.store.write() as session:
        feed = session.get_one(FeedRow, feed_id, with_for_update=True)
        if polls not in (None, feed.polls):
            return
        feed.polls += 1
        feed.polled_at, feed.failures, feed.trouble = now, feed.failures + 1, trouble.text
        feed.failing_since = feed.failing_since or now
        pause = backoff(feed_id, feed.failures - 1, deps.policy)
        feed.next_poll_at = pace.after_trouble(
            now, deps.settings.poll_every, failures=feed.failures, pause=pause, asked=trouble.wait
        )
        if feed.moved_to:
            feed.moved_to, feed.etag, feed.last_modified = "", "", ""
        elif trouble.final:
            pause_in(session, feed, f"Das Portal hat diesen Feed abgeschaltet. {trouble.text}", DAEMON, now)
    _log.warning("feed_not_read", feed=feed_id, why=trouble.text)


def ring(deps: Deps, feed_id: int, now: datetime) -> None:
    """Poll a feed soon: a hub says that it has changed. What else the hub says is not believed."""
    with deps.store.write() as session:
        feed = session.get_one(FeedRow, feed_id, with_for_update=True)
        soon = max(now, feed.polled_at + BELL_GAP) if feed.polled_at else now
        feed.next_poll_at = min(soon, feed.next_poll_at or soon)
