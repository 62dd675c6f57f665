"""What a video is told to be, and each bad one refused with a sentence that says what to do."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.base import VideoRules
from distributor.domain import Refused
from distributor.media.films import Film, cast, probe
from distributor.media.transcode import find_ffmpeg
from tests.support.films import film

RULES = VideoRules(1080, 1920, max_bytes=100_000_000, min_seconds=3, max_seconds=90)


def long(seconds: float, size: tuple[int, int] = (1280, 720), rate: float = 25) -> Film:
    return Film(*size, seconds, rate, sound=True, demuxer="mov")


def test_a_film_is_told_by_opening_it(tmp_path: Path) -> None:
    path = film(tmp_path / "bild.jpg", size=(160, 90), seconds=1.2, rate=25)
    assert probe(path) == Film(160, 90, pytest.approx(1.2, abs=0.05), 25, sound=True, demuxer="mov")


def test_a_turned_film_has_the_size_that_is_seen(tmp_path: Path) -> None:
    source = film(tmp_path / "quelle.mp4", seconds=1, loud=None)
    turned = tmp_path / "gedreht.mp4"
    arguments = ["-v", "error", "-display_rotation", "90", "-i", str(source), "-c", "copy", str(turned)]
    answer = subprocess.run([find_ffmpeg(), *arguments], capture_output=True, check=False)
    if answer.returncode:
        arguments = ["-v", "error", "-i", str(source), "-c", "copy", "-metadata:s:v", "rotate=90", str(turned)]
        subprocess.run([find_ffmpeg(), *arguments], check=True)
    found = probe(turned)
    assert (found.width, found.height) == (90, 160)


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def scribbled(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:64] + b"\xff" * 4000)


@pytest.mark.parametrize(
    ("spoil", "made", "code", "says"),
    [
        (cut, {"seconds": 4.0, "size": (320, 180)}, "media.damaged", "unvollständig"),
        (scribbled, {}, "media.damaged", "beschädigt"),
        (emptied, {}, "media.empty", "leer"),
        (None, {"pictures": False}, "media.audio_only", "nur Ton"),
        (None, {"seconds": 0.04, "loud": None}, "media.no_length", "kürzer als eine halbe Sekunde"),
        (None, {"trc": 16}, "media.hdr", "HDR"),
        (None, {"trc": 18}, "media.hdr", "SDR"),
    ],
)
def test_a_bad_film_is_refused_with_what_to_do(
    tmp_path: Path, spoil: Callable[[Path], None] | None, made: dict[str, object], code: str, says: str
) -> None:
    path = film(tmp_path / "film.mp4", **{"seconds": 1.0, "size": (64, 36), **made})  # type: ignore[arg-type]
    if spoil:
        spoil(path)
    with pytest.raises(Refused) as refused:
        probe(path)
    assert refused.value.code == code
    assert says in refused.value.text and "bitte" in refused.value.text.lower()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "media.svg"),
        (b"<!doctype html><title>Anmelden</title>", "media.html"),
        (b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/geheim\n", "media.unknown"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "media.unknown"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "media.no_video"),
    ],
)
def test_what_only_calls_itself_a_video_is_never_opened_as_one(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(data)
    with pytest.raises(Refused) as refused:
        probe(path)
    assert refused.value.code == code


def test_a_huge_film_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", size=(4600, 64), seconds=0.6, loud=None)
    with pytest.raises(Refused, match="4600 × 64 Pixel"):
        probe(path)


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(2.0, "2 Sekunden lang; X nimmt 3 Sekunden bis 1:30 Minuten an"), (95.0, "1:35 Minuten lang.*Bitte kürzen")],
)
def test_a_length_that_the_channel_does_not_take_is_refused(seconds: float, says: str) -> None:
    with pytest.raises(Refused, match=says):
        cast(long(seconds), RULES, "X")


def test_a_weight_is_reached_by_fewer_bits_and_refused_when_they_would_be_too_few() -> None:
    small = VideoRules(1280, 720, max_bytes=20_000_000, min_seconds=1, max_seconds=3600)
    made = cast(long(60), small, "X")
    assert made.kbps < 6000 and (made.kbps + 128) * 60 / 8 * 1000 < small.max_bytes
    with pytest.raises(Refused, match="20 MB"):
        cast(long(600), small, "X")


@pytest.mark.parametrize(
    ("size", "rules", "crop"),
    [
        ((1280, 720), RULES, False),
        ((1280, 720), VideoRules(1280, 720, 10**8, 1, 90), True),
        ((720, 1280), VideoRules(1280, 720, 10**8, 1, 90), False),
        ((1440, 1080), VideoRules(1280, 720, 10**8, 1, 90), True),
        ((1080, 1080), VideoRules(1080, 1350, 10**8, 1, 90), True),
    ],
)
def test_a_crop_that_would_lose_too_much_becomes_a_frame(size: tuple[int, int], rules: VideoRules, crop: bool) -> None:
    assert cast(long(10, size), rules, "X").crop is crop


@pytest.mark.parametrize(
    ("rate", "made"), [(23.976, 24), (25, 25), (50, 25), (29.97, 30), (60, 30), (12, 30), (120, 30)]
)
def test_the_rate_is_one_that_every_network_takes(rate: float, made: int) -> None:
    assert cast(long(10, rate=rate), RULES, "X").rate == made


def test_channels_whose_bounds_do_not_bite_share_one_film() -> None:
    wide = [VideoRules(1280, 720, size, 1, 600) for size in (200_000_000, 512_000_000)]
    assert len({cast(long(60), rules, "X").shape("") for rules in wide}) == 1
    assert cast(long(60), wide[0], "X").shape("") != cast(long(60), wide[0], "X").shape("ab" * 32)
