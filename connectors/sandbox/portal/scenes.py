"""The drawings on money and housing. Each takes the size and gives the picture."""

from __future__ import annotations

from PIL import Image

from connectors.sandbox.portal.canvas import (
    BLUE,
    CORAL,
    CREAM,
    GREY,
    INK,
    MINT,
    PLUM,
    ROSE,
    SAND,
    SKINS,
    SKY,
    SUN,
    TEAL,
    WHITE,
    WOOD,
    Canvas,
    turned,
)


def _coin(canvas: Canvas, x: float, y: float, radius: float) -> None:
    canvas.disc(x, y, radius, "#e2a72e")
    canvas.disc(x, y, radius * 0.8, SUN)
    canvas.box(x - radius * 0.14, y - radius * 0.45, radius * 0.28, radius * 0.9, "#e2a72e", radius * 0.1)


def envelopes(width: int, height: int) -> Image.Image:
    """Three envelopes with coins and notes."""
    canvas = Canvas(width, height, SKY)
    bottom = canvas.height
    canvas.disc(82, 14, 22, "#d3ecf5")
    canvas.disc(12, 20, 14, "#d3ecf5")
    canvas.box(0, bottom - 15, 100, 15, SAND)
    for x, colour, flap in ((11, SUN, "#e2a72e"), (38, MINT, TEAL), (65, "#7fa8d1", BLUE)):
        top = bottom - 40
        canvas.box(x + 4, top - 13, 16, 22, "#dcefe2", 1)
        canvas.box(x + 6, top - 11, 12, 3, TEAL, 1)
        _coin(canvas, x + 7, top - 1, 4.4)
        _coin(canvas, x + 17, top - 3, 4.4)
        canvas.box(x, top, 24, 32, colour, 1.6)
        canvas.shape([(x, top + 1), (x + 24, top + 1), (x + 12, top + 14)], flap)
        canvas.lines(x + 5, top + 19, (14, 9), 4, WHITE)
    return canvas.finished()


def payslip(width: int, height: int) -> Image.Image:
    """A payslip, a pencil and a bar that shows what is left."""
    canvas = Canvas(width, height, PLUM)
    canvas.disc(20, 50, 34, "#7d6aa5")
    canvas.disc(88, 8, 20, "#7d6aa5")
    canvas.box(19, 6, 40, 46, "#574879", 1.5)
    canvas.box(17, 4, 40, 46, WHITE, 1.5)
    canvas.box(21, 8, 14, 3.4, INK, 1)
    canvas.lines(21, 15, (24, 20, 26, 18), 4.4, GREY)
    for row, (part, colour) in enumerate(((32, BLUE), (9, CORAL), (23, TEAL))):
        canvas.box(21, 34 + row * 4.6, 32, 3, "#e9edf3", 1.4)
        canvas.box(21, 34 + row * 4.6, part, 3, colour, 1.4)
    canvas.line([(66, 46), (80, 22)], 3.4, SUN)
    canvas.line([(80, 22), (81.6, 19.2)], 3.4, ROSE)
    canvas.shape([(64.5, 45.1), (67.5, 46.9), (63.6, 50.2)], SAND)
    for x, y in ((72, 50), (80, 47), (88, 50.5)):
        _coin(canvas, x + 3, y - 2, 4.2)
    return canvas.finished()


def cafe(width: int, height: int) -> Image.Image:
    """A person with an apron behind a café counter, a clock on the wall."""
    canvas = Canvas(width, height, ROSE)
    bottom = canvas.height
    canvas.disc(50, 55, 44, "#fbded9")
    canvas.disc(78, 22, 11, INK)
    canvas.disc(78, 22, 9.4, WHITE)
    canvas.line([(78, 22), (78, 15.5)], 1.2, INK)
    canvas.line([(78, 22), (82.5, 24)], 1.2, CORAL)
    canvas.box(6, 20, 36, 3, WOOD, 1)
    for x, colour in ((10, TEAL), (19, SUN), (28, BLUE)):
        canvas.box(x, 11, 7, 9, colour, 1.4)
    canvas.person(50, bottom - 34, 52, (SKINS[1], INK, TEAL))
    canvas.box(40, bottom - 48, 20, 20, CREAM, 3)
    canvas.box(0, bottom - 34, 100, 34, WOOD)
    canvas.box(0, bottom - 36, 100, 5, "#8f6240", 1)
    for x in (8, 38, 68):
        canvas.box(x, bottom - 25, 24, 20, "#a2744c", 2)
    canvas.ring(31, bottom - 43, 4.4, 1.8, WHITE)
    canvas.box(16, bottom - 49, 14, 13, WHITE, 3)
    for x in (20, 25):
        canvas.line([(x, bottom - 53), (x + 1.4, bottom - 57), (x, bottom - 61)], 1.1, WHITE)
    canvas.disc(76, bottom - 40, 6, "#d79b5a")
    canvas.box(66, bottom - 38.5, 20, 3, WHITE, 1.4)
    return canvas.finished()


