"""What the rules on texts do to posts: mended on request, judged anew by their time, never twice the same words."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from distributor.domain import Refused
from distributor.services import approving, clearing, mending, views
from distributor.services.queues import Queue, queue_page
from distributor.store.carried import Carried
from distributor.store.tables import PostRow
from tests.support.world import World

Reaches = Callable[..., World]
TWO = ("fulda", "marburg-biedenkopf")
SAME = "Eine Messe für alle, die neu anfangen wollen."


def says(world: World, text: str, number: int = 0) -> int:
    """Let the officer give a post this text; return the post's number."""
    post = world.post(number)
    approving.edit(world.deps, world.person(post["organisation"]), post["id"], text, world.clock.now())
    return int(post["id"])


def rules(post: dict[str, Any]) -> set[str]:
    return {problem["rule"] for problem in post["problems"]}


def words(post: dict[str, Any]) -> str:
    """Return the post's text without its link."""
    text, link = str(post["text"]), str(post["link"])
    assert text.count(link) == 1
    return text.removesuffix(link).rstrip()


class TestMending:
    def test_makes_the_officer_s_text_of_all_that_mends_itself(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        number = says(world, "Komm zur #messe für Klient*innen 🎉🎉\nFoto: A. B.")
        assert world.state() == "drafted"

        mending.fix(world.deps, world.person("fulda"), number, world.clock.now())

        post = world.post()
        assert words(post) == "Komm zur #Messe für Klientinnen und Klienten 🎉\nFoto: A. B."
        assert post["state"] == "awaiting"
        assert [event["actor"] for event in post["events"] if event["what"] == "post.edited"] == ["fulda", "fulda"]
        assert not rules(post) & {"hashtag.camelcase", "gender.sign", "emoji.run"}

    def test_of_one_rule_leaves_the_others(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        number = says(world, "Komm zur #messe für Klient*innen\nFoto: A. B.")

        mending.fix(world.deps, world.person("fulda"), number, world.clock.now(), rule="hashtag.camelcase")

        assert words(world.post()) == "Komm zur #Messe für Klient*innen\nFoto: A. B."

    def test_voids_an_approval_as_any_edit_does(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        number = says(world, "Komm zur Messe für Klient*innen\nFoto: A. B.")
        approving.approve(world.deps, world.person("fulda"), number, world.clock.now())
        assert world.state() == "scheduled"

        mending.fix(world.deps, world.person("fulda"), number, world.clock.now())

        assert (world.state(), world.post()["approved_digest"]) == ("awaiting", None)

    def test_of_an_alternative_text_is_the_editor_s_and_holds_for_all_posts(self, reaches: Reaches) -> None:
        world = reaches("awaiting", "facebook", "x")
        first, other = world.posts()
        self._describes(world, first["item"], "Foto von einer jungen Frau")
        assert all("alt.starts_with" in rules(post) for post in world.posts())

        with pytest.raises(Refused, match="Redaktion"):
            mending.fix(world.deps, world.person("fulda"), first["id"], world.clock.now(), rule="alt.starts_with")
        mending.fix(world.deps, world.person("redaktion"), first["id"], world.clock.now(), rule="alt.starts_with")

        assert {world.post(each["id"])["media"][0]["alt"] for each in (first, other)} == {"Eine junge Frau"}
        assert mending.mendable(world.person("fulda"), world.post(first["id"])["problems"]) == frozenset()

    def test_where_nothing_mends_itself_is_refused(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        now = world.clock.now()

        with pytest.raises(Refused, match="nichts, was sich von selbst beheben lässt"):
            mending.fix(world.deps, world.person("fulda"), world.post()["id"], now)
        with pytest.raises(Refused, match="gibt es nicht"):
            mending.fix(world.deps, world.person("fulda"), 999, now)
        with pytest.raises(Refused, match="darf das"):
            mending.fix(world.deps, world.person("pruefung"), world.post()["id"], now)

    def test_leaves_out_what_would_block_the_post_and_says_so(self, reaches: Reaches) -> None:
        world = reaches("awaiting", "x")
        number = says(world, "#messe für Klient*innen " + "und Sätze " * 22)
        assert "text.too_long" not in rules(world.post())

        [kept] = mending.fix(world.deps, world.person("fulda"), number, world.clock.now())

        assert words(world.post()).startswith("#Messe für Klient*innen")
        assert "text.too_long" not in rules(world.post())
        assert "„Klient*innen“ bleibt" in kept
        with pytest.raises(Refused, match="nichts behoben: „Klient"):
            mending.fix(world.deps, world.person("fulda"), number, world.clock.now())

    def test_of_what_was_not_seen_is_refused(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        seen = world.post()["digest"]
        number = says(world, "Komm zur #messe\nFoto: A. B.")

        with pytest.raises(Refused, match="hat sich geändert"):
            mending.fix(world.deps, world.person("fulda"), number, world.clock.now(), digest=seen)

    @staticmethod
    def _describes(world: World, item: int, alt: str) -> None:
        clearing.clear(world.deps, world.person("redaktion"), item, [clearing.Answer("alt", alt)], world.clock.now())


class TestADayInTheText:
    def test_is_told_once_the_post_goes_out_after_it_and_again_not_when_it_is_moved_back(
        self, reaches: Reaches
    ) -> None:
        world = reaches("awaiting")
        day = world.due() + timedelta(days=1)
        number = says(world, f"Nur noch bis {day:%d.%m.%Y}!\nFoto: A. B.")
        officer, before = world.person("fulda"), world.due()
        assert "date.passed" not in rules(world.post())

        approving.move(world.deps, officer, number, before + timedelta(days=7), world.clock.now())

        assert "date.passed" in rules(world.post())
        assert "date.passed" in {each["rule"] for each in self._line(world)}
        approving.move(world.deps, officer, number, before, world.clock.now())
        assert "date.passed" not in rules(world.post())

    def test_does_not_keep_the_post_from_being_approved(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        day = world.due() + timedelta(days=1)
        number = says(world, f"Nur noch bis {day:%d.%m.%Y}!\nFoto: A. B.")
        approving.move(world.deps, world.person("fulda"), number, world.due() + timedelta(days=7), world.clock.now())

        world.approves(number)

        assert world.state() == "scheduled"
        assert "date.passed" in rules(world.post())

    @staticmethod
    def _line(world: World) -> list[dict[str, Any]]:
        [line] = queue_page(world.deps, world.person("fulda"), Queue.AWAITING).lines
        return list(line.problems)


class TestTheSameWordsOnTwoAccounts:
    @pytest.fixture
    def twins(self, reaches: Reaches) -> tuple[World, int, int]:
        """Two Jobcenters' posts on a channel that forbids the same words within a day."""
        world = reaches("awaiting", "x", organisations=TWO)
        first, second = sorted(post["id"] for post in world.posts())
        for number in (first, second):
            says(world, SAME, number)
        return world, first, second

    def test_keep_the_later_post_from_being_approved(self, twins: tuple[World, int, int]) -> None:
        world, first, second = twins
        assert "text.identical" not in rules(world.post(first))
        assert "text.identical" in rules(world.post(second))

        with pytest.raises(Refused, match="Denselben Text bringt hier schon"):
            world.approves(second)

        world.approves(first)
        assert (world.state(first), world.state(second)) == ("scheduled", "awaiting")

    def test_whoever_was_approved_first_comes_first(self, twins: tuple[World, int, int]) -> None:
        world, first, second = twins
        says(world, "Etwas anderes.", first)
        world.approves(second)
        says(world, SAME, first)

        assert "text.identical" in rules(world.post(first))
        with pytest.raises(Refused, match="Denselben Text"):
            world.approves(first)

    def test_are_fine_a_day_apart_and_refused_when_moved_nearer(self, twins: tuple[World, int, int]) -> None:
        world, first, second = twins
        world.approves(first)
        later = world.due(first) + timedelta(days=7)
        world.approves(second, at=later)
        officer = world.person(world.post(second)["organisation"])

        with pytest.raises(Refused, match="Denselben Text"):
            approving.publish_now(world.deps, officer, second, world.due(first) - timedelta(minutes=30))

        assert world.due(second) == later

    def test_do_not_matter_once_the_other_post_is_closed(self, twins: tuple[World, int, int]) -> None:
        world, first, second = twins
        other = world.person(world.post(first)["organisation"])
        approving.reject(world.deps, other, first, "passt nicht", world.clock.now())

        world.approves(second)

        assert world.state(second) == "scheduled"

    def test_approved_by_two_officers_at_once_go_out_once(
        self, twins: tuple[World, int, int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world, first, second = twins
        monkeypatch.setattr("distributor.services.judging._comes_first", _only_what_is_approved)
        started, outcomes = threading.Barrier(2), []

        def approves(number: int) -> None:
            post = world.post(number)
            officer = world.person(post["organisation"])
            started.wait()
            try:
                approving.approve(world.deps, officer, number, world.clock.now())
                outcomes.append("approved")
            except Refused as refusal:
                outcomes.append(refusal.code)

        threads = [threading.Thread(target=approves, args=(number,)) for number in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(outcomes) == ["approved", "post.blocked"]

    def test_are_allowed_where_the_channel_does_not_forbid_them(self, reaches: Reaches) -> None:
        world = reaches("awaiting", "facebook", organisations=TWO)
        for post in world.posts():
            says(world, SAME, post["id"])

        world.approves()

        assert world.states() == {"scheduled": 2}


def _only_what_is_approved(other: Carried, post: PostRow) -> bool:
    return other.state == "scheduled"


def test_problems_stored_without_a_fix_are_still_shown(reaches: Reaches) -> None:
    world = reaches("awaiting")
    with world.deps.store.write() as session:
        row = session.get_one(PostRow, world.post()["id"])
        row.problems = [{"rule": "credit.missing", "severity": "warn", "text": "Der Bildnachweis fehlt."}]

    assert world.post()["problems"][0]["fix"] is None
    assert views.post_list(world.deps)[0]["problems"][0]["fix"] is None
