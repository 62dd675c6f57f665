"""When a post may be public at all: never under embargo, never out of its validity, never long after its time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from distributor.domain import Refused
from distributor.services import accounts, approving, lapsing, views
from tests.support.feeds import rss
from tests.support.world import START, World

Reaches = Callable[..., World]
DAY = timedelta(days=1)


def guid(world: World) -> str:
    return str(world.posts()[0]["item_guid"])


def approve(world: World, at: datetime | None = None) -> datetime:
    return approving.approve(world.deps, world.person("fulda"), world.post()["id"], world.clock.now(), at=at)


def refusal(world: World, at: datetime | None = None) -> str:
    with pytest.raises(Refused) as refused:
        approve(world, at)
    return refused.value.code


class Dated:
    """A world that reads one item whose bounds a test sets and sets again."""

    def __init__(self, world: World) -> None:
        self.world = world

    def says(self, **bounds: datetime) -> World:
        item = {"guid": "a", "title": "Infoabend", "link": "https://portal.example/a", "text": "Kommt vorbei."}
        url = self.world.portal.prints("dated.rss", rss({**item, **bounds}))
        self.world.reads_feed(url)
        return self.world


@pytest.fixture
def dated(reaches: Reaches) -> Dated:
    """One item with bounds of its own."""
    return Dated(reaches("empty"))


class TestTheEmbargo:
    def test_of_the_feed_moves_the_proposal_behind_it_and_no_person_gets_past(self, dated: Dated) -> None:
        ends = START + 2 * DAY
        world = dated.says(valid_from=ends)
        world.clears()

        assert world.due() >= ends
        assert refusal(world, ends - timedelta(hours=1)) == "time.embargo"
        with pytest.raises(Refused) as refused:
            approving.move(world.deps, world.person("fulda"), world.post()["id"], START + DAY, world.clock.now())
        assert refused.value.code == "time.embargo"

        due = approve(world)
        world.runs_until(due - timedelta(seconds=1))
        assert world.network.ledger() == []
        world.runs_until(due)
        assert world.state() == "published"

    def test_of_an_item_published_in_the_future_is_its_date(self, reaches: Reaches) -> None:
        world = reaches("empty", items=0)
        world.portal.publishes(
            slug="morgen", title="Morgen", summary="Bald.", published_at=(START + 3 * DAY).isoformat()
        )
        world.reads_feed()
        world.clears()

        assert world.due() >= START + 3 * DAY

    @pytest.mark.parametrize(
        ("state", "channel"), [("scheduled", "x"), ("staged", "facebook"), ("staged", "instagram")]
    )
    def test_that_comes_after_the_approval_keeps_the_post_in(self, reaches: Reaches, state: str, channel: str) -> None:
        world = reaches(state, channel)
        due = world.due()
        ends = due + DAY

        world.portal.edits(guid(world), published_at=ends.isoformat())
        world.reads_feed()
        world.runs_until(due + timedelta(hours=1))

        assert world.network.ledger() == []
        assert world.state() == "awaiting"
        assert world.post()["approved_digest"] is None
        assert world.due() >= ends
        assert [stage["state"] for stage in views.stage_list(world.deps)] == []

        approve(world)
        world.runs_until(world.due() + timedelta(seconds=1))
        assert world.state() == "published"

    def test_that_is_known_only_at_the_due_second_still_counts(self, reaches: Reaches) -> None:
        world = reaches("staged")
        world.clock.set(world.due())
        world.portal.edits(guid(world), published_at=(world.due() + DAY).isoformat())
        world.reads_feed()

        world.works()

        assert (world.state(), world.network.ledger()) == ("awaiting", [])

    def test_that_is_lifted_lets_the_post_out_at_its_next_slot(self, dated: Dated) -> None:
        world = dated.says(valid_from=START + 30 * DAY)
        world.clears()
        dated.says(valid_from=START - DAY)

        assert world.due() >= START + 30 * DAY  # a proposal that is still possible is not moved
        approve(world, START + timedelta(hours=2))
        world.runs_until(START + timedelta(hours=2))
        assert world.state() == "published"


class TestTheEndOfValidity:
    def test_nobody_approves_beyond_it(self, dated: Dated) -> None:
        world = dated.says(valid_until=START + DAY)
        world.clears()

        assert world.due() < START + DAY
        assert refusal(world, START + DAY + timedelta(hours=2)) == "time.validity"

    @pytest.mark.parametrize("ahead", [timedelta(hours=3), timedelta(minutes=1)], ids=["scheduled", "staged"])
    def test_that_moves_before_the_time_of_an_approved_post_closes_it(self, dated: Dated, ahead: timedelta) -> None:
        world = dated.says(valid_until=START + 2 * DAY)
        world.clears()
        due = approve(world, START + timedelta(hours=5))
        world.runs_until(due - ahead)

        dated.says(valid_until=due)
        world.runs_until(due + timedelta(minutes=5))

        assert (world.state(), world.post()["reason"]["code"]) == ("closed", "expired")
        assert world.network.ledger() == []
        assert views.stage_list(world.deps) == []

    def test_closes_what_nobody_approved(self, dated: Dated) -> None:
        world = dated.says(valid_until=START + DAY)
        world.clears()

        world.runs_until(START + DAY)

        assert (world.state(), world.post()["reason"]["code"]) == ("closed", "expired")

    def test_closes_a_post_held_up_by_trouble_until_then(self, dated: Dated) -> None:
        world = dated.says(valid_until=START + timedelta(hours=3))
        world.clears()
        due = approve(world, START + timedelta(hours=2, minutes=30))
        world.network.suffers("throttle", channel="facebook", method="POST", seconds=3600, match=r"/\d+_\d+$")

        world.runs_until(due + timedelta(hours=2))

        assert (world.state(), world.network.ledger()) == ("closed", [])


class TestLateness:
    def test_a_daemon_that_was_down_for_less_than_the_policy_publishes_late(self, reaches: Reaches) -> None:
        world = reaches("scheduled")
        due = world.due()
        world.clock.set(due + timedelta(hours=2))

        world.works()

        assert world.state() == "published"
        assert world.due() == due

    def test_beyond_it_the_post_is_missed_and_needs_a_person(self, reaches: Reaches) -> None:
        world = reaches("staged")
        world.clock.set(world.due() + timedelta(hours=2, seconds=1))

        world.works()

        assert world.state() == "missed"
        assert world.post()["reason"]["who"] == "officer"
        assert world.network.ledger() == []
        world.runs_until(world.clock.now() + 3 * DAY)
        assert (world.state(), world.network.ledger()) == ("missed", [])

    @pytest.mark.parametrize("verb", ["retry", "move", "publish_now"])
    def test_a_person_sends_a_missed_post_after_all(self, reaches: Reaches, verb: str) -> None:
        world = reaches("missed")
        officer, number, now = world.person("fulda"), world.post()["id"], world.clock.now()

        if verb == "move":
            approving.move(world.deps, officer, number, now + timedelta(minutes=30), now)
        elif verb == "retry":
            approving.retry(world.deps, officer, number, now)
        else:
            approving.publish_now(world.deps, officer, number, now)
        assert world.state() == "scheduled"
        world.runs_until(world.due())

        assert world.state() == "published"
        assert len(world.network.ledger()) == 1

    def test_what_a_duty_finds_too_late_is_missed_even_on_a_paused_account(self, reaches: Reaches) -> None:
        world = reaches("staged")
        accounts.pause(world.deps, world.person("betrieb"), world.post()["account_id"], "", world.clock.now())
        world.clock.set(world.due() + timedelta(hours=2, seconds=1))

        assert lapsing.miss(world.deps, world.clock.now()) == 1

        assert world.state() == "missed"


class TestSilence:
    def test_an_unapproved_post_is_given_the_next_free_slot_again_and_again(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        seen = [world.due()]
        for _ in range(3):
            world.runs_until(seen[-1])
            seen.append(world.due())

        assert seen == sorted(set(seen))
        assert world.state() == "awaiting"
        assert world.network.ledger() == []

    @pytest.mark.parametrize("state", ["awaiting", "drafted"])
    def test_after_a_fortnight_it_is_closed_as_expired(self, reaches: Reaches, state: str) -> None:
        world = reaches(state)
        world.runs_until(START + 14 * DAY - timedelta(seconds=1))
        assert world.state() == state

        world.runs_until(START + 14 * DAY)

        assert (world.state(), world.post()["reason"]["code"]) == ("closed", "expired")

    def test_the_fortnight_does_not_run_while_an_embargo_holds(self, dated: Dated) -> None:
        world = dated.says(valid_from=START + 21 * DAY)
        world.clears()

        world.runs_until(START + 20 * DAY)
        assert world.state() == "awaiting"

        world.runs_until(START + 36 * DAY)
        assert world.state() == "closed"

    def test_an_approval_that_became_void_late_leaves_its_officer_a_fortnight(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        approve(world, START + 21 * DAY + timedelta(hours=4))
        world.runs_until(START + 20 * DAY)

        world.portal.edits(guid(world), title="Kurz vorher geändert")
        world.reads_feed()
        world.runs_until(START + 22 * DAY)

        assert world.state() == "awaiting"

    def test_silence_never_approves(self, reaches: Reaches) -> None:
        world = reaches("awaiting", "facebook", "x")

        world.runs_until(START + 20 * DAY)

        assert world.network.ledger() == []
        assert all(post["approved_digest"] is None for post in world.posts())
