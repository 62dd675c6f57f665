"""A Jobcenter leaves a channel: from every state of a post, what is public kept or deleted, nothing else touched."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from distributor.domain import Refused, State
from distributor.services import accounts, approving, leaving, recall_views, recalling, tailoring, views
from distributor.store.tables import AccountRow
from tests.support.world import World

Reaches = Callable[..., World]
S = State


def account(world: World, channel: str = "x", organisation: str = "fulda") -> dict[str, Any]:
    listed = views.account_list(world.deps, organisation=organisation)
    [one] = [each for each in listed if each["channel"] == channel]
    return one


def leaves(world: World, published: Any = "keep", channel: str = "x", login: str = "betrieb") -> bool:
    number, now = account(world, channel)["id"], world.clock.now()
    return leaving.retire(world.deps, world.person(login), number, published, "Beschluss des Kreises", now)


def tends(world: World) -> None:
    world.works()
    leaving.tend(world.deps, world.clock.now())
    world.works()
    leaving.tend(world.deps, world.clock.now())


def secrets_of(world: World, channel: str = "x") -> bytes | None:
    with world.deps.store.read() as session:
        return session.get_one(AccountRow, account(world, channel)["id"]).secrets


def state(world: World, channel: str = "x") -> str:
    [post] = world.posts(channel=channel)
    found: str = post["state"]
    return found


@pytest.mark.parametrize("published", ["keep", "delete"])
@pytest.mark.parametrize("start", ["drafted", "awaiting", "scheduled", "staged", "failed", "missed"])
def test_what_waits_is_closed_and_nothing_is_left_at_the_platform(reaches: Reaches, start: str, published: str) -> None:
    world = reaches(start, "x", "facebook")
    assert secrets_of(world)

    leaves(world, published)
    tends(world)

    assert (state(world), state(world, "facebook")) == ("closed", start)
    assert [stage for stage in views.stage_list(world.deps) if stage["channel"] == "x"] == []
    assert secrets_of(world) is None
    assert secrets_of(world, "facebook")
    assert account(world)["retired_at"] is not None
    world.runs_until(world.clock.now() + timedelta(days=3))
    assert world.network.public("x") == []


def test_without_anything_to_settle_the_token_goes_at_once(reaches: Reaches) -> None:
    world = reaches("awaiting", "x")

    assert leaves(world)

    assert secrets_of(world) is None


def test_a_release_of_unknown_outcome_is_looked_for_before_the_token_goes(reaches: Reaches) -> None:
    """The daemon died with the claim; the release may be out."""
    world = reaches("publishing", "facebook")

    assert not leaves(world, "keep", "facebook")
    world.dies_and_restarts()
    assert secrets_of(world, "facebook")
    for _ in range(4):
        world.runs_until(world.clock.now() + timedelta(minutes=10))

    assert (state(world, "facebook"), secrets_of(world, "facebook")) == ("closed", None)
    assert world.network.public() == []


def test_a_claimed_release_is_withheld_and_closed(reaches: Reaches) -> None:
    world = reaches("staged", "x")
    world.clock.set(world.due())
    claimed = world.claims()
    before = len(world.network.requests())

    assert not leaves(world)
    assert secrets_of(world)
    results = world.calls(claimed)
    assert len(world.network.requests()) == before
    world.stores(results)
    tends(world)

    assert (state(world), secrets_of(world)) == ("closed", None)


@pytest.mark.parametrize(("published", "expected"), [("keep", "published"), ("delete", "retracted")])
def test_what_is_public_stays_or_is_deleted_first(reaches: Reaches, published: str, expected: str) -> None:
    world = reaches("published", "x", "facebook")

    leaves(world, published)
    tends(world)

    assert (state(world), state(world, "facebook")) == (expected, "published")
    assert len(world.network.public("x")) == (expected == "published")
    assert len(world.network.public("facebook")) == 1
    assert secrets_of(world) is None


@pytest.mark.parametrize(("published", "expected"), [("keep", "published"), ("delete", "retracted")])
def test_what_is_uncertain_is_looked_for_first(reaches: Reaches, published: str, expected: str) -> None:
    world = reaches("uncertain", "facebook")

    assert not leaves(world, published, "facebook")
    assert secrets_of(world, "facebook")
    for _ in range(4):
        world.runs_until(world.clock.now() + timedelta(minutes=10))

    assert (state(world, "facebook"), secrets_of(world, "facebook")) == (expected, None)


@pytest.mark.parametrize("start", ["publishing", "uncertain", "published"])
def test_what_was_or_may_be_public_is_recalled_with_a_proof_of_deletion(reaches: Reaches, start: str) -> None:
    world = reaches(start, "facebook", "instagram")
    [post] = world.posts(channel="facebook")

    leaves(world, "delete", "facebook")
    world.dies_and_restarts()
    for _ in range(4):
        world.runs_until(world.clock.now() + timedelta(minutes=10))

    [listed] = recall_views.recall_list(world.deps)
    proof = json.loads(recall_views.proof(world.deps, listed["recall"]))
    assert (proof["kind"], proof["subject"]) == ("account", str(account(world, "facebook")["id"]))
    assert (proof["complete"], proof["open"]) == (True, 0)
    assert [(each["post"], each["found"]) for each in proof["posts"]] == [(post["id"], start)]
    assert proof["posts"][0]["outcome"] == ("never_public" if start == "publishing" else "deleted")
    assert world.network.public("facebook") == []
    assert secrets_of(world, "facebook") is None


def test_leaving_with_nothing_public_recalls_nothing(reaches: Reaches) -> None:
    world = reaches("staged", "x")

    leaves(world, "delete")
    tends(world)

    assert recall_views.recall_list(world.deps) == []


def test_what_only_a_person_can_find_out_keeps_the_recall_open(reaches: Reaches) -> None:
    """X never says surely that a post is absent; the token goes, the proof stays open until somebody has looked."""
    world = reaches("uncertain", "x")
    world.network.suffers("error", channel="x", match=".*", status=403, body={"title": "Forbidden"}, times=None)
    leaves(world, "delete")
    for _ in range(4):
        world.runs_until(world.clock.now() + timedelta(minutes=30))
    [listed] = recall_views.recall_list(world.deps)
    assert (listed["complete"], listed["open"]) == (False, 1)

    officer, number = world.person("fulda"), world.post()["id"]
    approving.confirm(world.deps, officer, number, world.clock.now(), url="https://x.example/i/1")
    world.runs_until(world.clock.now() + timedelta(minutes=10))
    assert world.state() == "retracting"
    approving.confirm(world.deps, officer, number, world.clock.now())
    world.runs_until(world.clock.now() + timedelta(minutes=10))

    [done] = recall_views.recall_list(world.deps)
    assert done["complete"]


def test_what_stays_public_is_a_task_with_its_link_at_a_later_recall(reaches: Reaches) -> None:
    world = reaches("published", "x")
    leaves(world)
    [post] = world.posts()

    recalling.recall(world.deps, world.person("fulda"), post["id"], world.clock.now())
    world.runs_until(world.clock.now() + timedelta(minutes=2))

    told = world.post()
    assert told["state"] == "retracting"
    assert told["reason"]["who"] == "officer"
    assert told["receipt"]["url"] in told["reason"]["text"]
    approving.confirm(world.deps, world.person("fulda"), post["id"], world.clock.now())
    assert world.state() == "retracted"


def test_a_dead_token_does_not_keep_anybody_from_leaving(reaches: Reaches) -> None:
    world = reaches("staged", "facebook")
    body = {"error": {"message": "expired", "code": 190, "type": "OAuthException"}}
    world.network.suffers("error", channel="facebook", match=".*", status=401, body=body, times=None)
    leaves(world, "keep", "facebook")
    accounts.pause(world.deps, world.person("fulda"), account(world, "facebook")["id"], "tot", world.clock.now())

    tends(world)

    assert secrets_of(world, "facebook") is None
    [left] = views.stage_list(world.deps)
    assert (left["state"], left["next_try_at"]) == ("leftover", None)


class TestAfterwards:
    @pytest.fixture
    def left(self, reaches: Reaches) -> World:
        world = reaches("awaiting", "x", "facebook")
        leaves(world)
        return world

    def test_nothing_is_tailored_for_it_any_more(self, left: World) -> None:
        left.portal.publishes(guid="urn:neu", title="Neu", summary="Ein Satz.", picture="", hours_ago=1)
        left.reads_feed()
        left.clears()

        assert {post["channel"] for post in left.posts(states=["drafted", "awaiting"])} == {"facebook"}

    def test_it_is_not_taken_up_again_nor_left_twice(self, left: World) -> None:
        operator, now = left.person("betrieb"), left.clock.now()
        number = account(left)["id"]
        name = account(left)["name"]
        for act in (
            lambda: accounts.go_on(left.deps, operator, number, now),
            lambda: accounts.add_account(left.deps, operator, "fulda", "x", name, {}, now),
            lambda: leaving.retire(left.deps, operator, number, "keep", "Noch einmal", now),
        ):
            with pytest.raises(Refused) as refused:
                act()
            assert refused.value.code == "account.retired"

    def test_whoever_comes_back_connects_a_new_account(self, left: World) -> None:
        number = accounts.add_account(left.deps, left.person("betrieb"), "fulda", "x", "neu", {}, left.clock.now())
        tailoring.tailor_stale(left.deps, left.clock.now())

        assert {post["account_id"] for post in left.posts(states=["awaiting", "drafted"])} >= {number}


def test_a_reason_is_needed_and_only_ones_own_account_may_be_left(reaches: Reaches) -> None:
    world = reaches("awaiting", "x", organisations=("fulda", "wiesbaden"))
    number, now = account(world)["id"], world.clock.now()

    def code(login: str, reason: str = "Beschluss") -> str:
        with pytest.raises(Refused) as refused:
            leaving.retire(world.deps, world.person(login), number, "keep", reason, now)
        return refused.value.code

    assert [code("betrieb", " "), code("wiesbaden"), code("redaktion")] == ["reason.missing", "forbidden", "forbidden"]
    assert leaving.retire(world.deps, world.person("fulda"), number, "keep", "Beschluss", now)
    assert account(world, organisation="wiesbaden")["retired_at"] is None


def test_an_approval_in_the_same_moment_does_not_bring_it_back(reaches: Reaches) -> None:
    world = reaches("awaiting", "x")
    [post] = world.posts()
    leaves(world)

    with pytest.raises(Refused):
        approving.approve(world.deps, world.person("fulda"), post["id"], world.clock.now())
    assert world.state() == "closed"
