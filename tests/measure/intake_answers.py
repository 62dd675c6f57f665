"""What our parser and feedparser answer to a claim, and whether that agrees with it; the rules stand in ``intake``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import count, repeat
from typing import Any, TypeAlias

from distributor.domain import FeedItem, ParsedFeed
from tests.measure.intake_claims import Claim

Reader: TypeAlias = Callable[[FeedItem, int], object]

_MAIL = re.compile(r"[(<\[]?(?:mailto:)?[\w.+-]+@[\w.-]+[)>\]]?")
_LAYOUT = re.compile(r"[\s•]+")
_READ_ON = re.compile(r"(?:continuereading|readmore|weiterlesen)[\W_]*\Z", re.IGNORECASE)


def letters(text: str) -> str:
    """Return ``text`` in NFC, without its layout and without a last "Continue reading…"."""
    return _READ_ON.sub("", unicodedata.normalize("NFC", _LAYOUT.sub("", text)))


def plain(html: str) -> str:
    """Return the letters of a fragment of HTML."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    return letters("".join(reader.pieces))


class _Text(HTMLParser):
    """Collects what of a fragment of HTML is text."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.hidden = 0
        self.lists: list[Iterator[str]] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in {"script", "style"}
        self.pieces.append(" ")
        if tag in {"ol", "ul"}:
            # As browsers and we show the items of a list.
            self.lists.append((f"{number}." for number in count(1)) if tag == "ol" else repeat("•"))
        elif tag == "li" and self.lists:
            self.pieces.append(next(self.lists[-1]))

    def handle_endtag(self, tag: str) -> None:
        self.hidden = max(0, self.hidden - (tag in {"script", "style"}))
        self.pieces.append(" ")
        if tag in {"ol", "ul"} and self.lists:
            self.lists.pop()

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.pieces.append(data)


def _moment(moment: datetime | None) -> tuple[int, ...] | None:
    return None if moment is None else tuple(moment.astimezone(UTC).timetuple())[:6]


def _media(item: FeedItem, place: int) -> object:
    return [address for medium in item.media for address in (medium.url, medium.poster) if address]


def _topic(item: FeedItem, place: int) -> object:
    return item.topics[place] if place < len(item.topics) else None


# What a path below entries[n] means on an item of ours; the number is the last index on the path.
_OF_ITEM: Mapping[str, Reader] = {
    "title": lambda item, _: item.title,
    "title_detail.value": lambda item, _: item.title,
    "link": lambda item, _: item.link,
    "id": lambda item, _: item.guid,
    "guid": lambda item, _: item.guid,
    "summary": lambda item, _: item.summary,
    "description": lambda item, _: item.summary or item.text,
    "summary_detail.value": lambda item, _: item.summary,
    "content.value": lambda item, _: item.text,
    "published_parsed": lambda item, _: _moment(item.published_at),
    "created_parsed": lambda item, _: _moment(item.published_at),
    "updated_parsed": lambda item, _: _moment(item.updated_at or item.published_at),
    "expired_parsed": lambda item, _: _moment(item.valid_until),
    "language": lambda item, _: item.language,
    "author": lambda item, _: item.author,
    "author_detail.name": lambda item, _: item.author,
    "authors.name": lambda item, _: item.author.split(", "),
    "tags.term": _topic,
    "tags.label": _topic,
    "category": lambda item, _: item.topics[0] if item.topics else None,
    "tags.len": lambda item, _: len(item.topics),
    "enclosures.url": _media,
    "enclosures.href": _media,
    "media_content.url": _media,
    "media_thumbnail.url": _media,
    "media_player.url": _media,
    "image.href": _media,
    "media_credit.content": lambda item, _: item.credit.split(", "),
    "some_text": lambda item, _: [item.summary, item.text],
    "some_date": lambda item, _: [_moment(item.published_at), _moment(item.updated_at)],
    "some_name": lambda item, _: [item.author, *item.author.split(", ")],
    "some_topic": lambda item, _: list(item.topics),
    "some_medium": _media,
}
_MEDIA = frozenset(name for name, reader in _OF_ITEM.items() if reader is _media)
_ADDRESSES = {"enclosures": "href", "media_content": "url", "media_thumbnail": "url", "media_player": "url"}
_NAMES = frozenset({"author", "author_detail", "authors", "some_name"})
_TEXTS = _NAMES | {"title", "summary", "description", "content", "tags", "category", "feed", "some_text", "some_topic"}


def applies(claim: Claim) -> bool:
    """Tell whether the claim is about something that we read."""
    if isinstance(claim.value, str) and ("\ufffd" in claim.value or claim.value.startswith("file:")):
        return False
    if claim.path[:1] != ("entries",):
        return claim.path == ("feed", "title")
    below = claim.subject.removeprefix("entries.")
    if _is_name(claim) and isinstance(claim.value, str) and not _without_mail(claim.value):
        return False
    return below in _OF_ITEM or below == "len"


def is_beside(claim: Claim, result: Any) -> bool:
    """Tell whether the claim names what the document also says in a way that ours goes by; ``result`` is feedparser's.

    That is a category's term where it has a label, and the counting address of an entry that tells its original one.
    """
    place = claim.path[1] if len(claim.path) > 1 else ""
    if not isinstance(place, int) or place >= len(result.entries):
        return False
    entry = result.entries[place]
    match claim.subject.removeprefix("entries."):
        case "link":
            return str(entry.get("feedburner_origlink") or claim.value) != claim.value
        case "tags.term" | "some_topic":
            return any(tag.get("term") == claim.value and tag.get("label") for tag in entry.get("tags", ()))
    return False


def our_answer(feed: ParsedFeed | None, claim: Claim) -> object:
    """Return what we found where the claim points."""
    if feed is None:
        return None
    if claim.path == ("feed", "title"):
        return feed.title
    if claim.path == ("entries", "len"):
        return len(feed.items)
    numbers = [key for key in claim.path if isinstance(key, int)]
    if numbers[0] >= len(feed.items):
        return None
    return _OF_ITEM[claim.subject.removeprefix("entries.")](feed.items[numbers[0]], numbers[-1])


def their_answer(result: Any, claim: Claim) -> object:
    """Return what feedparser found where the claim points."""
    below = claim.subject.removeprefix("entries.")
    if below in _MEDIA or below.startswith("some_"):
        place = claim.path[1]
        return _theirs_of(result.entries[place], below) if place < len(result.entries) else None
    value = result
    try:
        for key in claim.path:
            value = len(value) if key == "len" else value[key]
    except (KeyError, IndexError, TypeError):
        return None
    return tuple(value)[:6] if claim.subject.endswith("_parsed") and value else value


def _theirs_of(entry: Any, below: str) -> list[object]:
    """Return all that an entry of feedparser's has of a kind."""
    match below:
        case "some_text":
            return [entry.get("summary"), *(one.get("value") for one in entry.get("content", ()))]
        case "some_date":
            times = (entry.get(name) for name in ("published_parsed", "updated_parsed", "created_parsed"))
            return [tuple(time)[:6] for time in times if time]
        case "some_name":
            return [entry.get("author"), *(one.get("name") for one in entry.get("authors", ()))]
        case "some_topic":
            return [tag.get(name) for tag in entry.get("tags", ()) for name in ("term", "label")]
    listed = [one.get(key) for name, key in _ADDRESSES.items() for one in _all(entry.get(name))]
    return [*listed, entry.get("image", {}).get("href")]


