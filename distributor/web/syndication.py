"""A Jobcenter's posts as RSS 2.0, Atom and JSON Feed 1.1. Pure.

Sources (read 2026-11-30): RSS 2.0 https://www.rssboard.org/rss-specification, Media RSS
https://www.rssboard.org/media-rss, Atom RFC 4287, pages of a feed RFC 5005, JSON Feed
https://www.jsonfeed.org/version/1.1/. An RSS item has one enclosure; what more there is, and what each picture shows,
stands in Media RSS and in the HTML.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from lxml import etree

from connectors.base import Medium
from distributor.media.links import suffix_of
from distributor.services.own_pages import Entry, Shelf

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_MEDIA = "http://search.yahoo.com/mrss/"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Not only what XML 1.0 forbids (https://www.w3.org/TR/xml/#charsets): lone halves of a character too.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Words:
    """What a feed says of itself, in the reader's language: its title and what it is."""

    title: str
    about: str
    more: str


def rss(shelf: Shelf, words: Words, itself: str, older: str) -> bytes:
    """Return an RSS 2.0 document; ``older`` is the address of the next page, empty at the end."""
    root = etree.Element("rss", version="2.0", nsmap={"atom": _ATOM, "content": _CONTENT, "media": _MEDIA})
    channel = etree.SubElement(root, "channel")
    _add(channel, "title", words.title)
    _add(channel, "link", shelf.home)
    _add(channel, "description", words.about)
    _add(channel, "language", "de")
    _add(channel, "lastBuildDate", format_datetime(_updated(shelf), usegmt=True))
    _links(channel, itself, older)
    for entry in shelf.entries:
        _rss_item(etree.SubElement(channel, "item"), entry, words)
    return _written(root)


def _rss_item(item: etree._Element, entry: Entry, words: Words) -> None:
    _add(item, "title", title_of(entry))
    _add(item, "link", entry.url)
    _add(item, "guid", entry.url, isPermaLink="true")
    _add(item, "pubDate", format_datetime(entry.at, usegmt=True))
    _add(item, "description", _text(entry))  # readers take it for HTML, so what is no markup must not look like it
    _add(item, f"{{{_CONTENT}}}encoded", html_of(entry, words))
    for topic in entry.topics:
        _add(item, "category", topic)
    for medium in entry.post.media[:1]:
        _add(item, "enclosure", url=address_of(entry, medium), length=str(medium.size), type=medium.mime)
    for medium in entry.post.media:
        shown = _add(
            item, f"{{{_MEDIA}}}content", url=address_of(entry, medium), type=medium.mime, fileSize=str(medium.size),
            medium="video" if medium.film else "image", width=str(medium.width), height=str(medium.height),
        )  # fmt: skip
        if medium.alt:
            _add(shown, f"{{{_MEDIA}}}description", medium.alt, type="plain")


def atom(shelf: Shelf, words: Words, itself: str, older: str) -> bytes:
    """Return an Atom document; ``older`` is the address of the next page, empty at the end."""
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    root.set("{http://www.w3.org/XML/1998/namespace}lang", "de")
    _add(root, f"{{{_ATOM}}}title", words.title)
    _add(root, f"{{{_ATOM}}}subtitle", words.about)
    _add(root, f"{{{_ATOM}}}id", shelf.home)
    _add(root, f"{{{_ATOM}}}updated", _updated(shelf).isoformat())
    author = _add(root, f"{{{_ATOM}}}author")
    _add(author, f"{{{_ATOM}}}name", shelf.organisation.name)
    _add(root, f"{{{_ATOM}}}link", rel="alternate", type="text/html", href=shelf.home)
    _links(root, itself, older)
    for entry in shelf.entries:
        _atom_entry(_add(root, f"{{{_ATOM}}}entry"), entry, words)
    return _written(root)


