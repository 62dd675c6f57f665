"""What becomes of an approval when the item, its clearance, its wording or its template changes under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from distributor.domain import Refused
from distributor.services import approving, clearing, configuration, planning, polling, tailoring, views
from distributor.store import posts
from tests.support.world import CONFIG, SETUP, World

CHANNELS = ("facebook", "instagram", "x")
Reaches = Callable[..., World]


def guid(world: World) -> str:
    return str(world.posts()[0]["item_guid"])


def reasons(world: World) -> set[str]:
    return {post["reason"]["code"] for post in world.posts() if post["reason"]}


def sweeps(world: World) -> list[str]:
    """Let the daemon take away what is left over; return the states of all stages at the platform."""
    world.works()
    return [stage["state"] for stage in views.stage_list(world.deps)]


class TestAnEditUpstream:
    @pytest.mark.parametrize("state", ["scheduled", "staged"])
    def test_of_what_a_post_says_voids_its_approval_and_takes_back_its_stage(
        self, reaches: Reaches, state: str
    ) -> None:
        world = reaches(state, *CHANNELS)

        world.portal.edits(guid(world), title="Fünf Umschläge helfen jetzt noch besser")
        assert world.reads_feed() == 1

        assert world.states() == {"awaiting": 3}
        assert reasons(world) == {"approval.void"}
        assert all(post["approved_digest"] is post["staged_digest"] is None for post in world.posts())
        assert all("Fünf Umschläge" in post["text"] for post in world.posts())
        assert sweeps(world) == []
        assert world.network.ledger() == []

    def test_of_what_no_post_says_leaves_every_approval_and_every_digest(self, reaches: Reaches) -> None:
        world = reaches("scheduled", *CHANNELS)
        before = {post["id"]: (post["digest"], post["due_at"]) for post in world.posts()}

        world.portal.edits(guid(world), text="Ein ganz anderer langer Text.")
        assert world.reads_feed() == 1

        assert world.states() == {"scheduled": 3}
        assert {post["id"]: (post["digest"], post["due_at"]) for post in world.posts()} == before
        assert views.item_show(world.deps, world.posts()[0]["item"])["revision"] == 2

    def test_that_changes_one_channel_only_leaves_the_others_approved(self, reaches: Reaches) -> None:
        world = reaches("scheduled", *CHANNELS)
        before = {post["channel"]: post["digest"] for post in world.posts()}

        summary = world.portal.lists()[0]["summary"]
        world.portal.edits(guid(world), summary=f"{summary} Dieser letzte Satz hat auf X keinen Platz mehr.")
        world.reads_feed()

        changed = {post["channel"] for post in world.posts() if post["digest"] != before[post["channel"]]}
        assert changed == {"facebook", "instagram"}
        assert {post["channel"] for post in world.posts() if post["state"] == "awaiting"} == changed

    def test_that_is_taken_back_before_anyone_approved_leads_to_the_old_document(self, reaches: Reaches) -> None:
        world = reaches("scheduled")
        before = world.post()
        old = world.portal.lists()[0]["title"]
        world.portal.edits(guid(world), title="Falsch")
        world.reads_feed()

        world.portal.edits(guid(world), title=old)
        world.reads_feed()

        assert world.post()["digest"] == before["digest"]
        assert world.state() == "awaiting"
        world.approves()
        world.runs_until(world.due())
        assert world.state() == "published"

    @pytest.mark.parametrize("state", ["failed", "missed"])
    def test_of_a_post_that_did_not_go_out_puts_it_before_its_officer_again(self, reaches: Reaches, state: str) -> None:
        world = reaches(state)

        world.portal.edits(guid(world), title="Besser so")
        world.reads_feed()

        assert (world.state(), world.post()["reason"]) == ("awaiting", None)

    def test_never_reaches_what_is_already_public(self, reaches: Reaches) -> None:
        world = reaches("published")
        before = world.post()

        world.portal.edits(guid(world), title="Nachträglich")
        world.reads_feed()

        after = world.post()
        assert (after["state"], after["text"], after["digest"]) == ("published", before["text"], before["digest"])
        assert "Nachträglich" not in world.network.public()[0]["text"]

    def test_while_the_release_is_under_way_is_not_forgotten_when_the_post_comes_back(self, reaches: Reaches) -> None:
        """The call ended without effect: what goes out next must be what was approved after the edit."""
        world = reaches("staged")
        world.clock.set(world.due())
        world.network.suffers("throttle", channel="facebook", method="POST", seconds=600)
        claimed = world.claims()
        world.portal.edits(guid(world), title="Der Termin ist abgesagt")
        world.reads_feed()
        world.stores(world.calls(claimed))
        assert world.state() == "staged"

        world.runs_until(world.clock.now().replace(hour=18))

        assert world.network.ledger() == []
        assert world.state() == "awaiting"
        assert "abgesagt" in world.post()["text"]

    def test_whose_picture_is_not_there_yet_is_waited_for(self, reaches: Reaches) -> None:
        """An edit is known but not yet a document: the old one must not go out meanwhile."""
        world = reaches("staged")
        world.portal.edits(guid(world), title="Abgesagt", picture="nirgends.jpg")
        world.clock.set(world.due())
        polling.poll(world.deps, 1, world.clock.now)
        tailoring.tailor_stale(world.deps, world.clock.now())

        world.works()

        assert world.state() == "staged"
        assert world.network.ledger() == []
        world.runs_until(world.clock.now() + timedelta(hours=1))
        assert world.state() == "drafted"
        assert world.network.ledger() == []


class TestTheOfficersOwnText:
    @pytest.mark.parametrize("state", ["awaiting", "staged", "failed", "missed"])
    def test_is_what_waits_for_approval_then(self, reaches: Reaches, state: str) -> None:
        world = reaches(state)
        post = world.post()

        approving.edit(world.deps, world.person("fulda"), post["id"], "Unser eigener Text.", world.clock.now())

        after = world.post()
        assert after["state"] == "awaiting"
        assert "Unser eigener Text." in after["text"]
        assert after["approved_digest"] is None
        assert after["digest"] != post["digest"]

    def test_goes_out_once_it_is_approved(self, reaches: Reaches) -> None:
        world = reaches("staged", "x")
        approving.edit(world.deps, world.person("fulda"), world.post()["id"], "Unser Text.", world.clock.now())
        planning.propose(world.deps, world.clock.now())
        approving.approve(world.deps, world.person("redaktion"), world.post()["id"], world.clock.now())

        world.runs_until(world.due())

        [entry] = world.network.ledger()
        assert "Unser Text." in entry["text"]

    def test_is_given_up_for_the_template_by_an_empty_one(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        before = world.post()
        officer = world.person("fulda")
        approving.edit(world.deps, officer, before["id"], "Unser Text.", world.clock.now())

        approving.edit(world.deps, officer, before["id"], None, world.clock.now())

        assert world.post()["digest"] == before["digest"]

    def test_that_says_the_same_leaves_the_approval(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        officer, number = world.person("fulda"), world.post()["id"]
        approving.edit(world.deps, officer, number, "Unser Text.", world.clock.now())
        planning.propose(world.deps, world.clock.now())
        world.approves()

        approving.edit(world.deps, officer, number, "Unser Text.", world.clock.now())

        assert world.state() == "scheduled"

    def test_with_a_placeholder_nobody_can_fill_blocks_the_post(self, reaches: Reaches) -> None:
        world = reaches("scheduled")
        officer, number = world.person("fulda"), world.post()["id"]

        approving.edit(world.deps, officer, number, "Hallo {{unbekannt}}!", world.clock.now())

        assert world.state() == "drafted"
        assert any(problem["severity"] == "block" for problem in world.post()["problems"])
        with pytest.raises(Refused) as refused:
            approving.approve(world.deps, officer, number, world.clock.now())
        assert refused.value.code == "post.blocked"

    @pytest.mark.parametrize("state", ["publishing", "uncertain"])
    def test_comes_too_late_for_a_post_that_is_out_or_may_be(self, reaches: Reaches, state: str) -> None:
        world = reaches(state)

        with pytest.raises(Refused) as refused:
            approving.edit(world.deps, world.person("fulda"), world.post()["id"], "Zu spät.", world.clock.now())

        assert refused.value.code == "post.state"


class TestTheEditorsWording:
    def test_changes_its_channel_and_no_other(self, reaches: Reaches) -> None:
        world = reaches("scheduled", *CHANNELS)
        item, editor = world.posts()[0]["item"], world.person("redaktion")

        clearing.write_text(world.deps, editor, item, "x", "Für dich.", "Für Sie.", world.clock.now())

        assert {post["channel"]: post["state"] for post in world.posts()} == {
            "facebook": "scheduled",
            "instagram": "scheduled",
            "x": "awaiting",
        }

    def test_in_one_address_only_is_refused(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        item = world.posts()[0]["item"]

        with pytest.raises(Refused) as refused:
            clearing.write_text(world.deps, world.person("redaktion"), item, "facebook", "Du.", " ", world.clock.now())

        assert refused.value.code == "text.one_sided"


class TestNewTemplates:
    def test_a_new_channel_text_renders_anew_and_voids_what_it_changes(self, reaches: Reaches) -> None:
        world = reaches("scheduled", "facebook", "x")
        files = configuration.read_files(CONFIG)
        texts = {**files.texts, "x": {**files.texts["x"], "joiner": "\n"}}

        changes = configuration.take_over(
            world.deps, SETUP, replace(files, organisations={}, accounts={}, texts=texts), world.clock.now()
        )
        tailoring.tailor_stale(world.deps, world.clock.now())

        assert [(change.what, change.name, change.keys) for change in changes] == [("text", "x", ("joiner",))]
        assert {post["channel"]: post["state"] for post in world.posts()} == {"facebook": "scheduled", "x": "awaiting"}


class TestWhatWasSeen:
    def test_a_digest_that_is_no_longer_the_posts_is_refused(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        seen = world.post()
        world.portal.edits(guid(world), title="Etwas anderes")
        world.reads_feed()

        with pytest.raises(Refused) as refused:
            approving.approve(world.deps, world.person("fulda"), seen["id"], world.clock.now(), digest=seen["digest"])

        assert refused.value.code == "post.stale"
        assert world.state() == "awaiting"

    def test_the_digest_of_what_is_there_is_accepted_and_kept_with_the_approval(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        seen = world.post()

        due = approving.approve(world.deps, world.person("fulda"), seen["id"], world.clock.now(), digest=seen["digest"])

        after = world.post()
        assert after["approved_digest"] == seen["digest"]
        assert world.due() == due
        with world.deps.store.read() as session:
            document = posts.approved_document(session, seen["id"], seen["digest"])
        assert document is not None
        assert document["text"] == seen["text"]

    def test_a_post_is_approved_once(self, reaches: Reaches) -> None:
        world = reaches("scheduled")

        with pytest.raises(Refused) as refused:
            approving.approve(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())

        assert refused.value.code == "post.state"
