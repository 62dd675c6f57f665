"""An iCalendar file as special days. What people send in is hostile until read: size, depth and repeats are bounded.

Only events count; time zones are taken by their names and not from the file, whose rules could keep a reader busy
for hours.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import vDuration
from icalendar.parser import Contentline
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from schedules.days import Kind, Occasion
from schedules.recurrence import Recurrence, days, recurrence_of
from schedules.refusal import CalendarRefused, require

_BYTES = 2_000_000
_EVENTS = 5_000
_RULES = 500
_OCCASIONS = 5_000
_DEPTH = 8
_EARLIEST, _LATEST = 1900, 2200
_TITLE = 200
_WORD = 100
_TOPICS = 20
_NAMED = 3
_LONGEST_LOOK = timedelta(days=5 * 366)

_DATES = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"})
_WANTED = _DATES | {"UID", "SUMMARY", "STATUS", "CATEGORIES"}
_FILE = "Kalenderdatei"
_ESCAPE = re.compile(r"\\(.)")
_WORDS = re.compile(r"(?:\\.|[^,\\])+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\x85]")


@dataclass(frozen=True, slots=True)
class _Property:
    """One line of an event: its parameters by upper-case name, and its value as written."""

    parameters: Mapping[str, str]
    value: str


_Event = dict[str, list[_Property]]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is asked of a file: which days, as what, in whose local time, and how its whole days end."""

    kind: Kind
    first: date
    last: date
    zone: ZoneInfo
    inclusive_end: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds: its special days in order, and in German sentences what was cut or guessed in reading it."""

    occasions: tuple[Occasion, ...]
    notes: tuple[str, ...]


def read(
    data: bytes, kind: Kind, first: date, last: date, *, zone: str = "Europe/Berlin", inclusive_end: bool = False
) -> Contents:
    """Read the events of an RFC 5545 file that lie within ``first`` to ``last`` as special days of one kind.

    Times become days of ``zone``; categories become topics. Each day's ``uid`` is the same whenever the file is read
    again. ``inclusive_end`` is for files whose whole-day events name their last day as the end instead of the day
    after it, as those of ferien-api do (domain facts, section 4). All of a file is read, or nothing.
    Raises: CalendarRefused.
    """
    require(first <= last <= first + _LONGEST_LOOK, _FILE, "Gelesen werden höchstens fünf Jahre.")
    reading = _Reading(kind, first, last, ZoneInfo(zone), inclusive_end)
    events = list(_events(_lines(data)))
    replaced = _replaced(events, reading.zone)
    rules = sum(len(event.get("RRULE", [])) for event in events)
    require(rules <= _RULES, _FILE, f"Mehr als {_RULES} Wiederholungen werden nicht gelesen.")
    found: list[Occasion] = []
    used: list[_Event] = []
    for number, event in enumerate(events, 1):
        try:
            made = _occasions(event, reading, replaced)
        except CalendarRefused as refusal:
            raise refusal.within(f"Termin {number}") from refusal
        found += made
        used += [event] if made else []
        require(len(found) <= _OCCASIONS, _FILE, f"Mehr als {_OCCASIONS} Tage werden nicht gelesen.")
    ordered = sorted(_told_apart(found), key=lambda one: (one.first, one.last, one.title, one.uid))
    return Contents(tuple(ordered), tuple(_notes(used, reading)))


def _notes(events: Iterable[_Event], reading: _Reading) -> Iterator[str]:
    """Yield a sentence on each thing that the days of these events do not say as the file does."""
    rules, timed, zones = 0, 0, dict[str, None]()
    for event in events:
        rules += sum(_goes_on(recurrence_of(one.value), reading.last) for one in event.get("RRULE", []))
        timed += "T" in event["DTSTART"][0].value
        zones |= {one.parameters.get("TZID", ""): None for name in _DATES & event.keys() for one in event[name]}
    if rules:
        many = "Eine Wiederholung reicht" if rules == 1 else f"{rules} Wiederholungen reichen"
        yield f"{many} weiter; gelesen sind ihre Tage bis {reading.last:%d.%m.%Y}."
    if timed:
        yield (
            "Ein Termin mit Uhrzeit gilt als ganzer Tag."
            if timed == 1
            else (f"{timed} Termine mit Uhrzeit gelten als ganze Tage.")
        )
    unknown = [f"„{_clean(name)[:_WORD]}“" for name in zones if name and _zone_named(name) is None]
    if unknown:
        more = f" und {len(unknown) - _NAMED} weitere" if len(unknown) > _NAMED else ""
        yield f"Unbekannte Zeitzonen gelten als {reading.zone}: {', '.join(unknown[:_NAMED])}{more}."


def _goes_on(rule: Recurrence, last: date) -> bool:
    return rule.count is None and (rule.until is None or rule.until > last)


def _lines(data: bytes) -> Iterator[str]:
    require(len(data) <= _BYTES, _FILE, f"Die Datei ist größer als {_BYTES // 1_000_000} MB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CalendarRefused(_FILE, "Die Datei ist kein Text in UTF-8.") from error
    require(bool(text.strip()), _FILE, "Die Datei ist leer.")
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    return (line.rstrip("\r") for line in unfolded.split("\n") if line.strip())


def _events(lines: Iterable[str]) -> Iterator[_Event]:
    """Yield the events with the properties that count. Raises: CalendarRefused for a file that is none or cut off."""
    path: list[str] = []
    event: _Event = {}
    count = 0
    for line in lines:
        name = re.split("[;:]", line, maxsplit=1)[0].upper()
        require(bool(path) or line.upper().rstrip() == "BEGIN:VCALENDAR", _FILE, "Das ist keine Kalenderdatei.")
        if name == "BEGIN":
            path.append(line[len("BEGIN:") :].strip().upper())
            require(len(path) <= _DEPTH, _FILE, "Die Datei ist zu tief verschachtelt.")
            event = {} if path == ["VCALENDAR", "VEVENT"] else event
        elif name == "END":
            if path == ["VCALENDAR", "VEVENT"]:
                count += 1
                require(count <= _EVENTS, _FILE, f"Mehr als {_EVENTS} Termine werden nicht gelesen.")
                yield event
            ended = path.pop()
            require(ended == line[len("END:") :].strip().upper(), _FILE, f"Der Eintrag „{ended[:_WORD]}“ endet falsch.")
        elif name in _WANTED and path == ["VCALENDAR", "VEVENT"]:
            event.setdefault(name, []).append(_property(line))
    require(not path, _FILE, "Die Datei bricht mitten in einem Eintrag ab.")


def _property(line: str) -> _Property:
    try:
        _, parameters, value = Contentline(line).raw_parts()  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise CalendarRefused(_FILE, f"Die Zeile „{line[:_WORD]}“ kann nicht gelesen werden.") from error
    return _Property({name.upper(): str(each) for name, each in parameters.items()}, value.strip())


def _replaced(events: Iterable[_Event], local: ZoneInfo) -> dict[str, set[date]]:
    """Return the days of recurring events, by uid, that other events of the file stand for."""
    found: dict[str, set[date]] = {}
    for event in events:
        for one in event.get("RECURRENCE-ID", []):
            found.setdefault(_uid(event), set()).add(_day(one, local))
    return found


def _occasions(event: _Event, reading: _Reading, replaced: Mapping[str, set[date]]) -> list[Occasion]:
    if _text(event, "STATUS").upper() == "CANCELLED":
        return []
    first, last = _span(event, reading)
    length = last - first
    uid, title, topics = _uid(event), _text(event, "SUMMARY")[:_TITLE] or "(ohne Titel)", _topics(event)
    stands_for = [_day(one, reading.zone) for one in event.get("RECURRENCE-ID", [])]
    starts = _starts(event, first, reading, length)
    if not stands_for:
        starts -= replaced.get(uid, set())
    # An occurrence is named by the day its rule gave it, wherever it was moved to.
    alone = not {"RRULE", "RDATE", "RECURRENCE-ID"} & event.keys()
    return [
        Occasion(day, day + length, reading.kind, title, topics, uid if alone else f"{uid}/{(stands_for or [day])[0]}")
        for day in sorted(starts)
    ]


def _starts(event: _Event, start: date, reading: _Reading, length: timedelta) -> set[date]:
    """Return the days an event begins on so that it is in the window: its own, those of its rules, those it names."""
    first, last = reading.first - length, reading.last
    found = {start, *(day for one in event.get("RDATE", []) for day in _days(one, reading.zone))}
    for one in event.get("RRULE", []):
        found.update(days(recurrence_of(one.value), start, first, last))
    found -= {day for one in event.get("EXDATE", []) for day in _days(one, reading.zone)}
    return {day for day in found if first <= day <= last}


def _span(event: _Event, reading: _Reading) -> tuple[date, date]:
    """Return when an event is for the first time, as local days, both included."""
    require("DTSTART" in event, "DTSTART", "Dem Termin fehlt der Anfang.")
    start = _moment(event["DTSTART"][0], reading.zone)
    if "DTEND" in event:
        end = _moment(event["DTEND"][0], reading.zone)
    elif "DURATION" in event:
        end = _after(start, event["DURATION"][0].value)
    else:
        end = start
    begin, stop = _at(start, reading.zone), _at(end, reading.zone)
    require(begin <= stop, "DTEND", "Das Ende liegt vor dem Anfang.")
    require(stop - begin <= _LONGEST_LOOK, "DTEND", "Der Termin dauert länger als fünf Jahre.")
    names_last_day = reading.inclusive_end and "DTEND" in event and not isinstance(start, datetime)
    if stop > begin and not names_last_day:
        stop -= timedelta.resolution
    return begin.date(), stop.date()


def _day(one: _Property, local: ZoneInfo) -> date:
    return _at(_moment(one, local), local).date()


def _days(one: _Property, local: ZoneInfo) -> Iterator[date]:
    """Yield the days of a list of moments; of a period its beginning."""
    for value in one.value.split(","):
        yield _day(_Property(one.parameters, value.partition("/")[0]), local)


def _at(moment: date | datetime, local: ZoneInfo) -> datetime:
    """Return the local wall clock at a moment; a day begins at midnight."""
    if isinstance(moment, datetime):
        return moment.astimezone(local).replace(tzinfo=None)
    return datetime.combine(moment, time())


def _moment(one: _Property, local: ZoneInfo) -> date | datetime:
    match = re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?", one.value)
    try:
        if match is None:
            raise ValueError(one.value)
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
        if not _EARLIEST <= year <= _LATEST:
            raise ValueError(one.value)
        if match[4] is None:
            return date(year, month, day)
        named = one.parameters.get("TZID", "")
        zone = UTC if match[7] else (_zone_named(named) if named else None) or local
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)  # 60 is a leap second
    except ValueError as error:
        raise CalendarRefused("DTSTART", f"„{one.value[:_WORD]}“ ist kein Datum, wie es hier stehen darf.") from error


def _zone_named(name: str) -> ZoneInfo | None:
    """Return a zone by its name, be it Windows's; None for one that only the file explains."""
    try:
        return ZoneInfo(WINDOWS_TO_OLSON.get(name, name))
    except (OSError, ValueError, LookupError):
        return None


