"""Hashtags: written so that screen readers read them, ranked so that a cut is foreseeable.

Rank: the Organisation's first tag (the brand), two topics, the audience, the Organisation's other tags (its region),
further topics.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

import regex

FOUND = regex.compile(r"(?<![\p{L}\p{N}_&/#.])#(?!\p{N}++(?![\p{L}\p{M}_]))([\p{L}\p{M}\p{N}_]+)")
"""A hashtag in running text, without its sign in group 1; an address's fragment and a mere number are none."""

_LETTER = regex.compile(r"\p{L}")
_JOINT = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
_SEVERAL = regex.compile(r"[&/,;|]")
_INVISIBLE = regex.compile(r"[\u00AD\u200B-\u200D\u2060\uFEFF]")
_YOUNG = regex.compile(r"(?i)\bu\s?-?25\b|\bunter 25\b|\bjugend|\bjunge (?:menschen|leute|erwachsene)")
_AUDIENCE = "#U25"
_SAY_NOTHING = frozenset(
    {
        *("#Aktuell", "#Aktuelles", "#Allgemein", "#Artikel", "#Beitrag", "#Beiträge", "#Blog", "#Featured"),
        *(
            "#InEigenerSache",
            "#Meldung",
            "#Meldungen",
            "#Neues",
            "#Neuigkeiten",
            "#News",
            "#Presse",
            "#Pressemitteilung",
        ),
        *("#Pressemitteilungen", "#Sonstiges", "#Startseite", "#Top", "#Uncategorized", "#Unkategorisiert"),
    }
)
"""What portals sort by, and nobody looks for."""
_LONGEST = 30
_TOPICS_FIRST = 2


@lru_cache(maxsize=1024)
def normalise(tag: str) -> str:
    """Return ``tag`` as a CamelCase hashtag with its sign: ``freie Plätze`` is ``#FreiePlätze``.

    Capitals inside a word stay. A tag without any letter is none and gives an empty string.
    """
    words = _JOINT.split(_INVISIBLE.sub("", unicodedata.normalize("NFC", tag)))
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    return f"#{joined}" if _LETTER.search(joined) else ""


def found(text: str) -> list[str]:
    """Return the hashtags that stand in ``text``, with their sign, in reading order."""
    return [f"#{tag}" for tag in FOUND.findall(text)]


def choose(own: Sequence[str], topics: Iterable[str], limit: int, present: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the best ``limit`` hashtags, the most important first.

    ``own`` are the Organisation's tags, the brand first. ``present`` tags stand in the text already: they count, and
    are not repeated.
    """
    already = {tag.casefold() for tag in present}
    room = max(0, limit - len(already))
    chosen: dict[str, str] = {}
    for tag in _ranked(tuple(own), tuple(topics)):
        if tag.casefold() not in already:
            chosen.setdefault(tag.casefold(), tag)
    return tuple(chosen.values())[:room]


def least(present: Sequence[str], own: Sequence[str], topics: Iterable[str]) -> str:
    """Return which of the tags in a text is the least important: the last of those nobody ranked, else by rank."""
    ranks = {tag.casefold(): rank for rank, tag in reversed(list(enumerate(_ranked(tuple(own), tuple(topics)))))}
    return max(enumerate(present), key=lambda each: (ranks.get(each[1].casefold(), len(ranks)), each[0]))[1]


@lru_cache(maxsize=256)
def _ranked(own: tuple[str, ...], topics: tuple[str, ...]) -> tuple[str, ...]:
    """Return all tags by rank, the first the most important; a tag may stand there twice."""
    single = (one for topic in topics for one in _SEVERAL.split(topic))
    subjects = [tag for tag in map(normalise, single) if tag not in _SAY_NOTHING and len(tag) <= _LONGEST]
    subjects = [tag for tag in subjects if tag != _AUDIENCE]
    audience = [_AUDIENCE] if any(_YOUNG.search(topic) for topic in topics) else []
    house = [normalise(tag) for tag in own]
    ranked = [*house[:1], *subjects[:_TOPICS_FIRST], *audience, *house[1:], *subjects[_TOPICS_FIRST:]]
    return tuple(tag for tag in ranked if tag)
