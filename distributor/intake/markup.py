"""XML text to elements: strictly first, then once more with the usual mistakes mended, and never without bounds.

What a document type declares is for ``doctype``; malformed beyond mending is for ``fallback``.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from distributor.domain import Refused
from distributor.intake.doctype import NOT_XML, with_known_references, without_doctype
from distributor.intake.links import absolute

MOST_ATTRIBUTES = 256
MOST_ELEMENTS = 200_000
"""Of a document; each takes about half a kilobyte of memory."""

MOST_NAMESPACES = 20_000
"""Declarations; inlined XHTML brings one or a few for every entry."""

MOST_UNDECLARED = 50
"""Prefixes that nobody declared and that are declared for the document."""

MOST_AMPERSANDS = 1_000_000
"""In a document that needs mending."""

MALFORMED = "malformed: Das Dokument ist kein wohlgeformtes XML; gelesen wurde, was lesbar ist."
BEFORE_START = "malformed: Vor dem Anfang des Dokuments stehen Zeichen, die nicht dorthin gehören."
CUT_OFF = "truncated: Das Ende des Dokuments fehlt; gelesen wurden die vollständigen Einträge."

_RESOURCE_LIMIT = 114  # xmlParserErrors XML_ERR_RESOURCE_LIMIT
_NAME_TOO_LONG = 110
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# Outermost elements of feeds, and our prefix for what the format calls its own.
_ROOTS = {"rss": "", "rdf": "", "channel": "", "feed": "atom", "entry": "atom"}

_NAMESPACES = {
    "purl.org/rss/1.0": "",
    "my.netscape.com/rdf/simple/0.9": "",
    "channel.netscape.com/rdf/simple/0.9": "",
    "backend.userland.com/rss": "",
    "backend.userland.com/rss2": "",
    "backend.userland.com/rss091": "",
    "blogs.law.harvard.edu/tech/rss": "",
    "cyber.law.harvard.edu/rss/rss.html": "",
    "purl.org/net/rss1.1": "",
    "www.w3.org/2005/atom": "atom",
    "purl.org/atom/ns": "atom",
    "search.yahoo.com/mrss": "media",
    "video.search.yahoo.com/mrss": "media",
    "tools.search.yahoo.com/mrss": "media",
    "www.rssboard.org/media-rss": "media",
    "purl.org/rss/1.0/modules/content": "content",
    "purl.org/dc/elements/1.0": "dc",
    "purl.org/dc/elements/1.1": "dc",
    "purl.org/dc/terms": "dcterms",
    "www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "podcastindex.org/namespace/1.0": "podcast",
    "github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast",
    "www.w3.org/1999/02/22-rdf-syntax-ns": "rdf",
    "www.w3.org/1999/xhtml": "xhtml",
    "rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "purl.org/atompub/tombstones/1.0": "at",
    "purl.org/syndication/history/1.0": "fh",
}
_USUAL = {
    "media": "http://search.yahoo.com/mrss/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "atom": "http://www.w3.org/2005/Atom",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
}
_HTML_FIELD = re.compile(r"<(description|content:encoded|itunes:summary|summary|content)(?:\s[^<>]*)?(?<!/)>")
_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]*):[A-Za-z_]")
_DECLARED_PREFIX = re.compile(r"\sxmlns:([A-Za-z_][\w.-]*)\s*=")
_RELATIVE = re.compile(r"(?![A-Za-z][A-Za-z0-9+.-]*:)\S+")
_ROOT_TAG = re.compile(r"<([A-Za-z_][\w.:-]*)")


class Home(NamedTuple):
    """What the format's own elements are called: our ``prefix`` for them, and the namespace the document puts them in.

    Old and odd documents put them in none, or in one that nobody else knows.
    """

    prefix: str = ""
    namespace: str = ""


NOWHERE = Home()


class Node:
    """An element by the names we use: ``media:content``, ``dc:date``; RSS's own elements bear no prefix.

    ``base`` is what relative addresses in the element mean, its own ``xml:base`` counted in.
    """

    __slots__ = ("_children", "_named", "base", "element", "home", "name")

    def __init__(self, element: etree._Element, home: Home = NOWHERE, base: str = "") -> None:
        self.element = element
        self.home = home
        self.name = _name(str(element.tag), home)
        own_base = element.get(_XML_BASE)
        self.base = absolute(own_base, base) or base if own_base else base
        self._children: list[Node] | None = None
        self._named: dict[str, list[Node]] = {}

    def based(self, base: str) -> Node:
        """Return the same element, with other words for what relative addresses in it mean."""
        return Node(self.element, self.home, base)

    def anew(self) -> Node:
        """Return the same element with nothing looked up yet, so that what is looked up goes when it goes."""
        return Node(self.element, self.home, self.base)

    def children(self) -> list[Node]:
        """Return the child elements in their order."""
        if self._children is None:
            home, base = self.home, self.base
            self._children = [Node(one, home, base) for one in self.element if isinstance(one.tag, str)]
            for child in self._children:
                self._named.setdefault(child.name, []).append(child)
        return self._children

    def names(self) -> list[str]:
        """Return the different names of the child elements, in their order."""
        self.children()
        return list(self._named)

    def all(self, *names: str) -> list[Node]:
        """Return the children with these names, name by name."""
        if self._children is None:
            self.children()
        # Most names that are asked for are not there.
        if self._named.keys().isdisjoint(names):
            return []
        return [child for name in names for child in self._named.get(name, ())]

    def first(self, *names: str) -> Node | None:
        """Return the first child of the first of these names that has any."""
        found = self.all(*names)
        return found[0] if found else None

    def text(self, *names: str) -> str:
        """Return the first text among the children of these names that is more than blanks; stripped."""
        return next(iter(self.texts(*names)), "")

    def texts(self, *names: str) -> list[str]:
        """Return the texts of the children of these names that are more than blanks; stripped."""
        return [text for child in self.all(*names) if (text := child.own_text())]

    def last_texts(self, *names: str) -> list[str]:
        """Return the texts name by name, of each name the last first: who writes a date twice means the later one."""
        return self.texts(*reversed(names))[::-1]

    def own_text(self) -> str:
        """Return all characters inside the element, stripped."""
        if len(self.element) == 0:
            return (self.element.text or "").strip()
        return "".join(map(str, self.element.itertext())).strip()

    def own_address(self) -> str:
        """Return the text, made absolute where it is a relative address and the document itself says to what.

        Where the document was fetched from does not count: an identity must outlive a move.
        """
        said = self.own_text()
        declared = any(one.get(_XML_BASE) for one in (self.element, *self.element.iterancestors()))
        return (absolute(said, self.base) or said) if declared and _RELATIVE.fullmatch(said) else said

    def markup(self) -> str:
        """Return what is inside the element as HTML: its text, or its child elements written out."""
        if len(self.element) == 0:
            return self.element.text or ""
        return "".join(_written(self.element))

    def get(self, name: str) -> str:
        """Return the attribute, stripped; empty where there is none."""
        return (self.element.get(name) or "").strip()

    @property
    def language(self) -> str:
        """Return the element's own ``xml:lang``, or an empty string."""
        return self.element.get(_XML_LANG) or ""


