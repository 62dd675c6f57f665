"""The database goes away in the middle: nothing is sent that it does not know of, and no answer is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from connectors.base import Withheld
from distributor.domain import State
from distributor.store.asking import Unasked
from tests.support.world import World

Reaches = Callable[..., World]


@contextmanager
def away(world: World, *verbs: str) -> Iterator[None]:
    """Let the database answer nobody who reads, asks or writes."""

    def gone() -> Any:
        raise OperationalError("SELECT", {}, Exception("server closed the connection unexpectedly"))

    def silent(*_: Any, **__: Any) -> Any:
        raise Unasked("OperationalError")

    with pytest.MonkeyPatch.context() as patch:
        for verb in verbs or ("read", "ask", "write"):
            patch.setattr(world.deps.store, verb, silent if verb == "ask" else gone)
        yield


def due(reaches: Reaches, *channels: str) -> World:
    world = reaches(State.STAGED, *channels)
    world.clock.set(max(world.due(post["id"]) for post in world.posts()))
    return world


def test_answers_wait_in_memory_and_are_stored_when_it_is_back(reaches: Reaches) -> None:
    world = due(reaches, "facebook", "instagram", "x")
    world.crew.turn(patience=0)
    with away(world, "write"):
        wait(world.crew._flying, timeout=20)
        for _ in range(3):
            with pytest.raises(OperationalError):
                world.crew.turn()
        assert world.crew.busy
    assert set(world.states()) == {State.PUBLISHING}

    world.clock.advance(hours=3)
    world.works()

    assert world.states() == {State.PUBLISHED: 3}
    assert len(world.network.public()) == 3
    assert not world.crew.busy
    for post in world.posts():
        kinds = [attempt["kind"] for attempt in world.post(post["id"])["attempts"]]
        assert kinds.count("release") == 1
        assert "look" not in kinds


@pytest.mark.parametrize("state", [State.STAGED, State.SCHEDULED])
def test_what_cannot_be_asked_for_is_not_sent_and_is_nobodys_failure(reaches: Reaches, state: State) -> None:
    """The last look before the write needs the database: without it nobody knows of a Stop, or of another owner."""
    world = reaches(state)
    world.clock.set(world.due() - timedelta(minutes=0 if state is State.STAGED else 30))
    claimed = world.claims()
    with away(world, "read", "ask"):
        [result] = world.calls(claimed)
    assert isinstance(result.answer, Withheld)
    world.stores([result])

    assert world.state() == state
    assert world.network.public() == []
    world.runs_until(world.clock.now() + timedelta(hours=1))
    assert world.state() == State.PUBLISHED
