"""Recurrence rules of RFC 5545 (section 3.3.10), as far as they make whole days; what else one says is refused.

Bounded: only months that can hold a day are looked at, and none outside the days that are asked for, but for a rule
with a COUNT, which is counted from its start.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Any, Literal, cast, get_args

from schedules.refusal import CalendarRefused, require

Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]

_KEY = "RRULE"
_WITHIN_A_DAY = ("FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LONGEST = 500
_COUNTED = timedelta(days=10 * 366)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule that makes days. ``weekdays`` are pairs of an ordinal (0: every one) and a weekday, Monday 0."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: date | None = None
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    week_start: int = 0


def recurrence_of(text: str) -> Recurrence:
    """Read a rule. Raises: CalendarRefused for what is no rule, or one that this does not know."""
    require(len(text) <= _LONGEST, _KEY, "Die Wiederholung ist zu lang.")
    values: dict[str, Any] = {}
    for part in text.rstrip(";").split(";"):
        require(part.upper() not in _WITHIN_A_DAY, _KEY, f"Die Wiederholung „{part}“ wird nicht unterstützt.")
        name, _, value = part.upper().partition("=")
        require(name in _PARTS, _KEY, f"Die Angabe „{part}“ in der Wiederholung kann nicht gelesen werden.")
        field, reader = _PARTS[name]
        try:
            values[field] = reader(value)
        except ValueError as error:
            raise CalendarRefused(_KEY, f"„{part}“ ist keine gültige Angabe für eine Wiederholung.") from error
    require("frequency" in values, _KEY, "Der Wiederholung fehlt FREQ.")
    rule = Recurrence(**values)
    numbered = any(ordinal for ordinal, _ in rule.weekdays)
    require(
        not numbered or rule.frequency in ("MONTHLY", "YEARLY"),
        _KEY,
        "Gezählte Wochentage gibt es nur in monatlichen und jährlichen Wiederholungen.",
    )
    return rule


def days(rule: Recurrence, start: date, first: date, last: date) -> Iterator[date]:
    """Yield the days of a rule that begins at ``start`` which lie within ``first`` to ``last``, in order.

    Raises: CalendarRefused for a counted rule that begins more than ten years before ``first``.
    """
    last = last if rule.until is None else min(last, rule.until)
    if rule.count is None:
        return _matching(_completed(rule, start), start, max(start, first), last)
    require(first - start <= _COUNTED, _KEY, "Eine gezählte Wiederholung beginnt mehr als zehn Jahre zuvor.")
    counted = islice(_matching(_completed(rule, start), start, start, last), rule.count)
    return (day for day in counted if day >= first)


def _completed(rule: Recurrence, start: date) -> Recurrence:
    """Take from the start what a rule leaves open."""
    if rule.month_days or rule.weekdays or rule.frequency == "DAILY":
        return rule
    if rule.frequency == "WEEKLY":
        return replace(rule, weekdays=((0, start.weekday()),))
    months = rule.months or ((start.month,) if rule.frequency == "YEARLY" else ())
    return replace(rule, months=months, month_days=(start.day,))


def _matching(rule: Recurrence, start: date, first: date, last: date) -> Iterator[date]:
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        if _month_counts(rule, start, year, month):
            length = monthrange(year, month)[1]
            begin = first.day if (year, month) == (first.year, first.month) else 1
            end = last.day if (year, month) == (last.year, last.month) else length
            month_of_days = (date(year, month, day) for day in range(begin, end + 1))
            yield from (day for day in month_of_days if _day_counts(rule, start, day, length))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _month_counts(rule: Recurrence, start: date, year: int, month: int) -> bool:
    if rule.months and month not in rule.months:
        return False
    if rule.frequency == "YEARLY":
        return (year - start.year) % rule.interval == 0
    if rule.frequency == "MONTHLY":
        return (year * 12 + month - start.year * 12 - start.month) % rule.interval == 0
    return True


def _day_counts(rule: Recurrence, start: date, day: date, length: int) -> bool:
    if rule.frequency == "DAILY" and (day - start).days % rule.interval:
        return False
    if rule.frequency == "WEEKLY" and (_week(day, rule) - _week(start, rule)) % rule.interval:
        return False
    if rule.month_days and day.day not in rule.month_days and day.day - length - 1 not in rule.month_days:
        return False
    return not rule.weekdays or any(_weekday_counts(rule, day, length, *pair) for pair in rule.weekdays)


def _week(day: date, rule: Recurrence) -> int:
    return (day.toordinal() - 1 - rule.week_start) // 7


def _weekday_counts(rule: Recurrence, day: date, length: int, ordinal: int, weekday: int) -> bool:
    if day.weekday() != weekday or ordinal == 0:
        return day.weekday() == weekday
    if rule.frequency == "YEARLY" and not rule.months:
        length = (date(day.year, 12, 31) - date(day.year, 1, 1)).days + 1
        at = (day - date(day.year, 1, 1)).days + 1
    else:
        at = day.day
    return ordinal == (at - 1) // 7 + 1 if ordinal > 0 else -ordinal == (length - at) // 7 + 1


def _frequency(value: str) -> Frequency:
    if value not in get_args(Frequency):
        raise ValueError(value)
    return cast(Frequency, value)


def _positive(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", value) or int(value) < 1:
        raise ValueError(value)
    return int(value)


def _until(value: str) -> date:
    if not re.fullmatch(r"[0-9]{8}(T[0-9]{6}Z?)?", value):
        raise ValueError(value)
    return date(int(value[:4]), int(value[4:6]), int(value[6:8]))


def _within(most: int, *, negative: bool) -> Callable[[str], tuple[int, ...]]:
    def read(value: str) -> tuple[int, ...]:
        if not re.fullmatch(r"[+-]?[0-9]{1,2}(,[+-]?[0-9]{1,2})*", value):
            raise ValueError(value)
        numbers = tuple(int(each) for each in value.split(","))
        if any(number == 0 or abs(number) > most or (number < 0 and not negative) for number in numbers):
            raise ValueError(value)
        return numbers

    return read


def _weekdays(value: str) -> tuple[tuple[int, int], ...]:
    found = [re.fullmatch(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)", each) for each in value.split(",")]
    if not all(found):
        raise ValueError(value)
    return tuple((int(each[1] or 0), _WEEKDAYS.index(each[2])) for each in found if each)


_PARTS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "FREQ": ("frequency", _frequency),
    "INTERVAL": ("interval", _positive),
    "COUNT": ("count", _positive),
    "UNTIL": ("until", _until),
    "BYMONTH": ("months", _within(12, negative=False)),
    "BYMONTHDAY": ("month_days", _within(31, negative=True)),
    "BYDAY": ("weekdays", _weekdays),
    "WKST": ("week_start", _WEEKDAYS.index),
}
