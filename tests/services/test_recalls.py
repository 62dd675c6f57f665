"""One act of taking back: a list of every post it touches, tasks with a deadline, and nothing that comes in again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from distributor.domain import FeedItem, Refused, State
from distributor.proof import as_pdf
from distributor.services import (
    accounts,
    approving,
    feeds,
    health,
    media,
    polling,
    recall_views,
    recalling,
    tailoring,
    taking_in,
    views,
)
from distributor.store.tables import AccountRow, EventRow, MediumRow, RecallRow
from tests.support.world import World

Reaches = Callable[..., World]
LATER = timedelta(hours=3)
EVERY_STATE = (
    *("drafted", "awaiting", "scheduled", "staged", "publishing", "uncertain"),
    *("published", "failed", "missed"),
)


def withdraws(world: World) -> dict[State, int]:
    now = world.clock.now()
    return recalling.withdraw(world.deps, world.person("redaktion"), world.posts()[0]["item"], "Widerruf", now)


def recalls(world: World) -> State:
    [post] = world.posts()
    return recalling.recall(world.deps, world.person("fulda"), post["id"], world.clock.now())


def pauses(world: World) -> None:
    for account in views.account_list(world.deps):
        accounts.pause(world.deps, world.person("betrieb"), account["id"], "Umbau", world.clock.now())


def shown(world: World) -> dict[str, Any]:
    [only] = recall_views.recall_list(world.deps)
    return recall_views.recall_show(world.deps, only["recall"])


def pictures(world: World) -> list[str]:
    with world.deps.store.read() as session:
        return [row.sha256 for row in session.scalars(select(MediumRow).order_by(MediumRow.id))]


def files(world: World) -> list[str]:
    return [path.name for path in world.deps.cache.root.rglob("*") if path.is_file()]


def loses_the_deleting_key(world: World) -> None:
    number = world.post()["account_id"]
    with world.deps.store.write() as session:
        row, _ = accounts.account_of(session, number)
        label = f"fulda/{row.channel}/{row.name}"
        kept = world.deps.vault.unlock(label, row.secrets or b"")
        left = {name: value for name, value in kept.items() if name != "user_token"}
        session.get_one(AccountRow, number).secrets = world.deps.vault.lock(label, left)


class TestTheList:
    @pytest.mark.parametrize("state", EVERY_STATE)
    def test_names_each_post_with_what_became_of_it_from_every_state(self, reaches: Reaches, state: str) -> None:
        world = reaches(state)

        withdraws(world)
        if state == "publishing":
            world.dies_and_restarts()
        world.runs_until(world.clock.now() + LATER)

        recall = shown(world)
        [post] = recall["posts"]
        assert (recall["complete"], post["found"], recall["kind"]) == (True, state, "item")
        public = state in ("published", "uncertain")
        assert post["outcome"] == ("deleted" if public else "never_public")
        assert bool(post["deleted_at"] and post["answer"] and post["remote_id"]) == public
        assert world.network.public() == []
        with world.deps.store.read() as session:
            assert session.scalars(select(RecallRow)).one().done_at is not None

    def test_reaches_every_jobcenter_at_once_and_shows_an_officer_their_own(self, reaches: Reaches) -> None:
        world = reaches("published", "facebook", "x", organisations=("fulda", "wiesbaden"))

        assert withdraws(world) == {State.RETRACTING: 4}
        world.works()

        assert world.states() == {"retracted": 4}
        [officers] = recall_views.recall_list(world.deps, actor=world.person("wiesbaden"))
        assert {post["organisation"] for post in officers["posts"]} == {"wiesbaden"}
        assert len(shown(world)["posts"]) == 4

    def test_of_a_recall_that_does_not_concern_them_is_hidden_from_an_officer(self, reaches: Reaches) -> None:
        world = reaches("awaiting", "x", organisations=("fulda", "wiesbaden"))
        [post] = world.posts(organisation="fulda")
        recalling.recall(world.deps, world.person("fulda"), post["id"], world.clock.now())

        with pytest.raises(Refused) as refused:
            recall_views.proof(world.deps, shown(world)["recall"], actor=world.person("wiesbaden"))
        assert refused.value.code == "recall.unknown"


class TestTheLastLook:
    def test_forbids_a_release_between_claim_and_call(self, reaches: Reaches) -> None:
        world = reaches("staged", "x")
        world.clock.set(world.due())
        claimed, before = world.claims(), len(world.network.requests())

        recalls(world)
        results = world.calls(claimed)

        assert len(world.network.requests()) == before
        world.stores(results)
        assert world.state() == "closed"

    @pytest.mark.parametrize("act", [recalls, withdraws])
    def test_forbids_a_call_that_prepares(self, reaches: Reaches, act: Callable[[World], object]) -> None:
        world = reaches("scheduled", "x")
        world.clock.set(world.due() - timedelta(minutes=5))
        claimed, before = world.claims(), len(world.network.requests())
        assert [call.work.kind for call in claimed] == ["stage"]

        act(world)
        results = world.calls(claimed)

        assert len(world.network.requests()) == before
        world.stores(results)
        world.works()
        assert (world.state(), views.stage_list(world.deps)) == ("closed", [])


class TestAPausedAccount:
    """Whoever pauses an account must not keep anything public by it, nor lying at the platform."""

    def test_takes_down_what_is_public(self, reaches: Reaches) -> None:
        world = reaches("published", "x")
        pauses(world)

        recalls(world)
        world.works()

        assert (world.state(), world.network.public()) == ("retracted", [])

    def test_removes_what_is_prepared(self, reaches: Reaches) -> None:
        world = reaches("staged")
        pauses(world)

        recalls(world)
        world.works()

        assert (world.state(), views.stage_list(world.deps)) == ("closed", [])

    def test_looks_for_what_is_unclear(self, reaches: Reaches) -> None:
        world = reaches("uncertain")
        pauses(world)

        recalls(world)
        world.runs_until(world.clock.now() + timedelta(hours=1))

        assert (world.state(), world.network.public()) == ("retracted", [])

    def test_still_publishes_nothing(self, reaches: Reaches) -> None:
        world = reaches("staged", "x")
        pauses(world)
        before = len(world.network.requests())

        world.runs_until(world.due())

        assert len(world.network.requests()) == before

    def test_that_cannot_be_opened_waits_and_holds_nobody_up(self, reaches: Reaches) -> None:
        world = reaches("published", "x")
        pauses(world)
        with world.deps.store.write() as session:
            session.get_one(AccountRow, world.post()["account_id"]).secrets = b"torn"
        recalls(world)

        world.works()

        assert world.state() == "retracting"
        assert world.post()["next_try_at"] > world.clock.now().isoformat()


class TestATask:
    def test_is_reminded_of_from_a_day_before_the_deadline_and_grave_after_it(self, reaches: Reaches) -> None:
        world = reaches("published", "instagram")
        loses_the_deleting_key(world)
        recalls(world)
        begun = world.clock.now()

        assert [self.reminders(world, begun, hours) for hours in (47, 48, 71, 72)] == [0, 1, 1, 2]

        [post] = shown(world)["posts"]
        assert (post["outcome"], post["url"] in post["task"]) == ("task", True)
        [finding] = [one for one in health.examine(world.deps, world.clock.now()) if one.subject == "Rückrufe"]
        assert finding.grave
        approving.confirm(world.deps, world.person("fulda"), post["post"], world.clock.now())
        assert self.reminders(world, begun, 120) == 2
        [post] = shown(world)["posts"]
        assert (post["outcome"], "bestätigt" in post["answer"]) == ("deleted", True)
        assert [one for one in health.examine(world.deps, world.clock.now()) if one.subject == "Rückrufe"] == []

    @staticmethod
    def reminders(world: World, begun: Any, hours: int) -> int:
        world.runs_until(begun + timedelta(hours=hours))
        with world.deps.store.read() as session:
            return len(session.scalars(select(EventRow).where(EventRow.what == "recall.reminded")).all())


class TestAMedium:
    def test_that_is_public_comes_down_and_other_media_stay(self, reaches: Reaches) -> None:
        world = reaches("scheduled", "x", items=2)
        first, second = sorted(world.posts(), key=lambda post: post["due_at"])
        world.runs_until(world.due(first["id"]))
        [shown_in_first] = [medium["sha256"] for medium in first["media"]]

        recalling.withdraw_medium(world.deps, world.person("redaktion"), shown_in_first, "Widerruf", world.clock.now())
        world.works()

        assert (world.state(first["id"]), world.state(second["id"])) == ("retracted", "scheduled")
        assert [post["post"] for post in shown(world)["posts"]] == [first["id"]]
        assert shown_in_first not in files(world)
        assert {medium["sha256"] for medium in second["media"]} <= set(files(world))

    def test_voids_the_approval_of_posts_that_had_it(self, reaches: Reaches) -> None:
        world = reaches("scheduled", "x")
        [rendition] = [medium["sha256"] for medium in world.post()["media"]]

        recalling.withdraw_medium(world.deps, world.person("redaktion"), rendition, "Widerruf", world.clock.now())

        assert world.state() in ("awaiting", "drafted")
        assert (world.post()["media"], world.post()["approved_digest"]) == ([], None)
        assert files(world) == []

    def test_is_not_fetched_again_from_another_address(self, reaches: Reaches) -> None:
        world = reaches("awaiting", "x")
        [sha256] = pictures(world)
        recalling.withdraw_medium(world.deps, world.person("redaktion"), sha256, "Widerruf", world.clock.now())
        with world.deps.store.write() as session:
            old = session.scalars(select(MediumRow)).one()
            session.add(MediumRow(item_id=old.item_id, position=1, url=f"{old.url}?neu", kind="image"))

        media.fetch_pending(world.deps, world.clock.now)
        recalling.tend(world.deps, world.clock.now())

        with world.deps.store.read() as session:
            assert {row.state for row in session.scalars(select(MediumRow))} == {"withdrawn"}
        assert files(world) == []

    def test_that_could_not_be_fetched_is_tried_again_whatever_else_was_withdrawn(self, reaches: Reaches) -> None:
        world = reaches("awaiting", "x", items=2)
        first, second = world.posts()
        recalling.withdraw(world.deps, world.person("redaktion"), first["item"], "Widerruf", world.clock.now())
        with world.deps.store.write() as session:
            address = f"{world.portal.base}/media/gibt-es-nicht.jpg"
            session.add(MediumRow(item_id=second["item"], position=1, url=address, kind="image"))

        media.fetch_pending(world.deps, world.clock.now)

        with world.deps.store.read() as session:
            states = session.scalars(select(MediumRow.state).where(MediumRow.item_id == second["item"]))
            assert "withdrawn" not in set(states)

    def test_that_nobody_has_is_refused(self, reaches: Reaches) -> None:
        world = reaches("awaiting", "x")

        with pytest.raises(Refused) as refused:
            recalling.withdraw_medium(world.deps, world.person("redaktion"), "0" * 64, "Widerruf", world.clock.now())
        assert refused.value.code == "medium.unknown"


class TestWhatIsGone:
    def test_empties_the_media_cache_but_for_what_another_item_uses(self, reaches: Reaches) -> None:
        world = reaches("awaiting", "x", items=2)
        first, second = world.posts()
        with world.deps.store.write() as session:
            mine = session.scalars(select(MediumRow).where(MediumRow.item_id == first["item"])).one()
            shared = MediumRow(
                item_id=second["item"], position=1, url="https://a.example/1", kind="image", state="ready",
                sha256=mine.sha256, mime=mine.mime,
            )  # fmt: skip
            session.add(shared)
        kept = set(files(world))

        recalling.withdraw(world.deps, world.person("redaktion"), first["item"], "Widerruf", world.clock.now())
        assert set(files(world)) == kept

        recalling.withdraw(world.deps, world.person("redaktion"), second["item"], "Widerruf", world.clock.now())
        assert files(world) == []

    def test_fetches_no_picture_that_was_not_looked_at_yet(self, reaches: Reaches) -> None:
        world = reaches("empty", "x")
        with world.deps.store.write() as session:
            feed = feeds.ensure_feed(session, world.portal.feed, world.clock.now())
        polling.poll(world.deps, feed, world.clock.now)
        [item] = views.item_list(world.deps)

        recalling.withdraw(world.deps, world.person("redaktion"), item["id"], "Widerruf", world.clock.now())
        tailoring.tailor_stale(world.deps, world.clock.now())
        media.fetch_pending(world.deps, world.clock.now)

        assert files(world) == []

    def test_does_not_come_in_again_under_another_guid_address_and_date(self, reaches: Reaches) -> None:
        world = reaches("awaiting", "x")
        [old] = [one for one in world.portal.lists() if one["id"] == world.posts()[0]["item_guid"]]
        withdraws(world)

        world.portal.removes(old["id"])
        content = views.item_show(world.deps, world.posts()[0]["item"])["content"]
        world.portal.publishes(
            guid="urn:neu", title=content["title"], summary=content["summary"], text=content["text"],
            picture="", hours_ago=1,
        )  # fmt: skip
        world.reads_feed()
        assert [item["guid"] for item in views.item_list(world.deps)] == [old["id"]]

        for again in (
            FeedItem(guid="", title="Ganz anders", link=f"{content['link']}?utm_source=brief"),
            FeedItem(guid="", title=content["title"], link="", summary=content["summary"], text=content["text"]),
        ):
            with pytest.raises(Refused) as refused:
                taking_in.add_item(world.deps, world.person("redaktion"), again, world.clock.now())
            assert refused.value.code == "item.barred"

    def test_takes_in_no_later_revision_of_it(self, reaches: Reaches) -> None:
        world = reaches("awaiting", "x")
        item, guid = world.posts()[0]["item"], world.posts()[0]["item_guid"]
        withdraws(world)
        world.portal.edits(guid, title="Noch einmal, mit vollem Namen")

        assert world.reads_feed() == 0
        assert views.item_show(world.deps, item)["revision"] == 1


class TestTheProof:
    def test_holds_the_facts_and_no_words_and_its_hash_stands_on_the_paper(self, reaches: Reaches) -> None:
        world = reaches("published", "x")
        title = world.post()["title"]
        recalling.withdraw(world.deps, world.person("redaktion"), 1, "Frau Muster rief an", world.clock.now())
        world.works()
        number = shown(world)["recall"]

        proof = recall_views.proof(world.deps, number)

        assert recall_views.proof(world.deps, number) == proof
        told = json.loads(proof)
        assert told["complete"] and told["actor"].startswith("u-")
        assert (told["posts"][0]["remote_id"], told["posts"][0]["deleted_at"] is not None) != ("", False)
        assert not any(word in proof.decode() for word in ("Muster", title, "redaktion"))
        assert as_pdf(proof).startswith(b"%PDF-")
