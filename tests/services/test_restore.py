"""Yesterday's backup comes back: what may have gone out since is looked for, and nothing goes out twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from distributor.daemon import Daemon
from distributor.domain import Refused
from distributor.services import health, recalling, restoring, stopping, views
from distributor.services.stopping import Scope
from tests.support.auditing import audit
from tests.support.databases import Databases
from tests.support.world import World

Reaches = Callable[..., World]
CHANNELS = ("facebook", "instagram", "x")


def begins(world: World, folder: Path | None = None) -> Daemon:
    """Begin a daemon as it is begun in life, and let the world turn that one from now on."""
    world.dies()
    deps = world.deps
    if folder is not None:
        deps = replace(deps, settings=replace(deps.settings, data_dir=folder))
    daemon = Daemon(deps, world.clock)  # type: ignore[arg-type]
    daemon.begin()
    world.crew, world.ownership = daemon._crew, daemon._ownership
    return daemon


def backs_up(world: World, databases: Databases, *, first: bool = False) -> str:
    """Keep the database as it is; ``first``: before any daemon of this version began on it."""
    if not first:
        begins(world)
    world.dies()
    world.deps.store.close()
    kept = databases.keep(world.environment["DISTRIBUTOR_DATABASE_URL"])
    begins(world)
    return kept


def restores(world: World, databases: Databases, kept: str) -> None:
    world.dies()
    world.deps.store.close()
    databases.restore(world.environment["DISTRIBUTOR_DATABASE_URL"], kept)
    begins(world)


def resumes(world: World) -> None:
    for login in ("betrieb", "redaktion"):
        stopping.resume(world.deps, world.person(login), Scope(), world.clock.now())


class TestWhatWasDueSince:
    @pytest.mark.parametrize("state", ["scheduled", "staged"])
    def test_is_looked_for_before_anything_and_found(self, reaches: Reaches, databases: Databases, state: str) -> None:
        world = reaches(state, *CHANNELS)
        kept = backs_up(world, databases)
        world.runs_until(world.due(world.posts()[0]["id"]) + timedelta(minutes=5))
        assert world.states() == {"published": 3}
        before = world.network.ledger()

        restores(world, databases, kept)
        assert world.states() == {"uncertain": 3}
        world.runs_until(world.clock.now() + timedelta(minutes=30))

        assert world.states() == {"published": 3}
        assert world.network.ledger() == before
        audit(world).all_is_well(ambiguous=0)

    def test_and_never_went_out_is_left_to_people(self, reaches: Reaches, databases: Databases) -> None:
        world = reaches("scheduled", *CHANNELS, items=2)
        kept = backs_up(world, databases)
        first, last = sorted({world.due(post["id"]) for post in world.posts()})[::5]
        world.runs_until(first)
        world.clock.set(last + timedelta(minutes=5))
        gone_out = len(world.network.ledger())
        assert 0 < gone_out < 6

        restores(world, databases, kept)
        world.runs_until(world.clock.now() + timedelta(hours=4))
        resumes(world)
        world.runs_until(world.clock.now() + timedelta(days=1))

        assert len(world.network.ledger()) == gone_out
        verdict = audit(world)
        verdict.all_is_well(ambiguous=6 - gone_out)
        assert len(verdict.published) == gone_out

    @pytest.mark.parametrize("first", [False, True], ids=["backed up in use", "backed up before the first daemon"])
    def test_is_held_until_two_people_let_it_go_on(self, reaches: Reaches, databases: Databases, first: bool) -> None:
        world = reaches("scheduled", "facebook")
        kept = backs_up(world, databases, first=first)
        world.runs_until(world.due())

        restores(world, databases, kept)

        [stop] = views.stop_list(world.deps)
        assert (stop["scope"], "Rücksicherung" in stop["reason"]) == ("alles", True)
        assert restoring.outlook(world.deps).being_looked_for == 1


class TestWhatTheBackupDoesNotKnowAtAll:
    @pytest.mark.parametrize("state", ["drafted", "awaiting"])
    def test_an_approval_given_anew_is_looked_for_before_the_release(
        self, reaches: Reaches, databases: Databases, state: str
    ) -> None:
        world = reaches(state, *CHANNELS)
        kept = backs_up(world, databases)
        everything_goes_out(world)
        assert world.states() == {"published": 3}
        before = world.network.ledger()

        restores(world, databases, kept)
        resumes(world)
        everything_goes_out(world)

        assert world.states() == {"published": 3}
        assert world.network.ledger() == before

    def test_what_never_went_out_goes_out_then(self, reaches: Reaches, databases: Databases) -> None:
        world = reaches("scheduled", *CHANNELS, items=2)
        kept = backs_up(world, databases)
        dues = sorted({world.due(post["id"]) for post in world.posts()})
        world.runs_until(dues[0])
        gone_out = len(world.network.ledger())

        restores(world, databases, kept)
        world.runs_until(world.clock.now() + timedelta(minutes=30))
        resumes(world)
        world.runs_until(dues[-1] + timedelta(days=2))

        verdict = audit(world)
        verdict.all_is_well(ambiguous=6 - gone_out)
        assert len(verdict.published) > gone_out


def everything_goes_out(world: World) -> None:
    world.clears()
    world.approves()
    world.runs_until(max(world.due(post["id"]) for post in world.posts()) + timedelta(hours=1))


class TestADatabaseThatIsAtHomeElsewhere:
    def test_is_not_sent_from(self, reaches: Reaches, tmp_path: Path) -> None:
        world = reaches("staged")
        begins(world)
        world.clock.set(world.due())

        with pytest.raises(Refused) as refused:
            begins(world, tmp_path / "elsewhere")

        assert refused.value.code == "database.foreign"
        assert world.network.ledger() == []

    def test_is_sent_from_once_an_operator_says_that_only_the_folder_is_new(
        self, reaches: Reaches, tmp_path: Path
    ) -> None:
        world = reaches("staged")
        begins(world)
        world.clock.set(world.due())
        there = replace(world.deps, settings=replace(world.deps.settings, data_dir=tmp_path / "elsewhere"))

        assert not restoring.adopt(there, world.person("betrieb"), world.clock.now(), current=True)
        begins(world, tmp_path / "elsewhere")
        world.works()

        assert world.state() == "published"

    def test_counts_as_restored_if_nobody_says_so(self, reaches: Reaches, tmp_path: Path) -> None:
        world = reaches("staged")
        begins(world)
        world.clock.set(world.due())
        there = replace(world.deps, settings=replace(world.deps.settings, data_dir=tmp_path / "elsewhere"))

        assert restoring.adopt(there, world.person("betrieb"), world.clock.now())
        begins(world, tmp_path / "elsewhere")

        assert world.state() == "uncertain"
        assert views.stop_list(world.deps)

    def test_only_an_operator_says_so(self, reaches: Reaches) -> None:
        world = reaches("staged")
        with pytest.raises(Refused) as refused:
            restoring.adopt(world.deps, world.person("fulda"), world.clock.now())
        assert refused.value.code == "forbidden"


class TestADatabaseThatIsAsItWas:
    def test_is_gone_on_with(self, reaches: Reaches) -> None:
        world = reaches("staged", "facebook", "x")
        begins(world)
        world.clock.set(world.due(world.posts()[0]["id"]))
        world.works()
        assert world.states() == {"published": 2}

        begins(world)

        assert views.stop_list(world.deps) == []
        assert restoring.outlook(world.deps).standing == "current"
        assert not [finding for finding in health.examine(world.deps, world.clock.now()) if "sicher" in finding.text]

    def test_is_joined_by_a_host_with_a_folder_of_its_own_while_another_lives(
        self, reaches: Reaches, databases: Databases, tmp_path: Path
    ) -> None:
        if databases.kind == "sqlite":
            pytest.skip("several hosts need PostgreSQL")
        world = reaches("staged")
        begins(world)
        deps = replace(world.deps, settings=replace(world.deps.settings, data_dir=tmp_path / "second host"))
        second = Daemon(deps, world.clock)  # type: ignore[arg-type]

        second.begin()
        second.end()

        assert views.stop_list(world.deps) == []


def test_commits_lost_under_a_running_daemon_are_noticed_at_its_next_beat(
    reaches: Reaches, databases: Databases
) -> None:
    world = reaches("scheduled", "facebook")
    kept = backs_up(world, databases)
    daemon = begins(world)
    world.runs_until(world.due())
    world.deps.store.close()
    if world.ownership._connection is not None:
        world.ownership._connection.close()
    databases.restore(world.environment["DISTRIBUTOR_DATABASE_URL"], kept)

    daemon.beat()

    assert world.state() == "uncertain"
    assert views.stop_list(world.deps)


def test_an_officer_recalls_a_post_that_is_looked_for(reaches: Reaches, databases: Databases) -> None:
    world = reaches("scheduled", "facebook")
    kept = backs_up(world, databases)
    world.runs_until(world.due())
    restores(world, databases, kept)

    recalling.recall(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())
    world.runs_until(world.clock.now() + timedelta(hours=1))

    assert world.state() == "retracted"
    assert world.network.public() == []
