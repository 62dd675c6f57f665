"""What an item says first: its hook and its teaser, in whole sentences, each once, without what a feed adds to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from distributor.domain import FeedItem
from distributor.tailoring import sentences
from distributor.tailoring.cutting import cut
from distributor.tailoring.placeholders import ADDRESS, CLOSED

TEASER = 300
"""The most characters of a teaser that nobody wrote for a channel (domain.md 3: posts of 250 to 700; own choice)."""

_TEARS = ("[…]", "[...]", "…", "...")
_ADDED = re.compile(
    r"\A(?:der (?:beitrag|artikel)\b.{1,400}?\berschien zuerst auf\b"
    r"|the post\b.{1,400}?\b(?:appeared first|first appeared) on\b"
    r"|(?:weiterlesen|mehr lesen|read more|continue reading)[\s.:>»→…]*\Z"
    r"|see \S{1,80} for privacy information)",
    re.IGNORECASE,
)
_LABELS = re.compile(r"\A\((?:[^()\n.!?]|\.(?=\w)){1,200}\)\s*\Z")
_NAMES = r"(?:[^\W\d_a-zäöüß][\w'’-]*+\.?(?:\s(?:und\s)?|,\s)?){2,8}+"
_BYLINE = re.compile(rf"\A(?:Eine?\s[^\W\d_][\w-]{{2,30}}+\s)?[Vv]on\s{_NAMES}(?:\([^()\n]{{1,200}}\))?\s*\Z")
"""Who wrote it, as feeds put it behind the last sentence: "Von Mia Muster (Geld, Wohnen)"."""
_OF_THE_PAGE = re.compile(
    r"\bunten (?:(?:im|in diesem|in unserem) (?:artikel|beitrag|text)|ansehen|anschauen|anhören|lesen|sehen|finden)\b"
    r"|\Awir fassen\b[^.!?]{0,80}\bzusammen\b|\bhaben wir\b[^.!?]{0,80}\bzusammengefasst\b",
    re.IGNORECASE,
)
"""Promises what stands on the item's own page and in no post: "Bilder könnt ihr euch unten ansehen", "Wir fassen
alle Details für euch zusammen" (where "wir" would be the Jobcenter that posts it)."""
_STEM = 5
_ARTICLES = frozenset(["der", "die", "das", "den", "dem", "des", "ein", "eine", "einem", "einen", "einer", "eines"])


@dataclass(frozen=True, slots=True)
class _Line:
    """One line's whole sentences, each with the blank or line end after it, and what is left of a torn one."""

    units: tuple[str, ...]
    torn: str = ""

    @property
    def is_heading(self) -> bool:
        """Tell whether the line is no sentence."""
        return len(self.units) == 1 and not CLOSED.search(self.units[0].rstrip())


def lead_of(content: FeedItem, *, addresses: bool = True) -> tuple[str, str]:
    """Return the item's hook and its teaser: the title, and the summary's or else the text's first sentences.

    An item without a title, or whose title is only its text's torn beginning, has its first sentence for a hook.
    A summary that the portal broke off loses its torn sentence, unless nothing else is known; what promises
    something of the page ends the teaser. ``addresses`` False leaves out the sentences that hold an address while
    another whole one is left; a title is never changed.
    """
    return _lead(content.title, content.summary, content.text, addresses)


@lru_cache(maxsize=32)
def _lead(title: str, summary: str, text: str, addresses: bool) -> tuple[str, str]:
    title = " ".join(title.split())
    lines = tuple(_lines(summary))
    told = _told(lines, title, addresses)
    if not told:
        more = tuple(_lines(text))
        lines += more
        told = _told(_without_headings(more), title, addresses)
    if not told and not addresses:
        return _lead(title, summary, text, True)
    if not told:
        told = [f"{line.torn} …" for line in lines if line.torn][:1]
    if told and (not title or _is_beginning(title, lines)):
        title, told = _bounded(told[0].rstrip()), told[1:]
    return title, _first(told, goes_on=any(line.torn for line in lines))