def key_and_calculator(width: int, height: int) -> Image.Image:
    """A hand-sized key, a calculator and a house in the evening sun."""
    canvas = Canvas(width, height, CREAM)
    bottom = canvas.height
    canvas.disc(24, 27, 21, SUN)
    canvas.box(0, bottom - 14, 100, 14, MINT)
    canvas.shape([(8, 32), (29, 13), (50, 32)], CORAL)
    canvas.box(12, 31, 34, bottom - 43, WHITE)
    canvas.box(16, 36, 8, 8, SKY, 0.8)
    canvas.box(34, 36, 8, 8, SKY, 0.8)
    canvas.box(25, bottom - 24, 8, 12, BLUE, 0.8)
    canvas.box(56, 9, 26, 38, INK, 3)
    canvas.box(59, 12, 20, 8, "#cfe8d6", 1)
    for row in range(4):
        for column in range(3):
            colour = CORAL if (row, column) == (3, 2) else "#52627f"
            canvas.box(59.4 + column * 6.8, 23 + row * 5.6, 5.6, 4.2, colour, 1)
    canvas.ring(69, bottom - 9, 5.4, 2.2, "#e2a72e")
    canvas.line([(74, bottom - 9), (94, bottom - 9)], 2.2, "#e2a72e")
    for x in (88, 93):
        canvas.line([(x, bottom - 9), (x, bottom - 5)], 2, "#e2a72e")
    return canvas.finished()


def instalments(width: int, height: int) -> Image.Image:
    """A cake of three equal slices before a door key, on a transparent ground."""
    canvas = Canvas(width, height, None)
    canvas.disc(50, 50, 46, SAND)
    canvas.disc(50, 50, 39, CREAM)
    for number, colour in enumerate((TEAL, SUN, CORAL)):
        start = -90 + number * 120
        x, y = turned((50, 50), 2.6, start + 60)
        canvas.pie(x, y, 33, (start, start + 120), colour)
        x, y = turned((50, 50), 21, start + 60)
        canvas.disc(x, y, 6.4, WHITE)
        for coin in range(number + 1):
            canvas.disc(x - number * 1.9 + coin * 3.8, y, 1.5, INK)
    canvas.disc(50, 50, 9, INK)
    canvas.disc(50, 47.6, 2.6, CREAM)
    canvas.shape([(49, 48), (51, 48), (52.4, 54.4), (47.6, 54.4)], CREAM)
    return canvas.finished()


def shared_flat(width: int, height: int) -> Image.Image:
    """A house seen from the side, a room with a person on each of three floors."""
    canvas = Canvas(width, height, BLUE)
    bottom = canvas.height
    canvas.disc(80, 33, 8, CREAM)
    canvas.disc(77, 31, 7, BLUE)
    for x, y in ((14, 18), (30, 9), (52, 14), (90, 12), (12, 36), (30, 34)):
        canvas.disc(x, y, 0.8, CREAM)
    ground = bottom - 30
    canvas.shape([(8, 55), (50, 29), (92, 55)], CORAL)
    canvas.box(14, 54, 72, ground - 54, WHITE)
    rooms = ((ROSE, 0, INK, TEAL), (SKY, 1, "#5a3825", SUN), (MINT, 2, INK, CORAL))
    floor = (ground - 57) / 3
    for number, (wall, skin, hair, shirt) in enumerate(rooms):
        top = 57 + number * floor
        canvas.box(17, top, 66, floor - 3, wall)
        left = number % 2 == 0
        canvas.person(36 if left else 64, top + floor - 3, 23, (SKINS[skin], hair, shirt))
        canvas.plant(72 if left else 28, top + floor - 3, 15, CORAL if number < 2 else PLUM)
        canvas.box(52 if left else 36, top + 5, 12, 8, WHITE, 0.8)
        canvas.box(14, top + floor - 3, 72, 3.4, WHITE)
    canvas.box(0, ground, 100, 30, TEAL)
    for x in (5, 95):
        canvas.disc(x, ground, 7, "#3fae9c")
    return canvas.finished()
