"""Small films made on the spot, and what a test sees and hears of one: decoded frames and samples."""

from __future__ import annotations

import hashlib
import math
import shutil
from array import array
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from PIL import Image

LOUD = 0.5
SOUND_RATE = 48_000


def halves(width: int, height: int, at: float) -> Image.Image:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 30, 200), (width // 2, 0, width, height))
    return image


def film(
    path: Path,
    *,
    size: tuple[int, int] = (160, 90),
    seconds: float = 2.0,
    rate: int = 25,
    loud: float | None = LOUD,
    draw: Callable[[int, int, float], Image.Image] = halves,
    times: Callable[[int], int] = lambda number: number,
    trc: int | None = None,
    pictures: bool = True,
) -> Path:
    """Write an MP4. ``loud`` is the amplitude of its tone, None for no sound; ``times`` gives each frame's time."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        if pictures:
            video = container.add_stream("libx264", rate=rate, options={"crf": "20", "preset": "ultrafast"})
            video.width, video.height, video.pix_fmt = *size, "yuv444p" if size[0] % 2 or size[1] % 2 else "yuv420p"
            if trc is not None:
                video.codec_context.color_trc = trc
        if loud is not None:
            sound = container.add_stream("aac", rate=SOUND_RATE, layout="mono")
        if pictures:
            for number in range(round(seconds * rate)):
                frame = av.VideoFrame.from_image(draw(*size, number / rate))
                frame.pts, frame.time_base = times(number), Fraction(1, rate)
                if trc is not None:
                    frame.color_trc = trc
                container.mux(video.encode(frame))
            container.mux(video.encode(None))
        if loud is not None:
            for start in range(0, int(seconds * SOUND_RATE), 1024):
                tone = av.AudioFrame(format="fltp", layout="mono", samples=1024)
                wave = (loud * math.sin(2 * math.pi * 440 * (start + each) / SOUND_RATE) for each in range(1024))
                tone.planes[0].update(array("f", wave).tobytes())
                tone.sample_rate, tone.pts, tone.time_base = SOUND_RATE, start, Fraction(1, SOUND_RATE)
                container.mux(sound.encode(tone))
            container.mux(sound.encode(None))
    return path


def frame_at(path: Path, second: float) -> Image.Image:
    """Return the picture that is seen at a second."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        for frame in container.decode(stream):
            if frame.time is not None and frame.time >= second:
                return frame.to_image()
    raise AssertionError(f"there is no frame at {second}")


def level(path: Path) -> float:
    """Return how loud the middle of the film is: the root mean square of its samples in decibels."""
    samples: list[float] = []
    with av.open(str(path)) as container:
        for frame in container.decode(container.streams.audio[0]):
            samples += array("f", bytes(frame.planes[0])[: frame.samples * 4])
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    return 20 * math.log10(math.sqrt(sum(each * each for each in middle) / len(middle)) + 1e-9)


class Remembered:
    """Makes each film once and hands out copies."""

    def __init__(self, transcode: Callable[..., None], folder: Path) -> None:
        self._transcode, self._folder = transcode, folder

    def __call__(self, source: Path, target: Path, film: Any, cast: Any, **more: Any) -> None:
        key = hashlib.sha256(f"{source.name} {cast} {more['cues']}".encode()).hexdigest()
        kept = self._folder / key
        if not kept.exists():
            self._transcode(source, target, film, cast, **more)
            shutil.copyfile(target, kept)
        else:
            shutil.copyfile(kept, target)


def boxes(path: Path) -> list[str]:
    """Return the names of an MP4's outer boxes in order."""
    data, at, names = path.read_bytes(), 0, []
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        names.append(data[at + 4 : at + 8].decode("ascii", "replace"))
        at += max(8, length)
    return names
