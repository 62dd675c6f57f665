"""A published Item changes upstream: what differs, whom that concerns, and which posts a correction answers. Pure.

Nothing is done by itself: until a person decides, and where they decide nothing, what is public stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from distributor.domain import FeedItem, State
from distributor.locale import N_
from distributor.takedown import OVER
from distributor.wording import local_time

Choice = Literal["leave", "correct", "recall"]
"""What a person decides: it stays, each public post gets one that corrects it, or all of it is taken back."""

_MOST_WORDS = 4000
"""Longer texts are compared by lines: comparing takes time with the square of the length."""

_WORDS = re.compile(r"\s+|[^\s]+")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Carried:
    """A post of the Item: which revision it says, whether it is taken back or its account left, what it corrects."""

    id: int
    state: State
    revision: int
    gone: bool = False
    corrects: int | None = None

    @property
    def public(self) -> bool:
        """Tell whether people can read it, and will go on to."""
        return self.state is State.PUBLISHED and not self.gone


def behind(posts: Collection[Carried], revision: int) -> list[int]:
    """Return the public posts that say an earlier revision and that no public correction has answered."""
    answered = {post.corrects for post in posts if post.public}
    return [post.id for post in posts if post.public and post.revision < revision and post.id not in answered]


def to_correct(posts: Collection[Carried], revision: int) -> list[int]:
    """Return the public posts to which the decision of ``revision`` still owes a correction.

    One that is under way answers them, for it is made anew with its Item. One that was rejected or taken back since is
    not made again.
    """
    answered = {post.corrects for post in posts if post.state not in OVER or post.revision >= revision}
    return [number for number in behind(posts, revision) if number not in answered]


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of an Item before and after, each as pieces of which some are marked: ``(text, changed)``."""

    what: str
    old: tuple[tuple[str, bool], ...]
    new: tuple[tuple[str, bool], ...]


def differences(old: FeedItem, new: FeedItem) -> list[Difference]:
    """Return what of an Item changed, in reading order, with the differences marked word by word."""
    before, after = dict(_parts(old)), dict(_parts(new))
    return [Difference(what, *marked(text, after[what])) for what, text in before.items() if text != after[what]]


def marked(old: str, new: str) -> tuple[tuple[tuple[str, bool], ...], tuple[tuple[str, bool], ...]]:
    """Return both texts cut into pieces, those that the other lacks marked; joined they are the texts again."""
    cut = _LINES if max(len(old), len(new)) > 6 * _MOST_WORDS else _WORDS
    left, right = cut.findall(old), cut.findall(new)
    if max(len(left), len(right)) > _MOST_WORDS:
        return ((old, True),) if old else (), ((new, True),) if new else ()
    first, second = [], []
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if a < b:
            first.append(("".join(left[a:b]), kind != "equal"))
        if c < d:
            second.append(("".join(right[c:d]), kind != "equal"))
    return tuple(first), tuple(second)


def _parts(item: FeedItem) -> Iterator[tuple[str, str]]:
    yield N_("Überschrift"), item.title
    yield N_("Anreißer"), item.summary
    yield N_("Text"), item.text
    yield N_("Link"), item.link
    yield N_("Themen"), ", ".join(item.topics)
    yield N_("Bilder und Filme"), "\n".join(medium.url for medium in item.media)
    yield N_("Alternativtexte"), "\n".join(medium.alt or "" for medium in item.media)
    yield N_("Bildnachweis"), "\n".join(dict.fromkeys([item.credit, *(medium.credit for medium in item.media)]))
    yield N_("Sperrfrist"), local_time(item.embargo_until) if item.embargo_until else ""
    yield N_("Gültig bis"), local_time(item.valid_until) if item.valid_until else ""
