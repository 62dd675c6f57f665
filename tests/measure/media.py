"""What our films and pictures cost, as ratios in one run: ``make bench-media``; exits 1 if a bound is broken.

The plain way is what somebody at a shell would do for the same result: one ffmpeg command with one-pass loudness, one
loop over Pillow. Compared is processor time. The two take turns, each turn is a ratio of its own, and the middle one
counts: other load on the machine meets both of a turn, and one turn that it met unevenly decides nothing.
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageOps

from connectors.base import PictureRules, VideoRules
from distributor.media.captions import FONTS, as_ass, read
from distributor.media.films import cast, probe
from distributor.media.pictures import render
from distributor.media.transcode import find_ffmpeg, transcode

CLIP = Path(__file__).resolve().parents[2] / "connectors" / "sandbox" / "portal" / "clip.mp4"
UPRIGHT = VideoRules(1080, 1920, max_bytes=300_000_000, min_seconds=3, max_seconds=900)
PORTRAIT = PictureRules(mimes=("image/jpeg",), max_bytes=8_000_000, min_ratio=0.8, max_ratio=1.91, max_width=1440)
SQUARE = PictureRules(mimes=("image/jpeg",), max_bytes=8_000_000, min_ratio=1.0, max_ratio=1.0, max_width=1440)
FILM_BOUND, PICTURE_BOUND = 1.05, 1.1
TURNS = 5


def spent(work: Callable[[], object]) -> float:
    """Return the processor seconds that the work took here and in the programs it started."""

    def seconds() -> float:
        here, there = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        return here.ru_utime + here.ru_stime + there.ru_utime + there.ru_stime

    before = seconds()
    work()
    return seconds() - before


def ratio(ours: Callable[[], object], plain: Callable[[], object]) -> tuple[float, float, float]:
    """Return ours, theirs, and ours by theirs of the turn in the middle."""
    turns = ((spent(ours), spent(plain)) for _ in range(TURNS))
    ranked = sorted((mine / theirs, mine, theirs) for mine, theirs in turns)
    middle, mine, theirs = ranked[TURNS // 2]
    return mine, theirs, middle


def films(folder: Path) -> tuple[float, float, float]:
    """Compare our upright film with captions against one command."""
    ffmpeg, source = find_ffmpeg(), folder / "quelle.mp4"
    tone = ["-f", "lavfi", "-i", "sine=frequency=300:sample_rate=48000"]
    loop = ["-stream_loop", "2", "-i", str(CLIP), *tone, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-t", "18"]
    subprocess.run([ffmpeg, "-v", "error", "-y", *loop, "-c:a", "aac", str(source)], check=True)
    cues = read(CLIP.with_suffix(".vtt").read_bytes())
    (folder / "cues.ass").write_text(as_ass(cues, UPRIGHT.width, UPRIGHT.height), encoding="utf-8")
    (folder / "fonts").symlink_to(FONTS)
    graph = (
        "[0:v]split[a][b];[a]scale=134:240:force_original_aspect_ratio=increase,crop=134:240,gblur=sigma=6,"
        "scale=1080:1920,setsar=1[back];[b]scale=1080:1920:force_original_aspect_ratio=decrease[front];"
        "[back][front]overlay=(W-w)/2:(H-h)/2,ass=cues.ass:fontsdir=fonts,format=yuv420p[v]"
    )
    one = [ffmpeg, "-v", "error", "-y", "-i", str(source), "-filter_complex", graph, "-map", "[v]", "-map", "0:a"]
    one += [
        "-af",
        "loudnorm=I=-16:TP=-1.5:LRA=11",
        "-ar",
        "48000",
        "-c:a",
        "aac",
        "-b:a",
        "128k",
        "-ac",
        "2",
        "-r",
        "25",
    ]
    one += [
        "-r",
        "25",
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-crf",
        "21",
        "-movflags",
        "+faststart",
        "schlicht.mp4",
    ]

    def ours() -> None:
        film = probe(source)
        transcode(source, folder / "unser.mp4", film, cast(film, UPRIGHT, "x"), ffmpeg=ffmpeg, cues=cues)

    return ratio(ours, lambda: subprocess.run(one, cwd=folder, check=True))


def pictures(rules: PictureRules, box: tuple[int, int, int, int], size: tuple[int, int]) -> tuple[float, float, float]:
    """Compare our picture against the plain loop that knows beforehand which part of it to take, and how large."""
    sources = []
    for turn in range(4):
        image = Image.effect_mandelbrot((3000, 2000), (-2.2, -1.2 - turn / 10, 1, 1.2), 60).convert("RGB")
        out = io.BytesIO()
        image.save(out, "JPEG", quality=92)
        sources.append(out.getvalue())

    def plain() -> None:
        for source in sources:
            image = ImageOps.exif_transpose(Image.open(io.BytesIO(source))).convert("RGB")
            small = image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)
            small.save(io.BytesIO(), "JPEG", quality=88, optimize=True, subsampling="4:2:0")

    return ratio(lambda: [render(source, rules) for source in sources], plain)


def main() -> int:
    """Measure, print and judge."""
    with tempfile.TemporaryDirectory() as name:
        film = films(Path(name))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        picture = pictures(PORTRAIT, (0, 0, 3000, 2000), (1440, 960))
        crop = pictures(SQUARE, (500, 0, 2500, 2000), (1440, 1440))
    here = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for what, (ours, plain, part), bound in (
        ("film", film, FILM_BOUND),
        ("pictures", picture, PICTURE_BOUND),
        ("crops", crop, PICTURE_BOUND),
    ):
        print(f"{what:9} ours {ours:6.2f} s  plain {plain:6.2f} s  ratio {part:.3f} (at most {bound})")
    print(f"peak memory: ffmpeg {peak} MiB, this process {here} MiB")
    return 0 if film[2] <= FILM_BOUND and max(picture[2], crop[2]) <= PICTURE_BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
