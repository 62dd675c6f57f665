"""German wall time in forms, also in the two nights when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from distributor.domain import Refused
from distributor.web.moments import field_value, moment_of, optional_moment


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-24T12:30", datetime(2026, 11, 24, 11, 30, tzinfo=UTC)),
        ("2026-07-01T12:30", datetime(2026, 7, 1, 10, 30, tzinfo=UTC)),
        ("2026-10-25T02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (" 2026-11-24T12:30 ", datetime(2026, 11, 24, 11, 30, tzinfo=UTC)),
        ("2026-11-24T12:30+00:00", datetime(2026, 11, 24, 12, 30, tzinfo=UTC)),
    ],
)
def test_wall_time_is_read_as_german_time(written: str, moment: datetime) -> None:
    assert moment_of(written) == moment


@pytest.mark.parametrize(
    "written",
    [
        "",
        "morgen",
        "2026-13-01T00:00",
        "2027-03-28T02:30",
        "<script>",
        "0001-01-01T00:00",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-14:00",
    ],
)
def test_what_is_no_time_is_refused(written: str) -> None:
    with pytest.raises(Refused) as refused:
        moment_of(written)
    assert refused.value.code == "time.form"


def test_an_empty_optional_field_is_no_time() -> None:
    assert optional_moment("  ") is None


def test_a_field_shows_german_time_and_reads_it_back() -> None:
    moment = datetime(2026, 11, 24, 11, 30, tzinfo=UTC)
    assert field_value(moment) == "2026-11-24T12:30"
    assert moment_of(field_value(moment)) == moment
    assert field_value(None) == ""


def test_a_long_text_is_not_repeated_in_full() -> None:
    with pytest.raises(Refused) as refused:
        moment_of("9" * 5000)
    assert len(refused.value.text) < 120
