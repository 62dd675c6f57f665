"""The shape a channel's rules give to a picture: its stable name and its geometry. Pure; pixels are in ``pictures``."""

from __future__ import annotations

import math
from dataclasses import dataclass

from connectors.base import PictureRules

RENDERER = "jpeg1"
"""Name of the way ``pictures.render`` works; a change of its bytes needs a new name."""

_NEARLY = 1e-9


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of a picture that stays, as fractions of its sides (left, top, right, bottom), and its new size."""

    box: tuple[float, float, float, float]
    size: tuple[int, int]


def shape_key(rules: PictureRules) -> str:
    """Return the name of the rendition these rules ask for: equal names, equal bytes from equal sources.

    Only what touches the bytes is part of it; how long an alt text may be is not.
    """
    return f"{RENDERER}-w{rules.max_width}-r{float(rules.min_ratio)!r}..{float(rules.max_ratio)!r}-b{rules.max_bytes}"


def frame(width: int, height: int, rules: PictureRules, *, max_width: int | None = None) -> Frame:
    """Return the largest centred part whose ratio is allowed, and the size it gets; never larger than it was.

    Raises: ValueError if the rules contradict themselves.
    """
    if not 0 < rules.min_ratio <= rules.max_ratio or rules.max_width < 1:
        raise ValueError(f"rules that no picture can meet: {rules!r}")
    ratio = min(max(width / height, rules.min_ratio), rules.max_ratio)
    kept_width = min(float(width), height * ratio)
    new_width = max(1, min(math.floor(kept_width + _NEARLY), max_width or rules.max_width, rules.max_width))
    new_height = _height(new_width, ratio, rules)
    scale = min(width / new_width, height / new_height)
    spare_x, spare_y = max(0.0, 1 - new_width * scale / width), max(0.0, 1 - new_height * scale / height)
    box = (spare_x / 2, spare_y / 2, 1 - spare_x / 2, 1 - spare_y / 2)
    return Frame(box=box, size=(new_width, new_height))


def _height(width: int, ratio: float, rules: PictureRules) -> int:
    """Round so that the ratio stays allowed; between equal bounds there may be no such whole number."""
    least, most = math.ceil(width / rules.max_ratio - _NEARLY), math.floor(width / rules.min_ratio + _NEARLY)
    height = round(width / ratio)
    return max(1, min(max(height, least), most) if least <= most else height)
