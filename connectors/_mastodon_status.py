"""Whether a status of the account is one of our posts. Pure; the statuses are fetched elsewhere.

A server hands its statuses back as HTML: every line break and link in tags, a link's scheme and tail hidden, of
``@user@host`` only ``@user`` left. https://docs.joinmastodon.org/spec/activitypub/#sanitization (read 2026-11-22)
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from html.parser import HTMLParser

from connectors.base import Json, RemotePost

_LINK = re.compile(r"https?://\S+")
_MENTION = re.compile(r"(?<![\w/@])@(\w[\w.\-]*)(?:@[\w.\-]+\w)?")
_TAGS = frozenset(("a", "b", "blockquote", "br", "code", "del", "div", "em", "hr", "i", "img", "li", "ol", "p", "pre"))
_TAGS |= {"h1", "h2", "h3", "h4", "h5", "h6", "rb", "rp", "rt", "rtc", "ruby", "s", "small", "span", "strong"}
_TAGS |= {"sub", "sup", "u", "ul"}
"""What servers write; anything else in angle brackets is a word that a server (snac) forgot to escape."""
_ENDS = ".,;:!?)]}»”\"'…"


def carries(text: str, link: str) -> bool:
    """Tell whether the text contains this very link, not merely one that begins like it."""
    return any(found.rstrip(_ENDS) == link.rstrip(_ENDS) for found in _LINK.findall(text))


def same_link(post: RemotePost, status: Json) -> bool:
    """Tell whether the status leads where our post leads."""
    return bool(post.link) and any(_plain(link) == _plain(post.link) for link in _read(status).links)


def same_text(post: RemotePost, status: Json) -> bool:
    """Tell whether the status says what our post says, links aside; one that leads elsewhere is another post."""
    ours, theirs = _bare(post.text), _read(status)
    if not ours or ours != _bare(theirs.text):
        return False
    return not (post.link and theirs.links) or same_link(post, status)


def published_at(status: Json) -> datetime | None:
    """Return when the status was published, aware UTC; None if it does not say so readably."""
    try:
        at = datetime.fromisoformat(str(status.get("created_at", "")))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def _plain(link: str) -> str:
    return link.rstrip("/")


def _bare(text: str) -> str:
    """Return the words alone: no links, mentions without their host, white space made equal."""
    text = _LINK.sub(lambda link: " " + link[0][len(link[0].rstrip(_ENDS)) :], unicodedata.normalize("NFC", text))
    return " ".join(_MENTION.sub(r"@\1", text).split())


class _Content(HTMLParser):
    """Collects the text as a reader sees it, and where its links lead; hashtags and mentions are words, not links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._in_link = False
        self.links: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in ("br", "p", "div", "li"):
            self._pieces.append("\n")
        elif tag == "a" and not {"mention", "hashtag"} & set((named.get("class") or "").split()):
            self._in_link = True
            self.links.append(named.get("href") or "")
            self._pieces.append(f" {self.links[-1]} ")
        elif tag not in _TAGS:
            self._pieces.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._in_link = False

    def handle_data(self, data: str) -> None:
        if not self._in_link:
            self._pieces.append(data)


def _read(status: Json) -> _Content:
    content = _Content()
    content.feed(str(status.get("content", "")))
    content.close()
    return content
