"""What ffmpeg makes of a film, seen in decoded frames and heard in decoded samples."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest
from PIL import Image

from distributor.domain import Refused
from distributor.media import transcode as making
from distributor.media.captions import Cue
from distributor.media.films import Cast, probe
from distributor.media.transcode import Failed, find_ffmpeg, transcode
from tests.support.films import boxes, film, frame_at, level

UPRIGHT = Cast(180, 320, 25, 2000, crop=False)
WIDE = Cast(320, 180, 25, 2000, crop=False)
SAID = (Cue(0.2, 1.2, "Überprüfe Größe, Maß & Öl"),)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("film") / "quelle")


def made(source: Path, target: Path, cast: Cast, cues: tuple[Cue, ...] = (), ffmpeg: str = "") -> Path:
    transcode(source, target, probe(source), cast, ffmpeg=ffmpeg or find_ffmpeg(), cues=cues)
    return target


@pytest.fixture(scope="module")
def upright(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(source, tmp_path_factory.mktemp("hoch") / "film.mp4", UPRIGHT, SAID)


def bright(image: Image.Image) -> list[tuple[int, int]]:
    """Return where the picture is white."""
    grey, (width, height) = image.convert("L"), image.size
    pixels = grey.load()
    assert pixels is not None
    return [(x, y) for y in range(height) for x in range(width) if pixels[x, y] > 200]


def luminance(grey: float) -> float:
    """WCAG 2.2's relative luminance of a grey."""
    part = grey / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def test_a_wide_film_stands_upright_on_a_blurred_copy_of_itself(upright: Path) -> None:
    seen = frame_at(upright, 1.6)
    assert seen.size == (180, 320)
    left, right = seen.getpixel((20, 160)), seen.getpixel((160, 160))
    assert left[0] > 150 > left[2] and right[2] > 150 > right[0]
    corner = seen.getpixel((10, 10))
    assert max(corner) > 60, "no black bars"


