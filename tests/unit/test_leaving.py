"""What becomes of each post of an account that is left, and when nothing needs its token any more."""

from __future__ import annotations

import pytest

from distributor.domain import State
from distributor.leaving import Published, Step, needs_token, step
from distributor.lifecycle import may_move

S = State
IN_DOUBT = {S.PUBLISHING, S.UNCERTAIN}
OVER = {S.RETRACTED, S.CLOSED}


@pytest.mark.parametrize("published", ["keep", "delete"])
@pytest.mark.parametrize("state", list(State))
def test_the_step_of_every_state(state: State, published: Published) -> None:
    if state is S.RETRACTING:
        expected = Step.WAIT
    elif state in IN_DOUBT:
        expected = {"keep": Step.WAIT, "delete": Step.RECALL}[published]
    elif state in OVER:
        expected = Step.LEAVE
    elif state is S.PUBLISHED:
        expected = {"keep": Step.LEAVE, "delete": Step.RECALL}[published]
    else:
        expected = Step.CLOSE

    assert step(state, published) is expected
    if expected is Step.CLOSE:
        assert may_move(state, S.CLOSED)


@pytest.mark.parametrize("state", list(State))
def test_a_token_is_needed_for_calls_that_are_still_to_come(state: State) -> None:
    settled = {S.PUBLISHED, S.RETRACTED, S.CLOSED}

    assert needs_token(state, daemon_acts=True) is (state not in settled)
    assert needs_token(state, daemon_acts=False) is (state not in settled | {S.UNCERTAIN, S.RETRACTING})
