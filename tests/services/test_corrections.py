"""A published item changes at the portal: a person leaves (the default), corrects or recalls what is public."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from distributor.domain import Refused
from distributor.services import (
    approving,
    auto_approving,
    clearing,
    correcting,
    health,
    leaving,
    planning,
    recall_views,
    recalling,
    stopping,
    views,
)
from distributor.services.stopping import Scope
from distributor.store import items
from distributor.store.tables import EventRow, PostRow, SettlementRow
from tests.support.world import World

CHANNELS = ("facebook", "instagram", "x")
Reaches = Callable[..., World]


def changes(world: World, **change: Any) -> int:
    """Let the portal change the only item; return its number."""
    world.portal.edits(str(world.posts()[0]["item_guid"]), **(change or {"title": "Die Beratung ist am 6. Mai"}))
    world.reads_feed()
    number: int = world.posts()[0]["item"]
    return number


def settles(world: World, choice: Any = "correct", login: str = "redaktion", **more: Any) -> int:
    now = world.clock.now()
    return correcting.settle(
        world.deps, world.person(login), world.posts()[0]["item"], choice, "Falscher Tag", now, **more
    )


def corrections(world: World) -> list[dict[str, Any]]:
    return [post for post in world.posts() if post["corrects"]]


def releases(world: World) -> None:
    """Clear what the change opened, approve what waits, and let it go out."""
    planning.propose(world.deps, world.clock.now())
    world.approves()
    world.runs_until(max(world.due(post["id"]) for post in corrections(world)) + timedelta(minutes=5))


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


class TestTheQuestion:
    def test_is_asked_with_both_texts_and_nothing_happens_until_it_is_answered(self, reaches: Reaches) -> None:
        world = reaches("published", *CHANNELS)
        assert correcting.changed_list(world.deps) == []

        item = changes(world)

        [asked] = correcting.changed_list(world.deps)
        assert (asked["id"], asked["revision"], asked["posts"]) == (item, 2, 3)
        shown = correcting.changed_show(world.deps, item)
        assert shown is not None
        [title] = shown["differences"]
        assert (title["what"], shown["from_revision"]) == ("Überschrift", 1)
        assert "".join(text for text, _ in title["new"]) == "Die Beratung ist am 6. Mai"
        assert len(shown["posts"]) == 3
        found = [
            one for one in health.examine(world.deps, world.clock.now()) if one.subject == "Veröffentlichte Beiträge"
        ]
        assert "items changed" in found[0].text
        world.runs_until(world.clock.now() + timedelta(days=2))
        assert world.states() == {"published": 3}
        assert len(world.network.public()) == 3

    @pytest.mark.parametrize("state", ["drafted", "awaiting", "scheduled", "staged", "failed", "missed"])
    def test_is_not_asked_of_what_is_not_public(self, reaches: Reaches, state: str) -> None:
        world = reaches(state)

        item = changes(world)

        assert correcting.changed_list(world.deps) == []
        assert correcting.changed_show(world.deps, item) is None
        assert code_of(lambda: settles(world, "leave")) == "item.not_changed"

    def test_is_answered_once_per_change_by_who_may_with_a_reason_for_what_they_saw(self, reaches: Reaches) -> None:
        world = reaches("published")
        item, now = changes(world), world.clock.now()

        def without_reason() -> object:
            return correcting.settle(world.deps, world.person("redaktion"), item, "correct", " ", now)

        assert code_of(lambda: settles(world, login="fulda")) == "forbidden"
        assert code_of(without_reason) == "reason.missing"
        assert code_of(lambda: settles(world, revision=1)) == "item.stale"
        correcting.settle(world.deps, world.person("redaktion"), item, "leave", "", now, revision=2)
        assert code_of(lambda: settles(world)) == "item.not_changed"
        assert (correcting.changed_list(world.deps), corrections(world)) == ([], [])

        changes(world, title="Noch einmal anders")
        assert [each["revision"] for each in correcting.changed_list(world.deps)] == [3]

    def test_recall_takes_everything_back(self, reaches: Reaches) -> None:
        world = reaches("published", *CHANNELS)
        changes(world)

        assert settles(world, "recall") == 3
        world.runs_until(world.clock.now() + timedelta(minutes=10))

        assert world.states() == {"retracted": 3}
        [row] = recall_views.recall_list(world.deps)
        assert (row["kind"], row["complete"]) == ("item", True)


class TestACorrection:
    def test_goes_through_every_gate_to_exactly_the_accounts_of_the_originals(self, reaches: Reaches) -> None:
        world = reaches("published", *CHANNELS, organisations=("fulda", "wiesbaden"))
        other = next(post for post in world.posts() if (post["organisation"], post["channel"]) == ("wiesbaden", "x"))
        recalling.recall(world.deps, world.person("wiesbaden"), other["id"], world.clock.now())
        world.runs_until(world.clock.now() + timedelta(minutes=5))
        originals = {post["account_id"]: post for post in world.posts(states=["published"])}
        before = len(world.network.ledger())
        changes(world)

        assert settles(world) == 5

        made = corrections(world)
        assert {post["account_id"]: post["corrects"] for post in made} == {
            account: post["id"] for account, post in originals.items()
        }
        assert {post["state"] for post in made} == {"awaiting"}
        assert len(world.network.ledger()) == before
        releases(world)
        assert {post["state"] for post in corrections(world)} == {"published"}
        fresh = [entry for entry in world.network.public() if "6. Mai" in entry["text"]]
        assert len(fresh) == 5
        day = originals[made[0]["account_id"]]["receipt"]["at"][:10]
        told = f"Korrektur: In unserem Post vom {day[8:]}.{day[5:7]}.{day[:4]} stimmte etwas nicht."
        assert all(entry["text"].startswith(told) for entry in fresh)
        assert correcting.changed_list(world.deps) == []

    def test_is_recorded_and_the_reason_stands_with_the_decision_only(self, reaches: Reaches) -> None:
        world = reaches("published")
        changes(world)
        settles(world)

        with world.deps.store.read() as session:
            [decision] = session.query(SettlementRow).all()
            events = {event.what: event for event in session.query(EventRow).all()}
        assert (decision.choice, decision.reason, decision.revision) == ("correct", "Falscher Tag", 2)
        assert events["item.settled"].reason == "correct"
        assert events["item.settled"].reason_sha256
        [made] = corrections(world)
        assert (events["post.corrects"].subject_id, events["post.corrects"].reason) == (
            str(made["id"]),
            str(made["corrects"]),
        )
        assert "Falscher Tag" not in json.dumps([str(vars(event)) for event in events.values()])

    def test_waits_for_clearance_when_the_change_brings_a_new_picture(self, reaches: Reaches) -> None:
        world = reaches("published")
        changes(world, picture="kaution.png")
        settles(world)

        [made] = corrections(world)
        assert made["state"] == "drafted"
        assert code_of(lambda: approving.approve(world.deps, world.person("fulda"), made["id"], world.clock.now()))
        world.clears()
        releases(world)
        assert corrections(world)[0]["state"] == "published"

    def test_is_void_when_the_item_changes_again_before_it_goes_out(self, reaches: Reaches) -> None:
        world = reaches("published")
        changes(world)
        settles(world)
        planning.propose(world.deps, world.clock.now())
        world.approves()

        changes(world, title="Die Beratung ist am 7. Mai")

        [made] = corrections(world)
        assert (made["state"], made["approved_digest"]) == ("awaiting", None)
        assert "7. Mai" in made["text"]
        settles(world)
        assert len(corrections(world)) == 1

    def test_is_corrected_itself_by_the_next(self, reaches: Reaches) -> None:
        world = reaches("published")
        changes(world)
        settles(world)
        releases(world)
        [first] = corrections(world)
        changes(world, title="Die Beratung ist am 7. Mai")

        assert settles(world) == 1

        assert [post["corrects"] for post in corrections(world)] == [first["corrects"], first["id"]]

    def test_that_was_rejected_is_not_made_again(self, reaches: Reaches) -> None:
        world = reaches("published")
        changes(world)
        settles(world)
        [made] = corrections(world)
        approving.reject(world.deps, world.person("fulda"), made["id"], "Unnötig", world.clock.now())

        correcting.make_due(world.deps, world.clock.now())
        world.reads_feed()

        assert [post["state"] for post in corrections(world)] == ["closed"]

    def test_that_would_say_the_same_is_blocked_until_somebody_writes_what_is_right(self, reaches: Reaches) -> None:
        world = reaches("published")
        changes(world, text="Ein langer Text, von dem kein Post etwas sagt.")
        settles(world)
        [made] = corrections(world)
        assert "correction.same_text" in {problem["rule"] for problem in made["problems"]}
        assert made["state"] == "drafted"

        clearing.write_text(
            world.deps, world.person("redaktion"), made["item"], "facebook", "Komm um 11 Uhr.", "Kommen Sie um 11 Uhr.",
            world.clock.now(),
        )  # fmt: skip

        [made] = corrections(world)
        assert made["state"] == "awaiting"
        assert made["text"].startswith("Korrektur: In unserem Post vom ")
        assert "um 11 Uhr." in made["text"]

    def test_says_that_it_corrects_whatever_the_officer_writes(self, reaches: Reaches) -> None:
        world = reaches("published")
        changes(world)
        settles(world)
        [made] = corrections(world)
        officer, now = world.person("fulda"), world.clock.now()

        approving.edit(world.deps, officer, made["id"], "Am 6. Mai beraten wir.", now)
        assert corrections(world)[0]["text"].startswith("Korrektur: In unserem Post vom ")
        approving.edit(world.deps, officer, made["id"], "Richtigstellung: Am 6. Mai beraten wir.", now)
        assert corrections(world)[0]["text"].startswith("Richtigstellung: Am 6. Mai")

    def test_is_held_up_by_stop_like_any_post(self, reaches: Reaches) -> None:
        world = reaches("published")
        changes(world)
        settles(world)
        planning.propose(world.deps, world.clock.now())
        world.approves()
        stopping.stop(world.deps, world.person("fulda"), Scope("fulda"), "Trauer", world.clock.now())

        world.runs_until(world.due(corrections(world)[0]["id"]) + timedelta(hours=3))

        assert len(world.network.public()) == 1

    def test_goes_before_other_posts_of_the_account(self, reaches: Reaches) -> None:
        world = reaches("published", items=1)
        world.portal.publishes(guid="urn:neu", title="Neu", summary="Ein Satz.", picture="", hours_ago=1)
        world.reads_feed()
        world.clears()
        other = next(post for post in world.posts(states=["awaiting"]))

        world.portal.edits(str(world.posts(states=["published"])[0]["item_guid"]), title="Die Beratung ist am 6. Mai")
        world.reads_feed()
        item = world.posts(states=["published"])[0]["item"]
        correcting.settle(world.deps, world.person("redaktion"), item, "correct", "Falsch", world.clock.now())
        planning.propose(world.deps, world.clock.now())

        [made] = corrections(world)
        assert world.due(made["id"]) <= world.due(other["id"])


class TestNoneIsMade:
    def test_of_what_is_taken_back(self, reaches: Reaches) -> None:
        world = reaches("published")
        changes(world)
        recalling.recall(world.deps, world.person("fulda"), world.posts()[0]["id"], world.clock.now())

        assert code_of(lambda: settles(world)) == "item.not_changed"

    def test_of_a_withdrawn_item(self, reaches: Reaches) -> None:
        world = reaches("published")
        item = changes(world)
        recalling.withdraw(world.deps, world.person("redaktion"), item, "Widerruf", world.clock.now())

        assert code_of(lambda: settles(world)) == "item.not_changed"

    def test_on_an_account_that_is_left(self, reaches: Reaches) -> None:
        world = reaches("published", "x", "facebook")
        [account] = [each for each in views.account_list(world.deps, organisation="fulda") if each["channel"] == "x"]
        leaving.retire(world.deps, world.person("fulda"), account["id"], "keep", "Beschluss", world.clock.now())
        changes(world)

        assert settles(world) == 1

        assert {post["channel"] for post in corrections(world)} == {"facebook"}

    @pytest.mark.parametrize("state", ["awaiting", "scheduled", "staged"])
    def test_what_waits_goes_with_its_original(self, reaches: Reaches, state: str) -> None:
        world = reaches("published")
        changes(world)
        settles(world)
        planning.propose(world.deps, world.clock.now())
        [made] = corrections(world)
        if state != "awaiting":
            world.approves()
        if state == "staged":
            world.runs_until(world.due(made["id"]) - timedelta(minutes=1))

        recalling.recall(world.deps, world.person("fulda"), made["corrects"], world.clock.now())
        world.runs_until(world.clock.now() + timedelta(days=3))

        assert {post["state"] for post in world.posts()} == {"retracted", "closed"}
        assert world.network.public() == []
        [row] = recall_views.recall_list(world.deps)
        assert len(row["posts"]) == 2

    def test_twice_of_the_same_post_whatever_the_code_does(self, reaches: Reaches) -> None:
        world = reaches("published")
        item = changes(world)
        settles(world)

        with pytest.raises(IntegrityError), world.deps.store.write() as session:
            [made] = [post for post in items.posts_of(session, item) if post.corrects_id]
            values = {column.name: getattr(made, column.key) for column in PostRow.__table__.columns}
            session.add(PostRow(**{**values, "id": None, "code": "anderer"}))


def test_a_post_found_public_after_the_decision_is_corrected_then(reaches: Reaches) -> None:
    world = reaches("published", "facebook", "x")
    number = next(post["id"] for post in world.posts() if post["channel"] == "x")
    with world.deps.store.write() as session:
        session.execute(update(PostRow).where(PostRow.id == number).values(state="uncertain"))
    changes(world)
    assert settles(world) == 1
    with world.deps.store.write() as session:
        session.execute(update(PostRow).where(PostRow.id == number).values(state="published"))

    assert correcting.make_due(world.deps, world.clock.now()) == 1
    assert correcting.make_due(world.deps, world.clock.now()) == 0

    assert sorted(post["channel"] for post in corrections(world)) == ["facebook", "x"]


def test_auto_approval_is_for_originals_only(reaches: Reaches) -> None:
    world = reaches("published")
    officer, account, now = world.person("fulda"), world.post()["account_id"], world.clock.now()
    topics = views.item_show(world.deps, world.post()["item"])["content"]["topics"]
    auto_approving.set_topics(world.deps, officer, account, topics, now)
    changes(world)
    settles(world)
    planning.propose(world.deps, now)

    auto_approving.approve_waiting(world.deps, now)

    assert corrections(world)[0]["state"] == "awaiting"
