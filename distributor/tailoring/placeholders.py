"""Placeholders of a channel text: how a text takes its values in. Which values there are stands in ``values``.

``{{name}}`` is filled or stays visible, which blocks the post. ``{{name?}}`` may be empty: then its line goes, and with
its last line the part. A name with a capital (``{{kjc.Bei}}``) begins with one. Of two marks that meet one stays:
"bei der MainArbeit." ends its sentence with its own dot, and gives it up before a comma or a question mark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

LEFT = re.compile(r"\{\{[^{}\n]{0,80}\}\}")
"""A placeholder that nobody filled."""

_ENDINGS = "de|eu|com|net|org|info"
ADDRESS = re.compile(
    r"https?://[^\s<>\"“”„]+|\bwww\.[^\s<>\"“”„]+"
    rf"|(?<![\w@.#/-])(?-i:(?:[a-zäöüßA-ZÄÖÜ][a-zäöüßA-ZÄÖÜ0-9-]{{1,62}}\.){{1,4}}(?:{_ENDINGS})"
    rf"|(?:[A-ZÄÖÜ][A-ZÄÖÜ0-9-]{{1,62}}\.){{1,4}}(?:{_ENDINGS.upper()}))(?![\w@-]|\.\w)"
    r"(?:/[^\s<>\"“”„]*)?",
    re.IGNORECASE,
)
"""An address that stands in the text itself.

Without scheme and "www." it is one with a common ending in small letters, or in capitals throughout: "jobcenter.de" and
"Jobcenter-Fulda.de", neither "z.B.zur" nor "endet.Info" nor an e-mail address. Networks link these, too.
"""

_MAY_HOLD_ONE = re.compile(r"(?<!\S)[^\s.:]*+[.:]\S++")
"""A word with a dot or a colon inside: every address is part of one, and they are found far sooner."""

CLOSED = re.compile(r"[.!?…][“”\"»«)]*\Z")
"""The end of a whole sentence."""

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z][\w.]*)\s*(\?)?\s*\}\}(\.(?!\.)|[,;:!?])?")
_NAMES = "kjc."


Placeholder = tuple[str, str, str]
"""As it was written, its name, and the mark that follows it."""
Line = tuple[tuple[str, ...], tuple[str | Placeholder, ...]]
"""The names of a line's optional placeholders, and the line as words and placeholders in turn."""


def addresses(text: str) -> list[str]:
    """Return the addresses that stand in ``text``, in reading order."""
    return [address for word in _MAY_HOLD_ONE.findall(text) for address in ADDRESS.findall(word)]


def without_addresses(text: str) -> str:
    """Return ``text`` with a blank for each address in it."""
    return _MAY_HOLD_ONE.sub(lambda word: ADDRESS.sub(" ", word[0]), text)


def resolve(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with its placeholders filled; lines whose optional placeholder is empty are left out."""
    lines = [
        "".join([piece if isinstance(piece, str) else _filled(piece, values) for piece in pieces])
        for optional, pieces in _lines(text)
        if not optional or all(_value(name, values) != "" for name in optional)
    ]
    return "\n".join(lines).strip()


@lru_cache(maxsize=512)
def _lines(text: str) -> tuple[Line, ...]:
    """Take a text apart. One channel text is filled for hundreds of accounts."""
    return tuple(_line(line) for line in text.strip().split("\n"))


def _line(line: str) -> Line:
    optional: list[str] = []
    pieces: list[str | Placeholder] = []
    rest = 0
    for match in _PLACEHOLDER.finditer(line):
        optional += [match[1]] if match[2] else []
        pieces += [line[rest : match.start()], (match[0], match[1], match[3] or "")]
        rest = match.end()
    return tuple(optional), (*pieces, line[rest:])


def _value(name: str, values: Mapping[str, str]) -> str | None:
    """Return the named value, None where no such placeholder exists."""
    if name in values:
        return values[name]
    head, dot, last = name.rpartition(".")
    value = values.get(f"{head}{dot}{last[:1].lower()}{last[1:]}")
    return None if value is None else value[:1].upper() + value[1:]


def _filled(placeholder: Placeholder, values: Mapping[str, str]) -> str:
    written, name, mark = placeholder
    value = _value(name, values)
    if not value:
        return written
    if mark == ".":
        return value if CLOSED.search(value) else f"{value}."
    if mark and name.startswith(_NAMES):
        value = value.removesuffix(".")
    return value + mark
