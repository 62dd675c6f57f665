"""Calendars for the tests: the two that are delivered, and wild ones."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import strategies as st

from schedules.calendar import Calendar, Duty, QuietHours, WeeklySlot
from schedules.days import KINDS, Occasion
from schedules.document import calendar_of

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
    """Return calendars with every rule, many of them in each other's way.

    Parts are drawn whole from all that there may be, since drawing them piece by piece takes longer than planning.
    """
    clocks = [time(hour, minute) for hour in range(24) for minute in (0, 1, 15, 30, 59)]
    channels = [(), ("a",), ("b",), ("a", "b")]
    wishes = [((), ()), (("Geld",), ()), ((), ("reel",)), (("Wohnen", "Geld"), ("reel",))]
    slots = [WeeklySlot(*one[:3], *one[3]) for one in product(range(7), clocks, channels, wishes)]
    quiet = [QuietHours(start, end) for start, end in product(clocks, clocks) if start != end]
    return st.builds(
        Calendar,
        name=st.sampled_from(["hessen", "probe"]),
        slots=st.lists(st.sampled_from(slots), max_size=25).map(tuple),
        every_minutes=st.sampled_from([None, None, None, 97, 240, 1440]),
        quiet=st.lists(st.sampled_from(quiet), max_size=2).map(tuple),
        holidays=st.sampled_from(["", "DE-HE"]),
        school=st.sampled_from(["", "DE-HE"]),
        quiet_days=st.booleans(),
        occasions=st.lists(st.sampled_from(_occasions()), max_size=5).map(tuple),
        effects=st.sampled_from([(), (), (("school", "avoid"),), (("holiday", "note"), ("closing", "suggest"))]),
        duty=st.lists(st.sampled_from(_duties()), max_size=4).map(tuple),
        no_comments=st.sampled_from([(), (), ("a",)]),
        answer_within=st.sampled_from([0, 30, 120, 1500]).map(lambda minutes: timedelta(minutes=minutes)),
        cover_needed=st.sampled_from([False, False, True]),
        min_distance=st.sampled_from([0, 1, 60, 180, 1500]).map(lambda minutes: timedelta(minutes=minutes)),
        max_per_day=st.sampled_from([None, 1, 2, 5]),
        per_slot=st.sampled_from([1, 1, 2, 7]),
        patience=st.sampled_from([0, 0, 90, 2880]).map(lambda minutes: timedelta(minutes=minutes)),
        stagger=st.integers(0, 600).map(lambda seconds: timedelta(seconds=seconds)),
        stagger_span=st.sampled_from([0, 60, 1920]).map(lambda seconds: timedelta(seconds=seconds)),
    )


def _occasions() -> list[Occasion]:
    days = [date(2026, 10, 20) + timedelta(days=number) for number in range(83)]
    topics = [(), ("Geld",), ("Ausbildung", "Wohnen")]
    return [
        Occasion(first, first + timedelta(days=length), kind, "Anlass", topic, "", yearly)
        for first, length, kind, topic, yearly in product(days, (0, 1, 9), KINDS, topics, (False, True))
    ]


def _duties() -> list[Duty]:
    days = [(0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5, 6), (5, 6), (2,)]
    hours = [
        (time(), time()),
        (time(9), time(16)),
        (time(0, 30), time(2, 30)),
        (time(12), time(12, 1)),
        (time(20), time()),
    ]
    bounds = [
        (None, None),
        (date(2026, 10, 25), None),
        (None, date(2026, 12, 24)),
        (date(2026, 12, 24), date(2027, 1, 2)),
    ]
    return [
        Duty(person, on, *at, *bound, absent)
        for person, on, at, bound, absent in product(("Ada", "Bo"), days, hours, bounds, (False, True))
    ]
