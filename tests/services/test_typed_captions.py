"""A video that comes without captions gets them typed: timed by its pauses, burnt in, beside it, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from distributor.domain import FeedItem, FeedMedium, Refused
from distributor.services import captioning, films, media, tailoring, taking_in, views
from distributor.store.tables import PostRow
from tests.support.films import film, frame_at
from tests.support.world import SETUP, World

SPOKEN = "Größe und Maß. Das ist der zweite Satz."


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return film(tmp_path_factory.mktemp("ohne") / "clip.mp4", size=(160, 90), seconds=3.4).read_bytes()


@pytest.fixture
def world(make_world: Callable[..., World], clip: bytes) -> World:
    """A world with one item whose video has no captions."""
    made = make_world(organisations=("fulda",), channels=("facebook", "x"))
    for entry in made.portal.lists():
        made.portal.removes(entry["id"])
    url = made.portal.prints("ohne.mp4", clip, "video/mp4")
    medium = FeedMedium(url, "video", mime="video/mp4", transcript="Was das Portal mitschickt.")
    item = FeedItem(guid="", title="Film", link="https://portal.example/f", text="Ein Satz.", media=(medium,))
    taking_in.add_item(made.deps, SETUP, item, made.clock.now())
    tailoring.tailor_stale(made.deps, made.clock.now())
    media.fetch_pending(made.deps, made.clock.now)
    makes_films(made)
    return made


def makes_films(world: World) -> None:
    tailoring.tailor_stale(world.deps, world.clock.now())
    while films.make_next(world.deps, world.clock.now):
        tailoring.tailor_stale(world.deps, world.clock.now())


def types_in(world: World, text: str, login: str = "redaktion") -> Any:
    number = world.posts()[0]["item"]
    return captioning.type_in(world.deps, world.person(login), number, text, world.clock.now())


def item(world: World) -> dict[str, Any]:
    return views.item_show(world.deps, world.posts()[0]["item"])


def written(world: World, channel: str, second: float) -> bool:
    """Tell whether the channel's film has white letters at this second."""
    [post] = [post for post in world.posts() if post["channel"] == channel]
    [medium] = post["media"]
    assert medium["mime"] == "video/mp4"
    grey = frame_at(world.deps.cache.path(medium["sha256"]), second).convert("L")
    return sum(grey.histogram()[235:]) > 300


def test_a_video_without_captions_blocks_until_somebody_types_them(world: World) -> None:
    world.clears()
    assert all("captions.missing" in str(post["problems"]) for post in world.posts())
    assert "captions" in item(world)["open"]

    cues = types_in(world, SPOKEN)
    assert [cue.text for cue in cues] == ["Größe und Maß.", "Das ist der zweite Satz."]
    [wide] = [post for post in world.posts() if post["channel"] == "x"]
    assert "noch in Arbeit" in str(wide["problems"])
    makes_films(world)

    assert set(world.states()) == {"awaiting"}
    assert written(world, "x", 0.5)
    assert not written(world, "facebook", 0.5), "it gets them beside it"
    [post] = [post for post in world.posts() if post["channel"] == "facebook"]
    with world.deps.store.read() as session:
        beside = session.get_one(PostRow, post["id"]).document["media"][0]["captions"]
    assert "Größe und Maß." in world.deps.cache.read(beside).decode()
    shown = item(world)["captions"]
    assert (shown["typed"], shown["text"], len(shown["cues"])) == (True, SPOKEN, 2)
    assert "Untertitel eingetippt" in str(world.post(post["id"]))


def test_what_the_portal_says_is_offered_and_captions_with_times_stay_as_they_are(world: World) -> None:
    assert item(world)["captions"]["text"] == "Was das Portal mitschickt."
    types_in(world, "00:00:01,000 --> 00:00:02,000\nNur hier")
    makes_films(world)
    assert [(cue["start"], cue["end"]) for cue in item(world)["captions"]["cues"]] == [(1.0, 2.0)]
    assert written(world, "x", 1.5)
    assert not written(world, "x", 0.5)


def test_they_are_taken_back_and_the_video_blocks_again(world: World) -> None:
    world.clears()
    types_in(world, SPOKEN)
    makes_films(world)
    world.approves()
    types_in(world, "")
    makes_films(world)
    assert set(world.states()) == {"drafted"}
    assert not item(world)["captions"]["cues"]


def test_other_words_need_a_new_approval(world: World) -> None:
    world.clears()
    types_in(world, SPOKEN)
    makes_films(world)
    world.approves()
    types_in(world, SPOKEN.replace("zweite", "letzte"))
    makes_films(world)
    assert set(world.states()) == {"awaiting"}


@pytest.mark.parametrize(
    ("text", "says"), [("wort " * 900, "viel zu lang"), ("x --> y", "keine Untertitel mit Zeiten")]
)
def test_what_cannot_be_is_refused_and_changes_nothing(world: World, text: str, says: str) -> None:
    with pytest.raises(Refused, match=says):
        types_in(world, text)
    assert not item(world)["captions"]["cues"]


def test_only_editors_type_them(world: World) -> None:
    with pytest.raises(Refused, match="Rolle Redaktion"):
        types_in(world, SPOKEN, login="fulda")


def test_an_item_without_a_video_has_none(world: World, tmp_path: Path) -> None:
    plain = FeedItem(guid="", title="Text", link="https://portal.example/t", text="Ein Satz.")
    number = taking_in.add_item(world.deps, SETUP, plain, world.clock.now())
    with pytest.raises(Refused, match="kein Video"):
        captioning.type_in(world.deps, SETUP, number, SPOKEN, world.clock.now())
    assert views.item_show(world.deps, number)["captions"] is None
