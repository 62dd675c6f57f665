"""Which emoji X counts as one: those that its library, twemoji-parser 11, knows. Pure.

https://github.com/twitter/twemoji-parser (version 11.0.2, the one twitter-text 3.1.0 asks for; read 2026-11-22). Of a
sequence that is younger X counts each part, and so does this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import regex

_REGIONS = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by bz "
    "ca cc cd cf cg ch ci ck cl cm cn co cp cr cu cv cw cx cy cz de dg dj dk dm do dz ea ec ee eg eh er es et eu fi fj "
    "fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu ic id ie il im in io iq ir "
    "is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm "
    "mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt "
    "pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz ta tc td tf tg th tj tk tl "
    "tm tn to tr tt tv tw tz ua ug um un us uy uz va vc ve vg vi vn vu wf ws xk ye yt za zm zw"
)
"""The countries and unions of which the library knows a flag; any other two letters are two signs."""


def _flag(region: str) -> str:
    return "".join(chr(ord(letter) - ord("a") + 0x1F1E6) for letter in region)


_REGION = "|".join(map(_flag, _REGIONS.split()))
_ROLE = r"[👨👩]\p{Emoji_Modifier}?\u200d(?:[⚕⚖✈]\ufe0f|[🌾🍳🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰🦱🦲🦳])"
_PAIR = r"(?:👩\u200d❤\ufe0f\u200d(?:💋\u200d)?[👨👩]|👨\u200d❤\ufe0f\u200d(?:💋\u200d)?👨)"
_FAMILY = r"(?:👨\u200d[👨👩]|👩\u200d👩|[👨👩])(?:\u200d👦\u200d👦|\u200d👧\u200d[👦👧]|\u200d[👦👧])"
_ACTOR = "👮👱👳👷💁💂💆💇🙅🙆🙇🙋🙍🙎🚣🚴🚵🚶🏃🏄🏊🤦🤵🤷🤸🤹🤽🤾🦸🦹🧖🧗🧘🧙🧚🧛🧜🧝"
_GENDER = rf"(?:[👯🤼🧞🧟]|[{_ACTOR}]\p{{Emoji_Modifier}}?|[🕴🕵🏋🏌⛹][\ufe0f\p{{Emoji_Modifier}}])\u200d[♀♂]\ufe0f"
_FLAG = r"👁\u200d🗨|🏳\ufe0f\u200d🌈|🏴\u200d☠\ufe0f|🏴\U000e0067\U000e0062[\U000e0061-\U000e007a]{3}\U000e007f"
_TONED = r"(?![👪-👭👯💏💑🤌🤏🤝🤼🥷🦻🧍-🧏\U0001fa70-\U0001faff])(?:\p{Emoji_Modifier_Base}|⛷)\p{Emoji_Modifier}"
_TWOFOLD = "⌚⌛◽◾☔☕♈-♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛔⛪⛲⛳⛵⛺⛽❗⬛⬜⭐⭕🀄🈚🈯"
_COLOURED = rf"(?![0-9#*♾⚧])(?:(?!\p{{Emoji_Presentation}})\p{{Emoji}}|[{_TWOFOLD}])\ufe0f"
_SEQUENCE = regex.compile(
    rf"{_REGION}|{_FLAG}|{_ROLE}|{_PAIR}|{_FAMILY}|{_GENDER}"
    rf"|[0-9#*]\ufe0f?\u20e3|{_TONED}|{_COLOURED}"
)
"""The emoji of several code points that the library knows as one."""
_PART = re.compile("[\u200d\u20e3\ufe0f\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0067]")
"""One of these is part of each of them, and most texts have none."""


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each emoji of several code points begins and ends; a single one weighs as any sign."""
    for match in _SEQUENCE.finditer(text) if _PART.search(text) else ():
        yield match.span()
