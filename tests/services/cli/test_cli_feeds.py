"""``feed`` and the questions it leads to, on the command line, against a portal over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.services.test_feed_life import document
from tests.support.site import Site, serving


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A portal inside a network of ours that may be read."""
    with serving() as told:
        monkeypatch.setenv("DISTRIBUTOR_ALLOW_PRIVATE", "127.0.0.1")
        yield told


@pytest.fixture
def feed(program: Any, site: Site) -> str:
    """A feed of three items that was read once."""
    site.says(document(3, 2, 1))
    program.does("feed", "add", site.url(), "--as", "ed")
    program.does("feed", "poll")
    return str(program.json("feed", "list")[0]["id"])


def test_a_feed_is_shown_with_what_there_is_to_know(program: Any, site: Site, feed: str) -> None:
    shown = program.json("feed", "show", feed)

    assert (shown["title"], shown["items"], shown["gone"]) == ("F", {"active": 3}, 0)
    assert [event["what"] for event in shown["events"]] == ["feed.added"]
    told = program.does("feed", "show", feed)
    assert site.url() in told
    assert "3 in Arbeit" in told
    assert "ed: eingetragen" in told
    assert "gibt es nicht" in program.refuses("feed", "show", "99")


def test_a_page_is_told_apart_from_its_feed(program: Any, site: Site) -> None:
    site.says(document(1), path="/beitraege")
    link = '<link rel="alternate" type="application/rss+xml" href="/beitraege">'
    site.says(f"<!doctype html><head>{link}</head>".encode(), path="/", headers={"Content-Type": "text/html"})

    checked = program.json("feed", "check", site.url("/"))
    added = program("feed", "add", site.url("/"), "--as", "ed")

    assert len(checked["items"]) == 1
    assert any(site.url("/beitraege") in problem for problem in checked["problems"])
    assert added.stdout.strip().endswith(site.url("/beitraege"))
    assert "genommen wurde der Feed" in added.stderr


def test_a_source_that_cannot_be_reached_promises_no_further_try(program: Any, site: Site) -> None:
    site.says(status=503)

    assert "später" not in program.refuses("feed", "check", site.url())


def test_a_feed_is_paused_goes_on_and_is_given_up(program: Any, site: Site, feed: str) -> None:
    program.does("feed", "pause", feed, "--reason", "Umbau", "--as", "op")
    assert "Umbau" in program.does("feed", "list")
    assert "Kein Feed" in program.refuses("feed", "poll")
    program.does("feed", "resume", feed, "--as", "op")
    program.does("feed", "poll")

    program.does("feed", "remove", feed, "--as", "op")

    assert program.json("feed", "list") == []
    assert len(program.json("items", "list")) == 3
    assert "darf das nicht" in program.refuses("feed", "remove", feed, "--as", "kim")


def test_a_vanished_item_is_shown_and_kept(program: Any, site: Site, feed: str) -> None:
    site.says(document(3, 1))
    program.does("feed", "poll")
    [gone] = program.json("items", "list", "--gone")
    number = str(gone["id"])

    assert "Bleibt er, oder soll er zurückgezogen werden?" in program.does("items", "show", number)
    assert "verschwunden?" in program.does("items", "list")
    assert f"Beitrag {number} bleibt.\n" == program.does("items", "keep", number, "--as", "ed")

    assert program.json("items", "list", "--gone") == []
    assert "er bleibt" in program.does("items", "show", number)
    assert "nicht gefragt" in program.refuses("items", "keep", number, "--as", "ed")


def test_a_shorter_list_is_accepted(program: Any, site: Site, feed: str) -> None:
    site.says(document())
    assert "nicht mehr auf" in program("feed", "poll").stderr

    assert "nach 3 Beiträgen" in program.does("feed", "accept", feed, "--as", "ed")

    assert len(program.json("items", "list", "--gone")) == 3


@pytest.mark.parametrize(("how", "stage"), [("--take", "active"), ("--drop", "history")])
def test_a_flood_is_shown_and_settled(program: Any, site: Site, feed: str, how: str, stage: str) -> None:
    site.says(document(*range(30, 0, -1)))
    program.does("feed", "poll")
    [told] = program.json("items", "floods")
    assert (told["feed"], told["count"]) == (int(feed), 27)
    assert "27" in program.does("items", "floods")

    assert "27 Beiträge" in program.does("items", "settle", feed, how, "--as", "ed")

    assert program.json("items", "floods") == []
    assert len(program.json("items", "list", "--stage", stage)) >= 27
    assert "warten keine Beiträge" in program.refuses("items", "settle", feed, how, "--as", "ed")
    assert "entweder --take oder --drop" in program.refuses("items", "settle", feed, "--as", "ed")


def test_a_feed_that_exists_is_not_entered_again(program: Any, site: Site, feed: str) -> None:
    assert program.does("feed", "add", site.url(), "--as", "op") == f"Feed {feed} ist schon eingetragen: {site.url()}\n"

    assert [event["what"] for event in program.json("feed", "show", feed)["events"]] == ["feed.added"]


def test_a_feed_that_was_given_up_is_entered_again(program: Any, site: Site, feed: str) -> None:
    program.does("feed", "remove", feed, "--as", "op")

    assert program.does("feed", "add", site.url(), "--as", "op") == f"Feed {feed} ist eingetragen: {site.url()}\n"

    told = [event["what"] for event in program.json("feed", "show", feed)["events"]]
    assert sorted(told) == ["feed.added", "feed.added", "feed.removed"]


def test_a_feed_that_is_read_cannot_go_on(program: Any, feed: str) -> None:
    assert program.does("feed", "resume", feed, "--as", "op") == f"Feed {feed} ist nicht angehalten.\n"

    assert [event["what"] for event in program.json("feed", "show", feed)["events"]] == ["feed.added"]


def test_an_address_inside_our_network_is_not_entered(program: Any) -> None:
    said = program.refuses("feed", "add", "http://10.0.0.1/feed", "--as", "ed")

    assert "liegt im eigenen Netz" in said
    assert "DISTRIBUTOR_ALLOW_PRIVATE" in said
    assert program.json("feed", "list") == []
