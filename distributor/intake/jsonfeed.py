"""JSON Feed 1.0 and 1.1. A document that is cut off is no JSON, so nothing of it is taken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from distributor.domain import FeedMedium, ParsedFeed, Refused
from distributor.intake.draft import Draft, Markup, Notes, finished
from distributor.intake.links import absolute, first_absolute
from distributor.intake.media import best, is_torrent, kind_of, mime_of, plain_mime

Object = Mapping[str, Any]


def read_json(text: str, url: str, notes: Notes) -> ParsedFeed:
    """Return the feed in a JSON Feed document. Raises: Refused where it is cut off or no feed."""
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
    entries = [entry for entry in document["items"] if isinstance(entry, dict)]
    if len(entries) < len(document["items"]):
        notes.add("items: Ein Eintrag, der kein JSON-Objekt ist, wurde übergangen.")
    return finished(
        format="jsonfeed",
        title=_text(document, "title"),
        drafts=[_draft(entry, base) for entry in entries],
        notes=notes,
        language=_text(document, "language"),
    )


def _draft(entry: Object, base: str) -> Draft:
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
        language=_text(entry, "language"),
        media=_media(entry, base),
        base=base or absolute(link),
    )


def _media(entry: Object, base: str) -> list[FeedMedium]:
    pictures = [
        FeedMedium(url=url, kind="image", mime=mime_of(url))
        for name in ("image", "banner_image")
        if (url := absolute(_text(entry, name), base))
    ]
    # Attachments under one title are the same thing in several formats.
    alternatives: dict[str, list[FeedMedium]] = {}
    for place, attachment in enumerate(_list(entry, "attachments")):
        if isinstance(attachment, dict) and (medium := _attachment(attachment, base)):
            alternatives.setdefault(f"{medium.kind} {_text(attachment, 'title') or place}", []).append(medium)
    attached = [chosen for group in alternatives.values() if (chosen := best(group))]
    if not any(one.kind == "video" for one in attached):
        return [*pictures[:1], *attached]
    poster = pictures[0].url if pictures else ""
    return [replace(one, poster=poster) if one.kind == "video" else one for one in attached]


def _attachment(attachment: Object, base: str) -> FeedMedium | None:
    url, mime = absolute(_text(attachment, "url"), base), plain_mime(_text(attachment, "mime_type"))
    if not url or is_torrent(url, mime):
        return None
    duration = attachment.get("duration_in_seconds")
    known = isinstance(duration, int | float) and not isinstance(duration, bool) and 0 < duration < 1e7
    return FeedMedium(
        url=url, kind=kind_of(url, mime), mime=mime or mime_of(url), duration=float(duration or 0) if known else None
    )


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
