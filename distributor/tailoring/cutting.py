"""Where a text may be broken off: after a sentence, or after a word with a mark that it goes on. Nothing else.

A broken sentence ends with a word that stands on its own: not with an article or a preposition, not with "z." or
"Nr.", not with "Aus-" of "Aus- und Weiterbildung". Quotes and brackets that are open there are closed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate

from distributor.tailoring import graphemes, sentences
from distributor.tailoring.placeholders import LEFT

_WORD = re.compile(r"[^ \t\n\r]++")
_HANGING = " \t\n\r,;:–—-„»(‚["
_PAIRS = {"„": "“", "“": "”", "‚": "‘", "»": "«", "«": "»", "(": ")", "[": "]", '"': '"'}
_LEANING = frozenset(
    {
        *("der", "die", "das", "dem", "den", "des", "ein", "eine", "einem", "einen", "einer", "eines", "kein", "keine"),
        *("mein", "meine", "dein", "deine", "sein", "seine", "ihr", "ihre", "unser", "unsere", "euer", "eure", "jede"),
        *(
            "ab",
            "am",
            "an",
            "auf",
            "aus",
            "außer",
            "bei",
            "beim",
            "bis",
            "durch",
            "für",
            "gegen",
            "gegenüber",
            "hinter",
        ),
        *("im", "in", "ins", "mit", "nach", "neben", "ohne", "pro", "seit", "statt", "trotz", "über", "um", "unter"),
        *(
            "vom",
            "von",
            "vor",
            "während",
            "wegen",
            "zu",
            "zum",
            "zur",
            "zwischen",
            "aber",
            "als",
            "bzw",
            "dass",
            "denn",
        ),
        *("oder", "sehr", "sondern", "sowie", "und", "weil", "wenn", "wie", "§", "§§"),
    }
)
"""Words that say nothing without the next one."""


def cut(text: str, fits: Callable[[str], bool], *, keep: Iterable[str] = (), least: int = 1) -> str:
    """Return the longest beginning of ``text`` that fits: all of it, whole sentences, or words of the first sentence.

    Where none fits, the shortest; empty where ``text`` has no place to break off or none after ``least`` characters.
    ``fits`` is asked in the order of the logarithm of the words.
    """
    units = sentences.split(text, keep)
    if not units or fits(text):
        return text
    quotes = sentences.enclosed(text)
    ends = list(accumulate(map(len, units)))[:-1]
    best = _longest(ends, lambda end: _ended(text, end, quotes), fits)
    if best is not None:
        return best
    first = units[0].rstrip()
    places = [end for end in _word_ends(first) if end >= least]
    best = _longest(places, lambda end: _broken_off(first[:end]), fits)
    if best is None and places:
        best = _broken_off(first[: places[0]])
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


def _ended(text: str, end: int, quotes: Sequence[tuple[int, int]]) -> str:
    """Return the sentences up to ``end``; a quote or bracket that goes on after them is closed."""
    beginning = text[:end].rstrip()
    return _broken_off(beginning) if any(start < len(beginning) < last for start, last in quotes) else beginning


def _word_ends(sentence: str) -> Iterator[int]:
    """Yield the offsets after which ``sentence`` may be broken off: the ends of words that stand on their own."""
    allowed = graphemes.boundaries(sentence)
    placeholders = [match.span() for match in LEFT.finditer(sentence)]
    for match in _WORD.finditer(sentence):
        torn = any(start < match.end() < end for start, end in placeholders)
        if match.end() < len(sentence) and match.end() in allowed and not torn and _stands_alone(match[0]):
            yield match.end()


def _stands_alone(word: str) -> bool:
    bare = word.strip(_HANGING)
    if not bare or word.rstrip(_HANGING.replace("-", "")).endswith("-"):
        return False
    is_shortened = bare.endswith(".") and not bare.endswith("..")
    return bare.lower() not in _LEANING and not is_shortened


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
