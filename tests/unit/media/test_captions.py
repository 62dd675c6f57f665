"""Captions as files of the wild, and what is made of them."""

from __future__ import annotations

import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.domain import Refused
from distributor.media.captions import FONT_FILE, FONTS, Cue, as_ass, as_srt, as_vtt, read

VTT = """\ufeffWEBVTT - Titel

NOTE nur für uns
und noch eine Zeile

STYLE
::cue { color: red }

eins
00:01.000 --> 00:02.500 line:90% align:start
<v Mia>Größe &amp; Maß</v>
zweite Zeile

00:00:03.000 --> 00:00:04.000
<i>schräg</i>
"""
SRT = "1\r\n00:00:01,000 --> 00:00:02,500\r\nGröße & Maß\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\n{\\an8}oben\r\n"


def test_webvtt_is_read_without_its_notes_and_marks() -> None:
    assert read(VTT.encode()) == (Cue(1.0, 2.5, "Größe & Maß\nzweite Zeile"), Cue(3.0, 4.0, "schräg"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_subrip_is_read_in_the_encodings_that_people_use(encoding: str) -> None:
    assert read(SRT.encode(encoding)) == (Cue(1.0, 2.5, "Größe & Maß"), Cue(3.0, 4.0, "oben"))


@pytest.mark.parametrize("data", [b"", b"WEBVTT\n", b'{"a": 1}', b"00:02.000 --> 00:01.000\nverkehrt\n", bytes(50)])
def test_what_holds_no_captions_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="keine Untertitel mit Zeiten"):
        read(data)


def test_a_huge_file_is_refused() -> None:
    with pytest.raises(Refused, match="2 MB"):
        read(b"WEBVTT\n\n" + b"a" * 2_100_000)


SAID = st.text(st.characters(blacklist_categories=["C", "Z"]), min_size=1, max_size=30).filter(
    lambda text: "<" not in text and "{" not in text and "&" not in text
)
CUES = st.lists(
    st.builds(
        lambda start, length, text: Cue(start / 1000, (start + length) / 1000, text),
        st.integers(0, 3_000_000),
        st.integers(1, 9000),
        SAID,
    ),
    min_size=1,
    max_size=5,
    unique=True,
).map(lambda cues: tuple(sorted(cues, key=lambda cue: (cue.start, cue.end))))


@given(CUES)
def test_what_is_written_reads_as_it_was(cues: tuple[Cue, ...]) -> None:
    by_time = [(cue.start, cue.end) for cue in cues]
    for written in (as_vtt(cues), as_srt(cues)):
        assert [(cue.start, cue.end) for cue in read(written)] == by_time
        assert sorted(cue.text for cue in read(written)) == sorted(cue.text for cue in cues)


@given(st.binary(max_size=400))
def test_wild_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(Refused):
        assert read(b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + data) is not None


def test_a_caption_gives_the_burner_no_orders() -> None:
    script = as_ass((Cue(0, 1, "{\\pos(0,0)}weg\\Nund\nneu"),), 1080, 1920)
    [line] = [line for line in script.splitlines() if line.startswith("Dialogue")]
    text = line.split(",,", 2)[-1]
    assert "{" not in text and text.count("\\") == 1 and "\\N" in text


def test_the_vendored_font_is_the_one_that_is_named() -> None:
    table = (FONTS / "VENDORED.md").read_text("utf-8")
    assert f"| {FONT_FILE.name} |" in table
    assert hashlib.sha256(FONT_FILE.read_bytes()).hexdigest() in table
