"""One film in one shape, made by ffmpeg in a process of its own: niced, bounded in time, ended with its caller.

H.264 and AAC in an MP4 whose index stands in front, at a constant rate, loudness brought to -16 LUFS by EBU R128's
measure in two passes, captions burnt in where they are given. ffmpeg gets plain file names in a folder of its own and
may open nothing but files.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from distributor.domain import Refused
from distributor.media.captions import FONTS, Cue, as_ass
from distributor.media.films import AUDIO_KBPS, Cast, Film
from distributor.media.timing import Pause

LOUDNESS, PEAK = -16, -1.5
"""LUFS and dB of full scale: what phones and feeds play. EBU R128 measures it; its own -23 LUFS is for broadcast."""
_SILENT = -60.0
_QUIETER, _PAUSE = 14, 0.2
"""What counts as a pause: so many decibels below the mean, for so many seconds. Own choice."""
_SECONDS_EACH = 20
"""Seconds of work allowed for a second of film: fifty times what it takes on two cores."""
_LEAST = 120

Told = Callable[[float], None]
"""Is told how much is done, from 0 to 1, twice a second; what it raises ends the work."""


class Failed(Exception):
    """ffmpeg did not do it. ``detail`` is the end of what it said."""

    def __init__(self, detail: str, *, late: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.late = late


def find_ffmpeg(named: str = "") -> str:
    """Return the program to run: the one that is named, the system's, or imageio-ffmpeg's.

    Raises: Refused if there is none.
    """
    found = shutil.which(named or "ffmpeg")
    if found:
        return found
    if not named:
        try:
            import imageio_ffmpeg  # noqa: PLC0415 - 60 MB that most hosts need not touch

            return str(imageio_ffmpeg.get_ffmpeg_exe())
        except (ImportError, RuntimeError):
            pass
    text = f"Das Programm {named or 'ffmpeg'} fehlt auf diesem Rechner; ohne es gibt es keine Videos. Bitte einrichten."
    raise Refused(text, code="media.no_ffmpeg")


def transcode(
    source: Path,
    target: Path,
    film: Film,
    cast: Cast,
    *,
    ffmpeg: str,
    cues: Sequence[Cue] = (),
    told: Told = lambda done: None,
) -> None:
    """Write the film in its new shape to ``target``. Raises: Failed, and whatever ``told`` raises."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="film-") as name:
        folder = Path(name)
        (folder / "in").symlink_to(source.resolve())
        if cues:
            (folder / "fonts").symlink_to(FONTS)
            (folder / "cues.ass").write_text(as_ass(tuple(cues), cast.width, cast.height), encoding="utf-8")
        limit = max(_LEAST, film.seconds * _SECONDS_EACH)
        loudness = _loudness(ffmpeg, folder, film, limit)
        arguments = [ffmpeg, *_READING, *_input(film), *arguments_for(cast, loudness, burnt=bool(cues)), "out.mp4"]
        _run(arguments, folder, limit, lambda second: told(min(1.0, second / film.seconds)))
        (folder / "out.mp4").replace(target)


_READING = ("-hide_banner", "-nostdin", "-y", "-nostats", "-progress", "pipe:1")


def _input(film: Film) -> list[str]:
    return ["-protocol_whitelist", "file,pipe", "-f", film.demuxer, "-i", "in"]


def arguments_for(cast: Cast, loudness: str, *, burnt: bool) -> list[str]:
    """Return what ffmpeg is told between its input and its output."""
    sound = ["-map", "0:a:0", "-af", f"{loudness},aresample=48000", "-c:a", "aac", "-b:a", f"{AUDIO_KBPS}k", "-ac", "2"]
    return [
        "-filter_complex",
        graph(cast, burnt=burnt),
        "-map",
        "[v]",
        *(sound if loudness else ["-an"]),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-profile:v", "high", "-pix_fmt", "yuv420p"),
        *("-maxrate", f"{cast.kbps}k", "-bufsize", f"{cast.kbps}k", "-g", f"{cast.rate * 2}", "-flags", "+cgop"),
        *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"),
        *("-map_metadata", "-1", "-map_chapters", "-1", "-movflags", "+faststart", "-use_editlist", "0"),
        *("-avoid_negative_ts", "make_zero", "-shortest"),
    ]


