"""Which days a view of the calendar shows, what it is called, and where one goes on from it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from distributor.locale import N_
from distributor.web.dates import day_name, day_span
from distributor.web.language import gettext as _

MONTH, WEEK, LIST, DAY = "monat", "woche", "liste", "tag"

VIEWS = {MONTH: N_("Monat"), WEEK: N_("Woche"), LIST: N_("Liste")}
"""The views to choose from; that of a single day is reached from the others."""

SHOWN = {MONTH: 3, WEEK: 12, LIST: 6, DAY: 100}
"""How many posts of a day a view shows; the others are on the day's own pages. Our own choice: a day of one Jobcenter
fits, and of all sixteen together enough to see what is meant."""

_MONTHS = (
    *(N_("Januar"), N_("Februar"), N_("März"), N_("April"), N_("Mai"), N_("Juni"), N_("Juli"), N_("August")),
    *(N_("September"), N_("Oktober"), N_("November"), N_("Dezember")),
)
WEEKDAYS = (
    *(N_("Montag"), N_("Dienstag"), N_("Mittwoch"), N_("Donnerstag"), N_("Freitag"), N_("Samstag"), N_("Sonntag")),
)
_YEARS = range(2000, 2100)
_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the calendar somebody is: a view, one Jobcenter (empty: all), a day of it, a page of that day."""

    view: str
    organisation: str
    day: date
    page: int = 1

    @property
    def most(self) -> int:
        """Return how many posts of a day are shown."""
        return SHOWN[self.view]

    @property
    def href(self) -> str:
        """Return the address; further fields may be added with ``&``."""
        page = str(self.page) if self.page > 1 else ""
        given = {"ansicht": self.view, "kjc": self.organisation, "ab": self.day.isoformat(), "seite": page}
        return f"/kalender?{urlencode({name: value for name, value in given.items() if value})}"

    def to(self, page: int) -> str:
        """Return the address of another page of the same day."""
        return replace(self, page=page).href


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a view, both ends included, its name, and the days to go back and on to."""

    first: date
    last: date
    name: str
    before: date
    after: date

    @property
    def weeks(self) -> list[list[date | None]]:
        """Return the days by week, Monday first; None stands before the first and after the last one."""
        days = [self.first + number * _ONE for number in range((self.last - self.first).days + 1)]
        framed = [None] * self.first.weekday() + days + [None] * (6 - self.last.weekday())
        return [framed[start : start + 7] for start in range(0, len(framed), 7)]


def view_of(written: str) -> str:
    """Return the view that is asked for; the list where there is no such view."""
    return written if written in SHOWN else LIST


def day_of(written: str, today: date) -> date:
    """Return the day that is asked for; today where it is none or lies out of all reason."""
    try:
        chosen = date.fromisoformat(written)
    except ValueError:
        return today
    return chosen if chosen.year in _YEARS else today


def span(view: str, day: date) -> Span:
    """Return what a view shows around a day: its month, its week, four weeks from its Monday, or the day itself."""
    monday = day - day.weekday() * _ONE
    if view == MONTH:
        first, following = day.replace(day=1), _next_month(day)
        name = f"{_(_MONTHS[day.month - 1])} {day.year}"
        return Span(first, following - _ONE, name, (first - _ONE).replace(day=1), following)
    if view == WEEK:
        sunday = monday + 6 * _ONE
        name = _("Woche {number}: {days}").format(number=day.isocalendar().week, days=day_span(monday, sunday))
        return Span(monday, sunday, name, monday - 7 * _ONE, monday + 7 * _ONE)
    if view == DAY:
        return Span(day, day, day_name(day), day - _ONE, day + _ONE)
    last = monday + 27 * _ONE
    return Span(monday, last, day_span(monday, last), monday - 28 * _ONE, last + _ONE)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + 4 * _ONE).replace(day=1)
