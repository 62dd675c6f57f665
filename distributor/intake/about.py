"""What a feed says of itself: its WebSub hubs, its next page, entries it takes back, how seldom it wants to be asked.

Sources, read 2026-11: WebSub https://www.w3.org/TR/websub/ (4), paging and complete feeds RFC 5005 (2 and 3), deleted
entries RFC 6721, RSS 2.0 https://www.rssboard.org/rss-specification (ttl, skipHours), JSON Feed 1.1
https://www.jsonfeed.org/version/1.1/ (hubs, next_url, feed_url).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from distributor.domain import FeedAbout
from distributor.intake.links import absolute
from distributor.intake.markup import Node

MOST_HUBS = 10
MOST_DELETED = 2000


def about_xml(channel: Node) -> FeedAbout:
    """Return what an RSS ``channel`` or an Atom ``feed`` says of itself."""
    links = [(link.get("rel").lower(), absolute(link.get("href"), link.base)) for link in channel.all("atom:link")]
    skipped = channel.first("skiphours")
    return FeedAbout(
        hubs=tuple(address for rel, address in links if rel == "hub" and address)[:MOST_HUBS],
        itself=_first(links, "self"),
        next_page=_first(links, "next"),
        deleted=tuple(ref for entry in channel.all("at:deleted-entry")[:MOST_DELETED] if (ref := entry.get("ref"))),
        complete=channel.first("fh:complete") is not None,
        ttl=_minutes(channel.text("ttl")),
        skip_hours=frozenset(
            hour for text in (skipped.texts("hour")[:48] if skipped else ()) if (hour := _hour(text)) is not None
        ),
    )


def about_json(document: Mapping[str, Any], base: str) -> FeedAbout:
    """Return what a JSON Feed says of itself."""
    hubs = document.get("hubs")
    named = [hub.get("url") for hub in hubs if isinstance(hub, dict)] if isinstance(hubs, list) else []
    return FeedAbout(
        hubs=tuple(address for url in named[:MOST_HUBS] if (address := _address(url, base))),
        itself=_address(document.get("feed_url"), base),
        next_page=_address(document.get("next_url"), base),
    )


def _first(links: list[tuple[str, str]], wanted: str) -> str:
    return next((address for rel, address in links if rel == wanted and address), "")


def _address(value: object, base: str) -> str:
    return absolute(value, base) if isinstance(value, str) else ""


def _minutes(text: str) -> timedelta | None:
    return timedelta(minutes=int(text)) if _is_number(text) and int(text) else None


def _hour(text: str) -> int | None:
    """Return the hour of the day; RSS 0.91 counted from 1 to 24."""
    return int(text) % 24 if _is_number(text) and int(text) <= 24 else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 7
