"""What of a picture stays in sight: around a point, around what matters by measure, or all of it; seen in pixels."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from connectors.base import PictureRules
from distributor.colours import contrast
from distributor.media.pictures import render
from distributor.media.saliency import focal_point
from distributor.media.shapes import MIDDLE, Frame, Treatment, frame, padded, shape_key

SQUARE = PictureRules(min_ratio=1.0, max_ratio=1.0)
GREY = (128, 128, 128)
fractions = st.floats(0, 1)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=["JPEG"])
    image.load()
    return image


def near(pixel: object, colour: tuple[int, int, int], within: int = 24) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) <= within for one, other in zip(pixel, colour, strict=True))


def scene(at: tuple[int, int], size: tuple[int, int] = (1200, 400)) -> Image.Image:
    """An even wall with one face-like, colourful thing on it."""
    image = Image.new("RGB", size, GREY)
    x, y = at
    canvas = ImageDraw.Draw(image)
    canvas.ellipse((x - 60, y - 60, x + 60, y + 60), fill=(220, 120, 60))
    canvas.ellipse((x - 30, y - 20, x - 14, y - 4), fill="black")
    canvas.ellipse((x + 14, y - 20, x + 30, y - 4), fill="black")
    return image


@pytest.mark.parametrize("x", [100, 350, 600, 900, 1100])
def test_what_stands_out_stays_in_sight_without_anybody_choosing(encode, x: int) -> None:
    result = opened(render(encode(scene((x, 200))), SQUARE))
    assert result.size == (400, 400)
    orange = sum(near(result.getpixel((column, 220)), (220, 120, 60), 40) for column in range(400))
    assert orange > 90


@pytest.mark.parametrize(
    "image",
    [Image.new("RGB", (300, 100), "white"), Image.new("RGB", (1, 1)), Image.linear_gradient("L").convert("RGB")],
)
def test_where_nothing_stands_out_the_middle_is_kept(image: Image.Image) -> None:
    x, y = focal_point(image)
    assert x == pytest.approx(0.5, abs=0.13)
    assert y == pytest.approx(0.5, abs=0.13)


def test_a_chosen_point_beats_the_measure(encode) -> None:
    image = scene((1100, 200))
    image.paste("blue", (0, 150, 80, 250))
    result = opened(render(encode(image), SQUARE, Treatment(focus=(0.0, 0.5))))
    assert near(result.getpixel((30, 200)), (0, 0, 255))


@given(
    width=st.integers(1, 9000),
    height=st.integers(1, 9000),
    focus=st.tuples(fractions, fractions),
    ratios=st.sampled_from([(0.8, 1.91), (1.0, 1.0), (0.5625, 0.5625), (0.1, 10.0)]),
)
def test_the_point_is_always_inside_what_stays(
    width: int, height: int, focus: tuple[float, float], ratios: tuple[float, float]
) -> None:
    shape = frame(width, height, PictureRules(min_ratio=ratios[0], max_ratio=ratios[1]), focus=focus)
    left, top, right, bottom = shape.box
    assert 0 <= left <= focus[0] + 1e-9
    assert focus[0] - 1e-9 <= right <= 1
    assert 0 <= top <= focus[1] + 1e-9
    assert focus[1] - 1e-9 <= bottom <= 1


@given(width=st.integers(1, 9000), height=st.integers(1, 9000), most=st.integers(64, 4096))
def test_padding_loses_nothing_and_reaches_the_ratio(width: int, height: int, most: int) -> None:
    rules = PictureRules(min_ratio=0.8, max_ratio=1.91, max_width=most)
    shape = padded(width, height, rules)
    wide, tall = shape.canvas or shape.size
    assert wide <= most
    assert shape.size[0] <= wide
    assert shape.size[1] <= tall
    assert 0.8 - 1 / wide <= wide / tall <= 1.91 + 2 / tall
    if shape.canvas:
        assert shape.whole


def test_a_padded_picture_is_whole_on_a_ground_of_itself(encode) -> None:
    image = Image.new("RGB", (1200, 300), (30, 160, 60))
    image.paste("red", (0, 0, 40, 300))
    image.paste("blue", (1160, 0, 1200, 300))
    result = opened(render(encode(image), SQUARE, Treatment(fit="pad")))
    assert result.size == (1200, 1200)
    assert near(result.getpixel((10, 600)), (255, 0, 0))
    assert near(result.getpixel((1190, 600)), (0, 0, 255))
    assert near(result.getpixel((600, 60)), (30, 160, 60))


def test_a_picture_that_needs_no_padding_is_the_same_file(encode, quarters) -> None:
    rules = PictureRules(min_ratio=0.8, max_ratio=2.0)
    assert render(encode(quarters), rules, Treatment(fit="pad")) == render(encode(quarters), rules)


def test_padding_keeps_within_the_bytes_and_the_width(encode, noise) -> None:
    rules = PictureRules(min_ratio=0.5, max_ratio=0.5, max_width=700, max_bytes=40_000)
    jpeg = render(encode(noise), rules, Treatment(fit="pad"))
    assert len(jpeg) <= 40_000
    assert opened(jpeg).width / opened(jpeg).height == pytest.approx(0.5, abs=0.01)


def test_the_credit_is_written_readably_into_the_corner_and_nowhere_else(encode) -> None:
    image = Image.new("RGB", (1000, 800), (240, 240, 240))
    plain, signed = (
        opened(render(encode(image), PictureRules(), one)) for one in (Treatment(), Treatment(credit="Foto: Jörg Weiß"))
    )
    corner = signed.crop((500, 740, 1000, 800)).convert("L").tobytes()
    assert sum(value < 40 for value in corner) > 2000
    assert sum(value > 215 for value in corner) > 500
    assert contrast("#ffffff", "#000000") == 21
    for box in ((0, 0, 1000, 700), (0, 0, 380, 800)):
        assert plain.crop(box).tobytes() == signed.crop(box).tobytes()


def test_the_umlaut_of_a_credit_is_drawn(encode) -> None:
    image = Image.new("RGB", (1000, 800), (240, 240, 240))
    one, other = (
        render(encode(image), PictureRules(), Treatment(credit=text)) for text in ("Foto: Jörg", "Foto: Jorg")
    )
    assert one != other


def test_the_name_tells_what_touches_the_bytes() -> None:
    names = {
        shape_key(SQUARE, treatment)
        for treatment in (
            Treatment(),
            Treatment(focus=(0.25, 0.5)),
            Treatment(focus=(0.75, 0.5)),
            Treatment(fit="pad"),
            Treatment(credit="Foto: A"),
            Treatment(credit="Foto: B"),
        )
    }
    assert len(names) == 6
    assert shape_key(SQUARE, Treatment(fit="pad", focus=MIDDLE)) == shape_key(SQUARE, Treatment(fit="pad"))
    assert frame(100, 100, SQUARE) == Frame((0.0, 0.0, 1.0, 1.0), (100, 100))
    assert shape_key(replace(SQUARE, max_alt=7), Treatment()) == shape_key(SQUARE)
