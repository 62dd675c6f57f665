"""The plan as an iCalendar file."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.ics import CalendarEvent, export, occasions

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
AT = datetime(2026, 11, 24, 11, 30, tzinfo=UTC)


def parsed(*events: CalendarEvent, name: str = "Plan") -> icalendar.Calendar:
    calendar = icalendar.Calendar.from_ical(export(events, name=name, now=NOW))
    assert isinstance(calendar, icalendar.Calendar)
    return calendar


def test_an_event_parses_back_as_it_was_given() -> None:
    event = CalendarEvent(
        "post-17@distributor",
        AT,
        "Geld, Wohnen; Jobsuche: „Größe“ 🎉",
        "Erste Zeile\nzweite, Zeile",
        "https://kjc.example/p/17",
    )
    calendar = parsed(event, name="KJC Fulda")

    (back,) = calendar.walk("VEVENT")
    assert str(calendar["X-WR-CALNAME"]) == str(calendar["NAME"]) == "KJC Fulda"
    assert str(back["UID"]) == "post-17@distributor"
    assert back.decoded("DTSTART") == AT
    assert back.decoded("DTSTAMP") == NOW
    assert str(back["SUMMARY"]) == event.title
    assert str(back["DESCRIPTION"]) == event.description
    assert str(back["URL"]) == event.url


def test_times_are_written_in_utc_and_lines_end_and_fold_as_the_standard_says() -> None:
    there = AT.astimezone(timezone(timedelta(hours=1)))
    data = export([CalendarEvent("1", there, "ä" * 200)], name="Plan", now=NOW)

    assert b"DTSTART:20261124T113000Z\r\n" in data
    assert b"VTIMEZONE" not in data
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_what_is_empty_is_left_out() -> None:
    (back,) = parsed(CalendarEvent("1", AT, "Titel")).walk("VEVENT")

    assert "DESCRIPTION" not in back
    assert "URL" not in back


def test_an_empty_plan_is_a_calendar_too() -> None:
    assert parsed().walk("VEVENT") == []


def test_the_same_plan_is_the_same_file() -> None:
    events = [CalendarEvent(str(number), AT, "Titel") for number in range(3)]

    assert export(events, name="Plan", now=NOW) == export(events, name="Plan", now=NOW)


def test_naive_times_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        export([CalendarEvent("1", AT.replace(tzinfo=None), "Titel")], name="Plan", now=NOW)


WILD = st.text(max_size=40) | st.sampled_from(
    ["a\r\nBEGIN:VEVENT\r\nUID:2", "x\x00\x07", '\\n;,:"', "a\u2028b\x85c", "\ud83c", "a\\", "Plan, Teil\\n1"]
)


@given(uid=WILD, title=WILD, description=WILD, url=WILD, name=WILD)
def test_wild_text_never_breaks_out_of_its_line(uid: str, title: str, description: str, url: str, name: str) -> None:
    calendar = parsed(CalendarEvent(uid, AT, title, description, url), name=name)

    (back,) = calendar.walk("VEVENT")
    assert back.decoded("DTSTART") == AT
    # The library reads these two as raw text.
    assert re.sub(r"\\([\\;,])", r"\1", str(calendar["NAME"])) == one_line(name)
    assert str(back["SUMMARY"]) == one_line(title)
    assert str(back.get("DESCRIPTION", "")) == allowed(description)


def allowed(text: str) -> str:
    """Keep what RFC 5545 allows in text."""
    return "".join(c for c in text if c in "\n\t" or not (c < " " or c == "\x7f" or "\ud800" <= c <= "\udfff"))


def one_line(text: str) -> str:
    return " ".join(allowed(text).split())


def test_occasions_are_the_public_holidays_of_hessen_in_german() -> None:
    assert occasions(date(2026, 12, 25), date(2027, 3, 26)) == [
        (date(2026, 12, 25), "Erster Weihnachtstag"),
        (date(2026, 12, 26), "Zweiter Weihnachtstag"),
        (date(2027, 1, 1), "Neujahr"),
        (date(2027, 3, 26), "Karfreitag"),
    ]


def test_occasions_include_fronleichnam_and_leave_out_what_hessen_does_not_keep() -> None:
    year = dict(occasions(date(2026, 1, 1), date(2026, 12, 31)))

    assert len(year) == 10
    assert year[date(2026, 6, 4)] == "Fronleichnam"
    assert date(2026, 11, 1) not in year
