"""Tell German from what else stands in code and on pages.

``german.txt`` has two lists. The first are words that only German sentences have; the second, words of ours that also
stand alone, by which a string of the code is known for one that people read.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_ENGLISH = frozenset(
    ("the", "of", "to", "that", "which", "with", "is", "not", "and", "by", "may", "be", "s", "no", "it")
)
_LETTERS = re.compile(r"[^\W\d_]+")
_ASIDE = re.compile(r"\{\w+\}|`[^`]*`|„[^“]*“")
_CODE = re.compile(r"[\\<>=|#@]|\w_\w|\A\S*[.:/]\S+\Z|\A[a-zäöüß]*\Z|\A[A-Z0-9]*\Z|\A\W*\Z|\A-")
_CONTENT = "{{"
"""Placeholders of posts begin so: what has them is published and no sentence of ours."""

_LONGEST = 60
"""No sentence of ours has so many words; longer strings are lists of words that some rule looks for."""


@cache
def _words() -> tuple[frozenset[str], frozenset[str]]:
    sentences, names = Path(__file__).with_name("german.txt").read_text(encoding="utf-8").split("\n\n")
    return frozenset(sentences.split()), frozenset(names.split())


def is_german(text: str) -> bool:
    """Tell whether a text is a German sentence: it has a word that is German and nothing else, and none of English."""
    words = {word.casefold() for word in _LETTERS.findall(text)}
    return not words.isdisjoint(_words()[0]) and words.isdisjoint(_ENGLISH)


def is_read(text: str) -> bool:
    """Tell whether a string of the code is German that people read, be it a sentence or a word."""
    _, names = _words()
    text = text.strip()
    if _CONTENT in text:
        return False
    if " " not in text and text not in names and _CODE.search(text):
        return False
    words = _LETTERS.findall(_ASIDE.sub("", text))
    if not words or len(words) > _LONGEST or not _ENGLISH.isdisjoint(words):
        return False
    named = (word in names and (word[0].isupper() or len(words) == 1) for word in words)
    return is_german(text) or any(named) or bool(re.search("[äöüÄÖÜß„]", text))
