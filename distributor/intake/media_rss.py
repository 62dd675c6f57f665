"""Media RSS: the media an element speaks of, with posters, credits, rights, alt texts, transcripts and subtitle tracks.

What stands beside several contents (in the group or the item) holds for each of them; a group is one medium in several
files, of which the best is taken. Source: https://www.rssboard.org/media-rss (1.5.1, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from distributor.domain import Captions, FeedMedium, MediumKind
from distributor.intake.html import one_line, text_of_either
from distributor.intake.links import absolute
from distributor.intake.markup import Node
from distributor.intake.media import best, is_torrent, kind_of, mime_of, number, plain_mime, seconds

LONGEST_ALT = 1500
LONGEST_TRANSCRIPT = 100_000
"""Characters; two hours of speech have about as many."""

MOST_CONTENTS = 200
"""Contents of one item or group that are looked at, of which fewer are kept."""

MOST_CREDITS = 20
MOST_PARTS = 2000
"""Pieces that one transcript comes in, each with its time."""

MOST_TRACKS = 40
"""Subtitle tracks of one medium; the Union's languages are 24."""

_OF_PICTURES = frozenset(
    {"photographer", "photo", "photography", "picture", "image", "illustrator", "camera", "copyright"}
)
_NO_CREDIT = frozenset({"actor", "guest", "publishing company", "distribution company", "uploader", "language"})
_TIMED = frozenset({"text/vtt", "application/x-subrip", "application/json"})
_MOVING: frozenset[MediumKind] = frozenset({"video", "audio"})


@dataclass(frozen=True, slots=True)
class _Around:
    """What surrounding elements say for the contents inside them."""

    credit: str = ""
    rights: str = ""
    licence: str = ""
    poster: str = ""
    duration: float | None = None
    captions: tuple[Captions, ...] = ()
    transcript: str = ""


def media_of(node: Node, *, duration: str = "", poster: str = "") -> list[FeedMedium]:
    """Return the media that ``node`` names through Media RSS, and its thumbnail as a picture where nothing else is one.

    ``duration`` and ``poster`` are what the item says by other means.
    """
    if not any(name.startswith("media:") for name in node.names()):
        return []
    around = _around(node, _Around(duration=seconds(duration), poster=absolute(poster, node.base)))
    media: list[FeedMedium] = []
    named = (child for child in node.children() if child.name in {"media:content", "media:group"})
    for child in islice(named, MOST_CONTENTS):
        if child.name == "media:content":
            media += _content(child, around)
        else:
            media += _group(child, around)
    if not media and node.first("media:player") is not None:
        media = _content(node, _Around(duration=seconds(duration), poster=around.poster))
    if not any(medium.kind in {"image", "video"} for medium in media):
        media += _thumbnail(node)
    return media


def credit_of(node: Node) -> str:
    """Return who made the picture, by ``media:credit``: those of pictures first, and never who merely appears."""
    credits = [
        (child.get("role").lower(), text)
        for child in node.all("media:credit")[:MOST_CREDITS]
        if (text := _line(child.own_text()))
    ]
    of_pictures = [text for role, text in credits if role in _OF_PICTURES]
    others = [text for role, text in credits if role not in _NO_CREDIT]
    makers = dict.fromkeys(of_pictures or others)
    return ", ".join(makers) or _line(node.text("media:copyright"))


def topics_of(node: Node) -> list[str]:
    """Return the keywords and categories that the element or its groups are filed under."""
    holders = [node, *node.all("media:group")]
    keywords = [word for holder in holders for text in holder.texts("media:keywords") for word in text.split(",")]
    return keywords + [
        category.get("label") or category.own_text() for holder in holders for category in holder.all("media:category")
    ]


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
    moving = kind in _MOVING
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


def picture(url: str, *, base: str = "") -> list[FeedMedium]:
    """Return the picture at an address that the feed gives as one; none where it is no http(s) address."""
    address = absolute(url, base)
    return [FeedMedium(url=address, kind="image", mime=mime_of(address))] if address else []


def transcripts_of(node: Node) -> list[Captions]:
    """Return the transcripts of Podcasting 2.0 that carry times and so serve as captions.

    Source: https://github.com/Podcastindex-org/podcast-namespace, docs/examples/transcripts/transcripts.md (2026-11).
    """
    return [
        Captions(url, child.get("language"), mime)
        for child in node.all("podcast:transcript")[:MOST_TRACKS]
        if (mime := plain_mime(child.get("type")) or mime_of(child.get("url"))) in _TIMED
        and (url := absolute(child.get("url"), child.base))
    ]


