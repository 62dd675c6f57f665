"""A person, one post or one medium is taken back, whatever the post is doing at that moment: nothing stays public."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from distributor.services import approving, consents, lapsing, recall_views, recalling, views, withdrawing
from distributor.services.clearing import Answer
from distributor.store.tables import MediumRow, RenditionRow, StageRow
from tests.services.conftest import RELEASE, Reaches
from tests.services.test_gates import answers, person
from tests.support.world import World

CHANNEL = "instagram"
Finish = Callable[[], object]


def nothing() -> None:
    """Nothing is under way."""


def waits(world: World) -> Finish:
    assert world.state() == "awaiting"
    return nothing


def is_approved(world: World) -> Finish:
    world.approves()
    return nothing


def is_processed(world: World) -> Finish:
    """The platform still works on what was sent to it: a container that is not ready."""
    world.approves()
    world.network.suffers("container_stuck", channel=CHANNEL, method="POST", times=None)
    world.clock.set(world.due() - timedelta(minutes=30))
    world.works()
    with world.deps.store.read() as session:
        [stage] = session.query(StageRow).all()
        assert (stage.state, bool(stage.data)) == ("open", True)
    return nothing


def is_prepared(world: World) -> Finish:
    world.approves()
    world.clock.set(world.due() - timedelta(minutes=30))
    for _ in range(3):
        world.works()
        world.clock.advance(minutes=5)
    assert world.state() == "staged"
    return nothing


def is_claimed(world: World) -> Finish:
    """Between the claim and the call: no byte has left."""
    is_prepared(world)
    world.clock.set(world.due())
    claimed = world.claims()
    assert world.state() == "publishing"
    return lambda: world.stores(world.calls(claimed))


def is_called(world: World) -> Finish:
    """Between the call and the store: it is public, and nobody here knows yet."""
    is_prepared(world)
    world.clock.set(world.due())
    results = world.calls(world.claims())
    assert len(world.network.public()) == 1
    return lambda: world.stores(results)


def is_called_by_one_who_dies(world: World) -> Finish:
    is_prepared(world)
    world.clock.set(world.due())
    world.calls(world.claims())
    return world.dies_and_restarts


def is_unclear(world: World) -> Finish:
    is_prepared(world)
    world.network.suffers("lost_after_commit", channel=CHANNEL, match=RELEASE[CHANNEL], times=None)
    world.clock.set(world.due())
    world.works()
    world.network.recovers()
    assert world.state() == "uncertain"
    return nothing


def is_public(world: World) -> Finish:
    is_prepared(world)
    world.clock.set(world.due())
    world.works()
    assert world.state() == "published"
    return nothing


def is_missed(world: World) -> Finish:
    world.approves()
    world.clock.set(world.due() + timedelta(hours=3))
    lapsing.miss(world.deps, world.clock.now())
    assert world.state() == "missed"
    return nothing


def was_rejected(world: World) -> Finish:
    approving.reject(world.deps, world.person("fulda"), world.post()["id"], "Nein", world.clock.now())
    return nothing


LIVES = {
    each.__name__: each
    for each in (
        *(waits, is_approved, is_processed, is_prepared, is_claimed, is_called, is_called_by_one_who_dies),
        *(is_unclear, is_public, is_missed, was_rejected),
    )
}


@pytest.mark.parametrize("life", LIVES)
def test_of_a_person_at_every_moment_of_a_posts_life(reaches: Reaches, life: str) -> None:
    world = reaches("awaiting", CHANNEL)
    key = person(world)
    item = world.posts()[0]["item"]
    consents.link(world.deps, world.person("redaktion"), key, item, ("image",), world.clock.now())
    answers(world, Answer("people", "shown"))
    finish = LIVES[life](world)
    now = world.clock.now()

    withdrawing.withdraw_person(world.deps, world.person("redaktion"), key, "Widerruf", now)
    finish()
    world.runs_until(now + timedelta(days=2))

    assert world.network.public() == []
    assert world.state() in ("closed", "retracted")
    assert views.stage_list(world.deps) == []
    [recall] = recall_views.recall_list(world.deps)
    assert (recall["kind"], recall["complete"], recall["open"]) == ("person", True, 0)


@pytest.mark.parametrize("life", LIVES)
def test_of_one_post_at_every_moment_of_its_life(reaches: Reaches, life: str) -> None:
    world = reaches("awaiting", CHANNEL)
    finish = LIVES[life](world)
    number, now = world.post()["id"], world.clock.now()
    over = world.state() == "closed"

    recalling.recall(world.deps, world.person("fulda"), number, now, reason="Falsches Bild")
    finish()
    world.runs_until(now + timedelta(days=2))

    assert world.network.public() == []
    assert world.state() in ("closed", "retracted")
    assert views.stage_list(world.deps) == []
    assert [each["complete"] for each in recall_views.recall_list(world.deps)] == [True] * (not over)


@pytest.mark.parametrize("life", LIVES)
def test_of_a_medium_at_every_moment_of_a_posts_life(reaches: Reaches, life: str) -> None:
    world = reaches("awaiting", CHANNEL)
    with world.deps.store.read() as session:
        [sha256] = [row.sha256 for row in session.query(MediumRow) if row.sha256]
    finish = LIVES[life](world)
    now = world.clock.now()

    recalling.withdraw_medium(world.deps, world.person("redaktion"), sha256, "Widerruf", now)
    finish()
    world.runs_until(now + timedelta(days=2))

    assert world.network.public() == []
    assert views.stage_list(world.deps) == []
    with world.deps.store.read() as session:
        cards = {row.sha256 for row in session.query(RenditionRow) if row.shape.startswith("card")}
    assert {path.name for path in world.deps.cache.root.rglob("*") if path.is_file()} == cards
    shown = {medium["sha256"] for medium in world.post()["media"]}
    assert world.state() in ("closed", "retracted") or shown <= cards, "a title card stands in for the picture"
    assert [each["complete"] for each in recall_views.recall_list(world.deps)] == [True]
