"""Characters as people see them: grapheme clusters, and which of them are emoji. No measure of any channel."""

from __future__ import annotations

import regex

_GRAPHEME = regex.compile(r"\X")
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
