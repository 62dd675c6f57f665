"""The posting calendar as frozen types, and as the document an operator writes.

A Calendar is a set of rules; what moments they make is ``slots.expand``. The document is a plain mapping as TOML or
JSON gives it: times and durations are text (``"12:30"``, ``"3h"``), weekdays ``"Mo"`` to ``"So"``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from schedules.days import public_holidays

DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
"""Weekdays as people read and write them, Monday first."""

T = TypeVar("T")

_DURATION = re.compile(r"(?=.)(?:([0-9]{1,5})h)?(?:([0-9]{1,5})min)?(?:([0-9]{1,5})s)?")


class CalendarRefused(ValueError):
    """A calendar that cannot be meant. Its text is a German sentence; ``key`` is the entry to correct."""

    def __init__(self, key: str, what: str) -> None:
        super().__init__(f"Kalender, Eintrag „{key}“: {what}")
        self.key = key


@dataclass(frozen=True, slots=True)
class WeeklySlot:
    """A moment of every week, in local time: weekday 0 is Monday. No ``channels`` means all of them."""

    weekday: int
    at: time
    channels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _require(0 <= self.weekday <= 6, "weekday", "Der Wochentag muss zwischen 0 (Montag) und 6 (Sonntag) liegen.")
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
        _require(
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
class Calendar:
    """The rules that make slots, and the bounds that a plan keeps.

    ``every_minutes`` adds a slot every n minutes round the clock. ``holidays`` names whose public holidays are kept
    (``DE-HE``; empty: none). ``per_slot`` is how many posts of one account one slot takes; ``stagger`` the distance
    between organisations, so that the same text does not appear everywhere at once.
    """

    name: str
    zone: str = "Europe/Berlin"
    slots: tuple[WeeklySlot, ...] = ()
    every_minutes: int | None = None
    quiet: tuple[QuietHours, ...] = ()
    holidays: str = ""
    closed: tuple[date, ...] = ()
    min_distance: timedelta = timedelta()
    max_per_day: int | None = None
    per_slot: int = 1
    stagger: timedelta = timedelta()

    def __post_init__(self) -> None:
        _require(bool(self.name.strip()), "name", "Der Kalender braucht einen Namen.")
        _known_zone(self.zone)
        _known_holidays(self.holidays)
        every = self.every_minutes
        _require(
            every is None or 1 <= every <= 1440, "every_minutes", f"{every} liegt nicht zwischen 1 und 1440 Minuten."
        )
        most = self.max_per_day
        _require(most is None or most >= 1, "max_per_day", f"{most} ist zu wenig; mindestens 1, oder weglassen.")
        _require(self.per_slot >= 1, "per_slot", f"{self.per_slot} ist zu wenig; mindestens 1.")
        for key, length in (("min_distance", self.min_distance), ("stagger", self.stagger)):
            _require(
                length >= timedelta() and not length.microseconds,
                key,
                "Die Dauer muss aus ganzen Sekunden bestehen und darf nicht negativ sein.",
            )


def calendar_of(document: Mapping[str, Any]) -> Calendar:
    """Read a calendar from its document. Raises: CalendarRefused."""
    known = [field.name for field in fields(Calendar)]
    for key in document:
        _require(key in known, str(key), f"Diesen Eintrag gibt es nicht; bekannt sind: {', '.join(known)}.")
    _require("name" in document, "name", "Der Kalender braucht einen Namen.")

    def read(key: str, reader: Callable[[str, Any], T], default: T) -> T:
        return reader(key, document[key]) if key in document else default

    return Calendar(
        name=_text("name", document["name"]),
        zone=read("zone", _text, "Europe/Berlin"),
        slots=read("slots", _slots, ()),
        every_minutes=read("every_minutes", _number, None),
        quiet=read("quiet", _many(_quiet), ()),
        holidays=read("holidays", _text, ""),
        closed=read("closed", _many(_date), ()),
        min_distance=read("min_distance", _duration, timedelta()),
        max_per_day=read("max_per_day", _number, None),
        per_slot=read("per_slot", _number, 1),
        stagger=read("stagger", _duration, timedelta()),
    )


def calendar_document(calendar: Calendar) -> dict[str, Any]:
    """Write a calendar as a document of text, numbers and lists; ``calendar_of`` reads exactly this calendar again."""
    document: dict[str, Any] = {"name": calendar.name, "zone": calendar.zone, "holidays": calendar.holidays}
    if calendar.every_minutes is not None:
        document["every_minutes"] = calendar.every_minutes
    if calendar.max_per_day is not None:
        document["max_per_day"] = calendar.max_per_day
    return document | {
        "per_slot": calendar.per_slot,
        "min_distance": _said_duration(calendar.min_distance),
        "stagger": _said_duration(calendar.stagger),
        "closed": [day.isoformat() for day in calendar.closed],
        "quiet": [{"start": f"{hours.start:%H:%M}", "end": f"{hours.end:%H:%M}"} for hours in calendar.quiet],
        "slots": [
            {"days": [DAYS[slot.weekday] for slot in run], "at": f"{at:%H:%M}", "channels": list(channels)}
            for (at, channels), run in groupby(calendar.slots, key=lambda slot: (slot.at, slot.channels))
        ],
    }


def _require(holds: bool, key: str, what: str) -> None:
    if not holds:
        raise CalendarRefused(key, what)


def _whole_minute(key: str, at: time) -> None:
    whole = at.tzinfo is None and not at.second and not at.microsecond
    _require(whole, key, f"„{at}“ ist keine Ortszeit in ganzen Minuten wie „12:30“.")


def _known_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (OSError, ValueError, LookupError) as error:
        raise CalendarRefused(
            "zone", f"Die Zeitzone „{zone}“ ist nicht bekannt; bitte zum Beispiel „Europe/Berlin“ angeben."
        ) from error


def _known_holidays(code: str) -> None:
    try:
        if code:
            public_holidays(code, 2026)
    except ValueError as error:
        raise CalendarRefused(
            "holidays", f"Für „{code}“ sind keine Feiertage bekannt; bitte zum Beispiel „DE-HE“ angeben."
        ) from error


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise CalendarRefused(key, f"„{value}“ ist kein Text.")
    return value


def _number(key: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise CalendarRefused(key, f"„{value}“ ist keine ganze Zahl.")
    return value


def _table(key: str, value: Any, *keys: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise CalendarRefused(key, f"Hier wird eine Tabelle mit {', '.join(keys)} erwartet.")
    for name in value:
        _require(name in keys, f"{key}.{name}", f"Diesen Eintrag gibt es nicht; bekannt sind: {', '.join(keys)}.")
    return value


def _needed(key: str, table: Mapping[str, Any], name: str) -> Any:
    _require(name in table, f"{key}.{name}", "Dieser Eintrag fehlt.")
    return table[name]


def _many(reader: Callable[[str, Any], T]) -> Callable[[str, Any], tuple[T, ...]]:
    def read(key: str, value: Any) -> tuple[T, ...]:
        if not isinstance(value, list | tuple):
            raise CalendarRefused(key, "Hier wird eine Liste erwartet.")
        return tuple(reader(f"{key}[{number}]", entry) for number, entry in enumerate(value, 1))

    return read


def _time(key: str, value: Any) -> time:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,2}:[0-9]{2}", value):
        hour, _, minute = value.partition(":")
        if int(hour) < 24 and int(minute) < 60:
            return time(int(hour), int(minute))
    raise CalendarRefused(key, f'„{value}“ ist keine Uhrzeit; bitte als Text wie "12:30" angeben.')


def _date(key: str, value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise CalendarRefused(key, f"„{value}“ ist kein Datum; bitte wie „2026-12-24“ angeben.")


def _duration(key: str, value: Any) -> timedelta:
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise CalendarRefused(key, f"„{value}“ ist keine Dauer; bitte wie „3h“, „90min“ oder „1h30min“ angeben.")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _said_duration(length: timedelta) -> str:
    minutes, seconds = divmod(length // timedelta(seconds=1), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0min"


def _weekday(key: str, value: Any) -> int:
    if value not in DAYS:
        raise CalendarRefused(key, f"„{value}“ ist kein Wochentag; bekannt sind: {', '.join(DAYS)}.")
    return DAYS.index(value)


def _slots(key: str, value: Any) -> tuple[WeeklySlot, ...]:
    return tuple(slot for group in _many(_group)(key, value) for slot in group)


def _group(key: str, value: Any) -> tuple[WeeklySlot, ...]:
    table = _table(key, value, "days", "at", "channels")
    days = _many(_weekday)(f"{key}.days", _needed(key, table, "days"))
    at = _time(f"{key}.at", _needed(key, table, "at"))
    channels = _many(_text)(f"{key}.channels", table.get("channels", ()))
    return tuple(WeeklySlot(day, at, channels) for day in days)


def _quiet(key: str, value: Any) -> QuietHours:
    table = _table(key, value, "start", "end")
    start, end = (_time(f"{key}.{name}", _needed(key, table, name)) for name in ("start", "end"))
    return QuietHours(start, end)
