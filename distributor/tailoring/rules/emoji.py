"""Rules on emoji: few, never side by side, and at the end of a statement, for each one is read aloud where it stands.

Source: Bundesfachstelle Barrierefreiheit, Barrierefreie Social-Media-Beiträge (domain.md 2.3, read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex

from distributor.domain import Fix
from distributor.tailoring import graphemes
from distributor.tailoring.subject import Finding, Subject

_MOST = 3
_ENDS = '.!?…:“"'
_STOPS = ".!?…"
_NEAR = 8
_FAR = 400
"""How many characters are looked at before and after an emoji: a sentence is seldom longer (own choice)."""
_STAND_FOR_WORDS = frozenset("❤♥💙💚💛🧡💜🖤🤍🤎💗💖💕❣🩷🩵🩶")
"""Hearts: in the middle of a sentence they mean "love", and without them a verb is missing."""


_SIGNS = regex.compile(r"[\p{Emoji_Presentation}\p{Regional_Indicator}\uFE0F]")
"""One of these is part of every emoji (https://www.unicode.org/reports/tr51/, emoji presentation)."""


@dataclass(frozen=True, slots=True)
class _Place:
    """An emoji on its line: what stands before it and after it."""

    before: str
    emoji: str
    after: str


def count(subject: Subject) -> Iterator[Finding]:
    """More than three emoji."""
    number = sum(map(graphemes.is_emoji, _clusters(subject.text)))
    if number > _MOST:
        yield Finding(f"Der Post hat {number} Emojis; bitte höchstens {_MOST} verwenden.")


def run(subject: Subject) -> Iterator[Finding]:
    """Emoji stand side by side; each is read aloud. The first one stays."""
    told = "Mehrere Emojis stehen direkt hintereinander und werden alle vorgelesen; bitte nur eines stehen lassen."
    for row in _runs(subject.text):
        yield Finding(told, Fix("".join(row), row[0]))
        return


def _runs(text: str) -> Iterator[list[str]]:
    """Yield each run of two or more emoji as its clusters, blanks between them included."""
    row: list[str] = []
    gap: list[str] = []
    for cluster in [*_clusters(text), "."]:
        if graphemes.is_emoji(cluster):
            row += [*gap, cluster] if row else [cluster]
            gap = []
        elif row and not cluster.strip():
            gap.append(cluster)
        else:
            if len(row) > 1:
                yield row
            row, gap = [], []


def mid_sentence(subject: Subject) -> Iterator[Finding]:
    """An emoji interrupts a sentence; it belongs after its end."""
    for place in _places(subject.text):
        before = place.before.rstrip()
        if before and before[-1] not in _ENDS and place.after.lstrip()[:1].isalnum():
            told = f"Das Emoji „{place.emoji}“ steht mitten im Satz; bitte ans Ende der Aussage stellen."
            yield Finding(told, _moved(place))
            return


def _moved(place: _Place) -> Fix | None:
    if place.emoji[0] in _STAND_FOR_WORDS:
        return None
    stop = next((at for at, sign in enumerate(place.after) if _is_stop(place.after, at, sign)), len(place.after))
    end = stop
    while end < len(place.after) and place.after[end] in _STOPS + '“"':
        end += 1
    rest = place.after[:end]
    return Fix(f"{place.emoji}{rest}", f"{rest.strip()} {place.emoji}")


def _is_stop(text: str, at: int, sign: str) -> bool:
    """Tell whether the sentence ends here; a dot between digits or before a small letter ends none."""
    if sign not in _STOPS:
        return False
    following = text[at + 1 :].lstrip(_STOPS + '“" ')
    return not following or (
        text[at + 1] in ' \t“"' + _STOPS and not following[0].islower() and not text[at - 1].isdigit()
    )


def as_bullet(subject: Subject) -> Iterator[Finding]:
    """An emoji begins a line in place of a bullet: a dash does in a list, else it belongs to the line's end."""
    for place in _places(subject.text):
        if not place.before.strip() and _says_something(place.after):
            rest = place.after.strip()
            right = f"– {rest}" if _is_list(subject.text) else f"{rest} {place.emoji}"
            told = f"Das Emoji „{place.emoji}“ steht am Zeilenanfang; bitte ans Ende der Aussage stellen."
            yield Finding(told, Fix(f"{place.emoji}{place.after}", right) if len(place.after) < _FAR else None)
            return


def _says_something(text: str) -> bool:
    """Tell whether anything but emoji and blanks stands there."""
    return any(cluster.strip() and not graphemes.is_emoji(cluster) for cluster in graphemes.split(text))


def _is_list(text: str) -> bool:
    """Tell whether several lines begin with a bullet, be it an emoji or a sign."""
    beginnings = [graphemes.split(line.strip()[:_NEAR])[:1] for line in text.splitlines()]
    return sum(bool(first) and (first[0] in "–-•*" or graphemes.is_emoji(first[0])) for first in beginnings) > 1


def _places(text: str) -> Iterator[_Place]:
    """Yield each emoji with what stands before and after it on its line, no farther than a sentence reaches."""
    for line in text.splitlines() if _clusters(text) else ():
        clusters = _clusters(line)
        for at, cluster in enumerate(clusters):
            if graphemes.is_emoji(cluster):
                before = "".join(clusters[max(0, at - _NEAR) : at])
                yield _Place(before, cluster, "".join(clusters[at + 1 : at + 1 + _FAR]))


@lru_cache(maxsize=64)
def _clusters(text: str) -> tuple[str, ...]:
    """Return the characters of ``text``, or nothing where no emoji is among them: most texts have none."""
    return tuple(graphemes.split(text)) if _SIGNS.search(text) else ()
