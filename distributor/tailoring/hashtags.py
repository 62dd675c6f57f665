"""Hashtags: written so that screen readers read them, ranked so that a cut is foreseeable.

Rank: the Organisation's first tag (the brand), two topics, the audience, the Organisation's other tags (its region),
further topics.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

import regex

FOUND = regex.compile(r"(?<![\p{L}\p{N}_&/#.])#([\p{L}\p{M}\p{N}_]+)")
"""A hashtag in running text, without its sign in group 1; an address's fragment is none."""

_JOINT = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
_SEVERAL = regex.compile(r"[&/,;|]")
_INVISIBLE = regex.compile(r"[\u00AD\u200B-\u200D\u2060\uFEFF]")
_YOUNG = regex.compile(r"(?i)\bu\s?-?25\b|\bunter 25\b|\bjugend|\bjunge (?:menschen|leute|erwachsene)")
_AUDIENCE = "#U25"
_SAY_NOTHING = frozenset({"#Allgemein", "#Aktuell", "#Aktuelles", "#Neuigkeiten", "#News", "#Uncategorized"})
_LONGEST = 30
_TOPICS_FIRST = 2


def normalise(tag: str) -> str:
    """Return ``tag`` as a CamelCase hashtag with its sign: ``freie Plätze`` is ``#FreiePlätze``.

    Capitals inside a word stay. A tag without any letter is none and gives an empty string.
    """
    words = _JOINT.split(_INVISIBLE.sub("", unicodedata.normalize("NFC", tag)))
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    return f"#{joined}" if regex.search(r"\p{L}", joined) else ""


def found(text: str) -> list[str]:
    """Return the hashtags that stand in ``text``, with their sign, in reading order."""
    return [f"#{tag}" for tag in FOUND.findall(text)]


def choose(own: Sequence[str], topics: Iterable[str], limit: int, present: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the best ``limit`` hashtags, the most important first.

    ``own`` are the Organisation's tags, the brand first. ``present`` tags stand in the text already: they count, and
    are not repeated.
    """
    listed = tuple(topics)
    single = (one for topic in listed for one in _SEVERAL.split(topic))
    subjects = [tag for tag in map(normalise, single) if tag not in _SAY_NOTHING and len(tag) <= _LONGEST]
    audience = [_AUDIENCE] if any(_YOUNG.search(topic) for topic in listed) else []
    house = [normalise(tag) for tag in own]
    subjects = [tag for tag in subjects if tag != _AUDIENCE]
    ranked = [*house[:1], *subjects[:_TOPICS_FIRST], *audience, *house[1:], *subjects[_TOPICS_FIRST:]]
    already = {tag.casefold() for tag in present}
    room = max(0, limit - len(already))
    chosen: dict[str, str] = {}
    for tag in ranked:
        if tag and tag.casefold() not in already:
            chosen.setdefault(tag.casefold(), tag)
    return tuple(chosen.values())[:room]
