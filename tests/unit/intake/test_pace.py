"""When a feed is asked next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from distributor.intake.pace import after_success, after_trouble, max_age

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
EVERY = timedelta(minutes=10)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("max-age=600", 600),
        ('public, MAX-AGE = "600"', 600),
        ("s-maxage=5, max-age=600", 600),
        ("no-cache, max-age=600", None),
        ("max-age=600, no-store", None),
        ("x-max-age=600", None),
        ("max-age=-1", None),
        ("", None),
        ("," * 1_000_000, None),
    ],
)
def test_an_answer_says_how_long_it_is_fresh(header: str, seconds: int | None) -> None:
    assert max_age(header) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("skipped", "expected"),
    [
        ([], NOW + EVERY),
        ([9], NOW + EVERY),
        ([8], datetime(2026, 11, 23, 9, 0, tzinfo=UTC)),
        ([8, 9, 10, 12], datetime(2026, 11, 23, 11, 0, tzinfo=UTC)),
        (range(24), NOW + EVERY),
        ([hour for hour in range(24) if hour != 7], datetime(2026, 11, 24, 7, 0, tzinfo=UTC)),
    ],
)
def test_hours_that_the_portal_wants_to_be_left_alone_are_skipped(skipped: list[int], expected: datetime) -> None:
    assert after_success(NOW, EVERY, skip_hours=skipped) == expected


def test_trouble_never_leads_to_more_questions_than_health() -> None:
    hourly = timedelta(hours=12)

    assert after_trouble(NOW, hourly, failures=1, pause=timedelta(seconds=30)) == NOW + hourly
    assert after_trouble(NOW, hourly, failures=99, pause=timedelta(hours=1), asked=timedelta(seconds=5)) == NOW + hourly
