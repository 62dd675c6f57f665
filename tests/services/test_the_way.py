"""From the feed to the public: each step, and that what is public is what was approved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from distributor.domain import FeedItem, Refused
from distributor.services import approving, tailoring, taking_in
from tests.support.world import World, dumps, same

CHANNELS = ("facebook", "instagram", "x")
Reaches = Callable[..., World]


def test_what_is_public_is_what_was_approved_each_once_at_its_time(reaches: Reaches) -> None:
    world = reaches("empty", *CHANNELS, items=3, organisations=("fulda", "marburg-biedenkopf"))
    assert world.reads_feed() == 3
    assert world.states() == {"drafted": 18}

    world.clears()
    assert world.states() == {"awaiting": 18}
    world.approves()
    approved = {post["id"]: world.post(post["id"]) for post in world.posts()}
    assert world.states() == {"scheduled": 18}
    assert world.network.ledger() == []

    world.runs_until(world.clock.now() + timedelta(days=5))

    assert world.states() == {"published": 18}
    public = {(entry["channel"], entry["id"]): entry for entry in world.network.ledger()}
    assert len(public) == 18
    for number, before in approved.items():
        after = world.post(number)
        entry = public.pop((after["channel"], after["receipt"]["remote_id"]))
        assert same(before, entry), dumps({"approved": before, "public": entry})
        assert after["sent_digest"] == after["staged_digest"] == before["approved_digest"]
        assert after["receipt"]["at"] == before["due_at"]
        assert [attempt["outcome"] for attempt in after["attempts"] if attempt["kind"] == "release"] == ["receipt"]
    assert not public


def test_each_step_of_a_life_is_told_with_who_took_it(reaches: Reaches) -> None:
    world = reaches("published")

    told = [(event["from"], event["to"], event["actor"]) for event in world.post()["events"]]

    assert told == [
        ("drafted", "awaiting", "redaktion"),
        ("awaiting", "scheduled", "fulda"),
        ("scheduled", "staged", "daemon"),
        ("staged", "publishing", "daemon"),
        ("publishing", "published", "daemon"),
    ]


def test_every_call_stands_in_the_database_before_it_is_made_and_is_closed_after(
    reaches: Reaches,
) -> None:
    world = reaches("staged")
    world.clock.set(world.due())

    claimed = world.claims()

    [attempt] = [attempt for attempt in world.post()["attempts"] if attempt["kind"] == "release"]
    assert (attempt["finished_at"], world.network.ledger()) == (None, [])
    world.stores(world.calls(claimed))
    assert world.state() == "published"
    assert all(attempt["finished_at"] for attempt in world.post()["attempts"])


def test_nothing_goes_out_before_its_time(reaches: Reaches) -> None:
    world = reaches("staged")
    world.clock.set(world.due() - timedelta(microseconds=1))
    world.works()
    assert world.network.ledger() == []

    world.clock.set(world.due())
    world.works()
    assert world.state() == "published"


def test_staging_begins_two_hours_ahead_and_not_earlier(reaches: Reaches) -> None:
    world = reaches("awaiting")
    at = world.clock.now() + timedelta(days=1, hours=2)
    world.approves(at=at)
    world.clock.set(at - timedelta(hours=2, seconds=1))
    world.works()
    assert world.state() == "scheduled"

    world.clock.set(at - timedelta(hours=2))
    world.works()
    assert world.state() == "staged"


def test_an_item_entered_by_hand_is_published_like_one_from_the_feed(reaches: Reaches) -> None:
    world = reaches("empty", "facebook", "x")
    item = FeedItem(guid="", title="Heute geschlossen", link="", summary="Wegen Umzugs bleibt heute geschlossen.")
    number = taking_in.add_item(world.deps, world.person("redaktion"), item, world.clock.now())
    tailoring.tailor_stale(world.deps, world.clock.now())
    world.clears(number)
    world.approves()

    world.runs_until(world.clock.now() + timedelta(days=1))

    assert world.states() == {"published": 2}
    assert all("Heute geschlossen" in entry["text"] for entry in world.network.public())


def test_an_item_without_a_title_or_by_somebody_who_may_not_is_refused(reaches: Reaches) -> None:
    world = reaches("empty")
    with pytest.raises(Refused) as refused:
        taking_in.add_item(
            world.deps, world.person("redaktion"), FeedItem(guid="", title=" ", link=""), world.clock.now()
        )
    assert refused.value.code == "item.title"

    for login in ("fulda", "pruefung", "betrieb"):
        with pytest.raises(Refused) as refused:
            item = FeedItem(guid="", title="T", link="")
            taking_in.add_item(world.deps, world.person(login), item, world.clock.now())
        assert refused.value.code == "forbidden"


def test_publish_now_sends_at_once_and_not_at_the_slot(reaches: Reaches) -> None:
    world = reaches("staged")
    before = world.due()

    approving.publish_now(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())
    world.works()

    assert world.state() == "published"
    assert world.post()["receipt"]["at"] < before.isoformat()