def _lines(text: str) -> Iterator[_Line]:
    """Yield the lines of ``text`` but the empty ones and those that the feed's machinery added."""
    for line in text.splitlines():
        said = " ".join(line.split())
        if not said or _ADDED.match(said):
            continue
        tear = next((tear for tear in _TEARS if said.endswith(tear)), "")
        *units, last = sentences.split(said.removesuffix(tear).rstrip()) or ("",)
        if tear and not CLOSED.search(last):
            whole = _before_open_quote(units)
            yield _Line(whole, "".join((*units[len(whole) :], last)))
        else:
            yield _Line((*units, f"{last}\n"))


def _before_open_quote(units: Sequence[str]) -> tuple[str, ...]:
    """Return the sentences but those of a quote at their end that was torn before it closed."""
    opened, whole = 0, 0
    for number, unit in enumerate(units, start=1):
        opened += unit.count("„") - unit.count("“") - unit.count("”") + unit.count("»") - unit.count("«")
        whole = number if opened <= 0 else whole
    return tuple(units[:whole])


def _without_headings(lines: Sequence[_Line]) -> Sequence[_Line]:
    return [line for line in lines if not line.is_heading] or lines


def _told(lines: Sequence[_Line], title: str, addresses: bool) -> list[str]:
    """Return the sentences that may be told after the title."""
    told = [unit for line in lines for unit in line.units if unit.strip()]
    if title and told and (_letters(told[0]) == _letters(title) or (told[1:] and _repeats(title, told[0]))):
        told = told[1:]
    if told and (_LABELS.match(told[-1]) or (told[1:] and _BYLINE.match(told[-1]))):
        told = told[:-1]
    told = _above(told) or told
    return told if addresses else _without_addresses(told)


def _above(units: Sequence[str]) -> list[str]:
    """Return the sentences before the first that promises the page; of one that begins, those behind it."""
    pointing = [at for at, unit in enumerate(units) if _OF_THE_PAGE.search(unit)]
    if pointing and pointing[0] > 0:
        return list(units[: pointing[0]])
    return [unit for at, unit in enumerate(units) if at not in pointing]


def _repeats(title: str, sentence: str) -> bool:
    """Tell whether the sentence has no word that the title has not, be it with another ending or in another order."""
    said = _stems(title)
    return len(said) > 1 and said == _stems(sentence)


def _stems(text: str) -> set[str]:
    """Return the beginnings of the words but the articles."""
    words = {"".join(filter(str.isalnum, word)).casefold() for word in text.split()}
    return {word[:_STEM] for word in words - _ARTICLES if word}


def _without_addresses(units: Sequence[str]) -> list[str]:
    """Return the sentences that hold no address, without the unfinished line that led to one ("Mehr dazu:")."""
    kept: list[str] = []
    for unit in units:
        if not ADDRESS.search(unit):
            kept.append(unit)
        elif kept and not _is_finished(kept[-1]):
            kept.pop()
    return kept


def _is_finished(unit: str) -> bool:
    """Tell whether a mark ends the sentence, whatever emoji and brackets follow it."""
    return next((sign for sign in reversed(unit) if sign.isalnum() or sign in ".!?…:"), ":") in ".!?…"


def _is_beginning(title: str, lines: Sequence[_Line]) -> bool:
    """Tell whether the title is only the torn beginning of what the item says anyway."""
    said = "".join(_letters("".join((*line.units, line.torn))) for line in lines)
    return title.endswith(_TEARS) and said.startswith(_letters(title))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _first(units: Sequence[str], *, goes_on: bool) -> str:
    """Return as many whole sentences as a teaser holds, at least one.

    Where the text goes on behind them, none of those after the first is a question: its answer would be missing.
    """
    taken = [_bounded(unit) for unit in units[:1]]
    for unit in units[1:]:
        if sum(map(len, taken)) + len(unit.rstrip()) > TEASER:
            goes_on = True
            break
        taken.append(unit)
    while goes_on and taken[1:] and taken[-1].rstrip().endswith("?"):
        taken.pop()
    return "".join(taken).rstrip()


def _bounded(sentence: str) -> str:
    """Return the sentence, broken off at a word where it is endless."""
    return sentence if len(sentence) <= 2 * TEASER else cut(sentence, lambda text: len(text) <= TEASER)
