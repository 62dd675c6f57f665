"""WebSub, the subscriber's side, as decisions: what to send a hub, what to answer it, whether a push is its own. Pure.

Source: https://www.w3.org/TR/websub/ (Recommendation of 2018-01-23, read 2026-11), sections 4 to 7.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from distributor.domain import FeedAbout
from distributor.intake.link_header import links_in

LEASE = timedelta(days=10)
"""What we ask for; a hub may give less or more."""

SHORTEST_LEASE, LONGEST_LEASE = timedelta(minutes=10), timedelta(days=60)
RENEWAL = timedelta(days=1)

_STRONG = ("sha512", "sha384", "sha256")


def hub_and_topic(about: FeedAbout, link_header: str, url: str) -> tuple[str, str]:
    """Return a feed's hub and the address that is subscribed to there, both empty without a hub.

    The header's links go before the document's (section 4); a feed that does not name itself is known by ``url``.
    """
    links = links_in(link_header, url)
    hubs = [*(link.address for link in links if "hub" in link.rels), *about.hubs]
    if not hubs:
        return "", ""
    itself = next((link.address for link in links if "self" in link.rels), about.itself)
    return next((hub for hub in hubs if urlsplit(hub).scheme == "https"), hubs[0]), itself or url


def request(mode: str, callback: str, topic: str, secret: str) -> dict[str, str]:
    """Return the form that subscribes or unsubscribes (section 5.1)."""
    form = {"hub.mode": mode, "hub.callback": callback, "hub.topic": topic}
    if mode == "subscribe":
        form |= {"hub.lease_seconds": str(int(LEASE.total_seconds())), "hub.secret": secret}
    return form


@dataclass(frozen=True, slots=True)
class Granted:
    """The hub asks whether we meant it, and we did: what to echo, and until when the subscription lives (subscribe)."""

    challenge: str
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class Denied:
    """The hub tells that it will not, and why."""

    reason: str


def verified(asked: Mapping[str, str], *, mode: str, topic: str, now: datetime) -> Granted | Denied | None:
    """Return what to make of a hub's question (5.2, 5.3) to a subscriber who wants ``mode`` for ``topic``.

    None: it is about something else, so the answer is no.
    """
    if asked.get("hub.topic") != topic:
        return None
    if asked.get("hub.mode") == "denied":
        return Denied(asked.get("hub.reason", "")[:300])
    challenge = asked.get("hub.challenge", "")
    if asked.get("hub.mode") != mode or not challenge:
        return None
    return Granted(challenge, now + _lease(asked.get("hub.lease_seconds", "")))


def _lease(written: str) -> timedelta:
    if not (written.isascii() and written.isdigit() and len(written) < 12):
        return LEASE
    return min(max(timedelta(seconds=int(written)), SHORTEST_LEASE), LONGEST_LEASE)


def renew_at(now: datetime, lease_until: datetime) -> datetime:
    """Return when to ask for more time: a day before the end, or after three quarters of a short lease."""
    left = lease_until - now
    return lease_until - min(RENEWAL, left / 4)


class Signature:
    """Checks a push against the signatures in its headers while its body arrives (section 7.1).

    SHA-1 counts only where the hub offers nothing better.
    """

    def __init__(self, headers: Sequence[str], secret: str) -> None:
        given = dict(_parts(header) for header in headers)
        method = next((name for name in (*_STRONG, "sha1") if name in given), "")
        self._wanted = given.get(method, "")
        self._mac = hmac.new(secret.encode(), digestmod=getattr(hashlib, method)) if method else None

    def add(self, piece: bytes) -> None:
        """Take in the next piece of the body."""
        if self._mac is not None:
            self._mac.update(piece)

    def fits(self) -> bool:
        """Tell whether the body that arrived is the one that was signed."""
        return self._mac is not None and hmac.compare_digest(self._mac.hexdigest(), self._wanted)


def _parts(header: str) -> tuple[str, str]:
    method, _, signature = header.strip().partition("=")
    return method.strip().lower(), signature.strip().lower().encode("ascii", "replace").decode()
