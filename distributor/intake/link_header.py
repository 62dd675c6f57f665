"""The HTTP header ``Link`` (RFC 8288): addresses with what they are. Pure, linear in the header's length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from distributor.intake.links import absolute

LONGEST = 16_384
MOST_LINKS = 100

_BLANK = " \t"
_TOKEN_END = frozenset(' \t=;,"')


@dataclass(frozen=True, slots=True)
class WebLink:
    """One link: its absolute address, what it is (``rels``, lower case) and its other parameters by name."""

    address: str
    rels: frozenset[str]
    more: Mapping[str, str] = field(default_factory=dict)


def links_in(header: str, base: str) -> list[WebLink]:
    """Return the links with an http(s) address; what is malformed ends the reading."""
    found: list[WebLink] = []
    reader = _Reader(header[:LONGEST])
    while len(found) < MOST_LINKS and reader.past("<, \t"):
        target = reader.until(">")
        if target is None:
            break
        parameters = reader.parameters()
        address = absolute(target, base)
        if address:
            found.append(WebLink(address, frozenset(parameters.pop("rel", "").lower().split()), parameters))
    return found


class _Reader:
    """Goes through a header once, from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0

    def past(self, signs: str) -> bool:
        """Go past commas and blanks, and the ``<`` that must follow; False where there is none."""
        while self._peek() in signs[1:] and self._peek():
            self._place += 1
        if self._peek() != signs[0]:
            return False
        self._place += 1
        return True

    def until(self, sign: str) -> str | None:
        """Return what comes before the sign and go past it; None where it does not come."""
        end = self._text.find(sign, self._place)
        if end < 0:
            return None
        taken = self._text[self._place : end]
        self._place = end + 1
        return taken

    def parameters(self) -> dict[str, str]:
        """Return the parameters up to the next link; of one named twice the first counts."""
        found: dict[str, str] = {}
        while True:
            self._blanks()
            if self._peek() != ";":
                return found
            self._place += 1
            self._blanks()
            name = self._token().lower()
            self._blanks()
            value = ""
            if self._peek() == "=":
                self._place += 1
                self._blanks()
                value = self._quoted() if self._peek() == '"' else self._token()
            if name:
                found.setdefault(name, value)

    def _peek(self) -> str:
        return self._text[self._place : self._place + 1]

    def _blanks(self) -> None:
        while self._peek() in _BLANK and self._peek():
            self._place += 1

    def _token(self) -> str:
        start = self._place
        while self._peek() and self._peek() not in _TOKEN_END:
            self._place += 1
        return self._text[start : self._place]

    def _quoted(self) -> str:
        self._place += 1
        taken: list[str] = []
        while (sign := self._peek()) and sign != '"':
            if sign == "\\":
                self._place += 1
                sign = self._peek()
            taken.append(sign)
            self._place += 1
        self._place += 1
        return "".join(taken)
