"""The life of a feed: how often it is asked, what its trouble leads to, and what becomes of it when it is given up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from distributor.domain import ParsedFeed, Refused
from distributor.intake import parse as intake
from distributor.services import feed_views, feeds, health, polling, views
from tests.support.feeds import rss
from tests.support.site import Site, serving
from tests.support.world import START, World

EVERY = timedelta(minutes=10)


@pytest.fixture
def world(reaches: Callable[..., World]) -> World:
    """One Jobcenter on one channel, and nothing read yet."""
    return reaches("empty")


@pytest.fixture
def site() -> Iterator[Site]:
    """A portal that answers as a test wants."""
    with serving() as told:
        yield told


def entries(*numbers: int) -> list[dict[str, Any]]:
    """Entries by number, the greater the newer."""
    return [
        {
            "guid": f"g{number}",
            "title": f"Beitrag Nummer {number}",
            "link": f"https://portal.example/{number}",
            "text": f"Text des Beitrags {number}.",
            "published": START - timedelta(hours=100 - number),
        }
        for number in numbers
    ]


def document(*numbers: int, head: str = "") -> bytes:
    return rss(*entries(*numbers), head=head).encode()


def enters(world: World, site: Site, path: str = "/feed") -> int:
    return feeds.add_feed(world.deps, world.person("betrieb"), site.url(path), world.clock.now()).number


def polls(world: World, feed: int) -> dict[str, Any]:
    polling.poll(world.deps, feed, world.clock.now)
    return feed_views.feed_show(world.deps, feed)


def wait(world: World, told: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(told["next_poll_at"]) - world.clock.now()


def test_the_same_document_is_read_once_though_the_portal_sends_it_each_time(
    world: World, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []

    def parse(body: bytes, **more: Any) -> ParsedFeed:
        read.append(body)
        return intake.parse(body, **more)

    monkeypatch.setattr(polling, "parse", parse)
    feed = enters(world, site)
    for asked, numbers in enumerate([(1, 2), (1, 2), (1, 2, 3)], start=1):
        site.says(document(*numbers), headers={"ETag": f'"{asked}"'})
        told = polls(world, feed)

    assert read == [document(1, 2), document(1, 2, 3)]
    assert told["trouble"] == ""
    assert len(views.item_list(world.deps)) == 3
    polls(world, feed)
    assert [headers["If-None-Match"] for _, headers in site.asked[1:]] == ['"1"', '"2"', '"3"']


class TestHowOftenAFeedIsAsked:
    @pytest.mark.parametrize(
        ("head", "headers", "expected"),
        [
            ("", {}, EVERY),
            ("<ttl>30</ttl>", {}, timedelta(minutes=30)),
            ("<ttl>5</ttl>", {}, EVERY),
            ("<ttl>999999</ttl>", {}, timedelta(hours=6)),
            ("", {"Cache-Control": "public, max-age=3600"}, timedelta(hours=1)),
            ("<ttl>60</ttl>", {"Cache-Control": "no-cache"}, timedelta(hours=1)),
            ("<skipHours><hour>8</hour><hour>9</hour></skipHours>", {}, timedelta(hours=2)),
        ],
    )
    def test_is_as_often_as_wished_but_not_more_often_than_the_portal_wishes(
        self, world: World, site: Site, head: str, headers: dict[str, str], expected: timedelta
    ) -> None:
        site.says(document(1, head=head), headers=headers)

        told = polls(world, enters(world, site))

        assert wait(world, told) == expected

    def test_the_portals_wish_holds_when_it_only_says_that_nothing_changed(self, world: World, site: Site) -> None:
        site.says(document(1, head="<ttl>30</ttl>"), headers={"ETag": '"1"'})
        feed = enters(world, site)
        polls(world, feed)
        site.says(status=304)

        assert wait(world, polls(world, feed)) == timedelta(minutes=30)

    @pytest.mark.parametrize(
        ("headers", "expected"),
        [
            ({"Retry-After": "7200"}, timedelta(hours=2)),
            ({"Retry-After": "9999999"}, EVERY),
            ({"Retry-After": "999999"}, timedelta(hours=24)),
            ({"Retry-After": "bald"}, EVERY),
            ({}, EVERY),
        ],
    )
    def test_a_server_in_trouble_says_when_to_come_back(
        self, world: World, site: Site, headers: dict[str, str], expected: timedelta
    ) -> None:
        site.says(status=503, headers=headers)

        told = polls(world, enters(world, site))

        assert wait(world, told) == expected
        assert "gestört (Antwort 503)" in told["trouble"]

    def test_trouble_is_waited_on_longer_and_longer_up_to_six_hours(self, world: World, site: Site) -> None:
        site.says(status=500)
        feed = enters(world, site)

        waits = [wait(world, polls(world, feed)) for _ in range(40)]

        assert waits[0] == EVERY < waits[3] < waits[12]
        assert max(waits) == waits[-1] == timedelta(hours=6)


def test_a_feed_that_another_daemon_polls_is_left_to_it(world: World, site: Site) -> None:
    site.says(document(1))
    feed = enters(world, site)
    seen = world.clock.now()

    first, second = (polling._claimed(world.deps, feed, seen, seen) for _ in range(2))

    assert (first, second) == (True, False)
    assert polling.poll_due(world.deps, world.clock.now) == 0
    world.clock.advance(minutes=6)
    assert polling.poll_due(world.deps, world.clock.now) == 1


def test_an_answer_that_comes_back_after_a_later_one_is_dropped(
    world: World, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what it lacks would be asked about, and what it says stand as the newest revision."""
    site.says(document(2, 1))
    feed = enters(world, site)
    polls(world, feed)
    sound = polling.parse

    def overtaken(body: bytes, **more: Any) -> Any:
        monkeypatch.setattr(polling, "parse", sound)
        site.says(document(3, 2, 1))
        polling.poll(world.deps, feed, world.clock.now)
        return sound(body, **more)

    monkeypatch.setattr(polling, "parse", overtaken)
    site.says(document(1))

    assert polling.poll(world.deps, feed, world.clock.now) == 0

    assert len(views.item_list(world.deps)) == 3
    assert views.item_list(world.deps, gone=True) == []


