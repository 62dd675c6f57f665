"""Who can answer comments at a moment, and that no offset leads away from them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.calendar import Calendar, Duty, WeeklySlot
from schedules.cover import cover
from schedules.slots import expand

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = (0, 1, 2, 3, 4)
OFFICE = Duty("Ada", WEEK, time(9), time(16))


def covered(*duty: Duty, at: str = "2026-11-24T10:00", within: int = 120) -> tuple[str, ...]:
    calendar = Calendar("probe", duty=duty, answer_within=timedelta(minutes=within))
    return cover(calendar, datetime.fromisoformat(at).replace(tzinfo=BERLIN))


@pytest.mark.parametrize(
    ("at", "within", "there"),
    [
        ("2026-11-24T07:00", 120, False),
        ("2026-11-24T07:01", 120, True),
        ("2026-11-24T09:00", 0, True),
        ("2026-11-24T08:59", 0, False),
        ("2026-11-24T15:59", 120, True),
        ("2026-11-24T16:00", 120, False),
        ("2026-11-24T23:30", 1500, False),
        ("2026-11-28T10:00", 120, False),
    ],
)
def test_somebody_answers_within_the_time_on_the_same_day(at: str, within: int, there: bool) -> None:
    assert covered(OFFICE, at=at, within=within) == (("Ada",) if there else ())


@pytest.mark.parametrize("at", ["2026-10-25T02:30", "2027-03-28T03:00"])
def test_both_nights_of_changed_clocks_have_their_duty(at: str) -> None:
    assert covered(Duty("Ada", (6,), time(2), time(4)), at=at) == ("Ada",)


def test_a_duty_that_ends_at_midnight_lasts_the_whole_evening() -> None:
    assert covered(Duty("Ada", WEEK, time(20), time()), at="2026-11-24T23:59") == ("Ada",)


def test_each_person_is_named_once_in_the_order_of_the_roster() -> None:
    assert covered(Duty("Bo", WEEK, time(8), time(12)), OFFICE, Duty("Bo", WEEK, time(10), time(18))) == ("Bo", "Ada")


@pytest.mark.parametrize(
    ("day", "there"), [("2026-11-30", False), ("2026-12-01", True), ("2026-12-03", True), ("2026-12-04", False)]
)
def test_a_bounded_duty_counts_on_both_of_its_edges(day: str, there: bool) -> None:
    duty = Duty("Ada", WEEK, time(9), time(16), date(2026, 12, 1), date(2026, 12, 3))

    assert bool(covered(duty, at=f"{day}T10:00")) is there


@pytest.mark.parametrize(
    ("away", "there"),
    [
        (Duty("Ada", first=date(2026, 11, 24), last=date(2026, 11, 24), absent=True), False),
        (Duty("Ada", first=date(2026, 11, 25), absent=True), True),
        (Duty("Bo", absent=True), True),
        (Duty("Ada", (1,), time(9), time(12), absent=True), False),
        (Duty("Ada", (1,), time(9), time(11, 59), absent=True), True),
        (Duty("Ada", (1,), time(10, 30), time(13), absent=True), True),
    ],
)
def test_an_absence_takes_the_hours_of_that_person_away(away: Duty, there: bool) -> None:
    assert covered(OFFICE, away) == (("Ada",) if there else ())


def test_several_absences_add_up() -> None:
    away = [Duty("Ada", WEEK, time(11), time(13), absent=True), Duty("Ada", WEEK, time(9), time(11), absent=True)]

    assert covered(OFFICE, *away) == ()


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        cover(Calendar("probe"), datetime(2026, 11, 24, 10))  # noqa: DTZ001


@pytest.mark.parametrize(("channel", "expected"), [("a", "15:59"), ("website", "16:20")])
def test_an_offset_never_leads_out_of_the_duty_where_comments_are_possible(channel: str, expected: str) -> None:
    calendar = Calendar("probe", slots=(WeeklySlot(1, time(15, 50)),), duty=(OFFICE,), no_comments=("website",))
    start = datetime(2026, 11, 24, tzinfo=UTC)

    (slot,) = expand(calendar, channel, start, start + timedelta(days=1), offset=timedelta(minutes=30))

    assert f"{slot.local:%H:%M}" == expected
    assert slot.cover == (("Ada",) if channel == "a" else ())


@settings(deadline=None)
@given(data=st.data())
def test_an_offset_uncovers_no_slot(
    data: st.DataObject, calendars: st.SearchStrategy[Calendar], moments: st.SearchStrategy[datetime]
) -> None:
    calendar, day = data.draw(calendars), data.draw(moments).date()
    start, end = (datetime.combine(each, time(), BERLIN) for each in (day, day + timedelta(days=3)))
    offset = timedelta(minutes=data.draw(st.integers(0, 600)))

    plain = [slot for slot in expand(calendar, "a", start, end) if slot.cover]
    moved = [slot for slot in expand(calendar, "a", start, end, offset=offset) if slot.cover]

    for base in plain:
        assert any(base.at <= slot.at <= base.at + offset for slot in moved)
