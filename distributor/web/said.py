"""What services, rules and connectors said in German, told in the reader's language where a page shows it.

They speak German because what they say is stored, sent and filed. So a page looks each sentence up among those that
the code can say (``distributor/locale/en/LC_MESSAGES/sentences.po``, and the words of ``distributor.po``) and fills
its translation with what filled it. What is not among them, a person's words for instance, stays as it is.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from babel.messages.pofile import read_po
from markupsafe import Markup

from distributor import locale
from distributor.locale.german import is_german
from distributor.web.dates import day_in
from distributor.web.language import GERMAN, language
from schedules.days import names_in

LONGEST = 2_000
"""So many characters a sentence may have to be looked up; the longest that we say has a few hundred."""

_DEPTH = 4
"""So often what fills a sentence is looked up in turn."""

_CHOICE = 3
"""So many of the sentences that fit are tried, those with most words of their own first."""

_VAGUE = 6
"""A sentence with fewer letters of its own counts only where all that fills it is known."""

_GAP = re.compile(r"\{(\w+)\}")
_WORD = re.compile(r"\w+")
_LETTER = re.compile(r"[^\W\d_]")
_ENDS = re.compile(r"(?<=[.!?…])( )(?=[A-ZÄÖÜ„])")
_POINTS = re.compile(r"(\n+|; )")
_JOINS = re.compile(r"(„[^„“]*“|, |: | und | oder | \(|\)| – | · )")
_JOINED = {" und ": " and ", " oder ": " or "}
_QUOTED = re.compile(r"„([^„“]*)“")
_NUMBER = re.compile(r"\d+,\d+")
_MOMENT = re.compile(
    r"(?:(?P<weekday>Mo|Di|Mi|Do|Fr|Sa|So) )?\b(?P<day>\d{1,2}\.\d{1,2}\.\d{4}\b|\d\d\.\d\d\.)"
    r"(?:,? (?P<time>\d\d:\d\d)(?: Uhr)?)?"
    r"|\b(?P<clock>\d\d:\d\d) Uhr\b"
)
_LED = re.compile(r"\A((?:(?:Mo|Di|Mi|Do|Fr|Sa|So) \d\d\.\d\d\.(?:\d{4})?(?:, \d\d:\d\d)?|\d\d:\d\d) )")


def said(text: str) -> str:
    """Return what was said in German in the reader's language; unchanged where nobody translated it."""
    code = language()
    return text if code == GERMAN or not text else _told(code, str(text))


def shown(text: str) -> str:
    """Return what was said for an element of a page; a sentence that stays German says so."""
    told = said(text)
    if language() != GERMAN and " " in told and is_german(_QUOTED.sub("", told)):
        return Markup('<span lang="de">{}</span>').format(told)
    return told


