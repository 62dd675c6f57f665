"""Every shape from every source, seen in decoded frames: upright, without black bars, captions where they belong."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from connectors.base import VideoRules
from distributor.media.captions import Cue
from distributor.media.films import cast, cover, probe
from distributor.media.transcode import find_ffmpeg, transcode
from tests.support.films import film, frame_at

SHAPES = {"9:16": (180, 320), "4:5": (192, 240), "1:1": (200, 200), "16:9": (320, 180)}
SOURCES = {"wide": (160, 90), "upright": (90, 160), "square": (120, 120)}
CROPPED = {("9:16", "upright"), ("4:5", "square"), ("1:1", "square"), ("16:9", "wide")}
"""Where a crop keeps nearly all; elsewhere the whole film stands on a blurred copy of itself."""
SAID = Cue(0.3, 0.9, "Größe & Maß")


def rules(shape: str) -> VideoRules:
    width, height = SHAPES[shape]
    return VideoRules(width, height, max_bytes=10_000_000, min_seconds=0.5, max_seconds=60)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("quellen")
    return {name: film(folder / name, size=size, seconds=1.2, loud=None) for name, size in SOURCES.items()}


def made(source: Path, target: Path, shape: str) -> Path:
    opened = probe(source)
    transcode(source, target, opened, cast(opened, rules(shape), "x"), ffmpeg=find_ffmpeg(), cues=(SAID,))
    return target


def is_red(pixel: object) -> bool:
    assert isinstance(pixel, tuple)
    return pixel[0] > 140 > pixel[2]


def is_blue(pixel: object) -> bool:
    assert isinstance(pixel, tuple)
    return pixel[2] > 140 > pixel[0]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", SOURCES)
def test_each_shape_is_filled_and_shows_the_middle_as_it_was(
    sources: dict[str, Path], tmp_path: Path, name: str, shape: str
) -> None:
    opened = probe(sources[name])
    assert cast(opened, rules(shape), "x").crop is ((shape, name) in CROPPED)
    path = made(sources[name], tmp_path / "film.mp4", shape)
    seen, (width, height) = frame_at(path, 1.0), SHAPES[shape]
    assert seen.size == (width, height)
    assert is_red(seen.getpixel((round(width * 0.42), height // 2)))
    assert is_blue(seen.getpixel((round(width * 0.58), height // 2)))
    corners = [seen.getpixel(at) for at in ((4, 4), (width - 5, 4), (4, height - 5), (width - 5, height - 5))]
    assert all(max(corner) > 60 for corner in corners), "no black bars"


@pytest.mark.parametrize("shape", SHAPES)
def test_captions_stand_inside_each_shape_and_can_be_read(sources: dict[str, Path], tmp_path: Path, shape: str) -> None:
    path, (width, height) = made(sources["wide"], tmp_path / "film.mp4", shape), SHAPES[shape]
    grey = frame_at(path, 0.6).convert("L")
    pixels = grey.load()
    assert pixels is not None
    white = [(x, y) for y in range(height) for x in range(width) if pixels[x, y] > 200]
    assert len(white) > 60
    assert min(x for x, _ in white) > width * 0.04
    assert max(x for x, _ in white) < width * 0.96
    assert height * 0.2 < min(y for _, y in white)
    assert max(y for _, y in white) < height * (0.72 if shape in ("9:16", "4:5") else 0.97)
    left, right = min(x for x, _ in white), max(x for x, _ in white)
    around = grey.crop((left, min(y for _, y in white), right, max(y for _, y in white)))
    assert sum(around.histogram()[:40]) > len(white), "on black"
    later = frame_at(path, 1.05).convert("L")
    assert sum(later.histogram()[201:]) == 0


def test_a_turned_film_stands_upright(tmp_path: Path) -> None:
    source, turned = film(tmp_path / "quelle.mp4", seconds=1, loud=None), tmp_path / "gedreht.mp4"
    arguments = ["-v", "error", "-display_rotation", "90", "-i", str(source), "-c", "copy", str(turned)]
    if subprocess.run([find_ffmpeg(), *arguments], capture_output=True, check=False).returncode:
        old = ["-v", "error", "-i", str(source), "-c", "copy", "-metadata:s:v", "rotate=90", str(turned)]
        subprocess.run([find_ffmpeg(), "-y", *old], check=True)
    path = made(turned, tmp_path / "film.mp4", "9:16")
    seen = frame_at(path, 0.95)
    above, below = seen.getpixel((90, 60)), seen.getpixel((90, 260))
    assert is_red(above) != is_red(below), "red and blue lie above one another now"
    assert is_blue(above) != is_blue(below)


def test_the_cover_is_where_there_is_most_to_see(tmp_path: Path) -> None:
    def draw(width: int, height: int, at: float) -> Image.Image:
        image = Image.new("RGB", (width, height), "black" if at < 1.4 else (90, 90, 90))
        if 1.8 <= at < 2.4:
            ImageDraw.Draw(image).ellipse((20, 10, 80, 70), fill="white")
        return image

    path = film(tmp_path / "film.mp4", seconds=3.6, loud=None, draw=draw)
    assert 1800 <= cover(path, probe(path)) < 2400
