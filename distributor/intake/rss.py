"""RSS 0.9x, 1.0 (RDF) and 2.0, with Dublin Core, content, iTunes, Podcasting 2.0 and Media RSS inside."""

from __future__ import annotations

from collections.abc import Sequence

from distributor.domain import FeedMedium, ParsedFeed
from distributor.intake.about import about_xml
from distributor.intake.draft import NOTHING, Draft, Markup, Notes, finished, readable
from distributor.intake.links import absolute, first_absolute
from distributor.intake.markup import Node
from distributor.intake.media_rss import credit_of, enclosure, media_of, picture, topics_of, transcripts_of

MOST_ENCLOSURES = 200
"""Enclosures of one item that are looked at, of which fewer are kept."""

_SUMMARIES = ("description", "itunes:summary", "media:description", "dc:description", "atom:summary", "abstract")
_CONTENTS = ("content:encoded", "xhtml:body", "xhtml:div", "body", "fullitem", "content", "atom:content")
_TEASERS = frozenset({"description", "summary"})
_MUCH = 2
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


def read_rss(root: Node, url: str, notes: Notes) -> ParsedFeed:
    """Return the feed in an ``rss`` or ``RDF`` document. ``url`` is where it came from, if anywhere."""
    channel = root.first("channel") or root
    # Relative addresses mean the site the channel is about; where the feed itself lies comes second.
    alternate = [link.get("href") for link in channel.all("atom:link") if link.get("rel") in {"", "alternate"}]
    itself = [link.get("href") for link in channel.all("atom:link") if link.get("rel") == "self"]
    base = first_absolute(*channel.texts("link"), *alternate, url, *itself)
    root = root.based(base)
    channel = root.first("channel") or root
    entries = [*channel.all("item"), *(root.all("item") if channel is not root else [])]
    inherited = channel.language or root.language
    return finished(
        format=_format(root),
        title=channel.text("title", "dc:title"),
        drafts=[_draft(entry.anew()) for entry in readable(entries, notes)],
        notes=notes,
        language=channel.text("language", "dc:language") or inherited,
        about=about_xml(channel),
    )


def _format(root: Node) -> str:
    if root.name == "rdf":
        return "rss1"
    return "rss0.9x" if root.get("version").startswith("0.9") else "rss2"


def _draft(item: Node) -> Draft:
    summary, content = _texts(item)
    return Draft(
        guid=_guid(item) or (item.element.get(_ABOUT) or "") or item.text("dc:identifier"),
        link=_link(item) or _permalink(item),
        title=Markup(item.text("title", "media:title", "itunes:title", "dc:title")),
        summary=summary,
        content=content,
        published=item.last_texts("pubdate", "dc:date", "dcterms:issued", "dcterms:created", "atom:published"),
        updated=item.last_texts("atom:updated", "dcterms:modified") or [item.get("LASTMOD")],
        topics=_topics(item),
        credit=_credit(item),
        authors=_authors(item),
        language=item.text("dc:language", "language") or item.language,
        media=_media(item),
        valid=item.text("dcterms:valid", "dcterms:available") or _expiry(item),
        base=item.base,
    )


def _guid(item: Node) -> str:
    named = next((node for node in item.all("guid") if node.own_text()), None)
    if named is None:
        return ""
    return named.own_address() if named.get("isPermaLink").lower() == "true" else named.own_text()


def _texts(item: Node) -> tuple[Markup, Markup]:
    """Return the teaser and the whole text."""
    holders = [item, *item.all("media:group")[:1]]
    content = _markup(holders, *_CONTENTS)
    named = [name for name in item.names() if name in _TEASERS]
    if len(named) == len(_TEASERS) and not content:
        # They come in this order, but for a teaser that would be much longer than the text.
        first, second = (_markup(holders, name) for name in named)
        if first and second:
            return (first, second) if len(first.value) < _MUCH * len(second.value) else (second, first)
    return _markup(holders, "summary", *_SUMMARIES), content or _markup(holders, "media:text")


def _link(item: Node) -> str:
    original = item.text("feedburner:origlink")
    if original:
        return original
    for link in item.all("link"):
        if target := link.own_text() or link.get("href"):
            return target
    links = (link.get("href") for link in item.all("atom:link") if link.get("rel") in {"", "alternate"})
    return next(links, "") or item.get("HREF")


def _permalink(item: Node) -> str:
    """Return the guid where it is an address; one that is relative counts only where it is said to be one."""
    guid = item.first("guid")
    said = guid.get("isPermaLink").lower() if guid is not None else "false"
    return (
        absolute(guid.own_text(), guid.base if said == "true" else "") if guid is not None and said != "false" else ""
    )


def _markup(holders: Sequence[Node], *names: str) -> Markup:
    for holder in holders:
        for node in holder.all(*names):
            # Elements inside the field are HTML that nobody escaped.
            markup = Markup(node.markup(), "html" if len(node.element) else "either")
            if markup:
                return markup
    return NOTHING


def _topics(item: Node) -> list[str]:
    tags = [word for text in item.texts("tags") for word in text.split(",")]
    nested = [node for outer in item.all("itunes:category") for node in (outer, *outer.all("itunes:category"))]
    keywords = [word for text in item.texts("itunes:keywords") for word in text.split(",")]
    shelves = [node.get("text") for node in nested]
    return [*tags, *item.texts("category", "dc:subject"), *shelves, *keywords, *topics_of(item)]


def _credit(item: Node) -> str:
    groups = item.all("media:group")
    return credit_of(item) or (credit_of(groups[0]) if len(groups) == 1 else "")


def _authors(item: Node) -> list[str]:
    """Return who wrote the item, by the first way in which it says so."""
    for way in ("dc:creator", "author", "dc:author"):
        if names := item.texts(way):
            return names
    nested = [text for node in item.all("atom:author") for text in node.texts("atom:name", "name")]
    return nested or item.texts("itunes:author")


def _expiry(item: Node) -> str:
    """Return the end that RSS 0.93 could set to an item's validity, as the period it is."""
    expires = next(iter(item.last_texts("expirationdate")), "")
    return f"end={expires}" if expires else ""


def _media(item: Node) -> list[FeedMedium]:
    duration, captions = item.text("itunes:duration"), transcripts_of(item)
    poster = _poster(item)
    media = [
        medium
        for node in item.all("enclosure")[:MOST_ENCLOSURES]
        for medium in enclosure(
            node.get("url"), node.get("type"), base=item.base, duration=duration, poster=poster, captions=captions
        )
    ]
    media += media_of(item, duration=duration, poster=poster)
    return media or picture(poster, base=item.base)


def _poster(item: Node) -> str:
    """Return the picture that stands for the whole item; old podcasts and portals write it in several ways."""
    image = item.first("itunes:image")
    own = item.first("image")
    linked = (link.get("href") for link in item.all("itunes:link") if link.get("rel") == "image")
    said = (image.get("href") or image.get("url") or image.own_text()) if image is not None else ""
    return (
        said or next(linked, "") or ((own.text("url") or own.get("href") or own.own_text()) if own is not None else "")
    )
