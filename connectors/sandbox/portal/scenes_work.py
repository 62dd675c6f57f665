"""The drawings on apprenticeship and looking for work. Each takes the size and gives the picture."""

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


def workshop(width: int, height: int, seconds: float = 2.0) -> Image.Image:
    """A bicycle on a stand while its hind wheel turns: one moment of the video, and its poster frame."""
    canvas = Canvas(width, height, "#f6ead2")
    floor = canvas.height - 8
    canvas.box(0, floor, 100, 8, "#c9a57b")
    canvas.box(6, 6, 40, 17, "#e6d3ac", 1)
    for x, colour in ((10, CORAL), (17, BLUE), (24, TEAL), (31, PLUM), (38, INK)):
        canvas.line([(x, 9), (x, 19)], 1.6, colour)
        canvas.disc(x, 10, 2, colour)
    canvas.disc(84, 13, 7, SUN)
    hind, front, pedal = (33.0, floor - 15), (70.0, floor - 15), (49.0, floor - 14)
    for centre, turns in ((hind, 40 * seconds), (front, 0.0)):
        canvas.ring(*centre, 11.5, 1.6, INK)
        for spoke in range(8):
            canvas.line([centre, turned(centre, 10.4, turns + spoke * 45)], 0.4, "#8794a8")
        canvas.disc(*centre, 1.4, INK)
    saddle, neck = (44.0, floor - 29), (64.0, floor - 28)
    canvas.line([hind, saddle, neck, pedal, hind], 1.5, CORAL)
    canvas.line([pedal, saddle, (43.2, floor - 32)], 1.5, CORAL)
    canvas.line([front, neck, (63, floor - 33), (67.5, floor - 34)], 1.5, CORAL)
    canvas.line([(39.4, floor - 32), (46.6, floor - 32)], 2, INK)
    crank = 50 * seconds
    canvas.line([turned(pedal, 5, crank), turned(pedal, 5, crank + 180)], 1.1, INK)
    canvas.disc(*pedal, 2, INK)
    canvas.line([(44, floor - 27), (44, floor)], 1.2, "#67758c")
    canvas.line([(38, floor), (51, floor)], 1.4, "#67758c")
    reach = 6 * min(1.0, seconds / 5)
    handle, jaw = (5 + reach, floor - 25 + reach), (13 + reach, floor - 18 + reach)
    canvas.line([handle, jaw], 2, BLUE)
    canvas.ring(jaw[0] + 1.6, jaw[1] + 1.4, 2.4, 1.2, BLUE)
    return canvas.finished()


def doors(width: int, height: int) -> Image.Image:
    """A wide row of doors, one of them open and full of light."""
    canvas = Canvas(width, height, INK)
    floor = canvas.height - 6
    canvas.box(0, floor, 100, 6, "#17223a")
    for number, colour in enumerate((BLUE, PLUM, TEAL, None, CORAL, BLUE)):
        x = 6 + number * 15.4
        if colour is None:
            canvas.shape([(x, floor), (x + 11, floor), (x + 19, canvas.height), (x - 8, canvas.height)], "#f3dfa0")
            canvas.box(x, floor - 27, 11, 27, SUN)
            canvas.disc(x + 5.5, floor - 15, 4.4, CREAM)
            canvas.shape([(x, floor - 27), (x - 5, floor - 24.6), (x - 5, floor + 2.6), (x, floor)], MINT)
            continue
        canvas.box(x, floor - 27, 11, 27, colour, 0.6)
        canvas.box(x + 2, floor - 24.4, 7, 8.4, INK, 0.5)
        canvas.box(x + 2.4, floor - 24, 6.2, 7.6, colour, 0.4)
        canvas.disc(x + 9.2, floor - 12, 0.8, SUN)
    return canvas.finished()


def signpost(width: int, height: int) -> Image.Image:
    """A person before a winding path, a signpost with four arms, the sun rising."""
    canvas = Canvas(width, height, "#fde4c4")
    bottom = canvas.height
    canvas.disc(50, 58, 26, SUN)
    canvas.disc(8, 88, 42, TEAL)
    canvas.disc(92, 92, 46, "#3fae9c")
    canvas.box(0, bottom - 45, 100, 45, MINT)
    canvas.shape([(47, 80), (53, 80), (66, 92), (54, 104), (78, bottom), (26, bottom), (38, 104), (54, 92)], CREAM)
    canvas.box(76, 34, 3, 60, WOOD, 1)
    for row, colour in enumerate((CORAL, BLUE, SUN, PLUM)):
        y = 38 + row * 10
        if row % 2:
            canvas.shape([(76, y), (60, y), (55, y + 3.5), (60, y + 7), (76, y + 7)], colour)
        else:
            canvas.shape([(72, y), (88, y), (93, y + 3.5), (88, y + 7), (72, y + 7)], colour)
    canvas.person(37, bottom - 16, 42, (SKINS[3], "#5a3825", BLUE))
    canvas.disc(37, bottom - 44, 11.6, "#5a3825")
    canvas.box(20.2, bottom - 24, 33.6, 24, BLUE, 6)
    canvas.box(26, bottom - 31, 22, 26, CORAL, 5)
    canvas.box(29, bottom - 18, 16, 10, "#d95c48", 2)
    return canvas.finished()


