"""From a web page to its feeds: what the page names as such, and which of them is meant. Pure.

A page names feeds in ``<link rel="alternate">`` with a feed's type (https://html.spec.whatwg.org/#rel-alternate) or in
the HTTP header ``Link`` (RFC 8288); of one feed in several formats the first named counts, as that text says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree

from distributor.intake.link_header import links_in
from distributor.intake.links import absolute

MOST_CANDIDATES = 30
READ = 1_000_000
"""Characters of a page that are looked through; a page's head is shorter by far."""

FORMATS = {
    "application/rss+xml": "rss",
    "application/rdf+xml": "rss",
    "application/atom+xml": "atom",
    "application/feed+json": "json",
    "application/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
}

_PAGE = re.compile(r"\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_COMMENTS = re.compile(r"comment|kommentar", re.IGNORECASE)
_NAMES_OF_FORMATS = re.compile(r"\b(?:rss|atom|rdf|json|xml|feed|\d\.\d+)\b|[\W_]", re.IGNORECASE)
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NO_FEED = re.compile(r"/wp-json/|/oembed|manifest\.json", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A feed that a page names: its address, its format as far as the page tells, its title."""

    url: str
    format: str
    title: str = ""

    @property
    def of_comments(self) -> bool:
        """Tell whether it lists what readers wrote, which is never the portal's own."""
        return bool(_COMMENTS.search(self.title) or _COMMENTS.search(urlsplit(self.url).path))


def is_page(text: str) -> bool:
    """Tell whether a document is a web page."""
    return _PAGE.match(text[:4000].lstrip("\ufeff\x00 \t\r\n")) is not None


def candidates(page: str, base: str, link_header: str = "") -> list[Candidate]:
    """Return the feeds that a page names, in its order, each address once; those in the header come first."""
    found = [
        Candidate(link.address, FORMATS[kind], link.more.get("title", ""))
        for link in links_in(link_header, base)
        if "alternate" in link.rels and (kind := _kind(link.more.get("type", ""))) in FORMATS
    ]
    found += _links(page, base)
    return list({one.url: one for one in reversed(found) if not _NO_FEED.search(one.url)}.values())[::-1]


def clear_choice(found: Sequence[Candidate]) -> Candidate | None:
    """Return the feed that is meant: the only one without comments, or the first of one feed in several formats."""
    own = [one for one in found if not one.of_comments]
    formats = {one.format for one in own}
    titles = {_NAMES_OF_FORMATS.sub("", one.title).casefold() for one in own}
    if len(own) == 1 or (own and len(formats) == len(own) and len(titles) == 1):
        return own[0]
    return None


def usual_places(page: str) -> list[str]:
    """Return where the feed of a page lies in the systems that authorities use, if it names none.

    WordPress answers at ``/feed/``, TYPO3's news extension under its page type 9818, many others at ``/rss.xml``.
    """
    folder = page if urlsplit(page).path.endswith("/") else f"{page.partition('?')[0].partition('#')[0]}/"
    return _distinct(
        [urljoin(folder, "feed/"), urljoin(page, "/feed/"), urljoin(page, "?type=9818"), urljoin(page, "/rss.xml")]
    )


def _links(page: str, base: str) -> list[Candidate]:
    """Return the feeds in a page's ``link`` elements."""
    root = _tree(page)
    if root is None:
        return []
    own = next((href for element in root.iter("base") if (href := element.get("href"))), "")
    base = absolute(own, base) or base
    found: list[Candidate] = []
    for element in root.iter("link"):
        kind, rels = _kind(element.get("type", "")), element.get("rel", "").lower().split()
        address = absolute(element.get("href", ""), base)
        if "alternate" in rels and kind in FORMATS and address:
            found.append(Candidate(address, FORMATS[kind], element.get("title", "")[:200]))
        if len(found) == MOST_CANDIDATES:
            break
    return found


def _tree(page: str) -> etree._Element | None:
    text = _NOT_TEXT.sub("", page[:READ]).encode("utf-8", errors="replace")
    try:
        return etree.fromstring(text, etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False))
    except etree.XMLSyntaxError:
        return None


def _kind(written: str) -> str:
    return written.partition(";")[0].strip().lower()


def _distinct(addresses: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(addresses))
