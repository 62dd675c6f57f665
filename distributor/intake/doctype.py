"""What stands before a document's first element, and what ``&…;`` means inside it.

Document types are dropped. Of the entities that they declare, only short texts count, put in here and within bounds; no
parser ever expands one, so that neither bombs nor foreign files come in.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Mapping, Set
from html.entities import html5, name2codepoint

from distributor.domain import Refused

MOST_DECLARED = 300
"""Entities of one document that are read at all; the Latin names of HTML 4, with which some begin, are 252."""

LONGEST_DECLARED = 200
"""Characters that a declared entity may stand for."""

MOST_EXPANDED = 500_000
"""Characters by which declared entities may lengthen a document."""

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_SOLID = re.compile(r"\S")
_SUBSET_END = re.compile(r"\]\s*>")
_DECLARED = re.compile(r"<!ENTITY\s+([^\s%\"'<>]{1,200})\s")
_PARAMETER = re.compile(r"<!ENTITY\s+%")
_SHORT = re.compile(
    r"<!ENTITY\s+([^\s%\"'<>&;]{1,200})\s+([\"'])"
    rf"((?:(?!\2)[^<&%]|&#\d{{1,7}};|&#[xX][0-9a-fA-F]{{1,6}};){{0,{LONGEST_DECLARED}}})\2\s*>"
)
_SECTION = r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"
_REFERENCE = re.compile(rf"{_SECTION}|&([^\s&;<\"']{{1,200}});", re.DOTALL)
_TOKEN = re.compile(rf"{_SECTION}|&(?:#\d{{1,8}};|#[xX][0-9a-fA-F]{{1,7}};|[A-Za-z][A-Za-z0-9]{{1,31}};)|&", re.DOTALL)
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_HTML_NAMES = frozenset(name.rstrip(";") for name in html5)


def without_doctype(text: str) -> str:
    """Return the text from its first element on, with what its document type declares put in.

    Raises: Refused where it uses what is declared as more than a short text, or makes the document much longer.
    """
    place, doctype = 0, ""
    while True:
        solid = _SOLID.search(text, place)
        place = solid.start() if solid else len(text)
        for opening, closing in (("<?", "?>"), ("<!--", "-->")):
            if text.startswith(opening, place):
                end = text.find(closing, place)
                place = len(text) if end < 0 else end + len(closing)
                break
        else:
            if doctype or not text[place : place + 9].upper().startswith("<!DOCTYPE"):
                break
            end = _doctype_end(text, place)
            doctype, place = text[place:end], end
    rest = text[place:]
    if not doctype:
        return rest
    declared, short = frozenset(_DECLARED.findall(doctype)) - _XML_NAMES, _short_texts(doctype)
    if declared:
        rest = _resolved(rest, short, declared - short.keys() - _HTML_NAMES)
    # What the document types of old RSS declared were HTML's names.
    return with_known_references(rest)


def with_known_references(text: str) -> str:
    """Return the text with HTML's names as characters; an ampersand that begins nothing known stands for itself."""
    return _TOKEN.sub(_known, text)


def _doctype_end(text: str, start: int) -> int:
    bracket, close = text.find("[", start), text.find(">", start)
    if bracket < 0 or close < bracket:
        return close + 1 if close >= 0 else len(text)
    match = _SUBSET_END.search(text, bracket)
    return match.end() if match else len(text)


def _short_texts(doctype: str) -> Mapping[str, str]:
    """Return the names that stand for a short text without markup; none where parameters or sheer number hide more."""
    found: dict[str, str] = {}
    if _PARAMETER.search(doctype):
        return found
    for count, match in enumerate(_SHORT.finditer(doctype)):
        if count == MOST_DECLARED:
            return {}
        value = NOT_XML.sub("", entities.unescape(match.group(3)))
        found.setdefault(match.group(1), entities.escape(value))
    return {name: value for name, value in found.items() if name not in _XML_NAMES}


def _resolved(text: str, short: Mapping[str, str], foreign: Set[str]) -> str:
    left = MOST_EXPANDED

    def resolve(match: re.Match[str]) -> str:
        nonlocal left
        name = match.group(1)
        value = short.get(name)
        left -= len(value or "")
        if left < 0 or name in foreign:
            raise Refused(
                "Das Dokument benutzt selbst erklärte Entities, die kein kurzer Text sind oder zu oft vorkommen;"
                " es wird nicht gelesen.",
                code="feed.hostile",
            )
        return match.group() if value is None else value

    return _REFERENCE.sub(resolve, text)


def _known(match: re.Match[str]) -> str:
    found = match.group()
    if found.startswith("<") or found[1:-1] in _XML_NAMES:
        return found
    if found == "&" or (not found.startswith("&#") and found[1:] not in html5):
        return f"&amp;{found[1:]}"
    # What the document types of feeds declare are the names of HTML 4, of which HTML 5 made two mean something else.
    codepoint = name2codepoint.get(found[1:-1])
    return entities.escape(NOT_XML.sub("", chr(codepoint) if codepoint else entities.unescape(found)))
