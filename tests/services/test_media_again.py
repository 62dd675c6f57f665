"""Another file at the same address is a new revision; the same file, or none, changes nothing."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image

from distributor.services import media_again, tailoring, views
from distributor.store.tables import MediumRow
from tests.support.world import World


def red() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (900, 900), "red").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A world with one item, cleared, whose picture's host names an ETag."""
    made = make_world(organisations=("fulda",), channels=("facebook",))
    made.portal.keeps(1)
    made.reads_feed()
    made.clears()
    with made.deps.store.write() as session:
        for row in session.query(MediumRow):
            assert row.looked_at == made.clock.now()
            row.etag = row.etag or '"alt"'
    return made


def name_of(world: World) -> str:
    with world.deps.store.read() as session:
        return session.query(MediumRow).one().url.rpartition("/")[2]


def test_an_exchanged_file_is_a_new_revision_that_waits_for_an_editor(world: World) -> None:
    item = world.post()["item"]
    before = world.post()["media"][0]["sha256"]
    assert media_again.look(world.deps, world.clock.now) == 0, "asked a moment ago"
    world.portal.prints(name_of(world), red(), "image/jpeg")
    world.clock.advance(hours=7)
    assert media_again.look(world.deps, world.clock.now) == 1
    tailoring.tailor_stale(world.deps, world.clock.now())
    assert world.post()["media"][0]["sha256"] != before
    assert views.item_show(world.deps, item)["revision"] == 2
    assert "people" in views.item_show(world.deps, item)["open"]
    assert world.state() == "drafted"
    world.clock.advance(hours=7)
    assert media_again.look(world.deps, world.clock.now) == 0


def test_the_same_file_changes_nothing(world: World) -> None:
    before = world.post()["digest"]
    world.clock.advance(hours=7)
    assert media_again.look(world.deps, world.clock.now) == 0
    tailoring.tailor_stale(world.deps, world.clock.now())
    assert (world.post()["digest"], world.state()) == (before, "awaiting")


@pytest.mark.parametrize("body", [b"<html>Wartung</html>", b"\xff\xd8\xff kaputt"])
def test_a_file_that_cannot_be_used_leaves_the_good_one(world: World, body: bytes) -> None:
    before = world.post()["digest"]
    world.portal.prints(name_of(world), body, "image/jpeg")
    world.clock.advance(hours=7)
    assert media_again.look(world.deps, world.clock.now) == 0
    assert (world.post()["digest"], world.state()) == (before, "awaiting")
