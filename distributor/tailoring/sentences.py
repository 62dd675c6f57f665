"""Where German sentences end: past abbreviations, ordinals, dates, quotes and brackets. In doubt, no end.

A missed end costs a longer unit; a false one prints half a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_STOP = re.compile(r"(?<![.!?…])(?P<marks>[.!?…]++)[“”\"»«’)\]]*+(?P<space>\s++|\Z)|\n\s*+")
_ENCLOSED = re.compile(r"„[^„“”\n]{0,800}[“”]|»[^»«\n]{0,800}«|\"[^\"\n]{0,800}\"|\([^()\n]{0,800}\)")
_OPENING = "„»\"'(‚"
_WORD = re.compile(r"(?:([^\s]+)\s+)?([^\s„»\"(]+)\Z")

_ABBREVIATIONS = frozenset(
    {
        *("abschn", "allg", "bes", "bspw", "bzgl", "bzw", "ca", "dr", "einschl", "evtl", "gem", "ggf", "hr", "inkl"),
        *("insb", "max", "mind", "mio", "mrd", "mtl", "prof", "sog", "st", "std", "tel", "tägl", "vgl", "zzgl"),
    }
)
_BEFORE_NUMBER = frozenset(
    {
        *("abs", "art", "kap", "nr", "nrn", "s", "str", "ziff", "fax"),
        *("jan", "feb", "mär", "apr", "jun", "jul", "aug", "sep", "sept", "okt", "nov", "dez"),
    }
)
_MONTHS = frozenset(
    {
        *("januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november"),
        *("dezember", "jan", "feb", "apr", "jun", "jul", "aug", "sep", "sept", "okt", "nov", "dez"),
    }
)
_BEFORE_AMOUNT = frozenset(
    {"als", "bis", "etwa", "ist", "nur", "rund", "sind", "u", "über", "unter", "war", "waren", "wurde"}
)


def split(text: str, keep: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the sentences of ``text``, each with the blanks after it, so that joined they are ``text`` again.

    ``keep`` are phrases that hold a dot of their own ("MainArbeit. Kommunales Jobcenter Offenbach").
    """
    pieces: list[str] = []
    start = 0
    for end in _ends(text, tuple(_enclosed(text, keep))):
        if text[start:end].strip():
            pieces.append(text[start:end])
            start = end
    if start < len(text):
        pieces.append(text[start:])
    return tuple(pieces)


def _ends(text: str, enclosed: tuple[tuple[int, int], ...]) -> Iterator[int]:
    spans = iter(enclosed)
    span = next(spans, None)
    for stop in _STOP.finditer(text):
        while span is not None and span[1] <= stop.start():
            span = next(spans, None)
        mark = stop.start() if stop["marks"] is None else stop.end("marks") - 1
        inside = span is not None and span[0] <= mark and stop.end() <= span[1]
        if not inside and (stop["marks"] is None or _is_end(text, stop)):
            yield stop.end()


def _enclosed(text: str, keep: Iterable[str]) -> list[tuple[int, int]]:
    """Return where quotes, brackets and kept phrases stand, as disjoint spans in order."""
    found = [match.span() for match in _ENCLOSED.finditer(text)]
    for phrase in keep:
        if "." in phrase[:-1]:
            found += [match.span() for match in re.finditer(re.escape(phrase), text)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _is_end(text: str, stop: re.Match[str]) -> bool:
    if stop.end() == len(text) or "\n" in stop["space"]:
        return True
    after = text[stop.end() : stop.end() + 40].lstrip(_OPENING)
    if after[:1].islower():
        return False
    if stop["marks"] != ".":
        return True
    found = _WORD.search(text, max(0, stop.start("marks") - 60), stop.start("marks"))
    if found is None:
        return True
    return not _dot_belongs_to(found[2], (found[1] or "").lower(), after)


def _dot_belongs_to(word: str, previous: str, after: str) -> bool:
    """Tell whether the dot after ``word`` is part of it: an abbreviation, an initial, an ordinal number."""
    lower = word.lower().strip("[]/-–")
    if all(len(letter) == 1 and letter.isalpha() for letter in lower.split(".")):
        return True
    if lower in _ABBREVIATIONS:
        return True
    if after[:1].isdigit() and (lower in _BEFORE_NUMBER or lower.endswith("str")):
        return True
    if re.search(r"(?:^|\D)\d{1,2}$", lower):
        following = re.split(r"[\s.,;:]", after, maxsplit=1)[0].lower()
        return following in _MONTHS or previous not in _BEFORE_AMOUNT
    return False
