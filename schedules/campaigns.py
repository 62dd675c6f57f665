"""Posts that belong together over weeks: campaigns, and one item's repeats.

Distances are whole days of the local calendar, so that a week is a week over the clock change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schedules.slots import instant, utc

_DAY = timedelta(days=1)
_MOST = 100


@dataclass(frozen=True, slots=True)
class Campaign:
    """Posts that appear from ``first`` to ``last``, both included, each lane's at least ``every`` apart.

    Raises: ValueError for an end before the beginning or a distance that is not one or more whole days.
    """

    key: int
    first: date
    last: date
    every: timedelta

    def __post_init__(self) -> None:
        _whole_days(self.every)
        if self.last < self.first:
            raise ValueError("a campaign must not end before it begins")


def repeats(
    first: date | datetime, every: timedelta, times: int, until: datetime | None = None, *, zone: str = "Europe/Berlin"
) -> tuple[datetime, ...]:
    """Return from when on each repeat of something may appear: in UTC, the midnight its local day begins with.

    ``first`` is the day, or the moment, of the first appearance, which is not among the result; ``times`` repeats
    follow it, none after ``until``. Raises: ValueError for a naive time, a distance that is not one or more whole
    days, or more than a hundred repeats.
    """
    _whole_days(every)
    if not 0 <= times <= _MOST:
        raise ValueError(f"{times} repeats are not between 0 and {_MOST}")
    local = ZoneInfo(zone)
    day = utc(first).astimezone(local).date() if isinstance(first, datetime) else first
    last = date.max if until is None else utc(until).astimezone(local).date()
    reach = min((last - day).days // every.days, times)
    found = (instant(day + number * every, time(), local) for number in range(1, reach + 1))
    return tuple(at for at in found if until is None or at <= until)


def _whole_days(every: timedelta) -> None:
    if every < _DAY or every % _DAY:
        raise ValueError("the distance must be one or more whole days")
