"""Worlds with one post (or a few) brought to the state that a test begins in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from distributor.domain import State
from distributor.services import planning
from tests.support.world import World

RELEASE = {"facebook": r"/\d+_\d+$", "instagram": r"/media_publish$", "x": r"/2/tweets$"}
"""The one request of each channel that makes a post public."""

REFUSAL = {
    "facebook": ("/feed$", {"error": {"message": "Invalid link", "code": 100, "error_subcode": 2061006}}),
    "instagram": ("/media$", {"error": {"message": "Bad ratio", "code": 36003, "error_subcode": 2207009}}),
    "x": ("/media/upload", {"title": "Invalid Request", "detail": "bad media", "status": 400}),
}
"""An answer to a request of staging by which each channel refuses the content."""

Reaches = Callable[..., World]


@pytest.fixture
def reaches(make_world: Callable[..., World]) -> Reaches:
    """Make a world of one Jobcenter and bring all of its posts to a state: one item, on the channels named."""

    def reach(
        state: str, *channels: str, items: int = 1, organisations: tuple[str, ...] = ("fulda",), shared: str = ""
    ) -> World:
        world = make_world(organisations=organisations, channels=channels or ("facebook",))
        world.portal.keeps(items)
        world.reads_feed()
        for step in _STEPS[State(state)]:
            step(world)
        assert set(world.states()) == {state}
        return world

    return reach


def _approved(world: World) -> None:
    """One item's posts go out together, so that one moment is before, at or after the time of all of them."""
    posts = world.posts()
    together = len({post["item"] for post in posts}) == 1
    world.approves(at=max(world.due(post["id"]) for post in posts) if together else None)


def _staged(world: World) -> None:
    world.runs_until(min(world.due(post["id"]) for post in world.posts()) - timedelta(minutes=1))


def _at_due(world: World) -> None:
    world.clock.set(max(world.due(post["id"]) for post in world.posts()))


def _published(world: World) -> None:
    _at_due(world)
    world.works()


def _claimed(world: World) -> None:
    _at_due(world)
    world.claims()


def _uncertain(world: World) -> None:
    for channel in {post["channel"] for post in world.posts()}:
        world.network.suffers("lost_after_commit", channel=channel, match=RELEASE[channel], times=None)
    _published(world)
    world.network.recovers()


def _failed(world: World) -> None:
    for channel in {post["channel"] for post in world.posts()}:
        match, body = REFUSAL[channel]
        world.network.suffers("error", channel=channel, match=match, method="POST", status=400, body=body, times=None)
    _staged(world)
    world.network.recovers()


def _missed(world: World) -> None:
    world.clock.set(max(world.due(post["id"]) for post in world.posts()) + timedelta(hours=2, seconds=1))
    planning.miss(world.deps, world.clock.now())


_CLEARED = (World.clears,)
_APPROVED = (*_CLEARED, _approved)
_STAGED = (*_APPROVED, _staged)
_STEPS: dict[State, tuple[Callable[[World], object], ...]] = {
    State.DRAFTED: (),
    State.AWAITING: _CLEARED,
    State.SCHEDULED: _APPROVED,
    State.STAGED: _STAGED,
    State.PUBLISHING: (*_STAGED, _claimed),
    State.UNCERTAIN: (*_STAGED, _uncertain),
    State.PUBLISHED: (*_STAGED, _published),
    State.FAILED: (*_APPROVED, _failed),
    State.MISSED: (*_APPROVED, _missed),
}
