"""Dates as feeds write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.intake.dates import parse_date, parse_period

READ = [
    ("Sat, 21 Nov 2026 19:30:00 +0100", "2026-11-21T18:30:00"),
    ("Sat, 21 Nov 2026 19:30:00 GMT", "2026-11-21T19:30:00"),
    ("Sat, 21 Nov 2026 19:30 UT", "2026-11-21T19:30:00"),
    ("21 Nov 26 19:30:00 EST", "2026-11-22T00:30:00"),
    ("Sat, 21 Nov 2026 19:30:00 CET", "2026-11-21T18:30:00"),
    ("Tue, 21 Jul 2026 19:30:00 CEST", "2026-07-21T17:30:00"),
    ("Tue, 21 Jul 2026 19:30:00 CET", "2026-07-21T18:30:00"),
    ("Di, 21 Jul 2026 19:30:00 MESZ", "2026-07-21T17:30:00"),
    ("Sa, 21 Nov 2026 19:30:00 MEZ", "2026-11-21T18:30:00"),
    ("Sa., 21. Nov. 2026 19:30 Uhr", "2026-11-21T18:30:00"),
    ("Samstag, 21. November 2026, 19:30 Uhr", "2026-11-21T18:30:00"),
    ("Mi, 14 Okt 2026 08:00:00 +0200", "2026-10-14T06:00:00"),
    ("1. März 2026 um 8:05", "2026-03-01T07:05:00"),
    ("1 Mär 2026 08:05:00", "2026-03-01T07:05:00"),
    ("Do, 3 Dez 2026 08:00:00 +0100", "2026-12-03T07:00:00"),
    ("Do, 05. März 2026 14:00 MEZ", "2026-03-05T13:00:00"),
    ("Donnerstag, 5. März 2026, 14.00 Uhr MEZ", "2026-03-05T13:00:00"),
    ("Mi, 1. Juli 2026 14:00 MESZ", "2026-07-01T12:00:00"),
    ("3. Mai 2026", "2026-05-02T22:00:00"),
    ("21.11.2026 19:30", "2026-11-21T18:30:00"),
    ("21.11.2026", "2026-11-20T23:00:00"),
    ("21.7.26, 19.30 Uhr", "2026-07-21T17:30:00"),
    ("2026-11-21", "2026-11-20T23:00:00"),
    ("2026", "2025-12-31T23:00:00"),
    ("Sat, 2026/11/21 19:30:00 EST", "2026-11-22T00:30:00"),
    ("Sat, 21 Nov 2026 19:30:00 Etc/GMT", "2026-11-21T19:30:00"),
    ("2026-07-21 19:30 Europe/Berlin", "2026-07-21T17:30:00"),
    ("2026-11", "2026-10-31T23:00:00"),
    ("2026-11-21T19:30:00Z", "2026-11-21T19:30:00"),
    ("2026-11-21T19:30:00.123456789+01:00", "2026-11-21T18:30:00.123456"),
    ("2026-11-21T19:30+0100", "2026-11-21T18:30:00"),
    ("2026-11-21T19:30:00", "2026-11-21T18:30:00"),
    ("2026-07-21 19:30:00", "2026-07-21T17:30:00"),
    ("2026-11-21 19:30:00 UTC", "2026-11-21T19:30:00"),
    ("20261121T193000Z", "2026-11-21T19:30:00"),
    ("2026/11/21 19:30:00 +01:00", "2026-11-21T18:30:00"),
    ("November 21, 2026 7:30 PM", "2026-11-21T18:30:00"),
    ("Sat Nov 21 19:30:00 2026", "2026-11-21T18:30:00"),
    ("Sat Nov 21 19:30:00 +0000 2026", "2026-11-21T19:30:00"),
    ("Sat, 21 Nov 2026 19:30:00 +0100 (CET)", "2026-11-21T18:30:00"),
    ("Sat, 21 Nov 2026 19:30:00 GMT+2", "2026-11-21T17:30:00"),
    ("Sat, 21 Nov 2026 24:00:00 GMT", "2026-11-22T00:00:00"),
    ("Sat, 21 Nov 2026 23:59:60 GMT", "2026-11-21T23:59:59"),
    ("Thu, 07 Dec 17 10:00:29 -0800", "2017-12-07T18:00:29"),
    ("1518478934", "2018-02-12T23:42:14"),
    ("1518478934000", "2018-02-12T23:42:14"),
    ("\n  Wed, 15 May 2019 20:48:02 +0000\n", "2019-05-15T20:48:02"),
    # The night in which 02:30 does not exist, and the one in which it exists twice (the first counts).
    ("2026-03-29T02:30:00", "2026-03-29T01:30:00"),
    ("2026-10-25T02:30:00", "2026-10-25T00:30:00"),
]


@pytest.mark.parametrize(("raw", "utc"), READ, ids=[raw.strip() for raw, _ in READ])
def test_a_date_is_read_as_aware_utc(raw, utc):
    assert parse_date(raw) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "   ",
        "gestern",
        "Sat, 31 Feb 2026 10:00:00 GMT",
        "2026-13-01",
        "2026-11-21T19:30:61Z",
        "26",
        "0001-01-01T00:00:00Z",
        "Sat, 21 Nov 2026 25:00:00 GMT",
        "Sat, 21 Nov 2026 19:30:00 XYZ",
        "Sat, 21 Nov 2026 19:30:00 +9900",
        "21 Foo 2026",
        "November 21, 2026 13:30 PM",
        "12345",
        "9" * 50,
        "2026-11-21T19:30:00Z und mehr",
    ],
)
def test_what_is_no_date_is_none(raw):
    assert parse_date(raw) is None


@given(st.text(max_size=120))
def test_no_text_makes_it_stumble(raw):
    moment = parse_date(raw)

    assert moment is None or moment.tzinfo is UTC


@given(st.integers(600_000_000_000_000, 4_000_000_000_000_000))
def test_iso_dates_come_back_exactly(microseconds):
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)

    assert parse_date(moment.isoformat()) == moment


def test_a_period_has_a_start_and_an_end_of_which_a_mere_day_counts_whole():
    start, end = parse_period("start=2026-12-03T10:00+01:00;end=2026-12-31;scheme=W3C-DTF")

    assert start == datetime(2026, 12, 3, 9, tzinfo=UTC)
    assert end == datetime(2026, 12, 31, 23, tzinfo=UTC)


def test_a_period_on_the_day_the_clocks_change_ends_with_that_day():
    assert parse_period("end=2026-10-25")[1] == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_a_period_may_have_one_side_or_none():
    assert parse_period("") == (None, None)
    assert parse_period("start=2026-12-03;") == (datetime(2026, 12, 2, 23, tzinfo=UTC), None)


@pytest.mark.parametrize("raw", ["start=bald", "end=31.31.2026", "irgendwann"])
def test_a_period_that_cannot_be_read_is_an_error_and_not_no_period(raw):
    with pytest.raises(ValueError, match=r".+"):
        parse_period(raw)
