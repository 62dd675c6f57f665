"""The portal's content: twelve texts that any Jobcenter can use, the drawings, the video."""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest
from PIL import Image, ImageChops, ImageStat

import connectors.sandbox.portal as package
from connectors.sandbox.portal.items import first_items
from connectors.sandbox.portal.pictures import DRAWINGS, draw

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HERE = Path(package.__file__).parent
ITEMS = first_items(NOW)
ADDRESSING = re.compile(r"\b(?:[Dd]u|[Dd]ich|[Dd]ir|[Dd]ein\w*|Sie|Ihr\w*|Ihnen|[Ee]uch|[Ee]uer|ihr)\b")
OFFICIALESE = re.compile(
    r"Leistungsberechtigt|Bedarfsgemeinschaft|Mitwirkungspflicht|Bürgergeld|gemäß|bezüglich|mittels|erfolgt\b|seitens"
)
GENDER_SIGN = re.compile(r"\w[*:_]\s?innen|\w[a-zäöü]Innen")
by_slug = pytest.mark.parametrize("item", ITEMS, ids=[item.slug for item in ITEMS])


def test_there_are_three_items_on_each_of_the_four_subjects() -> None:
    assert Counter(item.topics[0] for item in ITEMS) == {"Geld": 3, "Wohnen": 3, "Ausbildung": 3, "Jobsuche": 3}


def test_no_two_items_share_a_name_a_moment_or_a_picture() -> None:
    for value in ("guid", "slug", "title", "summary", "published_at", "picture", "alt"):
        assert len({getattr(item, value) for item in ITEMS}) == 12


@by_slug
def test_a_text_addresses_nobody_so_that_du_and_sie_can_both_use_it(item) -> None:
    for text in (item.title, item.summary, item.text):
        assert not ADDRESSING.search(text)


@by_slug
def test_a_text_is_plain(item) -> None:
    for text in (item.title, item.summary, item.text, item.alt):
        assert not OFFICIALESE.search(text)
        assert not GENDER_SIGN.search(text)
    sentences = [one for one in re.split(r"(?<=[.?!])\s+", f"{item.summary} {item.text}") if one]
    assert max(len(sentence.split()) for sentence in sentences) <= 22


@by_slug
def test_a_summary_has_two_to_four_sentences(item) -> None:
    assert 2 <= len(re.findall(r"[.?!](?:\s|$)", item.summary)) <= 4
    assert 120 <= len(item.summary) <= 280
    assert len(item.title) <= 70
    assert len(item.paragraphs) == 3


@by_slug
def test_topics_can_become_hashtags(item) -> None:
    assert all(re.fullmatch(r"\w+", topic) for topic in item.topics)
    assert 2 <= len(item.topics) <= 4


@by_slug
def test_a_picture_has_an_alt_text_and_a_credit(item) -> None:
    assert 40 <= len(item.alt) <= 250
    assert item.alt.endswith(".")
    assert not re.match(r"(?i)(bild|foto|grafik|zeichnung)\b", item.alt)
    assert re.fullmatch(r"Foto: \w[\w ]+", item.credit)
    assert item.picture in DRAWINGS


@by_slug
def test_nothing_is_dated_ahead(item) -> None:
    assert item.published_at < NOW
    assert item.updated_at == item.published_at


def test_every_drawing_belongs_to_an_item() -> None:
    assert {item.picture for item in ITEMS} == set(DRAWINGS)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_has_its_size_and_several_colours(name: str) -> None:
    image = Image.open(io.BytesIO(draw(name)))
    assert image.size == (DRAWINGS[name].width, DRAWINGS[name].height)
    assert image.format == ("PNG" if name.endswith(".png") else "JPEG")
    assert len(image.convert("RGB").quantize(16).getcolors()) > 6


def test_a_drawing_is_the_same_each_time() -> None:
    assert draw("kaution.png") == draw("kaution.png")
    assert draw("neustart.jpg") == draw("neustart.jpg")


def test_one_drawing_is_transparent_around_its_shape() -> None:
    image = Image.open(io.BytesIO(draw("kaution.png")))
    assert image.mode == "RGBA"
    assert image.getpixel((2, 2))[3] == 0
    assert image.getpixel((750, 750))[3] == 255


def test_the_drawings_come_in_shapes_that_need_cutting_and_shapes_that_do_not() -> None:
    ratios = [drawing.width / drawing.height for drawing in DRAWINGS.values()]
    assert min(ratios) < 0.8
    assert max(ratios) > 1.91
    assert sum(0.8 <= ratio <= 1.91 for ratio in ratios) >= 8


def test_the_video_plays_and_is_what_the_item_says() -> None:
    video = next(item.video for item in ITEMS if item.video)
    path = HERE / video.name
    with av.open(str(path)) as container:
        frames = [frame.to_image() for frame in container.decode(video=0)]
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert container.duration / 1_000_000 == pytest.approx(video.duration, abs=0.1)
        assert [sound.codec_context.name for sound in container.streams.audio] == ["aac"]
    assert path.stat().st_size <= 200_000
    assert {frame.size for frame in frames} == {(video.width, video.height)}
    assert len(frames) == 150
    assert ImageChops.difference(frames[0], frames[75]).getbbox() is not None


def test_the_poster_is_a_frame_of_the_video() -> None:
    item = next(item for item in ITEMS if item.video)
    poster = Image.open(io.BytesIO(draw(item.picture))).convert("RGB")
    with av.open(str(HERE / item.video.name)) as container:
        frame = next(one.to_image() for one in container.decode(video=0) if one.time >= 2.0)
    assert max(ImageStat.Stat(ImageChops.difference(poster, frame)).mean) < 4


def test_the_captions_are_valid_and_within_the_video() -> None:
    video = next(item.video for item in ITEMS if item.video)
    text = (HERE / video.captions).read_text("utf-8")
    header, *cues = text.strip().split("\n\n")
    assert header == "WEBVTT"
    end = 0.0
    for cue in cues:
        times, *lines = cue.split("\n")
        match = re.fullmatch(r"00:00:(\d\d\.\d{3}) --> 00:00:(\d\d\.\d{3})", times)
        start, before, end = float(match[1]), end, float(match[2])
        assert before <= start < end <= video.duration
        assert all(0 < len(line) <= 60 for line in lines)
    assert len(cues) == 3