def root_of(text: str) -> tuple[etree._Element | None, str, tuple[str, ...]]:
    """Return the root element, the text as mended so far, and what was odd; no root where mending did not help.

    Raises: Refused where the document is built to harm or its end is missing in the middle of an entry.
    """
    if _elements(text) > MOST_ELEMENTS or text.count("xmlns") > MOST_NAMESPACES:
        raise Refused("Das Dokument hat zu viele Elemente und wird nicht gelesen.", code="feed.too_large")
    plain = without_doctype(text)
    odd = [BEFORE_START] if text[:1].isspace() and text.lstrip().startswith("<?xml") else []
    root = _strict(plain)
    if root is None:
        mended, was_cut = _mended(plain)
        odd.append(CUT_OFF if was_cut else MALFORMED)
        root, plain = _strict(mended), mended
    if root is not None and root.xpath(f"boolean(//*[count(@*) > {MOST_ATTRIBUTES}])"):
        raise Refused("Ein Element des Dokuments hat zu viele Attribute.", code="feed.hostile")
    return root, plain, tuple(odd)


def _elements(text: str) -> int:
    """Return how many elements the text has at most, those of HTML in CDATA sections not counted."""
    count = place = 0
    while (start := text.find("<![CDATA[", place)) >= 0:
        count += text.count("<", place, start) - text.count("</", place, start)
        end = text.find("]]>", start)
        place = end if end >= 0 else len(text)
    return count + text.count("<", place) - text.count("</", place)


def _strict(text: str) -> etree._Element | None:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        return etree.fromstring(text.encode("utf-8", errors="replace"), parser)
    except etree.XMLSyntaxError as error:
        if error.code in {_RESOURCE_LIMIT, _NAME_TOO_LONG}:
            text = "Das Dokument ist zu tief verschachtelt oder hat zu lange Teile und wird nicht gelesen."
            raise Refused(text, code="feed.hostile") from None
        return None


