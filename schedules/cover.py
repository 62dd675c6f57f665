"""Who can answer comments after a post at a moment: the comment duty of a calendar."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from schedules.calendar import Calendar, Duty

_DAY = 24 * 60
_MINUTE = timedelta(minutes=1)

Hours = tuple[int, int]
"""Minutes of a local day, from the first until just before the second."""


def cover(calendar: Calendar, at: datetime) -> tuple[str, ...]:
    """Return who can answer within ``calendar.answer_within`` of a moment, on the same local day, in roster order.

    An absence takes its hours away from everything the roster says of that person. The roster is taken as written,
    on holidays too. Raises: ValueError for a naive time.
    """
    if at.tzinfo is None:
        raise ValueError("a moment without a time zone")
    local = at.astimezone(ZoneInfo(calendar.zone))
    minute = local.hour * 60 + local.minute
    wanted = (minute, min(_DAY, minute + max(1, calendar.answer_within // _MINUTE)))
    today = [one for one in calendar.duty if one.on(local.date())]
    away: dict[str, list[Hours]] = {}
    for one in today:
        if one.absent:
            away.setdefault(one.person, []).append(_hours(one))
    there = (one for one in today if not one.absent and _left(_common(_hours(one), wanted), away.get(one.person, [])))
    return tuple(dict.fromkeys(one.person for one in there))


def _hours(duty: Duty) -> Hours:
    end = _DAY if duty.end == time() else duty.end.hour * 60 + duty.end.minute
    return duty.start.hour * 60 + duty.start.minute, end


def _common(one: Hours, two: Hours) -> Hours:
    return max(one[0], two[0]), min(one[1], two[1])


def _left(hours: Hours, away: list[Hours]) -> bool:
    """Tell whether any minute is left once the hours away are taken out."""
    at = hours[0]
    for begin, end in sorted(away):
        if begin > at:
            break
        at = max(at, end)
    return at < hours[1]
