"""Which special days lie on a calendar, and for which days nobody can know.

What a calendar keeps is what is built in for its codes, and its own entries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from schedules.calendar import Calendar
from schedules.days import Kind, Occasion, public_holidays, public_span, quiet_days, school_holidays

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gap:
    """Days for which the data do not say whether they are special; that is not the same as „none“."""

    first: date
    last: date
    kind: Kind

    @property
    def text(self) -> str:
        """Say in German what is unknown, and when."""
        what = {"holiday": "Feiertage", "school": "Schulferien"}[self.kind]
        if self.first == self.last:
            return f"{what} am {self.first:%d.%m.%Y} unbekannt"
        return f"{what} vom {self.first:%d.%m.%Y} bis {self.last:%d.%m.%Y} unbekannt"


def occasions(calendar: Calendar, first: date, last: date) -> list[Occasion]:
    """List what lies on the days from ``first`` to ``last``, both included, sorted by day, kind and title."""
    built_in = _built_in(calendar.holidays, calendar.school, calendar.quiet_days, first, last)
    own = [each for one in calendar.occasions for each in one.within(first, last)]
    return sorted([*built_in, *own], key=lambda one: (one.first, one.last, one.kind, one.title, one.uid))


def unknown(calendar: Calendar, first: date, last: date) -> list[Gap]:
    """List the days from ``first`` to ``last`` for which the built-in data of the calendar's codes say nothing."""
    spans: list[tuple[Kind, date, date]] = []
    if calendar.holidays:
        spans.append(("holiday", *public_span(calendar.holidays)))
    if calendar.school:
        known = school_holidays(calendar.school)
        spans.append(("school", known[0].first, known[-1].last))
    gaps = []
    for kind, since, until in spans:
        if first < since:
            gaps.append(Gap(first, min(last, since - _DAY), kind))
        if last > until:
            gaps.append(Gap(max(first, until + _DAY), last, kind))
    return gaps


@lru_cache(maxsize=64)
def _holidays(code: str, year: int) -> tuple[Occasion, ...]:
    return tuple(Occasion(day, day, "holiday", name) for day, name in public_holidays(code, year).items())


@lru_cache(maxsize=4096)
def _built_in(holidays: str, school: str, quiet: bool, first: date, last: date) -> tuple[Occasion, ...]:
    """Return what the codes bring between two days; the calendars of a house share it, lane by lane."""
    years = range(first.year, last.year + 1)
    known = [
        *(one for year in years if holidays for one in _holidays(holidays, year)),
        *(one for year in years if quiet for one in quiet_days(year)),
        *(school_holidays(school) if school else ()),
    ]
    return tuple(one for one in known if one.first <= last and one.last >= first)