def _mended(text: str) -> tuple[str, bool]:
    """Return the text with the usual mistakes mended, and whether its end was missing.

    Raises: Refused where it ends inside an entry.
    """
    if text.count("&") > MOST_AMPERSANDS:
        raise Refused("Das Dokument hat zu viele fehlerhafte Zeichen und wird nicht gelesen.", code="feed.too_large")
    mended = with_known_references(_fields_in_cdata(NOT_XML.sub("", text)))
    used = set(_PREFIX.findall(mended)) - {"xml", "xmlns"}
    missing = used - set(_DECLARED_PREFIX.findall(mended))
    if len(missing) > MOST_UNDECLARED:
        raise Refused("Das Dokument benutzt zu viele unerklärte Präfixe und wird nicht gelesen.", code="feed.hostile")
    if missing:
        names = "".join(f' xmlns:{name}="{_USUAL.get(name, f"urn:unknown:{name}")}"' for name in sorted(missing))
        mended = _ROOT_TAG.sub(lambda match: match.group() + names, mended, count=1)
    return _closed(mended)


def _fields_in_cdata(text: str) -> str:
    """Return the text with HTML that stands bare in a field wrapped, so that its mistakes are the field's own."""
    pieces: list[str] = []
    place = 0
    while field := _HTML_FIELD.search(text, place):
        end = text.find(f"</{field.group(1)}>", field.end())
        if end < 0:
            break
        inner = text[field.end() : end]
        bare = "<" in inner and "<![CDATA[" not in inner and 'type="xhtml"' not in field.group()
        pieces += [text[place : field.end()], f"<![CDATA[{inner}]]>" if bare and "]]>" not in inner else inner]
        place = end
    return "".join((*pieces, text[place:]))


def _closed(text: str) -> tuple[str, bool]:
    root = _ROOT_TAG.search(text)
    name = root.group(1) if root else ""
    if name.rpartition(":")[2].lower() not in {"rss", "rdf", "feed"}:
        return text, False
    end = text.rfind(f"</{name}>")
    if end >= 0:
        return text[: end + len(name) + 3], False
    last_open = max(text.rfind(opening) for opening in ("<item>", "<item ", "<entry>", "<entry "))
    last_close = max(text.rfind(closing) for closing in ("</item>", "</entry>"))
    if last_open > last_close:
        raise Refused(
            "Das Dokument bricht mitten in einem Eintrag ab; es wird nichts daraus übernommen.", code="feed.truncated"
        )
    # Without any entry, what is there of the feed itself is whole up to its last tag.
    whole = text[: text.index(">", last_close) + 1] if last_close >= 0 else text[: text.rfind(">") + 1]
    channel = "</channel>" if "<channel" in whole and "</channel>" not in whole else ""
    return f"{whole}{channel}</{name}>", True


def _written(element: etree._Element) -> Iterator[str]:
    yield entities.escape(element.text or "", quote=False)
    for child in element:
        if isinstance(child.tag, str):
            tag = child.tag.rpartition("}")[2]
            attributes = "".join(f' {name}="{entities.escape(str(value))}"' for name, value in child.attrib.items())
            yield f"<{tag}{attributes}>"
            yield from _written(child)
            if tag.lower() not in {"br", "img", "hr", "wbr"}:
                yield f"</{tag}>"
        yield entities.escape(child.tail or "", quote=False)


def document_node(root: etree._Element) -> Node | None:
    """Return a feed's outermost element, whose namespace may be one of its own; None where it is no feed's."""
    namespace, local = _parted(str(root.tag))
    prefix = _ROOTS.get(local.lower())
    return None if prefix is None else Node(root, Home(prefix, namespace))


@lru_cache(maxsize=2048)
def _name(tag: str, home: Home) -> str:
    namespace, local = _parted(tag)
    prefix = home.prefix if namespace in {"", home.namespace} else _prefix_of(namespace)
    if prefix is None:
        prefix = f"?{namespace}"
    return f"{prefix}:{local.lower()}" if prefix else local.lower()


def _parted(tag: str) -> tuple[str, str]:
    namespace, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    return namespace, local


def _prefix_of(namespace: str) -> str | None:
    """Return our prefix for a namespace, however it is written; None where it is none of those we know."""
    bare = namespace.strip().lower().partition("://")[2] or namespace.strip().lower()
    return _NAMESPACES.get(bare.rstrip("/#"))
