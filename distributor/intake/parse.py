"""The front door of intake: bytes of any feed document in, clean items out, or one German sentence why not.

Here it is only decided what a document is; each format has its own module. Nothing is fetched.
"""

from __future__ import annotations

import re

from distributor.domain import ParsedFeed, Refused
from distributor.intake.atom import read_atom
from distributor.intake.draft import Notes
from distributor.intake.encoding import decode
from distributor.intake.fallback import Rescue, in_child, read_loosely
from distributor.intake.jsonfeed import read_json
from distributor.intake.markup import BEFORE_START, MALFORMED, document_node, root_of
from distributor.intake.rss import read_rss

MAX_BYTES = 10_000_000
"""Decompressed size of a feed document; the longest honest ones are below 5 MB."""

_FEED_START = re.compile(r"<(?:\?xml|rss|feed|rdf:RDF|RDF|channel|entry)[\s>]", re.IGNORECASE)
_SOME_FEED = re.compile(r"<(?:[\w.-]{1,40}:)?(?:rss|feed|rdf|channel|item|entry)[\s>/]", re.IGNORECASE)
_PAGE = re.compile(r"\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)


def parse(body: bytes, *, content_type: str = "", url: str = "", rescue: Rescue = in_child) -> ParsedFeed:
    """Return what a feed document says. ``url`` is where it came from: what its relative addresses mean.

    ``rescue`` reads XML that is beyond mending; by default feedparser in a child process.

    Raises: Refused where it is no feed, cut off in the middle, or built to harm.
    """
    if len(body) > MAX_BYTES:
        raise Refused(
            f"Das Dokument ist größer als {MAX_BYTES // 1_000_000} MB und wird nicht gelesen.", code="feed.too_large"
        )
    if body.startswith(b"\x1f\x8b"):
        raise Refused("Das Dokument ist gepackt (gzip) und damit kein lesbarer Feed.", code="feed.not_a_feed")
    text, odd = decode(body, content_type)
    notes = Notes()
    for problem in odd:
        notes.add(problem)
    start = text.lstrip("\ufeff\x00 \t\r\n")
    if not start:
        raise Refused("Das Dokument ist leer.", code="feed.not_a_feed")
    if start[0] in "{[":
        return read_json(start, url, notes)
    if _PAGE.match(start):
        raise Refused(
            "Das ist eine Webseite und kein Feed; bitte die Adresse des Feeds angeben.", code="feed.not_a_feed"
        )
    if not start.startswith("<"):
        text = _from_start(start)
        notes.add(BEFORE_START)
    if not _SOME_FEED.search(text):
        raise Refused("Das Dokument ist kein Feed: Weder RSS noch Atom noch JSON Feed.", code="feed.not_a_feed")
    return _read_xml(text, url, notes, rescue)


def _from_start(text: str) -> str:
    """Return the text from where a feed begins: some servers print warnings first."""
    begin = _FEED_START.search(text, 0, 100_000)
    if begin is None:
        raise Refused("Das Dokument ist kein Feed: Weder RSS noch Atom noch JSON Feed.", code="feed.not_a_feed")
    return text[begin.start() :]


def _read_xml(text: str, url: str, notes: Notes, rescue: Rescue) -> ParsedFeed:
    root, mended, odd = root_of(text)
    for problem in odd:
        notes.add(problem)
    if root is None:
        notes.add(MALFORMED)
        return read_loosely(mended, url, notes, rescue)
    node = document_node(root)
    if node is None:
        name = str(root.tag).rpartition("}")[2]
        raise Refused(
            f"Das Dokument ist kein Feed: Sein äußerstes Element heißt „{name[:40]}“, erwartet ist RSS oder Atom.",
            code="feed.not_a_feed",
        )
    return read_atom(node, url, notes) if node.home.prefix == "atom" else read_rss(node, url, notes)
