"""Characters that nobody sees: they hide words, tear hashtags and links, or turn the reading direction. Pure.

Signs that write something stay: the joiner inside an emoji, joiners between letters of scripts that need them, and the
tags of a flag.
"""

from __future__ import annotations

import re

import regex

_NEVER = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]"
)
_LOOSE_JOINER = regex.compile(
    r"(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D|\u200D(?!\p{Extended_Pictographic})"
)
_LOOSE_NON_JOINER = regex.compile(r"(?<![\p{Arabic}\p{Syriac}\p{Devanagari}\p{Bengali}\p{Tamil}\p{Malayalam}])\u200C")
_LOOSE_TAG = regex.compile(r"(?<![\U0001F3F4\U000E0020-\U000E007F])[\U000E0000-\U000E007F]")


def without(text: str) -> str:
    """Return ``text`` without the characters that nobody sees."""
    clean = _LOOSE_NON_JOINER.sub("", _LOOSE_JOINER.sub("", _NEVER.sub("", text)))
    return str(_LOOSE_TAG.sub("", clean))
