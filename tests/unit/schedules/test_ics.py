"""The plan as an iCalendar file."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.days import Occasion
from schedules.ics import CalendarEvent, export

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


def test_a_special_day_is_whole_days_and_ends_the_day_after_its_last() -> None:
    holidays = Occasion(date(2026, 12, 23), date(2027, 1, 12), "school", "Weihnachtsferien", ("Schule", "Familie"))
    calendar = icalendar.Calendar.from_ical(export([], [holidays], name="Plan", now=NOW))

    (back,) = calendar.walk("VEVENT")
    assert (back.decoded("DTSTART"), back.decoded("DTEND")) == (date(2026, 12, 23), date(2027, 1, 13))
    assert (str(back["SUMMARY"]), str(back["DESCRIPTION"])) == ("Weihnachtsferien", "Schulferien")
    assert [str(word) for word in back["CATEGORIES"].cats] == ["Schule", "Familie"]
    assert str(back["UID"]) == "school-2026-12-23-weihnachtsferien@distributor"


def test_posts_come_before_special_days_and_a_day_keeps_its_own_uid() -> None:
    closing = Occasion(date(2026, 12, 24), date(2026, 12, 24), "closing", "Heiligabend", uid="eigene@kjc.example")
    calendar = icalendar.Calendar.from_ical(
        export([CalendarEvent("post-1", AT, "Post")], [closing], name="Plan", now=NOW)
    )

    assert [str(each["UID"]) for each in calendar.walk("VEVENT")] == ["post-1", "eigene@kjc.example"]
