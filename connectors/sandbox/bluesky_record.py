"""What a record of app.bsky.feed.post may be, after lexicons/app/bsky of github.com/bluesky-social/atproto (read
2026-11-22): lengths, languages, facets by byte, pictures and link cards. Blobs are looked up elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import regex

from connectors.sandbox.bluesky_call import SIGNS, TID_LENGTH, BlueskyRefusal, Json, invalid

POST = "app.bsky.feed.post"
GATE = "app.bsky.feed.threadgate"
IMAGE_BYTES = 2_000_000
THUMBNAIL_BYTES = 1_000_000
VIDEO_BYTES = 300_000_000
CAPTION_BYTES = 20_000


_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_URI = re.compile(r"[a-z][a-z0-9+.\-]*:\S+")


def check(key: str, record: Any) -> None:
    """Refuse what the lexicon does not allow. Raises: BlueskyRefusal."""
    if len(key) != TID_LENGTH or not set(key) <= set(SIGNS) or key[0] not in SIGNS[:16]:
        raise invalid("Invalid record key for app.bsky.feed.post: not a valid TID")
    if not isinstance(record, dict) or record.get("$type") != POST:
        raise invalid(f"Invalid $type: expected {POST}")
    text = record.get("text")
    if not isinstance(text, str):
        raise _bad("expected string at $.text")
    if len(text.encode()) > 3000:
        raise _bad(f"string too big (maximum 3000, got {len(text.encode())}) at $.text")
    if (clusters := len(regex.findall(r"\X", text))) > 300:
        raise _bad(f"grapheme too big (maximum 300, got {clusters}) at $.text")
    _check_created(record.get("createdAt"))
    langs = record.get("langs", [])
    if not isinstance(langs, list) or len(langs) > 3 or not all(_LANGUAGE.fullmatch(str(lang)) for lang in langs):
        raise _bad("expected at most 3 languages at $.langs")
    for facet in record.get("facets", []):
        _check_facet(facet, len(text.encode()))


_RULES = {"followerRule": "followers", "followingRule": "following", "mentionRule": "mentioned"}


def replies_of(gate_key: Any, gate: Any, key: str, uri: str) -> str:
    """Return who may reply by a post's threadgate, which must have the post's own key. Raises: BlueskyRefusal."""
    if not isinstance(gate, dict) or gate.get("$type") != GATE or gate_key != key or gate.get("post") != uri:
        raise invalid(f"Invalid {GATE} record: it must name the post with the same key")
    allow = gate.get("allow")
    if not isinstance(allow, list) or len(allow) > 5:
        raise invalid(f"Invalid {GATE} record: expected at most 5 rules at $.allow")
    names = [str(rule.get("$type", "")) if isinstance(rule, dict) else "" for rule in allow]
    known = [_RULES.get(name.removeprefix(f"{GATE}#"), "") for name in names]
    if not all(known):
        raise invalid(f"Invalid {GATE} record: an unknown rule at $.allow")
    return known[0] if known else "nobody"


def _bad(message: str) -> BlueskyRefusal:
    return invalid(f"Invalid {POST} record: {message}")


def _check_created(value: Any) -> None:
    try:
        if datetime.fromisoformat(str(value)).tzinfo is None:
            raise ValueError(value)
    except ValueError as error:
        raise _bad("expected datetime at $.createdAt") from error


def _check_facet(facet: Any, size: int) -> None:
    try:
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        features = facet["features"]
    except (TypeError, KeyError) as error:
        raise _bad("expected index and features at $.facets") from error
    if not 0 <= start < end <= size:
        raise _bad("byteEnd beyond the text at $.facets")
    if not all(map(_is_whole, features)):
        raise _bad("a feature lacks what it needs at $.facets")


def _is_whole(feature: Json) -> bool:
    match str(feature.get("$type", "")):
        case "app.bsky.richtext.facet#link":
            return bool(_URI.fullmatch(str(feature.get("uri", ""))))
        case "app.bsky.richtext.facet#mention":
            return str(feature.get("did", "")).startswith("did:")
        case "app.bsky.richtext.facet#tag":
            return 0 < len(str(feature.get("tag", ""))) <= 64
        case _:
            return False


def clickable(record: Json) -> Iterator[tuple[int, int, str]]:
    """Yield where the text's links stand, in bytes, and where they lead."""
    for facet in record.get("facets", []):
        for feature in facet["features"]:
            if "uri" in feature:
                yield facet["index"]["byteStart"], facet["index"]["byteEnd"], str(feature["uri"])


@dataclass(frozen=True, slots=True)
class Embedded:
    """A file that a record refers to: of what kind it must be, the most bytes it may have, and what is said of it."""

    blob: Json
    kind: str
    most: int
    alt: str = ""


def embedded(record: Json) -> list[Embedded]:
    """Return the pictures or the video a record refers to. Raises: BlueskyRefusal."""
    embed = record.get("embed")
    if embed is None:
        return []
    kind = embed.get("$type") if isinstance(embed, dict) else None
    if kind == "app.bsky.embed.images":
        return _images(embed.get("images"))
    if kind == "app.bsky.embed.video":
        if not isinstance(embed.get("video"), dict):
            raise _bad("expected blob at $.embed.video")
        return [Embedded(embed["video"], "video/mp4", VIDEO_BYTES, str(embed.get("alt") or ""))]
    if kind == "app.bsky.embed.external":
        card = embed.get("external")
        if not isinstance(card, dict) or not {"uri", "title", "description"} <= card.keys():
            raise _bad("expected uri, title and description at $.embed.external")
        return [Embedded(card["thumb"], "image/", THUMBNAIL_BYTES)] if "thumb" in card else []
    raise _bad("this embed is not offered here at $.embed")


def captioned(record: Json) -> list[Embedded]:
    """Return the captions a record refers to. Raises: BlueskyRefusal."""
    listed = (record.get("embed") or {}).get("captions", [])
    if not isinstance(listed, list) or len(listed) > 20:
        raise _bad("array too big (maximum 20) at $.embed.captions")
    for each in listed:
        if not isinstance(each, dict) or not _LANGUAGE.fullmatch(str(each.get("lang"))):
            raise _bad("expected language at $.embed.captions[0].lang")
    return [Embedded(each.get("file") or {}, "text/vtt", CAPTION_BYTES) for each in listed]


def _images(images: Any) -> list[Embedded]:
    if not isinstance(images, list) or not images:
        raise _bad("expected array at $.embed.images")
    if len(images) > 4:
        raise _bad(f"array too big (maximum 4, got {len(images)}) at $.embed.images")
    for image in images:
        if not isinstance(image, dict) or not isinstance(image.get("alt"), str):
            raise _bad('Missing required key "alt" at $.embed.images[0].alt')
    return [Embedded(image.get("image") or {}, "image/", IMAGE_BYTES, image["alt"]) for image in images]


def card_link(record: Json) -> str:
    """Return where the record's card leads, empty if it has none."""
    embed = record.get("embed") or {}
    return str((embed.get("external") or {}).get("uri", ""))
