"""Worlds with one post (or a few) brought to the state that a test begins in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from connectors.base import OutcomeUnknown
from distributor.domain import State
from distributor.services import lapsing
from tests.support.databases import Databases, Stores
from tests.support.world import Kept, World

RELEASE = {
    "facebook": r"/\d+_\d+$",
    "instagram": r"/media_publish$",
    "x": r"/2/tweets$",
    "mastodon": r"/v1/statuses$",
    "bluesky": r"repo\.putRecord$",
}
"""The one request of each channel that makes a post public."""

REFUSAL = {
    "facebook": ("/feed$", {"error": {"message": "Invalid link", "code": 100, "error_subcode": 2061006}}),
    "instagram": ("/media$", {"error": {"message": "Bad ratio", "code": 36003, "error_subcode": 2207009}}),
    "x": ("/media/upload", {"title": "Invalid Request", "detail": "bad media", "status": 400}),
    "mastodon": ("/v2/media", {"error": "Validation failed: File is invalid"}),
    "bluesky": ("uploadBlob", {"error": "InvalidRequest", "message": "bad blob"}),
}
"""An answer to a request of staging by which each channel refuses the content."""

Reaches = Callable[..., World]
Step = Callable[[World], object]


@pytest.fixture(scope="session")
def kept_worlds() -> dict[object, Kept]:
    """Worlds that stand where many tests begin, each made once."""
    return {}


@pytest.fixture
def reaches(
    make_world: Callable[..., World],
    databases: Databases,
    stores: Stores,
    kept_worlds: dict[object, Kept],
    tmp_path_factory: pytest.TempPathFactory,
    sandbox: str,
    served_media: tuple[str, list[World]],
) -> Reaches:
    """Make a world and bring all of its posts to a state: the newest items, for one Jobcenter, on these channels.

    In a world that is ``empty`` nothing was read yet.
    """

    def begun(steps: tuple[Step, ...], channels: tuple[str, ...], items: int, organisations: tuple[str, ...]) -> Kept:
        key = (databases.kind, steps, channels, items, organisations)
        if key not in kept_worlds:
            folder = tmp_path_factory.mktemp("kept")
            world = World(
                databases.new(),
                folder / "data",
                sandbox,
                served_media[0],
                stores,
                organisations=organisations,
                channels=channels,
            )
            world.portal.keeps(items)
            for step in steps:
                step(world)
            kept_worlds[key] = world.keep(databases, folder)
        return kept_worlds[key]

    def reach(state: str, *channels: str, items: int = 1, organisations: tuple[str, ...] = ("fulda",)) -> World:
        before, after = _STEPS[state]
        world = make_world(begun(before, channels or ("facebook",), items, organisations))
        world.portal.keeps(items)
        for step in after:
            step(world)
        assert set(world.states()) == {state} - {"empty"}
        return world

    return reach


def _approved(world: World) -> None:
    """One item's posts go out together, so that one moment is before, at or after the time of all of them."""
    posts = world.posts()
    together = len({post["item"] for post in posts}) == 1
    soonest = world.clock.now() + timedelta(hours=1)  # some channels have a slot at the very moment a world begins
    world.approves(at=max(soonest, *(world.due(post["id"]) for post in posts)) if together else None)


def _staged(world: World) -> None:
    world.runs_until(min(world.due(post["id"]) for post in world.posts()) - timedelta(minutes=1))


def _at_due(world: World) -> None:
    world.clock.set(max(world.due(post["id"]) for post in world.posts()))


@contextmanager
def unanswered(world: World) -> Iterator[None]:
    """Let every release be done, and its answer be lost, whatever requests a channel needs for it."""
    with pytest.MonkeyPatch.context() as patch:
        for connector in {type(world.deps.connector(post["channel"])) for post in world.posts()}:
            patch.setattr(connector, "release", _lost(connector.release))
        yield


def _lost(release: Callable[..., object]) -> Callable[..., object]:
    def lost(*given: object) -> object:
        release(*given)
        raise OutcomeUnknown("Die Antwort ging verloren.")

    return lost


def _published(world: World) -> None:
    _at_due(world)
    world.works()


def _claimed(world: World) -> None:
    _at_due(world)
    world.claims()


def _uncertain(world: World) -> None:
    with unanswered(world):
        _published(world)


def _failed(world: World) -> None:
    for channel in {post["channel"] for post in world.posts()}:
        match, body = REFUSAL[channel]
        world.network.suffers("error", channel=channel, match=match, method="POST", status=400, body=body, times=None)
    _staged(world)
    world.network.recovers()


def _missed(world: World) -> None:
    world.clock.set(max(world.due(post["id"]) for post in world.posts()) + timedelta(hours=2, seconds=1))
    lapsing.miss(world.deps, world.clock.now())


_READ: tuple[Step, ...] = (World.reads_feed,)
_CLEARED: tuple[Step, ...] = (*_READ, World.clears)
_APPROVED: tuple[Step, ...] = (*_CLEARED, _approved)
_STEPS: dict[str, tuple[tuple[Step, ...], tuple[Step, ...]]] = {
    "empty": ((), ()),
    State.DRAFTED: (_READ, ()),
    State.AWAITING: (_CLEARED, ()),
    State.SCHEDULED: (_APPROVED, ()),
    State.STAGED: (_APPROVED, (_staged,)),
    State.PUBLISHING: (_APPROVED, (_staged, _claimed)),
    State.UNCERTAIN: (_APPROVED, (_staged, _uncertain)),
    State.PUBLISHED: (_APPROVED, (_staged, _published)),
    State.FAILED: (_APPROVED, (_failed,)),
    State.MISSED: (_APPROVED, (_missed,)),
}
"""The way to each state: what is done before the platforms come in, once for all tests, and what each test does."""
