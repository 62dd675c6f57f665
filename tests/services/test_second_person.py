"""Four eyes, deputies, the second approval before an election, and approval without a person."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from distributor.domain import Actor, Refused
from distributor.services import approving, auto_approving, clearing, people, planning, undoing
from distributor.services.clearing import Answer
from distributor.store import pseudonyms
from distributor.store.tables import AccountRow, ApprovalRow, EventRow, OccasionRow, OrganisationRow, PostRow
from tests.services.conftest import Reaches
from tests.support.world import SETUP, World


def edits(world: World, login: str, text: str = "Selbst geschrieben: bei uns im Haus.") -> None:
    world.clock.advance(minutes=1)
    approving.edit(world.deps, world.person(login), world.post()["id"], text, world.clock.now())


def approves(world: World, actor: Actor | str, *, alone: bool = False, reason: str = "") -> datetime:
    who = world.person(actor) if isinstance(actor, str) else actor
    return approving.approve(world.deps, who, world.post()["id"], world.clock.now(), alone=alone, reason=reason)


def refusal(world: World, actor: Actor | str, *, alone: bool = False, reason: str = "") -> str:
    with pytest.raises(Refused) as refused:
        approves(world, actor, alone=alone, reason=reason)
    return refused.value.code


def second_officer(world: World, login: str = "vertretung") -> None:
    membership = people.Membership(people.Role.OFFICER, "fulda")
    people.add_user(world.deps, SETUP, login, [membership], world.clock.now())


def alone_in_the_house(world: World) -> None:
    people.set_active(world.deps, SETUP, "redaktion", False, world.clock.now())


def events(world: World, what: str) -> list[str]:
    with world.deps.store.read() as session:
        keys = [row.actor for row in session.query(EventRow) if row.what == what]
        names = pseudonyms.names(session, keys)
        return [names[key] for key in keys]


class TestFourEyes:
    def test_who_changed_the_text_does_not_release_it_and_a_colleague_does(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        second_officer(world)
        edits(world, "fulda")

        assert refusal(world, "fulda") == "four_eyes.second_person"
        approves(world, "vertretung")
        assert world.state() == "scheduled"

    def test_an_editor_releases_as_the_second_person_and_only_then(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        assert refusal(world, "redaktion") == "forbidden"

        edits(world, "redaktion")
        assert refusal(world, "redaktion") == "forbidden"

        edits(world, "fulda", "Noch ein anderer Text von hier.")
        approves(world, "redaktion")
        assert world.state() == "scheduled"

    def test_a_channel_text_and_an_answer_given_later_count_as_changes_too(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        both = people.Membership(people.Role.OFFICER, "fulda"), people.Membership(people.Role.EDITOR)
        people.add_user(world.deps, SETUP, "doppelt", both, world.clock.now())
        item = world.post()["item"]
        world.clock.advance(minutes=1)
        who = world.person("doppelt")

        clearing.clear(world.deps, who, item, [Answer("credit", "Foto: Neu")], world.clock.now())
        assert refusal(world, "doppelt") == "four_eyes.second_person"
        approves(world, "fulda")
        clearing.write_text(world.deps, who, item, "facebook", "Du, neu.", "Sie, neu.", world.clock.now())
        assert refusal(world, "doppelt") == "four_eyes.second_person"

    def test_alone_needs_a_reason_and_that_nobody_else_could(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        edits(world, "fulda")
        assert refusal(world, "fulda", alone=True, reason="Urlaub") == "four_eyes.not_alone"

        alone_in_the_house(world)
        assert refusal(world, "fulda") == "four_eyes.nobody_else"
        assert refusal(world, "fulda", alone=True) == "reason.missing"
        approves(world, "fulda", alone=True, reason="Urlaub")

        assert world.state() == "scheduled"
        assert events(world, "post.approved_alone") == ["fulda"]

    def test_in_bulk_too(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        edits(world, "fulda")

        with pytest.raises(Refused):
            world.approves()


class TestDeputies:
    def test_a_deputy_decides_on_their_days_only(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        people.add_user(world.deps, SETUP, "lena", [people.Membership(people.Role.AUDITOR)], world.clock.now())
        first = world.clock.now().date() + timedelta(days=1)
        people.deputise(world.deps, world.person("fulda"), "lena", "fulda", first, first, world.clock.now())

        assert refusal(world, "lena") == "forbidden"
        assert (
            refusal(world, people.actor_named(world.deps, "lena", world.clock.now() + timedelta(days=2))) == "forbidden"
        )
        world.clock.advance(days=1)
        approves(world, "lena")
        assert world.state() == "scheduled"

    def test_a_deputy_makes_two_and_days_that_passed_do_not(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        alone_in_the_house(world)
        people.add_user(world.deps, SETUP, "lena", [people.Membership(people.Role.AUDITOR)], world.clock.now())
        today = world.clock.now().date()
        people.deputise(world.deps, world.person("fulda"), "lena", "fulda", today, today, world.clock.now())
        edits(world, "fulda")

        assert refusal(world, "fulda", alone=True, reason="R") == "four_eyes.not_alone"
        world.clock.advance(days=1)
        planning.propose(world.deps, world.clock.now())
        approves(world, "fulda", alone=True, reason="R")

    def test_only_the_jobcenter_and_the_operator_name_deputies_and_days_end(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        day, now = world.clock.now().date(), world.clock.now()
        for login, first, last in (("redaktion", day, day), ("betrieb", day, day - timedelta(days=1))):
            with pytest.raises(Refused):
                people.deputise(world.deps, world.person(login), "pruefung", "fulda", first, last, now)

        people.deputise(world.deps, world.person("betrieb"), "pruefung", "fulda", day, day, now)
        people.add_user(world.deps, SETUP, "pruefung", [people.Membership(people.Role.AUDITOR)], now)
        assert world.person("pruefung").organisations == {"fulda"}
        people.deputise(world.deps, world.person("betrieb"), "pruefung", "fulda", None, None, now)
        assert world.person("pruefung").organisations == frozenset()


def election(world: World, first: date, last: date) -> None:
    with world.deps.store.write() as session:
        owner = session.query(OrganisationRow).filter_by(slug="fulda").one()
        session.add(
            OccasionRow(
                organisation_id=owner.id, uid="w", kind="pre_election", first=first, last=last, title="Landratswahl",
                topics=[], actor="daemon", at=world.clock.now(),
            )
        )  # fmt: skip


class TestBeforeAnElection:
    def test_what_shows_elected_people_is_approved_twice(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        clearing.clear(
            world.deps, world.person("redaktion"), world.post()["item"], [Answer("elected", "shown")], world.clock.now()
        )
        planning.propose(world.deps, world.clock.now())
        election(world, world.clock.now().date(), world.clock.now().date() + timedelta(days=60))
        seen = world.post()

        due = approves(world, "fulda")
        assert (world.state(), world.post()["reason"]["code"]) == ("awaiting", "elected.second")
        assert refusal(world, "fulda") == "elected.second"
        assert approves(world, "redaktion") == due
        assert world.state() == "scheduled"
        assert world.post()["approved_digest"] == seen["digest"]
        world.runs_until(world.due())
        assert world.state() == "published"

    def test_a_release_that_was_taken_back_needs_both_people_anew(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        answers = [Answer("elected", "shown")]
        clearing.clear(world.deps, world.person("redaktion"), world.post()["item"], answers, world.clock.now())
        planning.propose(world.deps, world.clock.now())
        election(world, world.clock.now().date(), world.clock.now().date() + timedelta(days=60))
        approves(world, "fulda")
        approves(world, "redaktion")
        world.clock.advance(minutes=1)
        undoing.undo(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())
        world.clock.advance(minutes=1)

        approves(world, "fulda")

        assert (world.state(), world.post()["reason"]["code"]) == ("awaiting", "elected.second")
        approves(world, "redaktion")
        assert world.state() == "scheduled"

    def test_one_is_enough_outside_and_a_time_announced_later_is_seen_by_the_guard(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        clearing.clear(
            world.deps, world.person("redaktion"), world.post()["item"], [Answer("elected", "shown")], world.clock.now()
        )
        planning.propose(world.deps, world.clock.now())
        approves(world, "fulda")
        assert world.state() == "scheduled"

        election(world, world.clock.now().date(), world.clock.now().date() + timedelta(days=60))
        with pytest.raises(Refused) as refused:
            approving.publish_now(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())
        assert refused.value.code == "elected.second"
        world.clock.set(world.due())
        world.works()

        assert world.post()["reason"]["code"] == "elected.second"
        assert world.network.public() == []


class TestWithoutAPerson:
    def automatic(self, world: World, *topics: str, login: str = "fulda") -> None:
        with world.deps.store.read() as session:
            number = session.query(AccountRow).one().id
        auto_approving.set_topics(world.deps, world.person(login), number, topics, world.clock.now())

    def topic(self, world: World) -> str:
        with world.deps.store.read() as session:
            topic: str = clearing.item_in(session, world.post()["item"]).document["topics"][0]
            return topic

    def test_it_is_off_until_the_jobcenter_itself_says_so(self, reaches: Reaches) -> None:
        world = reaches("awaiting")

        assert auto_approving.approve_waiting(world.deps, world.clock.now()) == 0
        for login in ("redaktion", "betrieb"):
            with pytest.raises(Refused):
                self.automatic(world, "Wohnen", login=login)

    def test_what_is_beyond_doubt_is_approved_in_the_name_of_who_said_so(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        without_problems(world)
        self.automatic(world, self.topic(world).upper())

        assert auto_approving.approve_waiting(world.deps, world.clock.now()) == 1

        assert world.state() == "scheduled"
        with world.deps.store.read() as session:
            [approval] = session.query(ApprovalRow).all()
            assert pseudonyms.names(session, [approval.actor])[approval.actor] == "Automatik (fulda)"

    def test_two_daemons_at_once_approve_once(self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch) -> None:
        """Both have found the post waiting before either approves it."""
        world = reaches("awaiting")
        without_problems(world)
        self.automatic(world, self.topic(world))
        chosen, both = auto_approving._chosen, threading.Barrier(2)

        def found_by_both(*arguments: Any) -> Any:
            found = chosen(*arguments)
            both.wait(timeout=30)
            return found

        monkeypatch.setattr(auto_approving, "_chosen", found_by_both)
        with ThreadPoolExecutor(2) as daemons:
            done = list(daemons.map(auto_approving.approve_waiting, [world.deps] * 2, [world.clock.now()] * 2))

        assert sorted(done) == [0, 1]
        assert world.state() == "scheduled"
        with world.deps.store.read() as session:
            assert session.query(ApprovalRow).count() == 1
            assert session.query(EventRow).filter_by(what="post.approved").count() == 1

    @pytest.mark.parametrize("doubt", ["topic", "people", "elected", "edited", "undone", "problem", "gone", "off"])
    def test_any_doubt_leaves_it_to_a_person(self, reaches: Reaches, doubt: str) -> None:
        world = reaches("awaiting")
        if doubt != "problem":
            without_problems(world)
        self.automatic(world, "Ganz anderes" if doubt == "topic" else self.topic(world))
        editor, item = world.person("redaktion"), world.post()["item"]
        if doubt in ("people", "elected"):
            answer = Answer("people", "incidental") if doubt == "people" else Answer("elected", "shown")
            clearing.clear(world.deps, editor, item, [answer], world.clock.now())
        elif doubt == "edited":
            edits(world, "fulda", world.post()["text"] + " Ja.")
        elif doubt == "undone":
            approves(world, "fulda")
            undoing.undo(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())
        elif doubt == "problem":
            with_a_hint(world)
        elif doubt == "gone":
            people.set_active(world.deps, SETUP, "fulda", False, world.clock.now())
        elif doubt == "off":
            self.automatic(world)
        planning.propose(world.deps, world.clock.now())
        if doubt != "problem":
            without_problems(world)

        assert auto_approving.approve_waiting(world.deps, world.clock.now()) == 0
        assert world.state() == "awaiting"


def without_problems(world: World) -> None:
    """Leave nothing to remark about the post."""
    remarked(world, [])
    assert world.post()["problems"] == []


def with_a_hint(world: World) -> None:
    remarked(world, [{"rule": "emoji.count", "severity": "hint", "text": "Viele Emojis.", "fix": None}])


def remarked(world: World, problems: list[dict[str, object]]) -> None:
    number = world.post()["id"]
    with world.deps.store.write() as session:
        session.get_one(PostRow, number).problems = problems
