"""How X counts a text, and which parts of it X takes for links. Pure; nothing here knows of posts or accounts.

The rules are those of twitter-text, configuration 3: at most 280, every link counts 23, an emoji sequence 2, letters of
the European scripts 1, all else 2, after NFC.
https://github.com/twitter/twitter-text/blob/master/config/v3.json (read 2026-11-21)

X's own tables of top-level domains and emoji are larger than what stands here, and older than what people type. Where
this leaves a doubt the count leans to the high side: better a text too short by a word than one refused when it is due.
Every pattern is possessive or bounded and every loop goes forward only, so the time is linear in the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import regex

URL_WEIGHT = 23
_EMOJI_WEIGHT = 2
_LONGEST = 4096
_LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))

_CODES = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by bz "
    "ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et eu fi fj fk fm fo "
    "fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm "
    "jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq "
    "mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re "
    "ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt "
    "tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_GENERIC = (
    "uk su com org net info biz edu gov mil int name mobi app berlin bayern koeln cologne hamburg nrw ruhr saarland "
    "blog cloud dev digital jobs live media news online page shop site social store tech tel video website wiki work "
    "world xyz zone link click space team today training education school academy career careers community events "
    "help guide studio radio"
)
_REGIONS = frozenset(_CODES.split())
"""Country codes: those of which X knows a flag, each a top-level domain too."""
_TOPS = _REGIONS | frozenset(_GENERIC.split())
"""Top-level domains of which it is sure that X knows them; any other may or may not become a link there."""

_LABELS = r"[\p{Latin}0-9_\-]++(?:\.[\p{Latin}0-9_\-]++)*+"
_HOST = regex.compile(
    rf"(?P<scheme>https?://)(?:(?P<host>{_LABELS})|(?P<host>[\p{{L}}\p{{M}}\p{{N}}_.\-]++))|(?P<host>{_LABELS})",
    regex.IGNORECASE,
)
_PORT = regex.compile(r":[0-9]++")
_IN_PATH = r"[\p{Latin}\p{Cyrillic}0-9!*';:=+,.$/%#\[\]\-–_~@|&]"
_PATH = regex.compile(rf"/(?:{_IN_PATH}|\({_IN_PATH}++\))*+")
_QUERY = regex.compile(r"\?[A-Za-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*+")
_NOT_LAST_IN_PATH = "!*';:,.$%[]–~@|&"
_NOT_LAST_IN_QUERY = "!?*'@();:+$%[].,~|"
_ASCII = regex.compile(r"[a-z0-9\-]+")
_LOST = regex.compile(r"(?:[^\x00-\x7f]+(?=[a-z0-9]))?", regex.IGNORECASE)
_CLEAN = regex.compile(r"[\p{Latin}0-9](?:[\p{Latin}0-9\-]*[\p{Latin}0-9])?")

_ROLE = r"[👨👩]\p{Emoji_Modifier}?\u200d(?:[⚕⚖✈]\ufe0f|[🌾🍳🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰🦱🦲🦳])"
_PAIR = r"(?:👩\u200d❤\ufe0f\u200d(?:💋\u200d)?[👨👩]|👨\u200d❤\ufe0f\u200d(?:💋\u200d)?👨)"
_FAMILY = r"(?:👨\u200d[👨👩]|👩\u200d👩|[👨👩])(?:\u200d👦\u200d👦|\u200d👧\u200d[👦👧]|\u200d[👦👧])"
_ACTOR = "👮👱👳👷💁💂💆💇🙅🙆🙇🙋🙍🙎🚣🚴🚵🚶🏃🏄🏊🤦🤷🤸🤹🤽🤾🦸🦹🧖🧗🧘🧙🧚🧛🧜🧝"
_GENDER = rf"(?:[{_ACTOR}]\p{{Emoji_Modifier}}?|[🕵🏋🏌⛹][\ufe0f\p{{Emoji_Modifier}}])\u200d[♀♂]\ufe0f"
_FLAG = r"🏳\ufe0f\u200d🌈|🏴\u200d☠\ufe0f|🏴\U000e0067\U000e0062[\U000e0061-\U000e007a]{3}\U000e007f"
_TONED = r"(?![👪-👭👯💏💑🤌🤏🤝🤼🥷🦻🧍-🧏\U0001fa70-\U0001faff])\p{Emoji_Modifier_Base}\p{Emoji_Modifier}"
_TWOFOLD = "⌚⌛◽◾☔☕♈-♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛔⛪⛲⛳⛵⛺⛽❗⬛⬜⭐⭕🀄🈚🈯"
_COLOURED = rf"(?![0-9#*♾⚧])(?:(?!\p{{Emoji_Presentation}})\p{{Emoji}}|[{_TWOFOLD}])\ufe0f"
_EMOJI = regex.compile(
    rf"(?P<region>\p{{Regional_Indicator}}{{2}})|{_FLAG}|{_ROLE}|{_PAIR}|{_FAMILY}|{_GENDER}"
    rf"|[0-9#*]\ufe0f?\u20e3|{_TONED}|{_COLOURED}"
)
"""The emoji of several code points that X's library knows as one; of any other X counts each part, and so do we."""


