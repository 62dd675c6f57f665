"""Days in seconds: only against the sandbox, its clock and ours together, from one due moment to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from sqlalchemy import select

from distributor import settings
from distributor.clock import SimulatedClock
from distributor.daemon import Daemon
from distributor.domain import Refused
from distributor.services import simulation
from distributor.services.deps import Deps
from distributor.store.tables import AccountRow
from tests.support.world import START, World

DAY = timedelta(days=1)


def elsewhere(world: World, **hosts: str) -> Deps:
    return replace(world.deps, settings=settings.load({**world.environment, **hosts}))


def refusal(deps: Deps) -> str:
    with pytest.raises(Refused) as refused:
        simulation.begin(deps, START, START + DAY)
    return refused.value.code


def test_an_account_on_a_server_of_its_own_is_asked_there(reaches: Callable[..., World]) -> None:
    world = reaches("empty", "mastodon")
    simulation.begin(world.deps, START, START + DAY)

    with world.deps.store.write() as session:
        account = session.scalars(select(AccountRow)).one()
        account.fields = {**account.fields, "server": "https://social.example"}

    assert refusal(world.deps) == "simulation.real"


def test_only_accounts_of_the_sandbox_are_simulated(reaches: Callable[..., World], sandbox: str) -> None:
    world = reaches("empty", "facebook", "x")

    for url in (
        "https://api.x.com",
        "http://127.0.0.1:1/api.x.com",
        "http://sandbox.example/api.x.com",
        f"http://127.0.0.1.evil.example:{sandbox.rsplit(':', 1)[1]}/api.x.com",
    ):
        assert refusal(elsewhere(world, DISTRIBUTOR_X_API_URL=url)) == "simulation.real", url
    assert simulation.begin(world.deps, START, START + DAY).now() == START


def test_a_server_on_this_machine_that_is_no_sandbox_is_not_mistaken_for_one(
    reaches: Callable[..., World], served_media: tuple[str, object]
) -> None:
    world = reaches("empty", "x")

    assert refusal(elsewhere(world, DISTRIBUTOR_X_API_URL=served_media[0])) == "simulation.real"


def test_without_accounts_there_is_nothing_to_simulate(make_world: Callable[..., World]) -> None:
    world = make_world(organisations=("fulda",), channels=())

    assert refusal(world.deps) == "simulation.empty"


def test_it_does_not_end_before_it_begins(reaches: Callable[..., World]) -> None:
    world = reaches("empty", "x")

    with pytest.raises(Refused) as refused:
        simulation.begin(world.deps, START, START)

    assert refused.value.code == "simulation.past"


def test_the_sandboxs_clock_goes_with_it_and_never_back(reaches: Callable[..., World], sandbox: str) -> None:
    world = reaches("empty", "x")
    clock = simulation.begin(world.deps, START, START + DAY)

    clock.set(START + timedelta(hours=5))

    assert requests.get(f"{sandbox}/_clock", timeout=5).json()["now"].startswith("2026-11-23T13:00:00")
    with pytest.raises(ValueError, match="back"):
        clock.set(START)


def test_a_simulated_fortnight_publishes_everything_at_its_time(reaches: Callable[..., World]) -> None:
    world = reaches("scheduled", items=2)
    dues = {post["id"]: post["due_at"] for post in world.posts()}
    clock = simulation.begin(world.deps, START, START + 3 * DAY)
    daemon = Daemon(world.deps, clock)
    daemon.begin()

    daemon.simulate(clock, START + 3 * DAY)
    daemon.end()

    assert clock.now() == START + 3 * DAY
    assert {post["id"]: post["receipt"]["at"] for post in world.posts()} == dues


def test_the_next_moment_is_what_is_due_next_and_nothing_beyond_the_end(reaches: Callable[..., World]) -> None:
    world = reaches("staged")
    due = world.due()

    def following(until: timedelta) -> object:
        return simulation.next_moment(world.deps, world.clock.now(), due + until)

    assert following(timedelta(days=1)) == due
    assert following(timedelta()) == due
    assert following(-timedelta(seconds=1)) is None


def test_a_clock_tells_its_followers_where_it_begins() -> None:
    told: list[object] = []

    clock = SimulatedClock(START, told.append)
    clock.set(START + DAY)

    assert told == [START, START + DAY]
