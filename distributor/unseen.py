"""Characters that nobody sees: they hide words, tear hashtags and links, or turn the reading direction. Pure.

Signs that write something stay: the joiner inside an emoji, joiners between letters of scripts that need them, the tags
of a flag, and marks of direction but for those inside a word of Latin letters, where they order nothing.
"""

from __future__ import annotations

import re

import regex

_NEVER = re.compile("[\u00ad\u034f\u115f\u1160\u180e\u200b\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]")
_LOOSE_JOINER = regex.compile(
    r"(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D|\u200D(?!\p{Extended_Pictographic})"
)
_LOOSE_NON_JOINER = regex.compile(r"(?<![\p{Arabic}\p{Syriac}\p{Devanagari}\p{Bengali}\p{Tamil}\p{Malayalam}])\u200C")
_HIDING_MARK = regex.compile(r"(?<=[\p{Latin}\p{N}_#@])[\u200E\u200F\u061C]+(?=[\p{Latin}\p{N}_])")
_ONLY_MARKS = re.compile("\\s*[\u200e\u200f\u061c][\\s\u200e\u200f\u061c]*")
_LOOSE_TAG = regex.compile(r"(?<![\U0001F3F4\U000E0020-\U000E007F])[\U000E0000-\U000E007F]")


def without(text: str) -> str:
    """Return ``text`` without the characters that nobody sees."""
    clean = _LOOSE_NON_JOINER.sub("", _LOOSE_JOINER.sub("", _NEVER.sub("", text)))
    clean = _HIDING_MARK.sub("", _LOOSE_TAG.sub("", clean))
    return "" if _ONLY_MARKS.fullmatch(clean) else str(clean)
