"""Who last changed a cleared post does not release it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from distributor.domain import Refused
from distributor.four_eyes import Change, last_change, released_alone, released_by

CLEARED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BEFORE, WITH, AFTER, LATER = (CLEARED + timedelta(minutes=minutes) for minutes in (-5, 0, 5, 9))


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        ([], None),
        ([Change("ada", BEFORE), Change("ada", WITH)], None),
        ([Change("ada", AFTER)], "ada"),
        ([Change("ada", LATER), Change("bea", AFTER)], "ada"),
    ],
)
def test_only_what_was_changed_after_the_clearance_counts(changes: list[Change], last: str | None) -> None:
    found = last_change(changes, CLEARED)

    assert (found.person if found else None) == last
    assert last_change(changes, None) is None


@pytest.mark.parametrize(
    ("person", "last", "able", "code"),
    [
        ("ada", None, {"ada"}, None),
        ("ada", "bea", {"ada", "bea"}, None),
        ("ada", "ada", {"ada", "bea"}, "four_eyes.second_person"),
        ("ada", "ada", {"ada"}, "four_eyes.nobody_else"),
    ],
)
def test_the_second_person_releases(person: str, last: str | None, able: set[str], code: str | None) -> None:
    change = Change(last, AFTER) if last else None
    if code is None:
        released_by(person, change, able)
        return
    with pytest.raises(Refused) as refused:
        released_by(person, change, able)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("able", "reason", "code"),
    [
        ({"ada"}, "Urlaubszeit", None),
        ({"ada", "bea"}, "Urlaubszeit", "four_eyes.not_alone"),
        ({"ada"}, "  ", "reason.missing"),
    ],
)
def test_alone_needs_a_reason_and_nobody_else(able: set[str], reason: str, code: str | None) -> None:
    if code is None:
        released_alone("ada", reason, able)
        return
    with pytest.raises(Refused) as refused:
        released_alone("ada", reason, able)
    assert refused.value.code == code
