"""Pictures made on the spot for the media tests."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

Encode = Callable[..., bytes]


@pytest.fixture
def encode() -> Encode:
    """Encode a Pillow image as a file of the given format."""

    def encoded(image: Image.Image, format_: str = "PNG", **options: Any) -> bytes:
        out = io.BytesIO()
        image.save(out, format_, **options)
        return out.getvalue()

    return encoded


@pytest.fixture
def quarters() -> Image.Image:
    """A picture whose corners are red, green, blue and yellow (clockwise from the top left), 80 by 40."""
    image = Image.new("RGB", (80, 40), "red")
    image.paste((0, 160, 0), (40, 0, 80, 20))
    image.paste("blue", (40, 20, 80, 40))
    image.paste("yellow", (0, 20, 40, 40))
    return image


@pytest.fixture
def noise() -> Image.Image:
    """A picture that compresses badly, 900 by 600, the same each time."""
    state, pixels = 1, bytearray()
    for _ in range(900 * 600 * 3 // 4):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        pixels += state.to_bytes(4, "little")
    return Image.frombytes("RGB", (900, 600), bytes(pixels))
