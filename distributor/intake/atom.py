"""Atom 1.0 (and 0.3, whose names are older), with Media RSS inside, as YouTube publishes it."""

from __future__ import annotations

import base64
import binascii

from distributor.domain import FeedMedium, ParsedFeed
from distributor.intake.draft import Draft, Markup, Notes, finished
from distributor.intake.links import absolute, first_absolute
from distributor.intake.markup import Node
from distributor.intake.media_rss import credit_of, enclosure, media_of, transcripts_of

_PLAIN = frozenset({"text", "text/plain"})
_HTML = frozenset({"html", "text/html", "xhtml", "application/xhtml+xml"})


def read_atom(root: Node, url: str, notes: Notes) -> ParsedFeed:
    """Return the feed in a ``feed`` document, or in a lone ``entry``. ``url`` is where it came from, if anywhere."""
    links = root.all("atom:link")
    alternate = [link.get("href") for link in links if link.get("rel") in {"", "alternate"}]
    itself = [link.get("href") for link in links if link.get("rel") == "self"]
    root = Node(root.element, "atom", first_absolute(url, *alternate, *itself))
    entries = [root] if root.name == "atom:entry" else root.all("atom:entry")
    return finished(
        format="atom",
        title=_construct(root, "atom:title").text(),
        drafts=[_draft(entry) for entry in entries],
        notes=notes,
        language=root.language or root.text("dc:language"),
    )


def _draft(entry: Node) -> Draft:
    content = entry.first("atom:content", "atom:summary")
    group = entry.first("media:group")
    described = Markup(group.text("media:description") if group is not None else entry.text("media:description"))
    return Draft(
        guid=entry.text("atom:id"),
        link=_link(entry),
        title=_construct(entry, "atom:title") or Markup(entry.text("media:title", "dc:title")),
        summary=_construct(entry, "atom:summary"),
        content=_construct(entry, "atom:content") or described,
        published=entry.texts("atom:published", "atom:issued", "atom:created", "dc:date"),
        updated=entry.texts("atom:updated", "atom:modified", "dcterms:modified"),
        topics=[
            *(node.get("label") or node.get("term") or node.own_text() for node in entry.all("atom:category")),
            *entry.texts("dc:subject"),
            *(word for text in entry.texts("media:keywords") for word in text.split(",")),
        ],
        credit=credit_of(entry),
        language=entry.language or entry.text("dc:language"),
        media=_media(entry),
        valid=entry.text("dcterms:valid", "dcterms:available"),
        base=content.base if content is not None else entry.base,
    )


def _link(entry: Node) -> str:
    links = [
        link for link in entry.all("atom:link") if link.get("rel").lower() in {"", "alternate"} and link.get("href")
    ]
    links.sort(key=lambda link: link.get("type") not in {"", "text/html", "application/xhtml+xml"})
    original = entry.text("feedburner:origlink")
    if original or not links:
        return original
    return absolute(links[0].get("href"), links[0].base) or links[0].get("href")


def _construct(node: Node, name: str) -> Markup:
    """Return an Atom text construct; where it names no type, plain text and HTML are both possible in the wild."""
    for child in node.all(name):
        if child.get("src"):
            continue
        kind, mode = child.get("type").lower(), child.get("mode").lower()
        value = child.markup()
        if mode == "base64":
            value, kind = _unpacked(value), "html"
        if len(child.element) or kind in _HTML:
            markup = Markup(value, "html")
        elif kind in _PLAIN:
            markup = Markup(value, "text" if mode != "escaped" else "either")
        else:
            markup = Markup(value if not kind or kind.startswith("text/") or kind == "escaped" else "", "either")
        if markup:
            return markup
    return Markup()


def _unpacked(value: str) -> str:
    try:
        return base64.b64decode(value, validate=False).decode("utf-8", errors="replace")
    except (binascii.Error, ValueError):
        return ""


def _media(entry: Node) -> list[FeedMedium]:
    captions, duration = transcripts_of(entry), entry.text("itunes:duration")
    media = [
        medium
        for link in entry.all("atom:link")
        if link.get("rel").lower() == "enclosure"
        for medium in enclosure(
            link.get("href"),
            link.get("type"),
            base=link.base,
            duration=duration,
            captions=captions,
        )
    ]
    for content in entry.all("atom:content"):
        if content.get("type").split("/")[0] in {"image", "video", "audio"}:
            media += enclosure(content.get("src"), content.get("type"), base=content.base)
    return [*media, *media_of(entry, duration=duration)]
