"""Items as JSON: the report of ``feed check``, pinned from outside, and the form that revisions are stored in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from distributor.domain import Captions, FeedItem, FeedMedium, ParsedFeed


def report(parsed: ParsedFeed) -> dict[str, Any]:
    """Return the items as parsed, with the keys that are pinned for ``feed check``: more may follow, none may go."""
    return {
        "format": parsed.format,
        "items": [_reported(item) for item in parsed.items],
        "problems": list(parsed.problems),
        "title": parsed.title,
    }


def item_document(item: FeedItem) -> dict[str, Any]:
    """Return the item as plain JSON values; :func:`item_of` gives it back unchanged."""
    return {
        **asdict(item),
        "topics": list(item.topics),
        "media": [{**asdict(medium), "captions": _captions(medium)} for medium in item.media],
        **{name: _written(getattr(item, name)) for name in _TIMES},
    }


def item_of(document: Mapping[str, Any]) -> FeedItem:
    """Rebuild the item from what :func:`item_document` gave."""
    return FeedItem(
        **{
            **document,
            "topics": tuple(document["topics"]),
            "media": tuple(_medium_of(medium) for medium in document["media"]),
            **{name: _read(document.get(name)) for name in _TIMES},
        }
    )


_TIMES = ("published_at", "updated_at", "embargo_until", "valid_until")


def _reported(item: FeedItem) -> dict[str, Any]:
    return {
        "guid": item.guid,
        "title": item.title,
        "link": item.link,
        "published_at": _written(item.published_at),
        "updated_at": _written(item.updated_at),
        "summary": item.summary,
        "text": item.text,
        "topics": list(item.topics),
        "credit": item.credit,
        "language": item.language,
        "media": [
            {
                "url": medium.url,
                "kind": medium.kind,
                "mime": medium.mime,
                "width": medium.width,
                "height": medium.height,
                "duration": medium.duration,
                "alt": medium.alt,
                "captions": _captions(medium),
                "credit": medium.credit,
                "rights": medium.rights,
                "licence": medium.licence,
                "poster": medium.poster,
                "transcript": medium.transcript,
            }
            for medium in item.media
        ],
        "author": item.author,
        "embargo_until": _written(item.embargo_until),
        "valid_until": _written(item.valid_until),
    }


def _captions(medium: FeedMedium) -> list[dict[str, str]]:
    return [{"url": track.url, "lang": track.lang, "mime": track.mime} for track in medium.captions]


def _medium_of(document: Mapping[str, Any]) -> FeedMedium:
    return FeedMedium(**{**document, "captions": tuple(Captions(**track) for track in document["captions"])})


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)
