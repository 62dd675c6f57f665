"""Each gate, and each way around it, on the channels without a network: the own pages, and what a person posts.

There what is public is what our own record says, so that is what is looked at; handed to a person counts as out.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from distributor.lifecycle import HANDED
from distributor.services import accounts
from tests.services.test_every_gate import FURTHER, ITEMS, WAYS, closes_further, goes_on, stages
from tests.support.own_pages import opens_pages
from tests.support.world import SETUP, World

CHANNELS = {"manual", "website"}


@pytest.fixture
def at_home(make_world: Callable[..., World]) -> Callable[[str, int], World]:
    """Make a world with posts of so many items on both channels, up to a state."""

    def make(state: str, items: int) -> World:
        world = make_world(channels=(), organisations=("fulda",))
        opens_pages(world)
        fields = {"network": "whatsapp", "profile": "https://whatsapp.com/channel/0029kjc"}
        accounts.add_account(world.deps, SETUP, "fulda", "manual", "kanal", fields, world.clock.now())
        world.portal.keeps(items)
        world.reads_feed()
        world.clears()
        if state == "scheduled":
            world.approves()
        return world

    return make


def out(world: World) -> set[tuple[str, int]]:
    """Return channel and item of what is public, or in a person's hands."""
    found = set()
    for post in world.posts():
        if post["receipt"] or (post["reason"] or {}).get("code") == HANDED:
            found.add((post["channel"], post["item"]))
    return found


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_around_any_gate_where_no_network_is(at_home: Callable[[str, int], World], way: str) -> None:
    state, goes = WAYS[way]
    world = at_home(state, ITEMS)

    free = goes(world)

    assert out(world) == {(channel, free) for channel in CHANNELS}, way


def test_what_else_was_not_answered_in_favour_holds_there_too(at_home: Callable[[str, int], World]) -> None:
    world = at_home("scheduled", len(FURTHER) + 1)
    stages(world)

    free = closes_further(world)
    goes_on(world)

    assert out(world) == {(channel, free) for channel in CHANNELS}
