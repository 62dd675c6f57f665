"""The emergency brake: what it stops and when, what it leaves alone, and that nothing bursts when it is lifted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from distributor.domain import Refused
from distributor.services import approving, stopping, views
from distributor.services.stopping import Scope
from tests.support.world import World

Reaches = Callable[..., World]


@pytest.fixture
def four(reaches: Reaches) -> World:
    """One item for two Jobcenter on two channels, all approved for the same moment."""
    return reaches("scheduled", "facebook", "x", organisations=("fulda", "wiesbaden"))


def pulls(world: World, scope: Scope | None = None, login: str = "redaktion") -> int:
    return stopping.stop(world.deps, world.person(login), scope or Scope(), "Datenpanne", world.clock.now())


def agrees(world: World, scope: Scope | None = None, login: str = "redaktion", **more: Any) -> bool:
    return stopping.resume(world.deps, world.person(login), scope or Scope(), world.clock.now(), **more)


def lifts(world: World, scope: Scope | None = None, login: str = "redaktion") -> None:
    """Let the person and a second one agree."""
    assert not agrees(world, scope, login)
    assert agrees(world, scope, "betrieb" if login == "redaktion" else "redaktion")


def where(world: World) -> dict[tuple[str, str], str]:
    return {(post["organisation"], post["channel"]): post["state"] for post in world.posts()}


@pytest.mark.parametrize(
    ("scope", "stopped"),
    [
        (Scope(), {("fulda", "facebook"), ("fulda", "x"), ("wiesbaden", "facebook"), ("wiesbaden", "x")}),
        (Scope(organisation="fulda"), {("fulda", "facebook"), ("fulda", "x")}),
        (Scope(channel="x"), {("fulda", "x"), ("wiesbaden", "x")}),
    ],
    ids=["all", "organisation", "channel"],
)
@pytest.mark.parametrize("when", ["before staging", "after staging"])
def test_what_it_covers_stays_in_and_the_rest_goes_out(
    four: World, scope: Scope, stopped: set[tuple[str, str]], when: str
) -> None:
    due = four.due(four.posts()[0]["id"])
    if when == "after staging":
        four.runs_until(due - timedelta(minutes=1))
    pulls(four, scope)

    four.runs_until(due)

    kept_in = {key for key, state in where(four).items() if state != "published"}
    assert kept_in == stopped
    assert {state for key, state in where(four).items() if key in stopped} == {
        "missed" if when == "after staging" else "scheduled"
    }
    lifts(four, scope)
    assert {state for key, state in where(four).items() if key in stopped} == {"missed"}
    before = four.network.ledger()
    four.runs_until(due + timedelta(days=2))
    assert four.network.ledger() == before
    assert len(before) == 4 - len(stopped)


def test_what_was_due_meanwhile_says_so_to_the_officer_and_goes_out_when_confirmed(reaches: Reaches) -> None:
    world = reaches("staged")
    pulls(world)
    world.runs_until(world.due())
    post = world.post()
    assert (post["reason"]["code"], post["reason"]["who"]) == ("stopped", "officer")
    assert "Datenpanne" in post["reason"]["text"]
    lifts(world)

    approving.retry(world.deps, world.person("fulda"), post["id"], world.clock.now())
    world.works()

    assert world.state() == "published"


def test_what_is_due_after_it_was_lifted_stays_approved(reaches: Reaches) -> None:
    world = reaches("staged")
    due = world.due()
    pulls(world)
    world.clock.set(due - timedelta(seconds=30))
    lifts(world)

    world.runs_until(due)

    assert world.state() == "published"


def test_what_was_overdue_when_it_was_lifted_does_not_burst_out(reaches: Reaches) -> None:
    """The daemon was down before and under the brake: the lifted brake must not release what waited behind it."""
    world = reaches("scheduled", items=2)
    world.clock.set(min(world.due(post["id"]) for post in world.posts()) + timedelta(minutes=10))
    pulls(world)
    world.works()
    world.clock.advance(minutes=10)

    lifts(world)
    world.works()

    assert world.network.ledger() == []
    assert world.states() == {"missed": 1, "scheduled": 1}


def test_a_post_approved_for_now_under_the_brake_is_turned_down_at_its_time(reaches: Reaches) -> None:
    world = reaches("awaiting")
    pulls(world)
    world.approves(at=world.clock.now() + timedelta(minutes=5))

    world.runs_until(world.clock.now() + timedelta(hours=1))
    lifts(world)

    assert (world.state(), world.network.ledger()) == ("missed", [])


def test_two_brakes_hold_until_both_are_lifted(four: World) -> None:
    due = four.due(four.posts()[0]["id"])
    pulls(four)
    pulls(four, Scope(organisation="fulda"))
    lifts(four)

    four.runs_until(due)

    assert {key[0] for key, state in where(four).items() if state == "published"} == {"wiesbaden"}
    assert [stop["scope"] for stop in views.stop_list(four.deps)] == ["fulda"]


def test_pulling_it_twice_is_pulling_it_once(reaches: Reaches) -> None:
    world = reaches("scheduled")
    pulls(world)
    pulls(world)
    assert len(views.stop_list(world.deps)) == 1

    lifts(world)

    assert views.stop_list(world.deps) == []
    with pytest.raises(Refused) as refused:
        lifts(world)
    assert refused.value.code == "stop.none"


def test_it_tells_how_many_releases_were_under_way(reaches: Reaches) -> None:
    world = reaches("publishing")

    assert pulls(world) == 1


def test_who_may_pull_it_and_lift_it(four: World) -> None:
    own, others, everything = Scope(organisation="fulda"), Scope(organisation="wiesbaden"), Scope()

    for login, scope in (("fulda", own), ("betrieb", everything), ("redaktion", Scope(channel="x"))):
        pulls(four, scope, login)
        lifts(four, scope, login)
    for login, scope in (
        ("fulda", others),
        ("fulda", everything),
        ("fulda", Scope(channel="x")),
        ("pruefung", everything),
        ("pruefung", own),
    ):
        with pytest.raises(Refused) as refused:
            pulls(four, scope, login)
        assert refused.value.code == "forbidden"
        pulls(four, scope)
        with pytest.raises(Refused) as refused:
            lifts(four, scope, login)
        assert refused.value.code == "forbidden"
        lifts(four, scope)


def test_what_it_should_cover_must_exist_and_have_a_reason(reaches: Reaches) -> None:
    world = reaches("awaiting")

    for code, scope, reason in (
        ("organisation.unknown", Scope(organisation="atlantis"), "Panne"),
        ("channel.unknown", Scope(channel="brieftaube"), "Panne"),
        ("reason.missing", Scope(), "  "),
    ):
        with pytest.raises(Refused) as refused:
            stopping.stop(world.deps, world.person("redaktion"), scope, reason, world.clock.now())
        assert refused.value.code == code
    assert views.stop_list(world.deps) == []
