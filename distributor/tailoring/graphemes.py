"""Characters as people see them: grapheme clusters, and which of them are emoji. No measure of any channel."""

from __future__ import annotations

import regex

_FLAG = r"\p{Regional_Indicator}{2}[\p{GCB=Extend}\p{GCB=SpacingMark}\u200d]*+"
"""Taken ahead of ``\\X``, which for each flag looks back to the first of a row and so needs quadratic time."""
_GRAPHEME = regex.compile(rf"{_FLAG}|\X")
_EMOJI = regex.compile(r"\p{Emoji_Presentation}|\p{Regional_Indicator}{2}|[\p{Emoji}]\uFE0F")


def split(text: str) -> list[str]:
    """Return the grapheme clusters of ``text``, in order."""
    return [match[0] for match in _GRAPHEME.finditer(text)]


def boundaries(text: str) -> frozenset[int]:
    """Return every offset at which ``text`` may be cut without splitting a grapheme cluster."""
    return frozenset({0, *(match.end() for match in _GRAPHEME.finditer(text))})


def is_emoji(grapheme: str) -> bool:
    """Tell whether the cluster is shown as an emoji; signs such as © and ™ are not."""
    return bool(_EMOJI.match(grapheme))
