"""What kills the process and not only raises: it is found by what it left open, and after a few deaths set aside."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from distributor.lifecycle import DEATHS
from distributor.services import (
    approving,
    feeds,
    health,
    media,
    polling,
    recalling,
    tailoring,
    trying,
    views,
    workpiece,
)
from tests.support.world import World

Reaches = Callable[..., World]


class Killed(BaseException):
    """The process is gone: nothing after it runs."""


def dying() -> bool:
    return sys.exc_info()[0] is Killed


def dies_in(world: World, kind: str, of: int = 0, times: int = 10) -> int:
    """Let daemon after daemon die in its call for one post, or for all; return how many deaths that were."""
    for death in range(times):
        claimed = world.claims()
        fatal = [call for call in claimed if call.work.kind == kind and of in (0, call.work.post_id)]
        if not fatal:
            return death
        world.dies_and_restarts()
    return times


class TestACallThatKillsItsDaemon:
    @pytest.mark.parametrize(
        ("begin", "kind", "end", "code"),
        [
            ("scheduled", "stage", "failed", "post.deadly"),
            ("uncertain", "look", "uncertain", "outcome.person"),
            ("published", "retract", "retracting", "retract.person"),
        ],
    )
    def test_is_made_a_few_times_and_then_left_to_a_person(
        self, reaches: Reaches, begin: str, kind: str, end: str, code: str
    ) -> None:
        world = reaches(begin)
        if kind == "stage":
            world.clock.set(world.due() - timedelta(minutes=30))
        elif kind == "look":
            world.clock.advance(minutes=2)
        else:
            recalling.recall(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())

        deaths = dies_in(world, kind)

        assert deaths == DEATHS
        assert (world.state(), world.post()["reason"]["code"]) == (end, code)
        assert world.post()["reason"]["who"]
        assert world.post()["next_try_at"] is None

    def test_for_a_leftover_stays_in_the_listing(self, reaches: Reaches) -> None:
        world = reaches("staged")
        approving.reject(world.deps, world.person("fulda"), world.post()["id"], "Passt nicht.", world.clock.now())

        assert dies_in(world, "unstage") == DEATHS

        [left] = views.stage_list(world.deps)
        assert (left["state"], left["next_try_at"]) == ("leftover", None)

    def test_does_not_take_with_it_those_that_were_called_beside_it(self, reaches: Reaches) -> None:
        world = reaches("scheduled", "facebook", "instagram", "x")
        deadly = world.posts(channel="instagram")[0]["id"]
        world.clock.set(world.due(deadly) - timedelta(minutes=30))
        for _ in range(10):
            claimed = world.claims()
            if not claimed and world.state(deadly) != "scheduled":
                break
            if any(call.work.post_id == deadly for call in claimed):
                world.dies_and_restarts()
            else:
                world.stores(world.calls(claimed))
            world.clock.advance(seconds=6)
        world.runs_until(world.due(deadly))

        states = {post["channel"]: post["state"] for post in world.posts()}
        assert states == {"facebook": "published", "instagram": "failed", "x": "published"}

    def test_is_made_again_when_a_person_says_so_and_once_only(self, reaches: Reaches) -> None:
        world = reaches("scheduled")
        world.clock.set(world.due() - timedelta(minutes=30))
        dies_in(world, "stage")
        approving.retry(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())

        assert dies_in(world, "stage") == 1
        approving.retry(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())
        world.works()

        assert world.state() == "published"

    def test_is_counted_anew_after_one_that_ended(self, reaches: Reaches) -> None:
        world = reaches("scheduled")
        world.clock.set(world.due() - timedelta(minutes=30))
        assert dies_in(world, "stage", times=DEATHS - 1) == DEATHS - 1
        world.network.suffers("error_500", channel="facebook", method="POST")
        world.works()
        world.clock.advance(minutes=1)

        assert dies_in(world, "stage") == DEATHS

    def test_of_a_release_is_bounded_by_how_often_a_post_is_sent_again(self, reaches: Reaches) -> None:
        world = reaches("staged")
        world.clock.set(world.due())
        deaths = 0
        for _ in range(40):
            claimed = world.claims()
            if any(call.work.kind == "release" for call in claimed):
                deaths += 1
                world.dies_and_restarts()
            else:
                world.stores(world.calls(claimed))
            world.clock.advance(minutes=11)

        assert deaths == 1 + world.deps.policy.resends
        assert (world.state(), world.post()["reason"]["code"]) == ("uncertain", "outcome.person")
        assert world.network.ledger() == []


class TestAnItemThatKillsTheDaemon:
    @pytest.mark.parametrize("where", ["tailor", "picture", "feed"])
    def test_is_tried_a_few_times_and_then_no_more_and_doctor_says_so(
        self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch, where: str
    ) -> None:
        world = reaches("empty", items=1)
        deaths = 0

        def deadly(*_: Any, **__: Any) -> Any:
            nonlocal deaths
            deaths += 1
            raise Killed

        module, name = {"tailor": (workpiece, "tailor"), "picture": (media, "probe"), "feed": (polling, "parse")}[where]
        sound = trying.forget
        monkeypatch.setattr(trying, "forget", lambda *which: None if dying() else sound(*which))
        monkeypatch.setattr(module, name, deadly)
        for _ in range(10):
            try:
                lives(world)
            except Killed:
                world.clock.advance(minutes=6)

        assert deaths == DEATHS
        assert any("abgestürzt" in finding.text for finding in health.examine(world.deps, world.clock.now()))

    def test_is_tried_once_more_the_next_day(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        for _ in range(DEATHS):
            dies_trying(world)
        with trying.trial(world.deps, "item/1/1", world.clock.now()) as allowed:
            assert not allowed
        world.clock.advance(days=1)

        with trying.trial(world.deps, "item/1/1", world.clock.now()) as allowed:
            assert allowed
        with trying.trial(world.deps, "item/1/1", world.clock.now()) as allowed:
            assert allowed


def dies_trying(world: World) -> None:
    tried = trying.trial(world.deps, "item/1/1", world.clock.now())
    assert tried.__enter__()
    KEPT.append(tried)


KEPT: list[Any] = []
"""Trials that never end: closed they would count as ended."""


def lives(world: World) -> None:
    with world.deps.store.write() as session:
        feeds.ensure_feed(session, world.portal.feed, world.clock.now())
    polling.poll_due(world.deps, world.clock.now)
    tailoring.tailor_stale(world.deps, world.clock.now())
    media.fetch_pending(world.deps, world.clock.now)
    tailoring.tailor_stale(world.deps, world.clock.now())
