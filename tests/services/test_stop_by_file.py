"""The brake as a file and by two people: what it holds back with and without a database, and who lifts it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from distributor.daemon import Daemon
from distributor.domain import Actor, Refused, Role, Scope
from distributor.four_eyes import VOTE_LIFE
from distributor.services import health, people, recalling, stopping, views
from distributor.services.people import Membership
from distributor.store.engine import Store
from tests.support.world import World

Reaches = Callable[..., World]
SETUP = Actor("setup", frozenset({Role.OPERATOR}))


def lays(world: World, name: str = "STOP", reason: str = "Falsches Bild") -> Path:
    path = world.deps.settings.data_dir / name
    path.write_text(f"{reason}\n", encoding="utf-8")
    return path


def heeds(world: World) -> int:
    return stopping.heed_files(world.deps, world.clock.now())


def agrees(world: World, login: str, scope: Scope | None = None, *, alone: bool = False, reason: str = "") -> bool:
    person, now = world.person(login), world.clock.now()
    return stopping.resume(world.deps, person, scope or Scope(), now, alone=alone, reason=reason)


def refused(world: World, login: str, scope: Scope | None = None, *, alone: bool = False, reason: str = "") -> str:
    with pytest.raises(Refused) as refusal:
        agrees(world, login, scope, alone=alone, reason=reason)
    return refusal.value.code


class TestAFile:
    def test_laid_between_the_claim_and_the_call_it_lets_no_byte_out(self, reaches: Reaches) -> None:
        world = reaches("staged", "facebook", "x")
        world.clock.set(max(world.due(post["id"]) for post in world.posts()))
        claimed = world.claims()
        before = len(world.network.requests())
        lays(world)

        world.stores(world.calls(claimed))

        assert len(claimed) == 2
        assert len(world.network.requests()) == before
        assert world.network.public() == []

    def test_what_was_due_is_missed_even_before_the_file_is_entered(self, reaches: Reaches) -> None:
        world = reaches("staged")
        lays(world)
        world.clock.set(world.due())

        world.works()

        assert (world.state(), world.post()["reason"]["code"]) == ("missed", "stopped")
        assert "Falsches Bild" in world.post()["reason"]["text"]

    @pytest.mark.parametrize(("name", "out"), [("STOP.fulda", "wiesbaden"), ("STOP.channel.x", None)])
    def test_it_stops_what_its_name_says(self, reaches: Reaches, name: str, out: str | None) -> None:
        world = reaches("staged", "x", organisations=("fulda", "wiesbaden"))
        lays(world, name)

        world.clock.set(max(world.due(post["id"]) for post in world.posts()))
        world.works()

        assert {post["organisation"] for post in world.posts(states=["published"])} == ({out} - {None})

    def test_looking_and_taking_down_go_on(self, reaches: Reaches) -> None:
        world = reaches("published")
        lays(world)
        recalling.recall(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())
        world.works()

        assert (world.state(), world.network.public()) == ("retracted", [])

    def test_the_daemon_makes_it_a_stop_for_all_hosts_that_outlives_the_file(self, reaches: Reaches) -> None:
        world = reaches("scheduled")
        path = lays(world, "STOP.fulda")

        assert heeds(world) == 1
        assert heeds(world) == 0
        [stop] = views.stop_list(world.deps)
        assert (stop["scope"], stop["reason"]) == ("fulda", "Falsches Bild")
        assert stop["actor"].startswith("Datei auf ")
        assert refused(world, "redaktion", Scope("fulda")) == "stop.file"
        path.unlink()
        world.runs_until(world.due() + timedelta(minutes=1))
        assert world.network.ledger() == []
        assert not agrees(world, "redaktion", Scope("fulda"))
        assert agrees(world, "betrieb", Scope("fulda"))
        world.works()
        assert (world.state(), world.network.ledger()) == ("missed", [])

    def test_a_name_that_means_nothing_stops_everything(self, reaches: Reaches) -> None:
        world = reaches("scheduled")
        lays(world, "STOP.fuldaa")

        heeds(world)

        [stop] = views.stop_list(world.deps)
        assert stop["scope"] == "alles"
        assert "STOP.fuldaa" in stop["reason"]
        assert refused(world, "redaktion") == "stop.file"

    def test_the_running_daemon_heeds_it_before_it_publishes(self, reaches: Reaches) -> None:
        world = reaches("staged")
        lays(world)
        world.clock.set(world.due())
        daemon = Daemon(world.deps, world.clock)

        daemon.publish()

        assert [stop["scope"] for stop in views.stop_list(world.deps)] == ["alles"]
        assert world.network.ledger() == []

    def test_it_makes_the_health_red_until_it_is_gone(self, reaches: Reaches) -> None:
        world = reaches("awaiting")

        def red() -> list[str]:
            found = health.examine(world.deps, world.clock.now())
            return [finding.text for finding in found if finding.subject == "Stop-Datei" and finding.grave]

        path = lays(world)
        assert ["Falsches Bild" in text for text in red()] == [True]
        path.unlink()
        assert red() == []


def test_without_a_database_stopping_lays_the_file(reaches: Reaches) -> None:
    world = reaches("staged")
    claimed_at = world.due()
    far = "sqlite:////nowhere/at/all" if world.deps.store.is_sqlite else "postgresql+psycopg://x@127.0.0.1:9/none"
    cut_off = replace(world.deps, store=Store(far))

    pulled = stopping.stop_as(cut_off, "redaktion", Scope(), "Falsches Bild", world.clock.now())

    assert pulled.file == world.deps.settings.data_dir / "STOP"
    world.clock.set(claimed_at)
    world.works()
    assert (world.state(), world.network.ledger()) == ("missed", [])


def test_with_a_database_no_file_is_laid_and_those_in_flight_are_counted_by_what_is_stopped(reaches: Reaches) -> None:
    world = reaches("publishing", "facebook", "x", organisations=("fulda", "wiesbaden"))

    def pulled(scope: Scope) -> int:
        return stopping.stop_as(world.deps, "redaktion", scope, "Panne", world.clock.now()).in_flight

    assert [pulled(Scope("fulda")), pulled(Scope(channel="x")), pulled(Scope())] == [2, 2, 4]
    assert list(world.deps.settings.data_dir.glob("STOP*")) == []


class TestTwoPeople:
    @pytest.fixture
    def stopped(self, reaches: Reaches) -> World:
        world = reaches("scheduled")
        stopping.stop(world.deps, world.person("redaktion"), Scope(), "Panne", world.clock.now())
        return world

    def test_the_first_ones_word_lifts_nothing_and_waits_a_day(self, stopped: World) -> None:
        assert not agrees(stopped, "redaktion")
        assert refused(stopped, "redaktion") == "stop.second_person"
        [outlook] = stopping.outlook(stopped.deps, stopped.clock.now()).values()
        assert ([vote.person for vote in outlook.votes], outlook.one_person) == (["redaktion"], False)

        stopped.clock.advance(seconds=VOTE_LIFE.total_seconds())

        assert not agrees(stopped, "betrieb")
        assert agrees(stopped, "redaktion")
        assert views.stop_list(stopped.deps) == []

    def test_the_word_of_someone_locked_out_since_does_not_count(self, stopped: World) -> None:
        people.add_user(stopped.deps, SETUP, "zweite", [Membership(Role.EDITOR)], stopped.clock.now())
        assert not agrees(stopped, "zweite")
        people.set_active(stopped.deps, SETUP, "zweite", False, stopped.clock.now())

        assert not agrees(stopped, "redaktion")
        assert len(views.stop_list(stopped.deps)) == 1

    def test_alone_only_where_nobody_else_may(self, stopped: World) -> None:
        assert refused(stopped, "betrieb", alone=True, reason="Nacht") == "stop.not_alone"
        people.set_active(stopped.deps, SETUP, "redaktion", False, stopped.clock.now())
        assert refused(stopped, "betrieb") == "stop.nobody_else"
        assert refused(stopped, "betrieb", alone=True) == "reason.missing"

        assert agrees(stopped, "betrieb", alone=True, reason="Nacht")

        assert views.stop_list(stopped.deps) == []

    def test_two_who_agree_in_the_same_moment_lift_it_once(self, stopped: World) -> None:
        start = threading.Barrier(2)

        def agree(login: str) -> bool:
            start.wait()
            return agrees(stopped, login)

        with ThreadPoolExecutor(2) as pool:
            lifted = list(pool.map(agree, ("redaktion", "betrieb")))

        assert sorted(lifted) == [False, True]
        assert views.stop_list(stopped.deps) == []

    def test_a_word_for_one_stop_is_none_for_the_next(self, stopped: World) -> None:
        agrees(stopped, "redaktion")
        agrees(stopped, "betrieb")
        stopping.stop(stopped.deps, stopped.person("redaktion"), Scope(), "Noch einmal", stopped.clock.now())

        assert not agrees(stopped, "redaktion")