def test_codecs_rates_and_index_are_what_the_networks_take(upright: Path) -> None:
    with av.open(str(upright)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert video.average_rate == 25
        assert (audio.codec_context.name, audio.codec_context.sample_rate) == ("aac", 48_000)
        assert audio.codec_context.layout.name == "stereo"
        assert float(container.duration or 0) / 1_000_000 == pytest.approx(2.0, abs=0.15)
    names = boxes(upright)
    assert names.index("moov") < names.index("mdat")


def test_captions_are_readable_and_clear_of_the_networks_own_buttons(upright: Path) -> None:
    said, silent = frame_at(upright, 0.6), frame_at(upright, 1.6)
    white = bright(said)
    assert len(white) > 150 and not bright(silent)
    assert max(y for _, y in white) < 320 * 0.72, "not behind the text and buttons below"
    assert min(y for _, y in white) > 320 * 0.15
    assert min(x for x, _ in white) > 180 * 0.05 and max(x for x, _ in white) < 180 * 0.95
    rows = sorted({y for _, y in white})
    box = said.convert("L").crop((min(x for x, _ in white), rows[0], max(x for x, _ in white), rows[-1] + 1))
    counted = box.histogram()
    dark = max(range(128), key=lambda grey: counted[grey])
    assert (luminance(235) + 0.05) / (luminance(dark) + 0.05) > 4.5


def test_umlauts_are_drawn_and_not_left_out(source: Path, tmp_path: Path) -> None:
    cast = Cast(320, 180, 24, 2000, crop=True)
    with_dots = made(source, tmp_path / "mit.mp4", cast, (Cue(0, 2, "ÄÖÜ äöü ß"),))
    without = made(source, tmp_path / "ohne.mp4", cast, (Cue(0, 2, "AOU aou B"),))
    top_with, top_without = (min(y for _, y in bright(frame_at(path, 1))) for path in (with_dots, without))
    assert top_with < top_without, "the dots of Ä stand above the letters"


def test_captions_need_no_font_of_the_host(source: Path, tmp_path: Path) -> None:
    nothing = tmp_path / "leer.conf"
    nothing.write_text("<?xml version='1.0'?><fontconfig></fontconfig>")
    bare = tmp_path / "ffmpeg-ohne-schriften"
    bare.write_text(f'#!/bin/sh\nFONTCONFIG_FILE={nothing} exec {find_ffmpeg()} "$@"\n')
    bare.chmod(0o755)
    path = made(source, tmp_path / "film.mp4", WIDE, SAID, ffmpeg=str(bare))
    assert len(bright(frame_at(path, 0.6))) > 150


def test_a_crop_keeps_the_middle(source: Path, tmp_path: Path) -> None:
    path = made(source, tmp_path / "film.mp4", Cast(120, 90, 25, 2000, crop=True))
    seen = frame_at(path, 1)
    assert seen.size == (120, 90)
    assert seen.getpixel((5, 5))[0] > 150 and seen.getpixel((115, 85))[2] > 150


def test_quiet_and_loud_films_end_equally_loud(tmp_path: Path) -> None:
    heard = []
    for loud in (0.03, 0.9):
        source = film(tmp_path / f"quelle{loud}", loud=loud, size=(64, 36), seconds=4)
        heard.append(level(made(source, tmp_path / f"film{loud}.mp4", Cast(64, 36, 25, 800, crop=True))))
    assert heard[0] == pytest.approx(heard[1], abs=1.5)
    assert heard[0] == pytest.approx(-16, abs=2.5)


@pytest.mark.parametrize("loud", [None, 0.0])
def test_a_film_without_sound_stays_without(tmp_path: Path, loud: float | None) -> None:
    source = film(tmp_path / "quelle", loud=loud, size=(64, 36), seconds=1)
    path = made(source, tmp_path / "film.mp4", Cast(64, 36, 25, 800, crop=True))
    with av.open(str(path)) as container:
        assert len(container.streams.audio) == (0 if loud is None else 1)
    if loud is not None:
        assert level(path) < -80


def test_odd_sizes_and_uneven_times_become_even(tmp_path: Path) -> None:
    source = film(tmp_path / "quelle", size=(161, 91), times=lambda number: number + 3 * (number // 5), seconds=2)
    path = made(source, tmp_path / "film.mp4", WIDE)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        times = [frame.pts for frame in container.decode(stream)]
    assert len({after - before for before, after in itertools.pairwise(times)}) == 1


def test_nothing_of_the_sources_metadata_goes_along(tmp_path: Path) -> None:
    source, tagged = film(tmp_path / "quelle", size=(64, 36), seconds=1), tmp_path / "mit-ort"
    with av.open(str(source)) as container, av.open(str(tagged), "w", format="mp4") as out:
        out.metadata["title"] = "GEHEIMER-TITEL"
        streams = {each.index: out.add_stream_from_template(each) for each in container.streams}
        for packet in container.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                out.mux(packet)
    assert b"GEHEIMER-TITEL" in tagged.read_bytes()
    path = made(tagged, tmp_path / "film.mp4", Cast(64, 36, 25, 800, crop=True))
    assert b"GEHEIMER-TITEL" not in path.read_bytes()


def test_progress_is_told_and_what_it_raises_ends_the_work(source: Path, tmp_path: Path) -> None:
    told: list[float] = []
    transcode(source, tmp_path / "film.mp4", probe(source), WIDE, ffmpeg=find_ffmpeg(), told=told.append)
    assert told and told == sorted(told) and told[-1] == pytest.approx(1.0, abs=0.15)

    class Enough(Exception):
        pass

    def enough(done: float) -> None:
        raise Enough

    with pytest.raises(Enough):
        transcode(source, tmp_path / "anderer.mp4", probe(source), WIDE, ffmpeg=find_ffmpeg(), told=enough)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4"], "nothing half made is left"


def sleeper(folder: Path) -> Path:
    """A program that hangs, and writes down its number."""
    path = folder / "haengt"
    path.write_text(f"#!/bin/sh\necho $$ > {folder}/nummer\nexec sleep 600\n")
    path.chmod(0o755)
    return path


def alive(number: int) -> bool:
    status = Path(f"/proc/{number}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def test_a_program_that_hangs_is_ended(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "_LEAST", 0.3)
    monkeypatch.setattr(making, "_SECONDS_EACH", 0)
    with pytest.raises(Failed) as failed:
        transcode(source, tmp_path / "film.mp4", probe(source), WIDE, ffmpeg=str(sleeper(tmp_path)))
    assert failed.value.late
    assert not alive(int((tmp_path / "nummer").read_text()))


def test_it_dies_with_the_process_that_started_it(source: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from distributor.media.transcode import transcode; "
        "from distributor.media.films import Cast, probe; s = Path(sys.argv[1]); "
        "transcode(s, Path(sys.argv[2]), probe(s), Cast(64, 36, 25, 800, True), ffmpeg=sys.argv[3])"
    )
    arguments = [str(source), str(tmp_path / "film.mp4"), str(sleeper(tmp_path))]
    child = subprocess.Popen([sys.executable, "-c", code, *arguments])
    noted, until = tmp_path / "nummer", time.monotonic() + 20
    while not (noted.exists() and noted.read_text().strip()):
        assert child.poll() is None and time.monotonic() < until
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    number = int(noted.read_text())
    while alive(number):
        assert time.monotonic() < until, "ffmpeg outlives its daemon"
        time.sleep(0.02)


def test_a_program_that_fails_says_why(source: Path, tmp_path: Path) -> None:
    broken = tmp_path / "kaputt"
    broken.write_text("#!/bin/sh\necho geht nicht >&2\nexit 3\n")
    broken.chmod(0o755)
    with pytest.raises(Failed, match="geht nicht"):
        transcode(source, tmp_path / "film.mp4", probe(source), WIDE, ffmpeg=str(broken))


def test_it_is_polite(source: Path, tmp_path: Path) -> None:
    telling = tmp_path / "sagt"
    telling.write_text("#!/bin/sh\nnice >&2\nexit 3\n")
    telling.chmod(0o755)
    with pytest.raises(Failed) as failed:
        transcode(source, tmp_path / "film.mp4", probe(source), WIDE, ffmpeg=str(telling))
    assert int(failed.value.detail) == min(19, os.nice(0) + 10)


def test_without_ffmpeg_a_person_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="kein-ffmpeg fehlt"):
        find_ffmpeg("kein-ffmpeg")


def test_the_bundled_ffmpeg_serves_where_the_system_has_none(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making.shutil, "which", lambda name: None if name == "ffmpeg" else f"/usr/bin/{name}")
    bundled = find_ffmpeg()
    assert "imageio" in bundled
    path = made(source, tmp_path / "film.mp4", UPRIGHT, SAID, ffmpeg=bundled)
    assert len(bright(frame_at(path, 0.6))) > 150
