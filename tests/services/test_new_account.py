"""An account that is connected later."""

from __future__ import annotations

from collections.abc import Callable

from distributor.services import accounts, tailoring
from tests.support.world import SETUP, World


def test_a_new_account_gets_posts_of_fresh_items_only(make_world: Callable[..., World]) -> None:
    world = make_world(organisations=("fulda",), channels=("facebook",))
    world.portal.keeps(2)
    world.reads_feed()
    world.clock.advance(days=10)
    world.portal.publishes(guid="urn:neu", title="Neu im Portal", summary="Ein Satz.", picture="", hours_ago=1)
    world.clock.advance(hours=1)
    world.reads_feed()
    world.clock.advance(days=5)

    accounts.add_account(world.deps, SETUP, "fulda", "x", "kjc_fulda", {"user_id": "1"}, world.clock.now())
    tailoring.tailor_stale(world.deps, world.clock.now())

    assert [post["title"] for post in world.posts(channel="x")] == ["Neu im Portal"]
