"""Colours as ``#rrggbb``, and whether writing in one can be read on another. Pure."""

from __future__ import annotations

READABLE = 4.5
"""The least contrast of text. Source: WCAG 2.2 SC 1.4.3, https://www.w3.org/TR/WCAG22/#contrast-minimum, 2026-11-30."""

BLACK, WHITE = "#000000", "#ffffff"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink_on(ground: str) -> str:
    """Return black or white, whichever reads better on the ground: never below 4.5."""
    return max(WHITE, BLACK, key=lambda ink: contrast(ink, ground))


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
