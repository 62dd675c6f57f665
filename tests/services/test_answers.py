"""What becomes of approvals when the editor's answers change, and of an item that is held back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from distributor.domain import Refused
from distributor.services import approving, clearing, planning, views
from distributor.services.clearing import Answer
from distributor.store import pseudonyms
from distributor.store.tables import AnswerRow
from tests.support.world import World

Reaches = Callable[..., World]


def answers(world: World, *given: Answer) -> None:
    item = world.posts()[0]["item"]
    clearing.clear(world.deps, world.person("redaktion"), item, given, world.clock.now())


def nothing_lies_prepared(world: World) -> bool:
    world.works()
    return views.stage_list(world.deps) == []


class TestClearance:
    def test_until_every_question_is_answered_nothing_can_be_approved(self, reaches: Reaches) -> None:
        world = reaches("drafted")
        officer, number = world.person("fulda"), world.post()["id"]

        nobody = [Answer(question, "none") for question in ("people", "partner", "elected")]
        for given in (None, *nobody, Answer("rights", "granted"), Answer("credit", "Foto: A")):
            if given is not None:
                answers(world, given)
            assert world.state() == "drafted"
            with pytest.raises(Refused) as refused:
                approving.approve(world.deps, officer, number, world.clock.now())
            assert refused.value.code == "item.uncleared"

        answers(world, Answer("alt", "Drei Umschläge"))
        assert world.state() == "awaiting"
        approving.approve(world.deps, officer, number, world.clock.now())

    @pytest.mark.parametrize(
        ("state", "given", "left_in"),
        [
            ("scheduled", Answer("people", "incidental"), "awaiting"),
            ("staged", Answer("credit", "Foto: Jemand anderes"), "awaiting"),
            ("staged", Answer("rights", "denied"), "drafted"),
        ],
        ids=["people", "credit", "rights"],
    )
    def test_a_changed_answer_voids_every_approval_even_if_no_text_changes(
        self, reaches: Reaches, state: str, given: Answer, left_in: str
    ) -> None:
        world = reaches(state, "facebook", "x")

        answers(world, given)

        assert world.states() == {left_in: 2}
        assert all(post["approved_digest"] is None for post in world.posts())
        assert nothing_lies_prepared(world)

    def test_the_same_answer_again_changes_nothing(self, reaches: Reaches) -> None:
        world = reaches("scheduled")

        answers(world, Answer("people", "none"))

        assert world.state() == "scheduled"

    def test_every_answer_keeps_its_actor_and_the_old_ones_stay(self, reaches: Reaches) -> None:
        world = reaches("scheduled")
        answers(world, Answer("people", "incidental"))

        with world.deps.store.read() as session:
            query = select(AnswerRow).where(AnswerRow.question == "people").order_by(AnswerRow.id)
            kept = session.scalars(query).all()
            who = pseudonyms.names(session, {row.actor for row in kept})
            assert [(row.answer, who[row.actor]) for row in kept] == [
                ("none", "redaktion"),
                ("incidental", "redaktion"),
            ]

    def test_another_picture_under_the_item_is_asked_about_anew(self, reaches: Reaches) -> None:
        world = reaches("scheduled")

        world.portal.edits(world.posts()[0]["item_guid"], picture="kaution.png")
        world.reads_feed()

        assert world.state() == "drafted"
        asked = {"people", "elected", "rights", "credit", "alt"}
        assert set(views.item_show(world.deps, world.posts()[0]["item"])["open"]) == asked

    def test_a_question_that_the_item_does_not_raise_is_refused(self, reaches: Reaches) -> None:
        world = reaches("drafted")

        with pytest.raises(Refused) as refused:
            answers(world, Answer("captions", "present"))

        assert refused.value.code == "clearance.question"

    def test_answers_given_while_the_release_is_under_way_are_not_forgotten(self, reaches: Reaches) -> None:
        world = reaches("staged")
        world.clock.set(world.due())
        world.network.suffers("throttle", channel="facebook", method="POST", seconds=600)
        claimed = world.claims()
        answers(world, Answer("alt", "Eine bessere Beschreibung der drei Umschläge"))
        world.stores(world.calls(claimed))

        world.runs_until(world.clock.now().replace(hour=18))

        assert world.network.ledger() == []
        assert world.state() == "awaiting"


class TestHolding:
    @pytest.mark.parametrize("state", ["awaiting", "staged"])
    def test_a_held_item_goes_nowhere_until_it_is_taken_up_and_approved_again(
        self, reaches: Reaches, state: str
    ) -> None:
        world = reaches(state, "facebook", "x")
        item, editor = world.posts()[0]["item"], world.person("redaktion")

        clearing.hold(world.deps, editor, item, world.clock.now())
        assert world.states() == {"drafted": 2}
        with pytest.raises(Refused) as refused:
            approving.approve(world.deps, world.person("fulda"), world.posts()[0]["id"], world.clock.now())
        assert refused.value.code == "item.uncleared"
        assert nothing_lies_prepared(world)

        clearing.hold(world.deps, editor, item, world.clock.now(), held=False)
        assert world.states() == {"awaiting": 2}
        planning.propose(world.deps, world.clock.now())
        world.approves()
        world.runs_until(max(world.due(post["id"]) for post in world.posts()))
        assert world.states() == {"published": 2}
