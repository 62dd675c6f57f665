"""RSS 0.9x, 1.0 (RDF) and 2.0, with Dublin Core, content, iTunes, Podcasting 2.0 and Media RSS inside."""

from __future__ import annotations

from distributor.domain import FeedMedium, ParsedFeed
from distributor.intake.draft import Draft, Markup, Notes, finished
from distributor.intake.links import absolute, first_absolute
from distributor.intake.markup import Node
from distributor.intake.media_rss import credit_of, enclosure, media_of, transcripts_of

_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


def read_rss(root: Node, url: str, notes: Notes) -> ParsedFeed:
    """Return the feed in an ``rss`` or ``RDF`` document. ``url`` is where it came from, if anywhere."""
    channel = root.first("channel") or root
    # Relative addresses mean the site the channel is about; where the feed itself lies comes second.
    alternate = [link.get("href") for link in channel.all("atom:link") if link.get("rel") in {"", "alternate"}]
    itself = [link.get("href") for link in channel.all("atom:link") if link.get("rel") == "self"]
    base = first_absolute(*channel.texts("link"), *alternate, url, *itself)
    root = Node(root.element, base=base)
    channel = root.first("channel") or root
    entries = [*channel.all("item"), *(root.all("item") if channel is not root else [])]
    inherited = channel.language or root.language
    return finished(
        format=_format(root),
        title=channel.text("title"),
        drafts=[_draft(entry) for entry in entries],
        notes=notes,
        language=channel.text("language", "dc:language") or inherited,
    )


def _format(root: Node) -> str:
    if root.name == "rdf:rdf":
        return "rss1"
    return "rss0.9x" if root.get("version").startswith("0.9") else "rss2"


def _draft(item: Node) -> Draft:
    guid = item.first("guid")
    guid_text = guid.own_text() if guid is not None else ""
    permalink = guid_text if guid is not None and guid.get("isPermaLink").lower() != "false" else ""
    return Draft(
        guid=item.text("guid") or (item.element.get(_ABOUT) or "") or item.text("dc:identifier"),
        link=_link(item) or absolute(permalink),
        title=Markup(item.text("title", "media:title", "itunes:title", "dc:title")),
        summary=_first_markup(
            item, "description", "itunes:summary", "media:description", "dc:description", "atom:summary"
        ),
        content=_first_markup(item, "content:encoded", "xhtml:body", "atom:content", "media:text"),
        published=item.texts("pubdate", "dc:date", "dcterms:issued", "dcterms:created", "atom:published"),
        updated=item.texts("atom:updated", "dcterms:modified"),
        topics=_topics(item),
        credit=_credit(item),
        language=item.text("dc:language", "language") or item.language,
        media=_media(item),
        valid=item.text("dcterms:valid", "dcterms:available"),
        base=item.base,
    )


def _link(item: Node) -> str:
    original = item.text("feedburner:origlink")
    if original:
        return original
    for link in item.all("link"):
        if target := link.own_text() or link.get("href"):
            return target
    return next((link.get("href") for link in item.all("atom:link") if link.get("rel") in {"", "alternate"}), "")


def _first_markup(item: Node, *names: str) -> Markup:
    group = item.first("media:group")
    for holder in (item, group):
        for node in holder.all(*names) if holder is not None else ():
            # Elements inside the field are HTML that nobody escaped.
            markup = Markup(node.markup(), "html" if len(node.element) else "either")
            if markup:
                return markup
    return Markup()


def _topics(item: Node) -> list[str]:
    keywords = [word for text in item.texts("media:keywords", "itunes:keywords") for word in text.split(",")]
    return [*item.texts("category", "dc:subject"), *keywords]


def _credit(item: Node) -> str:
    groups = item.all("media:group")
    return credit_of(item) or (credit_of(groups[0]) if len(groups) == 1 else "")


def _media(item: Node) -> list[FeedMedium]:
    duration, captions = item.text("itunes:duration"), transcripts_of(item)
    image = item.first("itunes:image")
    poster = (image.get("href") or image.own_text()) if image is not None else ""
    media = [
        medium
        for node in item.all("enclosure")
        for medium in enclosure(
            node.get("url"), node.get("type"), base=item.base, duration=duration, poster=poster, captions=captions
        )
    ]
    media += media_of(item, duration=duration, poster=poster)
    return media or enclosure(poster, "", base=item.base)
