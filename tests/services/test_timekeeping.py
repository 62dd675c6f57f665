"""The time by which a daemon acts: the database's, and nothing goes out while the clocks disagree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from distributor.daemon import Daemon
from distributor.domain import State
from distributor.services import health, timekeeping
from distributor.services.timekeeping import Timekeeper
from distributor.store.engine import Store
from tests.support.world import START, World

Reaches = Callable[..., World]


class Hosts:
    """Two hosts' clocks and the seconds since one of them was booted, each set by the test."""

    def __init__(self, start: datetime = START) -> None:
        self.wall = start
        self.database: datetime | None = start
        self.ticks = 1000.0

    def passes(self, seconds: float) -> None:
        self.ticks += seconds
        self.wall += timedelta(seconds=seconds)
        if self.database is not None:
            self.database += timedelta(seconds=seconds)


class _Store:
    """A database that tells the time that the test says."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts

    def time(self) -> datetime | None:
        return self._hosts.database


@pytest.fixture
def hosts() -> Hosts:
    """All clocks right."""
    return Hosts()


@pytest.fixture
def keeper(hosts: Hosts) -> Timekeeper:
    """A timekeeper that has asked them once."""
    made = Timekeeper(_Store(hosts), lambda: hosts.wall, lambda: hosts.ticks)  # type: ignore[arg-type]
    made.compare()
    return made


def alone(hosts: Hosts) -> None:
    """One host with its embedded database has one clock."""
    hosts.database = None


def test_the_databases_clock_decides_and_runs_on_between_beats(hosts: Hosts, keeper: Timekeeper) -> None:
    hosts.wall += timedelta(seconds=20)
    keeper.compare()
    assert keeper.now() == START

    hosts.passes(7.5)
    hosts.wall += timedelta(hours=3)  # set by somebody: between beats nobody looks at it
    assert keeper.now() == START + timedelta(seconds=7.5)


@pytest.mark.parametrize("seconds", [31, -31, 7200])
def test_a_host_whose_clock_is_off_holds_until_it_is_right_again(
    hosts: Hosts, keeper: Timekeeper, seconds: int
) -> None:
    hosts.wall += timedelta(seconds=seconds)
    keeper.compare()
    assert ("vor" if seconds > 0 else "nach") in keeper.trouble
    assert keeper.now() == START

    hosts.wall -= timedelta(seconds=seconds)
    keeper.compare()
    assert keeper.trouble == ""


@pytest.mark.parametrize("seconds", [30, -30, 0])
def test_what_clocks_always_differ_by_is_no_trouble(hosts: Hosts, keeper: Timekeeper, seconds: int) -> None:
    hosts.wall += timedelta(seconds=seconds)
    keeper.compare()

    assert keeper.trouble == ""


@pytest.mark.parametrize("seconds", [61, -61, 86400])
@pytest.mark.parametrize("single", [True, False], ids=["one host", "both hosts alike"])
def test_a_time_that_jumps_is_not_believed(hosts: Hosts, keeper: Timekeeper, single: bool, seconds: int) -> None:
    if single:
        alone(hosts)
    hosts.passes(10)
    hosts.wall += timedelta(seconds=seconds)
    if hosts.database is not None:
        hosts.database += timedelta(seconds=seconds)
    keeper.compare()

    assert "gesprungen" in keeper.trouble
    assert keeper.now() == START + timedelta(seconds=10)

    hosts.passes(3600)
    keeper.compare()
    assert "gesprungen" in keeper.trouble, "waiting makes it no better"

    hosts.wall -= timedelta(seconds=seconds)
    if hosts.database is not None:
        hosts.database -= timedelta(seconds=seconds)
    keeper.compare()
    assert keeper.trouble == ""
    assert keeper.now() == START + timedelta(seconds=3610)


def test_a_host_that_slept_has_not_jumped(hosts: Hosts, keeper: Timekeeper) -> None:
    """The seconds since boot count on while a machine sleeps."""
    alone(hosts)
    hosts.passes(8 * 3600)
    keeper.compare()

    assert keeper.trouble == ""
    assert keeper.now() == START + timedelta(hours=8)


def test_who_begins_with_clocks_apart_believes_neither_and_later_the_one_that_was_mended(hosts: Hosts) -> None:
    hosts.database = START + timedelta(hours=2)
    keeper = Timekeeper(_Store(hosts), lambda: hosts.wall, lambda: hosts.ticks)  # type: ignore[arg-type]
    keeper.compare()
    assert keeper.trouble

    hosts.database = START
    keeper.compare()

    assert keeper.trouble == ""
    assert keeper.now() == START


def test_the_real_clocks_of_this_machine_agree(store: Store) -> None:
    keeper = Timekeeper(store)
    keeper.compare()

    assert keeper.trouble == ""
    assert abs(keeper.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert timekeeping.disagreement(store) == ""


class TestADaemonWhoseClockIsOff:
    @pytest.fixture
    def daemon(self, reaches: Reaches) -> tuple[World, Daemon, Hosts]:
        """A daemon beside the world's own, with a post prepared that is due in a minute."""
        world = reaches(State.STAGED)
        hosts = Hosts(world.clock.now())
        keeper = Timekeeper(_Store(hosts), lambda: hosts.wall, lambda: hosts.ticks)  # type: ignore[arg-type]
        keeper.compare()
        return world, Daemon(world.deps, keeper, keeper), hosts

    def test_publishes_nothing_and_calls_nothing_missed(self, daemon: tuple[World, Daemon, Hosts]) -> None:
        world, crew, hosts = daemon
        crew.begin()
        hosts.wall += timedelta(hours=3)
        hosts.database = hosts.wall
        crew.beat()
        crew.publish()
        crew.do_duties()

        assert world.state() == State.STAGED
        assert world.network.public() == []
        [clock] = [each for each in health.examine(world.deps, world.clock.now()) if each.subject == "Uhr"]
        assert clock.grave
        assert not clock.ok
        assert "gesprungen" in clock.text

        hosts.wall -= timedelta(hours=3)
        hosts.database = hosts.wall
        hosts.passes(120)
        world.clock.set(hosts.wall)
        crew.beat()
        crew.publish()
        [clock] = [each for each in health.examine(world.deps, world.clock.now()) if each.subject == "Uhr"]
        assert clock.ok
        assert world.state() == State.PUBLISHED
        crew.end()

    def test_does_not_publish_early_by_its_own_hosts_clock(self, daemon: tuple[World, Daemon, Hosts]) -> None:
        """Twenty seconds ahead is no trouble; the post still waits for the database's time."""
        world, crew, hosts = daemon
        crew.begin()
        hosts.passes(50)
        hosts.wall += timedelta(seconds=20)
        crew.beat()
        crew.publish()
        assert world.state() == State.STAGED

        hosts.passes(11)
        crew.publish()
        assert world.state() == State.PUBLISHED
        crew.end()
