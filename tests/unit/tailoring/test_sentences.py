"""German sentence ends, and that splitting loses nothing."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.tailoring import sentences

WHOLE = [
    "Das gilt z. B. für Kleidung.",
    "Das gilt z.B. Kleidung und d. h. Schuhe.",
    "Ab dem 1. Januar gilt das.",
    "Am 3. Dezember 2026 um 10 Uhr geht es los.",
    "Das ist ihr 2. Versuch.",
    "Bitte Formular Nr. 5 mitbringen.",
    "Anruf unter Tel. 06252/15-6500 genügt.",
    "Die Beratung ist in der Hauptstr. 12 im Erdgeschoss.",
    "Frau Dr. Beispiel und Prof. Muster antworten.",
    "Das kostet ca. 20 Euro, inkl. Material.",
    "„Ich war unsicher. Dann kam der Anruf“, sagt Noah.",
    "„Was nun?“ fragte sie.",
    "Das Café (Mo. bis Fr. offen. Samstags zu.) liegt nebenan.",
    "Am 5.11. in Fulda.",
    "Der Kurs läuft vom 1. Sept. 2026 an.",
    "Alle Unterlagen usw. waren da.",
    "Mehr auf www.kjc.example steht bereit.",
]


@pytest.mark.parametrize("sentence", WHOLE)
def test_one_sentence_stays_one(sentence):
    assert sentences.split(sentence) == (sentence,)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Erst das. Dann dies.", ["Erst das. ", "Dann dies."]),
        ("Was nun? Los geht es! Ja.", ["Was nun? ", "Los geht es! ", "Ja."]),
        ("Er sagt: „Ich bin froh.“ Danach lacht er.", ["Er sagt: „Ich bin froh.“ ", "Danach lacht er."]),
        ("Das war 2026. Danach kam mehr.", ["Das war 2026. ", "Danach kam mehr."]),
        ("Für alle unter 25. Komm vorbei!", ["Für alle unter 25. ", "Komm vorbei!"]),
        ("Es war der 31.12.2026. Danach war Schluss.", ["Es war der 31.12.2026. ", "Danach war Schluss."]),
        ("Überschrift ohne Punkt\nErster Satz.", ["Überschrift ohne Punkt\n", "Erster Satz."]),
        ("Es geht um 14 Uhr los. 20 Plätze sind frei.", ["Es geht um 14 Uhr los. ", "20 Plätze sind frei."]),
        ("Das geht so. „Gern“, sagt sie.", ["Das geht so. ", "„Gern“, sagt sie."]),
        ("Mia lacht … Dann erzählt sie.", ["Mia lacht … ", "Dann erzählt sie."]),
    ],
)
def test_sentences_end_where_a_reader_stops(text, parts):
    assert list(sentences.split(text)) == parts


def test_a_name_with_a_dot_inside_is_no_sentence_end():
    text = "Das ist die MainArbeit. Kommunales Jobcenter Offenbach. Komm vorbei."

    assert len(sentences.split(text)) == 3
    assert sentences.split(text, keep=["MainArbeit. Kommunales Jobcenter Offenbach"]) == (
        "Das ist die MainArbeit. Kommunales Jobcenter Offenbach. ",
        "Komm vorbei.",
    )


@given(
    st.text(alphabet=st.sampled_from("aÄz1 .?!…„“»«()\n\"'"), max_size=80), st.lists(st.text(max_size=5), max_size=2)
)
def test_nothing_is_lost_and_no_sentence_is_blank(text, keep):
    parts = sentences.split(text, keep)

    assert "".join(parts) == text
    assert all(part.strip() for part in parts) or not text.strip()


@pytest.mark.parametrize("unit", [".", "a.", ". ", "„", "„a. ", "(", '"', "1. ", "\n", " ", "z. B. "])
def test_time_grows_with_length_only(unit):
    begun = time.perf_counter()
    sentences.split(unit * 20_000)

    assert time.perf_counter() - begun < 3