def cv_on_desk(width: int, height: int) -> Image.Image:
    """A one-page CV on a screen, a cup and a plant beside it."""
    canvas = Canvas(width, height, "#f6dfc0")
    desk = canvas.height - 16
    canvas.disc(80, 16, 26, CREAM)
    canvas.box(0, desk, 100, 16, WOOD)
    canvas.box(0, desk, 100, 2, "#8f6240")
    canvas.box(20, 9, 54, desk - 15, INK, 2)
    canvas.box(22, 11, 50, desk - 20, CREAM, 1)
    canvas.shape([(42, desk - 6), (52, desk - 6), (56, desk), (38, desk)], INK)
    canvas.box(33, 14, 28, desk - 26, WHITE, 0.8)
    canvas.disc(39, 20.5, 3.6, ROSE)
    canvas.disc(39, 19.6, 1.6, INK)
    canvas.lines(45, 18, (12, 9), 3, GREY)
    for row, colour in enumerate((CORAL, BLUE, TEAL, PLUM)):
        canvas.box(36, 26.5 + row * 5, 9, 1.5, colour, 0.6)
        canvas.lines(36, 28.8 + row * 5, (21,), 2.4, GREY)
    canvas.ring(91, desk - 5, 2.8, 1.2, CORAL)
    canvas.box(80, desk - 10, 10.4, 10, CORAL, 1.6)
    canvas.plant(11, desk, 17, PLUM)
    return canvas.finished()


def conversation(width: int, height: int) -> Image.Image:
    """Two people at a table with speech bubbles."""
    canvas = Canvas(width, height, TEAL)
    bottom = canvas.height
    canvas.disc(50, 62, 50, "#3fae9c")
    canvas.person(24, bottom - 9, 31, (SKINS[2], "#1c1c28", SUN))
    canvas.person(76, bottom - 9, 31, (SKINS[0], "#a1512d", CORAL))
    canvas.box(30, 5, 27, 13, WHITE, 4)
    canvas.shape([(34, 16), (40, 16), (32, 22)], WHITE)
    canvas.box(45, 21, 23, 10, SKY, 4)
    canvas.shape([(60, 29), (65, 29), (67, 34)], SKY)
    canvas.lines(35, 8.6, (17, 13), 4, GREY)
    for x in (51, 56.5, 62):
        canvas.disc(x, 26, 1.5, BLUE)
    canvas.box(6, bottom - 12, 88, 4, CREAM, 1.6)
    canvas.box(14, bottom - 8, 4, 8, SAND)
    canvas.box(82, bottom - 8, 4, 8, SAND)
    canvas.box(45, bottom - 17, 4.4, 5, SKY, 0.8)
    canvas.box(53, bottom - 17, 4.4, 5, SKY, 0.8)
    return canvas.finished()


def carpentry(width: int, height: int) -> Image.Image:
    """A workbench with a plane, shavings and a half-finished bird house."""
    canvas = Canvas(width, height, "#dfe9f2")
    bench = canvas.height - 20
    canvas.disc(16, 14, 9, SUN)
    canvas.box(56, 5, 38, 18, WHITE, 1)
    for x in (62, 70, 78, 86):
        canvas.line([(x, 8), (x, 14)], 1.6, WOOD)
        canvas.box(x - 1.6, 13.6, 3.2, 6, INK, 0.6)
    canvas.box(0, bench, 100, 6, WOOD)
    canvas.box(8, bench + 6, 6, 14, "#8f6240")
    canvas.box(86, bench + 6, 6, 14, "#8f6240")
    canvas.box(16, bench - 20, 22, 20, SAND)
    canvas.shape([(12, bench - 19), (27, bench - 32), (42, bench - 19)], CORAL)
    canvas.disc(27, bench - 11, 4.2, INK)
    canvas.line([(27, bench - 4), (27, bench - 2)], 1.2, WOOD)
    canvas.box(48, bench - 4, 44, 4, SAND, 0.6)
    canvas.shape([(56, bench - 4), (56, bench - 10), (78, bench - 10), (82, bench - 4)], BLUE)
    canvas.disc(61, bench - 12.4, 3.2, INK)
    canvas.line([(72, bench - 10), (75, bench - 15)], 2, CORAL)
    for x, y in ((84, 7), (88, 9), (91, 6.4)):
        canvas.ring(x, bench - y, 2.2, 0.8, "#d9b98a")
    canvas.plant(48, bench, 12, TEAL)
    return canvas.finished()
