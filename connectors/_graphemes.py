"""Characters as people see them, for the channels that count them. Pure."""

from __future__ import annotations

import regex

_FLAG = r"\p{Regional_Indicator}{2}[\p{GCB=Extend}\p{GCB=SpacingMark}\u200d]*+"
"""Taken ahead of ``\\X``, which for each flag looks back to the first of a row and so needs quadratic time."""
_CLUSTER = regex.compile(rf"{_FLAG}|\X")


def count(text: str) -> int:
    """Return the number of grapheme clusters (Unicode Annex 29) in ``text``."""
    return sum(1 for _ in _CLUSTER.finditer(text))
