"""What in a text can be clicked: Bluesky takes nothing for a link by itself, every link, hashtag and mention is named
by its place in bytes of UTF-8. Pure.

https://docs.bsky.app/docs/advanced-guides/post-richtext and lexicons/app/bsky/richtext/facet.json (read 2026-11-22).
Addresses count with http(s):// only; a bare domain stays text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import regex

_LINK = re.compile(r"(?<![\w@#/])https?://[^\s<>\"„“”‚‘]+", re.IGNORECASE)
_ENDS = ".,;:!?'’»›…"
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_TAG = regex.compile(r"(?<![^\s(\[„“\"'])[#＃](?P<tag>[^\s#＃\u00ad\u2060\u200a-\u200d]+)")
_TAG_ENDS = regex.compile(r"\p{P}+$")
_LONGEST_TAG = 64
_MENTION = re.compile(
    r"(?<![^\s(\[„“\"'])@(?P<handle>(?:[a-zA-Z0-9](?:[a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,})\b"
)

Span = tuple[int, int]


def links(text: str) -> list[tuple[Span, str]]:
    """Return each address with where it stands, without the punctuation that closes a sentence after it."""
    found = []
    for match in _LINK.finditer(text):
        url = match[0]
        while url[-1] in _ENDS or (url[-1] in _BRACKETS and url.count(_BRACKETS[url[-1]]) < url.count(url[-1])):
            url = url[:-1]
        if len(url) > len("https://"):
            found.append(((match.start(), match.start() + len(url)), url))
    return found


def mentions(text: str) -> list[tuple[Span, str]]:
    """Return each ``@handle`` with where it stands; whether anybody is called so is the server's to say."""
    return [(match.span(), match["handle"].lower()) for match in _MENTION.finditer(text)]


def hashtags(text: str) -> list[tuple[Span, str]]:
    """Return each hashtag without its sign, with where it stands."""
    found = []
    for match in _TAG.finditer(text):
        tag = _TAG_ENDS.sub("", match["tag"]).strip("\ufe0f")
        if tag and not tag.isdecimal() and len(tag) <= _LONGEST_TAG:
            found.append(((match.start(), match.start("tag") + len(tag)), tag))
    return found


def facets(text: str, people: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the facets of a text in order, none over another. ``people`` has the DID of each handle that exists."""
    features = [
        *((span, {"$type": "app.bsky.richtext.facet#link", "uri": url}) for span, url in links(text)),
        *(
            (span, {"$type": "app.bsky.richtext.facet#mention", "did": people[handle]})
            for span, handle in mentions(text)
            if handle in people
        ),
        *((span, {"$type": "app.bsky.richtext.facet#tag", "tag": tag}) for span, tag in hashtags(text)),
    ]
    made: list[dict[str, Any]] = []
    rest, rest_bytes = 0, 0
    for (start, end), feature in sorted(features, key=lambda each: each[0]):
        if start < rest:
            continue
        first = rest_bytes + _bytes(text[rest:start])
        rest, rest_bytes = end, first + _bytes(text[start:end])
        made.append({"index": {"byteStart": first, "byteEnd": rest_bytes}, "features": [feature]})
    return made


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
