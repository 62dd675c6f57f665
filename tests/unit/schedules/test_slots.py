"""Expansion of rules into moments, and the reasons against a moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from schedules.calendar import Calendar, QuietHours, WeeklySlot
from schedules.days import KINDS, Kind, Occasion
from schedules.objections import why_not
from schedules.slots import expand, instant

BERLIN = ZoneInfo("Europe/Berlin")
DAILY = range(7)
SCHOOL = country_holidays("DE", subdiv="HE", categories=("school",), years=range(2026, 2030))


def on(first: str, last: str = "", kind: Kind = "closing", title: str = "Betriebsausflug") -> Occasion:
    return Occasion(date.fromisoformat(first), date.fromisoformat(last or first), kind, title)


def daily(*texts: str, days: range = DAILY) -> tuple[WeeklySlot, ...]:
    return tuple(WeeklySlot(day, time.fromisoformat(text)) for text in texts for day in days)


def local(calendar: Calendar, start: str, end: str, offset: int = 0, channel: str = "a") -> list[str]:
    """Expand between two local midnights and write the slots as local wall time."""
    begin, stop = (datetime.fromisoformat(text).replace(tzinfo=BERLIN) for text in (start, end))
    slots = expand(calendar, channel, begin, stop, offset=timedelta(minutes=offset))
    return [slot.local.strftime("%m-%d %H:%M %Z") for slot in slots]


@pytest.mark.parametrize(
    ("day", "at", "expected"),
    [
        ("2026-10-25", "01:59", "2026-10-24T23:59Z"),
        ("2026-10-25", "02:00", "2026-10-25T00:00Z"),
        ("2026-10-25", "02:30", "2026-10-25T00:30Z"),
        ("2026-10-25", "02:59", "2026-10-25T00:59Z"),
        ("2026-10-25", "03:00", "2026-10-25T02:00Z"),
        ("2027-03-28", "01:59", "2027-03-28T00:59Z"),
        ("2027-03-28", "02:00", "2027-03-28T01:00Z"),
        ("2027-03-28", "02:30", "2027-03-28T01:00Z"),
        ("2027-03-28", "02:59", "2027-03-28T01:00Z"),
        ("2027-03-28", "03:00", "2027-03-28T01:00Z"),
        ("2027-03-28", "03:01", "2027-03-28T01:01Z"),
        ("2026-12-31", "23:59", "2026-12-31T22:59Z"),
        ("2028-02-29", "12:00", "2028-02-29T11:00Z"),
    ],
)
def test_local_time_becomes_the_right_instant_on_both_nights(day: str, at: str, expected: str) -> None:
    assert instant(date.fromisoformat(day), time.fromisoformat(at), BERLIN) == datetime.fromisoformat(expected)


@pytest.mark.parametrize("fold", [0, 1])
def test_the_fold_of_a_written_time_changes_nothing(fold: int) -> None:
    assert instant(date(2026, 10, 25), time(2, 30, fold=fold), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_slot_in_the_doubled_hour_appears_once_and_the_first_time() -> None:
    calendar = Calendar("probe", slots=daily("02:30"))

    assert local(calendar, "2026-10-24", "2026-10-27") == ["10-24 02:30 CEST", "10-25 02:30 CEST", "10-26 02:30 CET"]


def test_a_slot_in_the_missing_hour_moves_to_its_end_and_meets_the_one_there() -> None:
    calendar = Calendar("probe", slots=daily("02:15", "02:30", "03:00"))

    assert local(calendar, "2027-03-28", "2027-03-29") == ["03-28 03:00 CEST"]


def test_a_moved_slot_is_judged_by_the_time_it_moved_to() -> None:
    calendar = Calendar("probe", slots=daily("02:30"), quiet=(QuietHours(time(3), time(4)),))

    assert local(calendar, "2027-03-27", "2027-03-30") == ["03-27 02:30 CET", "03-29 02:30 CEST"]


def test_the_clock_round_slots_have_an_hour_more_in_autumn_and_one_less_in_spring() -> None:
    calendar = Calendar("probe", every_minutes=30)

    assert len(local(calendar, "2026-10-25", "2026-10-26")) == 50
    assert len(local(calendar, "2027-03-28", "2027-03-29")) == 46
    assert len(local(calendar, "2027-03-29", "2027-03-30")) == 48


def test_the_clock_round_slots_begin_anew_each_midnight() -> None:
    calendar = Calendar("probe", every_minutes=1000)

    assert local(calendar, "2026-11-24", "2026-11-26") == [
        "11-24 00:00 CET",
        "11-24 16:40 CET",
        "11-25 00:00 CET",
        "11-25 16:40 CET",
    ]


def test_a_day_that_a_zone_skipped_has_no_slot() -> None:
    calendar = Calendar("probe", zone="Pacific/Apia", slots=daily("12:00"))
    start, end = datetime(2011, 12, 29, 12, tzinfo=UTC), datetime(2012, 1, 1, 12, tzinfo=UTC)

    assert [f"{slot.local:%d %H:%M}" for slot in expand(calendar, "a", start, end)] == [
        "29 12:00",
        "31 12:00",
        "01 12:00",
    ]


def test_a_week_over_the_year_change_keeps_its_weekdays_and_skips_new_year() -> None:
    calendar = Calendar("probe", slots=daily("12:00", days=range(5)), holidays="DE-HE")

    assert local(calendar, "2026-12-30", "2027-01-05") == ["12-30 12:00 CET", "12-31 12:00 CET", "01-04 12:00 CET"]


def test_the_leap_day_is_a_day() -> None:
    calendar = Calendar("probe", slots=daily("12:00"))

    assert local(calendar, "2028-02-28", "2028-03-02") == ["02-28 12:00 CET", "02-29 12:00 CET", "03-01 12:00 CET"]


@pytest.mark.parametrize(
    ("holiday", "name"),
    [
        ("2026-04-03", "Karfreitag"),
        ("2026-06-04", "Fronleichnam"),
        ("2026-12-25", "Erster Weihnachtstag"),
        ("2027-03-29", "Ostermontag"),
        ("2028-06-05", "Pfingstmontag"),
    ],
)
def test_a_public_holiday_of_hessen_has_no_slot_and_its_name_is_said(holiday: str, name: str) -> None:
    calendar = Calendar("probe", slots=daily("12:00"), holidays="DE-HE")
    day = date.fromisoformat(holiday)
    noon = datetime.combine(day, time(12), tzinfo=BERLIN)

    assert local(calendar, holiday, str(day + timedelta(days=1))) == []
    assert f"({name})" in (why_not(calendar, "a", noon) or "")
    assert why_not(Calendar("probe", slots=daily("12:00")), "a", noon) is None


def test_a_day_that_is_no_holiday_in_hessen_keeps_its_slot() -> None:
    calendar = Calendar("probe", slots=daily("12:00"), holidays="DE-HE")

    assert local(calendar, "2026-11-01", "2026-11-02") == ["11-01 12:00 CET"]


def test_a_closed_day_has_no_slot() -> None:
    calendar = Calendar("probe", slots=daily("12:00"), occasions=(on("2026-12-24"),))

    assert local(calendar, "2026-12-23", "2026-12-26") == ["12-23 12:00 CET", "12-25 12:00 CET"]


def test_quiet_hours_over_midnight_take_both_ends_of_a_day() -> None:
    calendar = Calendar(
        "probe", slots=daily("00:00", "06:59", "07:00", "19:59", "20:00"), quiet=(QuietHours(time(20), time(7)),)
    )

    assert local(calendar, "2026-11-24", "2026-11-25") == ["11-24 07:00 CET", "11-24 19:59 CET"]


def test_a_slot_serves_its_channels_only() -> None:
    calendar = Calendar(
        "probe", slots=(WeeklySlot(1, time(9), ("a",)), WeeklySlot(1, time(10)), WeeklySlot(2, time(9)))
    )

    assert local(calendar, "2026-11-24", "2026-11-25", channel="a") == ["11-24 09:00 CET", "11-24 10:00 CET"]
    assert local(calendar, "2026-11-24", "2026-11-25", channel="b") == ["11-24 10:00 CET"]


def test_slots_that_meet_are_one_with_the_wishes_of_both() -> None:
    slots = (
        WeeklySlot(1, time(9), (), ("Geld",)),
        WeeklySlot(1, time(9), (), ("Wohnen", "Geld"), ("reel",)),
        WeeklySlot(1, time(9, 30), (), (), ("story",)),
    )
    calendar = Calendar("probe", slots=slots, quiet=(QuietHours(time(9, 31), time(7)),))
    start = datetime(2026, 11, 24, tzinfo=UTC)

    (met, after) = expand(calendar, "a", start, start + timedelta(days=1))
    (all_met,) = expand(calendar, "a", start, start + timedelta(days=1), offset=timedelta(minutes=30))

    assert (met.topics, met.forms) == (("Geld", "Wohnen"), ("reel",))
    assert (after.topics, after.forms) == ((), ("story",))
    assert (f"{all_met.local:%H:%M}", all_met.topics, all_met.forms) == ("09:30", ("Geld", "Wohnen"), ("reel", "story"))


@pytest.mark.parametrize(
    ("kind", "slots"),
    [("holiday", 0), ("closing", 0), ("blackout", 0), ("quiet", 0), ("school", 1), ("pre_election", 1), ("action", 1)],
)
def test_days_that_forbid_or_avoid_posts_have_no_slot(kind: Kind, slots: int) -> None:
    calendar = Calendar("probe", slots=daily("12:00"), occasions=(on("2026-11-24", kind=kind),))

    assert len(local(calendar, "2026-11-24", "2026-11-25")) == slots


def test_the_window_includes_its_start_and_not_its_end() -> None:
    calendar = Calendar("probe", slots=daily("12:00"))
    noon = datetime(2026, 11, 24, 11, tzinfo=UTC)

    assert [slot.at for slot in expand(calendar, "a", noon, noon + timedelta(days=1))] == [noon]
    assert list(expand(calendar, "a", noon, noon)) == []


@pytest.mark.parametrize(
    ("slot", "offset", "expected"),
    [
        ("12:30", 0, "12:30"),
        ("12:30", 30, "13:00"),
        ("19:45", 14, "19:59"),
        ("19:45", 15, "19:59"),
        ("19:45", 30, "19:59"),
        ("19:45", 900, "19:59"),
        ("09:50", 15, "09:59"),
        ("09:50", 80, "11:10"),
    ],
)
def test_an_offset_moves_a_slot_but_never_into_quiet_hours_or_another_day(
    slot: str, offset: int, expected: str
) -> None:
    calendar = Calendar(
        "probe", slots=daily(slot), quiet=(QuietHours(time(20), time(7)), QuietHours(time(10), time(11)))
    )

    assert local(calendar, "2026-11-24", "2026-11-25", offset) == [f"11-24 {expected} CET"]


def test_an_offset_at_the_end_of_a_day_stays_on_that_day() -> None:
    calendar = Calendar("probe", slots=daily("23:50"), holidays="DE-HE")

    assert local(calendar, "2026-12-24", "2026-12-25", 30) == ["12-24 23:59 CET"]


def test_two_slots_that_an_offset_brings_together_are_one() -> None:
    calendar = Calendar("probe", slots=daily("19:40", "19:50"), quiet=(QuietHours(time(20), time(7)),))

    assert local(calendar, "2026-11-24", "2026-11-25", 30) == ["11-24 19:59 CET"]


def test_a_moment_beside_the_slots_is_allowed_and_a_forbidden_one_is_explained() -> None:
    calendar = Calendar(
        "probe", slots=daily("12:00"), quiet=(QuietHours(time(20), time(7)),), occasions=(on("2026-11-26"),)
    )

    assert why_not(calendar, "a", datetime(2026, 11, 24, 12, 17, tzinfo=UTC)) is None
    assert why_not(calendar, "a", datetime(2026, 11, 24, 20, 30, tzinfo=UTC)) == (
        "Di 24.11., 21:30 Uhr liegt in der Ruhezeit von 20:00 bis 07:00 Uhr. Bitte eine andere Uhrzeit wählen."
    )
    assert why_not(calendar, "a", datetime(2026, 11, 26, 12, tzinfo=UTC)) == (
        "Do 26.11.2026: Schließtag (Betriebsausflug). Bitte einen anderen Tag wählen."
    )


def test_the_local_day_counts_for_a_holiday_not_the_utc_day() -> None:
    calendar = Calendar("probe", holidays="DE-HE")

    assert why_not(calendar, "a", datetime(2026, 12, 24, 22, 59, tzinfo=UTC)) is None
    assert why_not(calendar, "a", datetime(2026, 12, 24, 23, 0, tzinfo=UTC)) == (
        "Fr 25.12.2026: Feiertag (Erster Weihnachtstag). Bitte einen anderen Tag wählen."
    )


def test_naive_times_and_negative_offsets_are_refused() -> None:
    calendar, at = Calendar("probe"), datetime(2026, 11, 24, tzinfo=UTC)
    with pytest.raises(ValueError, match="time zone"):
        next(expand(calendar, "a", at.replace(tzinfo=None), at))
    with pytest.raises(ValueError, match="time zone"):
        why_not(calendar, "a", at.replace(tzinfo=None))
    with pytest.raises(ValueError, match="negative"):
        next(expand(calendar, "a", at, at, offset=timedelta(minutes=-1)))


EASTERS = {2026: date(2026, 4, 5), 2027: date(2027, 4, 4) - timedelta(days=7), 2028: date(2028, 4, 16)}
QUIET = {
    *(date(year, 1, 27) for year in EASTERS),
    *(easter - timedelta(days=2) for easter in EASTERS.values()),
    *(date.fromisoformat(day) for day in ("2026-11-15", "2026-11-22", "2027-11-14", "2027-11-21")),
}


def left_out(calendar: Calendar, day: date) -> bool:
    """Judge a day from what the calendar names, by day and not by span."""
    bars = {kind for kind in KINDS if calendar.effect(kind) in ("forbid", "avoid")}
    kinds = {one.kind for one in calendar.occasions if one.first <= day <= one.last}
    kinds |= {"holiday"} if calendar.holidays and day in country_holidays("DE", subdiv="HE") else set()
    kinds |= {"quiet"} if calendar.quiet_days and day in QUIET else set()
    kinds |= {"school"} if calendar.school and day in SCHOOL else set()
    return bool(bars & kinds)


def forbidden(calendar: Calendar, at: datetime) -> bool:
    """Judge a moment from the rules alone, in whole minutes of the local day."""
    there = at.astimezone(BERLIN)
    minute = there.hour * 60 + there.minute
    quiet = set()
    for hours in calendar.quiet:
        start, end = (edge.hour * 60 + edge.minute for edge in (hours.start, hours.end))
        quiet |= {number % 1440 for number in range(start, end if start < end else end + 1440)}
    return minute in quiet or left_out(calendar, there.date())


@given(data=st.data())
def test_slots_are_in_order_within_bounds_and_never_in_forbidden_time(
    data: st.DataObject, calendars: st.SearchStrategy[Calendar], moments: st.SearchStrategy[datetime]
) -> None:
    calendar, start = data.draw(calendars), data.draw(moments)
    middle, end = (start + timedelta(minutes=data.draw(st.integers(0, 7 * 1440))) for _ in range(2))
    middle, end = sorted((middle, end))
    offset = timedelta(seconds=data.draw(st.integers(0, 5 * 3600)))

    slots = list(expand(calendar, "a", start, end, offset=offset))

    ats = [slot.at for slot in slots]
    assert ats == sorted(set(ats))
    assert all(start <= at < end for at in ats)
    assert all(slot.at.tzinfo is UTC and slot.local.astimezone(UTC) == slot.at for slot in slots)
    assert not [at for at in ats if forbidden(calendar, at) or why_not(calendar, "a", at)]
    halves = [*expand(calendar, "a", start, middle, offset=offset), *expand(calendar, "a", middle, end, offset=offset)]
    assert halves == slots


@given(data=st.data())
def test_an_offset_loses_no_day_and_moves_no_slot_further_than_itself(
    data: st.DataObject, calendars: st.SearchStrategy[Calendar], moments: st.SearchStrategy[datetime]
) -> None:
    calendar = data.draw(calendars)
    start = datetime.combine(data.draw(moments).date(), time(), tzinfo=BERLIN)
    end = datetime.combine(start.date() + timedelta(days=5), time(), tzinfo=BERLIN)
    offset = timedelta(minutes=data.draw(st.integers(0, 2000)))

    plain = list(expand(calendar, "a", start, end))
    moved = list(expand(calendar, "a", start, end, offset=offset))

    assert {slot.local.date() for slot in moved} == {slot.local.date() for slot in plain}
    for slot in moved:
        assert any(base.at <= slot.at <= base.at + offset for base in plain)
