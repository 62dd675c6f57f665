"""Placeholders of a channel text: how a text takes its values in. Which values there are stands in ``values``.

``{{name}}`` is filled or stays visible, which blocks the post. ``{{name?}}`` may be empty: then its line goes, and with
its last line the part. A name with a capital (``{{kjc.Bei}}``) begins with one. Of two marks that meet one stays:
"bei der MainArbeit." ends its sentence with its own dot, and gives it up before a comma or a question mark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

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

CLOSED = re.compile(r"[.!?…][“”\"»«)]*\Z")
"""The end of a whole sentence."""

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z][\w.]*)\s*(\?)?\s*\}\}(\.(?!\.)|[,;:!?])?")
_NAMES = "kjc."


def resolve(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with its placeholders filled; lines whose optional placeholder is empty are left out."""
    lines: list[str] = []
    for line in text.strip().split("\n"):
        matches = list(_PLACEHOLDER.finditer(line))
        if any(match[2] and _value(match[1], values) == "" for match in matches):
            continue
        lines.append(_PLACEHOLDER.sub(lambda match: _filled(match, values), line))
    return "\n".join(lines).strip()


def _value(name: str, values: Mapping[str, str]) -> str | None:
    """Return the named value, None where no such placeholder exists."""
    if name in values:
        return values[name]
    head, dot, last = name.rpartition(".")
    value = values.get(f"{head}{dot}{last[:1].lower()}{last[1:]}")
    return None if value is None else value[:1].upper() + value[1:]


def _filled(match: re.Match[str], values: Mapping[str, str]) -> str:
    value = _value(match[1], values)
    if not value:
        return match[0]
    mark = match[3] or ""
    if mark == ".":
        return value if CLOSED.search(value) else f"{value}."
    if mark and match[1].startswith(_NAMES):
        value = value.removesuffix(".")
    return value + mark