def said_choices(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the choices of a form, what each says in the reader's language."""
    return [(value, said(text)) for value, text in pairs]


def content(text: str) -> str:
    """Return for an element of a page what is German for every reader: titles and texts of items and posts."""
    return text if language() == GERMAN or not text else Markup('<span lang="de">{}</span>').format(text)


def content_or_said(text: str) -> str:
    """Return a title that we or people may have written: ours in the reader's language, theirs in German."""
    told = said(text)
    return content(text) if told == text else told


@dataclass(frozen=True, slots=True)
class Sentence:
    """One that the code can say, cut at its gaps, with its translation."""

    literals: tuple[str, ...]
    gaps: tuple[str, ...]
    told: str

    @classmethod
    def of(cls, german: str, told: str) -> Sentence:
        """Return the sentence of a catalogue's entry."""
        pieces = _GAP.split(german)
        return cls(tuple(pieces[::2]), tuple(pieces[1::2]), told)

    @property
    def weight(self) -> tuple[int, int]:
        """Return how much the sentence says by itself: its own letters, and the fewer gaps the better."""
        return sum(map(len, self.literals)), -len(self.gaps)

    @property
    def vague(self) -> bool:
        """Tell whether the sentence has hardly any words of its own."""
        return sum(len(_LETTER.findall(literal)) for literal in self.literals) < _VAGUE

    def words(self) -> Iterator[str]:
        """Yield the words that stand whole in every text of the sentence."""
        for number, literal in enumerate(self.literals):
            for word in _WORD.finditer(literal):
                opens = word.start() == 0 and number > 0
                closes = word.end() == len(literal) and number < len(self.gaps)
                if not opens and not closes:
                    yield word.group()

    def fillings(self, text: str) -> list[str] | None:
        """Return what fills the gaps if the text is this sentence; each literal is taken where it comes first."""
        first, *others = self.literals
        if not others:
            return [] if text == first else None
        *middle, last = others
        place, end = len(first), len(text) - len(last)
        if place > end or not text.startswith(first) or not text.endswith(last):
            return None
        found = []
        for literal in middle:
            start = text.find(literal, place, end)
            if start < 0:
                return None
            found.append(text[place:start])
            place = start + len(literal)
        return [*found, text[place:end]]

    def is_quoted(self, number: int) -> bool:
        """Tell whether a gap holds a quotation: somebody's words, a title, a name, which are never translated."""
        return self.literals[number].endswith("„") and self.literals[number + 1].startswith("“")


@dataclass(frozen=True, slots=True)
class _Told:
    """A text in another language; ``known`` where any of it was translated, ``whole`` where nothing stayed German."""

    text: str
    known: bool
    whole: bool


class Book:
    """All sentences that the code can say, with their translations into one language."""

    def __init__(self, code: str, entries: Iterable[tuple[str, str]]) -> None:
        self._code = code
        self._exact: dict[str, str] = {}
        sentences = []
        for german, told in entries:
            sentence = Sentence.of(german, told)
            if sentence.gaps:
                sentences.append(sentence)
            else:
                self._exact.setdefault(german, told)
        self.sentences = sorted(sentences, key=lambda sentence: sentence.weight, reverse=True)
        self._by_word = _by_rarest_word(self.sentences)

    def told(self, text: str) -> str:
        """Return the text in the book's language, as far as it is known."""
        if len(text) > LONGEST:
            return text
        found = self._told(text, _DEPTH)
        if not found.known:
            return text
        return _MOMENT.sub(self._moment, _QUOTED.sub(r"“\1”", found.text))

    def matches(self, text: str) -> list[Sentence]:
        """Return the sentences that the text can be, the one with most words of its own first."""
        places = {each for word in {"", *_WORD.findall(text)} for each in self._by_word.get(word, ())}
        fitting = (self.sentences[place] for place in sorted(places))
        return [sentence for sentence in fitting if sentence.fillings(text) is not None]

    def _told(self, text: str, depth: int) -> _Told:
        bare = text.strip()
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        found = self._bare(bare, depth)
        return _Told(f"{before}{found.text}{after}", found.known, found.whole) if bare else _Told(text, False, True)

    def _bare(self, text: str, depth: int) -> _Told:
        if text in self._exact:
            return _Told(self._exact[text], known=True, whole=True)
        moment = _MOMENT.fullmatch(text)
        if moment:
            return _Told(self._moment(moment), known=True, whole=True)
        if _NUMBER.fullmatch(text):
            return _Told(text.replace(",", "."), known=True, whole=True)
        unknown = _Told(text, known=False, whole=not is_german(text))
        if depth == 0:
            return unknown
        filled = self._filled(text, depth)
        if filled and filled.whole:
            return filled
        for cut in (_ENDS, _POINTS, _LED, _JOINS):
            pieces = self._in_pieces(text, cut, depth)
            if pieces and pieces.whole:
                return pieces
            if pieces and cut in (_ENDS, _POINTS):
                return filled or pieces
        return filled or unknown

    def _filled(self, text: str, depth: int) -> _Told | None:
        """Return the translation of the sentence that says most by itself; one whose fillings are all known first."""
        best = None
        for sentence in self.matches(text)[:_CHOICE]:
            fillings = sentence.fillings(text) or []
            told = [
                _Told(each, known=True, whole=True) if sentence.is_quoted(number) else self._told(each, depth - 1)
                for number, each in enumerate(fillings)
            ]
            filling = {name: each.text for name, each in zip(sentence.gaps, told, strict=True)}
            whole = all(each.whole for each in told)
            found = _Told(_fill(sentence.told, filling), True, whole)
            if whole:
                return found
            if best is None and not sentence.vague:
                best = found
        return best

    def _in_pieces(self, text: str, cut: re.Pattern[str], depth: int) -> _Told | None:
        """Return the translation of several sentences, or of a list, piece by piece; None where nothing is known.

        What joins the pieces, and quotations among them, are every second one.
        """
        pieces = cut.split(text)
        if len(pieces) == 1:
            return None
        told = [self._told(each, depth - 1) for each in pieces[::2]]
        if not any(each.known for each in told):
            return None
        joints = [*(_JOINED.get(each, each) for each in pieces[1::2]), ""]
        joined = "".join(f"{each.text}{joint}" for each, joint in zip(told, joints, strict=True))
        return _Told(joined, known=True, whole=all(each.whole for each in told))

    def _moment(self, match: re.Match[str]) -> str:
        if match["clock"]:
            return match["clock"]
        number, month, year = match["day"].split(".")
        try:
            # Any year does where none is told: the weekday is taken as it was said.
            day = date(int(year or 2000), int(month), int(number))
        except ValueError:
            return match.group()
        weekday = f"{self._exact.get(match['weekday'], match['weekday'])} " if match["weekday"] else ""
        time = f", {match['time']}" if match["time"] else ""
        return f"{weekday}{day_in(self._code, day, year=bool(year))}{time}"


def _fill(told: str, filling: Mapping[str, str]) -> str:
    return _GAP.sub(lambda gap: filling[gap[1]], told)


def _by_rarest_word(sentences: list[Sentence]) -> dict[str, list[int]]:
    """Return the places of the sentences, by that word of each that the fewest have; under "" of those without one."""
    often = Counter(word for sentence in sentences for word in set(sentence.words()))
    found = defaultdict(list)
    for place, sentence in enumerate(sentences):
        found[min(set(sentence.words()), key=lambda word: (often[word], word), default="")].append(place)
    return dict(found)


@cache
def book(code: str) -> Book:
    """Return the book of a language; made once."""
    return Book(code, _entries(code))


def _entries(code: str) -> Iterator[tuple[str, str]]:
    yield from names_in(code).items()
    for name in ("sentences.po", "distributor.po"):
        path = Path(locale.__file__).parent / code / "LC_MESSAGES" / name
        with path.open("rb") as file:
            catalogue = read_po(file, locale=code)
        for message in catalogue:
            if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string:
                yield message.id, message.string


@lru_cache(maxsize=4096)
def _told(code: str, text: str) -> str:
    return book(code).told(text)
