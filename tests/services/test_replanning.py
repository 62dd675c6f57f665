"""Missed posts get new times in one go: the plan proposes, a person confirms, and nothing bursts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from distributor.domain import State
from distributor.services import replanning, stopping
from distributor.services.stopping import Scope
from tests.support.world import World

Reaches = Callable[..., World]
TWO = ("fulda", "marburg-biedenkopf")


def after_a_stop(reaches: Reaches) -> World:
    """Six posts of one Jobcenter and another fell into a Stop that two people lifted a day later."""
    world = reaches(State.SCHEDULED, "facebook", items=3, organisations=TWO)
    stopping.stop(world.deps, world.person("redaktion"), Scope(), "Vorsicht", world.clock.now())
    world.clock.set(max(world.due(post["id"]) for post in world.posts()) + timedelta(hours=1))
    for login in ("redaktion", "betrieb"):
        stopping.resume(world.deps, world.person(login), Scope(), world.clock.now())
    assert world.states() == {State.MISSED: 6}
    return world


def test_after_a_stop_each_missed_post_gets_a_time_of_its_own_when_a_person_says_so(reaches: Reaches) -> None:
    world = after_a_stop(reaches)
    now, officer = world.clock.now(), world.person("fulda")

    found = replanning.proposals(world.deps, officer, now)

    assert [each.organisation for each in found] == ["fulda"] * 3
    times = {each.post: each.at for each in found if each.at is not None}
    assert len(set(times.values())) == 3
    assert min(times.values()) > now
    assert world.states() == {State.MISSED: 6}, "looking changes nothing"

    assert replanning.confirm(world.deps, officer, times, now) == {}
    assert {post: world.due(post) for post in times} == times
    assert world.states() == {State.SCHEDULED: 3, State.MISSED: 3}
    moved = [event for event in world.post(found[0].post)["events"] if event["what"] == "post.moved"]
    assert {event["actor"] for event in moved} == {"fulda"}

    world.runs_until(max(times.values()))
    assert world.states() == {State.PUBLISHED: 3, State.MISSED: 3}


def test_what_somebody_else_decided_meanwhile_is_left_as_it_is(reaches: Reaches) -> None:
    world = after_a_stop(reaches)
    now, officer = world.clock.now(), world.person("fulda")
    first, second, third = replanning.proposals(world.deps, officer, now)
    assert first.at is not None and second.at is not None and third.at is not None
    replanning.confirm(world.deps, officer, {first.post: first.at}, now)

    refused = replanning.confirm(world.deps, officer, {first.post: third.at, second.post: second.at}, now)

    assert list(refused) == [first.post]
    assert "inzwischen freigegeben" in refused[first.post]
    assert world.due(first.post) == first.at
    assert world.state(second.post) == State.SCHEDULED


def test_nobody_moves_the_posts_of_others(reaches: Reaches) -> None:
    world = after_a_stop(reaches)
    now = world.clock.now()
    assert replanning.proposals(world.deps, world.person("redaktion"), now) == []
    [theirs, *_] = replanning.proposals(world.deps, world.person("marburg-biedenkopf"), now)
    assert theirs.at is not None

    refused = replanning.confirm(world.deps, world.person("fulda"), {theirs.post: theirs.at}, now)

    assert "darf das" in refused[theirs.post]
    assert world.state(theirs.post) == State.MISSED
