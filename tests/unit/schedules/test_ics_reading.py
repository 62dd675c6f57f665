"""Calendar files that people send in."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.days import Kind, Occasion
from schedules.ics import export
from schedules.ics_reading import read as read_file
from schedules.refusal import CalendarRefused
from tests.support.effort import effort

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)


def file(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{body}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def read(data: bytes, kind: Kind, first: date, last: date, *, inclusive_end: bool = False) -> list[Occasion]:
    return list(read_file(data, kind, first, last, inclusive_end=inclusive_end).occasions)


def notes(*events: str) -> list[str]:
    return list(read_file(file(*events), "school", FIRST, LAST).notes)


def told(*events: str, inclusive_end: bool = False) -> list[str]:
    found = read(file(*events), "school", FIRST, LAST, inclusive_end=inclusive_end)
    return [f"{one.first}/{one.last} {one.title} {one.uid}" for one in found]


@pytest.mark.parametrize(
    ("lines", "inclusive", "expected"),
    [
        ("DTSTART;VALUE=DATE:20261223\nDTEND;VALUE=DATE:20270113", False, "2026-12-23/2027-01-12"),
        ("DTSTART;VALUE=DATE:20261223\nDTEND;VALUE=DATE:20270112", True, "2026-12-23/2027-01-12"),
        ("DTSTART;VALUE=DATE:20261223", False, "2026-12-23/2026-12-23"),
        ("DTSTART;VALUE=DATE:20261223\nDTEND;VALUE=DATE:20261223", False, "2026-12-23/2026-12-23"),
        ("DTSTART;VALUE=DATE:20261223\nDTEND;VALUE=DATE:20261223", True, "2026-12-23/2026-12-23"),
        ("DTSTART;VALUE=DATE:20261223\nDURATION:P2D", False, "2026-12-23/2026-12-24"),
        ("DTSTART;VALUE=DATE:20261223\nDURATION:P2D", True, "2026-12-23/2026-12-24"),
        ("DTSTART:20261223T100000Z\nDTEND:20261223T120000Z", True, "2026-12-23/2026-12-23"),
        ("DTSTART:20261223T233000Z\nDTEND:20261224T230000Z", False, "2026-12-24/2026-12-24"),
        ("DTSTART:20261223T233000Z\nDTEND:20261224T230001Z", False, "2026-12-24/2026-12-25"),
        ("DTSTART;TZID=Europe/Berlin:20260329T013000\nDURATION:PT2H", False, "2026-03-29/2026-03-29"),
        ("DTSTART;TZID=W. Europe Standard Time:20261223T233000", False, "2026-12-23/2026-12-23"),
        ("DTSTART;TZID=America/New_York:20261223T200000", False, "2026-12-24/2026-12-24"),
        ("DTSTART;TZID=../../etc/passwd:20261223T233000", False, "2026-12-23/2026-12-23"),
        ("DTSTART:20261223T233000", False, "2026-12-23/2026-12-23"),
        ("DTSTART:20261231T225960Z", False, "2026-12-31/2026-12-31"),
    ],
)
def test_an_event_becomes_local_days(lines: str, inclusive: bool, expected: str) -> None:
    assert told(f"UID:u\nSUMMARY:Ferien\n{lines}", inclusive_end=inclusive) == [f"{expected} Ferien u"]


def test_titles_and_categories_are_read_as_people_wrote_them() -> None:
    (found,) = read(
        file(
            "UID:u\nSUMMARY:Größe\\, Geld\\; „Te\n il\\nzwei“ 🎉\n"
            "CATEGORIES:Geld,Wohnen\\, Bau\nCATEGORIES:Geld\nDTSTART:20261223"
        ),
        "action",
        FIRST,
        LAST,
    )

    assert found == Occasion(
        date(2026, 12, 23), date(2026, 12, 23), "action", "Größe, Geld; „Teil zwei“ 🎉", ("Geld", "Wohnen, Bau"), "u"
    )


def test_an_event_without_title_or_uid_is_kept_and_named_the_same_each_time() -> None:
    once, again = (told("DTSTART:20261223", "SUMMARY:B\nDTSTART:20261223") for _ in range(2))

    assert once == again
    assert len({line.split()[-1] for line in once}) == 2
    assert any("(ohne Titel)" in line for line in once)


def test_a_recurring_event_is_each_of_its_days_within_the_window() -> None:
    assert told(
        "UID:u\nSUMMARY:Tag\nDTSTART:20200520\nDTEND:20200522\nRRULE:FREQ=YEARLY\nEXDATE:20270520\nRDATE:20261001"
    ) == [
        "2026-05-20/2026-05-21 Tag u/2026-05-20",
        "2026-10-01/2026-10-02 Tag u/2026-10-01",
        "2028-05-20/2028-05-21 Tag u/2028-05-20",
    ]


def test_an_event_that_reaches_into_the_window_is_in_it() -> None:
    assert told("UID:u\nSUMMARY:Ferien\nDTSTART:20251222\nDTEND:20260111") == ["2025-12-22/2026-01-10 Ferien u"]
    assert told("UID:u\nSUMMARY:Ferien\nDTSTART:20251222\nDTEND:20260101") == []


def test_a_moved_occurrence_stands_for_the_one_of_the_rule_and_a_cancelled_one_for_none() -> None:
    assert told(
        "UID:u\nSUMMARY:Tag\nDTSTART:20260520\nRRULE:FREQ=YEARLY",
        "UID:u\nSUMMARY:Tag verlegt\nRECURRENCE-ID:20270520\nDTSTART:20270610",
        "UID:u\nSUMMARY:Tag\nRECURRENCE-ID:20280520\nDTSTART:20280520\nSTATUS:CANCELLED",
        "UID:v\nSUMMARY:fällt aus\nDTSTART:20270101\nSTATUS:CANCELLED",
    ) == ["2026-05-20/2026-05-20 Tag u/2026-05-20", "2027-06-10/2027-06-10 Tag verlegt u/2027-05-20"]


def test_events_with_the_same_uid_stay_two() -> None:
    assert told("UID:u\nSUMMARY:A\nDTSTART:20260520", "UID:u\nSUMMARY:B\nDTSTART:20260521") == [
        "2026-05-20/2026-05-20 A u",
        "2026-05-21/2026-05-21 B u#2",
    ]


def test_what_lies_inside_an_event_or_beside_it_is_passed_over() -> None:
    alarm = "BEGIN:VALARM\nDTSTART:19990101\nSUMMARY:Wecker\nEND:VALARM"
    data = file(f"UID:u\nSUMMARY:Tag\n{alarm}\nDTSTART:20260520").replace(
        b"VERSION:2.0\r\n",
        b"VERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\n"
        b"RRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VTODO\r\nUID:t\r\nEND:VTODO\r\n",
    )

    (found,) = read(data, "school", FIRST, LAST)
    assert (found.title, found.first) == ("Tag", date(2026, 5, 20))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "leer"),
        (b"<html>", "keine Kalenderdatei"),
        (b"END:VCALENDAR", "keine Kalenderdatei"),
        ("BEGIN:VCALENDAR".encode("utf-16"), "UTF-8"),
        (b"BEGIN:VCALENDAR\n" + b"x" * 2_000_000, "2 MB"),
        (file("UID:u\nDTSTART:20260520")[:-33], "bricht mitten"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 100_000, "verschachtelt"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\nEND:VEVENT\n", "endet falsch"),
        (file(*["DTSTART:20260520"] * 5001), "Mehr als 5000 Termine"),
        (file("UID:u"), "Termin 1.DTSTART“: Dem Termin fehlt der Anfang"),
        (file("DTSTART:20260520", "DTSTART:gestern"), "Termin 2.DTSTART“: „gestern“ ist kein Datum"),
        (file("DTSTART:20260230"), "kein Datum"),
        (file("DTSTART;TZID=Asia/Tokyo:00010101T000000"), "kein Datum"),
        (file("DTSTART:99991231T235959Z"), "kein Datum"),
        (file("DTSTART:20260520\nDTEND:20260519"), "Das Ende liegt vor dem Anfang"),
        (file("DTSTART:20260520\nDTEND:20460519"), "länger als fünf Jahre"),
        (file("DTSTART:20260520\nDURATION:P99999999999D"), "keine Dauer"),
        (file("DTSTART:20260520\nDURATION:lang"), "keine Dauer"),
        (file("DTSTART:20260520\nDURATION:-P1D"), "Das Ende liegt vor dem Anfang"),
        (file("DTSTART:20260520\nRRULE:FREQ=SECONDLY"), "Die Wiederholung „FREQ=SECONDLY“ wird nicht unterstützt"),
        (file("DTSTART:20260520\nRRULE:FREQ=YEARLY", "DTSTART:20260520\nRRULE:FREQ=X"), "Termin 2.RRULE"),
        (file(*["DTSTART:20260520\nRRULE:FREQ=YEARLY"] * 501), "Mehr als 500 Wiederholungen"),
        (file(*["DTSTART:20260101\nRRULE:FREQ=DAILY"] * 6), "Mehr als 5000 Tage"),
        (file('SUMMARY;X="unten:Tag\nDTSTART:20260520'), "kann nicht gelesen werden"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_whole(data: bytes, said: str) -> None:
    with effort(50), pytest.raises(CalendarRefused) as refusal:
        read(data, "school", FIRST, LAST)

    assert said in str(refusal.value)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    "line",
    [
        "SUMMARY:" + "\\" * 1_900_000,
        "SUMMARY;" + "A=B;" * 450_000 + "C=D:x",
        "SUMMARY;A=" + '"' * 1_900_000,
        "CATEGORIES:" + "," * 1_900_000,
        "CATEGORIES:" + "a," * 900_000,
        "EXDATE:" + "20260520," * 200_000 + "20260520",
        "SUMMARY:a" + "\r\n " * 600_000,
        "DURATION:P" + "1" * 1_900_000,
        "X" * 1_900_000,
        "RRULE:FREQ=DAILY\nCATEGORIES:" + "a," * 900_000,
        "RRULE:FREQ=DAILY\n" * 100_000,
    ],
    ids=[
        "escapes",
        "parameters",
        "quotes",
        "commas",
        "categories",
        "exceptions",
        "folds",
        "digits",
        "name",
        "repeated categories",
        "rules",
    ],
)
def test_a_hostile_line_takes_linear_time(line: str) -> None:
    with effort(100), suppress(CalendarRefused):
        read(file(f"UID:u\nDTSTART:20260520\n{line}"), "school", FIRST, LAST)


def test_the_longest_work_a_file_can_ask_for_is_done_in_seconds() -> None:
    events = ["DTSTART:20160601\nRRULE:FREQ=DAILY;COUNT=999999;BYMONTHDAY=31;BYMONTH=1,3,5,7,8,10,12;BYDAY=SU"] * 500

    with effort(100):
        found = read(file(*events), "school", FIRST, LAST)

    assert len(found) == 500 * 4


def test_a_window_of_more_than_five_years_is_refused() -> None:
    with pytest.raises(CalendarRefused, match="fünf Jahre"):
        read(file(), "school", date(2026, 1, 1), date(2032, 1, 1))
    assert read(file(), "school", FIRST, LAST) == []


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (["DTSTART:20260520", "DTSTART:20260521\nRRULE:FREQ=YEARLY;COUNT=2"], []),
        (["DTSTART:20260521\nRRULE:FREQ=YEARLY;UNTIL=20281231"], []),
        (
            ["DTSTART:20260521\nRRULE:FREQ=YEARLY"],
            ["Eine Wiederholung reicht weiter; gelesen sind ihre Tage bis 31.12.2028."],
        ),
        (
            ["DTSTART:20260521\nRRULE:FREQ=YEARLY", "DTSTART:20260522\nRRULE:FREQ=YEARLY;UNTIL=20300101"],
            ["2 Wiederholungen reichen weiter; gelesen sind ihre Tage bis 31.12.2028."],
        ),
        (["DTSTART:20260521T100000Z"], ["Ein Termin mit Uhrzeit gilt als ganzer Tag."]),
        (
            ["DTSTART:20260521T100000Z", "DTSTART;TZID=Europe/Berlin:20260521T100000"],
            ["2 Termine mit Uhrzeit gelten als ganze Tage."],
        ),
        (
            ["DTSTART;TZID=Mond/Krater:20260521T100000\nDTEND;TZID=Mond/Krater:20260521T110000"],
            [
                "Ein Termin mit Uhrzeit gilt als ganzer Tag.",
                "Unbekannte Zeitzonen gelten als Europe/Berlin: „Mond/Krater“.",
            ],
        ),
        ([f"DTSTART:20260521\nEXDATE;TZID=Mond/{n}:20260522T100000" for n in range(5)],
         ["Unbekannte Zeitzonen gelten als Europe/Berlin: „Mond/0“, „Mond/1“, „Mond/2“ und 2 weitere."]),
        (["DTSTART;TZID=Mond/Krater:20200521T100000", "DTSTART:20260521T100000Z\nSTATUS:CANCELLED"], []),
    ],
)  # fmt: skip
def test_what_was_cut_or_guessed_is_noted(events: list[str], expected: list[str]) -> None:
    assert notes(*events) == expected


WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@settings(deadline=None)
@given(
    data=st.lists(
        st.tuples(
            st.dates(date(2026, 2, 1), date(2028, 11, 1)), st.integers(0, 40), WORDS, st.lists(WORDS, max_size=3)
        ),
        max_size=5,
    )
)
def test_what_is_exported_reads_back(data: list[tuple[date, int, str, list[str]]]) -> None:
    wanted = [
        Occasion(first, first + timedelta(days=length), "closing", title, tuple(dict.fromkeys(topics)), f"u{number}")
        for number, (first, length, title, topics) in enumerate(data)
    ]

    found = read(export([], wanted, name="Plan", now=datetime(2026, 11, 22, tzinfo=UTC)), "closing", FIRST, LAST)

    assert sorted(found, key=lambda one: one.uid) == sorted(wanted, key=lambda one: one.uid)


@settings(deadline=None)
@given(data=st.binary(max_size=300), cut=st.integers(0, 300))
def test_wild_bytes_are_read_or_refused(data: bytes, cut: int) -> None:
    whole = file("UID:u\nSUMMARY:Tag\nDTSTART:20260520\nRRULE:FREQ=YEARLY\nCATEGORIES:a,b")
    for wild in (data, whole[:cut] + data + whole[cut:]):
        try:
            read(wild, "school", FIRST, LAST)
        except CalendarRefused as refusal:
            assert str(refusal)
