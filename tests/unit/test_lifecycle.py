"""The table of moves, and what each happening decides."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import (
    ConnectorError,
    OutcomeUnknown,
    Rejected,
    StageLost,
    Throttled,
    Timing,
    Unauthorised,
    Unavailable,
)
from distributor.domain import State
from distributor.lifecycle import (
    TRANSITIONS,
    UNREACHABLE,
    Facts,
    Looked,
    LookFailed,
    Move,
    NeverBegun,
    OwnerDied,
    Policy,
    ReleaseFailed,
    RetractionFailed,
    StagingFailed,
    Tailored,
    backoff,
    decide,
    may_move,
)

S = State
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
POLICY = Policy()
SETTLE = (timedelta(minutes=2), timedelta(minutes=10))
CERTAIN = Timing(stage_lead=timedelta(hours=2), stage_keeps=None, settle=SETTLE, absence="certain")
LIKELY = replace(CERTAIN, absence="likely")

DESIGN = {
    S.DRAFTED: {S.AWAITING, S.CLOSED},
    S.AWAITING: {S.SCHEDULED, S.DRAFTED, S.CLOSED},
    S.SCHEDULED: {S.STAGED, S.UNCERTAIN, S.AWAITING, S.MISSED, S.FAILED, S.CLOSED},
    S.STAGED: {S.PUBLISHING, S.UNCERTAIN, S.SCHEDULED, S.AWAITING, S.MISSED, S.FAILED, S.CLOSED},
    S.PUBLISHING: {S.PUBLISHED, S.STAGED, S.UNCERTAIN, S.FAILED, S.AWAITING, S.MISSED, S.CLOSED},
    S.UNCERTAIN: {S.PUBLISHED, S.STAGED, S.FAILED},
    S.PUBLISHED: {S.RETRACTING},
    S.RETRACTING: {S.RETRACTED},
    S.RETRACTED: set(),
    S.FAILED: {S.AWAITING, S.SCHEDULED, S.CLOSED},
    S.MISSED: {S.AWAITING, S.SCHEDULED, S.CLOSED},
    S.CLOSED: set(),
}

ERRORS: dict[str, ConnectorError] = {
    "rejected": Rejected("Zu lang.", who="officer"),
    "unauthorised": Unauthorised("Zugang tot."),
    "throttled": Throttled("Zu viel.", until=NOW + timedelta(minutes=40)),
    "throttled_past": Throttled("Zu viel.", until=NOW - timedelta(minutes=40)),
    "unavailable": Unavailable("Weg."),
    "stage_lost": StageLost("Verloren."),
    "unknown": OutcomeUnknown("Unklar."),
}


def facts(state: State, **more: int) -> Facts:
    return Facts(id=7, state=state, due_at=NOW, **more)


def reason_of(move: Move) -> tuple[str, str]:
    return (move.reason.code, move.reason.who) if move.reason else ("", "")


class TestTheTable:
    def test_every_state_has_a_row_and_the_rows_are_those_of_the_design(self) -> None:
        assert {state: set(life.to) for state, life in TRANSITIONS.items()} == DESIGN

    def test_no_row_names_a_target_twice_or_itself(self) -> None:
        for state, life in TRANSITIONS.items():
            assert len(set(life.to)) == len(life.to)
            assert state not in life.to

    def test_every_row_says_what_it_means_and_who_acts(self) -> None:
        assert all(life.meaning and life.who for life in TRANSITIONS.values())

    def test_every_state_is_reachable_from_the_first(self) -> None:
        seen, frontier = {S.DRAFTED}, [S.DRAFTED]
        while frontier:
            new = set(TRANSITIONS[frontier.pop()].to) - seen
            seen |= new
            frontier += new

        assert seen == set(State)

    def test_from_every_state_an_end_can_be_reached(self) -> None:
        ends = {state for state, life in TRANSITIONS.items() if not life.to}
        assert ends == {S.CLOSED, S.RETRACTED}

        leading = set(ends)
        while True:
            more = {state for state, life in TRANSITIONS.items() if leading & set(life.to)} | leading
            if more == leading:
                break
            leading = more
        assert leading == set(State)

    @pytest.mark.parametrize(("start", "to"), list(itertools.product(State, State)))
    def test_a_move_is_allowed_exactly_if_the_table_names_it(self, start: State, to: State) -> None:
        assert may_move(start, to) is (to in DESIGN[start])

    def test_only_the_two_states_that_a_call_ends_in_lead_to_public(self) -> None:
        assert {state for state, targets in DESIGN.items() if S.PUBLISHED in targets} == {S.PUBLISHING, S.UNCERTAIN}


TAILORED = [
    # state, blocked, cleared, changed -> state afterwards
    *[
        (state, blocked, cleared, changed, S.AWAITING if cleared and not blocked else S.DRAFTED)
        for state in (S.DRAFTED, S.AWAITING)
        for blocked, cleared, changed in itertools.product((True, False), repeat=3)
    ],
    *[
        (state, blocked, cleared, changed, S.AWAITING if changed or blocked or not cleared else state)
        for state in (S.SCHEDULED, S.STAGED)
        for blocked, cleared, changed in itertools.product((True, False), repeat=3)
    ],
    *[
        (state, blocked, cleared, changed, S.AWAITING if changed else state)
        for state in (S.FAILED, S.MISSED)
        for blocked, cleared, changed in itertools.product((True, False), repeat=3)
    ],
    *[
        (state, True, False, True, state)
        for state in (S.PUBLISHING, S.UNCERTAIN, S.PUBLISHED, S.RETRACTING, S.RETRACTED, S.CLOSED)
    ],
]


class TestTailored:
    @pytest.mark.parametrize(("state", "blocked", "cleared", "changed", "expected"), TAILORED)
    def test_a_new_rendering_moves_the_post_where_its_state_says(
        self, state: State, blocked: bool, cleared: bool, changed: bool, expected: State
    ) -> None:
        move = decide(Tailored(blocked=blocked, cleared=cleared, changed=changed), facts(state), NOW, POLICY)

        assert move.to is expected

    @pytest.mark.parametrize("state", [S.SCHEDULED, S.STAGED])
    def test_a_void_approval_says_so_to_the_officer_and_drops_the_stage(self, state: State) -> None:
        move = decide(Tailored(blocked=False, cleared=True, changed=True), facts(state), NOW, POLICY)

        assert reason_of(move) == ("approval.void", "officer")
        assert move.drop_stage

    def test_an_approval_that_stands_keeps_its_stage(self) -> None:
        move = decide(Tailored(blocked=False, cleared=True, changed=False), facts(S.STAGED), NOW, POLICY)

        assert not move.drop_stage
        assert move.reason is None


class TestStagingFailed:
    @pytest.mark.parametrize(
        ("error", "to", "code", "who", "pauses", "drops"),
        [
            ("rejected", S.FAILED, "rejected", "officer", False, True),
            ("unauthorised", S.SCHEDULED, "unauthorised", "operator", True, False),
            ("throttled", S.SCHEDULED, "throttled", "operator", False, False),
            ("unavailable", S.SCHEDULED, "unavailable", "officer", False, False),
            ("stage_lost", S.SCHEDULED, "stagelost", "officer", False, True),
            ("unknown", S.SCHEDULED, "outcomeunknown", "officer", False, False),
        ],
    )
    def test_each_error_leads_where_the_design_says(
        self, error: str, to: State, code: str, who: str, pauses: bool, drops: bool
    ) -> None:
        move = decide(StagingFailed(ERRORS[error]), facts(S.SCHEDULED), NOW, POLICY)

        assert (move.to, reason_of(move), move.pause_account, move.drop_stage) == (to, (code, who), pauses, drops)
        assert move.via is None

    def test_a_throttle_waits_for_its_time_and_uses_no_try(self) -> None:
        move = decide(StagingFailed(ERRORS["throttled"]), facts(S.SCHEDULED, tries=3), NOW, POLICY)

        assert move.next_try_at == NOW + timedelta(minutes=40)
        assert move.changes == {}

    def test_a_throttle_that_ended_in_the_past_is_tried_now(self) -> None:
        move = decide(StagingFailed(ERRORS["throttled_past"]), facts(S.SCHEDULED), NOW, POLICY)

        assert move.next_try_at == NOW

    @pytest.mark.parametrize("tries", [0, 1, 5, 40])
    def test_a_silent_platform_uses_a_try_and_backs_off(self, tries: int) -> None:
        move = decide(StagingFailed(ERRORS["unavailable"]), facts(S.SCHEDULED, tries=tries), NOW, POLICY)

        assert move.changes == {"tries": tries + 1}
        assert move.next_try_at == NOW + backoff(7, tries, POLICY)

    @pytest.mark.parametrize(("losses", "to"), [(0, S.SCHEDULED), (1, S.SCHEDULED), (2, S.FAILED), (9, S.FAILED)])
    def test_a_lost_stage_is_made_anew_at_most_twice(self, losses: int, to: State) -> None:
        move = decide(StagingFailed(ERRORS["stage_lost"]), facts(S.SCHEDULED, stage_losses=losses), NOW, POLICY)

        assert move.to is to
        assert move.drop_stage


class TestReleaseFailed:
    @pytest.mark.parametrize(
        ("error", "to", "via", "code", "pauses", "drops"),
        [
            ("rejected", S.FAILED, None, "rejected", False, True),
            ("unauthorised", S.STAGED, None, "unauthorised", True, False),
            ("throttled", S.STAGED, None, "throttled", False, False),
            ("unavailable", S.STAGED, None, "unavailable", False, False),
            ("stage_lost", S.SCHEDULED, S.STAGED, "stagelost", False, True),
            ("unknown", S.UNCERTAIN, None, "outcomeunknown", False, False),
        ],
    )
    def test_each_error_leads_where_the_design_says(
        self, error: str, to: State, via: State | None, code: str, pauses: bool, drops: bool
    ) -> None:
        move = decide(ReleaseFailed(ERRORS[error], CERTAIN), facts(S.PUBLISHING), NOW, POLICY)

        assert (move.to, move.via, move.pause_account, move.drop_stage) == (to, via, pauses, drops)
        assert reason_of(move)[0] == code

    def test_an_unclear_answer_waits_the_settle_time_and_counts_looks_from_nought(self) -> None:
        move = decide(ReleaseFailed(ERRORS["unknown"], CERTAIN), facts(S.PUBLISHING, looks=2, resends=1), NOW, POLICY)

        assert move.next_try_at == NOW + SETTLE[0]
        assert move.changes == {"looks": 0}

    def test_a_throttled_release_uses_no_try(self) -> None:
        move = decide(ReleaseFailed(ERRORS["throttled"], CERTAIN), facts(S.PUBLISHING, tries=4), NOW, POLICY)

        assert move.next_try_at == NOW + timedelta(minutes=40)
        assert move.changes == {}

    def test_a_release_that_never_left_uses_a_try_and_keeps_its_stage(self) -> None:
        move = decide(ReleaseFailed(ERRORS["unavailable"], CERTAIN), facts(S.PUBLISHING, tries=2), NOW, POLICY)

        assert move.changes == {"tries": 3}
        assert move.next_try_at == NOW + backoff(7, 2, POLICY)
        assert not move.drop_stage

    def test_a_third_lost_stage_fails(self) -> None:
        move = decide(ReleaseFailed(ERRORS["stage_lost"], CERTAIN), facts(S.PUBLISHING, stage_losses=2), NOW, POLICY)

        assert (move.to, move.via, move.drop_stage) == (S.FAILED, None, True)


class TestNeverBegun:
    def test_leaves_the_release_due(self) -> None:
        move = decide(NeverBegun(), facts(S.PUBLISHING, tries=2), NOW, POLICY)

        assert (move.to, move.next_try_at, move.reason, move.changes) == (S.STAGED, NOW, None, {})


class TestOwnerDied:
    def test_what_a_dead_owner_was_releasing_is_looked_for_and_never_sent_again_at_once(self) -> None:
        move = decide(OwnerDied(CERTAIN), facts(S.PUBLISHING, looks=5), NOW, POLICY)

        assert (move.to, move.next_try_at, move.changes) == (S.UNCERTAIN, NOW + SETTLE[0], {"looks": 0})
        assert reason_of(move) == ("owner.died", "daemon")


class TestLooked:
    def test_the_first_look_that_finds_nothing_asks_for_a_second(self) -> None:
        for timing in (CERTAIN, LIKELY):
            move = decide(Looked(timing), facts(S.UNCERTAIN), NOW, POLICY)

            assert (move.to, move.next_try_at, move.changes) == (S.UNCERTAIN, NOW + SETTLE[1], {"looks": 1})

    @pytest.mark.parametrize(
        ("timing", "usable", "resends", "to", "via", "changes"),
        [
            (CERTAIN, True, 0, S.STAGED, None, {"looks": 0, "resends": 1}),
            (CERTAIN, True, 1, S.STAGED, None, {"looks": 0, "resends": 2}),
            (CERTAIN, True, 2, S.UNCERTAIN, None, {"looks": 2}),
            (CERTAIN, False, 0, S.SCHEDULED, S.STAGED, {"looks": 0, "resends": 1}),
            (CERTAIN, False, 2, S.UNCERTAIN, None, {"looks": 2}),
            (LIKELY, True, 0, S.UNCERTAIN, None, {"looks": 2}),
            (LIKELY, False, 0, S.UNCERTAIN, None, {"looks": 2}),
        ],
    )
    def test_the_second_look_decides_by_what_absence_proves(
        self, timing: Timing, usable: bool, resends: int, to: State, via: State | None, changes: dict[str, int]
    ) -> None:
        move = decide(Looked(timing, usable), facts(S.UNCERTAIN, looks=1, resends=resends), NOW, POLICY)

        assert (move.to, move.via, move.changes) == (to, via, changes)

    def test_what_the_look_itself_proves_beats_the_timing(self) -> None:
        stays = decide(Looked(CERTAIN, absence="likely"), facts(S.UNCERTAIN, looks=1), NOW, POLICY)
        goes = decide(Looked(LIKELY, absence="certain"), facts(S.UNCERTAIN, looks=1), NOW, POLICY)

        assert (stays.to, goes.to) == (S.UNCERTAIN, S.STAGED)

    def test_what_stays_uncertain_goes_to_the_officer_and_the_daemon_lets_it_be(self) -> None:
        move = decide(Looked(LIKELY), facts(S.UNCERTAIN, looks=1), NOW, POLICY)

        assert reason_of(move) == ("outcome.person", "officer")
        assert move.next_try_at is None

    def test_a_stage_that_is_gone_is_dropped_before_staging_anew(self) -> None:
        assert decide(Looked(CERTAIN, False), facts(S.UNCERTAIN, looks=1), NOW, POLICY).drop_stage
        assert not decide(Looked(CERTAIN, True), facts(S.UNCERTAIN, looks=1), NOW, POLICY).drop_stage


class TestLookFailed:
    def test_a_dead_token_pauses_the_account_and_keeps_the_question_open(self) -> None:
        move = decide(LookFailed(ERRORS["unauthorised"]), facts(S.UNCERTAIN, looks=1), NOW, POLICY)

        assert (move.to, move.pause_account, move.changes) == (S.UNCERTAIN, True, {})
        assert move.next_try_at is not None
        assert move.next_try_at > NOW

    def test_a_refused_look_goes_to_a_person(self) -> None:
        move = decide(LookFailed(ERRORS["rejected"]), facts(S.UNCERTAIN), NOW, POLICY)

        assert (move.to, move.next_try_at, reason_of(move)) == (S.UNCERTAIN, None, ("outcome.person", "officer"))

    @pytest.mark.parametrize("error", ["unavailable", "stage_lost", "unknown"])
    def test_a_look_that_could_not_be_made_counts_as_none(self, error: str) -> None:
        move = decide(LookFailed(ERRORS[error]), facts(S.UNCERTAIN, looks=1, tries=2), NOW, POLICY)

        assert (move.to, move.changes) == (S.UNCERTAIN, {"tries": 3})
        assert move.next_try_at == NOW + backoff(7, 2, POLICY)

    def test_a_throttled_look_waits_for_its_time(self) -> None:
        move = decide(LookFailed(ERRORS["throttled"]), facts(S.UNCERTAIN), NOW, POLICY)

        assert (move.to, move.next_try_at, move.changes) == (S.UNCERTAIN, NOW + timedelta(minutes=40), {})


class TestRetractionFailed:
    @pytest.mark.parametrize(("error", "code"), [("rejected", "retract.person"), ("unauthorised", UNREACHABLE)])
    def test_what_the_platform_will_not_take_down_a_person_does(self, error: str, code: str) -> None:
        move = decide(RetractionFailed(ERRORS[error]), facts(S.RETRACTING), NOW, POLICY)

        assert (move.to, move.next_try_at, reason_of(move)) == (S.RETRACTING, None, (code, "officer"))

    @pytest.mark.parametrize("error", ["unavailable", "stage_lost", "unknown", "throttled"])
    def test_everything_else_is_tried_again(self, error: str) -> None:
        move = decide(RetractionFailed(ERRORS[error]), facts(S.RETRACTING), NOW, POLICY)

        assert move.to is S.RETRACTING
        assert move.next_try_at is not None
        assert move.next_try_at > NOW


def test_nothing_is_decided_on_what_is_no_happening() -> None:
    with pytest.raises(TypeError):
        decide("something", facts(S.STAGED), NOW, POLICY)  # type: ignore[arg-type]
