"""What portals put under every entry and nobody wants in a post: where it first appeared, and "read more"."""

from __future__ import annotations

import re

MOST_LINES = 6
"""Such lines at the end of one text that are taken away."""

_LONGEST = 600

# What the WordPress extension Yoast SEO adds to every entry (its option "rssafter", in English and German).
_FIRST_APPEARED = tuple(
    re.compile(rf"{opening} [^\n]{{1,{_LONGEST}}} {middle} [^\n]{{1,{_LONGEST}}}\Z")
    for opening, middle in (
        (r"Der (?:Beitrag|Artikel)", r"(?:erschien|ist) zuerst (?:auf|bei)"),
        (r"The post", r"(?:first appeared|appeared first) on"),
    )
)
_OPENINGS = ("Der Beitrag ", "Der Artikel ", "The post ")

_MORE = (
    r"(?:weiter ?lesen|mehr lesen|mehr erfahren|jetzt lesen|zum (?:ganzen )?(?:beitrag|artikel)"
    r"|(?:den )?(?:ganzen|vollständigen) (?:beitrag|artikel) lesen|read more|continue reading|keep reading"
    r"|read (?:the )?(?:full|whole|rest)(?: of the| of this)?(?: article| entry| post| story)?)"
)
# The words alone with signs around them, or before the entry's title.
_MORE_LINE = re.compile(
    rf"[\W_]{{0,6}}(?:{_MORE}|(?:weiterlesen|read more|continue reading)"
    r"(?:\s?[:→»›>–|-]\s?|\s(?=[„“\"«»']))[^\n]{1,200})"
    r"[\W_]{0,6}",
    re.IGNORECASE,
)
_MORE_AT_END = re.compile(rf"(?:…|\[\.\.\.\]|\.\.\.|\[…\])[\W_]{{0,6}}{_MORE}[\W_]{{0,6}}\Z", re.IGNORECASE)


def without_boilerplate(text: str) -> str:
    """Return a plain text without the lines at its end that belong to the portal and not to the entry."""
    for _ in range(MOST_LINES if text else 0):
        shorter = _shorter(text)
        if shorter == text:
            break
        text = shorter
    return text


def _shorter(text: str) -> str:
    begin = max(0, len(text) - 3 * _LONGEST)
    tail = text[begin:]
    last = tail.rpartition("\n")[2]
    if _MORE_LINE.fullmatch(last):
        return text[: len(text) - len(last)].rstrip()
    opening = max(last.rfind(word) for word in _OPENINGS)
    if opening >= 0 and any(pattern.match(last, opening) for pattern in _FIRST_APPEARED):
        return text[: len(text) - len(last) + opening].rstrip()
    cut = _MORE_AT_END.search(last)
    return f"{text[: len(text) - len(last) + cut.start()].rstrip()} …".lstrip() if cut else text
