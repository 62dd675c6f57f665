"""JSON Feed 1.0 and 1.1. A document that is cut off is no JSON, so nothing of it is taken.

JSON Feed has no place for credits, captions and sizes; a portal of ours tells them in the extension ``_kjc``, whose
``media`` are objects of ``url``, ``mime``, ``medium``, ``width``, ``height``, ``duration``, ``alt``, ``credit``,
``rights``, ``licence``, ``poster``, ``transcript`` and ``captions`` (an address, or objects of ``url`` and ``lang``).
Source of all else: https://www.jsonfeed.org/version/1.1/ (read 2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from distributor.domain import Captions, FeedMedium, ParsedFeed, Refused
from distributor.intake.about import about_json
from distributor.intake.draft import Draft, Markup, Notes, finished, readable
from distributor.intake.html import one_line, tidy
from distributor.intake.links import absolute, first_absolute
from distributor.intake.media import best, is_torrent, kind_of, mime_of, number, plain_mime
from distributor.intake.media_rss import LONGEST_ALT, LONGEST_TRANSCRIPT, MOST_TRACKS

MOST_OBJECTS = 300_000
"""Braces and brackets, those in texts counted in: each may become an object in memory."""

MOST_MEDIA = 200
"""Media of one entry that are looked at, of which fewer are kept."""

Object = Mapping[str, Any]


def read_json(text: str, url: str, notes: Notes) -> ParsedFeed:
    """Return the feed in a JSON Feed document. Raises: Refused where it is cut off or no feed."""
    if text.count("{") + text.count("[") > MOST_OBJECTS:
        raise Refused("Das Dokument hat zu viele Teile und wird nicht gelesen.", code="feed.too_large")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(
            "Das Dokument ist kein vollständiges JSON (vermutlich abgeschnitten); es wird nichts daraus übernommen.",
            code="feed.truncated",
        ) from None
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise Refused("Das JSON-Dokument ist kein JSON Feed: die Liste „items“ fehlt.", code="feed.not_a_feed")
    if "version" not in document and "title" not in document and "home_page_url" not in document:
        raise Refused("Das JSON-Dokument ist kein JSON Feed: Version und Titel fehlen.", code="feed.not_a_feed")
    base = first_absolute(_text(document, "home_page_url"), url, _text(document, "feed_url"))
    authors = _authors(document)
    entries = [entry for entry in document["items"] if isinstance(entry, dict)]
    if len(entries) < len(document["items"]):
        notes.add("items: Ein Eintrag, der kein JSON-Objekt ist, wurde übergangen.")
    return finished(
        format="jsonfeed",
        title=_text(document, "title"),
        drafts=[_draft(entry, base, authors) for entry in readable(entries, notes)],
        notes=notes,
        language=_text(document, "language"),
        about=about_json(document, base),
    )


def _draft(entry: Object, base: str, authors: list[str]) -> Draft:
    """Return the entry; ``authors`` are the feed's, whose every entry without authors of its own is theirs."""
    html, plain = _text(entry, "content_html"), _text(entry, "content_text")
    link = _text(entry, "url") or _text(entry, "external_url")
    return Draft(
        guid=_text(entry, "id"),
        link=link,
        title=Markup(_text(entry, "title")),
        summary=Markup(_text(entry, "summary")),
        content=Markup(html, "html") if html.strip() else Markup(plain, "text"),
        published=[_text(entry, "date_published")],
        updated=[_text(entry, "date_modified")],
        topics=[topic for topic in _list(entry, "tags") if isinstance(topic, str)],
        authors=_authors(entry) or authors,
        language=_text(entry, "language"),
        media=_media(entry, base),
        base=base or absolute(link),
    )


def _authors(holder: Object) -> list[str]:
    """Return the authors' names, as version 1.1 writes them or, one only, version 1.0."""
    named = [*_list(holder, "authors"), holder.get("author")]
    return [name for author in named if isinstance(author, dict) and (name := _text(author, "name"))]


def _media(entry: Object, base: str) -> list[FeedMedium]:
    pictures = [
        FeedMedium(url=url, kind="image", mime=mime_of(url))
        for name in ("image", "banner_image")
        if (url := absolute(_text(entry, name), base))
    ]
    named = [*_extension(entry, base), *_attached(entry, base)]
    if not any(one.kind == "video" for one in named):
        return [*pictures[:1], *named]
    poster = pictures[0].url if pictures else ""
    return [replace(one, poster=one.poster or poster) if one.kind == "video" else one for one in named]


def _attached(entry: Object, base: str) -> list[FeedMedium]:
    """Return the attachments, of those under one title the best: they are the same thing in several formats."""
    alternatives: dict[str, list[FeedMedium]] = {}
    for place, attachment in enumerate(_list(entry, "attachments")[:MOST_MEDIA]):
        if isinstance(attachment, dict) and (medium := _attachment(attachment, base)):
            alternatives.setdefault(f"{medium.kind} {_text(attachment, 'title') or place}", []).append(medium)
    return [chosen for group in alternatives.values() if (chosen := best(group))]


def _extension(entry: Object, base: str) -> list[FeedMedium]:
    own = entry.get("_kjc")
    told = _list(own, "media")[:MOST_MEDIA] if isinstance(own, dict) else []
    lang = _text(entry, "language").partition("-")[0]
    return [medium for one in told if isinstance(one, dict) and (medium := _told(one, base, lang))]


def _told(told: Object, base: str, lang: str) -> FeedMedium | None:
    url, mime = absolute(_text(told, "url"), base), plain_mime(_text(told, "mime"))
    if not url or is_torrent(url, mime):
        return None
    return FeedMedium(
        url=url,
        kind=kind_of(url, mime, _text(told, "medium")),
        mime=mime or mime_of(url),
        width=number(_text(told, "width")) or None,
        height=number(_text(told, "height")) or None,
        duration=_seconds(told.get("duration")),
        alt=_line(told, "alt") if isinstance(told.get("alt"), str) else None,
        credit=_line(told, "credit"),
        captions=tuple(_captions(told.get("captions"), base, lang)),
        poster=absolute(_text(told, "poster"), base),
        rights=_line(told, "rights"),
        licence=_line(told, "licence"),
        transcript=tidy(_text(told, "transcript")[:LONGEST_TRANSCRIPT]),
    )


def _captions(told: object, base: str, lang: str) -> list[Captions]:
    """Return the tracks; one that names no language has the entry's."""
    tracks = [{"url": told}] if isinstance(told, str) else told if isinstance(told, list) else []
    return [
        Captions(url, _text(track, "lang") or lang, mime_of(url))
        for track in tracks[:MOST_TRACKS]
        if isinstance(track, dict) and (url := absolute(_text(track, "url"), base))
    ]


def _attachment(attachment: Object, base: str) -> FeedMedium | None:
    url, mime = absolute(_text(attachment, "url"), base), plain_mime(_text(attachment, "mime_type"))
    if not url or is_torrent(url, mime):
        return None
    return FeedMedium(
        url=url,
        kind=kind_of(url, mime),
        mime=mime or mime_of(url),
        duration=_seconds(attachment.get("duration_in_seconds")),
    )


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e7:
        return None
    return float(value)


def _line(holder: Object, name: str) -> str:
    return one_line(tidy(_text(holder, name)[:LONGEST_ALT]))


def _text(entry: Object, name: str) -> str:
    """Return a member as text; ids may be numbers in the wild, anything else that is no text counts as absent."""
    value = entry.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    try:
        return str(value)
    except ValueError:
        return ""


def _list(entry: Object, name: str) -> list[Any]:
    value = entry.get(name)
    return value if isinstance(value, list) else []
