"""The three feeds as text: RSS 2.0 and Atom with Media RSS, and JSON Feed 1.1. Pure.

They say the same. JSON Feed has no place of its own for alt texts, credits and captions, so the picture also stands in
its ``content_html`` and everything about the media in the extension ``_kjc``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from connectors.sandbox.portal.files import mime_of
from connectors.sandbox.portal.items import Item
from connectors.sandbox.portal.pictures import DRAWINGS

TITLE = "KJC-Universum"
SUBTITLE = "Geld, Wohnen, Ausbildung, Jobsuche: Beiträge für alle unter 25"
AUTHOR = "Redaktion KJC-Universum"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MEDIA = "http://search.yahoo.com/mrss/"
_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"


def rss(items: Sequence[Item], base: str, changed_at: datetime) -> str:
    """Return the items as RSS 2.0."""
    channel = [
        _tag("title", text=TITLE),
        _tag("link", text=f"{base}/"),
        _tag("description", text=SUBTITLE),
        _tag("language", text="de-DE"),
        _tag("lastBuildDate", text=format_datetime(changed_at, usegmt=True)),
        _tag("atom:link", {"rel": "self", "type": "application/rss+xml", "href": f"{base}/feed.rss"}),
        *(_rss_item(item, base) for item in items),
    ]
    spaces = {"version": "2.0", "xmlns:media": _MEDIA, "xmlns:atom": _ATOM, "xmlns:content": _CONTENT}
    return _XML + _tag("rss", spaces, [_tag("channel", inner=channel)]) + "\n"


def atom(items: Sequence[Item], base: str, changed_at: datetime) -> str:
    """Return the items as Atom 1.0."""
    feed = [
        _tag("id", text="urn:kjc:feed"),
        _tag("title", text=TITLE),
        _tag("subtitle", text=SUBTITLE),
        _tag("updated", text=_iso(changed_at)),
        _tag("link", {"rel": "self", "type": "application/atom+xml", "href": f"{base}/feed.atom"}),
        _tag("link", {"rel": "alternate", "type": "text/html", "href": f"{base}/"}),
        _tag("author", inner=[_tag("name", text=AUTHOR)]),
        *(_atom_entry(item, base) for item in items),
    ]
    return _XML + _tag("feed", {"xmlns": _ATOM, "xmlns:media": _MEDIA, "xml:lang": "de-DE"}, feed) + "\n"


def json_feed(items: Sequence[Item], base: str) -> str:
    """Return the items as JSON Feed 1.1."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLE,
        "description": SUBTITLE,
        "home_page_url": f"{base}/",
        "feed_url": f"{base}/feed.json",
        "language": "de-DE",
        "authors": [{"name": AUTHOR}],
        "items": [_json_item(item, base) for item in items],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def page_of(item: Item, base: str) -> str:
    """Return the address of the item's own page."""
    return f"{base}/beitrag/{item.slug}"


def media_of(item: Item, base: str) -> list[dict[str, Any]]:
    """Return the item's media as plain values: the video if there is one, then its picture or poster frame."""
    media: list[dict[str, Any]] = []
    if item.video:
        media.append(
            {
                "url": f"{base}/media/{item.video.name}",
                "mime": "video/mp4",
                "medium": "video",
                "width": item.video.width,
                "height": item.video.height,
                "duration": item.video.duration,
                "credit": item.credit,
                "poster": f"{base}/media/{item.picture}",
                "captions": f"{base}/media/{item.video.captions}",
            }
        )
    if item.picture:
        drawing = DRAWINGS.get(item.picture)
        size = {"width": drawing.width, "height": drawing.height} if drawing else {}
        address, mime = f"{base}/media/{item.picture}", mime_of(item.picture)
        media.append({"url": address, "mime": mime, "medium": "image", "alt": item.alt, "credit": item.credit, **size})
    return media


def _rss_item(item: Item, base: str) -> str:
    return _tag(
        "item",
        inner=[
            _tag("guid", {"isPermaLink": "false"}, text=item.guid),
            _tag("title", text=item.title),
            _tag("link", text=page_of(item, base)),
            _tag("pubDate", text=format_datetime(item.published_at, usegmt=True)),
            _tag("atom:updated", text=_iso(item.updated_at)),
            _tag("description", text=item.summary),
            _tag("content:encoded", text=_html(item)),
            *(_tag("category", text=topic) for topic in item.topics),
            *_credit(item.credit),
            *(_media_content(medium) for medium in media_of(item, base)),
        ],
    )


def _atom_entry(item: Item, base: str) -> str:
    return _tag(
        "entry",
        inner=[
            _tag("id", text=item.guid),
            _tag("title", text=item.title),
            _tag("link", {"rel": "alternate", "type": "text/html", "href": page_of(item, base)}),
            _tag("published", text=_iso(item.published_at)),
            _tag("updated", text=_iso(item.updated_at)),
            _tag("summary", text=item.summary),
            _tag("content", {"type": "html"}, text=_html(item)),
            *(_tag("category", {"term": topic}) for topic in item.topics),
            *_credit(item.credit),
            *(_media_content(medium) for medium in media_of(item, base)),
        ],
    )


def _media_content(medium: Mapping[str, Any]) -> str:
    names = {"url": "url", "mime": "type", "medium": "medium", "width": "width", "height": "height"}
    names["duration"] = "duration"
    attributes = {names[key]: str(medium[key]) for key in names if key in medium}
    inner = []
    if medium.get("alt"):
        inner.append(_tag("media:description", {"type": "plain"}, text=medium["alt"]))
    inner += _credit(medium["credit"])
    if "poster" in medium:
        inner.append(_tag("media:thumbnail", {"url": medium["poster"]}))
        inner.append(_tag("media:subTitle", {"href": medium["captions"], "type": "text/vtt", "lang": "de"}))
    return _tag("media:content", attributes, inner)


def _credit(credit: str) -> list[str]:
    return [_tag("media:credit", {"role": "photographer", "scheme": "urn:ebu"}, text=credit)] if credit else []


def _json_item(item: Item, base: str) -> dict[str, Any]:
    media = media_of(item, base)
    document: dict[str, Any] = {
        "id": item.guid,
        "url": page_of(item, base),
        "title": item.title,
        "summary": item.summary,
        "content_html": _image(item, base) + _html(item),
        "date_published": _iso(item.published_at),
        "date_modified": _iso(item.updated_at),
        "tags": list(item.topics),
        "language": "de-DE",
        "_kjc": {"media": media},
    }
    if item.picture:
        document["image"] = f"{base}/media/{item.picture}"
    if item.video:
        attachment = {"url": media[0]["url"], "mime_type": "video/mp4", "duration_in_seconds": item.video.duration}
        document["attachments"] = [attachment]
    return document


def _image(item: Item, base: str) -> str:
    if not item.picture:
        return ""
    return f"<p><img src={quoteattr(f'{base}/media/{item.picture}')} alt={quoteattr(item.alt)}></p>"


def _html(item: Item) -> str:
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in item.paragraphs)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _tag(name: str, attributes: Mapping[str, str] | None = None, inner: Sequence[str] = (), text: str = "") -> str:
    words = "".join(f" {key}={quoteattr(value)}" for key, value in (attributes or {}).items())
    body = "".join(inner) + escape(text)
    return f"<{name}{words}>{body}</{name}>" if body else f"<{name}{words}/>"
