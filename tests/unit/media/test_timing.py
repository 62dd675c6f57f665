"""A transcript timed by pauses: every word kept, no two captions at once, sentences begin where somebody speaks."""

from __future__ import annotations

import math
from array import array
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.domain import Refused
from distributor.media.films import probe
from distributor.media.timing import MOST, Pause, timed
from distributor.media.transcode import find_ffmpeg, pauses
from tests.support.films import SOUND_RATE, film, halves

TEXT = (
    "Ich war lange ohne Arbeit. Dann kam der Brief vom Jobcenter, und ich dachte zuerst an nichts Gutes. "
    "Heute lerne ich Anlagenmechanikerin! Was hat geholfen? Ein Mensch, der zugehört hat."
)
SPOKEN = ((0.6, 2.4), (3.1, 8.6), (9.2, 11.8), (12.5, 13.6), (14.4, 16.9))
"""Seconds in which each sentence is spoken."""
SECONDS = 17.5


def between() -> tuple[Pause, ...]:
    edges = [0.0, *(moment for part in SPOKEN for moment in part), SECONDS]
    return tuple(Pause(edges[at], edges[at + 1]) for at in range(0, len(edges), 2))


def test_every_sentence_begins_and_ends_with_its_speech() -> None:
    cues = timed(TEXT, between(), SECONDS)
    starts, ends = {round(cue.start, 2) for cue in cues}, {round(cue.end, 2) for cue in cues}
    for start, end in SPOKEN:
        assert start in starts, start
        assert end in ends, end
    first_words = {cue.start: cue.text.split()[0] for cue in cues}
    assert [first_words[start] for start, _ in SPOKEN] == ["Ich", "Dann", "Heute", "Was", "Ein"]


def test_a_short_breath_within_a_sentence_parts_nothing() -> None:
    cues = timed(TEXT, (*between(), Pause(5.0, 5.25)), SECONDS)
    assert {round(cue.start, 2) for cue in cues} >= {start for start, _ in SPOKEN}


def test_without_a_pause_the_text_is_spread_by_its_letters() -> None:
    cues = timed("Eins zwei drei vier. Fünf sechs sieben acht.", (), 10.0)
    assert [round(cue.start) for cue in cues] == [0, 5]
    assert cues[-1].end == 10.0


def test_long_sentences_are_parted_at_their_commas_into_even_parts() -> None:
    cues = timed(TEXT, between(), SECONDS)
    assert all(len(cue.text) <= MOST for cue in cues)
    assert "Dann kam der Brief vom Jobcenter," in [cue.text for cue in cues]


@pytest.mark.parametrize(("text", "says"), [(" \n ", "gesprochenen Text"), ("wort " * 2000, "viel zu lang")])
def test_what_cannot_be_spoken_is_refused(text: str, says: str) -> None:
    with pytest.raises(Refused, match=says):
        timed(text, (), 10.0)


sentences = st.lists(st.text("abc äß,.!?\n", min_size=1, max_size=80), min_size=1, max_size=12).map(". ".join)
gaps = st.lists(st.tuples(st.floats(0, 60), st.floats(0.05, 5)), max_size=12)


@given(text=sentences, found=gaps, seconds=st.floats(40, 90))
def test_every_word_is_said_once_in_order_and_nothing_overlaps(
    text: str, found: list[tuple[float, float]], seconds: float
) -> None:
    quiet = [Pause(start, min(seconds, start + length)) for start, length in found if start < seconds - 0.1]
    try:
        cues = timed(text, quiet, seconds)
    except Refused:
        return
    assert " ".join(cue.text for cue in cues).split() == text.split()
    assert all(0 <= cue.start < cue.end <= seconds + 0.001 for cue in cues)
    assert all(one.end <= other.start + 0.001 for one, other in pairwise(cues))


@pytest.mark.parametrize("loud", [0.5, 0.05])
def test_pauses_are_heard_in_loud_and_in_quiet_films(tmp_path: Path, loud: float) -> None:
    path = tmp_path / "gesprochen.mp4"
    with av.open(str(path), "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=5, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 64, 36, "yuv420p"
        sound = container.add_stream("aac", rate=SOUND_RATE, layout="mono")
        for number in range(int(SECONDS * 5)):
            frame = av.VideoFrame.from_image(halves(64, 36, 0))
            frame.pts, frame.time_base = number, Fraction(1, 5)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for start in range(0, int(SECONDS * SOUND_RATE), 1024):
            tone = av.AudioFrame(format="fltp", layout="mono", samples=1024)
            at = start / SOUND_RATE
            level = loud if any(begin <= at < end for begin, end in SPOKEN) else loud / 60
            wave = (level * math.sin(2 * math.pi * 220 * (start + each) / SOUND_RATE) for each in range(1024))
            tone.planes[0].update(array("f", wave).tobytes())
            tone.sample_rate, tone.pts, tone.time_base = SOUND_RATE, start, Fraction(1, SOUND_RATE)
            container.mux(sound.encode(tone))
        container.mux(sound.encode(None))

    quiet = pauses(path, probe(path), ffmpeg=find_ffmpeg(), workshop=tmp_path)
    assert len(quiet) == len(between())
    cues = timed(TEXT, quiet, probe(path).seconds)
    for start, end in SPOKEN:
        assert min(abs(cue.start - start) for cue in cues) < 0.12
        assert min(abs(cue.end - end) for cue in cues) < 0.12


@pytest.mark.parametrize("loud", [None, 0.0])
def test_a_film_without_sound_has_no_pauses(tmp_path: Path, loud: float | None) -> None:
    path = film(tmp_path / "stumm.mp4", size=(64, 36), seconds=1.0, loud=loud)
    assert pauses(path, probe(path), ffmpeg=find_ffmpeg(), workshop=tmp_path) == ()
