"""The shape a channel's rules give to a picture: its stable name and its geometry. Pure; pixels are in ``pictures``."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Literal

from connectors.base import PictureRules

RENDERER = "jpeg2"
"""Name of the way ``pictures.render`` works; a change of its bytes needs a new name."""

Point = tuple[float, float]
MIDDLE: Point = (0.5, 0.5)

_NEARLY = 1e-9


@dataclass(frozen=True, slots=True)
class Treatment:
    """What an editor or a channel asks of one picture besides the rules.

    ``focus`` is the point that a crop keeps in sight, as fractions of the sides; None: where the picture matters most
    by measure. ``fit`` reaches an allowed ratio by a crop or by padding. ``credit`` is written into the picture.
    """

    focus: Point | None = None
    fit: Literal["crop", "pad"] = "crop"
    credit: str = ""


PLAIN = Treatment()


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of a picture that stays, as fractions of its sides (left, top, right, bottom), and its new size.

    ``canvas`` is the size of the ground that a padded picture stands on, in its middle; None without padding.
    """

    box: tuple[float, float, float, float]
    size: tuple[int, int]
    canvas: tuple[int, int] | None = None

    @property
    def whole(self) -> bool:
        """Tell whether nothing is cut off."""
        return self.box == (0.0, 0.0, 1.0, 1.0)


def shape_key(rules: PictureRules, treatment: Treatment = PLAIN) -> str:
    """Return the name of the rendition that is asked for: equal names, equal bytes from equal sources.

    Only what touches the bytes is part of it; how long an alt text may be is not.
    """
    name = f"{RENDERER}-w{rules.max_width}-r{float(rules.min_ratio)!r}..{float(rules.max_ratio)!r}-b{rules.max_bytes}"
    if treatment.fit == "pad":
        name += "-pad"
    elif treatment.focus is not None:
        name += f"-f{treatment.focus[0]:.3f},{treatment.focus[1]:.3f}"
    if treatment.credit:
        name += f"-c{hashlib.sha256(treatment.credit.encode()).hexdigest()[:16]}"
    return name


def frame(
    width: int, height: int, rules: PictureRules, *, max_width: int | None = None, focus: Point = MIDDLE
) -> Frame:
    """Return the largest part around ``focus`` whose ratio is allowed, and the size it gets; never larger than it was.

    Raises: ValueError if the rules contradict themselves.
    """
    ratio = _allowed(width, height, rules)
    kept_width = min(float(width), height * ratio)
    new_width = max(1, min(math.floor(kept_width + _NEARLY), max_width or rules.max_width, rules.max_width))
    new_height = _height(new_width, ratio, rules)
    scale = min(width / new_width, height / new_height)
    spare_x, spare_y = max(0.0, 1 - new_width * scale / width), max(0.0, 1 - new_height * scale / height)
    left, top = _start(spare_x, focus[0]), _start(spare_y, focus[1])
    right, bottom = min(1.0, left + 1 - spare_x), min(1.0, top + 1 - spare_y)
    return Frame(box=(left, top, right, bottom), size=(new_width, new_height))


def padded(width: int, height: int, rules: PictureRules, *, max_width: int | None = None) -> Frame:
    """Return the whole picture on a ground whose ratio is allowed. Raises: ValueError as :func:`frame` does."""
    ratio = _allowed(width, height, rules)
    if math.isclose(ratio, width / height):
        return frame(width, height, rules, max_width=max_width)
    wide = max(1, min(math.ceil(max(float(width), height * ratio) - _NEARLY), max_width or rules.max_width))
    wide = min(wide, rules.max_width)
    tall = _height(wide, ratio, rules)
    scale = min(wide / width, tall / height, 1.0)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return Frame((0.0, 0.0, 1.0, 1.0), (min(size[0], wide), min(size[1], tall)), canvas=(wide, tall))


def _allowed(width: int, height: int, rules: PictureRules) -> float:
    if not 0 < rules.min_ratio <= rules.max_ratio or rules.max_width < 1:
        raise ValueError(f"rules that no picture can meet: {rules!r}")
    return min(max(width / height, rules.min_ratio), rules.max_ratio)


def _start(spare: float, focus: float) -> float:
    """Return where the part that stays begins, so that the point is in its middle as far as the picture reaches."""
    return min(max(focus - (1 - spare) / 2, 0.0), spare)


def _height(width: int, ratio: float, rules: PictureRules) -> int:
    """Round so that the ratio stays allowed; between equal bounds there may be no such whole number."""
    least, most = math.ceil(width / rules.max_ratio - _NEARLY), math.floor(width / rules.min_ratio + _NEARLY)
    height = round(width / ratio)
    return max(1, min(max(height, least), most) if least <= most else height)
