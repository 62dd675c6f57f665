"""Where links stand in a text, by the grammar of twitter-text, which X and Mastodon share. Pure; it measures nothing.

A link is a host whose top-level domain the library knows, with or without a scheme before it and a port, a path and a
query after it. What each network does its own way (the signs of a host, of a path, of a query) is a :class:`Dialect`.
The library tries every beginning against the whole rest of the text; here hosts are found from their ends, every sign
is read a bounded number of times, and the time is linear in the text.

The grammar: https://github.com/twitter/twitter-text (version 3.1.0, read 2026-11-22). The names of top-level domains
in ``_top_level_domains.txt`` are those of that version: the root zone (https://data.iana.org/TLD/) of its day. A
domain delegated since is no link for either network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LATIN = (
    r"À-ÖØ-öø-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b\u02bb\u0300-\u036fḀ-ỿ"
    r"\u0260\u0269\u0275\u0280\u0283\u0288\u028a\u028c\u0292\u0399\u03b9\u1fbe\u2c65\u2c66\u2c7e\u2c7f"
)
"""Accented Latin letters and combining accents, then their other cases, which the library lets in as well."""
SPACES = r"\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
MARKS = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\ufeff\uffff"
"""Directional marks, and signs that no post may hold."""

_NAMES = (Path(__file__).parent / "_top_level_domains.txt").read_text("utf-8").split()
_ASCII_NAMES = frozenset(name for name in _NAMES if name.isascii())
_OTHER_NAMES = "|".join(sorted((name for name in _NAMES if not name.isascii()), key=len, reverse=True))
_ASCII_TOP = re.compile(r"[a-zA-Z0-9]++(?![@+\-])")
_OTHER_TOP = re.compile(rf"(?i:{_OTHER_NAMES})(?![a-zA-Z0-9@+\-])")
_NOT_BEFORE = re.compile(r"[a-zA-Z0-9@＠$#＃\ufffe\ufeff\uffff]")
_PORT = re.compile(r":[0-9]++")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a network does its own way.

    ``host`` is a run of labels and dots, ``punycode`` a top-level domain in that spelling. ``path`` and ``query`` are
    one step of what follows ``/`` and ``?``, under the name ``last`` where the link may end after it.
    """

    scheme: re.Pattern[str]
    host: re.Pattern[str]
    punycode: re.Pattern[str]
    path: re.Pattern[str]
    query: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Link:
    """Offsets of a link and of its host; without a scheme both begin together. ``path`` tells whether it has one."""

    start: int
    host: int
    host_end: int
    end: int
    path: bool


def found(text: str, dialect: Dialect) -> Iterator[Link]:
    """Yield what has the form of a link, in order, disjoint, with at least one sign between two of them."""
    hosts = _hosts(text, dialect)
    starts = {scheme.start(): scheme.end() for scheme in dialect.scheme.finditer(text) if scheme.end() in hosts}
    starts |= {host: host for host in hosts}
    may_begin = [start for start in sorted(starts) if start == 0 or not _NOT_BEFORE.match(text, start - 1)]
    if may_begin[:2] == [0, 1]:
        del may_begin[0]  # the library rather takes the first sign for what stands before the link
    at = 0
    for start in may_begin:
        if at == 0 or start > at:
            link = _link(text, start, starts[start], hosts[starts[start]], dialect)
            at = link.end
            yield link


def top_end(text: str, at: int, punycode: re.Pattern[str]) -> int:
    """Return where the top-level domain ends that begins at ``at``, or 0 where none does."""
    if not text[at : at + 1].isalnum():
        return 0  # most dots end a sentence
    if (match := _ASCII_TOP.match(text, at)) and match[0].lower() in _ASCII_NAMES:
        return match.end()
    match = _OTHER_TOP.match(text, at) or punycode.match(text, at)
    return match.end() if match else 0


def furthest(text: str, at: int, step: re.Pattern[str]) -> int:
    """Return the end of the last step from ``at`` on after which a link may end; ``at`` where there is none."""
    end = at
    while match := step.match(text, at):
        at = match.end()
        if match.lastgroup == "last":
            end = at
    return end


def _hosts(text: str, dialect: Dialect) -> dict[int, int]:
    """Return for each offset where a host may begin where it ends: as far to the right as can be."""
    ends: dict[int, int] = {}
    for run in _dotted(text, dialect.host):
        dot = text.rfind(".", run.start(), run.end())
        while dot > run.start():
            label = max(text.rfind(".", run.start(), dot) + 1, run.start())
            if text[dot - 1] not in "._-":
                _add_label(text, label, dot, dialect, ends)
            dot = label - 1
    return ends


def _dotted(text: str, host: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Yield the runs in words with a dot inside; no run spans a blank, and a dot before one has no domain after it."""
    at = 0
    for word in text.split(" "):
        if word.find(".", 0, -1) >= 0:
            yield from host.finditer(text, at, at + len(word))
        at += len(word) + 1


def _add_label(text: str, label: int, dot: int, dialect: Dialect, ends: dict[int, int]) -> None:
    """Note the hosts that begin within this label; what lies right of its dot is noted already."""
    end = ends.get(dot + 1)
    if end is None:
        end = top_end(text, dot + 1, dialect.punycode)
        label = max(label, text.rfind("_", label, dot) + 1)
    if end:
        ends.update((at, end) for at in range(label, dot) if text[at] not in "_-")


def _link(text: str, start: int, host: int, host_end: int, dialect: Dialect) -> Link:
    port = _PORT.match(text, host_end)
    end = port.end() if port else host_end
    path = text.startswith("/", end)
    if path:
        end = furthest(text, end + 1, dialect.path)
    if text.startswith("?", end) and (query := furthest(text, end + 1, dialect.query)) > end + 1:
        end = query
    return Link(start, host, host_end, end, path)
