"""Days that lie ahead when the item is written and behind when its post goes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from distributor.domain import FeedItem

Ask = Callable[..., dict[str, Any]]
WRITTEN = datetime(2026, 11, 18, 9, tzinfo=UTC)
"""A Wednesday."""


@pytest.fixture
def passed(ask: Ask, item: FeedItem) -> Callable[..., str]:
    """Return what is said of a text whose post goes out on this day; empty if nothing is."""

    def asked(text: str, day: int, month: int = 11, year: int = 2026, *, hour: int = 9) -> str:
        due = datetime(year, month, day, hour, tzinfo=UTC)
        problem = ask(text, content=replace(item, published_at=WRITTEN), due=due).get("date.passed")
        return problem.text if problem else ""

    return asked


@pytest.mark.parametrize(
    ("text", "day", "named"),
    [
        ("Komm am 24.11. zu uns.", 26, "24.11."),
        ("Anmeldung bis 24.11.2026", 26, "24.11.2026"),
        ("Anmeldung bis 24.11.26!", 26, "24.11.26"),
        ("Nur bis 24. November", 26, "24. November"),
        ("Nur bis 24. Nov. 2026", 26, "24. Nov. 2026"),
        ("Vom 20. bis 24. November", 26, "24. November"),
        ("Melde dich bis Freitag!", 22, "bis Freitag"),
        ("Am kommenden Freitag geht es los.", 22, "Am kommenden Freitag"),
        ("Noch diese Woche anmelden", 24, "diese Woche"),
        ("Am Wochenende ist Messe.", 24, "Am Wochenende"),
        ("Nächste Woche ist Messe.", 30, "Nächste Woche"),
        ("Morgen geht es los.", 19, "Morgen"),
        ("Wir sehen uns morgen!", 20, "morgen"),
        ("Gestern war Messe.", 20, "Gestern"),
        ("Heute um 18 Uhr im Livestream", 20, "Heute"),
        ("Heute Abend reden wir.", 20, "Heute"),
        ("Heute startet die Anmeldung.", 20, "Heute"),
        ("Ab heute ist die Anmeldung offen.", 20, "heute"),
    ],
)
def test_a_day_that_has_passed_at_the_slot_is_named(
    passed: Callable[..., str], text: str, day: int, named: str
) -> None:
    assert passed(text, day).startswith(f"„{named}“")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Komm am 24.11. zu uns.", 24),
        ("Komm am 24.11. zu uns.", 19),
        ("Am 3. Mai 2024 hat er angefangen.", 26),
        ("2023 begann sie, am 17. November war sie fertig.", 26),
        ("Am 1. März 2027 geht es los.", 26),
        ("Am 5. Januar geht es los.", 26),
        ("Melde dich bis Freitag!", 20),
        ("Am kommenden Freitag geht es los.", 20),
        ("Nächsten Freitag geht es los.", 21),
        ("Noch diese Woche anmelden", 22),
        ("Heute arbeitet Mia als Tischlerin.", 26),
        ("Bis heute ist sie dabei. Heute ist er Geselle.", 26),
        ("Die Berufe von morgen. Fit für morgen. Von heute auf morgen.", 26),
        ("Am Morgen um 7, jeden Morgen, guten Morgen!", 26),
        ("„Morgen fange ich an“, sagt sie.", 26),
        ("Version 1.2.3 und 24.11 Prozent, 14.30 Uhr, § 16.11. und 31.2.", 26),
        ("https://k.example/24.11.2026", 26),
        ("Heute um 18 Uhr", 18),
    ],
)
def test_a_day_that_is_still_right_is_left_alone(passed: Callable[..., str], text: str, day: int) -> None:
    assert passed(text, day) == ""


def test_the_slot_s_day_is_the_german_one(passed: Callable[..., str]) -> None:
    assert passed("Nur am 24.11.", 24, hour=22) == ""
    assert passed("Nur am 24.11.", 24, hour=23) == (
        "„24.11.“ stimmt am geplanten Tag (25.11.2026) nicht mehr; bitte den Text ändern oder den Post früher legen."
    )


def test_a_day_without_its_year_is_the_nearest_one(passed: Callable[..., str]) -> None:
    assert passed("Bis 10. Januar", 11, 1, 2027)
    assert not passed("Bis 10. Januar", 10, 1, 2027)
    assert passed("Bis Ende November", 1, 12)
    assert not passed("Bis Ende November", 30)


def test_without_a_slot_or_a_day_of_writing_nothing_is_said(ask: Ask, item: FeedItem) -> None:
    due = datetime(2026, 11, 30, tzinfo=UTC)

    assert "date.passed" not in ask("Nur am 24.11.", content=replace(item, published_at=WRITTEN))
    assert "date.passed" not in ask("Nur am 24.11.", content=item, today=None, due=due)
    assert "date.passed" in ask("Nur am 24.11.", content=item, due=due)
