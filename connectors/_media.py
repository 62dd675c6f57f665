"""What the channels take as pictures and videos, and one such file of a post."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class PictureRules:
    """What a channel accepts as a picture. Ratios are width divided by height, sizes are bytes, lengths are pixels."""

    mimes: tuple[str, ...] = ("image/jpeg",)
    max_bytes: int = 4_000_000
    min_ratio: float = 0.1
    max_ratio: float = 10.0
    max_width: int = 2048
    max_alt: int = 1000
    at_least: int = 0
    at_most: int = 4


@dataclass(frozen=True, slots=True)
class VideoRules:
    """What a channel accepts as a video, and the shape we make of it: H.264 and AAC in an MP4.

    ``width`` and ``height`` are the pixels we send. ``captions`` says how muted viewers get them: ``burnt`` into the
    picture, or as a ``file`` beside it. A post carries one video and then no picture.
    """

    width: int
    height: int
    max_bytes: int
    min_seconds: float
    max_seconds: float
    captions: Literal["burnt", "file"] = "burnt"
    max_kbps: int = 6000
    mimes: tuple[str, ...] = ("video/mp4",)


@dataclass(frozen=True, slots=True)
class Medium:
    """One file of a post, by content. ``alt`` is its description; sizes are pixels and bytes.

    Of a video, ``captions`` is the hash of the WebVTT file that goes beside it, and ``cover`` the millisecond whose
    picture stands for it.
    """

    sha256: str
    mime: str
    width: int
    height: int
    size: int
    alt: str = ""
    captions: str = ""
    cover: int = 0

    @property
    def film(self) -> bool:
        """Tell whether this is a video."""
        return self.mime.startswith("video/")

    def document(self) -> dict[str, Any]:
        """Return the medium as plain JSON values; what only a video has is left out where it is empty."""
        told = asdict(self)
        return {name: value for name, value in told.items() if value or name not in ("captions", "cover")}
