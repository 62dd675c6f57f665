"""Special days: one type for all of them, and those that law and school authorities set.

Not here: which of them a calendar keeps (``occasions``) and what it makes of them (``slots``, ``plan``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

from schedules.refusal import require

if TYPE_CHECKING:
    from holidays import HolidayBase

Kind = Literal["holiday", "school", "quiet", "closing", "blackout", "pre_election", "action"]
Effect = Literal["forbid", "avoid", "warn", "note", "suggest"]

KINDS: tuple[Kind, ...] = get_args(Kind)
EFFECT_NAMES: tuple[Effect, ...] = get_args(Effect)

EFFECTS: Mapping[Kind, Effect] = MappingProxyType(
    {
        "holiday": "forbid",
        "closing": "forbid",
        "blackout": "forbid",
        "quiet": "avoid",
        "pre_election": "warn",
        "school": "note",
        "action": "suggest",
    }
)
"""What a day's kind does to posts.

``forbid``: neither the plan nor a person may post. ``avoid``: the plan leaves the day out, a person may and is warned.
``warn``: planned, with a warning. ``note``: said in the plan's reason only. ``suggest``: posts whose topics match go
there first.
"""

LEFT_OUT: frozenset[Effect] = frozenset({"forbid", "avoid"})
"""The effects that keep the plan away from a day."""

LABELS: Mapping[Kind, str] = MappingProxyType(
    {
        "holiday": "Feiertag",
        "school": "Schulferien",
        "quiet": "stiller Tag",
        "closing": "Schließtag",
        "blackout": "Sperrzeit",
        "pre_election": "Zeit vor einer Wahl",
        "action": "Aktionstag",
    }
)

_DAY = timedelta(days=1)
_NAMED_YEARS = range(2000, 2030)
"""Years that have every day by its name; which ones hardly matters, for the names stay."""
_YEAR = timedelta(days=365)
_LONGEST = 5 * _YEAR


@dataclass(frozen=True, slots=True)
class Occasion:
    """One or more days that are not like others, ``first`` and ``last`` included.

    ``topics`` say whom an action day suits. ``uid`` names an entry that people change or that is read in again;
    what is built in has none. A ``yearly`` one comes again on the same days of every later year.
    Raises: CalendarRefused.
    """

    first: date
    last: date
    kind: Kind
    title: str
    topics: tuple[str, ...] = ()
    uid: str = ""
    yearly: bool = False

    def __post_init__(self) -> None:
        require(self.kind in KINDS, "kind", f"Die Art „{self.kind}“ gibt es nicht; bekannt sind: {', '.join(KINDS)}.")
        require(bool(self.title.strip()), "title", "Der Eintrag braucht einen Titel.")
        ends_before = f"Das Ende ({self.last:%d.%m.%Y}) liegt vor dem Anfang ({self.first:%d.%m.%Y})."
        require(self.first <= self.last, "last", ends_before)
        # A typing error in the year would close an office for decades.
        require(self.last - self.first <= _LONGEST, "last", "Der Eintrag dauert länger als fünf Jahre.")
        short = self.last - self.first < _YEAR and (self.first.month, self.first.day) != (2, 29)
        require(
            not self.yearly or short, "yearly", "Jährlich geht nur für weniger als ein Jahr, nicht ab dem 29. Februar."
        )

    def holds(self, day: date) -> bool:
        """Tell whether a day is one of its days."""
        return self.first <= day <= self.last

    def within(self, first: date, last: date) -> Iterator[Occasion]:
        """Yield it where it touches the days from ``first`` to ``last``; a yearly one once for each such year."""
        if not self.yearly:
            if self.first <= last and self.last >= first:
                yield self
            return
        for year in range(max(first.year - 1, self.first.year), last.year + 1):
            begin = self.first.replace(year=year)
            if begin <= last and begin + (self.last - self.first) >= first:
                yield _in_year(self, year)


@lru_cache(maxsize=4096)
def _in_year(yearly: Occasion, year: int) -> Occasion:
    """Return what a yearly occasion is in one year; asked for again by every calendar and lane that has it."""
    begin = yearly.first.replace(year=year)
    return replace(yearly, first=begin, last=begin + (yearly.last - yearly.first), yearly=False)


@lru_cache(maxsize=256)
def public_holidays(code: str, year: int) -> Mapping[date, str]:
    """Return the public holidays of a year by date, with their German names.

    ``code`` is a country, or a country and a subdivision joined by a hyphen (``DE-HE``).
    Raises: ValueError for a code that is not known.
    """
    found = _looked_up(code, "public", [year])
    return MappingProxyType({day: found[day] for day in sorted(found)})


@lru_cache(maxsize=8)
def public_span(code: str) -> tuple[date, date]:
    """Return the first and the last day for which public holidays are known. Raises: ValueError."""
    found = _looked_up(code, "public", [])
    return date(found.start_year, 1, 1), date(found.end_year, 12, 31)


@lru_cache(maxsize=8)
def school_holidays(code: str) -> tuple[Occasion, ...]:
    """Return all school holidays that are known for a code, in order; past the last one nothing is known.

    The package holds what the Kultusministerkonferenz has published, for Hessen until the summer of 2029
    (``holidays`` 0.109, November 2026). Raises: ValueError for a code without school holidays.
    """
    bounds = _looked_up(code, "public", [])
    found = _looked_up(code, "school", range(bounds.start_year, bounds.end_year + 1))
    days = sorted(found.items())
    if not days:
        raise ValueError(f"no school holidays for {code!r}")
    starts = [0, *(at for at, (one, two) in enumerate(pairwise(days), 1) if not _continues(one, two)), len(days)]
    return tuple(
        Occasion(days[begin][0], days[end - 1][0], "school", days[begin][1]) for begin, end in pairwise(starts)
    )


@lru_cache(maxsize=64)
def quiet_days(year: int) -> tuple[Occasion, ...]:
    """Return the quiet days of a year in order: 27 January, Karfreitag, Volkstrauertag, Totensonntag.

    Volkstrauertag is the second, Totensonntag the last Sunday before the first Advent (HFeiertagsG § 1; domain facts,
    section 4, read on 21 November 2026).
    """
    advent = _first_advent(year)
    fridays = [(day, name) for day, name in public_holidays("DE", year).items() if name == "Karfreitag"]
    named = [
        (date(year, 1, 27), "Tag des Gedenkens an die Opfer des Nationalsozialismus"),
        *fridays,
        (advent - 14 * _DAY, "Volkstrauertag"),
        (advent - 7 * _DAY, "Totensonntag"),
    ]
    return tuple(Occasion(day, day, "quiet", name) for day, name in named)


@lru_cache(maxsize=8)
def names_in(language: str) -> Mapping[str, str]:
    """Return what the days of law and school authorities in Hessen are called in another language, by German name.

    Empty for a language that the package does not have.
    """
    known = _looked_up("DE-HE", "public", []).supported_languages
    full = next((each for each in known if each.partition("_")[0] == language), None)
    names: dict[str, str] = {}
    for category in ("public", "school") if full else ():
        german, other = (_looked_up("DE-HE", category, _NAMED_YEARS, spoken) for spoken in ("de", full))
        names |= {german[day]: other[day] for day in german}
    return MappingProxyType(names)


def _first_advent(year: int) -> date:
    """Return the Sunday that lies three weeks before the last one until Christmas Eve."""
    eve = date(year, 12, 24)
    return eve - timedelta(days=(eve.weekday() + 1) % 7 + 21)


def _continues(one: tuple[date, str], two: tuple[date, str]) -> bool:
    return two[0] - one[0] == _DAY and two[1] == one[1]


def _looked_up(code: str, category: str, years: Sequence[int], language: str | None = "de") -> HolidayBase:
    # Its import takes as long as the whole start of the command line, which seldom needs it.
    from holidays import country_holidays  # noqa: PLC0415

    country, _, subdivision = code.partition("-")
    try:
        return country_holidays(
            country, subdiv=subdivision or None, years=years, language=language, categories=(category,)
        )
    except (NotImplementedError, ValueError) as error:
        raise ValueError(f"unknown holiday code {code!r}") from error
