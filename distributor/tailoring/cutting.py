"""Where a text may be broken off: after a sentence, or after a word with a mark that it goes on. Nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from distributor.tailoring import graphemes, sentences

_BLANK = re.compile(r"[ \t\n\r]+")
_HANGING = " \t\n\r,;:–—-„»("
_PAIRS = {"„": "“", "»": "«", "(": ")"}


def cut(text: str, fits: Callable[[str], bool], *, keep: Iterable[str] = (), least: int = 1) -> str:
    """Return the longest beginning of ``text`` that fits: whole sentences, or else words of the first sentence.

    Where none fits, the shortest; empty where ``text`` is one word or no beginning has ``least`` characters.
    """
    units = sentences.split(text, keep)
    ends = list(accumulate(map(len, units)))[:-1]
    best = _longest(ends, lambda end: text[:end].rstrip(), fits)
    if best is not None or not units:
        return best or ""
    first = units[0].rstrip()
    blanks = [end for end in _word_ends(first) if end >= least]
    best = _longest(blanks, lambda end: _broken_off(first[:end]), fits)
    if best is None and blanks:
        best = _broken_off(first[: blanks[0]])
    return best or ""


def _longest(ends: Sequence[int], beginning: Callable[[int], str], fits: Callable[[str], bool]) -> str | None:
    """Return the longest beginning that fits, found by halving."""
    low, high = 0, len(ends)
    best = None
    while low < high:
        middle = (low + high) // 2
        candidate = beginning(ends[middle])
        if fits(candidate):
            low, best = middle + 1, candidate
        else:
            high = middle
    return best


def _word_ends(sentence: str) -> list[int]:
    """Return the offsets after which ``sentence`` may be broken off: the ends of its words."""
    allowed = graphemes.boundaries(sentence)
    start = len(sentence) - len(sentence.lstrip(_HANGING))
    ends = (blank.start() for blank in _BLANK.finditer(sentence))
    return [end for end in ends if end > start and end in allowed]


def _broken_off(beginning: str) -> str:
    """Return ``beginning`` with the mark that it goes on, and its quotes and brackets closed."""
    if "://" not in beginning.rsplit(maxsplit=1)[-1]:
        beginning = beginning.rstrip(_HANGING)
    waiting: list[str] = []
    for sign in beginning:
        if waiting and sign == waiting[-1]:
            waiting.pop()
        elif sign in _PAIRS:
            waiting.append(_PAIRS[sign])
    return f"{beginning} …{''.join(reversed(waiting))}"
