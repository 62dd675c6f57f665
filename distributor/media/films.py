"""Videos: what one is, told by opening it and not by its name, and what the network's rules make of it. No encoding."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
import av.logging
from PIL import Image, ImageStat

from connectors.base import VideoRules
from distributor.domain import Refused
from distributor.media.sniff import sniff

MAX_BYTES = 500_000_000
"""The largest video that is fetched; our own choice: half an hour in good quality."""
MAX_SECONDS = 3600
MAX_SIDE = 4096
SHORTEST = 0.5

HEAD = 65_536
"""Bytes from which :func:`sniff` tells a file's type."""

ENCODER = "mp4a"
"""Name of the way ``transcode`` works; a change of its bytes needs a new name."""
AUDIO_KBPS = 128
_BEST_KBPS = 6000
_WORST_KBPS = 400
"""Below this 720 lines are mush; our own choice."""
_HDR = {16: "PQ", 18: "HLG"}
"""Transfer functions by their number in ITU-T H.273."""
_DEMUXERS = {"video/mp4": "mov", "video/quicktime": "mov", "video/webm": "matroska"}
_CROPPED = 0.72
"""The least part of a picture that a crop must keep; else the whole of it stands on a blurred copy. Our own choice."""

_LOOKS = 6

av.logging.set_level(None)


@dataclass(frozen=True, slots=True)
class Film:
    """What a video is: pixels as they are seen, seconds, pictures a second, whether it has sound, its demuxer."""

    width: int
    height: int
    seconds: float
    rate: float
    sound: bool
    demuxer: str


@dataclass(frozen=True, slots=True)
class Cast:
    """What is to be made of a film: size, constant rate, the video's most kilobits a second, cropped or framed."""

    width: int
    height: int
    rate: int
    kbps: int
    crop: bool

    def shape(self, captions: str) -> str:
        """Return the rendition's name; ``captions`` is the hash of what is burnt in, empty for none."""
        return f"{ENCODER}-{self.width}x{self.height}-k{self.kbps}-c{captions[:32] or '0'}"


def probe(path: Path) -> Film:
    """Open the file and tell what it is. Raises: Refused with what is wrong with it."""
    with path.open("rb") as file:
        sniffed = sniff(file.read(HEAD))
    if sniffed.kind != "video":
        raise Refused("Die Datei ist ein Bild und kein Video; bitte ein Video angeben.", code="media.no_video")
    try:
        return _opened(path, _DEMUXERS[sniffed.mime])
    except (av.error.FFmpegError, ValueError, OverflowError) as error:
        raise _damaged() from error


def _opened(path: Path, demuxer: str) -> Film:
    with av.open(str(path), format=demuxer) as container:
        if not container.streams.video:
            if not container.streams.audio:
                raise _damaged()
            raise Refused("Die Datei enthält nur Ton und kein Bild; bitte ein Video angeben.", code="media.audio_only")
        stream = container.streams.video[0]
        _check_size(stream.codec_context.width, stream.codec_context.height)
        first = next(iter(container.decode(stream)), None)
        if first is None:
            raise Refused("Das Video enthält kein einziges Bild; bitte neu hochladen.", code="media.no_frames")
        if stream.codec_context.color_trc in _HDR:
            raise Refused(
                "Das Video ist in HDR aufgenommen und sähe auf den Kanälen falsch aus; "
                "bitte als SDR (Rec. 709) exportieren.",
                code="media.hdr",
            )
        width, height = _seen(first, stream.sample_aspect_ratio)
        container.seek(0)
        seconds = _length(container, stream)
        sound = bool(container.streams.audio)
        rate = float(stream.average_rate or stream.guessed_rate or 25)
        return Film(width, height, seconds, rate, sound, demuxer)


def _seen(frame: av.VideoFrame, pixel: object) -> tuple[int, int]:
    """Return the size as it is shown: with pixels that are not square drawn out, and turned."""
    width, height = frame.width, frame.height
    if pixel and 0.1 < float(pixel) < 10:  # type: ignore[arg-type]
        width = round(width * float(pixel))  # type: ignore[arg-type]
    return (height, width) if frame.rotation % 180 else (width, height)


