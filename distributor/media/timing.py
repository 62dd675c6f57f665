"""A typed transcript timed against the pauses of what is spoken: captions without anybody setting a single time. Pure.

What is spoken is spread over the time in which somebody speaks, by its letters; then the ends of its sentences are
drawn to the pauses that are nearest, the longest pauses first, and the rest is spread anew between them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from distributor.domain import Refused
from distributor.media.captions import Cue

MOST = 64
"""Letters of one caption: two lines of what fits on an upright film. Own choice."""
MOST_TEXT = 60_000

_SENTENCE = re.compile(r"(?<=[.!?…:])[\"“”»)\]]*\s+(?=[\"„»(\[]?[A-ZÄÖÜ0-9])")
_CLAUSE = re.compile(r"(?<=[,;–])\s+")
_DRAWN = 0.45
"""How far a sentence's end is drawn to a pause, by the length of what lies between the fixed points around it."""
_NEAR = 1.5
"""Seconds that it is drawn at least, however close those are."""
_FASTEST = 40.0
"""Letters a second that nobody speaks: a transcript as long as that belongs to another film."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Seconds in which nobody speaks."""

    start: float
    end: float

    @property
    def length(self) -> float:
        """Return how long it is."""
        return self.end - self.start


def timed(text: str, pauses: Sequence[Pause], seconds: float) -> tuple[Cue, ...]:
    """Return the captions of a transcript, in order and never two at once.

    Raises: Refused for an empty text, and for one that cannot be spoken in so many seconds.
    """
    pieces, ends_sentence = _pieces(text[:MOST_TEXT])
    if not pieces:
        raise Refused("Bitte den gesprochenen Text eintippen.", code="captions.empty")
    speech = _speech(pauses, seconds)
    spoken = sum(end - start for start, end in speech)
    letters = [0, *accumulate(len(piece) for piece in pieces)]
    if letters[-1] > max(spoken, 1.0) * _FASTEST:
        raise Refused(
            "Der Text ist für die Länge des Videos viel zu lang; bitte prüfen, ob er zu diesem Video gehört.",
            code="captions.too_long",
        )
    inner = [pause for pause in pauses if speech[0][0] < pause.start and pause.end < speech[-1][1]]
    fixed: dict[int, Pause] = {0: Pause(speech[0][0], speech[0][0]), len(pieces): Pause(speech[-1][1], speech[-1][1])}
    for pause in sorted(inner, key=lambda each: -each.length):
        number = _nearest(pause, fixed, letters, ends_sentence, speech)
        if number is not None:
            fixed[number] = pause
    return _cues(pieces, fixed, letters, speech)


def _pieces(text: str) -> tuple[list[str], list[bool]]:
    """Part a text into captions; tell of each whether a sentence ends with it."""
    pieces: list[str] = []
    ends: list[bool] = []
    for paragraph in re.split(r"\n\s*\n", text):
        for sentence in _SENTENCE.split(" ".join(paragraph.split())):
            parts = _parts(sentence)
            pieces += parts
            ends += [False] * (len(parts) - 1) + [True] if parts else []
    return pieces, ends


def _parts(sentence: str) -> list[str]:
    """Part one sentence where it is too long: at its commas if that helps, else between words; into even parts."""
    if len(sentence) <= MOST:
        return [sentence] if sentence else []
    clauses = _CLAUSE.split(sentence)
    if len(clauses) > 1:
        half = len(sentence) / 2
        at = min(range(1, len(clauses)), key=lambda number: abs(len(" ".join(clauses[:number])) - half))
        return _parts(" ".join(clauses[:at])) + _parts(" ".join(clauses[at:]))
    words = sentence.split()
    if len(words) == 1:
        return [sentence]
    half = len(sentence) / 2
    at = min(range(1, len(words)), key=lambda number: abs(len(" ".join(words[:number])) - half))
    return _parts(" ".join(words[:at])) + _parts(" ".join(words[at:]))


def _speech(pauses: Sequence[Pause], seconds: float) -> list[tuple[float, float]]:
    """Return when somebody speaks; the whole film where nobody seems to."""
    found, at = [], 0.0
    for pause in sorted(pauses, key=lambda each: each.start):
        if pause.start - at > 0.05:
            found.append((at, pause.start))
        at = max(at, pause.end)
    if seconds - at > 0.05:
        found.append((at, seconds))
    return found or [(0.0, seconds)]


def _nearest(
    pause: Pause,
    fixed: dict[int, Pause],
    letters: Sequence[int],
    ends_sentence: Sequence[bool],
    speech: Sequence[tuple[float, float]],
) -> int | None:
    """Return after which piece the pause belongs: the sentence's end that is nearest, if one is near enough."""
    known = sorted(fixed)
    for before, after in pairwise(known):
        start, end = fixed[before].end, fixed[after].start
        if not start < pause.start < pause.end < end:
            continue
        reach = max(_NEAR, (end - start) * _DRAWN)
        middle = (pause.start + pause.end) / 2
        near = [
            (abs(_moment(number, before, after, fixed, letters, speech) - middle), number)
            for number in range(before + 1, after)
            if ends_sentence[number - 1]
        ]
        away, number = min(near, default=(reach + 1, 0))
        return number if away <= reach else None
    return None


def _moment(
    number: int,
    before: int,
    after: int,
    fixed: dict[int, Pause],
    letters: Sequence[int],
    speech: Sequence[tuple[float, float]],
) -> float:
    """Return when a piece ends, spread by letters over the time of speaking between two fixed points."""
    start, end = fixed[before].end, fixed[after].start
    between = [(max(one, start), min(other, end)) for one, other in speech if other > start and one < end]
    lengths = [0.0, *accumulate(max(0.0, other - one) for one, other in between)]
    part = (letters[number] - letters[before]) / max(1, letters[after] - letters[before])
    wanted = lengths[-1] * part
    place = min(bisect_right(lengths, wanted), len(between)) - 1
    return between[place][0] + wanted - lengths[place] if between else start + (end - start) * part


def _cues(
    pieces: Sequence[str], fixed: dict[int, Pause], letters: Sequence[int], speech: Sequence[tuple[float, float]]
) -> tuple[Cue, ...]:
    known = sorted(fixed)
    cues: list[Cue] = []
    for before, after in pairwise(known):
        moments = [
            fixed[before].end,
            *(_moment(number, before, after, fixed, letters, speech) for number in range(before + 1, after)),
            fixed[after].start,
        ]
        cues += [
            Cue(round(start, 3), round(end, 3), piece)
            for piece, (start, end) in zip(pieces[before:after], pairwise(moments), strict=True)
        ]
    return tuple(cue for cue in cues if cue.end > cue.start)
