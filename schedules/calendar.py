"""The posting calendar as frozen types. What moments its rules make is ``slots.expand``; its text is ``document``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from schedules.days import EFFECT_NAMES, EFFECTS, KINDS, Effect, Kind, Occasion, public_holidays, school_holidays
from schedules.refusal import require

DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
"""Weekdays as people read and write them, Monday first."""

_MIDNIGHT = time()
_LONGEST_PATIENCE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class WeeklySlot:
    """A moment of every week, in local time: weekday 0 is Monday. No ``channels`` means all of them.

    ``topics`` and ``forms`` say which posts the slot is best for; empty means any. They are wishes, not bounds.
    """

    weekday: int
    at: time
    channels: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _weekday(self.weekday)
        _whole_minute("at", self.at)

    def serves(self, channel: str) -> bool:
        """Tell whether posts of this channel may use the slot."""
        return not self.channels or channel in self.channels


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of every day in which nothing is posted, from ``start`` until just before ``end``; may span midnight."""

    start: time
    end: time

    def __post_init__(self) -> None:
        _whole_minute("quiet", self.start)
        _whole_minute("quiet", self.end)
        require(
            self.start != self.end,
            "quiet",
            f"Beginn und Ende der Ruhezeit sind beide {self.start:%H:%M}; bitte verschiedene Zeiten angeben.",
        )

    def hold(self, at: time) -> bool:
        """Tell whether a local time lies within."""
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


@dataclass(frozen=True, slots=True)
class Duty:
    """Hours in which a person answers comments, on the weekdays ``days``; ``end`` 00:00 is midnight.

    ``first`` and ``last`` bound it, both included. With ``absent`` the hours are those in which the person does not
    answer, whatever else the roster says.
    """

    person: str
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    start: time = _MIDNIGHT
    end: time = _MIDNIGHT
    first: date | None = None
    last: date | None = None
    absent: bool = False

    def __post_init__(self) -> None:
        require(bool(self.person.strip()), "person", "Der Kommentardienst braucht einen Namen.")
        require(bool(self.days), "days", "Der Kommentardienst braucht mindestens einen Wochentag.")
        for day in self.days:
            _weekday(day)
        for key, at in (("start", self.start), ("end", self.end)):
            _whole_minute(key, at)
        require(
            self.end == _MIDNIGHT or self.start < self.end,
            "end",
            f"Das Ende ({self.end:%H:%M}) liegt nicht nach dem Anfang ({self.start:%H:%M}).",
        )
        bounded = self.first is not None and self.last is not None
        require(
            not bounded or self.first <= self.last,  # type: ignore[operator]
            "last",
            f"Das Ende ({self.last}) liegt vor dem Anfang ({self.first}).",
        )

    def on(self, day: date) -> bool:
        """Tell whether the entry counts on a day."""
        begun = self.first is None or self.first <= day
        return begun and (self.last is None or day <= self.last) and day.weekday() in self.days


