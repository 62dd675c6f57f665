"""Special days: what law and school authorities set, what a calendar adds, and what nobody can know."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from schedules.calendar import Calendar
from schedules.days import (
    EFFECTS,
    KINDS,
    LABELS,
    Kind,
    Occasion,
    names_in,
    public_holidays,
    quiet_days,
    school_holidays,
)
from schedules.occasions import Gap, occasions, unknown
from schedules.refusal import CalendarRefused

HESSEN = Calendar("hessen", holidays="DE-HE", school="DE-HE", quiet_days=True)


def days(text: str, year: int) -> list[date]:
    return [date(year, int(part[3:]), int(part[:2])) for part in text.split()]


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2026, "01.01 03.04 06.04 01.05 14.05 25.05 04.06 03.10 25.12 26.12"),
        (2027, "01.01 26.03 29.03 01.05 06.05 17.05 27.05 03.10 25.12 26.12"),
        (2028, "01.01 14.04 17.04 01.05 25.05 05.06 15.06 03.10 25.12 26.12"),
    ],
)
def test_the_public_holidays_of_hessen(year: int, expected: str) -> None:
    found = public_holidays("DE-HE", year)

    assert list(found) == days(expected, year)
    assert found[date(year, 12, 25)] == "Erster Weihnachtstag"
    assert "Fronleichnam" in found.values()


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2026, ["2026-03-30/2026-04-10", "2026-06-29/2026-08-07", "2026-10-05/2026-10-17", "2026-12-23/2027-01-12"]),
        (2027, ["2027-03-22/2027-04-02", "2027-06-28/2027-08-06", "2027-10-04/2027-10-16", "2027-12-23/2028-01-11"]),
        (2028, ["2028-04-03/2028-04-14", "2028-07-03/2028-08-11", "2028-10-09/2028-10-20", "2028-12-27/2029-01-12"]),
    ],
)
def test_the_school_holidays_of_hessen(year: int, expected: list[str]) -> None:
    found = [one for one in school_holidays("DE-HE") if one.first.year == year]

    assert [f"{one.first}/{one.last}" for one in found] == expected
    assert [one.title for one in found] == [
        "Oster-/Frühjahrsferien",
        "Sommerferien",
        "Herbstferien",
        "Weihnachtsferien",
    ]


@pytest.mark.parametrize(
    ("year", "expected"),
    [(2026, "27.01 03.04 15.11 22.11"), (2027, "27.01 26.03 14.11 21.11"), (2028, "27.01 14.04 19.11 26.11")],
)
def test_the_quiet_days(year: int, expected: str) -> None:
    found = quiet_days(year)

    assert [one.first for one in found] == days(expected, year)
    assert [one.title.split()[-1] for one in found] == [
        "Nationalsozialismus",
        "Karfreitag",
        "Volkstrauertag",
        "Totensonntag",
    ]


def test_a_code_that_is_not_known_is_told_apart_from_a_code_without_days() -> None:
    with pytest.raises(ValueError, match="DE-XX"):
        public_holidays("DE-XX", 2026)
    with pytest.raises(ValueError, match="FR"):
        school_holidays("FR")


def test_every_kind_has_an_effect_and_a_german_word() -> None:
    assert set(KINDS) == set(EFFECTS) == set(LABELS)


def test_a_calendar_lists_what_is_built_in_and_its_own_in_order() -> None:
    own = Occasion(date(2026, 12, 20), date(2026, 12, 26), "blackout", "Umstellung")
    calendar = Calendar("probe", holidays="DE-HE", school="DE-HE", quiet_days=True, occasions=(own,))

    found = occasions(calendar, date(2026, 11, 22), date(2026, 12, 25))

    assert [(one.first.isoformat(), one.kind) for one in found] == [
        ("2026-11-22", "quiet"),
        ("2026-12-20", "blackout"),
        ("2026-12-23", "school"),
        ("2026-12-25", "holiday"),
    ]
    assert occasions(Calendar("leer"), date(2026, 1, 1), date(2026, 12, 31)) == []


def test_holidays_over_the_year_change_are_one_and_are_found_from_both_sides() -> None:
    (found,) = {
        one
        for day in (date(2026, 12, 31), date(2027, 1, 11))
        for one in occasions(HESSEN, day, day)
        if one.kind == "school"
    }

    assert found.title == "Weihnachtsferien"


def test_a_yearly_occasion_comes_again_from_its_first_year_on_and_over_the_year_change() -> None:
    new_year = Occasion(date(2026, 12, 30), date(2027, 1, 2), "closing", "Zwischen den Jahren", yearly=True)
    calendar = Calendar("probe", occasions=(new_year,))

    assert [(one.first, one.last) for one in occasions(calendar, date(2028, 1, 1), date(2028, 12, 31))] == [
        (date(2027, 12, 30), date(2028, 1, 2)),
        (date(2028, 12, 30), date(2029, 1, 2)),
    ]
    assert occasions(calendar, date(2025, 1, 1), date(2026, 12, 29)) == []


def test_what_the_data_do_not_know_is_unknown_and_not_none() -> None:
    known = school_holidays("DE-HE")[-1].last

    assert unknown(HESSEN, date(2026, 1, 1), date(2028, 12, 31)) == []
    (gap,) = unknown(HESSEN, date(2029, 7, 1), date(2030, 1, 31))
    assert (gap.first, gap.last, gap.kind) == (date.fromordinal(known.toordinal() + 1), date(2030, 1, 31), "school")
    assert gap.text == f"Schulferien vom {gap.first:%d.%m.%Y} bis 31.01.2030 unbekannt"
    assert [one.kind for one in unknown(HESSEN, date(2101, 1, 1), date(2101, 1, 1))] == ["holiday", "school"]
    assert [one.last for one in unknown(HESSEN, date(1980, 1, 1), date(2026, 1, 1))] == [
        date(1990, 12, 31),
        date.fromordinal(school_holidays("DE-HE")[0].first.toordinal() - 1),
    ]
    assert unknown(Calendar("leer"), date(2101, 1, 1), date(2101, 1, 1)) == []


def test_a_single_unknown_day_is_said_as_one() -> None:
    assert Gap(date(2030, 1, 1), date(2030, 1, 1), "holiday").text == "Feiertage am 01.01.2030 unbekannt"


@pytest.mark.parametrize(
    ("first", "last", "kind", "title", "yearly", "key"),
    [
        ("2026-12-24", "2026-12-23", "closing", "Heiligabend", False, "last"),
        ("2026-12-24", "2062-12-24", "closing", "Heiligabend", False, "last"),
        ("2026-12-24", "2026-12-24", "feast", "Heiligabend", False, "kind"),
        ("2026-12-24", "2026-12-24", "closing", "  ", False, "title"),
        ("2026-01-01", "2027-01-01", "closing", "Ein Jahr", True, "yearly"),
        ("2028-02-29", "2028-02-29", "action", "Schalttag", True, "yearly"),
    ],
)
def test_an_occasion_that_cannot_be_meant_is_refused(
    first: str, last: str, kind: Kind, title: str, yearly: bool, key: str
) -> None:
    with pytest.raises(CalendarRefused) as refusal:
        Occasion(date.fromisoformat(first), date.fromisoformat(last), kind, title, yearly=yearly)

    assert refusal.value.key == key


def test_a_refusal_tells_days_as_people_write_them() -> None:
    with pytest.raises(CalendarRefused) as refusal:
        Occasion(date(2026, 12, 24), date(2026, 12, 5), "closing", "Umzug")

    assert refusal.value.what == "Das Ende (05.12.2026) liegt vor dem Anfang (24.12.2026)."


def test_planning_without_holidays_never_loads_the_holiday_data() -> None:
    program = (
        "import sys; from schedules.plan import plan; from schedules.document import calendar_of; "
        "calendar_of({'name': 'probe'}); print('holidays' in sys.modules)"
    )

    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"


def test_the_days_of_the_law_have_names_in_other_languages() -> None:
    names = names_in("en")
    assert {name for year in range(2026, 2030) for name in public_holidays("DE-HE", year).values()} <= set(names)
    assert {one.title for one in school_holidays("DE-HE") if one.first.year >= 2000} <= set(names)
    assert (names["Fronleichnam"], names["Sommerferien"]) == ("Corpus Christi", "Summer Break")
    assert not names_in("xx")
