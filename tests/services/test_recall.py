"""Taking back: wherever a post stands, nothing of it is released again, and what is public comes down, with proof."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from distributor.domain import Refused, State
from distributor.services import accounts, approving, clearing, recalling, short_links, stopping, views
from distributor.services.stopping import Scope
from distributor.store.tables import AccountRow
from tests.services.conftest import RELEASE
from tests.support.world import World

Reaches = Callable[..., World]
BEFORE = ("drafted", "awaiting", "scheduled", "staged", "failed", "missed")
LATER = timedelta(hours=3)


def withdraws(world: World) -> dict[State, int]:
    item = world.posts()[0]["item"]
    return recalling.withdraw(
        world.deps, world.person("redaktion"), item, "Die Person will nicht mehr.", world.clock.now()
    )


def recalls(world: World, login: str = "fulda") -> State:
    return recalling.recall(world.deps, world.person(login), world.post()["id"], world.clock.now())


def confirms(world: World, **more: str) -> None:
    approving.confirm(world.deps, world.person("fulda"), world.post()["id"], world.clock.now(), **more)


def loses_the_deleting_key(world: World) -> None:
    """Take the key away with which the channel could delete."""
    number = world.post()["account_id"]
    with world.deps.store.write() as session:
        row, _ = accounts.account_of(session, number)
        label = f"fulda/{row.channel}/{row.name}"
        kept = world.deps.vault.unlock(label, row.secrets or b"")
        session.get_one(AccountRow, number).secrets = world.deps.vault.lock(
            label, {name: value for name, value in kept.items() if name != "user_token"}
        )


class TestWithdrawingAnItem:
    @pytest.mark.parametrize("state", BEFORE)
    def test_before_its_release_closes_every_post_and_leaves_nothing_prepared(
        self, reaches: Reaches, state: str
    ) -> None:
        channels = ("facebook", "instagram", "x") if state == "staged" else ("facebook",)
        world = reaches(state, *channels)

        assert withdraws(world) == {State.CLOSED: len(channels)}
        world.runs_until(world.clock.now() + LATER)

        assert world.states() == {"closed": len(channels)}
        assert {post["reason"]["code"] for post in world.posts()} == {"withdrawn"}
        assert world.network.ledger() == []
        assert views.stage_list(world.deps) == []

    @pytest.mark.parametrize("channel", ["facebook", "x"])
    def test_while_the_release_is_under_way_takes_down_what_comes_of_it(self, reaches: Reaches, channel: str) -> None:
        world = reaches("staged", channel)
        world.clock.set(world.due())
        results = world.calls(world.claims())

        assert withdraws(world) == {State.PUBLISHING: 1}
        world.stores(results)
        assert world.state() == "retracting"
        world.works()

        assert world.state() == "retracted"
        assert world.network.public() == []
        assert world.post()["receipt"]["retracted_at"] is not None

    def test_while_the_release_is_under_way_and_has_no_effect_closes_the_post(self, reaches: Reaches) -> None:
        world = reaches("staged")
        world.clock.set(world.due())
        world.network.suffers("throttle", channel="facebook", method="POST", seconds=60)
        claimed = world.claims()
        withdraws(world)

        world.stores(world.calls(claimed))
        world.runs_until(world.clock.now() + LATER)

        assert world.state() == "closed"
        assert world.network.ledger() == []
        assert views.stage_list(world.deps) == []

    @pytest.mark.parametrize("channel", ["facebook", "x"])
    def test_of_unclear_outcome_looks_and_takes_down_what_it_finds(self, reaches: Reaches, channel: str) -> None:
        world = reaches("uncertain", channel)
        assert len(world.network.public()) == 1

        assert withdraws(world) == {State.UNCERTAIN: 1}
        world.runs_until(world.clock.now() + LATER)

        assert world.state() == "retracted"
        assert world.network.public() == []
        assert len(world.network.ledger()) == 1

    def test_of_unclear_outcome_that_proves_absent_closes_the_post(self, reaches: Reaches) -> None:
        world = reaches("staged")
        world.network.suffers("error_500", channel="facebook", match=RELEASE["facebook"])
        world.runs_until(world.due())
        assert world.state() == "uncertain"

        withdraws(world)
        world.runs_until(world.clock.now() + LATER)

        assert (world.state(), world.network.ledger()) == ("closed", [])
        assert views.stage_list(world.deps) == []

    def test_of_unclear_outcome_that_only_a_person_can_tell_is_closed_by_that_person(self, reaches: Reaches) -> None:
        world = reaches("staged", "x")
        world.network.suffers("error_500", channel="x", match=RELEASE["x"])
        world.runs_until(world.due())
        withdraws(world)
        world.runs_until(world.clock.now() + LATER)
        assert (world.state(), world.post()["reason"]["code"]) == ("uncertain", "outcome.person")

        approving.retry(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())
        world.runs_until(world.clock.now() + LATER)

        assert (world.state(), world.network.ledger()) == ("closed", [])

    @pytest.mark.parametrize("channel", ["facebook", "x"])
    def test_after_its_release_takes_it_down(self, reaches: Reaches, channel: str) -> None:
        world = reaches("published", channel)

        assert withdraws(world) == {State.RETRACTING: 1}
        world.works()

        assert world.state() == "retracted"
        assert world.network.public() == []

    def test_again_changes_nothing(self, reaches: Reaches) -> None:
        world = reaches("published")
        withdraws(world)
        world.works()

        assert withdraws(world) == {State.RETRACTED: 1}
        assert len(world.post()["events"]) == len({event["what"] + event["to"] for event in world.post()["events"]})

    def test_is_for_good(self, reaches: Reaches) -> None:
        world = reaches("scheduled")
        item, guid = world.posts()[0]["item"], world.posts()[0]["item_guid"]
        withdraws(world)

        with pytest.raises(Refused) as refused:
            clearing.hold(world.deps, world.person("redaktion"), item, world.clock.now(), held=False)
        assert refused.value.code == "item.withdrawn"
        world.portal.edits(guid, title="Noch einmal anders")
        world.reads_feed()
        world.runs_until(world.clock.now() + LATER)

        assert world.states() == {"closed": 1}
        assert world.network.ledger() == []

    def test_needs_a_reason(self, reaches: Reaches) -> None:
        world = reaches("awaiting")

        with pytest.raises(Refused) as refused:
            recalling.withdraw(world.deps, world.person("redaktion"), world.posts()[0]["item"], " ", world.clock.now())

        assert refused.value.code == "reason.missing"

    def test_makes_its_short_links_lead_nowhere(self, reaches: Reaches) -> None:
        world = reaches("published")
        code = world.post()["code"]
        assert short_links.target(world.deps, code)

        withdraws(world)

        assert short_links.target(world.deps, code) is None


class TestRecallingAPost:
    def test_takes_down_this_one_and_leaves_the_others(self, reaches: Reaches) -> None:
        world = reaches("published", "facebook", "x")
        [post] = world.posts(channel="facebook")

        recalling.recall(world.deps, world.person("fulda"), post["id"], world.clock.now())
        world.works()

        assert world.state(post["id"]) == "retracted"
        assert [entry["channel"] for entry in world.network.public()] == ["x"]

    def test_that_somebody_deleted_already_counts_as_down(self, reaches: Reaches) -> None:
        world = reaches("published")
        recalls(world)
        claimed = world.claims()
        world.calls(claimed)
        world.dies_and_restarts()

        world.works()

        assert world.state() == "retracted"

    def test_goes_on_under_the_emergency_brake(self, reaches: Reaches) -> None:
        world = reaches("published")
        stopping.stop(world.deps, world.person("redaktion"), Scope(), "Datenpanne", world.clock.now())

        recalls(world)
        world.works()

        assert world.state() == "retracted"
        assert world.network.public() == []

    def test_is_tried_again_while_the_platform_is_silent(self, reaches: Reaches) -> None:
        world = reaches("published")
        world.network.suffers("lost", channel="facebook", method="DELETE", times=2)

        recalls(world)
        world.works()
        assert world.state() == "retracting"
        world.runs_until(world.clock.now() + timedelta(minutes=10))

        assert world.state() == "retracted"
        assert world.network.public() == []

    def test_whose_outcome_only_a_person_can_tell_is_closed_by_that_person(self, reaches: Reaches) -> None:
        world = reaches("staged", "x")
        world.network.suffers("error_500", channel="x", match=RELEASE["x"])
        world.runs_until(world.due())
        recalls(world)
        world.runs_until(world.clock.now() + LATER)
        assert world.state() == "uncertain"

        approving.retry(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())

        assert world.state() == "closed"


class TestByHand:
    def test_what_no_key_can_delete_is_a_task_with_its_link_until_a_person_confirms(self, reaches: Reaches) -> None:
        world = reaches("published", "instagram")
        loses_the_deleting_key(world)

        recalls(world)
        world.works()

        after = world.post()
        assert (after["state"], after["reason"]["code"], after["reason"]["who"]) == (
            "retracting",
            "retract.person",
            "officer",
        )
        assert after["receipt"]["url"] in after["reason"]["text"]
        assert len(world.network.public()) == 1
        world.runs_until(world.clock.now() + timedelta(days=1))
        assert world.state() == "retracting"

        confirms(world)
        assert world.state() == "retracted"
        assert world.post()["receipt"]["retracted_at"] is not None

    def test_a_confirmation_while_the_daemon_still_tries_holds_nobody_up(self, reaches: Reaches) -> None:
        world = reaches("published", "instagram")
        loses_the_deleting_key(world)
        recalls(world)
        claimed = world.claims()
        results = world.calls(claimed)
        confirms(world)

        world.stores(results)

        assert world.state() == "retracted"
        assert world.claims() == []

    def test_a_public_post_is_confirmed_with_its_address_and_then_taken_down_by_hand(self, reaches: Reaches) -> None:
        """What a person typed is no id of the platform's: deleting by it would prove nothing."""
        world = reaches("staged", "x")
        world.network.suffers("error_500", channel="x", match=RELEASE["x"])
        world.runs_until(world.due())
        world.runs_until(world.clock.now() + LATER)
        assert world.post()["reason"]["code"] == "outcome.person"

        confirms(world, url="https://x.com/kjc_fulda/status/17")
        assert (world.state(), world.post()["receipt"]["url"]) == ("published", "https://x.com/kjc_fulda/status/17")

        recalls(world)
        world.works()
        assert (world.state(), world.post()["reason"]["code"]) == ("retracting", "retract.person")
        confirms(world)
        assert world.state() == "retracted"

    def test_without_an_address_nothing_is_confirmed_public(self, reaches: Reaches) -> None:
        world = reaches("uncertain", "x")

        for url in ("", "x.com/status/17", "javascript:alert(1)"):
            with pytest.raises(Refused) as refused:
                confirms(world, url=url)
            assert (refused.value.code, world.state()) == ("url.missing", "uncertain")

    def test_the_address_of_another_of_our_posts_proves_nothing(self, reaches: Reaches) -> None:
        world = reaches("scheduled", "x", items=2)
        [first, second] = sorted(world.posts(), key=lambda post: post["due_at"])
        world.runs_until(world.due(first["id"]))
        world.network.suffers("error_500", channel="x", match=RELEASE["x"])
        world.runs_until(world.due(second["id"]) + LATER)
        assert world.state(second["id"]) == "uncertain"
        receipt = world.post(first["id"])["receipt"]

        with pytest.raises(Refused) as refused:
            approving.confirm(
                world.deps, world.person("fulda"), second["id"], world.clock.now(),
                url=receipt["url"], remote_id=receipt["remote_id"],
            )  # fmt: skip

        assert refused.value.code == "receipt.taken"
        assert world.state(second["id"]) == "uncertain"

    def test_only_what_is_unclear_or_to_be_deleted_can_be_confirmed(self, reaches: Reaches) -> None:
        world = reaches("staged")

        with pytest.raises(Refused) as refused:
            confirms(world, url="https://example.org/1")

        assert refused.value.code == "post.state"
