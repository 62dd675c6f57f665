"""Atom 1.0 (and 0.3, whose names are older), with Media RSS inside, as YouTube publishes it."""

from __future__ import annotations

import base64
import binascii

from distributor.domain import FeedMedium, ParsedFeed
from distributor.intake.about import about_xml
from distributor.intake.draft import Draft, Markup, Notes, finished, readable
from distributor.intake.links import absolute, first_absolute
from distributor.intake.markup import Node
from distributor.intake.media_rss import credit_of, enclosure, media_of, topics_of, transcripts_of

MOST_LINKS = 500
"""Links of one entry that are looked at for enclosures."""

_PLAIN = frozenset({"text", "text/plain"})
_HTML = frozenset({"html", "text/html", "xhtml", "application/xhtml+xml"})


def read_atom(root: Node, url: str, notes: Notes) -> ParsedFeed:
    """Return the feed in a ``feed`` document, or in a lone ``entry``. ``url`` is where it came from, if anywhere."""
    links = root.all("atom:link")
    alternate = [link.get("href") for link in links if link.get("rel") in {"", "alternate"}]
    itself = [link.get("href") for link in links if link.get("rel") == "self"]
    root = root.based(first_absolute(url, *alternate, *itself))
    entries = [root] if root.name == "atom:entry" else root.all("atom:entry")
    inherited = _authors(root)
    return finished(
        format="atom",
        title=_construct(root, "atom:title").text(),
        drafts=[_draft(entry.anew(), inherited) for entry in readable(entries, notes)],
        notes=notes,
        language=root.language or root.text("dc:language"),
        about=about_xml(root),
    )


def _draft(entry: Node, authors: list[str]) -> Draft:
    """Return the entry; ``authors`` are the feed's, whose every entry without authors of its own is theirs."""
    content = entry.first("atom:content", "atom:summary")
    group = entry.first("media:group")
    about_media = group if group is not None else entry
    described = Markup(about_media.text("media:description"))
    return Draft(
        guid=next((node.own_address() for node in entry.all("atom:id") if node.own_text()), ""),
        link=_link(entry),
        title=_construct(entry, "atom:title") or Markup(about_media.text("media:title") or entry.text("dc:title")),
        summary=_construct(entry, "atom:summary"),
        content=_construct(entry, "atom:content") or Markup(entry.text("content:encoded"), "html") or described,
        published=entry.last_texts("atom:published", "atom:issued", "atom:created", "dc:date"),
        updated=entry.last_texts("atom:updated", "atom:modified", "dcterms:modified"),
        topics=[
            *(node.get("label") or node.get("term") or node.own_text() for node in entry.all("atom:category")),
            *entry.texts("dc:subject"),
            *topics_of(entry),
        ],
        credit=credit_of(entry) or (credit_of(group) if group is not None else ""),
        authors=_authors(entry) or _authors_of_source(entry) or authors,
        language=entry.language or entry.text("dc:language"),
        media=_media(entry),
        valid=entry.text("dcterms:valid", "dcterms:available"),
        base=content.base if content is not None else entry.base,
    )


def _authors(node: Node) -> list[str]:
    """Return the authors that the element itself names."""
    named = [author.text("atom:name") or author.own_text() for author in node.all("atom:author")]
    return named or node.texts("dc:creator", "itunes:author")


def _authors_of_source(entry: Node) -> list[str]:
    """Return the authors of the feed that the entry was taken over from (RFC 4287, 4.2.1)."""
    source = entry.first("atom:source")
    return _authors(source) if source else []


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
        elif kind == "application/octet-stream":
            markup = Markup(_unpacked(value), "html")
        else:
            markup = Markup(value if not kind or kind.startswith("text/") or kind == "escaped" else "", "either")
        if markup:
            return markup
    return Markup()


def _unpacked(value: str) -> str:
    """Return the text that was packed in Base64 (RFC 4287, 4.1.3.3); what is no text after that is none."""
    try:
        return base64.b64decode(value, validate=False).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""


def _media(entry: Node) -> list[FeedMedium]:
    captions, duration = transcripts_of(entry), entry.text("itunes:duration")
    media = [
        medium
        for link in entry.all("atom:link")[:MOST_LINKS]
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
