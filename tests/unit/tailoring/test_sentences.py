"""German sentence ends, and that splitting loses nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.tailoring import sentences

HAND_WRITTEN = (Path(__file__).parent / "data" / "sentences.txt").read_text("utf-8").splitlines()

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
    "Das gilt z.\u00a0B. und z.\u202fB. Kleidung und d.\u2009h. Schuhe.",
    "Am 3. und 4. Mai und am 5. Juni.",
    "Das regelt § 16 Abs. 2 Nr. 3 SGB II i. V. m. § 3.",
    "Das Werk ist von J. S. Bach und H.-P. Müller.",
    "Dr.-Ing. Kaya und Dipl.-Ing. Roth kommen.",
    "Um 14.30 Uhr kostet es 3,5 Mio. Euro.",
    "»Ich war unsicher. Dann kam der Anruf«, sagt Noah.",
    "„Oma sagte: ‚Lern was! Nur Mut.‘ Sie hatte recht. Immer“, lacht Jana.",
    "Das (siehe Abs. 2. Dort (ganz unten. Klein.) steht es) gilt.",
    "Der Text sagt (…) Wichtiges und […] Neues.",
    "Fr. Koch und Hr. Weber sind Mo. 8 bis 12 Uhr da.",
    "Sie lernt im 2. Lehrjahr, ab 5. Klasse, zum 10. Mal.",
    "Die MainArbeit. hilft.",
    "Siehe z. B. https://kjc.example/a.b?c=d.e.",
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
        ("Das liegt bei usw. Danach kam Ali.", ["Das liegt bei usw. ", "Danach kam Ali."]),
        ("Sie wurde 3. Danach lachte sie.", ["Sie wurde 3. ", "Danach lachte sie."]),
        ("Wir treffen uns in Raum 12. Komm!", ["Wir treffen uns in Raum 12. ", "Komm!"]),
        ("Für alle zwischen 16 und 25. Los!", ["Für alle zwischen 16 und 25. ", "Los!"]),
        ("Das regelt Abs. 2. Näheres dort.", ["Das regelt Abs. 2. ", "Näheres dort."]),
        ("Das zahlt das SGB V. Und Plan B. Gut.", ["Das zahlt das SGB V. ", "Und Plan B. ", "Gut."]),
        ("„Komm vorbei!“ Mia lacht.", ["„Komm vorbei!“ ", "Mia lacht."]),
        ("„Echt?“ „Ja!“ Gut.", ["„Echt?“ ", "„Ja!“ ", "Gut."]),
        ("(Bitte anmelden!) Danach geht es los.", ["(Bitte anmelden!) ", "Danach geht es los."]),
        ("Wirklich?! Ja...! Gut.", ["Wirklich?! ", "Ja...! ", "Gut."]),
        ("Komm! 🎉🥳 Wir warten. ❤️ Los.", ["Komm! 🎉🥳 ", "Wir warten. ❤️ ", "Los."]),
        ("Los! 👉 Hier geht es lang.", ["Los! ", "👉 Hier geht es lang."]),
        ("Bewirb dich. https://kjc.example/a", ["Bewirb dich. ", "https://kjc.example/a"]),
        ("Folg uns! #ausbildung @kjc", ["Folg uns! ", "#ausbildung @kjc"]),
        ("Erstens\n- Punkt eins\n- Punkt 2.\nEnde", ["Erstens\n", "- Punkt eins\n", "- Punkt 2.\n", "Ende"]),
        ("„Offen. Danach mehr.", ["„Offen. ", "Danach mehr."]),
        ("„Zwei\n\nZeilen. Danach“ Ende.", ["„Zwei\n\n", "Zeilen. ", "Danach“ Ende."]),
        ("„Zwei\nZeilen. Danach“ Ende.", ["„Zwei\nZeilen. Danach“ Ende."]),
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


def test_a_name_that_ends_with_a_dot_goes_on_unless_the_line_ends():
    keep = ["MainArbeit."]

    assert len(sentences.split("Frag die MainArbeit. Offenbach hilft.", keep)) == 1
    assert len(sentences.split("Frag die MainArbeit.\nOffenbach hilft.", keep)) == 2


@pytest.mark.parametrize("seed", range(10))
def test_hand_written_sentences_in_any_order_are_parted_exactly_where_they_meet(seed):
    chosen = random.Random(seed).sample(HAND_WRITTEN, len(HAND_WRITTEN))

    assert len(chosen) >= 300
    assert [sentence.rstrip() for sentence in sentences.split(" ".join(chosen))] == chosen


@given(
    st.text(alphabet=st.sampled_from("aÄz1 .?!…„“»«()\n\"'"), max_size=80), st.lists(st.text(max_size=5), max_size=2)
)
def test_nothing_is_lost_and_no_sentence_is_blank(text, keep):
    parts = sentences.split(text, keep)

    assert "".join(parts) == text
    assert all(part.strip() for part in parts) or not text.strip()


@pytest.mark.parametrize(
    "unit", [".", "a.", ". ", "„", "„a. ", "(", ")", "„“", '"', "1. ", "\n", " ", "z. B. ", "! 🎉", "a"]
)
def test_hostile_repetition_of_100_000_letters_is_split(unit):
    text = unit * (100_000 // len(unit))

    assert "".join(sentences.split(text, keep=["a. b.", ". "])) == text