@dataclass(frozen=True, slots=True)
class _Link:
    start: int
    end: int
    weight: int


def weighted_length(text: str) -> int:
    """Return how much of X's 280 the text uses."""
    text = unicodedata.normalize("NFC", text)
    total, rest = 0, 0
    for link in _links(text):
        total += _plain(text[rest : link.start]) + link.weight
        rest = link.end
    return total + _plain(text[rest:])


def urls(text: str) -> list[str]:
    """Return what X may turn into links, in order: addresses with http(s), and bare domains such as ``koeln.de/x``."""
    text = unicodedata.normalize("NFC", text)
    return [text[link.start : link.end] for link in _links(text)]


def _links(text: str) -> Iterator[_Link]:
    at = 0
    while match := _HOST.search(text, at):
        start, at = match.start(), match.end()
        host = match["host"]
        if match["scheme"] is None:
            before, after = text[max(start - 1, 0) : start], text[at : at + 1]
            if not _domain_like(host) or before == "@" or (after == "@" and not _may_be_cut(host)):
                continue
            start += len(_LOST.match(host)[0])
        certain = _certain(host) and text[at : at + 1] not in ("@", "+")
        at = _tail(text, at, bare=match["scheme"] is None)
        yield _Link(start, at, _weight(text[start:at], host, certain=certain))


def _domain_like(host: str) -> bool:
    labels = host.split(".")
    return len(labels) > 1 and ((len(labels[-1]) > 1 and not labels[-1].isdecimal()) or _may_be_cut(host))


def _certain(host: str) -> bool:
    """Tell whether X surely takes the whole of this host for one."""
    *labels, top = host.lower().split(".")
    known = top in _TOPS or (top.startswith("xn--") and len(top) > 4)
    return bool(labels) and known and all(map(_CLEAN.fullmatch, labels))


def _may_be_cut(host: str) -> bool:
    """Tell whether X may see the link end within this host and count the rest as text."""
    labels = host.lower().split(".")
    return any(label in _TOPS for label in labels[1:-1]) or not _ASCII.fullmatch(labels[-1])


def _weight(link: str, host: str, *, certain: bool) -> int:
    if certain and len(link) <= _LONGEST:
        return URL_WEIGHT
    spelt_out = _plain(link)
    return URL_WEIGHT + spelt_out if _may_be_cut(host) else max(URL_WEIGHT, spelt_out)


def _tail(text: str, at: int, *, bare: bool) -> int:
    """Return where the link ends whose host ends at ``at``: what X leaves outside is left outside."""
    if not bare and (port := _PORT.match(text, at)):
        at = port.end()
    if path := _PATH.match(text, at):
        kept = len(path[0].rstrip(_NOT_LAST_IN_PATH))
        at += kept
        if kept < len(path[0]):
            return at
    if (path or not bare) and (query := _QUERY.match(text, at)):
        at += len(query[0].rstrip(_NOT_LAST_IN_QUERY))
    return at


def _plain(text: str) -> int:
    total, rest = 0, 0
    for match in _EMOJI.finditer(text):
        region = match["region"]
        if region and _letters(region) not in _REGIONS:
            continue
        total += sum(map(_letter, text[rest : match.start()])) + _EMOJI_WEIGHT
        rest = match.end()
    return total + sum(map(_letter, text[rest:]))


def _letters(region: str) -> str:
    return "".join(chr(ord(sign) - 0x1F1E6 + ord("a")) for sign in region)


def _letter(sign: str) -> int:
    return 1 if any(first <= ord(sign) <= last for first, last in _LIGHT) else 2
