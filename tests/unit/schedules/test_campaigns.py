"""Campaigns and repeats: distances in whole local days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.campaigns import Campaign, repeats

WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("first", "every", "times", "until", "expected"),
    [
        (date(2026, 10, 20), 7, 2, None, ["2026-10-26T23:00", "2026-11-02T23:00"]),
        (date(2026, 10, 18), 7, 2, None, ["2026-10-24T22:00", "2026-10-31T23:00"]),
        (date(2027, 3, 21), 7, 2, None, ["2027-03-27T23:00", "2027-04-03T22:00"]),
        (date(2027, 2, 28), 365, 2, None, ["2028-02-27T23:00", "2029-02-26T23:00"]),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), 1, 1, None, ["2027-01-01T23:00"]),
        (date(2026, 12, 1), 7, 5, datetime(2026, 12, 14, 23, tzinfo=UTC), ["2026-12-07T23:00", "2026-12-14T23:00"]),
        (date(2026, 12, 1), 7, 5, datetime(2026, 12, 14, 22, 59, tzinfo=UTC), ["2026-12-07T23:00"]),
        (date(2026, 12, 1), 7, 5, datetime(2026, 11, 1, tzinfo=UTC), []),
        (date(2026, 12, 1), 7, 0, None, []),
        (date(9999, 12, 20), 7, 5, None, ["9999-12-26T23:00"]),
    ],
)
def test_repeats_begin_at_local_midnights(
    first: date, every: int, times: int, until: datetime | None, expected: list[str]
) -> None:
    found = repeats(first, timedelta(days=every), times, until)

    assert [at.replace(tzinfo=None).isoformat(timespec="minutes") for at in found] == expected


@given(first=st.dates(date(2020, 1, 1), date(2040, 1, 1)), every=st.integers(1, 400), times=st.integers(0, 100))
def test_the_next_repeat_begins_where_the_rest_begins(first: date, every: int, times: int) -> None:
    found = repeats(first, timedelta(days=every), times)

    assert len(found) == times
    assert found[1:] == repeats(first + timedelta(days=every), timedelta(days=every), max(times - 1, 0))


@pytest.mark.parametrize("every", [timedelta(), timedelta(hours=12), timedelta(days=1, hours=1), timedelta(days=-1)])
def test_a_distance_is_whole_days(every: timedelta) -> None:
    with pytest.raises(ValueError, match="whole days"):
        repeats(date(2026, 12, 1), every, 1)
    with pytest.raises(ValueError, match="whole days"):
        Campaign(1, date(2026, 12, 1), date(2026, 12, 31), every)


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        Campaign(1, date(2026, 12, 1), date(2026, 11, 30), WEEK)
    with pytest.raises(ValueError, match="repeats"):
        repeats(date(2026, 12, 1), WEEK, 101)
    with pytest.raises(ValueError, match="time zone"):
        repeats(datetime(2026, 12, 1), WEEK, 1)  # noqa: DTZ001
