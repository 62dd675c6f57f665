"""A Jobcenter with two accounts on one channel: the second is no way around a gate, and each goes its own way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.sandbox.enrol import enrol
from distributor.domain import Refused
from distributor.services import (
    accounts,
    approving,
    auto_approving,
    correcting,
    leaving,
    planning,
    recalling,
    stopping,
    views,
)
from distributor.services.stopping import Scope
from tests.services.conftest import Reaches
from tests.services.test_every_gate import FURTHER, closes_further, goes_on, stages
from tests.services.test_gates import person, shows
from tests.support.world import SETUP, World

SECOND = "kjc_fulda_zwei"
REMOTE = {"bluesky": "kjc-fulda-zwei.bsky.sandbox", "mastodon": SECOND}
FIRST, OTHER = "kjc_fulda", SECOND


def with_two(reaches: Reaches, channel: str, items: int = 1) -> World:
    """A world whose only Jobcenter has two accounts on one channel; every post waits for its officer."""
    world = reaches("empty", channel, items=items)
    [known] = views.account_list(world.deps)
    remote = REMOTE.get(channel, "69000017")
    made = enrol(channel, remote, SECOND, "fulda", world.network.base)
    fields = {next(iter(known["fields"])): remote, **made.fields}
    accounts.add_account(world.deps, SETUP, "fulda", channel, SECOND, fields, world.clock.now())
    world._register([*world._registered, dict(made.entry)])
    world.reads_feed()
    world.clears()
    assert {post["account"] for post in world.posts(states=["awaiting"])} == {FIRST, OTHER}
    return world


def of(world: World, account: str) -> dict[str, Any]:
    [post] = [each for each in world.posts() if each["account"] == account]
    return post


def by_account(world: World) -> tuple[str, str]:
    return of(world, FIRST)["state"], of(world, OTHER)["state"]


def publishes(world: World) -> None:
    world.approves(at=max(world.due(post["id"]) for post in world.posts()))
    world.runs_until(max(world.due(post["id"]) for post in world.posts()) + timedelta(minutes=5))
    assert by_account(world) == ("published", "published")
    assert len(world.network.public()) == 2


def test_a_closed_gate_holds_for_both(reaches: Reaches) -> None:
    world = with_two(reaches, "facebook", len(FURTHER) + 1)
    world.approves()
    stages(world)

    free = closes_further(world)
    goes_on(world)

    public = world.network.ledger()
    assert {entry["text"] for entry in public} == {post["text"] for post in world.posts(item_id=free)}
    assert len({entry["account"] for entry in public}) == 2


def test_a_person_who_signed_for_another_channel_is_shown_on_neither(reaches: Reaches) -> None:
    world = with_two(reaches, "facebook")

    shows(world, person(world, channels=("x",)))

    assert by_account(world) == ("drafted", "drafted")


def test_where_the_same_words_are_forbidden_the_second_waits_a_day_or_gets_its_own(reaches: Reaches) -> None:
    world = with_two(reaches, "x")
    first, second = sorted(post["id"] for post in world.posts())
    officer, now, at = world.person("fulda"), world.clock.now(), world.due(first)
    approving.approve(world.deps, officer, first, now, at=at)

    with pytest.raises(Refused) as refused:
        approving.approve(world.deps, officer, second, now, at=at + timedelta(hours=2))
    assert refused.value.code == "post.blocked"
    assert "Denselben Text bringt hier schon" in refused.value.text

    world.clock.advance(minutes=1)
    approving.edit(world.deps, officer, second, "Hier steht etwas anderes. {{link}}", world.clock.now())
    approving.approve(
        world.deps, world.person("redaktion"), second, world.clock.now(), at=at + timedelta(hours=2), despite=True
    )
    assert by_account(world) == ("scheduled", "scheduled")


def test_a_withdrawal_reaches_both_and_a_recalled_post_leaves_the_other(reaches: Reaches) -> None:
    world = with_two(reaches, "facebook")
    publishes(world)

    recalling.recall(world.deps, world.person("fulda"), of(world, OTHER)["id"], world.clock.now())
    world.works()
    assert by_account(world) == ("published", "retracted")

    now = world.clock.now()
    recalling.withdraw(world.deps, world.person("redaktion"), world.posts()[0]["item"], "Widerruf", now)
    world.works()
    assert (by_account(world), world.network.public()) == (("retracted", "retracted"), [])


@pytest.mark.parametrize("scope", [Scope(), Scope(organisation="fulda"), Scope(channel="facebook")])
def test_a_stop_holds_both(reaches: Reaches, scope: Scope) -> None:
    world = with_two(reaches, "facebook")
    world.approves(at=max(world.due(post["id"]) for post in world.posts()))

    stopping.stop(world.deps, world.person("redaktion"), scope, "Panne", world.clock.now())
    world.runs_until(max(world.due(post["id"]) for post in world.posts()))

    assert world.network.ledger() == []


def test_leaving_one_leaves_the_other_alone(reaches: Reaches) -> None:
    world = with_two(reaches, "facebook")
    world.approves(at=max(world.due(post["id"]) for post in world.posts()))
    number, now = of(world, OTHER)["account_id"], world.clock.now()

    leaving.retire(world.deps, world.person("betrieb"), number, "keep", "Beschluss", now)
    world.runs_until(max(world.due(post["id"]) for post in world.posts(states=["scheduled"])) + timedelta(minutes=5))

    assert by_account(world) == ("published", "closed")
    assert len(world.network.public()) == 1


def test_a_correction_reaches_the_account_that_carried_the_original_only(reaches: Reaches) -> None:
    world = with_two(reaches, "facebook")
    officer, now = world.person("fulda"), world.clock.now()
    approving.reject(world.deps, officer, of(world, OTHER)["id"], "Nicht hier", now)
    world.approves()
    world.runs_until(world.due(of(world, FIRST)["id"]) + timedelta(minutes=5))
    world.portal.edits(str(of(world, FIRST)["item_guid"]), title="Die Beratung ist am 6. Mai")
    world.reads_feed()
    item = of(world, FIRST)["item"]

    made = correcting.settle(world.deps, world.person("redaktion"), item, "correct", "Falscher Tag", world.clock.now())

    assert made == 1
    assert [post["account"] for post in world.posts() if post["corrects"]] == [FIRST]


def test_what_approves_itself_on_one_waits_for_a_person_on_the_other(reaches: Reaches) -> None:
    world = with_two(reaches, "facebook")
    topics = views.item_show(world.deps, of(world, FIRST)["item"])["content"]["topics"]
    number = of(world, FIRST)["account_id"]
    auto_approving.set_topics(world.deps, world.person("fulda"), number, topics, world.clock.now())
    planning.propose(world.deps, world.clock.now())

    auto_approving.approve_waiting(world.deps, world.clock.now())

    assert by_account(world) == ("scheduled", "awaiting")
