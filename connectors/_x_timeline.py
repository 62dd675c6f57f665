"""Whether an entry of an account's timeline is one of our posts. Pure; the timeline is fetched elsewhere.

X rewrites what it publishes: links become t.co addresses with the original in the entities, ``&<>`` become HTML
entities, and each picture adds a link of its own at the end.
"""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import UTC, datetime

from connectors._x_text import urls
from connectors.base import Json, RemotePost

_OWN_MEDIA = re.compile(r"https?://(?:www\.)?(?:x|twitter)\.com/[^\s/]+/status/\d+/(?:photo|video)/\d+")


def carries(text: str, link: str) -> bool:
    """Tell whether the text contains this very link, not merely one that begins like it."""
    return link in text.split() or link in urls(text)


def same_link(post: RemotePost, entry: Json) -> bool:
    """Tell whether the entry leads where our post leads."""
    if not post.link:
        return False
    return any(_plain(link) == _plain(post.link) for link in _links(entry)) or carries(_text(entry), post.link)


def same_text(post: RemotePost, entry: Json) -> bool:
    """Tell whether the entry says what our post says, links aside; an entry that leads elsewhere is another post."""
    ours = _bare(post.text)
    if not ours or ours != _bare(_text(entry)):
        return False
    theirs = _links(entry)
    return not (post.link and theirs) or same_link(post, entry)


def published_at(entry: Json) -> datetime | None:
    """Return when the entry was published, aware UTC; None if it does not say so readably."""
    try:
        at = datetime.fromisoformat(str(entry.get("created_at", "")))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def _text(entry: Json) -> str:
    return html.unescape(str(entry.get("text", "")))


def _url_entities(entry: Json) -> list[Json]:
    entities = entry.get("entities")
    found = entities.get("urls") if isinstance(entities, dict) else None
    return [url for url in found if isinstance(url, dict)] if isinstance(found, list) else []


def _links(entry: Json) -> list[str]:
    """Return the addresses the entry leads to, without those of its own pictures."""
    found = (url.get("expanded_url") for url in _url_entities(entry) if "media_key" not in url)
    return [link for link in found if isinstance(link, str) and not _OWN_MEDIA.fullmatch(link)]


def _plain(link: str) -> str:
    return link.rstrip("/")


def _bare(text: str) -> str:
    """Return the words alone: no links, white space made equal."""
    text = unicodedata.normalize("NFC", text)
    for link in sorted(urls(text), key=len, reverse=True):
        text = text.replace(link, " ")
    return " ".join(text.split())
