"""Media RSS: the media an element speaks of, with thumbnails as posters, credits, alt texts and subtitle tracks.

What stands beside several contents (in the group or the item) holds for each of them; a group is one medium in several
files, of which the best is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from distributor.domain import Captions, FeedMedium
from distributor.intake.html import one_line, text_of_either
from distributor.intake.links import absolute
from distributor.intake.markup import Node
from distributor.intake.media import best, is_torrent, kind_of, mime_of, number, plain_mime, seconds

LONGEST_ALT = 1500
_OF_PICTURES = frozenset(
    {"photographer", "photo", "photography", "picture", "image", "illustrator", "camera", "copyright"}
)
_NO_CREDIT = frozenset({"actor", "guest", "publishing company", "distribution company", "uploader", "language"})


@dataclass(frozen=True, slots=True)
class _Around:
    """What surrounding elements say for the contents inside them."""

    credit: str = ""
    poster: str = ""
    duration: float | None = None
    captions: tuple[Captions, ...] = ()


def media_of(node: Node, *, duration: str = "", poster: str = "") -> list[FeedMedium]:
    """Return the media that ``node`` names through Media RSS, and its thumbnail as a picture where nothing else is one.

    ``duration`` and ``poster`` are what the item says by other means.
    """
    around = _around(node, _Around(duration=seconds(duration), poster=absolute(poster, node.base)))
    media: list[FeedMedium] = []
    for child in node.children():
        if child.name == "media:content":
            media += _content(child, around)
        elif child.name == "media:group":
            media += _group(child, around)
    if not any(medium.kind in {"image", "video"} for medium in media):
        media += _thumbnails(node)
    return media


def credit_of(node: Node) -> str:
    """Return who made the picture, by ``media:credit``: those of pictures first, and never who merely appears."""
    credits = [
        (child.get("role").lower(), text)
        for child in node.all("media:credit")
        if (text := one_line(text_of_either(child.own_text())))
    ]
    of_pictures = [text for role, text in credits if role in _OF_PICTURES]
    others = [text for role, text in credits if role not in _NO_CREDIT]
    return next(iter(of_pictures + others), "") or one_line(text_of_either(node.text("media:copyright")))


def enclosure(
    url: str,
    mime: str,
    *,
    base: str = "",
    duration: str = "",
    poster: str = "",
    captions: Sequence[Captions] = (),
) -> list[FeedMedium]:
    """Return the medium behind an enclosure; none where it is a torrent or no http(s) address."""
    address, plain = absolute(url, base), plain_mime(mime)
    if not address or is_torrent(address, plain):
        return []
    kind = kind_of(address, plain)
    moving = kind in {"video", "audio"}
    return [
        FeedMedium(
            url=address,
            kind=kind,
            mime=plain or mime_of(address),
            duration=seconds(duration) if moving else None,
            poster=absolute(poster, base) if moving else "",
            captions=tuple(captions) if moving else (),
        )
    ]


def transcripts_of(node: Node) -> list[Captions]:
    """Return the transcripts of Podcasting 2.0 that carry times and so serve as captions."""
    return [
        Captions(url, child.get("language"))
        for child in node.all("podcast:transcript")
        if plain_mime(child.get("type")) in {"text/vtt", "application/srt", "application/x-subrip", "text/srt"}
        and (url := absolute(child.get("url"), child.base))
    ]


def _around(node: Node, before: _Around) -> _Around:
    thumbnail = next((url for child in node.all("media:thumbnail") if (url := _thumbnail(child))), "")
    tracks = tuple(
        Captions(url, child.get("lang"))
        for child in node.all("media:subtitle")
        if (url := absolute(child.get("href") or child.get("url"), child.base))
    )
    return _Around(
        credit=credit_of(node) or before.credit,
        poster=thumbnail or before.poster,
        duration=seconds(node.get("duration")) or before.duration,
        captions=tracks or tuple(transcripts_of(node)) or before.captions,
    )


def _group(group: Node, before: _Around) -> list[FeedMedium]:
    around = _around(group, before)
    alternatives = [medium for child in group.all("media:content") for medium in _content(child, around)]
    chosen = best(medium for medium in alternatives if medium.kind == "video")
    picture = best(medium for medium in alternatives if medium.kind == "image")
    if chosen is not None and picture is not None:
        return [replace(chosen, poster=chosen.poster or picture.url)]
    if chosen is None and picture is None:
        chosen = best(alternatives)
        return [
            *([chosen] if chosen else []),
            *(_thumbnails(group) if chosen is None or chosen.kind == "other" else []),
        ]
    only = chosen or picture
    return [only] if only and only.alt is not None else [replace(only, alt=_alt(group, only.kind))] if only else []


def _content(content: Node, before: _Around) -> list[FeedMedium]:
    around = _around(content, before)
    mime = plain_mime(content.get("type"))
    url = absolute(content.get("url"), content.base)
    player = content.first("media:player")
    if not url and player is not None:
        # A video that only its own page can play: named, so that its poster and its link can be used.
        url, mime = absolute(player.get("url"), player.base), "text/html"
    if not url or is_torrent(url, mime):
        return []
    kind = kind_of(url, "" if mime == "text/html" else mime, content.get("medium"))
    moving = kind in {"video", "audio"}
    return [
        FeedMedium(
            url=url,
            kind=kind,
            mime=mime or mime_of(url),
            width=number(content.get("width")) or None,
            height=number(content.get("height")) or None,
            duration=around.duration if moving else None,
            alt=_alt(content, kind),
            credit=around.credit,
            captions=around.captions if moving else (),
            poster=around.poster if moving else "",
        )
    ]


def _alt(node: Node, kind: str) -> str | None:
    """Return what the feed says a picture shows; what it says of a video is the video's text and no alt text."""
    if kind != "image":
        return None
    said = node.text("media:description") or node.text("media:title")
    return one_line(text_of_either(said))[:LONGEST_ALT] or None


def _thumbnails(node: Node) -> list[FeedMedium]:
    thumbnails = [
        FeedMedium(
            url=url,
            kind="image",
            mime=mime_of(url),
            width=number(child.get("width")) or None,
            height=number(child.get("height")) or None,
            credit=credit_of(node),
        )
        for child in node.all("media:thumbnail")
        if (url := _thumbnail(child))
    ]
    largest = max(thumbnails, key=lambda medium: medium.width or 0, default=None)
    return [largest] if largest else []


def _thumbnail(node: Node) -> str:
    return absolute(node.get("url") or node.own_text(), node.base)
