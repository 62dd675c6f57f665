"""Who may lift a Stop: two people, or one with a reason where there is only one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from distributor.domain import Refused
from distributor.lifting import VOTE_LIFE, Vote, lifts, lifts_alone, standing

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
THREE = frozenset({"anna", "ben", "eva"})


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


@pytest.mark.parametrize(
    ("able", "reason", "code"),
    [
        (THREE, "Urlaub", "stop.not_alone"),
        (frozenset({"anna"}), "  ", "reason.missing"),
    ],
)
def test_alone_only_where_nobody_else_can_and_with_a_reason(able: frozenset[str], reason: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        lifts_alone("anna", reason, able)

    assert refused.value.code == code
    lifts_alone("anna", "Urlaub", frozenset({"anna"}))


def test_what_stands_is_young_and_of_those_who_may() -> None:
    young = vote("ben")

    assert standing([young, vote("eva", VOTE_LIFE), vote("fremd")], THREE, NOW) == [young]
