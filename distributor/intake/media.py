"""What kind of thing a medium is, and how several mentions of one become one. No network: only what is written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from distributor.domain import FeedMedium, MediumKind

MOST = 50
"""Media of one item; no channel carries more than twenty."""

_BY_EXTENSION = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "heic": "image/heic",
    "svg": "image/svg+xml",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "mkv": "video/x-matroska",
    "ogv": "video/ogg",
    "m3u8": "application/vnd.apple.mpegurl",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "pdf": "application/pdf",
    "torrent": "application/x-bittorrent",
    "vtt": "text/vtt",
    "srt": "application/x-subrip",
    "json": "application/json",
}
_SAME = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "audio/mp3": "audio/mpeg",
    "audio/x-mpeg": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "video/x-m4v": "video/mp4",
    "video/x-mp4": "video/mp4",
    "application/srt": "application/x-subrip",
    "text/srt": "application/x-subrip",
}
_VIDEO_APPLICATIONS = frozenset(
    {"application/vnd.apple.mpegurl", "application/x-mpegurl", "application/x-shockwave-flash", "application/dash+xml"}
)
_MIME = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}")
_PIXELS = re.compile(r"\s*(\d{1,6})(?:\.\d+)?\s*(?:px)?\s*$")
_DURATION = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,7}(?:\.\d{1,6})?)s?")
_TORRENT = frozenset({"application/x-bittorrent", "application/x-torrent"})
_PLAYABLE = ("video/mp4", "video/quicktime", "video/webm", "audio/mpeg", "audio/mp4", "image/jpeg", "image/png")


def plain_mime(written: str) -> str:
    """Return a media type in lower case, without parameters, under its registered name."""
    mime = written.split(";", 1)[0].strip().lower()
    if not _MIME.fullmatch(mime):
        return ""
    return _SAME.get(mime, mime)


def mime_of(url: str) -> str:
    """Return the media type that the address's extension stands for, or an empty string."""
    path = urlsplit(url).path
    return _BY_EXTENSION.get(path.rpartition(".")[2].lower(), "") if "." in path else ""


def is_torrent(url: str, mime: str) -> bool:
    """Tell whether this is the description of a download and not the medium itself."""
    return mime in _TORRENT or mime_of(url) in _TORRENT


def kind_of(url: str, mime: str, medium: str = "") -> MediumKind:
    """Return the kind by media type, else by Media RSS's ``medium`` attribute, else by the address's extension."""
    for known in (mime, medium.strip().lower(), mime_of(url)):
        if kind := _kind(known):
            return kind
    return "other"


def _kind(known: str) -> MediumKind | None:
    if known in _VIDEO_APPLICATIONS:
        return "video"
    match known.split("/", 1)[0]:
        case "image":
            return "image"
        case "video":
            return "video"
        case "audio":
            return "audio"
    return "audio" if known == "application/ogg" else None


def merged(media: Iterable[FeedMedium]) -> tuple[FeedMedium, ...]:
    """Return the media with each address once; what one mention leaves open, a later one fills."""
    found: dict[str, FeedMedium] = {}
    for medium in media:
        before = found.get(medium.url)
        if before is None and len(found) < MOST:
            found[medium.url] = medium
        elif before is not None:
            found[medium.url] = _filled(before, medium)
    return tuple(found.values())


def informed(media: Iterable[FeedMedium], others: Iterable[FeedMedium]) -> tuple[FeedMedium, ...]:
    """Return ``media`` with what ``others`` know of the same addresses, and none besides."""
    known = {medium.url: medium for medium in others}
    return tuple(_filled(medium, known[medium.url]) if medium.url in known else medium for medium in media)


def _filled(first: FeedMedium, second: FeedMedium) -> FeedMedium:
    return replace(
        first,
        kind=first.kind if first.kind != "other" else second.kind,
        mime=first.mime or second.mime,
        width=first.width or second.width,
        height=first.height or second.height,
        duration=first.duration or second.duration,
        alt=second.alt if first.alt is None else first.alt,
        credit=first.credit or second.credit,
        captions=first.captions or second.captions,
        poster=first.poster or second.poster,
        rights=first.rights or second.rights,
        licence=first.licence or second.licence,
        transcript=first.transcript or second.transcript,
    )


def best(alternatives: Iterable[FeedMedium]) -> FeedMedium | None:
    """Return the alternative to take of one and the same medium: the most playable type, then the largest picture."""

    def rank(medium: FeedMedium) -> tuple[int, int]:
        playable = _PLAYABLE.index(medium.mime) if medium.mime in _PLAYABLE else len(_PLAYABLE)
        return (-playable, medium.height or medium.width or 0)

    ranked = sorted(alternatives, key=rank, reverse=True)
    return ranked[0] if ranked else None


def number(written: str) -> int | None:
    """Return a whole number of pixels, or None."""
    match = _PIXELS.match(written)
    return int(match.group(1)) if match else None


def seconds(written: str) -> float | None:
    """Return a duration written as seconds, ``mm:ss`` or ``hh:mm:ss`` in seconds, or None."""
    match = _DURATION.fullmatch(written.strip())
    if match is None:
        return None
    total = int(match.group(1) or 0) * 3600 + int(match.group(2) or 0) * 60 + float(match.group(3))
    return total if total > 0 else None
