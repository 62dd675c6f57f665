"""A text that is too long for one post, as the pieces of a thread: cut between paragraphs, sentences, at worst words.

Pure. Whether X lets an account of its self-serve plans reply to its own posts is in no document of X's (UNVERIFIED:
https://docs.x.com/changelog, 2026-02-23, exempts nobody), so each account chooses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

MOST = 6
"""So many pieces a thread may have; our own choice."""

_PARAGRAPH = re.compile(r"\n\s*\n\s*")
_SENTENCE = re.compile(r"(?<=\w{3}[.!?…])[“”\"»«’‘)\]]*\s+(?=[^\Wa-zäöüß_\d]|[^\w\s])|\n\s*")
_BLANK = re.compile(r"\s+")


def split(text: str, limit: int, measure: Callable[[str], int]) -> list[str]:
    """Return the pieces in order, each as long as the limit allows; a word that is longer stands alone.

    Nothing is lost but white space between pieces.
    """
    pieces, rest = [], text.strip()
    while rest and measure(rest) > limit:
        cut = _cut(rest, limit, measure)
        if cut is None:
            break
        pieces.append(rest[: cut[0]].rstrip())
        rest = rest[cut[1] :].lstrip()
    return [*pieces, rest] if rest else pieces


def measured(text: str, limit: int, measure: Callable[[str], int]) -> int:
    """Return the length of the longest piece; of the whole text where a thread would have too many."""
    pieces = split(text, limit, measure)
    return max(map(measure, pieces), default=0) if len(pieces) <= MOST else measure(text)


def _cut(text: str, limit: int, measure: Callable[[str], int]) -> tuple[int, int] | None:
    """Return where the first piece ends and the rest begins: the last good place that is not too near the start."""
    for pattern, least in ((_PARAGRAPH, 0.5), (_SENTENCE, 0.4), (_BLANK, 0.0)):
        places = [(found.start(), found.end()) for found in pattern.finditer(text)]
        ends = [_after_marks(text, place) for place in places]
        fitting = _fitting(text, ends, limit, measure)
        if fitting and measure(text[: fitting[0]]) >= least * limit:
            return fitting
    first = _BLANK.search(text)
    return (first.start(), first.end()) if first else None


def _after_marks(text: str, place: tuple[int, int]) -> tuple[int, int]:
    """Return the place behind closing quotes and brackets, which belong to the sentence before them."""
    start, end = place
    while start < end and not text[start].isspace():
        start += 1
    return start, end


def _fitting(
    text: str, places: Sequence[tuple[int, int]], limit: int, measure: Callable[[str], int]
) -> tuple[int, int] | None:
    """Return the last place up to which the text fits; the length only grows with the text, or nearly so."""
    low, high = 0, len(places)
    while low < high:
        middle = (low + high) // 2
        if measure(text[: places[middle][0]]) <= limit:
            low = middle + 1
        else:
            high = middle
    while low and measure(text[: places[low - 1][0]]) > limit:
        low -= 1
    return places[low - 1] if low else None
