"""Who last changed a cleared post does not release it, two people lift a Stop; one alone only where nobody else can."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from distributor.domain import Refused
from distributor.four_eyes import (
    LIFT,
    RELEASE,
    VOTE_LIFE,
    Act,
    Change,
    Vote,
    alone,
    last_change,
    lifts,
    released_by,
    standing,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
THREE = frozenset({"anna", "ben", "eva"})
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


@pytest.mark.parametrize("act", [RELEASE, LIFT])
@pytest.mark.parametrize(
    ("able", "reason", "code"),
    [
        ({"ada"}, "Urlaubszeit", None),
        ({"ada", "bea"}, "Urlaubszeit", "not_alone"),
        ({"ada"}, "  ", "reason.missing"),
    ],
)
def test_alone_needs_a_reason_and_nobody_else(act: Act, able: set[str], reason: str, code: str | None) -> None:
    if code is None:
        alone(act, "ada", reason, able)
        return
    with pytest.raises(Refused) as refused:
        alone(act, "ada", reason, able)
    assert refused.value.code in (code, f"{act.name}.{code}")


def vote(person: str, ago: timedelta = timedelta(minutes=5)) -> Vote:
    return Vote(person, NOW - ago)


@pytest.mark.parametrize(
    ("votes", "lifted"),
    [
        ([], False),
        ([vote("ben")], True),
        ([vote("ben", VOTE_LIFE - timedelta(seconds=1))], True),
        ([vote("ben", VOTE_LIFE)], False),
        ([vote("anna", VOTE_LIFE)], False),
        ([vote("anna"), vote("ben")], True),
        ([vote("fremd")], False),
    ],
    ids=["first", "second", "just in time", "too late", "own, too late", "both", "lost the right"],
)
def test_the_second_persons_word_lifts(votes: list[Vote], lifted: bool) -> None:
    assert lifts("anna", votes, THREE, NOW) is lifted


def test_ones_own_word_twice_is_no_second_one() -> None:
    with pytest.raises(Refused) as refused:
        lifts("anna", [vote("anna")], THREE, NOW)

    assert refused.value.code == "stop.second_person"
    assert "ben, eva" in refused.value.text


@pytest.mark.parametrize("votes", [[], [vote("gegangen")]])
def test_where_there_is_only_one_person_nobody_waits_for_a_second(votes: list[Vote]) -> None:
    with pytest.raises(Refused) as refused:
        lifts("anna", votes, frozenset({"anna"}), NOW)

    assert refused.value.code == "stop.nobody_else"


def test_what_stands_is_young_and_of_those_who_may() -> None:
    young = vote("ben")

    assert standing([young, vote("eva", VOTE_LIFE), vote("fremd")], THREE, NOW) == [young]
