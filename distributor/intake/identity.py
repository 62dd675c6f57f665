"""Who is who between two polls: what is new, what changed, what stayed. Pure.

An item is recognised by its guid, then by its link, then by its content. Each known item is recognised at most once
in a poll, and what cannot tell entries apart (a link to the front page, an address of several entries) tells nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from distributor.domain import FeedItem

CLOCKS_APART = timedelta(minutes=5)
"""So far a portal's clock may be ahead of ours; what it dates with its present time is no embargo. Our own choice."""

LEAD = 300
"""Characters of the text that count for the fingerprint."""

_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|dclid|msclkid|igshid|mc_[ce]id|wt_mc|pk_\w+|mtm_\w+", re.IGNORECASE)
_PATH_END = re.compile(r"[\s/]+\Z")
_NO_WORD = re.compile(r"[\W_]+")

By: TypeAlias = Literal["guid", "link", "content"]


@dataclass(frozen=True, slots=True)
class Known:
    """What the store remembers of an item: ``link`` as the feed gave it, its two hashes, and until when it is held."""

    item_id: int
    guid: str
    link: str
    fingerprint: str
    digest: str
    embargo_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class New:
    """Nobody has seen this item before."""

    item: FeedItem


@dataclass(frozen=True, slots=True)
class Changed:
    """A known item says something else now: a new revision. ``by`` tells what it was recognised by."""

    item_id: int
    item: FeedItem
    by: By


@dataclass(frozen=True, slots=True)
class Same:
    """A known item, as it was."""

    item_id: int


Intent: TypeAlias = New | Changed | Same


def decide(parsed: Sequence[FeedItem], known: Sequence[Known], now: datetime) -> list[New | Changed | Same]:
    """Return one intent for each distinct item of the document, in its order."""
    items = distinct(parsed)
    matches: dict[int, tuple[Known, By]] = {}
    taken: set[int] = set()
    for by, of_item, of_known in _KEYS:
        for place, one in _pairs(items, known, of_item, of_known):
            if place not in matches and one.item_id not in taken:
                matches[place] = (one, by)
                taken.add(one.item_id)
    return [_intent(item, matches.get(place), now) for place, item in enumerate(items)]


def flood(intents: Iterable[New | Changed | Same], *, first: bool, limit: int = 20) -> bool:
    """Tell whether a later poll brings so many new items that an editor must look first."""
    return not first and sum(isinstance(intent, New) for intent in intents) > limit


def fingerprint(item: FeedItem) -> str:
    """Return a hash of what a reader would call the same story: title, day and beginning of the text."""
    day = item.published_at.date().isoformat() if item.published_at else ""
    title, lead = _words(item.title), _words((item.text or item.summary)[: 2 * LEAD])[:LEAD]
    if not title and not lead:
        # A picture without a word: its media are all there is to know it by, and else its address.
        return _hash([day, [medium.url for medium in item.media] or item.link or item.guid])
    return _hash([title, day, lead])


def content_digest(item: FeedItem) -> str:
    """Return a hash of what can change a post: text, link, media and until when it is valid; a medium's by its address.

    Dates, which many portals refresh without cause, do not count; an embargo is compared by itself.
    """
    media = [
        [
            medium.url,
            medium.kind,
            medium.alt,
            medium.credit,
            medium.poster,
            medium.rights,
            medium.licence,
            medium.transcript,
            [[track.url, track.lang] for track in medium.captions],
        ]
        for medium in item.media
    ]
    valid_until = item.valid_until.isoformat() if item.valid_until else None
    texts = [item.title, item.link, item.summary, item.text, list(item.topics), item.credit, item.language]
    return _hash([texts, media, valid_until])


def normal_link(link: str) -> str:
    """Return ``link`` without what does not change where it leads: tracking, fragment, last slash, case of the host."""
    try:
        parts = urlsplit(link.strip())
        port = parts.port
    except ValueError:
        return ""
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    if port is not None and port != {"http": 80, "https": 443}.get(scheme):
        host = f"{host}:{port}"
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _tracks(name)]
    return urlunsplit((scheme, host, _PATH_END.sub("", parts.path), urlencode(query), ""))


def _tracks(name: str) -> bool:
    return _TRACKING.fullmatch(name) is not None


def distinct(parsed: Iterable[FeedItem]) -> list[FeedItem]:
    """Return the entries of a document that say anything, of several with one identity the first."""
    found: dict[str, FeedItem] = {}
    for item in parsed:
        if not item.empty:
            found.setdefault(item.guid or f"content:{fingerprint(item)}", item)
    return list(found.values())


def _pairs(
    items: Sequence[FeedItem],
    known: Sequence[Known],
    of_item: Callable[[FeedItem], str],
    of_known: Callable[[Known], str],
) -> list[tuple[int, Known]]:
    """Pair items with known ones by a key, as far as it names one thing on either side."""
    keys = [of_item(item) for item in items]
    in_document, in_store = Counter(keys), Counter(map(of_known, known))
    by_key = {of_known(one): one for one in known}
    return [
        (place, by_key[key])
        for place, key in enumerate(keys)
        if key and key in by_key and in_document[key] == 1 and in_store[key] == 1
    ]


def _intent(item: FeedItem, match: tuple[Known, By] | None, now: datetime) -> New | Changed | Same:
    if match is None:
        return New(item)
    one, by = match
    same = one.digest == content_digest(item) and _to_come(one.embargo_until, now) == _to_come(item.embargo_until, now)
    return Same(one.item_id) if same else Changed(one.item_id, item, by)


def _to_come(embargo: datetime | None, now: datetime) -> datetime | None:
    """Return the embargo if it still binds. One that is over is none: portals may date everything anew at each look."""
    return embargo if embargo is not None and embargo > now + CLOCKS_APART else None


def telling_link(link: str) -> str:
    """Return the normal link, or an empty string where it leads to a whole site and so to no single entry."""
    normal = normal_link(link)
    parts = urlsplit(normal)
    return normal if parts.path or parts.query else ""


def _content_key(item: FeedItem) -> str:
    """Return the fingerprint of a dated item; an undated one may be next week's entry under the same words."""
    return fingerprint(item) if item.published_at else ""


_KEYS: tuple[tuple[By, Callable[[FeedItem], str], Callable[[Known], str]], ...] = (
    ("guid", lambda item: item.guid, lambda one: one.guid),
    ("link", lambda item: telling_link(item.link), lambda one: telling_link(one.link)),
    ("content", _content_key, lambda one: one.fingerprint),
)


def _words(text: str) -> str:
    return _NO_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()
