"""Rules become moments: which instants a calendar offers.

The only place where slots meet local time. Here a day is a day of the calendar's zone; comparisons are made in UTC
only, because two aware datetimes of one zone compare by wall clock and are wrong in the autumn night.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schedules.calendar import DAYS, Calendar
from schedules.cover import cover
from schedules.days import LEFT_OUT
from schedules.occasions import occasions

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)

_Wish = tuple[tuple[str, ...], tuple[str, ...]]
"""The topics and the forms a slot is best for."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment an account may post: ``at`` in UTC, and the same moment in the calendar's zone.

    ``topics`` and ``forms`` are the posts it is best for (empty: any); ``cover`` who can answer comments then.
    """

    at: datetime
    local: datetime
    topics: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    cover: tuple[str, ...] = ()


def expand(
    calendar: Calendar, channel: str, start: datetime, end: datetime, *, offset: timedelta = timedelta()
) -> Iterator[Slot]:
    """Yield a channel's slots from ``start`` until just before ``end``, in order, each instant once.

    Days whose occasions forbid or avoid posts have none. A local time that does not exist (spring) moves to the first
    minute that does; one that exists twice (autumn) is taken the first time. Slots that meet at one instant are one,
    with the wishes of both. ``offset`` is added after the rules. Where it would lead into quiet hours, another day or
    out of the comment duty's hours it is shortened, minute by minute, to the latest allowed moment: an organisation
    at the end of the row keeps its slot. Raises: ValueError for naive times or a negative offset.
    """
    if offset < timedelta():
        raise ValueError("the offset must not be negative")
    zone = ZoneInfo(calendar.zone)
    start, end = utc(start), utc(end)
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    out, asks = _left_out(calendar, day, last), calendar.asks_cover(channel)
    while day <= last:
        wishes = {} if day in out else _of_day(calendar, channel, day, offset, zone)
        for at in sorted(wishes):
            if start <= at < end:
                yield Slot(at, at.astimezone(zone), *wishes[at], cover(calendar, at) if asks else ())
        day += _DAY


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


def _left_out(calendar: Calendar, first: date, last: date) -> set[date]:
    """Return the days that the plan leaves out."""
    return {
        date.fromordinal(number)
        for one in occasions(calendar, first, last)
        if calendar.effect(one.kind) in LEFT_OUT
        for number in range(max(one.first, first).toordinal(), min(one.last, last).toordinal() + 1)
    }


def _of_day(calendar: Calendar, channel: str, day: date, offset: timedelta, zone: ZoneInfo) -> dict[datetime, _Wish]:
    """Return a day's slots: each instant once, with the wishes of all slots that meet there."""
    found: dict[datetime, _Wish] = {}
    for base, wish in _moments(calendar, channel, day, zone):
        at = _shifted(calendar, channel, base, offset, zone)
        found[at] = _both(found[at], wish) if at in found else wish
    return found


def _moments(calendar: Calendar, channel: str, day: date, zone: ZoneInfo) -> list[tuple[datetime, _Wish]]:
    """List a day's allowed instants with the wishes of their slots, before any offset."""
    weekday = day.weekday()
    weekly = (slot for slot in calendar.slots if slot.weekday == weekday and slot.serves(channel))
    found = [(instant(day, slot.at, zone), (slot.topics, slot.forms)) for slot in weekly]
    if calendar.every_minutes is not None:
        begin, end = instant(day, time(), zone), instant(day + _DAY, time(), zone)
        step = timedelta(minutes=calendar.every_minutes)
        found += [(begin + number * step, ((), ())) for number in range(-((begin - end) // step))]
    return [(at, wish) for at, wish in found if _open(calendar, day, at.astimezone(zone))]


def _both(one: _Wish, two: _Wish) -> _Wish:
    topics, forms = ((*first, *second) for first, second in zip(one, two, strict=True))
    return tuple(dict.fromkeys(topics)), tuple(dict.fromkeys(forms))


def _open(calendar: Calendar, day: date, local: datetime) -> bool:
    return local.date() == day and not any(hours.hold(local.time()) for hours in calendar.quiet)


def _shifted(calendar: Calendar, channel: str, base: datetime, offset: timedelta, zone: ZoneInfo) -> datetime:
    if not offset:
        return base
    day = base.astimezone(zone).date()
    covered = calendar.asks_cover(channel) and bool(cover(calendar, base))
    at = base + offset
    while at > base:
        if _open(calendar, day, at.astimezone(zone)) and (not covered or cover(calendar, at)):
            return at
        at -= _MINUTE
    return base