def _check_size(width: int, height: int) -> None:
    if width > MAX_SIDE or height > MAX_SIDE:
        raise Refused(
            f"Das Video hat {width} × {height} Pixel; bitte mit höchstens {MAX_SIDE} Pixeln je Seite exportieren.",
            code="media.too_large",
        )


def _length(container: av.container.InputContainer, stream: av.VideoStream) -> float:
    """Return how long the pictures go on, told from every packet. Raises: Refused if they break off."""
    first, last, size = math.inf, 0.0, 0
    for packet in container.demux(stream):
        if packet.pts is None or not packet.time_base:
            continue
        start = float(packet.pts * packet.time_base)
        first, last = min(first, start), max(last, start + float((packet.duration or 0) * packet.time_base))
        size += packet.size
    seconds = last - first
    if not size or not math.isfinite(seconds) or seconds < SHORTEST:
        raise Refused(
            "Das Video ist kürzer als eine halbe Sekunde oder leer; bitte neu hochladen.", code="media.no_length"
        )
    told = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else seconds
    if seconds < told * 0.95 - 1:
        raise _damaged()
    if seconds > MAX_SECONDS:
        raise Refused(
            f"Das Video ist {minutes(seconds)} lang; angenommen wird höchstens eine Stunde. Bitte kürzen.",
            code="media.too_long",
        )
    return seconds


def cover(path: Path, film: Film) -> int:
    """Return the millisecond whose picture may stand for the film: of some spread over it, the richest in contrast."""
    best, chosen = -1.0, 0
    with av.open(str(path), format=film.demuxer) as container:
        stream = container.streams.video[0]
        for part in range(1, _LOOKS):
            second = film.seconds * part / _LOOKS
            container.seek(int(second * 1_000_000))
            frame = next((one for one in container.decode(stream) if one.time is None or one.time >= second), None)
            if frame is None:
                continue
            seen: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
            grey = seen.convert("L").resize((160, 90))
            rich = ImageStat.Stat(grey).stddev[0]
            if rich > best * 1.1:
                best, chosen = rich, int(second * 1000)
    return chosen


def _damaged() -> Refused:
    return Refused(
        "Das Video ist beschädigt oder unvollständig und lässt sich nicht bis zum Ende lesen; "
        "bitte im Portal neu hochladen.",
        code="media.damaged",
    )


def cast(film: Film, rules: VideoRules, label: str) -> Cast:
    """Return what the rules make of the film. Raises: Refused if it is too short, too long or too heavy for them.

    A length is an editor's matter: nothing is cut off. A weight is reached by fewer bits.
    """
    if not rules.min_seconds <= film.seconds <= rules.max_seconds + 0.05:
        asked = "kürzen" if film.seconds > rules.max_seconds else "ein längeres Video verwenden"
        raise Refused(
            f"Das Video ist {minutes(film.seconds)} lang; {label} nimmt {minutes(rules.min_seconds)} bis "
            f"{minutes(rules.max_seconds)} an. Bitte {asked}.",
            code="media.length",
        )
    # A twentieth for the container and for what an encoder overshoots.
    room = rules.max_bytes * 8 * 0.95 / film.seconds / 1000 - AUDIO_KBPS
    kbps = min(_BEST_KBPS, rules.max_kbps, math.floor(room))
    if kbps < _WORST_KBPS:
        raise Refused(
            f"Das Video ist mit {minutes(film.seconds)} zu lang für die {rules.max_bytes // 1_000_000} MB, die {label} "
            "annimmt; bitte kürzen.",
            code="media.too_heavy",
        )
    source, wanted = film.width / film.height, rules.width / rules.height
    kept = min(source, wanted) / max(source, wanted)
    return Cast(rules.width, rules.height, _rate(film.rate), kbps, crop=kept >= _CROPPED)


def _rate(rate: float) -> int:
    """Return the constant rate to play at: the networks take 24 to 60 pictures a second, 30 are enough."""
    nearest = round(rate)
    if nearest in (24, 25, 30):
        return nearest
    return {48: 24, 50: 25}.get(nearest, 30)


def minutes(seconds: float) -> str:
    """Write a length as people say it: ``75 s`` as ``1:15 Minuten``."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d} Minuten" if whole >= 60 else f"{_plain(round(seconds, 1))} Sekunden"


def _plain(number: float) -> str:
    return f"{number:g}".replace(".", ",")
