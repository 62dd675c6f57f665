"""What speaks against a moment chosen by hand."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from schedules.calendar import Calendar, Duty, QuietHours
from schedules.days import Effect, Kind, Occasion
from schedules.objections import objections, why_not

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 11, 24)
OFFICE = Duty("Ada", (0, 1, 2, 3, 4), time(9), time(16))


def against(calendar: Calendar, at: str = "2026-11-24T10:00", channel: str = "a") -> list[str]:
    found = objections(calendar, channel, datetime.fromisoformat(at).replace(tzinfo=BERLIN))
    return [f"{one.severity}: {one.text}" for one in found]


def holding(kind: Kind, *effects: tuple[Kind, Effect]) -> Calendar:
    return Calendar("probe", occasions=(Occasion(DAY, DAY, kind, "Anlass"),), effects=effects)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("holiday", ["forbid: Di 24.11.2026: Feiertag (Anlass). Bitte einen anderen Tag wählen."]),
        ("closing", ["forbid: Di 24.11.2026: Schließtag (Anlass). Bitte einen anderen Tag wählen."]),
        ("blackout", ["forbid: Di 24.11.2026: Sperrzeit (Anlass). Bitte einen anderen Tag wählen."]),
        ("quiet", ["warn: Di 24.11.2026: stiller Tag (Anlass). Bitte prüfen, ob der Post dazu passt."]),
        ("pre_election", ["warn: Di 24.11.2026: Zeit vor einer Wahl (Anlass). Bitte prüfen, ob der Post dazu passt."]),
        ("school", []),
        ("action", []),
    ],
)
def test_each_kind_of_day_speaks_as_its_effect_says(kind: Kind, expected: list[str]) -> None:
    assert [text for text in against(holding(kind)) if "Kommentardienst" not in text] == expected


def test_a_calendar_may_give_a_kind_another_effect() -> None:
    assert against(holding("quiet", ("quiet", "forbid")))[0].startswith("forbid")
    assert against(holding("blackout", ("blackout", "note"))) == []


def test_what_bars_comes_before_what_warns_and_is_why_not() -> None:
    calendar = Calendar("probe", holidays="DE-HE", quiet_days=True, quiet=(QuietHours(time(20), time(7)),))
    good_friday = datetime(2027, 3, 26, 21, tzinfo=BERLIN)

    found = objections(calendar, "a", good_friday)

    assert [one.severity for one in found] == ["forbid", "forbid", "warn", "warn"]
    assert why_not(calendar, "a", good_friday) == found[0].text
    assert why_not(holding("quiet"), "a", datetime(2026, 11, 24, 10, tzinfo=BERLIN)) is None


@pytest.mark.parametrize(
    ("at", "channel", "expected"),
    [
        ("2026-11-24T10:00", "a", []),
        ("2026-11-24T17:00", "a", ["warn: Di 24.11., 17:00 Uhr hat niemand Kommentardienst."]),
        ("2026-11-27T17:00", "a", ["warn: Fr 27.11., 17:00 Uhr hat niemand Kommentardienst, und danach ist frei."]),
        ("2026-11-27T13:00", "a", []),
        ("2026-11-27T17:00", "website", []),
    ],
)
def test_a_moment_without_comment_duty_warns(at: str, channel: str, expected: list[str]) -> None:
    assert against(Calendar("probe", duty=(OFFICE,), no_comments=("website",)), at, channel) == expected


@pytest.mark.parametrize(
    ("at", "warned"),
    [
        ("2026-11-26T17:00", False),
        ("2026-11-27T11:59", False),
        ("2026-11-27T12:00", True),
        ("2026-11-28T09:00", True),
        ("2026-12-22T13:00", True),  # the day before the Christmas holidays of schools
        ("2026-12-22T09:00", False),
        ("2027-05-05T14:00", True),  # the eve of Christi Himmelfahrt
        ("2027-05-05T09:00", False),
        ("2026-12-09T14:00", True),  # the eve of a closing day
    ],
)
def test_without_a_roster_only_the_hours_around_free_days_warn(at: str, warned: bool) -> None:
    closing = Occasion(date(2026, 12, 10), date(2026, 12, 10), "closing", "Betriebsausflug")
    calendar = Calendar("probe", holidays="DE-HE", school="DE-HE", occasions=(closing,))

    assert ["Kommentardienst" in text for text in against(calendar, at)] == ([True] if warned else [])


def test_a_calendar_that_needs_cover_warns_everywhere_without_a_roster() -> None:
    assert against(Calendar("probe", cover_needed=True)) == ["warn: Di 24.11., 10:00 Uhr hat niemand Kommentardienst."]


def test_days_that_the_data_do_not_know_warn() -> None:
    calendar = Calendar("probe", holidays="DE-HE", school="DE-HE")

    assert against(calendar, "2029-10-16T10:00") == ["warn: Schulferien am 16.10.2029 unbekannt; bitte selbst prüfen."]