def graph(cast: Cast, *, burnt: bool) -> str:
    """Return ffmpeg's filters from ``[0:v:0]`` to ``[v]``."""
    size = f"{cast.width}:{cast.height}"
    square = f"fps={cast.rate},scale=w='trunc(iw*sar/2)*2':h=ih,setsar=1"
    fill = "scale={0}:force_original_aspect_ratio=increase:flags=bilinear,crop={0}"
    if cast.crop:
        shaped = f"[0:v:0]{square},{fill.format(size)}"
    else:
        small = f"{max(16, cast.width // 16 * 2)}:{max(16, cast.height // 16 * 2)}"
        shaped = (
            f"[0:v:0]{square},split[a][b];[a]{fill.format(small)},gblur=sigma=6,scale={size}:flags=bilinear,setsar=1[back];"
            f"[b]scale={size}:force_original_aspect_ratio=decrease:force_divisible_by=2[front];"
            "[back][front]overlay=(W-w)/2:(H-h)/2"
        )
    return shaped + (",ass=cues.ass:fontsdir=fonts" if burnt else "") + ",setsar=1,format=yuv420p[v]"


def _loudness(ffmpeg: str, folder: Path, film: Film, limit: float) -> str:
    """Return the filter that brings the sound to its loudness; empty without sound, no change for silence."""
    if not film.sound:
        return ""
    arguments = ["-map", "0:a:0", "-vn", "-sn", "-af", "loudnorm=print_format=json", "-f", "null", "-"]
    said = _run([ffmpeg, *_READING, *_input(film), *arguments], folder, limit, lambda second: None)
    found = re.search(r"\{[^{}]*\"input_i\"[^{}]*\}", said)
    if found is None:
        raise Failed(said[-500:])
    measured = json.loads(found[0])
    if not _finite(measured["input_i"]) or float(measured["input_i"]) < _SILENT:
        return "anull"
    # One gain for the whole film leaves its music and pauses as they are; only peaks that it would clip are held down.
    gain = LOUDNESS - float(measured["input_i"])
    return f"volume={gain:.2f}dB,alimiter=limit={10 ** (PEAK / 20):.4f}:level=0"


def pauses(source: Path, film: Film, *, ffmpeg: str, workshop: Path) -> tuple[Pause, ...]:
    """Return when it is quiet in the film: well below its own mean, so that a humming room counts as quiet.

    A film without sound has none. Raises: Failed.
    """
    if not film.sound:
        return ()
    with tempfile.TemporaryDirectory(dir=workshop, prefix="sound-") as name:
        folder = Path(name)
        (folder / "in").symlink_to(source.resolve())
        limit = max(_LEAST, film.seconds)

        def heard(what: str) -> str:
            arguments = ["-map", "0:a:0", "-vn", "-sn", "-af", what, "-f", "null", "-"]
            return _run([ffmpeg, *_READING, *_input(film), *arguments], folder, limit, lambda second: None)

        mean = re.search(r"mean_volume: (-?[\d.]+) dB", heard("volumedetect"))
        if mean is None or float(mean[1]) < _SILENT:
            return ()
        said = heard(f"silencedetect=noise={float(mean[1]) - _QUIETER:.1f}dB:d={_PAUSE}")
    starts = [max(0.0, float(each)) for each in re.findall(r"silence_start: (-?[\d.]+)", said)]
    ends = [float(each) for each in re.findall(r"silence_end: (-?[\d.]+)", said)]
    ends += [film.seconds] * (len(starts) - len(ends))
    return tuple(Pause(start, end) for start, end in zip(starts, ends, strict=False) if end > start)


def _finite(number: str) -> bool:
    return "inf" not in number and "nan" not in number


def _run(arguments: Sequence[str], folder: Path, limit: float, told: Told) -> str:
    """Run ffmpeg to its end and return what it said. Raises: Failed, and whatever ``told`` raises."""
    with (folder / "said").open("w+b") as said, _started(arguments, folder, said.fileno()) as child:
        late = threading.Event()
        watch = threading.Timer(limit, _end_late, (child, late))
        watch.daemon = True
        watch.start()
        try:
            for line in child.stdout or ():
                name, _, value = line.decode("ascii", "replace").strip().partition("=")
                if name == "out_time_us" and value.lstrip("-").isdigit():
                    told(max(0, int(value)) / 1_000_000)
            status = child.wait()
        finally:
            watch.cancel()
        said.seek(0)
        words = said.read().decode("utf-8", "replace")
    if status:
        raise Failed(words.strip()[-500:], late=late.is_set())
    return words


def _end_late(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    _kill(child)


@contextmanager
def _started(arguments: Sequence[str], folder: Path, said: int) -> Iterator[subprocess.Popen[bytes]]:
    """Start the program so that it ends with us, and end it whatever happens."""
    dies_with_us = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    polite = ["nice", "-n", "10"] if shutil.which("nice") else []
    child = subprocess.Popen(
        [*dies_with_us, *polite, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=said,
        start_new_session=True,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(folder)},
    )
    try:
        yield child
    finally:
        _kill(child)
        child.wait()
        if child.stdout:
            child.stdout.close()


def _kill(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
