"""What became of a recalled post, and when people are reminded of what only they can delete."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from distributor.domain import State
from distributor.takedown import Outcome, outcome, reminder_due

S = State
DEADLINE = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("daemon_acts", [True, False])
def test_each_state_means_one_outcome(state: State, daemon_acts: bool) -> None:
    expected = {S.RETRACTED: Outcome.DELETED, S.CLOSED: Outcome.NEVER_PUBLIC}.get(state, Outcome.RUNNING)
    if state in (S.RETRACTING, S.UNCERTAIN) and not daemon_acts:
        expected = Outcome.TASK

    assert outcome(state, daemon_acts=daemon_acts) is expected


@pytest.mark.parametrize(
    ("ahead", "reminded", "due"),
    [
        (DAY + timedelta(seconds=1), None, False),
        (DAY, None, True),
        (timedelta(), DAY, True),
        (timedelta(), DAY - timedelta(seconds=1), False),
        (-3 * DAY, timedelta(hours=23), False),
        (-3 * DAY, DAY, True),
    ],
)
def test_reminders_begin_a_day_before_and_come_daily(ahead: timedelta, reminded: timedelta | None, due: bool) -> None:
    now = DEADLINE - ahead

    assert reminder_due(DEADLINE, None if reminded is None else now - reminded, now) is due
