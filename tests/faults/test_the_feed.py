"""The feed comes again: whole, with other guids, in another order, while its posts wait, go out, or are out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import requests

from tests.faults.test_the_wire import CHANNELS
from tests.support.auditing import audit
from tests.support.world import World

Reaches = Callable[..., World]
ITEMS = 3


def again(feed: str) -> str:
    return feed.replace("</channel>", "<!-- sent again --></channel>")


def with_other_guids(feed: str) -> str:
    return re.sub(r"(<guid[^>]*>)", r"\1neu-", feed)


def in_another_order(feed: str) -> str:
    entries = re.findall(r"<item>.*?</item>", feed, flags=re.DOTALL)
    head, tail = feed.split(entries[0], maxsplit=1)[0], feed.split(entries[-1])[1]
    return head + "".join(reversed(entries)) + tail


WAYS = {"again": again, "with other guids": with_other_guids, "in another order": in_another_order}


@pytest.mark.parametrize("when", [pytest.param("while they wait", marks=pytest.mark.long), "when they are out"])
@pytest.mark.parametrize("way", WAYS)
def test_nothing_goes_out_twice(reaches: Reaches, way: str, when: str) -> None:
    world = reaches("empty", *CHANNELS, items=ITEMS)
    feed = requests.get(world.portal.feed, timeout=5).content.decode()
    address = world.portal.prints("feed.rss", feed)
    world.reads_feed(address)
    world.clears()
    world.approves()
    last = max(world.due(post["id"]) for post in world.posts())
    if when == "when they are out":
        world.runs_until(last + timedelta(hours=1))
        assert world.states() == {"published": ITEMS * len(CHANNELS)}

    changed = WAYS[way](feed)
    assert changed != feed
    world.clock.advance(hours=1)
    world.portal.prints("feed.rss", changed)
    world.reads_feed(address)
    world.clears()
    world.approves()
    world.runs_until(max(last, world.clock.now()) + timedelta(days=20))

    audit(world).all_is_well(ambiguous=0)
    said = [(entry["channel"], entry["text"]) for entry in world.network.ledger()]
    assert len(said) == len(set(said)) == ITEMS * len(CHANNELS)
