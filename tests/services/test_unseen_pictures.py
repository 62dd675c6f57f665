"""Nobody clears what nobody could look at: pictures come first, and a new picture asks for the people again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from distributor.domain import FeedItem, FeedMedium, Refused
from distributor.services import clearing, media, tailoring, taking_in, views
from tests.support.world import SETUP, World

NOBODY = [clearing.Answer(question, "none") for question in ("people", "partner", "elected")]


def enters(world: World, *pictures: str) -> int:
    """Enter an item by hand with pictures of the portal."""
    shown = tuple(FeedMedium(f"{world.portal.base}/media/{name}", "image", alt="Ein Bild") for name in pictures)
    return taking_in.add_item(
        world.deps,
        SETUP,
        FeedItem("hand:1", "Neu", "https://portal.example/neu", "Ein Satz.", media=shown),
        world.clock.now(),
    )


def looks(world: World) -> None:
    """Let the daemon register, fetch and use the pictures."""
    tailoring.tailor_stale(world.deps, world.clock.now())
    media.fetch_pending(world.deps, world.clock.now)
    tailoring.tailor_stale(world.deps, world.clock.now())


def test_an_item_is_not_cleared_before_its_pictures_are_there(make_world: Callable[..., World]) -> None:
    world = make_world(organisations=("fulda",), channels=("facebook",))
    editor = world.person("redaktion")
    number = enters(world, "kaution.png")

    with pytest.raises(Refused, match="werden noch geladen"):
        clearing.clear(world.deps, editor, number, NOBODY, world.clock.now())

    looks(world)
    still_open = clearing.clear(world.deps, editor, number, NOBODY, world.clock.now())
    assert {question.key for question in still_open} == {"rights", "credit"} | {"alt"}
    assert world.states() == {"drafted": 1}


def test_a_picture_that_comes_later_asks_for_the_people_again(make_world: Callable[..., World]) -> None:
    world = make_world(organisations=("fulda",), channels=("facebook",))
    number = enters(world)
    looks(world)
    assert clearing.clear(world.deps, world.person("redaktion"), number, NOBODY, world.clock.now()) == []

    with world.deps.store.write() as session:
        row = clearing.item_in(session, number)
        shown = FeedMedium(f"{world.portal.base}/media/kaution.png", "image", alt="Ein Bild", credit="Foto: Hof")
        changed = FeedItem("hand:1", "Neu", "https://portal.example/neu", "Ein Satz.", media=(shown,))
        taking_in.revise(session, row, changed, world.clock.now(), SETUP)
    looks(world)

    assert "people" in views.item_show(world.deps, number)["open"]
    assert world.states() == {"drafted": 1}
