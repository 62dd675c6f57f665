"""A post as its channel would show it, as plain values for the template: the text up to the fold and beyond, links that
lead somewhere, the card, the counter. Pure; which channel it is follows only from its declared ``Look`` and ``Limits``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from connectors._choices import limits_of
from connectors.base import Connector, Look
from distributor.tailoring.graphemes import split

_SPECIAL = re.compile(r"(?P<link>https?://[^\s<>\"]+[^\s<>\".,;:!?)\]}’”“])|(?P<tag>(?<![\w&])#\w+)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text. ``href`` is set where the channel makes it clickable; ``tag`` marks a hashtag."""

    text: str
    href: str = ""
    tag: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, or a video, as the preview needs it."""

    sha256: str
    alt: str
    width: int
    height: int
    mime: str = "image/jpeg"

    @property
    def film(self) -> bool:
        """Tell whether this is a video."""
        return self.mime.startswith("video/")

    @property
    def upright(self) -> bool:
        """Tell whether it is higher than wide: then the network lays its own text and buttons over it."""
        return self.height > self.width


@dataclass(frozen=True, slots=True)
class Card:
    """The box a channel makes of a link: the page's title and its host."""

    title: str
    host: str
    href: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What the template shows. ``rest`` is what hides behind "… mehr"; ``length`` and ``limit`` count in ``unit``."""

    heading: str
    shown: tuple[Piece, ...]
    rest: tuple[Piece, ...]
    pictures: tuple[Picture, ...]
    pictures_first: bool
    card: Card | None
    length: int
    limit: int
    unit: str


def preview(post: Mapping[str, Any], connector: Connector) -> Preview:
    """Return the preview of a post as ``views.post_show`` gives it."""
    look, text = connector.look, post["text"]
    limits = limits_of(connector, post.get("form", "feed"), post.get("options", {}))
    cut = fold_at(text, look.fold)
    pictures = tuple(Picture(m["sha256"], m["alt"], m["width"], m["height"], m["mime"]) for m in post["media"])
    return Preview(
        heading=post["heading"] if look.heading else "",
        shown=pieces(text[:cut], look),
        rest=pieces(text[cut:].lstrip(), look),
        pictures=pictures,
        pictures_first=look.picture_first,
        card=_card(post["title"], post["link"], look, pictures),
        length=limits.measure(text),
        limit=limits.text,
        unit=limits.unit,
    )


def fold_at(text: str, fold: int) -> int:
    """Return the offset at which the channel cuts the text: at a blank before the fold, else at a whole character."""
    clusters = split(text)
    if len(clusters) <= fold:
        return len(text)
    cut = len("".join(clusters[:fold]))
    blank = max(text.rfind(" ", 0, cut + 1), text.rfind("\n", 0, cut + 1))
    return blank if blank > cut // 2 else cut


def pieces(text: str, look: Look) -> tuple[Piece, ...]:
    """Part the text into plain runs, links and hashtags; only http and https addresses ever become links."""
    found: list[Piece] = []
    at = 0
    for match in _SPECIAL.finditer(text):
        if match.start() > at:
            found.append(Piece(text[at : match.start()]))
        if match["tag"]:
            found.append(Piece(match[0], tag=True))
        else:
            found.append(Piece(match[0], href=match[0] if look.links_click else ""))
        at = match.end()
    if at < len(text):
        found.append(Piece(text[at:]))
    return tuple(found)


def _card(title: str, link: str, look: Look, pictures: Sequence[Picture]) -> Card | None:
    if not look.card or (pictures and not look.heading) or not is_web_address(link):
        return None
    return Card(title, urlsplit(link).hostname or "", link)


def is_web_address(address: str) -> bool:
    """Tell whether the address is one a browser may be sent to."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
