"""Recurrence rules, beside another reading of the same standard."""

from __future__ import annotations

import warnings
from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.recurrence import days, recurrence_of
from schedules.refusal import CalendarRefused
from tests.support.effort import effort


def found(rule: str, start: str, first: str = "2026-01-01", last: str = "2027-12-31") -> list[str]:
    begin, *window = (date.fromisoformat(text) for text in (start, first, last))
    return [day.isoformat() for day in days(recurrence_of(rule), begin, *window)]


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        ("FREQ=YEARLY", "1980-05-01", ["2026-05-01", "2027-05-01"]),
        ("FREQ=YEARLY", "2024-02-29", []),
        ("FREQ=YEARLY;INTERVAL=2", "2020-05-01", ["2026-05-01"]),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=-1SU", "2020-11-29", ["2026-11-29", "2027-11-28"]),
        ("FREQ=YEARLY;BYDAY=1MO", "2026-01-05", ["2026-01-05", "2027-01-04"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20260430T215959Z", "2026-02-28", ["2026-02-28", "2026-03-31", "2026-04-30"]),
        ("FREQ=MONTHLY;COUNT=3", "2025-12-31", ["2026-01-31", "2026-03-31"]),
        ("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3", "2026-11-23", ["2026-11-23", "2026-11-25", "2026-11-30"]),
        ("FREQ=DAILY;INTERVAL=300;UNTIL=20271231", "2026-01-01", ["2026-01-01", "2026-10-28", "2027-08-24"]),
        ("freq=daily;count=1;", "2026-01-01", ["2026-01-01"]),
    ],
)
def test_a_rule_makes_days(rule: str, start: str, expected: list[str]) -> None:
    assert found(rule, start) == expected


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "COUNT=3",
        "FREQ=HOURLY",
        "FREQ=YEARLY;BYSETPOS=1",
        "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=YEARLY;BYMONTH=-1",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=1,,2",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYDAY=Montag",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;COUNT=99999999999999999999",
        "FREQ=DAILY;UNTIL=20261301",
        "FREQ=DAILY;UNTIL=morgen",
        "FREQ=DAILY;WKST=XX",
        "FREQ=MONTHLY;BYDAY=" + ",".join(["1MO"] * 500),
    ],
)
def test_what_is_no_rule_or_an_unknown_one_is_refused(rule: str) -> None:
    with pytest.raises(CalendarRefused, match="Wiederholung"):
        recurrence_of(rule)


def test_a_counted_rule_of_long_ago_is_refused() -> None:
    with pytest.raises(CalendarRefused, match="zehn Jahre"):
        found("FREQ=DAILY;COUNT=5", "1990-01-01")


def test_a_rule_that_never_holds_costs_nothing() -> None:
    with effort(5):
        assert found("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "1900-01-01") == []
        assert found("FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2", "1900-01-01") == []


PARTS = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]), "INTERVAL": st.integers(1, 5).map(str)},
    optional={
        "BYMONTH": st.lists(st.integers(1, 12), min_size=1, max_size=3).map(lambda some: ",".join(map(str, some))),
        "BYMONTHDAY": st.lists(st.sampled_from([1, 15, 29, 31, -1, -31]), min_size=1, max_size=2).map(
            lambda some: ",".join(map(str, some))
        ),
        "BYDAY": st.lists(st.sampled_from(["MO", "FR", "SU"]), min_size=1, max_size=2).map(",".join),
        "WKST": st.sampled_from(["MO", "SU", "WE"]),
    },
)


@settings(deadline=None)
@given(
    parts=PARTS, start=st.dates(date(2024, 1, 1), date(2026, 6, 1)), ordinal=st.sampled_from(["", "1", "+2", "-1", "5"])
)
def test_a_rule_makes_the_days_that_another_reading_makes(parts: dict[str, str], start: date, ordinal: str) -> None:
    if parts["FREQ"] in ("MONTHLY", "YEARLY") and "BYDAY" in parts:
        parts = parts | {"BYDAY": ",".join(ordinal + day for day in parts["BYDAY"].split(","))}
    rule = ";".join(f"{name}={value}" for name, value in parts.items())
    first, last = date(2026, 1, 1), date(2027, 12, 31)
    with warnings.catch_warnings(action="ignore"):
        other = rrulestr(f"{rule};UNTIL=20271231", dtstart=datetime(start.year, start.month, start.day))  # noqa: DTZ001
    window = (datetime(2026, 1, 1), datetime(2027, 12, 31))  # noqa: DTZ001

    assert list(days(recurrence_of(rule), start, first, last)) == [at.date() for at in other.between(*window, inc=True)]


@settings(deadline=None)
@given(parts=PARTS, count=st.integers(1, 40))
def test_a_count_counts_from_the_start(parts: dict[str, str], count: int) -> None:
    rule = ";".join(f"{name}={value}" for name, value in parts.items())
    start, last = date(2025, 3, 10), date(2029, 3, 10)
    every = list(days(recurrence_of(rule), start, start, last))

    counted = list(days(recurrence_of(f"{rule};COUNT={count}"), start, start + timedelta(days=200), last))

    assert counted == [day for day in every[:count] if day >= start + timedelta(days=200)]
