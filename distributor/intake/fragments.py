"""Parts of an HTML fragment that are no text: captions of pictures, frames, scripts, comments that nobody closed.

And what is text although a parser would lose it: what looks like a declaration, or stands in a frame or a formula. All
is found by the tags alone, in linear time, so that a parser's idea of where they end does not swallow the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_RAW = re.compile(r"<(/?)(iframe|script|style)\b[^<>]*>", re.IGNORECASE)
# What stands in a frame for browsers that show none, and tells to get another.
_ABOUT_FRAMES = re.compile(r"\b(?:browser|i?frames?)", re.IGNORECASE)
_SECTION = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
# An exclamation mark opens comments, document types and Microsoft's conditions; HTML drops what else it might open.
_NO_DECLARATION = re.compile(r"<!(?!--|doctype\b[^<>]{0,1000}>|\[(?:if|else|endif)\b)", re.IGNORECASE)
_FORMULA = re.compile(
    r"</?m(?:ath|[inos]|text|row|frac|sqrt|root|style|fenced|table|t[rd]|sub(?:sup)?|sup|under(?:over)?|over)\b[^<>]*>",
    re.IGNORECASE,
)
_OPEN_COMMENT = re.compile(r"<!--[^>]*>?")
_FIGURE_PART = re.compile(r"<(/?)(figure|figcaption)\b[^<>]*>|<(img|blockquote|table|pre)\b", re.IGNORECASE)


def without_what_is_no_text(html: str) -> str:
    """Return the fragment without these parts."""
    closed = _with_comments_closed(_NO_DECLARATION.sub("&lt;!", _without_section_marks(html)))
    lowered = closed.lower()
    if "<math" in lowered:
        closed = _FORMULA.sub("", closed)
    text = _without_raw(closed) if any(f"<{name}" in lowered for name in ("iframe", "script", "style")) else closed
    return _without_picture_captions(text) if "<figure" in lowered else text


@dataclass(slots=True)
class _Figure:
    """What is open inside a ``figure``: the places of its captions, and whether it shows a picture or words."""

    captions: list[tuple[int, int]] = field(default_factory=list)
    pictures: bool = False
    words: bool = False
    caption_from: int = -1


def _without_picture_captions(html: str) -> str:
    """Return the fragment without the captions of pictures, which are no part of the text; those of quotes stay."""
    open_figures: list[_Figure] = []
    dropped: list[tuple[int, int]] = []
    for match in _FIGURE_PART.finditer(html):
        closing, part, inside = match.group(1), (match.group(2) or "").lower(), (match.group(3) or "").lower()
        if part == "figure" and not closing:
            open_figures.append(_Figure())
        elif not open_figures:
            continue
        elif part == "figure":
            done = open_figures.pop()
            dropped += done.captions if done.pictures and not done.words else []
            if open_figures:
                open_figures[-1].pictures |= done.pictures
                open_figures[-1].words |= done.words
        elif part and not closing:
            open_figures[-1].caption_from = match.start()
        elif part and open_figures[-1].caption_from >= 0:
            open_figures[-1].captions.append((open_figures[-1].caption_from, match.end()))
            open_figures[-1].caption_from = -1
        elif inside == "img":
            open_figures[-1].pictures = True
        elif inside:
            open_figures[-1].words = True
    return _without(html, sorted(dropped))


def _without_section_marks(html: str) -> str:
    """Return the fragment with what stands in CDATA sections, which HTML does not know and feeds nest by mistake."""
    return _SECTION.sub(r"\1", html) if "]]>" in html else html


def _with_comments_closed(html: str) -> str:
    """Return the fragment without a comment that nobody closed, which would else hide all that follows."""
    end = html.rfind("-->")
    return html[: end + 1] + _OPEN_COMMENT.sub("", html[end + 1 :])


def _without_raw(html: str) -> str:
    """Return the fragment without scripts, styles and frames, and what in these tells old browsers that they are.

    A frame that is never closed, as XHTML wrote it (``<iframe/>``), would else hide all that follows.
    """
    ranges: list[tuple[int, int]] = []
    opened: re.Match[str] | None = None
    for match in _RAW.finditer(html):
        if match.group(1):
            if opened is not None and opened.group(2).lower() == match.group(2).lower():
                ranges += _ranges(html, opened, match)
                opened = None
        elif opened is None or opened.group(2).lower() == "iframe":
            ranges += [opened.span()] if opened is not None else []
            opened = match
    if opened is not None and opened.group(2).lower() == "iframe":
        ranges.append(opened.span())
    return _without(html, ranges)


def _ranges(html: str, opened: re.Match[str], closed: re.Match[str]) -> list[tuple[int, int]]:
    """Return what goes of such an element: all of it, or of a frame with real text its tags alone."""
    real = opened.group(2).lower() == "iframe" and not _ABOUT_FRAMES.search(html, opened.end(), closed.start())
    return [opened.span(), closed.span()] if real else [(opened.start(), closed.end())]


def _without(text: str, ranges: list[tuple[int, int]]) -> str:
    pieces, place = [], 0
    for start, end in ranges:
        pieces.append(text[place:start])
        place = max(place, end)
    return "".join((*pieces, text[place:]))