def _atom_entry(element: etree._Element, entry: Entry, words: Words) -> None:
    element.set("{http://www.w3.org/XML/1998/namespace}lang", entry.language)
    _add(element, f"{{{_ATOM}}}title", title_of(entry))
    _add(element, f"{{{_ATOM}}}id", entry.url)
    _add(element, f"{{{_ATOM}}}published", entry.at.isoformat())
    _add(element, f"{{{_ATOM}}}updated", entry.at.isoformat())
    _add(element, f"{{{_ATOM}}}link", rel="alternate", type="text/html", href=entry.url)
    if entry.post.link:
        _add(element, f"{{{_ATOM}}}link", rel="related", href=entry.post.link)
    for medium in entry.post.media:
        _add(
            element, f"{{{_ATOM}}}link", rel="enclosure", href=address_of(entry, medium), type=medium.mime,
            length=str(medium.size), title=_clean(medium.alt),
        )  # fmt: skip
    for topic in entry.topics:
        _add(element, f"{{{_ATOM}}}category", term=_clean(topic))
    _add(element, f"{{{_ATOM}}}content", html_of(entry, words), type="html")


def json_feed(shelf: Shelf, words: Words, itself: str, older: str) -> bytes:
    """Return a JSON Feed 1.1 document; ``older`` is the address of the next page, empty at the end."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": words.title,
        "description": words.about,
        "home_page_url": shelf.home,
        "feed_url": itself,
        "language": "de",
        "authors": [{"name": shelf.organisation.name}],
        **({"next_url": older} if older else {}),
        "items": [_json_item(entry, words) for entry in shelf.entries],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _json_item(entry: Entry, words: Words) -> dict[str, object]:
    pictures = [medium for medium in entry.post.media if not medium.film]
    return {
        "id": entry.url,
        "url": entry.url,
        **({"external_url": entry.post.link} if entry.post.link else {}),
        "title": title_of(entry),
        "content_text": entry.post.text,
        "content_html": html_of(entry, words),
        "date_published": entry.at.isoformat(),
        "language": entry.language,
        "tags": list(entry.topics),
        **({"image": address_of(entry, pictures[0])} if pictures else {}),
        "attachments": [
            {
                "url": address_of(entry, medium),
                "mime_type": medium.mime,
                "size_in_bytes": medium.size,
                **({"title": medium.alt} if medium.alt else {}),
            }
            for medium in entry.post.media
        ],
    }


def html_of(entry: Entry, words: Words) -> str:
    """Return text, pictures with their descriptions, and the link as HTML for readers of feeds."""
    shown = [_figure(entry, medium) for medium in entry.post.media]
    link = escape(entry.post.link)
    more = [f'<p><a href="{link}">{escape(words.more)}</a></p>'] if link else []
    return "\n".join([*shown, _text(entry), *more])


def _text(entry: Entry) -> str:
    return "\n".join(f"<p>{'<br>'.join(map(escape, lines))}</p>" for lines in paragraphs(entry.post.text))


def _figure(entry: Entry, medium: Medium) -> str:
    address, alt = escape(address_of(entry, medium)), escape(medium.alt)
    if medium.film:
        return f'<p><a href="{address}">Video: {alt or escape(title_of(entry))}</a></p>'
    return f'<p><img src="{address}" alt="{alt}" width="{medium.width}" height="{medium.height}"></p>'


def paragraphs(text: str) -> list[list[str]]:
    """Return the text's paragraphs, each as its lines."""
    return [part.strip().split("\n") for part in re.split(r"\n\s*\n", text) if part.strip()]


def title_of(entry: Entry) -> str:
    """Return the heading, or what the text begins with."""
    first = entry.post.text.strip().partition("\n")[0]
    return entry.title or first[:100] or entry.code


def address_of(entry: Entry, medium: Medium) -> str:
    """Return where the file is served, as long as its post is public."""
    return f"{entry.url}/{medium.sha256}.{suffix_of(medium.mime)}"


def _updated(shelf: Shelf) -> datetime:
    return (shelf.changed_at or _EPOCH).astimezone(UTC).replace(microsecond=0)


def _links(parent: etree._Element, itself: str, older: str) -> None:
    for rel, address in (("self", itself), ("next", older)):
        if address:
            _add(parent, f"{{{_ATOM}}}link", rel=rel, href=address)


def _add(parent: etree._Element, tag: str, text: str = "", **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, tag, {name: _clean(value) for name, value in attributes.items()})
    if text:
        child.text = _clean(text)
    return child


def _clean(text: str) -> str:
    return _NO_XML.sub("", text)


def _written(root: etree._Element) -> bytes:
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return document


FORMATS = {
    "feed.rss": ("application/rss+xml", rss),
    "feed.atom": ("application/atom+xml", atom),
    "feed.json": ("application/feed+json", json_feed),
}
"""Each feed's name below the pages' address: its type, and who writes it."""
