"""Items that the portal no longer lists: asked about once, answered by an editor, never deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from distributor.domain import Refused
from distributor.services import clearing, feed_views, flood, health, missing, recalling, views
from tests.services.test_feed_life import entries
from tests.support.feeds import rss
from tests.support.world import World


@pytest.fixture
def world(reaches: Callable[..., World]) -> World:
    """One Jobcenter on one channel, and nothing read yet."""
    return reaches("empty")


def lists(world: World, *numbers: int, head: str = "") -> int:
    """Let the portal list these entries, the newest first, and read it."""
    return world.reads_feed(world.portal.prints("feed.rss", rss(*entries(*numbers), head=head)))


def asked(world: World) -> list[str]:
    return sorted(item["guid"] for item in views.item_list(world.deps, gone=True))


def number_of(world: World, guid: str) -> int:
    return next(item["id"] for item in views.item_list(world.deps) if item["guid"] == guid)


def keeps(world: World, guid: str, who: str = "redaktion") -> None:
    missing.keep(world.deps, world.person(who), number_of(world, guid), world.clock.now())


def feed(world: World) -> dict[str, Any]:
    [told] = feed_views.feed_list(world.deps)
    return told


def subjects(world: World) -> list[str]:
    return [one.subject for one in health.examine(world.deps, world.clock.now()) if not one.ok]


def test_an_item_that_vanishes_is_asked_about_and_stays_as_it_is(world: World) -> None:
    lists(world, 3, 2, 1)
    world.clears()
    world.approves()
    before = world.posts()

    assert lists(world, 3, 1) == 0

    assert asked(world) == ["g2"]
    assert world.posts() == before
    assert "Verschwundene Beiträge" in subjects(world)


def test_the_question_does_not_hold_up_what_was_approved(world: World) -> None:
    lists(world, 2, 1)
    world.clears()
    world.approves()
    lists(world, 2)

    world.runs_until(max(world.due(post["id"]) for post in world.posts()))

    assert world.states() == {"published": 2}
    assert asked(world) == ["g1"]


def test_what_newer_entries_pushed_off_the_end_is_not_asked_about(world: World) -> None:
    lists(world, 3, 2, 1)
    lists(world, 5, 4, 3)
    lists(world, 7, 6, 5)

    assert asked(world) == []


def test_one_that_comes_back_is_asked_about_no_more_until_it_vanishes_again(world: World) -> None:
    lists(world, 3, 2, 1)
    lists(world, 3, 1)
    lists(world, 3, 2, 1)
    assert asked(world) == []

    lists(world, 3, 1)

    assert asked(world) == ["g2"]


def test_one_that_stays_is_asked_about_again_only_after_it_came_back(world: World) -> None:
    lists(world, 3, 2, 1)
    lists(world, 3, 1)
    keeps(world, "g2")
    assert asked(world) == []
    assert views.item_show(world.deps, number_of(world, "g2"))["kept_at"] is not None

    lists(world, 4, 3, 1)
    assert asked(world) == []
    lists(world, 4, 3, 2, 1)
    assert views.item_show(world.deps, number_of(world, "g2"))["kept_at"] is None
    lists(world, 4, 3, 1)

    assert asked(world) == ["g2"]


def test_one_that_is_withdrawn_is_asked_about_no_more(world: World) -> None:
    lists(world, 2, 1)
    lists(world, 2)

    recalling.withdraw(
        world.deps, world.person("redaktion"), number_of(world, "g1"), "Im Portal gelöscht", world.clock.now()
    )

    assert asked(world) == []
    assert "Verschwundene Beiträge" not in subjects(world)


def test_only_an_editor_answers_and_only_what_was_asked(world: World) -> None:
    lists(world, 2, 1)
    lists(world, 2)

    for guid, who, code in (("g1", "fulda", "forbidden"), ("g2", "redaktion", "item.not_gone")):
        with pytest.raises(Refused) as refused:
            keeps(world, guid, who)
        assert refused.value.code == code


def test_an_item_of_the_history_is_nobodys_question(world: World) -> None:
    lists(world, *range(25, 0, -1))

    lists(world, *range(25, 4, -1), 3, 2, 1)

    assert asked(world) == []


class TestATombstone:
    TOMBSTONE = '<at:deleted-entry ref="g1" when="2026-11-22T08:00:00Z"/>'

    def test_asks_at_once_about_what_has_scrolled_out_long_ago(self, world: World) -> None:
        lists(world, 2, 1)
        lists(world, 3, 2)
        assert asked(world) == []

        lists(world, 3, 2, head=self.TOMBSTONE)

        assert asked(world) == ["g1"]

    def test_asks_once_however_long_the_portal_shows_it(self, world: World) -> None:
        lists(world, 2, 1)
        lists(world, 2, head=self.TOMBSTONE)
        keeps(world, "g1")

        lists(world, 3, 2, head=self.TOMBSTONE)

        assert asked(world) == []

    def test_means_nothing_beside_the_entry_itself(self, world: World) -> None:
        lists(world, 2, 1)

        lists(world, 2, 1, head=self.TOMBSTONE)

        assert asked(world) == []


def test_of_a_complete_feed_nothing_scrolls_out(world: World) -> None:
    lists(world, 3, 2, 1)

    lists(world, 4, 3, 2, head="<fh:complete/>")

    assert asked(world) == ["g1"]


class TestAnAnswerThatLacksSuspiciouslyMany:
    @pytest.mark.parametrize("left", [(), (12,)])
    def test_is_trouble_of_the_feed_and_no_heap_of_questions(self, world: World, left: tuple[int, ...]) -> None:
        lists(world, *range(12, 0, -1))

        lists(world, *left)

        assert asked(world) == []
        assert f"führt {12 - len(left)} von 12 Beiträgen nicht mehr auf" in feed(world)["trouble"]
        assert [one for one in subjects(world) if one.startswith("Feed ")]

    def test_is_forgotten_when_the_feed_lists_them_again(self, world: World) -> None:
        lists(world, *range(12, 0, -1))
        lists(world)

        lists(world, *range(13, 0, -1))

        assert feed(world)["trouble"] == ""
        assert asked(world) == []

    def test_brings_what_is_new_all_the_same(self, world: World) -> None:
        lists(world, *range(12, 0, -1))

        assert lists(world, 13, 12) == 1

    def test_asks_about_each_when_a_person_says_that_it_is_right(self, world: World) -> None:
        lists(world, *range(12, 0, -1))
        lists(world, 12, 11, 10)
        number, editor = feed(world)["id"], world.person("redaktion")

        assert missing.accept(world.deps, editor, number, world.clock.now()) == 9

        assert len(asked(world)) == 9
        assert feed(world)["trouble"] == ""
        lists(world, 13, 12, 11, 10)
        assert len(asked(world)) == 9
        with pytest.raises(Refused) as refused:
            missing.accept(world.deps, editor, number, world.clock.now())
        assert refused.value.code == "feed.not_shrunk"


def test_a_document_that_breaks_off_tells_nothing_of_what_it_lacks(world: World) -> None:
    lists(world, 3, 2, 1)
    whole = rss(*entries(3, 2, 1))
    cut = whole[: whole.rindex("<item>")]

    world.reads_feed(world.portal.prints("feed.rss", cut))

    assert asked(world) == []
    assert feed(world)["trouble"] == ""


class TestAFlood:
    def comes(self, world: World) -> dict[str, Any]:
        lists(world, 2, 1)
        lists(world, *range(30, 0, -1))
        [told] = feed_views.floods(world.deps)
        return told

    def test_waits_as_a_whole_for_an_editor(self, world: World) -> None:
        told = self.comes(world)

        assert told["count"] == 28
        assert "Angehaltene Beiträge" in subjects(world)
        assert len(world.posts()) == 2

    @pytest.mark.parametrize(("take", "stage", "posts"), [(True, "active", 30), (False, "history", 2)])
    def test_is_settled_in_one_act(self, world: World, take: bool, stage: str, posts: int) -> None:
        told, editor = self.comes(world), world.person("redaktion")

        assert flood.settle(world.deps, editor, told["feed"], world.clock.now(), take=take) == 28

        assert lists(world, *range(30, 0, -1)) == 0
        assert len(views.item_list(world.deps, stages=[stage])) in (28, 30)
        assert len(world.posts()) == posts
        assert feed_views.floods(world.deps) == []
        with pytest.raises(Refused) as refused:
            flood.settle(world.deps, editor, told["feed"], world.clock.now(), take=take)
        assert refused.value.code == "flood.settled"

    def test_leaves_an_item_out_that_an_editor_has_decided_on_by_itself(self, world: World) -> None:
        self.comes(world)
        editor, number = world.person("redaktion"), number_of(world, "g30")

        clearing.hold(world.deps, editor, number, world.clock.now(), held=False)
        clearing.hold(world.deps, editor, number, world.clock.now(), held=True)

        assert feed_views.floods(world.deps)[0]["count"] == 27

    def test_is_for_editors(self, world: World) -> None:
        told = self.comes(world)
        with pytest.raises(Refused) as refused:
            flood.settle(world.deps, world.person("fulda"), told["feed"], world.clock.now(), take=True)
        assert refused.value.code == "forbidden"
