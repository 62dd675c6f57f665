"""One post, one account or one item that is broken: it is set aside with a reason, and it holds nobody else up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.base import Receipt
from distributor.domain import Refused
from distributor.services import approving, clearing, stopping, views, workpiece
from distributor.services.stopping import Scope
from distributor.store.tables import AccountRow
from tests.support.world import World

Reaches = Callable[..., World]


@pytest.fixture
def two(reaches: Reaches) -> World:
    """One item for two Jobcenter on two channels, all approved for the same moment."""
    return reaches("scheduled", "facebook", "x", organisations=("fulda", "wiesbaden"))


def breaks(world: World, monkeypatch: pytest.MonkeyPatch, ability: str, error: Exception, *, of: int) -> None:
    """Let one ability of one post's connector raise what no connector should."""
    post = world.post(of)
    connector = world.deps.connectors[post["channel"]]
    sound = getattr(connector, ability)

    def broken(*given: Any) -> Any:
        if any(getattr(each, "text", None) == post["text"] for each in given):
            raise error
        return sound(*given)

    monkeypatch.setattr(type(connector), ability, staticmethod(broken))


def of(world: World, organisation: str, channel: str) -> int:
    [post] = world.posts(organisation=organisation, channel=channel)
    return int(post["id"])


def the_others_are_published(world: World, broken: int) -> bool:
    return {post["state"] for post in world.posts() if post["id"] != broken} == {"published"}


