"""Where a picture matters most, told by a simple measure: sharp edges and strong colours draw the eye."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

from distributor.media.shapes import MIDDLE, Point

_SIDE = 48
_REST = 12
"""A cell that stands out less than this (of 255) is ground: even skies and walls do not pull at the point."""


def focal_point(image: Image.Image) -> Point:
    """Return the point, as fractions of the sides, around which edges and colours gather; the middle if nothing does.

    Cells count by the square of how much they stand out, so that one face beats a wide meadow.
    """
    side = _SIDE + 2
    sample = image.resize((side * 4, side * 4), Image.Resampling.NEAREST)  # sixteen pixels of a cell tell enough of it
    small = sample.convert("RGB").resize((side, side), Image.Resampling.BOX)
    inside = (1, 1, _SIDE + 1, _SIDE + 1)  # the filter leaves the outermost cells as they were
    edges = small.convert("L").filter(ImageFilter.FIND_EDGES).crop(inside)
    colour = small.convert("HSV").getchannel("S").point(lambda value: value // 3).crop(inside)
    pixels = ImageChops.add(edges, colour).filter(ImageFilter.BoxBlur(1)).tobytes()
    floor = sorted(pixels)[len(pixels) // 2] + _REST
    total = across = down = 0.0
    for number, value in enumerate(pixels):
        if value > floor:
            row, column = divmod(number, _SIDE)
            weight = float(value - floor) ** 2
            total += weight
            across += weight * (column + 0.5)
            down += weight * (row + 0.5)
    if not total:
        return MIDDLE
    return across / total / _SIDE, down / total / _SIDE
