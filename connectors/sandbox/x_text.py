"""Text as X counts it and as X hands it back: 280 weighted signs, links rewritten to t.co, ``&`` escaped.

Weights are those of twitter-text's configuration version 3 (docs.x.com/fundamentals/counting-characters, read
2026-11-21). The count is our own simple one: it may be a little milder than the original, never stricter for links.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from typing import Any

MAX_WEIGHT = 280
LINK_WEIGHT = 23

_LINK = re.compile(
    r"https?://[^\s<>\"„“”]+"
    r"|(?<![\w@.\-/])(?:[\w-]+\.)+(?:de|com|org|net|eu|info|bund|koeln|nrw)(?![\w-])(?:/[^\s<>\"„“”]*)?",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?)]}'…»"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|[0-9#*]\ufe0f?\u20e3"
    "|[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff](?:\ufe0f|[\U0001f3fb-\U0001f3ff])?"
    "(?:\u200d[\u2190-\u3299\U0001f000-\U0001faff](?:\ufe0f|[\U0001f3fb-\U0001f3ff])?)*"
)
_LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))


def links(text: str) -> list[tuple[int, int]]:
    """Return where the links in ``text`` begin and end."""
    return [
        (match.start(), match.start() + len(match[0].rstrip(_TRAILING)))
        for match in _LINK.finditer(text)
        if match[0].rstrip(_TRAILING)
    ]


def weight(text: str) -> int:
    """Return the weighted length: a link 23, an emoji 2, most Latin signs 1, all else 2."""
    text = unicodedata.normalize("NFC", text)
    total, rest, at = 0, "", 0
    for start, end in links(text):
        total += LINK_WEIGHT
        rest += text[at:start]
        at = end
    rest += text[at:]
    emoji = [match for match in _EMOJI.finditer(rest) if len(match[0]) > 1 or not _is_light(match[0])]
    plain = len(rest) - sum(len(match[0]) for match in emoji)
    heavy = sum(not _is_light(sign) for sign in rest) - sum(not _is_light(sign) for match in emoji for sign in match[0])
    return total + 2 * len(emoji) + plain + heavy


def _is_light(sign: str) -> bool:
    return any(first <= ord(sign) <= last for first, last in _LIGHT)


def as_returned(post_id: str, username: str, text: str, pictures: int) -> tuple[str, list[dict[str, Any]]]:
    """Return the text as the API gives it back and its ``entities.urls``.

    Links become t.co links, the pictures of a post get one of their own at the end, and ``& < >`` are escaped.
    """
    entries: list[dict[str, Any]] = []
    shown, at = "", 0
    for start, end in links(text):
        shown += html.escape(text[at:start], quote=False)
        full = text[start:end] if "://" in text[start:end] else f"http://{text[start:end]}"
        shown = _append(shown, entries, _short(post_id, len(entries)), full)
        at = end
    shown += html.escape(text[at:], quote=False)
    if pictures:
        shown += " " if shown else ""
        address = f"https://x.com/{username}/status/{post_id}/photo/1"
        shown = _append(shown, entries, _short(post_id, len(entries)), address)
    return shown, entries


def _short(post_id: str, place: int) -> str:
    return "https://t.co/" + hashlib.sha256(f"{post_id}/{place}".encode()).hexdigest()[:10]


def _append(shown: str, entries: list[dict[str, Any]], short: str, full: str) -> str:
    entry = {"start": len(shown), "end": len(shown) + len(short), "url": short, "expanded_url": full}
    entries.append(entry | {"display_url": full.partition("://")[2][:30]})
    return shown + short