class TestAConnectorThatCrashes:
    def test_while_staging_fails_this_post_for_the_operator(self, two: World, monkeypatch: pytest.MonkeyPatch) -> None:
        broken = of(two, "fulda", "facebook")
        breaks(two, monkeypatch, "stage", RuntimeError("boom"), of=broken)

        two.runs_until(two.due(broken))

        assert (two.state(broken), two.post(broken)["reason"]["who"]) == ("failed", "operator")
        assert the_others_are_published(two, broken)

    def test_before_a_byte_of_the_release_left_is_tried_again_and_then_missed(
        self, two: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = of(two, "fulda", "x")
        breaks(two, monkeypatch, "release", ValueError("boom"), of=broken)

        two.runs_until(two.due(broken) + timedelta(minutes=30))
        assert two.state(broken) == "staged"
        assert the_others_are_published(two, broken)
        two.runs_until(two.due(broken) + timedelta(hours=3))

        assert two.state(broken) == "missed"
        assert len(two.network.ledger()) == 3

    def test_while_looking_leaves_the_question_open(self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch) -> None:
        world = reaches("uncertain", "x")
        breaks(world, monkeypatch, "find", KeyError("boom"), of=world.post()["id"])

        world.runs_until(world.clock.now() + timedelta(hours=1))

        assert (world.state(), world.post()["reason"]["who"]) == ("uncertain", "operator")
        assert len(world.network.ledger()) == 1

    def test_after_the_platform_said_yes_is_looked_for_and_found(
        self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = reaches("staged")
        connector = world.deps.connectors["facebook"]
        sound = connector.release

        def broken(*given: Any) -> Any:
            sound(*given)
            raise RuntimeError("boom after the deed")

        monkeypatch.setattr(type(connector), "release", staticmethod(broken))
        world.runs_until(world.due())
        assert world.state() == "uncertain"
        world.runs_until(world.due() + timedelta(minutes=30))

        assert world.state() == "published"
        assert len(world.network.ledger()) == 1

    def test_whose_receipt_cannot_be_stored_is_looked_for_and_found(
        self, two: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = of(two, "fulda", "facebook")
        connector, text = two.deps.connectors["facebook"], two.post(broken)["text"]
        sound = connector.release

        def unnamed(access: Any, post: Any, stage: Any, order: Any) -> Receipt:
            receipt = sound(access, post, stage, order)
            return replace(receipt, remote_id=None) if post.text == text else receipt  # type: ignore[arg-type]

        monkeypatch.setattr(type(connector), "release", staticmethod(unnamed))
        two.runs_until(two.due(broken))
        assert two.state(broken) == "uncertain"
        assert the_others_are_published(two, broken)
        two.runs_until(two.due(broken) + timedelta(minutes=30))

        assert two.states() == {"published": 4}
        assert len(two.network.ledger()) == 4

    def test_tells_no_secret_in_what_is_kept_of_it(self, two: World, monkeypatch: pytest.MonkeyPatch) -> None:
        broken = of(two, "fulda", "facebook")
        breaks(two, monkeypatch, "stage", RuntimeError("GET /x?access_token=EAAB-geheim failed"), of=broken)

        two.runs_until(two.due(broken))

        assert "EAAB-geheim" not in str(two.post(broken))


class TestAnAccountThatCannotBeUsed:
    def test_whose_secrets_no_key_opens_is_paused_and_the_others_go_on(self, two: World) -> None:
        broken = of(two, "fulda", "facebook")
        account = two.post(broken)["account_id"]
        with two.deps.store.write() as session:
            session.get_one(AccountRow, account).secrets = b"from another key"

        two.runs_until(two.due(broken))

        assert two.state(broken) == "scheduled"
        assert the_others_are_published(two, broken)
        with two.deps.store.read() as session:
            assert "DISTRIBUTOR_KEY" in session.get_one(AccountRow, account).paused_reason

    def test_is_still_listed_with_the_others(self, two: World) -> None:
        account = two.post(of(two, "fulda", "facebook"))["account_id"]
        with two.deps.store.write() as session:
            session.get_one(AccountRow, account).secrets = b"from another key"

        listed = views.account_list(two.deps)

        assert len(listed) == 4
        assert next(each for each in listed if each["id"] == account)["missing"]

    def test_of_a_channel_that_is_no_longer_offered_holds_nobody_up(
        self, two: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left = {name: each for name, each in two.deps.connectors.items() if name != "x"}
        two.deps = two.crew._deps = replace(two.deps, connectors=left)

        two.crew.turn(patience=5)
        two.runs_until(two.due(of(two, "fulda", "facebook")))

        assert {post["state"] for post in two.posts(channel="facebook")} == {"published"}


class TestAnItemThatCannotBeMade:
    def test_leaves_the_others_to_be_made(self, reaches: Reaches, monkeypatch: Any) -> None:
        world = reaches("empty", items=3)
        [_, poisonous, _] = world.portal.keeps(3)
        sound = workpiece.tailor

        def broken(content: Any, *given: Any, **more: Any) -> Any:
            if content.guid == poisonous:
                raise ZeroDivisionError
            return sound(content, *given, **more)

        monkeypatch.setattr(workpiece, "tailor", broken)

        world.reads_feed()

        assert {post["item_guid"] for post in world.posts()}.isdisjoint({poisonous})
        assert len(world.posts()) == 2


class TestManyThatAreTurnedDown:
    def test_do_not_delay_what_may_go_out_at_the_same_moment(self, reaches: Reaches) -> None:
        world = reaches("staged", "facebook", "x", organisations=("bergstrasse", "fulda", "wiesbaden"))
        at = world.due(world.posts()[0]["id"])
        for slug in ("bergstrasse", "fulda"):
            stopping.stop(world.deps, world.person("redaktion"), Scope(slug), "Panne", world.clock.now())
        world.clock.set(at)

        world.works()

        assert {post["organisation"]: post["state"] for post in world.posts()} == {
            "bergstrasse": "missed",
            "fulda": "missed",
            "wiesbaden": "published",
        }


def test_a_post_whose_picture_is_lost_from_the_cache_cannot_be_approved_or_staged(reaches: Reaches) -> None:
    world = reaches("awaiting")
    post = world.post()
    for medium in post["media"]:
        world.deps.cache.remove(medium["sha256"])
    with pytest.raises(Refused) as refused:
        approving.approve(world.deps, world.person("fulda"), post["id"], world.clock.now())
    assert refused.value.code == "media.missing"


def test_a_picture_lost_after_the_approval_fails_the_post_before_its_time(reaches: Reaches) -> None:
    world = reaches("scheduled")
    for medium in world.post()["media"]:
        world.deps.cache.remove(medium["sha256"])

    world.runs_until(world.due() - timedelta(minutes=1))

    assert (world.state(), world.post()["reason"]["code"]) == ("failed", "rejected")


def test_an_unknown_item_or_post_is_refused_with_a_sentence(reaches: Reaches) -> None:
    world = reaches("awaiting")
    now, editor, officer = world.clock.now(), world.person("redaktion"), world.person("fulda")

    for code, act in (
        ("item.unknown", lambda: clearing.hold(world.deps, editor, 999, now)),
        ("item.unknown", lambda: views.item_show(world.deps, 999)),
        ("post.unknown", lambda: approving.approve(world.deps, officer, 999, now)),
        ("post.unknown", lambda: views.post_show(world.deps, 999)),
        ("channel.unknown", lambda: clearing.write_text(world.deps, editor, 1, "nirgends", "a", "b", now)),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == code
