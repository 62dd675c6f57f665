"""Characters as people see them, for the channels that count them. Pure."""

from __future__ import annotations

import re

import regex

_FLAG = r"\p{Regional_Indicator}{2}[\p{GCB=Extend}\p{GCB=SpacingMark}\u200d]*+"
"""Taken ahead of ``\\X``, which for each flag looks back to the first of a row and so needs quadratic time."""
_CLUSTER = regex.compile(rf"{_FLAG}|\X")
_PLAIN = r"\0-\x0c\x0e-\u02ff\u2010-\u2027\u2030-\u205e"
"""Latin letters, digits, common marks: each is a cluster, unless what is not of them stands beside it."""
_OTHER = re.compile(rf"[{_PLAIN}]?+(?:[^{_PLAIN}]++[{_PLAIN}]?+)++")


def count(text: str) -> int:
    """Return the number of grapheme clusters (Unicode Annex 29) in ``text``."""
    within = sum(len(run) - sum(1 for _ in _CLUSTER.finditer(run)) for run in _OTHER.findall(text))
    return len(text) - within
