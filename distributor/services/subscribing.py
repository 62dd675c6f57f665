"""Subscriptions at the feeds' WebSub hubs (https://www.w3.org/TR/websub/), so that a change is read at once.

A hub only rings the bell: what it sends is not read, the feed is polled. So a hub that lies or falls silent costs
nothing but time, and polling goes on as without one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from distributor.domain import Refused
from distributor.fetching import FetchFailed, post_form
from distributor.intake import websub
from distributor.services.deps import Deps
from distributor.services.polling import ring
from distributor.store.tables import FeedRow, SubscriptionRow

PATIENCE = timedelta(hours=1)
"""How long a hub may take to ask back, and the first wait after trouble."""

LONGEST_PATIENCE = timedelta(days=1)
FAREWELLS = 3
"""So often a hub is told that we leave; after that the lease runs out by itself."""

_log = structlog.get_logger()


def wanted(deps: Deps) -> bool:
    """Tell whether hubs may be subscribed to: they must reach our public address, and we must keep a secret."""
    usable = deps.settings.websub == "on" or urlsplit(deps.settings.public_url).scheme == "https"
    return usable and deps.settings.websub != "off" and deps.vault.has_key


def tend(deps: Deps, clock: Callable[[], datetime]) -> int:
    """Subscribe where feeds name hubs, renew before leases end, leave where none does; return how many were asked."""
    now = clock()
    with deps.store.read() as session:
        if not _out_of_step(deps, session) and not _due(session, now):
            return 0
    with deps.store.write() as session:
        _bring_in_step(deps, session, now)
    with deps.store.read() as session:
        due = _due(session, now)
    return sum(_asked(deps, number, clock) for number in due)


def _due(session: Session, now: datetime) -> list[int]:
    query = select(SubscriptionRow.id).where(SubscriptionRow.next_try_at <= now).order_by(SubscriptionRow.id)
    return list(session.scalars(query))


def _wishes(deps: Deps, session: Session) -> set[tuple[int, str, str]]:
    """Return what should be subscribed to: (feed, hub, topic). A hub must be https, or one of our own network's."""
    if not wanted(deps):
        return set()
    live = select(FeedRow).where(FeedRow.hub != "", FeedRow.paused_at.is_(None), FeedRow.removed_at.is_(None))
    return {(feed.id, feed.hub, feed.topic) for feed in session.scalars(live) if _usable(deps, feed.hub)}


def _usable(deps: Deps, hub: str) -> bool:
    parts = urlsplit(hub)
    return parts.scheme == "https" or not deps.settings.allow_private.isdisjoint({parts.hostname, parts.netloc})


def _held(session: Session) -> dict[tuple[int, str, str], SubscriptionRow]:
    query = select(SubscriptionRow).where(SubscriptionRow.state != "leaving")
    return {(row.feed_id, row.hub, row.topic): row for row in session.scalars(query)}


def _out_of_step(deps: Deps, session: Session) -> bool:
    return _wishes(deps, session) != _held(session).keys()


def _bring_in_step(deps: Deps, session: Session, now: datetime) -> None:
    """Enter what is wished for and not held; leave what is held and no longer wished for."""
    wishes, held = _wishes(deps, session), _held(session)
    for feed_id, hub, topic in sorted(wishes - held.keys()):
        token = secrets.token_urlsafe(24)
        locked = deps.vault.lock(_owner(token), {"secret": secrets.token_hex(32)})
        row = SubscriptionRow(feed_id=feed_id, hub=hub, topic=topic, token=token, secret=locked, next_try_at=now)
        session.add(row)
    for key in held.keys() - wishes:
        held[key].state, held[key].tries, held[key].next_try_at = "leaving", 0, now


def _owner(token: str) -> str:
    return f"websub/{token}"


def _asked(deps: Deps, number: int, clock: Callable[[], datetime]) -> bool:
    """Ask one hub. It may ask back before it answers, so everything is stored before it is called."""
    now = clock()
    with deps.store.write() as session:
        row = session.get(SubscriptionRow, number, with_for_update=True)
        if row is None or row.next_try_at > now:
            return False
        secret = _secret(deps, row)
        if secret is None or (row.state == "leaving" and row.tries >= FAREWELLS):
            session.delete(row)
            return False
        row.next_try_at = now + min(PATIENCE * 2 ** min(row.tries, 10), LONGEST_PATIENCE)
        row.tries += 1
    mode = "unsubscribe" if row.state == "leaving" else "subscribe"
    callback = f"{deps.settings.public_url}/websub/{row.token}"
    try:
        post_form(
            row.hub,
            websub.request(mode, callback, row.topic, secret),
            allow_private=deps.settings.allow_private,
        )
    except (FetchFailed, Refused) as error:
        _log.warning("hub_not_asked", feed=row.feed_id, mode=mode, why=error.text)
        _note(deps, row.token, error.text)
    return True


def _secret(deps: Deps, row: SubscriptionRow) -> str | None:
    """Return the secret shared with the hub; None where no key of ours opens it any more."""
    try:
        return deps.vault.unlock(_owner(row.token), row.secret)["secret"]
    except Refused:
        _log.warning("subscription_not_opened", feed=row.feed_id)
        return None


def _note(deps: Deps, token: str, text: str) -> None:
    with deps.store.write() as session:
        row = _of(session, token)
        if row is not None:
            row.trouble = text


def _of(session: Session, token: str) -> SubscriptionRow | None:
    return session.scalars(
        select(SubscriptionRow).where(SubscriptionRow.token == token).with_for_update()
    ).one_or_none()


def answer(deps: Deps, token: str, asked: Mapping[str, str], now: datetime) -> str | None:
    """Return what a hub that asks back gets as answer, or None: that is not what we asked for."""
    with deps.store.read() as session:
        # Anybody may call, and strangers do not get to hold the writer's lock.
        if session.scalar(select(SubscriptionRow.id).where(SubscriptionRow.token == token)) is None:
            return None
    with deps.store.write() as session:
        row = _of(session, token)
        if row is None:
            return None
        mode = "unsubscribe" if row.state == "leaving" else "subscribe"
        said = websub.verified(asked, mode=mode, topic=row.topic, now=now)
        if isinstance(said, websub.Denied):
            row.state, row.lease_until, row.next_try_at = "refused", None, now + LONGEST_PATIENCE
            row.trouble = f"Der Hub lehnt das Abonnement ab{f': {said.reason}' if said.reason else '.'}"
            return ""
        if said is None:
            return None
        if mode == "unsubscribe":
            session.delete(row)
        else:
            row.state, row.lease_until, row.tries, row.trouble = "active", said.lease_until, 0, ""
            row.next_try_at = websub.renew_at(now, said.lease_until)
        return said.challenge


def secret_of(deps: Deps, token: str) -> str | None:
    """Return the secret that signs what is pushed to this address; None where nothing is expected there."""
    with deps.store.read() as session:
        query = select(SubscriptionRow).where(SubscriptionRow.token == token, SubscriptionRow.state == "active")
        row = session.scalars(query).one_or_none()
    return None if row is None else _secret(deps, row)


def pushed(deps: Deps, token: str, now: datetime) -> None:
    """Note that the hub has rung, and let the feed be polled soon."""
    with deps.store.write() as session:
        row = _of(session, token)
        if row is None:
            return
        row.pushed_at = now
    ring(deps, row.feed_id, now)
