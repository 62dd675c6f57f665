"""Reading feeds again and again: what is new becomes posts once, whatever the portal does to its feed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from distributor.intake import identity
from distributor.services import clearing, feed_views, feeds, polling, tailoring, taking_in, views
from tests.support.feeds import rss
from tests.support.world import START, World


@pytest.fixture
def world(reaches: Callable[..., World]) -> World:
    """One Jobcenter on one channel, and a portal of two items that nobody has read yet."""
    return reaches("empty", items=2)


def entries(count: int, first: int = 0, **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "guid": f"g{number}",
            "title": f"Beitrag Nummer {number}",
            "link": f"https://portal.example/{number}",
            "text": f"Text des Beitrags {number}.",
            "published": START - timedelta(hours=number + 1),
            **more,
        }
        for number in range(first, first + count)
    ]


def reads(world: World, *items: dict[str, Any]) -> int:
    return world.reads_feed(world.portal.prints("feed.rss", rss(*items)))


def stages(world: World) -> dict[str, int]:
    found: dict[str, int] = {}
    for item in views.item_list(world.deps):
        found[item["stage"]] = found.get(item["stage"], 0) + 1
    return found


def test_a_feed_that_did_not_change_brings_nothing(world: World) -> None:
    assert world.reads_feed() == 2
    before = world.posts()

    assert world.reads_feed() == 0

    assert world.posts() == before
    [told] = [feed for feed in feed_views.feed_list(world.deps) if feed["url"] == world.portal.feed]
    assert (told["failures"], told["trouble"]) == (0, "")


def test_the_same_entries_sent_differently_make_no_new_posts(world: World) -> None:
    items = entries(4)
    assert reads(world, *items) == 4
    before = [(post["id"], post["digest"]) for post in world.posts()]

    for how, again in {
        "whole again": [dict(item) for item in items],
        "reversed": items[::-1],
        "shuffled": [items[2], items[0], items[3], items[1]],
        "twice in itself": [*items, *items],
        "fewer": items[:1],
        "other guids": [{**item, "guid": f"new-{item['guid']}"} for item in items],
        "the old guids again": items,
    }.items():
        assert reads(world, *again) == 0, how
        assert [(post["id"], post["digest"]) for post in world.posts()] == before, how


def test_of_a_long_archive_only_what_may_be_meant_is_looked_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reads(world, *entries(12))
    looked_at: list[int] = []

    def decide(items: Any, known: Any, now: Any) -> Any:
        looked_at.append(len(known))
        return identity.decide(items, known, now)

    monkeypatch.setattr(taking_in, "decide", decide)

    renamed = {**entries(1, first=3)[0], "guid": "other"}
    assert reads(world, *entries(2), renamed, *entries(1, first=40)) == 1
    assert looked_at == [3]


@pytest.mark.parametrize("at_once", [1, 3])
def test_entries_are_known_however_many_are_looked_up_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(taking_in, "_AT_ONCE", at_once)

    assert reads(world, *entries(7)) == 7
    assert reads(world, *[{**entry, "guid": f"new-{entry['guid']}"} for entry in entries(7)]) == 0


def test_new_guids_and_new_links_at_once_are_known_by_what_they_say(world: World) -> None:
    items = entries(3)
    reads(world, *items)
    moved = [{**item, "guid": f"n{i}", "link": f"https://neu.example/{i}"} for i, item in enumerate(items)]

    reads(world, *moved)

    assert len(world.posts()) == 3


def test_an_edited_entry_is_a_new_revision_of_the_same_item(world: World) -> None:
    [item] = entries(1)
    reads(world, item)

    assert reads(world, {**item, "text": "Ein anderer Text."}) == 1

    [known] = views.item_list(world.deps)
    assert known["revision"] == 2
    assert len(world.posts()) == 1


def test_the_first_poll_takes_the_newest_and_lists_the_rest(world: World) -> None:
    reads(world, *entries(25))

    assert stages(world) == {"active": 20, "history": 5}
    assert len(world.posts()) == 20
    oldest = {f"g{number}" for number in range(20, 25)}
    assert {item["guid"] for item in views.item_list(world.deps, stages=["history"])} == oldest


def test_a_later_poll_with_suspiciously_many_new_entries_holds_them_for_an_editor(world: World) -> None:
    reads(world, *entries(2))

    assert reads(world, *entries(21, first=100)) == 21

    assert stages(world) == {"active": 2, "held": 21}
    assert len(world.posts()) == 2
    held = views.item_list(world.deps, stages=["held"])[0]
    clearing.hold(world.deps, world.person("redaktion"), held["id"], world.clock.now(), held=False)
    assert len(world.posts()) == 3


def test_a_later_poll_with_twenty_new_entries_is_an_ordinary_one(world: World) -> None:
    reads(world, *entries(2))

    reads(world, *entries(20, first=100))

    assert stages(world) == {"active": 22}


def test_an_entry_that_disappears_from_the_feed_stays_as_it_is(world: World) -> None:
    world.reads_feed()
    world.clears()
    world.approves()

    world.portal.keeps(1)
    assert world.reads_feed() == 0

    assert world.states() == {"scheduled": 2}


def test_two_polls_at_once_take_an_entry_in_once(world: World) -> None:
    url = world.portal.prints("feed.rss", rss(*entries(3)))
    feed = feeds.add_feed(world.deps, world.person("betrieb"), url, world.clock.now()).number
    together = threading.Barrier(4)

    def polls(_: int) -> int:
        together.wait(timeout=10)
        return polling.poll(world.deps, feed, world.clock.now)

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(polls, range(4)))

    assert sorted(taken) == [0, 0, 0, 3]
    assert len(views.item_list(world.deps)) == 3


def test_two_makings_of_posts_at_once_make_each_once(world: World) -> None:
    url = world.portal.prints("feed.rss", rss(*entries(3)))
    feed = feeds.add_feed(world.deps, world.person("betrieb"), url, world.clock.now()).number
    polling.poll(world.deps, feed, world.clock.now)
    together = threading.Barrier(3)

    def makes(_: int) -> int:
        together.wait(timeout=10)
        return tailoring.tailor_stale(world.deps, world.clock.now())

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(makes, range(3)))
    tailoring.tailor_stale(world.deps, world.clock.now())

    assert len(world.posts()) == 3


class TestTroubleWithAFeed:
    def test_is_kept_with_the_feed_and_waited_on_longer_and_longer(self, world: World) -> None:
        url = world.portal.prints("feed.rss", "das ist kein Feed", "text/plain")
        waits = []
        for _ in range(3):
            world.reads_feed(url)
            [told] = feed_views.feed_list(world.deps)
            waits.append(told["next_poll_at"])
        assert told["failures"] == 3
        assert told["trouble"].endswith(".")
        assert waits == sorted(set(waits))

        world.portal.prints("feed.rss", rss(*entries(1)))
        assert world.reads_feed(url) == 1
        [told] = feed_views.feed_list(world.deps)
        assert (told["failures"], told["trouble"]) == (0, "")

    def test_keeps_no_other_feed_from_being_read(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Even if it is a fault of our own that nobody foresaw."""
        sound = polling.parse

        def broken(body: bytes, **more: Any) -> Any:
            if b"poisonous" in body:
                raise ZeroDivisionError
            return sound(body, **more)

        monkeypatch.setattr(polling, "parse", broken)
        operator = world.person("betrieb")
        for name, document in (("a.rss", rss({"guid": "poisonous", "title": "T"})), ("b.rss", rss(*entries(2)))):
            feeds.add_feed(world.deps, operator, world.portal.prints(name, document), world.clock.now())

        assert polling.poll_due(world.deps, world.clock.now) == 2

        broken_one, sound_one = feed_views.feed_list(world.deps)
        assert (broken_one["failures"], sound_one["failures"]) == (1, 0)
        assert "ZeroDivisionError" in broken_one["trouble"]
        assert broken_one["next_poll_at"] > sound_one["polled_at"]

    def test_wild_characters_in_an_entry_are_taken_in_or_left_out_but_never_stop_the_feed(self, world: World) -> None:
        texts = ["mit \u0000 darin", "halb \ud83d", "\x0b\x1f", "A" * 500_000, "Gut."]
        items = [
            {"id": f"w{number}", "title": text, "url": f"https://portal.example/{number}", "content_text": text}
            for number, text in enumerate(texts)
        ]
        document = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": items}
        url = world.portal.prints("feed.json", json.dumps(document), "application/feed+json")

        world.reads_feed(url)

        assert "w4" in {known["guid"] for known in views.item_list(world.deps)}
        [told] = feed_views.feed_list(world.deps)
        assert told["trouble"] == ""
        world.clears()
        assert set(world.states()) <= {"awaiting", "drafted"}

    def test_entries_without_any_identity_are_still_told_apart(self, world: World) -> None:
        reads(world, {"title": "Eins", "text": "Text eins."}, {"title": "Zwei", "text": "Text zwei."})
        reads(world, {"title": "Zwei", "text": "Text zwei."}, {"title": "Eins", "text": "Text eins."})

        titles = [known["title"] for known in views.item_list(world.deps)]
        assert sorted(set(titles)) == ["Eins", "Zwei"]
        assert [told["trouble"] for told in feed_views.feed_list(world.deps)] == [""]


def test_registering_a_feed_again_changes_nothing(world: World) -> None:
    operator = world.person("betrieb")
    numbers = {
        feeds.add_feed(world.deps, operator, "https://a.example/feed", world.clock.now()).number for _ in range(2)
    }

    assert len(numbers) == 1
    assert len(feed_views.feed_list(world.deps)) == 1
