"""A time that jumps for everybody, as after a host has slept, and both nights of the clock change.

A host whose clock alone is off is ``tests/services/test_timekeeping.py``'s.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from distributor.store.tables import ApprovalRow, PostRow
from tests.faults.test_the_wire import CHANNELS, SOON
from tests.support.auditing import audit
from tests.support.world import World

Reaches = Callable[..., World]
BERLIN = ZoneInfo("Europe/Berlin")

NIGHTS = {
    "autumn": [
        datetime(2027, 10, 31, 2, 30, tzinfo=BERLIN, fold=0),
        datetime(2027, 10, 31, 2, 30, tzinfo=BERLIN, fold=1),
        datetime(2027, 10, 31, 3, 0, tzinfo=BERLIN),
    ],
    "spring": [
        datetime(2027, 3, 28, 1, 59, tzinfo=BERLIN),
        datetime(2027, 3, 28, 3, 0, tzinfo=BERLIN),
        datetime(2027, 3, 28, 3, 30, tzinfo=BERLIN),
    ],
}


@pytest.mark.parametrize("night", NIGHTS)
def test_in_the_night_of_the_clock_change_each_post_goes_out_once_at_its_moment(reaches: Reaches, night: str) -> None:
    world = reaches("scheduled", *CHANNELS)
    moments = [moment.astimezone(UTC) for moment in NIGHTS[night]]
    due = {post["id"]: moments[number % len(moments)] for number, post in enumerate(world.posts())}
    for number, moment in due.items():
        _is_due_at(world, number, moment)
    world.clock.set(moments[0] - timedelta(hours=1))

    world.runs_until(moments[-1] + SOON)

    verdict = audit(world)
    verdict.all_is_well(ambiguous=0)
    assert verdict.published == set(due)
    public = {(entry["channel"], entry["id"]): entry["created"] for entry in world.network.ledger()}
    for number, moment in due.items():
        post = world.post(number)
        assert datetime.fromisoformat(public[post["channel"], post["receipt"]["remote_id"]]) == moment


def _is_due_at(world: World, number: int, moment: datetime) -> None:
    """Move an approved post to a moment at which no calendar of ours would lay it: the night has its quiet hours."""
    staged = moment - timedelta(minutes=30)
    with world.deps.store.write() as session:
        session.execute(update(PostRow).where(PostRow.id == number).values(due_at=moment, next_try_at=staged))
        session.execute(update(ApprovalRow).where(ApprovalRow.post_id == number).values(due_at=moment))


@pytest.mark.parametrize(
    ("state", "hours"),
    [
        *(("scheduled", hours) for hours in (-25, -1, 1, 25)),
        *(("staged", hours) for hours in (-25, -1, 1, 25)),
        *(("uncertain", hours) for hours in (1, 25)),
        *(("published", hours) for hours in (1, 25)),
    ],
)
def test_a_clock_that_is_set_doubles_nothing(reaches: Reaches, state: str, hours: int) -> None:
    world = reaches(state, *CHANNELS)
    world.clock.advance(hours=hours)
    world.works()
    world.runs_until(world.clock.now() + timedelta(hours=abs(hours)) + 2 * SOON)

    verdict = audit(world)
    verdict.all_is_well(ambiguous=len(CHANNELS) if hours > 2 else 0)
    assert len(world.network.ledger()) <= len(CHANNELS)
