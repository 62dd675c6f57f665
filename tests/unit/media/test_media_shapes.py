"""Names and geometry of renditions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import PictureRules
from distributor.media.shapes import frame, shape_key

SQUARE_TO_WIDE = PictureRules(min_ratio=0.8, max_ratio=1.91, max_width=1440, max_bytes=8_000_000)


def test_the_name_is_stable() -> None:
    # Stored beside every rendition: another name would make all of them anew.
    assert shape_key(SQUARE_TO_WIDE) == "jpeg2-w1440-r0.8..1.91-b8000000"


def test_rules_that_differ_in_words_only_have_the_same_name() -> None:
    assert shape_key(replace(SQUARE_TO_WIDE, max_alt=1, at_least=1, at_most=10)) == shape_key(SQUARE_TO_WIDE)
    assert shape_key(PictureRules(min_ratio=1, max_ratio=2)) == shape_key(PictureRules(min_ratio=1.0, max_ratio=2.0))


@pytest.mark.parametrize(
    "changes", [{"max_width": 1080}, {"max_bytes": 1}, {"min_ratio": 0.8000001}, {"max_ratio": 1.9}]
)
def test_rules_that_differ_in_pixels_have_another_name(changes) -> None:
    assert shape_key(replace(SQUARE_TO_WIDE, **changes)) != shape_key(SQUARE_TO_WIDE)


@pytest.mark.parametrize(
    ("source", "size", "box"),
    [
        ((1600, 1067), (1440, 960), (0, 0, 1, 1)),
        ((1080, 1080), (1080, 1080), (0, 0, 1, 1)),
        ((1080, 1920), (1080, 1350), (0, 0.1484375, 1, 0.8515625)),
        ((3000, 1000), (1440, 754), (0.1817, 0, 0.8183, 1)),
        ((1, 1), (1, 1), (0, 0, 1, 1)),
    ],
)
def test_the_middle_stays_and_nothing_grows(source, size, box) -> None:
    shape = frame(*source, SQUARE_TO_WIDE)
    assert shape.size == size
    assert shape.box == pytest.approx(box, abs=1e-3)


@given(
    width=st.integers(min_value=1, max_value=20_000),
    height=st.integers(min_value=1, max_value=20_000),
    bounds=st.sampled_from([(0.8, 1.91), (0.1, 10.0), (1.0, 1.0), (0.5, 2.0), (9 / 16, 16 / 9)]),
    max_width=st.integers(min_value=100, max_value=4096),
)
def test_every_picture_gets_an_allowed_shape(
    width: int, height: int, bounds: tuple[float, float], max_width: int
) -> None:
    rules = PictureRules(min_ratio=bounds[0], max_ratio=bounds[1], max_width=max_width)
    shape = frame(width, height, rules)
    new_width, new_height = shape.size
    left, top, right, bottom = shape.box
    assert 1 <= new_width <= min(width, max_width)
    assert 1 <= new_height <= height
    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 1
    if min(shape.size) > 20:
        assert bounds[0] - 1e-9 <= new_width / new_height <= bounds[1] + 1e-9
        scale_x, scale_y = (right - left) * width / new_width, (bottom - top) * height / new_height
        assert scale_x == pytest.approx(scale_y, rel=1e-6)


@pytest.mark.parametrize("changes", [{"min_ratio": 2.0, "max_ratio": 1.0}, {"min_ratio": 0.0}, {"max_width": 0}])
def test_rules_that_contradict_themselves_are_an_error_of_the_caller(changes) -> None:
    with pytest.raises(ValueError, match="rules"):
        frame(100, 100, replace(SQUARE_TO_WIDE, **changes))
