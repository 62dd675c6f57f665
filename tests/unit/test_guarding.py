"""What the guard answers immediately before a release, and which answer counts when several do."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from distributor.domain import Reason, State
from distributor.guarding import Permission, guard, late
from distributor.lifecycle import Move, Policy, may_move

S = State
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
POLICY = Policy()


def reason_of(move: Move) -> tuple[str, str]:
    return (move.reason.code, move.reason.who) if move.reason else ("", "")


FREE = Permission(
    approved_digest="a",
    staged_digest="a",
    due_at=NOW,
    cleared=True,
    withdrawn=False,
    recalled=False,
    embargo_until=None,
    valid_until=None,
    stopped=None,
    account_paused=False,
)

HOUR = timedelta(hours=1)
OBSTACLES: list[tuple[str, dict[str, object], State, str, str, bool]] = [
    # name, what is asked, where the post goes, why, who acts, whether its stage is dropped; the strongest first
    ("recalled", {"recalled": True}, S.CLOSED, "withdrawn", "", True),
    ("withdrawn", {"withdrawn": True}, S.CLOSED, "withdrawn", "", True),
    ("expired", {"valid_until": NOW}, S.CLOSED, "expired", "", True),
    ("stopped", {"stopped": "Datenpanne"}, S.MISSED, "stopped", "officer", True),
    ("another", {"staged_digest": "b"}, S.AWAITING, "approval.void", "officer", True),
    ("rendered anew", {"rendered_digest": "c"}, S.AWAITING, "approval.void", "officer", True),
    ("uncleared", {"cleared": False}, S.AWAITING, "approval.void", "officer", True),
    ("embargo", {"embargo_until": NOW + HOUR}, S.AWAITING, "approval.void", "officer", True),
    ("late", {"due_at": NOW - 3 * HOUR}, S.MISSED, "late", "officer", True),
    (
        "missing",
        {"missing": Reason("requires", "Die Website fehlt noch.", "daemon")},
        S.STAGED,
        "requires",
        "daemon",
        False,
    ),
    (
        "gate",
        {"gate": Reason("rights.until", "Die Rechte endeten.", "editor")},
        S.AWAITING,
        "rights.until",
        "editor",
        True,
    ),
    ("paused", {"account_paused": True}, S.STAGED, "account.paused", "operator", False),
]


class TestTheGuard:
    def test_nothing_in_the_way_lets_the_release_happen(self) -> None:
        assert guard(FREE, NOW, POLICY) is None

    @pytest.mark.parametrize(("name", "asked", "to", "code", "who", "drops"), OBSTACLES, ids=str)
    def test_each_question_has_its_answer(
        self, name: str, asked: dict[str, object], to: State, code: str, who: str, drops: bool
    ) -> None:
        move = guard(replace(FREE, **asked), NOW, POLICY)  # type: ignore[arg-type]

        assert move is not None
        assert (move.to, reason_of(move), move.drop_stage) == (to, (code, who), drops)
        assert move.reason is not None
        assert move.reason.text.endswith(".")

    @pytest.mark.parametrize(
        ("stronger", "weaker"), list(itertools.combinations(OBSTACLES, 2)), ids=lambda value: value[0]
    )
    def test_the_stronger_of_two_obstacles_answers(
        self,
        stronger: tuple[str, dict[str, object], State, str, str, bool],
        weaker: tuple[str, dict[str, object], State, str, str, bool],
    ) -> None:
        move = guard(replace(FREE, **{**weaker[1], **stronger[1]}), NOW, POLICY)  # type: ignore[arg-type]

        assert move is not None
        assert (move.to, reason_of(move)[0]) == (stronger[2], stronger[3])

    def test_the_embargo_ends_at_its_moment_and_not_before(self) -> None:
        assert guard(replace(FREE, embargo_until=NOW), NOW, POLICY) is None
        assert guard(replace(FREE, embargo_until=NOW + timedelta(seconds=1)), NOW, POLICY) is not None

    def test_the_validity_ends_at_its_moment_and_not_before(self) -> None:
        assert guard(replace(FREE, valid_until=NOW + timedelta(seconds=1)), NOW, POLICY) is None
        assert guard(replace(FREE, valid_until=NOW), NOW, POLICY) is not None

    def test_lateness_is_allowed_to_its_last_second(self) -> None:
        assert guard(replace(FREE, due_at=NOW - POLICY.lateness), NOW, POLICY) is None
        assert guard(replace(FREE, due_at=NOW - POLICY.lateness - timedelta(seconds=1)), NOW, POLICY) is not None

    def test_the_stop_tells_its_reason_to_the_officer(self) -> None:
        move = guard(replace(FREE, stopped="Datenpanne"), NOW, POLICY)

        assert move is not None
        assert move.reason is not None
        assert "Datenpanne" in move.reason.text

    @pytest.mark.parametrize("obstacle", OBSTACLES, ids=lambda value: value[0])
    def test_no_answer_leaves_the_table_or_a_waiting_post_without_a_time(
        self, obstacle: tuple[str, dict[str, object], State, str, str, bool]
    ) -> None:
        move = guard(replace(FREE, **obstacle[1]), NOW, POLICY)  # type: ignore[arg-type]

        assert move is not None
        assert move.to is S.STAGED or may_move(S.STAGED, move.to)
        assert move.to is not S.STAGED or move.next_try_at is not None


def test_a_late_post_says_what_last_held_it_up() -> None:
    told = guard(replace(FREE, due_at=NOW - 3 * HOUR, trouble="Das Netzwerk war nicht erreichbar."), NOW, POLICY)

    assert told is not None
    assert told.reason is not None
    assert told.reason.text.endswith("Zuletzt: Das Netzwerk war nicht erreichbar.")


def test_a_late_post_is_handed_to_the_officer_and_its_stage_dropped() -> None:
    move = late(NOW)

    assert (move.to, reason_of(move), move.drop_stage) == (S.MISSED, ("late", "officer"), True)
