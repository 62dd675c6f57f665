"""Placeholders of a channel text: their names, their values, and how a text takes them in.

``{{name}}`` is filled or stays visible, which blocks the post. ``{{name?}}`` may be empty: then its line goes, and with
its last line the part. A name with a capital (``{{kjc.Bei}}``) begins with one. A name that ends in a dot
("bei der MainArbeit.") ends its sentence with that one dot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from distributor.domain import FeedItem, Organisation
from distributor.tailoring import sentences
from distributor.tailoring.cutting import cut

LEFT = re.compile(r"\{\{[^{}\n]{0,80}\}\}")
"""A placeholder that nobody filled."""

ADDRESS = re.compile(r"https?://[^\s<>\"“”„]+|\bwww\.[^\s<>\"“”„]+", re.IGNORECASE)
"""An address that stands in the text itself."""

TEASER = 400
"""The most characters of a teaser that nobody wrote for a channel (domain.md 3: posts of 250 to 700; own choice)."""

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z][\w.]*)\s*(\?)?\s*\}\}(\.(?!\.))?")
_CLOSED = re.compile(r"[.!?…][“”\"»«)]*\Z")
_TEARS = ("[…]", "[...]", "…", "...")
_CREDIT_LABEL = re.compile(r"\A\s*(?:fotos?|bild(?:er|nachweis|quelle)?|quelle|grafik)\s*:", re.IGNORECASE)


def values_of(
    content: FeedItem, organisation: Organisation, *, link: str, credit: str, addresses: bool = True
) -> dict[str, str]:
    """Return every placeholder's value but the hashtags; empty where nothing is known.

    ``addresses`` False leaves sentences that hold an address out of the teaser.
    """
    names, contact = organisation.voice.names, organisation.contact
    return {
        "titel": " ".join(content.title.split()),
        "teaser": teaser_of(content, addresses=addresses),
        "link": link,
        "credit": _CREDIT_LABEL.sub("", credit, count=1).strip(),
        "kjc.name": names.official,
        "kjc.kurz": names.short,
        "kjc.nominativ": names.nominative,
        "kjc.dativ": names.dative,
        "kjc.bei": names.at,
        "kjc.im": names.inside,
        "kjc.vom": names.of,
        "kontakt.telefon": contact.phone,
        "kontakt.zeiten": contact.hours,
        "kontakt.email": contact.email,
        "kontakt.adresse": contact.address,
        "kontakt.person": contact.person,
        "region": organisation.voice.region,
    }


def teaser_of(content: FeedItem, *, addresses: bool = True) -> str:
    """Return the summary, or else the first sentences of the text; whole sentences, without the title again.

    A summary that the portal broke off loses its torn sentence, unless nothing else is known.
    """
    title = " ".join(content.title.split())
    summary, torn = _untorn(_flat(content.summary))
    units = _units(summary, title, addresses=addresses)
    remnant = units[-1].rstrip() if torn and units and not _CLOSED.search(units[-1].rstrip()) else ""
    whole = (units[:-1] if remnant else units) or _units(_flat(content.text), title, addresses=addresses)
    if whole:
        return _first(whole)
    return f"{remnant} …" if remnant else ""


def resolve(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with its placeholders filled; lines whose optional placeholder is empty are left out."""
    lines: list[str] = []
    for line in text.strip().split("\n"):
        matches = list(_PLACEHOLDER.finditer(line))
        if any(match[2] and _value(match[1], values) == "" for match in matches):
            continue
        lines.append(_PLACEHOLDER.sub(lambda match: _filled(match, values), line))
    return "\n".join(lines).strip()


def _flat(text: str) -> str:
    """Return ``text`` with single blanks and single line ends."""
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.splitlines())))


def _untorn(text: str) -> tuple[str, bool]:
    """Return ``text`` without the mark that it was broken off, and whether there was one."""
    tear = next((tear for tear in _TEARS if text.endswith(tear)), "")
    return text.removesuffix(tear).rstrip(), bool(tear)


def _units(text: str, title: str, *, addresses: bool) -> list[str]:
    """Return the sentences of ``text`` that may stand in a teaser."""
    if title and text.startswith(title):
        text = text[len(title) :].lstrip(" .:–-|\n")
    return [unit for unit in sentences.split(text) if addresses or not ADDRESS.search(unit)]


def _first(units: list[str]) -> str:
    """Return as many whole sentences as a teaser holds, at least one."""
    if len(units[0].rstrip()) > 2 * TEASER:
        return cut(units[0], lambda text: len(text) <= TEASER)
    taken = units[0]
    for unit in units[1:]:
        if len(taken) + len(unit.rstrip()) > TEASER:
            break
        taken += unit
    return taken.rstrip()


def _value(name: str, values: Mapping[str, str]) -> str | None:
    """Return the named value, None where no such placeholder exists."""
    if name in values:
        return values[name]
    head, dot, last = name.rpartition(".")
    value = values.get(f"{head}{dot}{last[:1].lower()}{last[1:]}")
    return None if value is None else value[:1].upper() + value[1:]


def _filled(match: re.Match[str], values: Mapping[str, str]) -> str:
    value = _value(match[1], values)
    if not value:
        return match[0]
    dot = match[3] or ""
    return value if dot and _CLOSED.search(value) else value + dot
