"""Rules become moments: which instants a calendar offers, and why another instant is not allowed.

The only place where local time is computed. Here a day is a day of the calendar's zone; comparisons are made in UTC
only, because two aware datetimes of one zone compare by wall clock and are wrong in the autumn night.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schedules.calendar import DAYS, Calendar
from schedules.days import public_holidays

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment an account may post: ``at`` in UTC, and the same moment in the calendar's zone."""

    at: datetime
    local: datetime


def expand(
    calendar: Calendar, channel: str, start: datetime, end: datetime, *, offset: timedelta = timedelta()
) -> Iterator[Slot]:
    """Yield a channel's slots from ``start`` until just before ``end``, in order, each instant once.

    A local time that does not exist (spring) moves to the first minute that does; one that exists twice (autumn) is
    taken the first time. ``offset`` is added after the rules. Where it would lead into quiet hours or another day it is
    shortened, minute by minute, to the latest allowed moment: an organisation at the end of the row keeps its slot.
    Raises: ValueError for naive times or a negative offset.
    """
    if offset < timedelta():
        raise ValueError("the offset must not be negative")
    zone = ZoneInfo(calendar.zone)
    start, end = utc(start), utc(end)
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    previous: datetime | None = None
    while day <= last:
        for base in _moments(calendar, channel, day, zone):
            at = _shifted(calendar, base, offset, zone)
            if start <= at < end and at != previous:
                yield Slot(at, at.astimezone(zone))
                previous = at
        day += _DAY


def why_not(calendar: Calendar, channel: str, at: datetime) -> str | None:
    """Say in German why nothing of this channel may be posted at a moment; None where it may.

    A moment beside the slots is allowed: this is for a person who moves a post by hand. So far every rule holds for
    all channels alike. Raises: ValueError for a naive time.
    """
    local = utc(at).astimezone(ZoneInfo(calendar.zone))
    reason = _no_day(calendar, local.date())
    if reason:
        return f"{reason} Bitte einen anderen Tag wählen."
    for hours in calendar.quiet:
        if hours.hold(local.time()):
            return (
                f"{said(local)} Uhr liegt in der Ruhezeit von {hours.start:%H:%M} bis {hours.end:%H:%M} Uhr. "
                "Bitte eine andere Uhrzeit wählen."
            )
    return None


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return a local time as UTC: the first one of two, or the first minute after a gap that swallowed it."""
    wall = datetime.combine(day, at, tzinfo=None)
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall(early, zone) == wall:
        return early
    moment = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while _wall(moment, zone) < wall:
        moment += _MINUTE
    return moment


def utc(moment: datetime) -> datetime:
    """Return an aware moment in UTC. Raises: ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(UTC)


def said(local: datetime) -> str:
    """Write a local moment as people read it: ``Mo 24.11., 12:30``."""
    return f"{DAYS[local.weekday()]} {local:%d.%m.}, {local:%H:%M}"


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _no_day(calendar: Calendar, day: date) -> str:
    """Say why a whole day is out, or nothing."""
    text = f"{DAYS[day.weekday()]} {day:%d.%m.%Y}"
    if day in calendar.closed:
        return f"{text} ist im Kalender „{calendar.name}“ als geschlossen eingetragen."
    holiday = public_holidays(calendar.holidays, day.year).get(day) if calendar.holidays else None
    return f"{text} ist ein gesetzlicher Feiertag ({holiday})." if holiday else ""


def _open(calendar: Calendar, day: date, local: datetime) -> bool:
    return local.date() == day and not any(hours.hold(local.time()) for hours in calendar.quiet)


def _moments(calendar: Calendar, channel: str, day: date, zone: ZoneInfo) -> list[datetime]:
    """List a day's allowed instants, before any offset."""
    if _no_day(calendar, day):
        return []
    found = {
        instant(day, slot.at, zone) for slot in calendar.slots if slot.weekday == day.weekday() and slot.serves(channel)
    }
    if calendar.every_minutes is not None:
        begin, end = instant(day, time(), zone), instant(day + _DAY, time(), zone)
        step = timedelta(minutes=calendar.every_minutes)
        found.update(begin + number * step for number in range(-((begin - end) // step)))
    return [at for at in sorted(found) if _open(calendar, day, at.astimezone(zone))]


def _shifted(calendar: Calendar, base: datetime, offset: timedelta, zone: ZoneInfo) -> datetime:
    day = base.astimezone(zone).date()
    at = base + offset
    while at > base and not _open(calendar, day, at.astimezone(zone)):
        at -= _MINUTE
    return max(at, base)