@dataclass(frozen=True, slots=True)
class Calendar:
    """The rules that make slots, and the bounds and wishes that a plan keeps.

    ``every_minutes`` adds a slot every n minutes round the clock. ``holidays`` and ``school`` name whose public and
    school holidays count (``DE-HE``; empty: none); ``occasions`` are its own special days, and ``effects`` what kinds
    of them do where it differs from ``days.EFFECTS``. ``per_slot`` is how many posts of one account one slot takes.
    ``patience`` is how much later than the first free slot a better one may be. ``stagger`` is the distance between
    organisations, so that the same text does not appear everywhere at once, and ``stagger_span`` how far the last of
    them may be behind (zero: any distance).

    A post on a channel that is not among ``no_comments`` is covered where somebody of ``duty`` can answer within
    ``answer_within``; with ``cover_needed`` nothing is planned where nobody can.
    """

    name: str
    zone: str = "Europe/Berlin"
    slots: tuple[WeeklySlot, ...] = ()
    every_minutes: int | None = None
    quiet: tuple[QuietHours, ...] = ()
    holidays: str = ""
    school: str = ""
    quiet_days: bool = False
    occasions: tuple[Occasion, ...] = ()
    effects: tuple[tuple[Kind, Effect], ...] = ()
    duty: tuple[Duty, ...] = ()
    no_comments: tuple[str, ...] = ()
    answer_within: timedelta = timedelta(hours=2)
    cover_needed: bool = False
    min_distance: timedelta = timedelta()
    max_per_day: int | None = None
    per_slot: int = 1
    patience: timedelta = timedelta()
    stagger: timedelta = timedelta()
    stagger_span: timedelta = timedelta()

    def __post_init__(self) -> None:
        require(bool(self.name.strip()), "name", "Der Kalender braucht einen Namen.")
        _known_zone(self.zone)
        _known_code("holidays", self.holidays, lambda code: public_holidays(code, 2026))
        _known_code("school", self.school, school_holidays)
        every = self.every_minutes
        require(
            every is None or 1 <= every <= 1440, "every_minutes", f"{every} liegt nicht zwischen 1 und 1440 Minuten."
        )
        most = self.max_per_day
        require(most is None or most >= 1, "max_per_day", f"{most} ist zu wenig; mindestens 1, oder weglassen.")
        require(self.per_slot >= 1, "per_slot", f"{self.per_slot} ist zu wenig; mindestens 1.")
        for key in ("min_distance", "stagger", "stagger_span", "patience", "answer_within"):
            _whole_seconds(key, getattr(self, key))
        require(self.patience <= _LONGEST_PATIENCE, "patience", "Länger als 14 Tage wartet kein Post auf einen Platz.")
        for kind, effect in self.effects:
            require(kind in KINDS, "effects", f"„{kind}“ gibt es nicht; bekannt sind: {', '.join(KINDS)}.")
            known = ", ".join(EFFECT_NAMES)
            require(effect in EFFECT_NAMES, f"effects.{kind}", f"„{effect}“ gibt es nicht; bekannt sind: {known}.")

    def effect(self, kind: Kind) -> Effect:
        """Return what days of a kind do to posts here."""
        return dict(self.effects).get(kind, EFFECTS[kind])

    def asks_cover(self, channel: str) -> bool:
        """Tell whether somebody should be there to answer after a post of this channel."""
        return channel not in self.no_comments and (bool(self.duty) or self.cover_needed)


def with_own(calendar: Calendar, occasions: Iterable[Occasion], duty: Iterable[Duty]) -> Calendar:
    """Return a shared calendar with one organisation's own special days and comment duty added."""
    return replace(calendar, occasions=(*calendar.occasions, *occasions), duty=(*calendar.duty, *duty))


def _weekday(day: int) -> None:
    require(0 <= day <= 6, "weekday", "Der Wochentag muss zwischen 0 (Montag) und 6 (Sonntag) liegen.")


def _whole_minute(key: str, at: time) -> None:
    whole = at.tzinfo is None and not at.second and not at.microsecond
    require(whole, key, f"„{at}“ ist keine Ortszeit in ganzen Minuten wie „12:30“.")


def _whole_seconds(key: str, length: timedelta) -> None:
    require(
        length >= timedelta() and not length.microseconds,
        key,
        "Die Dauer muss aus ganzen Sekunden bestehen und darf nicht negativ sein.",
    )


def _known_zone(zone: str) -> None:
    try:
        known = bool(ZoneInfo(zone))
    except (OSError, ValueError, LookupError):
        known = False
    require(known, "zone", f"Die Zeitzone „{zone}“ ist nicht bekannt; bitte zum Beispiel „Europe/Berlin“ angeben.")


def _known_code(key: str, code: str, look: Callable[[str], object]) -> None:
    try:
        known = not code or bool(look(code))
    except ValueError:
        known = False
    what = "Feiertage" if key == "holidays" else "Schulferien"
    require(known, key, f"Für „{code}“ sind keine {what} bekannt; bitte zum Beispiel „DE-HE“ angeben.")
