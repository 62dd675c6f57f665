"""Placeholders: filled, left visible, or gone with their line; names that end in a dot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from distributor.tailoring.placeholders import resolve
from distributor.tailoring.values import values_of
from tests.support.effort import effort

VALUES = {
    "titel": "Was nun?",
    "kjc.bei": "bei der MainArbeit.",
    "kontakt.telefon": "",
    "ort": "Offenbach",
    "kuerzel": "J. B.",
}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Beratung gibt es {{kjc.bei}}.", "Beratung gibt es bei der MainArbeit."),
        ("Beratung {{kjc.bei}} in {{ ort }}.", "Beratung bei der MainArbeit. in Offenbach."),
        ("{{kjc.Bei}}", "Bei der MainArbeit."),
        ("Rat {{kjc.bei}}, gleich heute.", "Rat bei der MainArbeit, gleich heute."),
        ("Warst du schon {{kjc.bei}}?", "Warst du schon bei der MainArbeit?"),
        ("Hilfe {{kjc.bei}}: kostenlos", "Hilfe bei der MainArbeit: kostenlos"),
        ("Komm vorbei ({{kjc.bei}}).", "Komm vorbei (bei der MainArbeit.)."),
        ("Rat {{kjc.bei}}...", "Rat bei der MainArbeit...."),
        ("{{titel}}!", "Was nun?!"),
        ("Von {{kuerzel}}, {{ort}}", "Von J. B., Offenbach"),
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


def test_a_credit_carries_its_label_only_once(organisations, item):
    values = values_of(item, organisations["fulda"], link="", credit="Foto: Jana Beispiel")

    assert resolve("Foto: {{credit}}", values) == "Foto: Jana Beispiel"


def test_every_value_of_the_house_is_known(organisations, item):
    organisation = organisations["kreis-offenbach"]
    organisation = replace(organisation, contact=replace(organisation.contact, person="Kim Muster"))
    values = values_of(item, organisation, link="https://k.example/1", credit="J. B.")

    assert values["kjc.nominativ"] == "die Pro Arbeit"
    assert values["kontakt.person"] == "Kim Muster"
    assert values["region.im"] == "im Kreis Offenbach"


@pytest.mark.parametrize("unit", [" ", "\n", ".", "{{", "{{a}}", "wort "])
def test_a_text_takes_time_by_length_only(unit):
    with effort(30):
        resolve(unit * 30_000, VALUES)
