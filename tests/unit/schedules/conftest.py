"""Calendars for the tests: the two that are delivered, and wild ones."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st

from schedules.calendar import Calendar, QuietHours, WeeklySlot, calendar_of

_DELIVERED = Path(__file__).parents[3] / "config" / "calendars"


@pytest.fixture(scope="session")
def delivered() -> Callable[[str], Calendar]:
    """Return a reader of the calendars in config/."""
    return lambda name: calendar_of(tomllib.loads((_DELIVERED / f"{name}.toml").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def moments() -> st.SearchStrategy[datetime]:
    """Return moments near the two nights of changed clocks, Christmas, the year change and the leap day."""
    near = [
        datetime(2026, 10, 24, 12, tzinfo=UTC),
        datetime(2027, 3, 27, 12, tzinfo=UTC),
        datetime(2026, 12, 23, tzinfo=UTC),
        datetime(2026, 12, 31, tzinfo=UTC),
        datetime(2028, 2, 28, tzinfo=UTC),
    ]
    shift = st.integers(-3 * 1440, 3 * 1440).map(lambda minutes: timedelta(minutes=minutes))
    return st.builds(lambda base, delta: base + delta, st.sampled_from(near), shift)


@pytest.fixture(scope="session")
def calendars() -> st.SearchStrategy[Calendar]:
    """Return calendars with every rule, many of them in each other's way."""
    clock = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
    night = st.builds(time, st.integers(1, 3), st.sampled_from([0, 15, 30]))
    channels = st.sampled_from([(), ("a",), ("b",), ("a", "b")])
    slot = st.builds(WeeklySlot, st.integers(0, 6), st.one_of(clock, night), channels)
    quiet = st.tuples(clock, clock).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: QuietHours(*pair))
    return st.builds(
        Calendar,
        name=st.sampled_from(["hessen", "probe"]),
        slots=st.lists(slot, max_size=25).map(tuple),
        every_minutes=st.sampled_from([None, None, None, 97, 240, 1440]),
        quiet=st.lists(quiet, max_size=2).map(tuple),
        holidays=st.sampled_from(["", "DE-HE"]),
        closed=st.lists(st.dates(date(2026, 10, 20), date(2027, 1, 10)), max_size=5).map(tuple),
        min_distance=st.sampled_from([0, 1, 60, 180, 1500]).map(lambda minutes: timedelta(minutes=minutes)),
        max_per_day=st.sampled_from([None, 1, 2, 5]),
        per_slot=st.sampled_from([1, 1, 2, 7]),
        stagger=st.integers(0, 600).map(lambda seconds: timedelta(seconds=seconds)),
    )
