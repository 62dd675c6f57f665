"""What speaks against a time chosen for a post, one German sentence for each thing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from distributor.collisions import Other, collisions
from schedules.calendar import Calendar, QuietHours
from schedules.days import Occasion

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CALENDAR = Calendar(
    "probe",
    quiet=(QuietHours(time(20), time(7)),),
    occasions=(
        Occasion(date(2026, 11, 26), date(2026, 11, 26), "blackout", "Trauerfall"),
        Occasion(date(2026, 11, 27), date(2026, 11, 27), "quiet", "Trauertag"),
    ),
    min_distance=3 * HOUR,
    max_per_day=2,
)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=ZoneInfo("Europe/Berlin"))


def against(at: str, *others: Other, **bounds: Any) -> list[str]:
    given = {"embargo_until": None, "valid_until": None, **bounds}
    return [
        f"{each.severity} {each.code}: {each.text}"
        for each in collisions(CALENDAR, "a", berlin(at), NOW, others=others, **given)
    ]


def other(at: str, *, fixed: bool = True, post: int = 7) -> Other:
    return Other(post, "Neustart", berlin(at), fixed)


def test_nothing_speaks_against_a_free_moment_on_any_day() -> None:
    assert against("24T10:00", other("24T13:00"), other("23T10:00")) == []


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("23T08:00", "forbid time.past: Mo 23.11.2026, 08:00 Uhr ist schon vorbei."),
        ("24T21:00", "forbid time.calendar: Di 24.11.2026, 21:00 Uhr geht nicht: Di 24.11., 21:00 Uhr liegt in der"
         " Ruhezeit von 20:00 bis 07:00 Uhr. Bitte eine andere Uhrzeit wählen."),
        ("26T10:00", "forbid time.calendar: Do 26.11.2026, 10:00 Uhr geht nicht: Do 26.11.2026: Sperrzeit (Trauerfall)."
         " Bitte einen anderen Tag wählen."),
        ("27T10:00", "warn time.warned: Fr 27.11.2026: stiller Tag (Trauertag). Bitte prüfen, ob der Post dazu passt."),
    ],
)  # fmt: skip
def test_each_day_and_hour_says_what_it_is(at: str, expected: str) -> None:
    assert against(at)[0] == expected


def test_embargo_and_validity_say_when_they_end_and_count_to_the_second() -> None:
    ends = berlin("24T10:00")
    assert against("24T09:59", embargo_until=ends) == [
        "forbid time.embargo: Di 24.11.2026, 09:59 Uhr liegt vor dem Ende der Sperrfrist (Di 24.11.2026, 10:00 Uhr)."
    ]
    assert against("24T10:00", embargo_until=ends) == []
    assert against("24T10:00", valid_until=ends) == [
        "forbid time.validity: Di 24.11.2026, 10:00 Uhr liegt nach dem Ende der Gültigkeit (Di 24.11.2026, 10:00 Uhr)."
    ]
    assert against("24T09:59", valid_until=ends) == []


def test_a_year_ahead_is_a_slip_of_the_fingers() -> None:
    far = NOW + 367 * DAY
    [found] = collisions(Calendar("leer"), "a", far, NOW, embargo_until=None, valid_until=None)
    assert (found.code, "Tippfehler" in found.text) == ("time.far", True)


class TestPostsOfTheAccount:
    def test_one_at_the_same_moment_is_named_and_leads_to_its_page(self) -> None:
        [found] = collisions(
            CALENDAR, "a", berlin("24T10:00"), NOW, embargo_until=None, valid_until=None, others=[other("24T10:00")]
        )
        assert found.text == "Di 24.11.2026, 10:00 Uhr ist belegt: Dann erscheint „Neustart“ auf demselben Konto."
        assert (found.severity, found.code, found.other) == ("forbid", "time.distance", 7)

    @pytest.mark.parametrize("at", ["24T07:01", "24T12:59"])
    def test_one_too_near_says_how_far_apart_they_must_be(self, at: str) -> None:
        [found] = against(at, other("24T10:00"))
        assert "zu nah an einem anderen Post dieses Kontos: „Neustart“ (Di 24.11.2026, 10:00 Uhr)." in found
        assert found.endswith("Dazwischen müssen 3 Stunden liegen.")

    def test_a_proposal_gives_way_and_is_not_counted(self) -> None:
        proposed = other("24T10:00", fixed=False)
        assert against("24T11:00", proposed, other("24T18:00", post=8)) == [
            "note time.proposal: „Neustart“ ist für Di 24.11.2026, 10:00 Uhr nur vorgeschlagen"
            " und wird dann neu geplant."
        ]

    def test_a_full_day_is_a_matter_for_the_person(self) -> None:
        assert against("24T13:30", other("24T07:30"), other("24T18:00", post=8)) == [
            "warn time.warned: Am Di 24.11.2026 stehen schon 2 Posts dieses Kontos; vorgesehen sind höchstens 2 am Tag."
        ]


def test_what_bars_comes_first_then_what_warns_then_what_is_only_said() -> None:
    found = against("27T21:00", other("27T21:30", fixed=False), embargo_until=berlin("28T00:00"))
    assert [each.split()[0] for each in found] == ["forbid", "forbid", "warn", "warn", "note"]
