"""Words set into a box with the vendored font: as large as they fit, long German words parted at their syllables."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate

import pyphen
from PIL import ImageDraw, ImageFont

from distributor.media.captions import FONT_FILE

SPACING = 1.25
"""Height of a line by the size of its letters."""
_STEP = 0.94
_PARTED_WHEN = 0.75
"""Words are parted only where whole ones would have to be set smaller than this part of what parted ones may have."""
_SHORTEST_PART = 3
_MOST = 400
"""Characters that are looked at: more cannot be read on a card, and a hostile title may have a million."""
_JOINT = re.compile(r"(?<=[\w)])(?=[-–/])|(?<=[-–/])(?=\w)")
"""Where a word may end a line without a new hyphen: behind a hyphen or a slash that is there already."""
_NARROWEST = 0.27
"""Width of the font's narrowest letters by their size: no more of them need be tried."""
_NOWHERE = "\U0010ffff"

Parts = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Setting:
    """Lines of text and the size of their letters in pixels."""

    lines: tuple[str, ...]
    size: int

    @property
    def height(self) -> int:
        """Return the height of all the lines."""
        return round(len(self.lines) * self.size * SPACING)


@lru_cache(maxsize=64)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return the vendored font at a size in pixels."""
    return ImageFont.truetype(str(FONT_FILE), size, layout_engine=ImageFont.Layout.BASIC)


def drawable(text: str) -> str:
    """Return the text without the characters that the font has no form for, such as emoji."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(sign for sign in composed if sign.isspace() or _has(sign)).split())


@lru_cache(maxsize=4096)
def _has(sign: str) -> bool:
    if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Mn"):
        return False
    small = font(20)
    return bytes(small.getmask(sign)) != bytes(small.getmask(_NOWHERE))


def set_text(text: str, width: int, height: int, largest: int, smallest: int) -> Setting:
    """Return the text in the largest letters with which it fits; too long even in the smallest, it ends with "…"."""
    words = drawable(text[: 4 * _MOST])[:_MOST].split()
    whole = _largest(words, width, height, largest, smallest, _joints)
    parted = _largest(words, width, height, largest, smallest, _syllables)
    if whole is not None and (parted is None or whole.size >= parted.size * _PARTED_WHEN):
        return whole
    return parted or _cut(words, width, height, smallest)


def _largest(words: list[str], width: int, height: int, largest: int, smallest: int, parts: Parts) -> Setting | None:
    size = largest
    while size >= smallest:
        lines = _lines(words, width, size, parts)
        if lines is not None and (setting := Setting(tuple(lines), size)).height <= height:
            return setting
        size = min(size - 1, int(size * _STEP))
    return None


def _cut(words: list[str], width: int, height: int, size: int) -> Setting:
    room = max(1, int(height / (size * SPACING)))
    measure = font(size).getlength
    lines = list(_lines(words, width, size, _letters) or ())
    if len(lines) <= room:
        return Setting(tuple(lines), size)
    last = lines[room - 1]
    while last and measure(f"{last} …") > width:
        last = last.rpartition(" ")[0] or last[:-1]
    return Setting((*lines[: room - 1], f"{last} …"), size)


def _lines(words: list[str], width: int, size: int, parts: Parts) -> list[str] | None:
    """Break greedily between words; within one only where the whole word fits on no line. None where none helps."""
    measure, most = font(size).getlength, round(width / size / _NARROWEST)
    lines: list[str] = []
    line = ""
    for word in words:
        longer = f"{line} {word}".strip()
        if measure(longer) <= width:
            line = longer
            continue
        if measure(word) <= width:
            lines.append(line)
            line = word
            continue
        rest = word
        while measure(rest) > width:
            before = f"{line} ".lstrip()
            ends = (end for end in _ends(rest, parts, most) if measure(before + _head(rest, end)) <= width)
            end = next(ends, 0)
            if not end and not line:
                return None
            lines.append(before + _head(rest, end) if end else line)
            line, rest = "", rest[end:]
        line = f"{line} {rest}".strip()
    return [each for each in (*lines, line) if each]


def _ends(word: str, parts: Parts, most: int) -> Iterator[int]:
    """Yield after how many of its letters a word may be parted, the longest beginning of at most ``most`` first."""
    ends = [*accumulate(len(part) for part in parts(word[: 2 * most]))][:-1]
    for end in reversed(ends):
        if _SHORTEST_PART <= end <= min(most, len(word) - _SHORTEST_PART):
            yield end


def _head(word: str, end: int) -> str:
    """Return a word's beginning as it stands at a line's end."""
    return word[:end] if word[end - 1] in "-–/" else f"{word[:end]}-"


def _joints(word: str) -> list[str]:
    """Part a word behind the hyphens and slashes that it has."""
    pieces = [piece for piece in _JOINT.split(word) if piece]
    joined: list[str] = []
    for piece in pieces:
        if joined and piece[0] in "-–/":
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def _syllables(word: str) -> list[str]:
    return [part for joint in _joints(word) for part in _dictionary().inserted(joint, "\0").split("\0")]


def _letters(word: str) -> list[str]:
    """Part a word anywhere, where it has no syllables that we know, such as an address."""
    return [*word]


@cache
def _dictionary() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="de_DE", left=_SHORTEST_PART, right=_SHORTEST_PART)


def draw(canvas: ImageDraw.ImageDraw, setting: Setting, at: tuple[float, float], ink: str) -> None:
    """Draw the lines, the first one's top left at ``at``."""
    x, y = at
    for number, line in enumerate(setting.lines):
        canvas.text((x, y + number * setting.size * SPACING), line, font=font(setting.size), fill=ink)
