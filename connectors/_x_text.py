"""How X counts a text, and which parts of it X takes for links. Pure; nothing here knows of posts or accounts.

Both are those of X's own library, twitter-text 3.1.0 with configuration 3: at most 280, every link counts 23, an emoji
sequence 2, letters of the European scripts 1, all else 2, after NFC.
https://github.com/twitter/twitter-text/blob/master/config/v3.json (read 2026-11-21)

The library is from 2020: an emoji sequence younger than that counts each of its parts, and a link under a younger
top-level domain counts letter by letter. The time is linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from connectors._links import LATIN, MARKS, SPACES, Dialect, Link, found, furthest, top_end
from connectors._x_emoji import spans

URL_WEIGHT = 23
_EMOJI_WEIGHT = 2
_LONGEST = 4096
_LONGEST_LABEL = 63
_LONGEST_SLUG = 40

_HEAVY = re.compile("[^\x00-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_IN_PATH = rf"a-zA-Z0-9!*';:=+,.$/%#\[\]\-–_~@|&\u0400-\u04ff\u1c80-\u1c87{LATIN}"
_LAST_IN_PATH = rf"a-zA-Z0-9+\-=_#/\u0400-\u04ff\u1c80-\u1c87{LATIN}"
_BRACKETS = rf"\((?:[{_IN_PATH}]++|[{_IN_PATH}]*+\([{_IN_PATH}]++\)[{_IN_PATH}]*+)\)"
_QUERY = r"(?P<last>[a-zA-Z0-9\-_&=#/]++)|[!?*'@();:+$%\[\].,~|]++"
_PUNYCODE = re.compile(r"[xX][nN]--[a-zA-Z0-9\-]++")
_DIALECT = Dialect(
    scheme=re.compile(r"https?://", re.IGNORECASE | re.ASCII),
    host=re.compile(rf"[^!#%&'()*+,/:;<=>?@\[\\\]\^{{|}}~${SPACES}{MARKS}]++"),
    punycode=_PUNYCODE,
    path=re.compile(rf"(?P<last>[{_LAST_IN_PATH}]++|{_BRACKETS})|[{_IN_PATH}]"),
    query=re.compile(_QUERY),
)
_LABELS = re.compile(rf"(?:[a-zA-Z0-9\-{LATIN}]++\.)++")
_SHORT_LINK = re.compile(r"https?://t\.co/(?P<slug>[a-z0-9]++)", re.IGNORECASE | re.ASCII)
_SEPARATORS = re.compile("[\u3002\uff0e\uff61]")
_PRINTABLE = re.compile(r"[ -~]*+")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def weighted_length(text: str) -> int:
    """Return how much of X's 280 the text uses."""
    units = _utf16(unicodedata.normalize("NFC", text))
    total, rest = 0, 0
    for start, link in _links(units):
        if start >= rest:
            total += _plain(_joined(units[rest:start])) + URL_WEIGHT
            rest = start + len(link)
    return total + _plain(_joined(units[rest:]))


def urls(text: str) -> list[str]:
    """Return what X turns into links, in order: addresses with http(s), and bare domains such as ``koeln.de/x``."""
    return [_joined(link) for _, link in _links(_utf16(unicodedata.normalize("NFC", text)))]


def _utf16(text: str) -> str:
    """Return the text in the units in which X's library walks through it: half an emoji stands beside a host, too."""
    return _ASTRAL.sub(lambda sign: _halves(ord(sign[0]) - 0x10000), text)


def _halves(offset: int) -> str:
    return chr(0xD800 + (offset >> 10)) + chr(0xDC00 + (offset & 0x3FF))


def _joined(units: str) -> str:
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _links(units: str) -> Iterator[tuple[int, str]]:
    """Yield each link with the offset at which X sees it, in order."""
    for link in found(units, _DIALECT):
        if not _valid(units, link):
            continue
        if link.host > link.start:
            yield from _with_scheme(units, link)
        elif units[max(link.start - 1, 0) : link.start] not in {"-", "_", ".", "/"}:
            yield from _bare(units, link)


def _valid(units: str, link: Link) -> bool:
    host = units[link.host : link.host_end]
    scheme = link.host - link.start or len("https://")
    if scheme + link.end - link.start > _LONGEST or not all(map(_valid_label, host.split("."))):
        return False
    return not host.startswith("xn--") or any(_plain_hosts(host))


def _valid_label(label: str) -> bool:
    if len(label) > 2 * _LONGEST_LABEL:
        return False
    parts = _SEPARATORS.split(label)
    return sum(map(_encoded_length, parts)) + len(parts) - 1 <= _LONGEST_LABEL


def _encoded_length(label: str) -> int:
    if _PRINTABLE.fullmatch(label):
        return len(label)
    return len("xn--") + len(_joined(label).encode("punycode"))


def _with_scheme(units: str, link: Link) -> Iterator[tuple[int, str]]:
    end = link.end
    if short := _SHORT_LINK.match(units, link.start, end):
        if len(short["slug"]) > _LONGEST_SLUG:
            return
        end = short.end()
        if units.startswith("?", end) and (query := furthest(units, end + 1, _DIALECT.query)) > end + 1:
            end = query
    yield link.start, units[link.start : end]


def _bare(units: str, link: Link) -> Iterator[tuple[int, str]]:
    """Yield the parts of a host without a scheme that are written in Latin letters, the last one with its path.

    X's library looks for each anew by its letters; where they stand in the host twice, the first place counts.
    """
    host = units[link.start : link.host_end]
    names = list(_plain_hosts(host))
    at = 0
    for number, name in enumerate(names, start=1):
        place = host.index(name, at)
        at = place + len(name)
        tail = units[link.host_end : link.end] if link.path and number == len(names) else ""
        yield link.start + place, name + tail


def _plain_hosts(host: str) -> Iterator[str]:
    at = 0
    while labels := _LABELS.search(host, at):
        dots = (dot for dot in range(labels.end() - 1, labels.start(), -1) if host[dot] == ".")
        end = next(filter(None, (top_end(host, dot + 1, _PUNYCODE) for dot in dots)), 0)
        if end:
            yield host[labels.start() : end]
        at = end or labels.end()


def _plain(text: str) -> int:
    total, rest = 0, 0
    for start, end in spans(text):
        total += _letters(text[rest:start]) + _EMOJI_WEIGHT
        rest = end
    return total + _letters(text[rest:])


def _letters(text: str) -> int:
    return len(text) + len(_HEAVY.findall(text))