def _after(start: date | datetime, text: str) -> date | datetime:
    try:
        length: timedelta = vDuration.from_ical(text)  # type: ignore[no-untyped-call]
        if abs(length) > _LONGEST_LOOK:
            raise ValueError(text)
        return start + length
    except ValueError as error:
        raise CalendarRefused("DURATION", f"„{text[:_WORD]}“ ist keine Dauer, wie sie hier stehen darf.") from error


def _uid(event: _Event) -> str:
    """Return an event's own name; one made from its days and title where it has none or one too long to keep."""
    uid = _text(event, "UID")
    if 0 < len(uid) <= _TITLE:
        return uid
    parts = (uid, _text(event, "SUMMARY"), *(one.value for one in event.get("DTSTART", [])))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _text(event: _Event, name: str) -> str:
    return _clean(event[name][0].value) if name in event else ""


def _topics(event: _Event) -> tuple[str, ...]:
    words = (_clean(word) for one in event.get("CATEGORIES", []) for word in _WORDS.findall(one.value))
    return tuple(dict.fromkeys(word[:_WORD] for word in words if word))[:_TOPICS]


def _clean(value: str) -> str:
    plain = _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
    return " ".join(_CONTROL.sub(" ", plain).split())


def _told_apart(found: Iterable[Occasion]) -> Iterator[Occasion]:
    """Give events that share a uid one each, so that none replaces the other."""
    seen: dict[str, int] = {}
    for one in found:
        seen[one.uid] = seen.get(one.uid, 0) + 1
        yield one if seen[one.uid] == 1 else replace(one, uid=f"{one.uid}#{seen[one.uid]}")
