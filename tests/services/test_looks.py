"""Looking after lost answers is ordinary work of the crew, and never keeps it from what is due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from distributor.domain import State
from tests.support.world import World

TWO = ("fulda", "marburg-biedenkopf")
CHANNELS = ("facebook", "instagram", "x")


def test_at_most_a_quarter_of_the_crew_looks_at_once(reaches: Callable[..., World]) -> None:
    """Six accounts wait to be looked at, and four hands are free: one looks, however often the crew turns meanwhile."""
    world = reaches(State.UNCERTAIN, *CHANNELS, organisations=TWO)
    world.clock.advance(minutes=5)

    world.network.suffers("hang", method="GET", seconds=0.5, times=None)

    for _ in range(3):
        world.crew.turn(patience=0)

        assert [call.work.kind for call in world.crew._flying.values()] == ["look"]


def test_every_look_is_made_in_the_end(reaches: Callable[..., World]) -> None:
    world = reaches(State.UNCERTAIN, *CHANNELS, organisations=TWO)
    world.runs_until(world.clock.now() + timedelta(minutes=15))

    assert world.states() == {State.PUBLISHED: 6}
    assert len(world.network.public()) == 6
