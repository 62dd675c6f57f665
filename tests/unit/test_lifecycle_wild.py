"""Whatever happens to a post, in whatever order and however often: what always holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

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
    Facts,
    Happening,
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

ERRORS: dict[str, ConnectorError] = {
    "rejected": Rejected("Zu lang.", who="officer"),
    "unauthorised": Unauthorised("Zugang tot."),
    "throttled": Throttled("Zu viel.", until=NOW + timedelta(minutes=40)),
    "throttled_past": Throttled("Zu viel.", until=NOW - timedelta(minutes=40)),
    "unavailable": Unavailable("Weg."),
    "stage_lost": StageLost("Verloren."),
    "unknown": OutcomeUnknown("Unklar."),
}


HAPPENS_IN: dict[type, tuple[State, ...]] = {
    Tailored: tuple(State),
    StagingFailed: (S.SCHEDULED,),
    ReleaseFailed: (S.PUBLISHING,),
    OwnerDied: (S.PUBLISHING,),
    NeverBegun: (S.PUBLISHING,),
    Looked: (S.UNCERTAIN,),
    LookFailed: (S.UNCERTAIN,),
    RetractionFailed: (S.RETRACTING,),
}
"""In which state a Post is when this happens to it; settling asks for that state before it decides."""

errors = st.sampled_from(sorted(ERRORS)).map(ERRORS.__getitem__)
timings = st.sampled_from([CERTAIN, LIKELY])
happenings: st.SearchStrategy[Happening] = st.one_of(
    st.builds(Tailored, blocked=st.booleans(), cleared=st.booleans(), changed=st.booleans()),
    st.builds(StagingFailed, errors),
    st.builds(ReleaseFailed, errors, timings),
    st.builds(OwnerDied, timings),
    st.builds(NeverBegun),
    st.builds(Looked, timings, st.booleans()),
    st.builds(LookFailed, errors),
    st.builds(RetractionFailed, errors),
)
counters = st.integers(min_value=0, max_value=200)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Happening, Facts]:
    happening = draw(happenings)
    counted = {name: draw(counters) for name in ("tries", "looks", "resends", "stage_losses")}
    state = draw(st.sampled_from(HAPPENS_IN[type(happening)]))
    return happening, Facts(id=draw(st.integers(1, 10**9)), state=state, due_at=NOW, **counted)


def steps(start: State, move: Move) -> Iterator[tuple[State, State]]:
    if move.via is not None:
        yield start, move.via
        start = move.via
    yield start, move.to


class TestWhateverHappens:
    @given(situations())
    def test_no_decision_leaves_the_table(self, situation: tuple[Happening, Facts]) -> None:
        happening, known = situation

        move = decide(happening, known, NOW, POLICY)

        assert all(start is to or may_move(start, to) for start, to in steps(known.state, move))

    @given(situations())
    def test_nothing_is_public_by_decision_alone(self, situation: tuple[Happening, Facts]) -> None:
        happening, known = situation

        move = decide(happening, known, NOW, POLICY)

        assert move.to is known.state or move.to not in (S.PUBLISHED, S.PUBLISHING)

    @given(st.sampled_from([S.CLOSED, S.RETRACTED]), st.booleans(), st.booleans(), st.booleans())
    def test_a_final_state_is_never_left(self, state: State, blocked: bool, cleared: bool, changed: bool) -> None:
        move = decide(
            Tailored(blocked=blocked, cleared=cleared, changed=changed), Facts(id=7, state=state), NOW, POLICY
        )

        assert move.to is state

    @given(situations())
    def test_nobody_is_left_without_a_next_step(self, situation: tuple[Happening, Facts]) -> None:
        """What the daemon goes on with has a time for it; what it does not go on with names a person."""
        happening, known = situation
        if isinstance(happening, Tailored):
            return

        move = decide(happening, known, NOW, POLICY)

        if move.to in (S.SCHEDULED, S.STAGED):
            assert move.next_try_at is not None
        elif move.next_try_at is None:
            assert move.reason is not None
            assert move.reason.who in ("officer", "operator")
            assert move.reason.text

    @given(situations())
    def test_nothing_is_tried_again_in_the_past(self, situation: tuple[Happening, Facts]) -> None:
        happening, known = situation

        move = decide(happening, known, NOW, POLICY)

        assert move.next_try_at is None or move.next_try_at >= NOW

    @given(situations())
    def test_a_doubt_never_becomes_a_second_send_without_two_looks(self, situation: tuple[Happening, Facts]) -> None:
        happening, known = situation
        if known.state is not S.UNCERTAIN:
            return

        move = decide(happening, known, NOW, POLICY)

        if move.to in (S.STAGED, S.SCHEDULED):
            assert isinstance(happening, Looked)
            assert happening.timing.absence == "certain"
            assert known.looks >= 1
            assert known.resends < POLICY.resends


class TestBackoff:
    @given(st.integers(1, 10**9), st.integers(0, 10**6))
    def test_it_stays_between_half_its_ceiling_and_its_ceiling(self, post: int, tries: int) -> None:
        ceiling = min(POLICY.backoff_base * 2 ** min(tries, 20), POLICY.backoff_cap)

        assert ceiling / 2 <= backoff(post, tries, POLICY) <= ceiling

    def test_it_begins_with_seconds_and_ends_with_a_quarter_of_an_hour(self) -> None:
        assert backoff(1, 0, POLICY) <= timedelta(seconds=5)
        assert backoff(1, 100, POLICY) >= timedelta(minutes=7, seconds=30)
        assert backoff(1, 100, POLICY) <= timedelta(minutes=15)

    def test_the_same_try_of_the_same_post_waits_the_same(self) -> None:
        assert backoff(3, 4, POLICY) == backoff(3, 4, POLICY)

    def test_posts_that_failed_together_do_not_come_back_together(self) -> None:
        assert len({backoff(post, 6, POLICY) for post in range(50)}) > 30
