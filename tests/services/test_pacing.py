"""A platform that says how little it still takes is spared before it refuses: the account, or every account there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import requests
from sqlalchemy import select

from distributor.store import pacing
from distributor.store.tables import AccountRow, PaceRow
from tests.support.world import World

Reaches = Callable[..., World]

ONE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def tells(world: World, percent: int) -> None:
    options = {"graph_usage_percent": percent}
    requests.post(f"{world.network.base}/_options", json=options, timeout=5).raise_for_status()


def calls(world: World) -> int:
    return len(world.network.requests())


def waits(world: World) -> set[tuple[str, int, str]]:
    with world.deps.store.read() as session:
        rows = session.scalars(select(PaceRow).where(PaceRow.until > world.clock.now()))
        return {(row.channel, row.account_id, row.kind) for row in rows}


@ONE
def test_at_ninety_per_cent_staging_waits_and_what_is_due_goes_out(reaches: Reaches) -> None:
    world = reaches("staged", "facebook")
    tells(world, 95)
    try:
        world.runs_until(world.due())
        assert world.state() == "published"
        assert {kind for _, _, kind in waits(world)} == {"stage", "look", "unstage"}
        before = calls(world)
        with world.deps.store.write() as session:
            session.execute(AccountRow.__table__.update().values(checked_at=world.clock.now()))
        world.works()
        assert calls(world) == before
    finally:
        tells(world, 1)


@ONE
def test_at_the_limit_nothing_is_called_until_the_platform_takes_calls_again(reaches: Reaches) -> None:
    world = reaches("scheduled", "facebook", items=2)
    tells(world, 100)
    try:
        world.runs_until(min(world.due(post["id"]) for post in world.posts()) - timedelta(minutes=90))
        before = calls(world)
        world.clock.advance(minutes=50)
        world.works()
        assert calls(world) == before
    finally:
        tells(world, 1)
    world.runs_until(max(world.due(post["id"]) for post in world.posts()) + timedelta(minutes=5))
    assert world.states() == {"published": 2}


def test_the_longest_wait_counts_and_an_apps_is_that_of_every_account_there(reaches: Reaches) -> None:
    world = reaches("scheduled", "x", organisations=("fulda", "marburg-biedenkopf"))
    now = world.clock.now()
    [first, second] = sorted({post["account_id"] for post in world.posts()})

    def slow(account: int | None, minutes: int) -> None:
        with world.deps.store.write() as session:
            pacing.slow_down(session, [pacing.Wait("x", account, "stage", now + timedelta(minutes=minutes))])

    def free() -> set[int]:
        with world.deps.store.read() as session:
            condition = pacing.slowed(AccountRow.id, AccountRow.channel, "stage", world.clock.now())
            return set(session.scalars(select(AccountRow.id).where(AccountRow.channel == "x", ~condition)))

    slow(first, 10)
    slow(first, 5)
    assert free() == {second}
    world.clock.advance(minutes=6)
    assert free() == {second}
    with world.deps.store.read() as session:
        assert pacing.next_end(session, world.clock.now()) == now + timedelta(minutes=10)
    slow(None, 20)
    assert free() == set()
    world.clock.advance(minutes=15)
    assert free() == {first, second}
