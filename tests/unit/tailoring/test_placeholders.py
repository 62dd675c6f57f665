"""Placeholders: filled, left visible, or gone with their line; teasers; names that end in a dot."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from distributor.domain import FeedItem
from distributor.tailoring.placeholders import TEASER, resolve, teaser_of, values_of

VALUES = {"titel": "Was nun?", "kjc.bei": "bei der MainArbeit.", "kontakt.telefon": "", "ort": "Offenbach"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Beratung gibt es {{kjc.bei}}.", "Beratung gibt es bei der MainArbeit."),
        ("Beratung {{kjc.bei}} in {{ ort }}.", "Beratung bei der MainArbeit. in Offenbach."),
        ("{{kjc.Bei}}", "Bei der MainArbeit."),
        ("Rat {{kjc.bei}}...", "Rat bei der MainArbeit...."),
        ("{{titel}}.", "Was nun?"),
        ("{{ort}}.", "Offenbach."),
        ("{{kontakt.telefon}}.", "{{kontakt.telefon}}."),
        ("{{unbekannt}} {{unbekannt?}}", "{{unbekannt}} {{unbekannt?}}"),
        ("Komm vorbei.\nTel. {{kontakt.telefon?}}\nOrt: {{ort?}}", "Komm vorbei.\nOrt: Offenbach"),
        ("Tel. {{kontakt.telefon?}}", ""),
    ],
)
def test_a_text_takes_its_values_in(text, wanted):
    assert resolve(text, VALUES) == wanted


def test_a_value_is_never_taken_for_a_placeholder():
    assert resolve("{{titel}}", {"titel": "{{ort}}", "ort": "Offenbach"}) == "{{ort}}"


@pytest.mark.parametrize(
    ("summary", "text", "wanted"),
    [
        ("Kurz gesagt.", "Lang.", "Kurz gesagt."),
        ("", "Erster Satz. Zweiter Satz.", "Erster Satz. Zweiter Satz."),
        ("Ganzer Satz. Halber Satz, der […]", "Ganzer Text.", "Ganzer Satz."),
        ("Halber Satz, der […]", "Ganzer Text.", "Ganzer Text."),
        ("Halber Satz, der [...]", "", "Halber Satz, der …"),
        ("", "Mia lacht …", "Mia lacht …"),
        ("Der Titel", "Der Titel. Und der Text.", "Und der Text."),
        ("  Zwei \n\n Zeilen  hier ", "", "Zwei\nZeilen hier"),
        ("", "", ""),
    ],
)
def test_the_teaser_is_the_summary_or_the_beginning_of_the_text(summary, text, wanted):
    assert teaser_of(FeedItem("1", "Der Titel", "", summary, text)) == wanted


def test_a_teaser_of_a_long_text_ends_at_a_sentence():
    teaser = teaser_of(FeedItem("1", "", "", "", "Dies ist ein Satz von vielen. " * 50))

    assert len(teaser) <= TEASER
    assert teaser.endswith("von vielen.")


def test_an_endless_sentence_is_broken_off_at_a_word():
    teaser = teaser_of(FeedItem("1", "", "", "", "wort " * 5000))

    assert len(teaser) <= TEASER
    assert teaser.endswith("wort …")


def test_sentences_with_an_address_stay_out_where_addresses_are_not_wanted():
    content = FeedItem("1", "", "", "Alles neu. Mehr auf https://portal.example/a. Komm vorbei.")

    assert teaser_of(content, addresses=False) == "Alles neu. Komm vorbei."
    assert "https://" in teaser_of(content)


def test_a_credit_carries_its_label_only_once(organisations, item):
    values = values_of(item, organisations["fulda"], link="", credit="Foto: Jana Beispiel")

    assert resolve("Foto: {{credit}}", values) == "Foto: Jana Beispiel"


def test_every_value_of_the_house_is_known(organisations, item):
    organisation = organisations["kreis-offenbach"]
    organisation = replace(organisation, contact=replace(organisation.contact, person="Kim Muster"))
    values = values_of(item, organisation, link="https://k.example/1", credit="J. B.")

    assert values["kjc.nominativ"] == "die Pro Arbeit"
    assert values["kontakt.person"] == "Kim Muster"
    assert values["region"] == "Kreis Offenbach"


@pytest.mark.parametrize("unit", [" ", "\n", ".", "[…] ", "{{", '."', "wort "])
def test_a_teaser_takes_time_by_length_only(unit):
    begun = time.perf_counter()
    teaser_of(FeedItem("1", "", "", unit * 30_000, unit * 30_000))
    resolve(unit * 30_000, VALUES)

    assert time.perf_counter() - begun < 3