def _all(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def agrees(claim: Claim, answer: object, *, html: bool) -> bool:
    """Tell whether an answer, in which texts are HTML or plain, says what the claim says."""
    if isinstance(answer, list):
        return any(agrees(claim, one, html=html) for one in answer)
    wanted = claim.value
    if isinstance(wanted, tuple):
        return answer == tuple(wanted)[:6]
    if isinstance(wanted, str) and isinstance(answer, str):
        if _is_name(claim):
            wanted, answer = _without_mail(wanted), _without_mail(answer)
        if not _is_text(claim):
            return wanted == answer or (wanted.startswith("/") and answer.endswith(wanted))
        return plain(wanted) == (plain(answer) if html else letters(answer)) or wanted == answer
    if wanted in ("", None):
        return answer in ("", None)
    return wanted == answer


def _without_mail(name: str) -> str:
    bare = _MAIL.sub("", name).strip()
    # What is left of "editor@example.org (Ayşe Yılmaz)".
    return bare[1:-1] if bare.startswith("(") and bare.endswith(")") else bare


def _is_name(claim: Claim) -> bool:
    return any(key in _NAMES for key in claim.path)


def _is_text(claim: Claim) -> bool:
    return any(str(key).removesuffix("_detail") in _TEXTS for key in claim.path)
