"""What a post shows: a title card where an item has no picture, a crop around the chosen point, a credit written in."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from distributor.domain import FeedItem, FeedMedium, ParsedFeed, Refused
from distributor.roster import channel_text_of
from distributor.services import (
    clearing,
    configuration,
    framing,
    media,
    previewing,
    recalling,
    retention,
    tailoring,
    taking_in,
    views,
)
from distributor.store.tables import ChannelTextRow
from tests.support.world import CONFIG, SETUP, World

PLAIN = FeedItem(
    guid="",
    title="Ärger mit der Rechtsfolgenbelehrung?",
    link="https://portal.example/p",
    summary="Ein Satz.",
    text="Ein Satz. Noch einer.",
)
RED, BLUE = (200, 30, 30), (30, 30, 200)

Makes = Callable[..., World]


@pytest.fixture
def makes(make_world: Callable[..., World]) -> Makes:
    def make(
        *channels: str, organisations: tuple[str, ...] = ("fulda",), settings: dict[str, dict[str, str]] | None = None
    ) -> World:
        world = make_world(organisations=organisations, channels=channels or ("facebook", "instagram"))
        for entry in world.portal.lists():
            world.portal.removes(entry["id"])
        with world.deps.store.write() as session:
            for channel, change in (settings or {}).items():
                row = session.get_one(ChannelTextRow, channel)
                row.document = {**row.document, **change}
        return world

    return make


def takes_in(world: World, item: FeedItem = PLAIN) -> int:
    number = taking_in.add_item(world.deps, SETUP, item, world.clock.now())
    tailoring.tailor_stale(world.deps, world.clock.now())
    return number


def takes_in_picture(world: World, image: Image.Image) -> int:
    out = io.BytesIO()
    image.save(out, "PNG")
    url = world.portal.prints("bild.png", out.getvalue(), "image/png")
    medium = FeedMedium(url, "image", alt="Farbige Flächen", credit="Foto: Jörg Weiß")
    number = takes_in(world, replace(PLAIN, media=(medium,)))
    media.fetch_pending(world.deps, world.clock.now)
    tailoring.tailor_stale(world.deps, world.clock.now())
    return number


def loses_picture(world: World) -> None:
    """Withdraw the only picture, and let the posts be made anew."""
    [picture] = views.item_show(world.deps, world.posts()[0]["item"])["pictures"]
    editor = world.person("redaktion")
    recalling.withdraw_medium(world.deps, editor, picture["sha256"], "kein Recht", world.clock.now())
    tailoring.tailor_stale(world.deps, world.clock.now())


def shown(world: World, channel: str, organisation: str = "fulda") -> Image.Image:
    [post] = [post for post in world.posts(organisation=organisation) if post["channel"] == channel]
    [medium] = post["media"]
    image = Image.open(io.BytesIO(world.deps.cache.read(medium["sha256"])))
    image.load()
    assert image.size == (medium["width"], medium["height"])
    return image


def near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 30 for one, other in zip(pixel, colour, strict=True))


class TestWithoutAPicture:
    def test_each_jobcenter_gets_a_card_in_its_own_colours(self, makes: Makes) -> None:
        world = makes("instagram", organisations=("fulda", "gross-gerau"))
        takes_in(world)
        colours = {slug: shown(world, "instagram", slug).getpixel((5, 5)) for slug in ("fulda", "gross-gerau")}
        wanted = {row["slug"]: row["colour"] for row in views.organisation_list(world.deps)}
        for slug, pixel in colours.items():
            assert near(pixel, tuple(bytes.fromhex(wanted[slug][1:])))
        [medium] = world.posts(organisation="fulda")[0]["media"]
        assert PLAIN.title in medium["alt"]
        assert not [each for each in world.posts()[0]["problems"] if each["severity"] == "block"]

    def test_a_card_goes_all_the_way(self, makes: Makes) -> None:
        world = makes("instagram")
        world.clears(takes_in(world))
        world.approves()
        world.runs_until(world.due())
        assert set(world.states()) == {"published"}
        [public] = world.network.public("instagram")
        assert public["media"][0]["sha256"] == world.posts()[0]["media"][0]["sha256"]

    def test_text_posts_without_and_skip_makes_no_post_and_says_why(self, makes: Makes) -> None:
        world = makes(settings={"instagram": {"no_media": "skip"}})
        number = takes_in(world)
        assert [(post["channel"], post["media"]) for post in world.posts()] == [("facebook", [])]
        [why] = views.item_show(world.deps, number)["skipped"]
        assert why["channel"] == "instagram"
        assert "kein Bild" in why["why"]

    def test_a_channel_that_skips_makes_its_post_once_there_is_a_picture(self, makes: Makes) -> None:
        world = makes("instagram", settings={"instagram": {"no_media": "skip"}})
        number = takes_in_picture(world, Image.new("RGB", (600, 600), RED))
        assert [len(post["media"]) for post in world.posts()] == [1]
        assert not views.item_show(world.deps, number)["skipped"]
        loses_picture(world)
        assert "media.skipped" in {problem["rule"] for problem in world.post()["problems"]}

    def test_a_card_stands_in_for_a_picture_that_was_withdrawn(self, makes: Makes) -> None:
        world = makes("instagram")
        takes_in_picture(world, Image.new("RGB", (600, 600), BLUE))
        before = world.post()["media"]
        loses_picture(world)
        assert near(shown(world, "instagram").getpixel((5, 5)), (0x8B, 0x1A, 0x1A))
        assert world.post()["media"] != before

    def test_a_card_is_made_once_and_outlives_the_nightly_tidying(self, makes: Makes) -> None:
        world = makes("instagram")
        number = takes_in(world)
        [medium] = world.post()["media"]
        made = world.deps.cache.path(medium["sha256"]).stat().st_mtime_ns
        tailoring.tailor_item(world.deps, number, world.clock.now())
        retention.run_daily(world.deps, world.clock.now())
        tailoring.tailor_item(world.deps, number, world.clock.now())
        assert world.deps.cache.path(medium["sha256"]).stat().st_mtime_ns == made
        assert world.post()["media"] == [medium]

    def test_the_preview_of_a_feed_says_what_becomes_of_it(self, makes: Makes) -> None:
        world = makes()
        files = configuration.read_files(CONFIG)
        parsed = ParsedFeed("rss2", "T", (replace(PLAIN, guid="g"),))
        made = previewing.preview(parsed, files, "fulda", "instagram", world.deps.connectors)
        assert "media.missing" not in {problem.rule for problem in made[0].problems}
        skipping = replace(files, texts={**files.texts, "instagram": {**files.texts["instagram"], "no_media": "skip"}})
        made = previewing.preview(parsed, skipping, "fulda", "instagram", world.deps.connectors)
        assert "media.skipped" in {problem.rule for problem in made[0].problems}

    def test_a_setting_that_does_not_exist_is_refused(self) -> None:
        document = {**configuration.read_files(CONFIG).texts["x"], "no_media": "vielleicht"}
        with pytest.raises(Refused, match="no_media"):
            channel_text_of(document)


class TestFraming:
    @pytest.fixture
    def world(self, makes: Makes) -> World:
        """One Jobcenter's Instagram, with an item whose picture is far too wide: red, grey, blue."""
        world = makes("instagram")
        image = Image.new("RGB", (1200, 300), (128, 128, 128))
        image.paste(RED, (0, 0, 300, 300))
        image.paste(BLUE, (900, 0, 1200, 300))
        takes_in_picture(world, image)
        return world

    def frames(self, world: World, login: str = "redaktion", **how: Any) -> None:
        number = world.posts()[0]["item"]
        [picture] = views.item_show(world.deps, number)["pictures"]
        wanted = {"focus": None, "credit": False, **how}
        framing.frame(world.deps, world.person(login), number, picture["sha256"], world.clock.now(), **wanted)

    def test_the_chosen_point_stays_in_sight(self, world: World) -> None:
        self.frames(world, focus=(0.0, 0.5))
        assert near(shown(world, "instagram").getpixel((5, 150)), RED)
        self.frames(world, focus=(1.0, 0.5))
        image = shown(world, "instagram")
        assert near(image.getpixel((image.width - 5, 150)), BLUE)

    def test_what_looks_different_needs_a_new_approval_and_what_does_not_keeps_it(self, world: World) -> None:
        world.clears()
        world.approves()
        self.frames(world)
        assert world.state() == "scheduled"
        self.frames(world, focus=(0.0, 0.5))
        assert world.state() == "awaiting"
        assert "Bildausschnitt" in str(world.post())

    def test_the_credit_is_written_in_only_where_the_editor_says_so_and_follows_its_change(self, world: World) -> None:
        plain = shown(world, "instagram")
        self.frames(world, credit=True)
        signed = shown(world, "instagram")
        assert signed.tobytes() != plain.tobytes()
        number = world.posts()[0]["item"]
        answer = clearing.Answer("credit", "Foto: Ada Beispiel")
        clearing.clear(world.deps, world.person("redaktion"), number, [answer], world.clock.now())
        assert shown(world, "instagram").tobytes() not in (signed.tobytes(), plain.tobytes())
        self.frames(world, credit=False)
        assert shown(world, "instagram").tobytes() == plain.tobytes()

    def test_a_channel_may_show_pictures_whole(self, makes: Makes) -> None:
        world = makes("instagram", settings={"instagram": {"fit": "pad"}})
        image = Image.new("RGB", (1200, 300), RED)
        image.paste(BLUE, (1100, 0, 1200, 300))
        takes_in_picture(world, image)
        padded = shown(world, "instagram")
        assert padded.width / padded.height == pytest.approx(1.91, abs=0.02)
        assert near(padded.getpixel((5, padded.height // 2)), RED)
        assert near(padded.getpixel((padded.width - 5, padded.height // 2)), BLUE)

    @pytest.mark.parametrize("focus", [(1.2, 0.5), (0.5, -0.1), (float("nan"), 0.5)])
    def test_a_point_outside_of_the_picture_is_refused(self, world: World, focus: tuple[float, float]) -> None:
        with pytest.raises(Refused, match="außerhalb des Bildes"):
            self.frames(world, focus=focus)

    def test_only_editors_frame(self, world: World) -> None:
        with pytest.raises(Refused, match="nötig ist die Rolle Redaktion"):
            self.frames(world, login="fulda", focus=(0.0, 0.0))

    def test_a_picture_of_another_item_is_refused(self, world: World) -> None:
        with pytest.raises(Refused, match="hat dieser Beitrag nicht"):
            framing.frame(
                world.deps, SETUP, world.posts()[0]["item"], "ab" * 32, world.clock.now(), focus=None, credit=False
            )
