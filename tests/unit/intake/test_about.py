"""What a feed says of itself, in each format."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from distributor.domain import FeedAbout
from distributor.intake.parse import parse
from tests.support.feeds import SPACES, rss

URL = "https://kjc.example/portal/feed"
ENTRY = {"guid": "g1", "title": "T", "text": "Text."}
HEAD = """
<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="HUB" href="/hub"/>
<atom:link rel="hub" href="mailto:x"/>
<atom:link rel="self" href="feed"/><atom:link rel="next" href="?seite=2"/>
<at:deleted-entry ref=" tag:kjc,2026:weg " when="2026-11-20T08:00:00Z"/><at:deleted-entry when="2026-11-20T08:00:00Z"/>
<fh:complete/>
"""
SAID = FeedAbout(
    hubs=("https://hub.example/", "https://kjc.example/hub"),
    itself="https://kjc.example/portal/feed",
    next_page="https://kjc.example/portal/feed?seite=2",
    deleted=("tag:kjc,2026:weg",),
    complete=True,
)


def about(document: str) -> FeedAbout:
    return parse(document.encode(), url=URL).about


def atom(head: str) -> str:
    spaces = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in SPACES.items() if prefix != "atom")
    inner = head.replace("atom:", "")
    entry = "<entry><id>g</id><title>T</title></entry>"
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {spaces}><title>F</title>{inner}{entry}</feed>'


def test_rss_and_atom_say_the_same() -> None:
    assert about(rss(ENTRY, head=HEAD)) == SAID
    assert about(atom(HEAD)) == SAID


def test_a_feed_that_says_nothing_says_nothing() -> None:
    assert about(rss(ENTRY)) == about(atom("")) == FeedAbout()


def test_json_feed_names_hubs_itself_and_its_next_page() -> None:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "F",
        "feed_url": "https://kjc.example/feed.json",
        "next_url": "/feed.json?seite=2",
        "hubs": [{"type": "WebSub", "url": "https://hub.example/"}, {"url": 7}, "x"],
        "items": [{"id": "g", "title": "T", "content_text": "Text."}],
    }

    assert about(json.dumps(document)) == FeedAbout(
        hubs=("https://hub.example/",),
        itself="https://kjc.example/feed.json",
        next_page="https://kjc.example/feed.json?seite=2",
    )


@pytest.mark.parametrize("wrong", [{"hubs": "x"}, {"hubs": {"url": "https://hub.example/"}}, {"next_url": ["x"]}])
def test_json_that_is_written_wrong_says_nothing(wrong: dict[str, object]) -> None:
    assert about(json.dumps({"title": "F", "items": [], **wrong})) == FeedAbout()


@pytest.mark.parametrize(
    ("head", "ttl", "hours"),
    [
        ("<ttl>60</ttl>", timedelta(hours=1), []),
        ("<ttl>0</ttl>", None, []),
        ("<ttl>-5</ttl>", None, []),
        ("<ttl>99999999999999</ttl>", None, []),
        ("<ttl>stündlich</ttl>", None, []),
        (
            "<skipHours><hour>0</hour><hour>24</hour><hour>7</hour><hour>25</hour><hour>x</hour></skipHours>",
            None,
            [0, 7],
        ),
    ],
)
def test_rss_says_how_seldom_it_wants_to_be_asked(head: str, ttl: timedelta | None, hours: list[int]) -> None:
    said = about(rss(ENTRY, head=head))

    assert (said.ttl, sorted(said.skip_hours)) == (ttl, hours)


def test_hubs_and_deleted_entries_have_an_end() -> None:
    heap = '<atom:link rel="hub" href="https://hub.example/"/>' * 100 + '<at:deleted-entry ref="x"/>' * 3000

    said = about(rss(ENTRY, head=heap))

    assert (len(said.hubs), len(said.deleted)) == (10, 2000)
