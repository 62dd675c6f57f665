"""Videos as the platforms see them: opened to the end with PyAV, measured, and held against each platform's rules."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

import anyio.to_thread
import av
import av.error

from connectors.sandbox.state import Picture, State

MIME = "video/mp4"


@dataclass(frozen=True, slots=True)
class Clip:
    """What a video is: as a picture has size and weight, and its length, rate and codecs."""

    picture: Picture
    seconds: float
    rate: float
    video: str
    audio: str
    index_first: bool

    @property
    def ratio(self) -> float:
        """Width by height."""
        return self.picture.width / self.picture.height


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a platform takes; its source stands where it is used."""

    bytes: int
    seconds: tuple[float, float]
    rates: tuple[float, float]
    ratios: tuple[float, float]
    widest: int = 1920
    highest: int = 1920

    def broken(self, clip: Clip) -> str:
        """Return the name of the first rule the clip breaks, empty if it keeps all."""
        size = clip.picture
        kept = {
            "codec": clip.video in ("h264", "hevc") and clip.audio in ("", "aac"),
            "bytes": size.size <= self.bytes,
            "seconds": self.seconds[0] - 0.1 <= clip.seconds <= self.seconds[1] + 0.1,
            "rate": self.rates[0] - 0.1 <= clip.rate <= self.rates[1] + 0.1,
            "ratio": self.ratios[0] - 0.01 <= clip.ratio <= self.ratios[1] + 0.01,
            "size": size.width <= self.widest and size.height <= self.highest,
        }
        return next((name for name, good in kept.items() if not good), "")


INSTAGRAM = {
    "REELS": Bounds(
        bytes=300 * 1024 * 1024, seconds=(3, 900), rates=(23, 60), ratios=(0.01, 10), widest=1920, highest=10_000
    ),
    "STORIES": Bounds(
        bytes=100 * 1024 * 1024, seconds=(3, 60), rates=(23, 60), ratios=(0.1, 10), widest=1920, highest=10_000
    ),
}
"""By the kind of container; source: the IG user media reference, read on 2026-11-21."""


async def examine(state: State, data: bytes) -> Clip | None:
    """Open and store a video; None if the bytes are none."""
    clip = await anyio.to_thread.run_sync(measure, data)
    if clip is not None:
        state.keep(clip.picture, data)
    return clip


def measure(data: bytes) -> Clip | None:
    """Return what the bytes are, or None if they are no MP4 that can be read to the end."""
    if data[4:8] != b"ftyp":
        return None
    try:
        with av.open(io.BytesIO(data), "r", format="mov") as container:
            if not container.streams.video:
                return None
            stream = container.streams.video[0]
            frames = len([None for _ in container.decode(stream)])
            if not frames or not container.duration:
                return None
            audio = container.streams.audio[0].codec_context.name if container.streams.audio else ""
            sha256 = hashlib.sha256(data).hexdigest()
            size = stream.codec_context
            return Clip(
                Picture(sha256, MIME, size.width, size.height, len(data)),
                container.duration / 1_000_000,
                float(stream.average_rate or 0),
                size.name,
                audio,
                0 <= data.find(b"moov") < data.find(b"mdat"),
            )
    except (av.error.FFmpegError, ValueError, OverflowError):
        return None
