"""Tools for flat drawings: round shapes in plain colours with smooth edges. What is drawn stands in ``scenes``.

Lengths are hundredths of the picture's width, so that a drawing keeps its proportions in any size.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import cos, radians, sin

from PIL import Image, ImageDraw

Point = tuple[float, float]

INK = "#22304a"
CREAM = "#fff4e0"
CORAL = "#f2725c"
SUN = "#f9c74f"
MINT = "#8fd3b0"
TEAL = "#2a9d8f"
SKY = "#b9e0ee"
BLUE = "#3a6ea5"
PLUM = "#6d5a93"
ROSE = "#f7c9c4"
SAND = "#ecdcb9"
WOOD = "#b5835a"
WHITE = "#ffffff"
GREY = "#c9d1dc"
SKINS = ("#f1c7a5", "#c68863", "#8d5a3b", "#e0ac82")

_SMOOTHING = 2


class Canvas:
    """A drawing surface of ``width`` by ``height`` pixels; without a ``ground`` it is transparent."""

    def __init__(self, width: int, height: int, ground: str | None) -> None:
        size = (width * _SMOOTHING, height * _SMOOTHING)
        self._image = Image.new("RGB", size, ground) if ground else Image.new("RGBA", size, (255, 255, 255, 0))
        self._draw = ImageDraw.Draw(self._image)
        self._unit = width * _SMOOTHING / 100
        self.height = 100 * height / width

    def finished(self) -> Image.Image:
        """Return the drawing in its real size."""
        return self._image.reduce(_SMOOTHING)

    def box(self, x: float, y: float, width: float, height: float, colour: str, radius: float = 0) -> None:
        """Draw a rectangle by its top left corner."""
        u = self._unit
        corners = (x * u, y * u, (x + width) * u, (y + height) * u)
        self._draw.rounded_rectangle(corners, radius * u, fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        """Draw a filled circle by its centre."""
        self._draw.ellipse(self._around(x, y, radius), fill=colour)

    def ring(self, x: float, y: float, radius: float, width: float, colour: str) -> None:
        """Draw a circle's line by its centre."""
        self._draw.ellipse(self._around(x, y, radius), outline=colour, width=round(width * self._unit))

    def pie(self, x: float, y: float, radius: float, angles: tuple[float, float], colour: str) -> None:
        """Draw a filled sector, angles in degrees, clockwise from the right."""
        self._draw.pieslice(self._around(x, y, radius), *angles, fill=colour)

    def shape(self, points: Iterable[Point], colour: str) -> None:
        """Draw a filled polygon."""
        u = self._unit
        self._draw.polygon([(x * u, y * u) for x, y in points], fill=colour)

    def line(self, points: Sequence[Point], width: float, colour: str) -> None:
        """Draw a line with round ends and corners."""
        u = self._unit
        self._draw.line([(x * u, y * u) for x, y in points], fill=colour, width=round(width * u), joint="curve")
        for x, y in points:
            self.disc(x, y, width / 2, colour)

    def lines(self, x: float, y: float, widths: Sequence[float], step: float, colour: str) -> None:
        """Draw bars below each other, as text looks from afar."""
        for row, width in enumerate(widths):
            self.box(x, y + row * step, width, step * 0.4, colour, step * 0.2)

    def person(self, x: float, y: float, size: float, colours: tuple[str, str, str]) -> None:
        """Draw a head with hair over shoulders; ``y`` is the lower edge, colours are skin, hair, shirt."""
        skin, hair, shirt = colours
        top = y - size
        self.disc(x, top + size * 0.3, size * 0.3, hair)
        self.box(x - size * 0.4, top + size * 0.64, size * 0.8, size * 0.6, shirt, size * 0.26)
        self.box(x - size * 0.09, top + size * 0.45, size * 0.18, size * 0.28, skin, size * 0.08)
        self.disc(x, top + size * 0.34, size * 0.22, skin)
        self.pie(x, top + size * 0.3, size * 0.24, (180, 360), hair)

    def plant(self, x: float, y: float, size: float, pot: str) -> None:
        """Draw a potted plant that stands on ``y``."""
        for lean in (-0.42, 0.0, 0.42):
            tip = (x + lean * size, y - size)
            self.line([(x, y - size * 0.3), tip], size * 0.05, TEAL)
            self.disc(tip[0], tip[1], size * 0.17, MINT)
            self.disc(x + lean * size * 0.5, y - size * 0.68, size * 0.13, TEAL)
        self.shape(
            [
                (x - size * 0.28, y - size * 0.4),
                (x + size * 0.28, y - size * 0.4),
                (x + size * 0.2, y),
                (x - size * 0.2, y),
            ],
            pot,
        )

    def _around(self, x: float, y: float, radius: float) -> tuple[float, float, float, float]:
        u = self._unit
        return ((x - radius) * u, (y - radius) * u, (x + radius) * u, (y + radius) * u)


def turned(centre: Point, radius: float, degrees: float) -> Point:
    """Return the point at a distance from the centre, in degrees clockwise from the right."""
    return centre[0] + radius * cos(radians(degrees)), centre[1] + radius * sin(radians(degrees))