def test_a_failure_that_comes_back_after_a_later_answer_is_dropped(
    world: World, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = enters(world, site)
    sound = polling.fetch

    def overtaken(*asked: Any, **more: Any) -> Any:
        monkeypatch.setattr(polling, "fetch", sound)
        site.says(document(1))
        polling.poll(world.deps, feed, world.clock.now)
        site.says(status=500)
        return sound(*asked, **more)

    monkeypatch.setattr(polling, "fetch", overtaken)

    assert polls(world, feed)["trouble"] == ""


def test_a_feed_that_two_enter_at_once_is_entered_once(world: World) -> None:
    together = threading.Barrier(4)

    def enters_it(_: int) -> int:
        together.wait(timeout=10)
        return feeds.add_feed(world.deps, world.person("betrieb"), "https://a.example/feed", world.clock.now()).number

    with ThreadPoolExecutor(4) as pool:
        numbers = set(pool.map(enters_it, range(4)))

    assert len(numbers) == len(feed_views.feed_list(world.deps)) == 1


class TestAFeedThatMoves:
    def test_is_asked_where_a_permanent_redirect_led(self, world: World, site: Site) -> None:
        site.redirects("/alt", "/neu", status=301)
        site.says(document(1), path="/neu")
        feed = enters(world, site, "/alt")
        told = polls(world, feed)
        assert (told["url"], told["moved_to"]) == (site.url("/alt"), site.url("/neu"))

        polls(world, feed)

        assert [path for path, _ in site.asked] == ["/alt", "/neu", "/neu"]

    @pytest.mark.parametrize("hops", [[302], [302, 301], [307]])
    def test_is_asked_at_its_own_address_where_the_redirect_may_change(
        self, world: World, site: Site, hops: list[int]
    ) -> None:
        for number, status in enumerate(hops):
            site.redirects(f"/{number}", f"/{number + 1}", status=status)
        site.says(document(1), path=f"/{len(hops)}")

        assert polls(world, enters(world, site, "/0"))["moved_to"] == ""

    def test_is_asked_at_its_own_address_again_when_the_other_fails(self, world: World, site: Site) -> None:
        site.redirects("/alt", "/neu", status=308)
        site.says(document(1), path="/neu")
        feed = enters(world, site, "/alt")
        polls(world, feed)
        site.says(status=410, path="/neu")

        told = polls(world, feed)

        assert (told["moved_to"], told["paused_at"]) == ("", None)
        site.says(document(2, 1), path="/alt")
        assert polls(world, feed)["trouble"] == ""


class TestAFeedThatIsGoneForGood:
    def test_is_asked_no_more_until_a_person_lets_it_go_on(self, world: World, site: Site) -> None:
        site.says(status=410)
        feed = enters(world, site)
        told = polls(world, feed)
        assert "abgeschaltet" in told["trouble"]
        assert told["next_poll_at"] is None

        world.clock.advance(days=2)
        assert polling.poll_due(world.deps, world.clock.now) == 0
        assert len(site.asked) == 1
        site.says(document(1))
        feeds.resume_feed(world.deps, world.person("betrieb"), feed, world.clock.now())
        assert polling.poll_due(world.deps, world.clock.now) == 1
        assert feed_views.feed_show(world.deps, feed)["trouble"] == ""


class TestAFeedThatAPersonPauses:
    def test_is_not_read_until_it_goes_on(self, world: World, site: Site) -> None:
        site.says(document(1))
        feed, operator = enters(world, site), world.person("betrieb")

        feeds.pause_feed(world.deps, operator, feed, "Umbau am Portal", world.clock.now())

        assert polling.poll_due(world.deps, world.clock.now) == 0
        assert "Umbau am Portal" in feed_views.feed_show(world.deps, feed)["trouble"]

    def test_needs_a_reason_and_the_right(self, world: World, site: Site) -> None:
        feed = enters(world, site)
        for login, reason, code in (("betrieb", " ", "reason.missing"), ("fulda", "Umbau", "forbidden")):
            with pytest.raises(Refused) as refused:
                feeds.pause_feed(world.deps, world.person(login), feed, reason, world.clock.now())
            assert refused.value.code == code


class TestAFeedThatIsRemoved:
    def test_leaves_its_items_and_posts_and_knows_them_when_it_comes_back(self, world: World, site: Site) -> None:
        site.says(document(2, 1))
        world.reads_feed(site.url())
        [feed] = feed_views.feed_list(world.deps)
        before = world.posts()

        feeds.remove_feed(world.deps, world.person("betrieb"), feed["id"], world.clock.now())

        assert feed_views.feed_list(world.deps) == []
        assert polling.poll_due(world.deps, world.clock.now) == 0
        assert world.posts() == before
        assert enters(world, site) == feed["id"]
        assert world.reads_feed(site.url()) == 0
        assert world.posts() == before

    def test_hands_its_items_over_to_the_feed_that_lists_them_now(self, world: World, site: Site) -> None:
        site.says(document(2, 1), path="/alt")
        world.reads_feed(site.url("/alt"))
        [feed] = feed_views.feed_list(world.deps)
        feeds.remove_feed(world.deps, world.person("betrieb"), feed["id"], world.clock.now())
        moved = [{**entry, "guid": f"neu-{entry['guid']}"} for entry in entries(3, 2, 1)]
        moved[1]["text"] = "Berichtigt."
        site.says(rss(*moved).encode(), path="/neu")

        assert world.reads_feed(site.url("/neu")) == 2

        assert [(item["title"][-1], item["revision"], item["feed"]) for item in views.item_list(world.deps)] == [
            ("3", 1, feed["id"] + 1), ("1", 1, feed["id"] + 1), ("2", 2, feed["id"] + 1),
        ]  # fmt: skip
        assert len(world.posts()) == 3

    def test_hands_an_item_over_though_the_other_feed_calls_another_story_by_its_guid(
        self, world: World, site: Site
    ) -> None:
        site.says(document(1), path="/alt")
        world.reads_feed(site.url("/alt"))
        [feed] = feed_views.feed_list(world.deps)
        feeds.remove_feed(world.deps, world.person("betrieb"), feed["id"], world.clock.now())
        new, old = entries(2, 1)
        site.says(rss({**new, "guid": "g1"}, {**old, "guid": "g9"}).encode(), path="/neu")

        assert world.reads_feed(site.url("/neu")) == 1

        assert {item["title"][-1]: item["guid"] for item in views.item_list(world.deps)} == {"1": "g9", "2": "g1"}
        assert world.reads_feed(site.url("/neu")) == 0

    def test_stands_in_the_settings_no_more(self, world: World) -> None:
        world.reads_feed()
        [feed] = feed_views.feed_list(world.deps)

        with pytest.raises(Refused, match="DISTRIBUTOR_FEED_URL"):
            feeds.remove_feed(world.deps, world.person("betrieb"), feed["id"], world.clock.now())

    def test_is_unknown_from_then_on(self, world: World, site: Site) -> None:
        feed, operator = enters(world, site), world.person("betrieb")
        feeds.remove_feed(world.deps, operator, feed, world.clock.now())

        for verb in (feeds.remove_feed, feeds.resume_feed):
            with pytest.raises(Refused) as refused:
                verb(world.deps, operator, feed, world.clock.now())
            assert refused.value.code == "feed.unknown"


def test_what_another_feed_lists_already_becomes_no_posts_a_second_time(world: World, site: Site) -> None:
    site.says(document(2, 1), path="/rss")
    site.says(rss(*({**entry, "guid": f"atom-{entry['guid']}"} for entry in entries(3, 2, 1))).encode(), path="/atom")
    world.reads_feed(site.url("/rss"))
    assert len(world.posts()) == 2

    world.reads_feed(site.url("/atom"))

    stages = {item["guid"]: item["stage"] for item in views.item_list(world.deps)}
    assert stages == {"g1": "active", "g2": "active", "atom-g1": "history", "atom-g2": "history", "atom-g3": "active"}
    assert len(world.posts()) == 3
    assert world.reads_feed(site.url("/atom")) == 0


class TestAFirstPoll:
    def page(self, site: Site, number: int, *items: int) -> bytes:
        following = f'<atom:link rel="next" href="{site.url(f"/feed?seite={number + 1}")}"/>'
        return document(*items, head=following)

    def test_lists_what_the_feeds_further_pages_say_as_history(self, world: World, site: Site) -> None:
        site.says(self.page(site, 1, *range(60, 35, -1)))
        site.says(self.page(site, 2, *range(35, 30, -1)), path="/feed?seite=2")
        site.says(document(30), path="/feed?seite=3")

        assert world.reads_feed(site.url()) == 31

        assert len(views.item_list(world.deps, stages=["history"])) == 11
        assert len(views.item_list(world.deps, stages=["active"])) == 20
        assert world.reads_feed(site.url()) == 0
        assert [path for path, _ in site.asked].count("/feed?seite=2") == 1
        assert views.item_list(world.deps, gone=True) == []

    def test_ends_with_a_page_that_fails_that_leads_in_a_circle_or_after_five(self, world: World, site: Site) -> None:
        for number in range(2, 30):
            site.says(self.page(site, number, 100 - number), path=f"/feed?seite={number}")
        site.says(self.page(site, 1, 100))
        assert world.reads_feed(site.url()) == 6
        site.says(document(7, head=f'<atom:link rel="next" href="{site.url("/kreis")}"/>'), path="/kreis")
        assert world.reads_feed(site.url("/kreis")) == 1
        site.says(document(8, head=f'<atom:link rel="next" href="{site.url("/fehlt")}"/>'), path="/bricht-ab")
        assert world.reads_feed(site.url("/bricht-ab")) == 1


class TestTheDoctor:
    def finding(self, world: World) -> health.Finding:
        return next(one for one in health.examine(world.deps, world.clock.now()) if one.subject.startswith("Feed "))

    def test_finds_a_feed_grave_that_has_failed_for_too_long(self, world: World, site: Site) -> None:
        site.says(status=500)
        feed = enters(world, site)
        polls(world, feed)
        assert (self.finding(world).ok, self.finding(world).grave) == (False, False)

        world.clock.advance(hours=25)
        polls(world, feed)

        assert self.finding(world).grave
        assert "Seit Mo 23.11.2026, 09:00 Uhr nicht lesbar" in self.finding(world).text
        site.says(document(1))
        polls(world, feed)
        assert self.finding(world).ok

    def test_mentions_a_feed_that_has_fallen_silent(self, world: World, site: Site) -> None:
        site.says(document(1))
        feed = enters(world, site)
        polls(world, feed)
        world.clock.advance(days=31)
        polls(world, feed)

        assert (self.finding(world).ok, self.finding(world).grave) == (False, False)
        assert "kam nichts Neues" in self.finding(world).text
        patient = replace(world.deps, settings=replace(world.deps.settings, feed_silent=timedelta(days=60)))
        assert next(one for one in health.examine(patient, world.clock.now()) if one.subject.startswith("Feed ")).ok


def test_a_portal_that_dates_everything_anew_at_each_poll_makes_no_revisions(world: World, site: Site) -> None:
    for later in range(3):
        moved = [{**entry, "published": START + timedelta(minutes=later)} for entry in entries(2, 1)]
        site.says(rss(*moved).encode())
        world.reads_feed(site.url())
        world.clock.advance(minutes=1)

    assert {item["revision"] for item in views.item_list(world.deps)} == {1}
    assert len(world.posts()) == 2
