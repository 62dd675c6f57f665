"""The calendar as the document that an operator writes, and back.

A document is a plain mapping as TOML or JSON gives it: times and durations are text (``"12:30"``, ``"3h"``), days
``"2026-12-24"``, weekdays ``"Mo"`` to ``"So"``. What is not known is refused by the name of its entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, TypeVar, cast

from schedules.calendar import DAYS, Calendar, Duty, QuietHours, WeeklySlot
from schedules.days import Effect, Kind, Occasion
from schedules.refusal import CalendarRefused, require
from schedules.remembering import remembered

T = TypeVar("T")

_DURATION = re.compile(r"(?=.)(?:([0-9]{1,5})h)?(?:([0-9]{1,5})min)?(?:([0-9]{1,5})s)?")


@remembered
def calendar_of(document: Mapping[str, Any]) -> Calendar:
    """Read a calendar from its document. ``closed`` is short for closing days without a title of their own.

    Raises: CalendarRefused.
    """
    known = [*(field.name for field in fields(Calendar)), "closed"]
    for key in document:
        require(key in known, str(key), f"Diesen Eintrag gibt es nicht; bekannt sind: {', '.join(known)}.")
    require("name" in document, "name", "Der Kalender braucht einen Namen.")
    closed = _many(_closed)("closed", document.get("closed", ()))
    occasions = _many(_occasion)("occasions", document.get("occasions", ()))
    read = {key: reader(key, document[key]) for key, reader in _READERS.items() if key in document}
    return Calendar(**read, occasions=(*closed, *occasions))


def calendar_document(calendar: Calendar) -> dict[str, Any]:
    """Write a calendar as a document of text, numbers and lists; ``calendar_of`` reads exactly this calendar again."""
    document: dict[str, Any] = {"name": calendar.name, "zone": calendar.zone}
    document |= {"holidays": calendar.holidays, "school": calendar.school, "quiet_days": calendar.quiet_days}
    if calendar.every_minutes is not None:
        document["every_minutes"] = calendar.every_minutes
    if calendar.max_per_day is not None:
        document["max_per_day"] = calendar.max_per_day
    durations = ("min_distance", "patience", "stagger", "stagger_span", "answer_within")
    return (
        document
        | {key: _said_duration(getattr(calendar, key)) for key in durations}
        | {
            "per_slot": calendar.per_slot,
            "cover_needed": calendar.cover_needed,
            "no_comments": list(calendar.no_comments),
            "effects": dict(calendar.effects),
            "quiet": [{"start": _clock(hours.start), "end": _clock(hours.end)} for hours in calendar.quiet],
            "slots": _slots_document(calendar.slots),
            "occasions": [occasion_document(one) for one in calendar.occasions],
            "duty": [duty_document(one) for one in calendar.duty],
        }
    )


def occasion_of(document: Mapping[str, Any], key: str = "occasions") -> Occasion:
    """Read one special day; without ``last`` it is a single one. ``key`` names it in a refusal.

    Raises: CalendarRefused.
    """
    table = _table(key, document, "kind", "first", "last", "title", "topics", "uid", "yearly")
    first = _date(f"{key}.first", _needed(key, table, "first"))
    return _built(
        key,
        Occasion,
        first=first,
        last=_date(f"{key}.last", table.get("last", first)),
        kind=_text(f"{key}.kind", _needed(key, table, "kind")),
        title=_text(f"{key}.title", _needed(key, table, "title")),
        topics=_many(_text)(f"{key}.topics", table.get("topics", ())),
        uid=_text(f"{key}.uid", table.get("uid", "")),
        yearly=_flag(f"{key}.yearly", table.get("yearly", False)),
    )


def occasion_document(occasion: Occasion) -> dict[str, Any]:
    """Write one special day; ``occasion_of`` reads exactly this one again."""
    document: dict[str, Any] = {"kind": occasion.kind, "title": occasion.title, "first": occasion.first.isoformat()}
    if occasion.last != occasion.first:
        document["last"] = occasion.last.isoformat()
    if occasion.topics:
        document["topics"] = list(occasion.topics)
    if occasion.uid:
        document["uid"] = occasion.uid
    if occasion.yearly:
        document["yearly"] = True
    return document


def duty_of(document: Mapping[str, Any], key: str = "duty") -> Duty:
    """Read one entry of the comment duty; days and hours left out are all of them. ``key`` names it in a refusal.

    Raises: CalendarRefused.
    """
    table = _table(key, document, "person", "days", "start", "end", "first", "last", "absent")
    absent = _flag(f"{key}.absent", table.get("absent", False))
    for name in () if absent else ("days", "start", "end"):
        _needed(key, table, name)
    return _built(
        key,
        Duty,
        person=_text(f"{key}.person", _needed(key, table, "person")),
        days=_many(_weekday)(f"{key}.days", table.get("days", DAYS)),
        start=_time(f"{key}.start", table.get("start", "00:00")),
        end=_time(f"{key}.end", table.get("end", "00:00")),
        first=_date(f"{key}.first", table["first"]) if "first" in table else None,
        last=_date(f"{key}.last", table["last"]) if "last" in table else None,
        absent=absent,
    )


def duty_document(duty: Duty) -> dict[str, Any]:
    """Write one entry of the comment duty; ``duty_of`` reads exactly this one again."""
    document: dict[str, Any] = {"person": duty.person, "days": [DAYS[day] for day in duty.days]}
    document |= {"start": _clock(duty.start), "end": _clock(duty.end)}
    document |= {key: day.isoformat() for key, day in (("first", duty.first), ("last", duty.last)) if day is not None}
    return document | ({"absent": True} if duty.absent else {})


def _built(key: str, make: Callable[..., T], **values: Any) -> T:
    """Make a part of the calendar; what it refuses is named as part of the entry it was read from."""
    try:
        return make(**values)
    except CalendarRefused as refusal:
        raise refusal.within(key) from refusal


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise CalendarRefused(key, f"„{value}“ ist kein Text.")
    return value


def _number(key: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise CalendarRefused(key, f"„{value}“ ist keine ganze Zahl.")
    return value


def _flag(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise CalendarRefused(key, f"„{value}“ ist weder wahr noch falsch; bitte true oder false angeben.")
    return value


def _table(key: str, value: Any, *keys: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise CalendarRefused(key, f"Hier wird eine Tabelle mit {', '.join(keys)} erwartet.")
    for name in value:
        require(name in keys, f"{key}.{name}", f"Diesen Eintrag gibt es nicht; bekannt sind: {', '.join(keys)}.")
    return value


def _needed(key: str, table: Mapping[str, Any], name: str) -> Any:
    require(name in table, f"{key}.{name}", "Dieser Eintrag fehlt.")
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


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def _said_duration(length: timedelta) -> str:
    minutes, seconds = divmod(length // timedelta(seconds=1), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0min"


def _weekday(key: str, value: Any) -> int:
    if value not in DAYS:
        raise CalendarRefused(key, f"„{value}“ ist kein Wochentag; bekannt sind: {', '.join(DAYS)}.")
    return DAYS.index(value)


def _occasion(key: str, value: Any) -> Occasion:
    return occasion_of(value, key)


def _duty(key: str, value: Any) -> Duty:
    return duty_of(value, key)


def _closed(key: str, value: Any) -> Occasion:
    day = _date(key, value)
    return Occasion(day, day, "closing", "geschlossen")


def _effects(key: str, value: Any) -> tuple[tuple[Kind, Effect], ...]:
    if not isinstance(value, Mapping):
        raise CalendarRefused(key, 'Hier wird eine Tabelle wie school = "avoid" erwartet.')
    pairs = tuple((_text(key, kind), _text(f"{key}.{kind}", effect)) for kind, effect in value.items())
    return cast(tuple[tuple[Kind, Effect], ...], pairs)  # Calendar refuses what is neither


def _slots(key: str, value: Any) -> tuple[WeeklySlot, ...]:
    return tuple(slot for group in _many(_group)(key, value) for slot in group)


def _group(key: str, value: Any) -> tuple[WeeklySlot, ...]:
    table = _table(key, value, "days", "at", "channels", "topics", "forms")
    days = _many(_weekday)(f"{key}.days", _needed(key, table, "days"))
    at = _time(f"{key}.at", _needed(key, table, "at"))
    channels, topics, forms = (
        _many(_text)(f"{key}.{name}", table.get(name, ())) for name in ("channels", "topics", "forms")
    )
    return tuple(WeeklySlot(day, at, channels, topics, forms) for day in days)


def _slots_document(slots: tuple[WeeklySlot, ...]) -> list[dict[str, Any]]:
    return [
        {"days": [DAYS[slot.weekday] for slot in run], "at": _clock(at), "channels": list(channels)}
        | ({"topics": list(topics)} if topics else {})
        | ({"forms": list(forms)} if forms else {})
        for (at, channels, topics, forms), run in groupby(
            slots, key=lambda slot: (slot.at, slot.channels, slot.topics, slot.forms)
        )
    ]


def _quiet(key: str, value: Any) -> QuietHours:
    table = _table(key, value, "start", "end")
    start, end = (_time(f"{key}.{name}", _needed(key, table, name)) for name in ("start", "end"))
    return QuietHours(start, end)


_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "name": _text,
    "zone": _text,
    "slots": _slots,
    "every_minutes": _number,
    "quiet": _many(_quiet),
    "holidays": _text,
    "school": _text,
    "quiet_days": _flag,
    "effects": _effects,
    "duty": _many(_duty),
    "no_comments": _many(_text),
    "answer_within": _duration,
    "cover_needed": _flag,
    "min_distance": _duration,
    "max_per_day": _number,
    "per_slot": _number,
    "patience": _duration,
    "stagger": _duration,
    "stagger_span": _duration,
}
"""How each entry is read that means one field of the Calendar; ``occasions`` and ``closed`` make one together."""
