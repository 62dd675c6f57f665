"""Rules on plain words: how hard the prose is to read, and officialese. The post's frame is not measured."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

import regex

from distributor.tailoring import hashtags, sentences
from distributor.tailoring.lexicon import Plainer
from distributor.tailoring.subject import Finding, Subject

_WORD = regex.compile(r"\p{L}[\p{L}\p{M}'’-]*+")
_LONG = 6
"""A word of more letters than this is long (Björnsson 1968)."""

_FRAME = regex.compile(
    r"^[ \t]*(?:fotos?|bild(?:er|nachweis|quelle)?|grafik|illustration|video|quelle|tel(?:efon|\.)?|e-?mail)\s*[:.]|©"
    r"|\blink in bio\b",
    regex.IGNORECASE,
)
_MOST_NAMED = 3


def hard_to_read(subject: Subject) -> Iterator[Finding]:
    """The prose is as hard to read as research and law, by its LIX: words a sentence plus long words a hundred."""
    units = [each for each in map(_words, _sentences(subject)) if each[0]]
    words = sum(number for number, _ in units)
    if words < subject.lexicon.lix_words:
        return
    lix = round(words / len(units) + 100 * sum(long for _, long in units) / words)
    if lix > subject.lexicon.lix:
        yield Finding(
            f"Der Text ist schwer zu lesen (LIX {lix}, gut sind bis zu {subject.lexicon.lix}); "
            "bitte kürzere Sätze und kürzere Wörter nehmen."
        )


def long_sentence(subject: Subject) -> Iterator[Finding]:
    """A sentence of more words than read well; the longest one is named."""
    longest = max(_sentences(subject), key=lambda unit: _words(unit)[0], default="")
    words, _ = _words(longest)
    if words > subject.lexicon.sentence:
        beginning, most = " ".join(longest.split()[:4]), subject.lexicon.sentence
        yield Finding(f"Der Satz „{beginning} …“ hat {words} Wörter; bitte teilen, gut sind bis zu {most}.")


def officialese(subject: Subject) -> Iterator[Finding]:
    """Words of officialese that have plainer ones; up to three are named in one sentence."""
    table = subject.lexicon.officialese
    found: dict[str, str] = {}
    prose = "\n".join(_prose_lines(subject))
    told = " ".join(prose.casefold().split())
    if not any(word in told for word in subject.lexicon.written):
        return  # the pattern of a hundred entries is slow
    for match in _pattern(table).finditer(prose):
        found.setdefault(table[match.lastindex - 1].plain, match[0])
    if found:
        named = ", ".join(f"„{word}“ ({plain})" for plain, word in list(found.items())[:_MOST_NAMED])
        yield Finding(f"Amtsdeutsch: {named}; bitte einfacher sagen.")


@cache
def _pattern(table: tuple[Plainer, ...]) -> regex.Pattern[str]:
    """Return one pattern with a group for each entry, in the table's order."""
    entries = (
        regex.escape(entry.official.removesuffix("*")).replace(r"\ ", r"\s+")
        + (r"[\p{L}]{0,12}+" if entry.official.endswith("*") else "")
        for entry in table
    )
    return regex.compile(rf"\b(?:{'|'.join(f'({entry})' for entry in entries)})\b", regex.IGNORECASE)


@lru_cache(maxsize=512)
def _words(unit: str) -> tuple[int, int]:
    """Return how many words there are, and how many of them are long."""
    words = _WORD.findall(unit)
    return len(words), sum(len(word) > _LONG for word in words)


def _sentences(subject: Subject) -> list[str]:
    keep = (subject.organisation.voice.names.official,)
    return [unit for line in _prose_lines(subject) for unit in sentences.split(line, keep)]


def _prose_lines(subject: Subject) -> Iterator[str]:
    """Yield the lines that somebody wrote to be read as sentences: no contact, no credit, no tags."""
    contact = subject.organisation.contact
    known = [detail for detail in (contact.phone, contact.email, contact.hours, contact.address) if detail]
    for line in subject.prose.splitlines():
        if not any(detail in line for detail in known) and (said := _said(line)) is not None:
            yield said


@lru_cache(maxsize=256)
def _said(line: str) -> str | None:
    """Return the line without its tags; None for one of the frame."""
    return None if _FRAME.search(line) else str(hashtags.FOUND.sub(" ", line))
