"""The calendar's types and its document."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.calendar import Calendar, Duty, QuietHours, WeeklySlot, with_own
from schedules.days import Occasion
from schedules.document import (
    calendar_document,
    calendar_of,
    duty_document,
    duty_of,
    occasion_document,
    occasion_of,
)
from schedules.occasions import occasions, unknown
from schedules.plan import stagger
from schedules.refusal import CalendarRefused
from schedules.slots import expand

FULL = {
    "name": "probe",
    "zone": "Europe/Berlin",
    "holidays": "DE-HE",
    "closed": ["2026-12-24", date(2026, 12, 31)],
    "quiet": [{"start": "20:00", "end": "07:00"}],
    "min_distance": "1h30min",
    "max_per_day": 2,
    "per_slot": 3,
    "stagger": "90s",
    "every_minutes": 60,
    "slots": [
        {"days": ["Mo", "So"], "at": "8:05", "channels": ["a"]},
        {"days": ["Di"], "at": "00:00", "topics": ["Geld"], "forms": ["reel"]},
    ],
    "school": "DE-HE",
    "quiet_days": True,
    "occasions": [
        {"kind": "action", "first": "2026-12-03", "title": "Tag", "topics": ["Geld"], "uid": "u", "yearly": True},
        {"kind": "blackout", "first": date(2026, 12, 24), "last": "2026-12-31", "title": "Umstellung"},
    ],
    "effects": {"school": "avoid"},
    "duty": [
        {"person": "Ada", "days": ["Mo", "Di"], "start": "9:00", "end": "16:00", "first": "2026-12-01"},
        {"person": "Ada", "absent": True, "first": "2026-12-23", "last": "2027-01-03"},
    ],
    "no_comments": ["website"],
    "answer_within": "90min",
    "cover_needed": True,
    "patience": "48h",
    "stagger_span": "32min",
}


CLOSING = {"kind": "closing", "first": "2026-12-24", "title": "Heiligabend"}
DUTY = {"person": "Ada", "days": ["Mo"], "start": "09:00", "end": "16:00"}


def closed(day: str) -> Occasion:
    return Occasion(date.fromisoformat(day), date.fromisoformat(day), "closing", "geschlossen")


def test_a_document_becomes_the_calendar_it_describes() -> None:
    assert calendar_of(FULL) == Calendar(
        name="probe",
        zone="Europe/Berlin",
        slots=(
            WeeklySlot(0, time(8, 5), ("a",)),
            WeeklySlot(6, time(8, 5), ("a",)),
            WeeklySlot(1, time(0, 0), (), ("Geld",), ("reel",)),
        ),
        every_minutes=60,
        quiet=(QuietHours(time(20), time(7)),),
        holidays="DE-HE",
        school="DE-HE",
        quiet_days=True,
        occasions=(
            closed("2026-12-24"),
            closed("2026-12-31"),
            Occasion(date(2026, 12, 3), date(2026, 12, 3), "action", "Tag", ("Geld",), "u", True),
            Occasion(date(2026, 12, 24), date(2026, 12, 31), "blackout", "Umstellung"),
        ),
        effects=(("school", "avoid"),),
        duty=(
            Duty("Ada", (0, 1), time(9), time(16), date(2026, 12, 1)),
            Duty("Ada", first=date(2026, 12, 23), last=date(2027, 1, 3), absent=True),
        ),
        no_comments=("website",),
        answer_within=timedelta(minutes=90),
        cover_needed=True,
        patience=timedelta(hours=48),
        stagger_span=timedelta(minutes=32),
        min_distance=timedelta(minutes=90),
        max_per_day=2,
        per_slot=3,
        stagger=timedelta(seconds=90),
    )


def test_a_name_alone_is_a_calendar_without_slots() -> None:
    assert calendar_of({"name": "leer"}) == Calendar("leer")


@given(data=st.data())
def test_a_calendar_survives_its_document_as_toml_and_as_json(
    data: st.DataObject, calendars: st.SearchStrategy[Calendar]
) -> None:
    calendar = data.draw(calendars)
    document = calendar_document(calendar)

    assert calendar_of(document) == calendar
    assert calendar_of(json.loads(json.dumps(document))) == calendar
    assert calendar_of(tomllib.loads(tomli_w.dumps(document))) == calendar


@settings(deadline=None)
@given(data=st.data())
def test_days_and_duty_survive_alone_and_are_added_to_a_shared_calendar(
    data: st.DataObject, calendars: st.SearchStrategy[Calendar]
) -> None:
    shared, own = data.draw(calendars), data.draw(calendars)

    assert tuple(occasion_of(occasion_document(one)) for one in own.occasions) == own.occasions
    assert tuple(duty_of(duty_document(one)) for one in own.duty) == own.duty
    both = with_own(shared, own.occasions, own.duty)
    assert (both.occasions, both.duty) == (shared.occasions + own.occasions, shared.duty + own.duty)
    assert replace(both, occasions=shared.occasions, duty=shared.duty) == shared


def test_an_entry_that_stands_alone_is_refused_by_the_name_it_is_given() -> None:
    with pytest.raises(CalendarRefused, match=r"„occasions\[3\]\.kind“"):
        occasion_of(CLOSING | {"kind": "feast"}, key="occasions[3]")
    with pytest.raises(CalendarRefused, match=r"„duty\.person“"):
        duty_of(DUTY | {"person": 7})


def test_slots_of_one_time_are_written_as_one_entry() -> None:
    calendar = Calendar("probe", slots=tuple(WeeklySlot(day, time(12, 30), ("a",)) for day in range(5)))

    assert calendar_document(calendar)["slots"] == [
        {"days": ["Mo", "Di", "Mi", "Do", "Fr"], "at": "12:30", "channels": ["a"]}
    ]


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        ({"name": " "}, "name", "braucht einen Namen"),
        ({"name": 7}, "name", "kein Text"),
        ({"colour": "red"}, "colour", "gibt es nicht"),
        ({"zone": "Europa/Berlin"}, "zone", "Europa/Berlin"),
        ({"zone": ""}, "zone", "nicht bekannt"),
        ({"zone": "../etc/passwd"}, "zone", "nicht bekannt"),
        ({"holidays": "DE-XX"}, "holidays", "DE-XX"),
        ({"holidays": True}, "holidays", "kein Text"),
        ({"closed": "2026-12-24"}, "closed", "Liste"),
        ({"closed": ["24.12.2026"]}, "closed[1]", "kein Datum"),
        ({"closed": ["2026-12-24", "2026-02-30"]}, "closed[2]", "2026-02-30"),
        ({"closed": [datetime(2026, 12, 24, tzinfo=UTC)]}, "closed[1]", "kein Datum"),
        ({"quiet": [{"start": "20:00"}]}, "quiet[1].end", "fehlt"),
        ({"quiet": [{"start": "20:00", "end": "20:00"}]}, "quiet", "20:00"),
        ({"quiet": [["20:00", "07:00"]]}, "quiet[1]", "Tabelle"),
        ({"quiet": [{"start": "20:00", "end": "07:00", "days": []}]}, "quiet[1].days", "gibt es nicht"),
        ({"min_distance": 3}, "min_distance", "keine Dauer"),
        ({"min_distance": ""}, "min_distance", "keine Dauer"),
        ({"min_distance": "-3h"}, "min_distance", "keine Dauer"),
        ({"stagger": "zwei Minuten"}, "stagger", "keine Dauer"),
        ({"max_per_day": 0}, "max_per_day", "zu wenig"),
        ({"max_per_day": True}, "max_per_day", "keine ganze Zahl"),
        ({"per_slot": 0}, "per_slot", "zu wenig"),
        ({"per_slot": 1.5}, "per_slot", "keine ganze Zahl"),
        ({"every_minutes": 0}, "every_minutes", "1440"),
        ({"every_minutes": 1441}, "every_minutes", "1440"),
        ({"slots": {"days": ["Mo"]}}, "slots", "Liste"),
        ({"slots": [{"at": "12:30"}]}, "slots[1].days", "fehlt"),
        ({"slots": [{"days": ["Montag"], "at": "12:30"}]}, "slots[1].days[1]", "Montag"),
        ({"slots": [{"days": [["Mo"]], "at": "12:30"}]}, "slots[1].days[1]", "kein Wochentag"),
        ({"slots": [{"days": ["Mo"], "at": "24:00"}]}, "slots[1].at", "24:00"),
        ({"slots": [{"days": ["Mo"], "at": "12.30"}]}, "slots[1].at", "keine Uhrzeit"),
        ({"slots": [{"days": ["Mo"], "at": time(12, 30)}]}, "slots[1].at", "als Text"),
        ({"slots": [{"days": ["Mo"], "at": "12:30", "channels": "a"}]}, "slots[1].channels", "Liste"),
        ({"slots": [{"days": ["Mo"], "at": "12:30", "channels": [1]}]}, "slots[1].channels[1]", "kein Text"),
        ({"slots": [{"days": ["Mo"], "at": "12:30", "topics": "Geld"}]}, "slots[1].topics", "Liste"),
        ({"school": "FR"}, "school", "keine Schulferien"),
        ({"quiet_days": "DE-HE"}, "quiet_days", "weder wahr noch falsch"),
        ({"cover_needed": 1}, "cover_needed", "weder wahr noch falsch"),
        ({"patience": "337h"}, "patience", "14 Tage"),
        ({"effects": ["school"]}, "effects", "Tabelle"),
        ({"effects": {"feast": "avoid"}}, "effects", "feast"),
        ({"effects": {"school": "maybe"}}, "effects.school", "maybe"),
        ({"occasions": [CLOSING | {"kind": "feast"}]}, "occasions[1].kind", "feast"),
        ({"occasions": [CLOSING, CLOSING | {"last": "2026-12-01"}]}, "occasions[2].last", "vor dem Anfang"),
        ({"occasions": [CLOSING | {"first": "morgen"}]}, "occasions[1].first", "kein Datum"),
        ({"occasions": [CLOSING | {"day": "2026-12-24"}]}, "occasions[1].day", "gibt es nicht"),
        ({"occasions": [{"kind": "closing", "first": "2026-12-24"}]}, "occasions[1].title", "fehlt"),
        ({"duty": [DUTY | {"days": []}]}, "duty[1].days", "mindestens einen Wochentag"),
        ({"duty": [DUTY | {"person": ""}]}, "duty[1].person", "Namen"),
        ({"duty": [DUTY | {"end": "09:00"}]}, "duty[1].end", "nicht nach dem Anfang"),
        ({"duty": [DUTY | {"first": "2026-12-02", "last": "2026-12-01"}]}, "duty[1].last", "vor dem Anfang"),
        ({"duty": [DUTY | {"days": ["Sonnabend"]}]}, "duty[1].days[1]", "Sonnabend"),
        ({"duty": [{"person": "Ada", "days": ["Mo"], "start": "09:00"}]}, "duty[1].end", "fehlt"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_the_name_of_its_entry(change: dict[str, Any], key: str, said: str) -> None:
    with pytest.raises(CalendarRefused) as refusal:
        calendar_of(FULL | change)

    assert refusal.value.key == key
    assert f"„{key}“" in str(refusal.value)
    assert said in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_a_document_without_a_name_is_refused() -> None:
    with pytest.raises(CalendarRefused, match="„name“"):
        calendar_of({})


def test_types_refuse_what_no_document_could_say() -> None:
    with pytest.raises(CalendarRefused, match="Wochentag"):
        WeeklySlot(7, time(12))
    with pytest.raises(CalendarRefused, match="ganzen Minuten"):
        WeeklySlot(0, time(12, 0, 30))
    with pytest.raises(CalendarRefused, match="Ortszeit"):
        WeeklySlot(0, time(12, tzinfo=UTC))
    with pytest.raises(CalendarRefused, match="stagger"):
        Calendar("probe", stagger=timedelta(seconds=-1))
    with pytest.raises(CalendarRefused, match="min_distance"):
        Calendar("probe", min_distance=timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("at", "quiet"),
    [("19:59", False), ("20:00", True), ("23:59", True), ("00:00", True), ("06:59", True), ("07:00", False)],
)
def test_quiet_hours_span_midnight_and_end_just_before_their_end(at: str, quiet: bool) -> None:
    assert QuietHours(time(20), time(7)).hold(time.fromisoformat(at)) is quiet


def test_quiet_hours_within_a_day_leave_the_rest_of_it() -> None:
    hours = QuietHours(time(12), time(13))

    assert [hours.hold(at) for at in (time(11, 59), time(12), time(12, 59), time(13))] == [False, True, True, False]


@pytest.mark.parametrize("name", ["hessen", "demo"])
def test_the_delivered_calendars_carry_the_name_of_their_file(delivered: Callable[[str], Calendar], name: str) -> None:
    assert delivered(name).name == name


def test_the_demo_has_a_slot_every_minute_of_every_day(delivered: Callable[[str], Calendar]) -> None:
    start = datetime(2026, 12, 25, tzinfo=UTC)
    ats = [slot.at for slot in expand(delivered("demo"), "x", start, start + timedelta(days=1))]

    assert ats == [start + timedelta(minutes=minute) for minute in range(1440)]


def test_the_calendar_of_hessen_knows_its_days_until_the_summer_of_2029(
    delivered: Callable[[str], Calendar],
) -> None:
    calendar = delivered("hessen")
    year = occasions(calendar, date(2027, 1, 1), date(2027, 12, 31))

    assert Counter(one.kind for one in year) == {"holiday": 10, "school": 5, "quiet": 4, "action": 18}
    assert unknown(calendar, date(2026, 11, 1), date(2029, 8, 24)) == []
    assert all(one.topics for one in calendar.occasions)
    assert stagger(calendar, 15) < calendar.stagger_span


@pytest.mark.parametrize("channel", ["instagram", "facebook", "x", "mastodon", "bluesky", "website", "manual"])
def test_every_fortnight_from_2026_to_2030_holds_twelve_slots_per_account(
    delivered: Callable[[str], Calendar], channel: str
) -> None:
    calendar = delivered("hessen")
    for position in (0, 15):
        begin, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 15, tzinfo=UTC)
        slots = list(expand(calendar, channel, begin, end, offset=position * calendar.stagger))
        ats = [slot.at for slot in slots]
        # The emptiest windows begin just after a slot, so these are all that need a look.
        for first, twelfth in zip(ats, ats[12:], strict=False):
            assert twelfth - first <= timedelta(days=14)
        assert all(later - earlier >= calendar.min_distance for earlier, later in pairwise(ats))