def _around(node: Node, before: _Around) -> _Around:
    if not node.children() and not node.get("duration"):
        return before
    tracks = {track.url: track for track in (*_subtitles(node), *transcripts_of(node), *before.captions)}
    thumbnail = _largest(node)
    return _Around(
        credit=credit_of(node) or before.credit,
        rights=_rights(node) or before.rights,
        licence=_licence(node) or before.licence,
        poster=_address(thumbnail) if thumbnail else before.poster,
        duration=seconds(node.get("duration")) or before.duration,
        captions=tuple(tracks.values())[:MOST_TRACKS],
        transcript=_transcript(node) or before.transcript,
    )


def _subtitles(node: Node) -> list[Captions]:
    return [
        Captions(url, child.get("lang"), plain_mime(child.get("type")) or mime_of(url))
        for child in node.all("media:subtitle")[:MOST_TRACKS]
        if (url := absolute(child.get("href") or child.get("url"), child.base))
    ]


def _rights(node: Node) -> str:
    """Return the notice of whose the medium is; where there is none, whether it is official or a visitor's."""
    notice = node.first("media:copyright")
    said = _with_address(notice, "url") if notice else ""
    rights = node.first("media:rights")
    return said or (_line(rights.own_text()) or _line(rights.get("status")) if rights else "")


def _licence(node: Node) -> str:
    licence = node.first("media:license")
    return _with_address(licence, "href") if licence else ""


def _with_address(node: Node, attribute: str) -> str:
    words, address = _line(node.own_text()), absolute(node.get(attribute), node.base)
    return f"{words} ({address})" if words and address else words or address


def _transcript(node: Node) -> str:
    parts = (text_of_either(part.own_text()[:LONGEST_TRANSCRIPT]) for part in node.all("media:text")[:MOST_PARTS])
    return "\n".join(part for part in parts if part)[:LONGEST_TRANSCRIPT]


def _line(text: str) -> str:
    return one_line(text_of_either(text[:LONGEST_ALT]))


def _group(group: Node, before: _Around) -> list[FeedMedium]:
    around = _around(group, before)
    alternatives = [
        medium for child in group.all("media:content")[:MOST_CONTENTS] for medium in _content(child, around)
    ]
    chosen = best(medium for medium in alternatives if medium.kind == "video")
    picture = best(medium for medium in alternatives if medium.kind == "image")
    if chosen is not None and picture is not None:
        return [replace(chosen, poster=chosen.poster or picture.url)]
    if chosen is None and picture is None:
        chosen = best(alternatives)
        thumbnail = _thumbnail(group) if chosen is None or chosen.kind == "other" else []
        return [*([chosen] if chosen else []), *thumbnail]
    only = chosen or picture
    return [only] if only and only.alt is not None else [replace(only, alt=_alt(group, only.kind))] if only else []


def _content(content: Node, before: _Around) -> list[FeedMedium]:
    around = _around(content, before)
    mime = plain_mime(content.get("type"))
    url = absolute(content.get("url"), content.base)
    player = content.first("media:player")
    medium = content.get("medium")
    if not url and player is not None:
        # A video that only its own page can play: named, so that its poster and its link can be used.
        url, mime, medium = absolute(player.get("url"), player.base), "text/html", medium or "video"
    if not url or is_torrent(url, mime):
        return []
    kind = kind_of(url, "" if mime == "text/html" else mime, medium)
    moving = kind in _MOVING
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
            rights=around.rights,
            licence=around.licence,
            transcript=around.transcript if moving else "",
        )
    ]


def _alt(node: Node, kind: str) -> str | None:
    """Return what the feed says a picture shows; what it says of a video is the video's text and no alt text."""
    if kind != "image":
        return None
    said = node.text("media:description") or node.text("media:title")
    return _line(said) or None


def _thumbnail(node: Node) -> list[FeedMedium]:
    """Return the largest thumbnail as a picture, if there is any."""
    child = _largest(node)
    if child is None:
        return []
    url = _address(child)
    return [
        FeedMedium(
            url=url,
            kind="image",
            mime=mime_of(url),
            width=number(child.get("width")) or None,
            height=number(child.get("height")) or None,
            credit=credit_of(node),
            rights=_rights(node),
            licence=_licence(node),
        )
    ]


def _largest(node: Node) -> Node | None:
    """Return the largest thumbnail that has an address; of equals the first, which matters most."""
    usable = (child for child in node.all("media:thumbnail")[:50] if _address(child))
    return max(usable, key=lambda child: number(child.get("width")) or 0, default=None)


def _address(thumbnail: Node) -> str:
    return absolute(thumbnail.get("url") or thumbnail.own_text(), thumbnail.base)
