"""A daemon that dies, at any moment: nothing is lost, nothing is doubled, and who only seemed dead does no harm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from connectors.base import Withheld
from distributor.clock import boottime
from distributor.services import approving, calling, recalling, stopping, views
from distributor.services.crew import Crew
from distributor.services.stopping import Scope
from distributor.store.ownership import Ownership
from distributor.store.tables import AccountRow, AttemptRow, ItemRow
from tests.services.conftest import RELEASE
from tests.support.world import World

Reaches = Callable[..., World]
CHANNELS = ("facebook", "instagram", "x", "mastodon", "bluesky")
SETTLED = timedelta(minutes=30)


@contextmanager
def another_daemon(world: World) -> Iterator[Crew]:
    ownership = Ownership(world.deps.store, world.deps.settings.data_dir / "workers")
    ownership.begin(world.clock.now())
    crew = Crew(world.deps, ownership, world.clock.now)
    try:
        yield crew
    finally:
        crew.finish()
        ownership.end()


def settles(world: World) -> None:
    """Live on until every doubt is resolved; what only a person can tell is told by one who looks."""
    world.runs_until(world.clock.now() + SETTLED)
    for post in world.posts(states=["uncertain"]):
        assert post["reason"]["code"] == "outcome.person"
        assert not [entry for entry in world.network.ledger() if entry["channel"] == post["channel"]]
        approving.retry(world.deps, world.person("fulda"), post["id"], world.clock.now())
    world.works()


class TestKilledInARelease:
    @pytest.mark.parametrize("channel", CHANNELS)
    def test_between_the_claim_and_the_call(self, reaches: Reaches, channel: str) -> None:
        world = reaches("staged", channel)
        world.clock.set(world.due())
        assert len(world.claims()) == 1

        world.dies_and_restarts()

        assert (world.state(), world.post()["reason"]["code"]) == ("uncertain", "owner.died")
        settles(world)
        assert world.state() == "published"
        assert len(world.network.ledger()) == 1

    @pytest.mark.parametrize("channel", CHANNELS)
    def test_between_the_call_and_the_store(self, reaches: Reaches, channel: str) -> None:
        world = reaches("staged", channel)
        world.clock.set(world.due())
        world.calls(world.claims())
        [entry] = world.network.ledger()

        world.dies_and_restarts()

        assert world.state() == "uncertain"
        settles(world)
        assert world.state() == "published"
        assert world.post()["receipt"]["remote_id"] == entry["id"]
        assert world.network.ledger() == [entry]

    def test_again_and_again(self, reaches: Reaches) -> None:
        world = reaches("staged")
        world.clock.set(world.due())
        world.claims()
        for _ in range(3):
            world.dies_and_restarts()
            world.clock.advance(minutes=3)
            world.claims()
        world.dies_and_restarts()

        settles(world)

        assert world.state() == "published"
        assert len(world.network.ledger()) == 1


class TestKilledInAnyOtherCall:
    @pytest.mark.parametrize(
        ("channel", "called"), [("facebook", False), ("facebook", True), ("instagram", True), ("x", True)]
    )
    def test_staging_is_simply_done_again(self, reaches: Reaches, channel: str, called: bool) -> None:
        world = reaches("scheduled", channel)
        world.clock.set(world.due() - timedelta(minutes=30))
        claimed = world.claims()
        if called:
            world.calls(claimed)

        world.dies_and_restarts()

        assert world.state() == "scheduled"
        world.runs_until(world.due())
        assert world.state() == "published"
        assert len(world.network.ledger()) == 1

    def test_looking_is_simply_done_again(self, reaches: Reaches) -> None:
        world = reaches("uncertain", "x")
        world.clock.advance(minutes=2)
        claimed = world.claims()
        assert [call.work.kind for call in claimed] == ["look"]
        world.calls(claimed)

        world.dies_and_restarts()
        world.works()

        assert world.state() == "published"
        assert len(world.network.ledger()) == 1

    @pytest.mark.parametrize("called", [False, True], ids=["before the call", "after it"])
    def test_taking_down_and_sweeping_are_simply_done_again(self, reaches: Reaches, called: bool) -> None:
        world = reaches("published")
        recalling.recall(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())
        claimed = world.claims()
        if called:
            world.calls(claimed)
        world.dies_and_restarts()
        world.works()

        assert world.state() == "retracted"
        assert world.network.public() == []

    def test_what_lies_left_over_is_swept_by_the_next_daemon(self, reaches: Reaches) -> None:
        world = reaches("staged")
        approving.reject(world.deps, world.person("fulda"), world.post()["id"], "Passt nicht.", world.clock.now())
        world.calls(world.claims())

        world.dies_and_restarts()
        world.works()

        assert views.stage_list(world.deps) == []


class TestWhoWasStoppedBetweenTheClaimAndTheCall:
    def test_sends_nothing_when_it_wakes_after_its_time(
        self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = reaches("staged")
        world.clock.set(world.due())
        claimed = world.claims()
        before = len(world.network.requests())
        monkeypatch.setattr(calling, "boottime", lambda: boottime() + calling.BUDGET.total_seconds() + 1)

        world.stores(world.calls(claimed))

        assert len(world.network.requests()) == before
        assert world.state() == "staged"


class TestAClaimThatWasOvertaken:
    """Between the claim and the byte a daemon may stand still, and the portal may set a bound."""

    def test_by_time_sends_nothing_however_fresh_its_own_clock_says_it_is(self, reaches: Reaches) -> None:
        world = reaches("staged")
        due = world.due()
        world.clock.set(due)
        [call] = world.claims()
        world.clock.set(due + world.deps.policy.lateness + timedelta(seconds=1))
        before = len(world.network.requests())

        world.stores(world.calls([replace(call, claimed_at=boottime())]))

        assert len(world.network.requests()) == before
        world.runs_until(world.clock.now() + timedelta(minutes=1))
        assert (world.state(), world.post()["reason"]["code"]) == ("missed", "late")

    @pytest.mark.parametrize("bound", ["embargo_until", "valid_until"])
    def test_by_a_bound_that_the_portal_has_set_since_sends_nothing(self, reaches: Reaches, bound: str) -> None:
        world = reaches("staged")
        world.clock.set(world.due())
        claimed = world.claims()
        moment = world.clock.now() + timedelta(minutes=10 if bound == "embargo_until" else 0)
        with world.deps.store.write() as session:
            setattr(session.scalars(select(ItemRow)).one(), bound, moment)
        before = len(world.network.requests())

        world.stores(world.calls(claimed))

        assert len(world.network.requests()) == before


class TestWhoOnlySeemedDead:
    def test_sends_nothing_any_more_when_it_wakes(self, reaches: Reaches) -> None:
        world = reaches("staged")
        world.clock.set(world.due())
        sleeper, claimed = world.crew, world.claims()
        world.dies_and_restarts()
        before = len(world.network.requests())

        results = [sleeper._run(call) for call in claimed]

        assert isinstance(results[0].answer, Withheld)
        assert len(world.network.requests()) == before
        sleeper._landed = results
        sleeper._commit(results, claiming=False)
        assert world.state() == "uncertain"

    def test_resolves_the_doubt_about_its_post_by_its_late_answer_and_no_other(self, reaches: Reaches) -> None:
        world = reaches("staged")
        world.clock.set(world.due())
        sleeper, claimed = world.crew, world.claims()
        results = world.calls(claimed)
        world.dies_and_restarts()
        assert (world.state(), world.post()["receipt"]) == ("uncertain", None)

        sleeper._landed = results
        sleeper._commit(results, claiming=False)

        assert world.state() == "published"
        settles(world)
        assert world.state() == "published"
        assert len(world.network.ledger()) == 1

    def test_has_a_late_answer_kept_out_of_the_state_when_the_doubt_is_resolved(self, reaches: Reaches) -> None:
        world = reaches("staged")
        world.clock.set(world.due())
        sleeper, claimed = world.crew, world.claims()
        results = world.calls(claimed)
        world.dies_and_restarts()
        settles(world)
        before = world.post()

        sleeper._landed = results
        sleeper._commit(results, claiming=False)

        assert world.post() == before

    @pytest.mark.parametrize("channel", ["facebook", "instagram"])
    def test_does_not_put_its_own_draft_where_another_is_being_released(self, reaches: Reaches, channel: str) -> None:
        """Else a look would ask about a draft that nobody released, and release it beside the one that is public."""
        world = reaches("scheduled", channel)
        world.clock.set(world.due() - timedelta(hours=1))
        sleeper, late = world.crew, world.calls(world.claims())
        world.dies_and_restarts()
        while world.state() != "staged":
            world.works()
            world.clock.advance(minutes=1)
        world.clock.set(world.due())
        world.network.suffers("error_after_commit", channel=channel, match=RELEASE[channel])
        world.works()
        assert world.state() == "uncertain"

        sleeper._landed = late
        sleeper._commit(late, claiming=False)
        settles(world)

        assert world.state() == "published"
        assert len(world.network.public(channel)) == 1


class TestTwoDaemons:
    def test_share_the_work_and_double_none_of_it(self, reaches: Reaches) -> None:
        world = reaches("scheduled", "facebook", "x", items=2, organisations=("fulda", "wiesbaden"))
        dues = sorted(world.due(post["id"]) for post in world.posts())
        with another_daemon(world) as crew, ThreadPoolExecutor(2) as pool:
            for due in dues:
                world.clock.set(due - timedelta(hours=1) if due - timedelta(hours=1) > world.clock.now() else due)
                list(pool.map(_works, (crew, world.crew)))
                world.clock.set(due)
                list(pool.map(_works, (crew, world.crew)))

        assert world.states() == {"published": 8}
        assert len(world.network.ledger()) == 8
        with world.deps.store.read() as session:
            releases = session.scalars(select(AttemptRow.post_id).where(AttemptRow.kind == "release")).all()
        assert sorted(releases) == sorted(post["id"] for post in world.posts())

    def test_a_living_one_is_not_robbed_however_old_its_lease(self, reaches: Reaches) -> None:
        world = reaches("staged")
        world.clock.set(world.due())
        claimed = world.claims()
        world.clock.advance(minutes=30)

        with another_daemon(world) as crew:
            assert crew.rescue() == 0
            assert not crew.turn()
            world.stores(world.calls(claimed))

        assert world.state() == "published"

    def test_one_that_ended_while_it_was_calling_leaves_nothing_claimed_for_ever(self, reaches: Reaches) -> None:
        world = reaches("staged")
        world.clock.set(world.due())
        world.claims()
        world.ownership.end()

        with another_daemon(world) as crew:
            assert crew.rescue() == 1

        assert world.state() == "uncertain"


def _works(crew: Crew) -> None:
    while crew.turn() or crew.busy:
        pass


class TestOrderlyEnd:
    def test_what_is_in_flight_is_finished_and_stored_and_nothing_new_begun(self, reaches: Reaches) -> None:
        world = reaches("staged")
        world.clock.set(world.due())
        world.crew.turn(patience=0)

        world.crew.finish()

        assert world.state() == "published"
        assert not world.crew.busy
        with world.deps.store.read() as session:
            assert session.scalars(select(AccountRow.owner)).all() == [None]


def test_a_stop_between_the_claim_and_the_call_lets_no_byte_out(reaches: Reaches) -> None:
    world = reaches("staged")
    world.clock.set(world.due())
    claimed = world.claims()
    before = len(world.network.requests())

    flying = stopping.stop(world.deps, world.person("redaktion"), Scope(), "Datenpanne", world.clock.now())
    world.stores(world.calls(claimed))

    assert flying == 1
    assert len(world.network.requests()) == before
    assert (world.state(), world.post()["reason"]["code"]) == ("missed", "stopped")
