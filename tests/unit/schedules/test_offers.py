"""Which slots of an account are free, and why the others are not."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.calendar import Calendar, WeeklySlot
from schedules.objections import why_not
from schedules.offers import offers
from schedules.plan import Lane
from schedules.slots import expand

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
WORKDAYS = tuple(WeeklySlot(day, at) for day in range(5) for at in (time(9), time(12), time(17)))
PLAIN = Calendar("probe", slots=WORKDAYS, min_distance=timedelta(hours=3), max_per_day=2)


def berlin(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=ZoneInfo("Europe/Berlin"))


def told(*taken: datetime, calendar: Calendar = PLAIN, days: int = 1) -> list[str]:
    found = offers(Lane("1", "a", calendar), taken, MONDAY, MONDAY + days * DAY)
    return [f"{each.slot.local:%a %H:%M} {each.against or 'frei'}" for each in found]


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([], ["Mon 09:00 frei", "Mon 12:00 frei", "Mon 17:00 frei"]),
        ([berlin(23, 9)], ["Mon 09:00 belegt", "Mon 12:00 frei", "Mon 17:00 frei"]),
        ([berlin(23, 10)], ["Mon 09:00 wegen Mindestabstand", "Mon 12:00 wegen Mindestabstand", "Mon 17:00 frei"]),
        ([berlin(23, 6), berlin(23, 21)], [f"Mon {at}:00 wegen Tagesgrenze" for at in ("09", "12", "17")]),
    ],
)
def test_a_slot_is_free_or_says_why_not(taken: list[datetime], expected: list[str]) -> None:
    assert told(*taken) == expected


def test_what_lies_before_the_span_keeps_its_distance() -> None:
    evening = Calendar("probe", every_minutes=60, min_distance=timedelta(hours=2))
    assert told(MONDAY - timedelta(hours=1), calendar=evening)[:2] == [
        "Mon 01:00 wegen Mindestabstand",
        "Mon 02:00 frei",
    ]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_slot_is_told_once_and_a_free_one_is_never_forbidden(
    data: st.DataObject, calendars: st.SearchStrategy[Calendar], moments: st.SearchStrategy[datetime]
) -> None:
    calendar, start = data.draw(calendars), data.draw(moments)
    taken, end = data.draw(st.lists(moments, max_size=4)), start + 3 * DAY

    found = offers(Lane("1", "a", calendar), taken, start, end)

    assert [each.slot for each in found] == list(expand(calendar, "a", start, end))
    for each in found:
        if not each.against:
            assert why_not(calendar, "a", each.slot.at) is None
            others = [at for at in taken if at != each.slot.at]
            assert len(taken) - len(others) < calendar.per_slot
            assert all(abs(each.slot.at - at) >= calendar.min_distance for at in others)
