"""Fixes: each does what its sentence says, and all of a text's together come to an end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.base import Medium, RemotePost
from distributor.domain import FeedItem, Fix, Organisation, Problem
from distributor.tailoring import MENDS, apply_fix, mended, review

Ask = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("text", "wrong", "right", "wanted"),
    [
        ("Los #geld, #geldsorgen!", "#geld", "#Geld", "Los #Geld, #geldsorgen!"),
        ("geld Taschengeld geld", "geld", "Geld", "Geld Taschengeld Geld"),
        ("Eins 🎉 zwei", "🎉", "", "Eins zwei"),
        ("a.b axb", "a.b", r"\1", r"\1 axb"),
        ("nichts", "etwas", "anders", "nichts"),
        ("nichts", "", "x", "nichts"),
    ],
)
def test_a_fix_replaces_every_occurrence_and_no_part_of_a_word(text: str, wrong: str, right: str, wanted: str) -> None:
    assert apply_fix(text, Fix(wrong, right)) == wanted


@pytest.mark.parametrize(
    ("rule", "text", "wanted"),
    [
        ("hashtag.dot_or_hyphen", "Los #Stark.Sozial.VorOrt!", "Los #StarkSozialVorOrt!"),
        ("hashtag.camelcase", "Los #ausbildung, #eBay", "Los #Ausbildung, #eBay"),
        ("hashtag.camelcase", "Los #starksozialvorort", "Los #StarkSozialVorOrt"),
        ("hashtag.camelcase", "Los #STARKSOZIALVORORT", "Los #StarkSozialVorOrt"),
        (
            "hashtag.count",
            "Los\n#StarkSozialVorOrt #Ausbildung #Neustart #U25 #Fulda #Mehr #Viel",
            "Los\n#StarkSozialVorOrt #Ausbildung #Neustart #U25 #Fulda",
        ),
        (
            "hashtag.count",
            "#Ein #Zwei #Drei #Vier #Fünf\nDie #Sechs hier",
            "#Ein #Zwei #Drei #Vier #Fünf\nDie Sechs hier",
        ),
        ("unicode.pseudo_bold", "𝗝𝗲𝘁𝘇𝘁 𝗯𝗲𝘄𝗲𝗿𝗯𝗲𝗻 und Ⓙ🅙", "Jetzt bewerben und JJ"),
        ("text.invisible", "Be\u00adwer\u00adbung \u200b los\u202e", "Bewerbung los"),
        ("emoji.run", "Geschafft! 🎉 🎉🥳", "Geschafft! 🎉"),
        ("emoji.mid_sentence", "Wir 🎉 feiern heute. Komm!", "Wir feiern heute. 🎉 Komm!"),
        ("emoji.mid_sentence", "Los 🎉 am 3. Mai", "Los am 3. Mai 🎉"),
        ("emoji.as_bullet", "Tipps:\n✅ Früh da sein\n✅ Fragen", "Tipps:\n– Früh da sein\n– Fragen"),
        ("emoji.as_bullet", "👉 Jetzt bewerben", "Jetzt bewerben 👉"),
        ("caps.run", "AUSBILDUNG ABGEBROCHEN UND JETZT, Mia?", "Ausbildung abgebrochen und jetzt, Mia?"),
        ("terms.outdated", "Das Bürgergeld", "Das Grundsicherungsgeld"),
        ("terms.outdated", "Wegen des Bürgergelds", "Wegen des Grundsicherungsgelds"),
        ("terms.outdated", "Sie bekommt Hartz IV.", "Sie bekommt Grundsicherungsgeld."),
        ("gender.sign", "Für Klient*innen", "Für Klientinnen und Klienten"),
    ],
)
def test_a_rule_mends_its_text(ask: Ask, rule: str, text: str, wanted: str) -> None:
    assert rule in ask(text)
    assert mended(text, lambda words: ask(words).values(), rule).text == wanted
    assert rule not in ask(wanted)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("emoji.mid_sentence", "Wir 💙 Hessen"),
        ("caps.run", "JETZT SOFORT HIER BEWERBEN und mehr"),
        ("terms.outdated", "Mit dem Bürgergeldbescheid"),
        ("terms.outdated", "Das Bürgergeld-Team"),
        ("terms.outdated", "Die Eingliederungsvereinbarung"),
        ("terms.outdated", "Hol dir Bürgergeld. Das Bürgergeld-Gesetz sagt mehr."),
        ("terms.outdated", "Hol dir Bürgergeld. Hartz IV heißt jetzt anders. Bürgergeld gibt es nicht mehr."),
        ("terms.outdated", "Hol dir Bürgergeld auf https://a.example/Bürgergeld"),
        ("hashtag.camelcase", "#IRGENDETWASGROSSES"),
    ],
)
def test_what_a_machine_cannot_mend_is_left_to_a_person(ask: Ask, rule: str, text: str) -> None:
    assert ask(text)[rule].fix is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Mehr auf https://a.example/x?y=1.", "Mehr auf Link in Bio."),
        ("Mehr auf www.kjc.example\n\nWeiter: Link in Bio.", "Mehr auf Link in Bio\n\nWeiter: Link in Bio."),
        ("Zum Beitrag: Link in Bio.\nhttps://a.example/", "Zum Beitrag: Link in Bio.\n"),
        ("https://a.de/ und https://a.de/b", "Link in Bio und Link in Bio"),
    ],
)
def test_an_address_that_nobody_can_click_gives_way(ask: Ask, text: str, wanted: str) -> None:
    assert mended(text, lambda words: ask(words, links="none").values()).text == wanted


def test_no_fix_tears_an_email_address(ask: Ask) -> None:
    assert ask("Schau auf kjc.de oder schreib an info@kjc.de", links="none")["link.raw"].fix is None


@pytest.mark.parametrize(
    ("alt", "wanted"),
    [
        ("Bild von einer Werkbank", "Eine Werkbank"),
        ("Foto von einer jungen Frau am Tisch", "Eine junge Frau am Tisch"),
        ("Das Bild zeigt eine Werkbank", "Eine Werkbank"),
        ("Foto: zwei Hände", "Zwei Hände"),
        ("Bild vom Eingang der Agentur", "Eingang der Agentur"),
        ("Bild von Kindern", None),
        ("Bild eines Mannes", None),
        ("Auf dem Bild ist ein Mann zu sehen", None),
    ],
)
def test_an_alternative_text_begins_with_its_content(ask: Ask, picture: Medium, alt: str, wanted: str | None) -> None:
    fix = ask(media=[replace(picture, alt=alt)])["alt.starts_with"].fix

    assert (fix and apply_fix(alt, fix)) == wanted


def test_only_the_named_rule_is_mended(ask: Ask) -> None:
    text = "#geld für Klient*innen"

    assert mended(text, lambda words: ask(words).values(), "hashtag.camelcase").text == "#Geld für Klient*innen"
    assert mended(text, lambda words: ask(words).values()).text == "#Geld für Klientinnen und Klienten"


def test_fixes_that_undo_each_other_come_to_an_end() -> None:
    def restless(text: str) -> list[Problem]:
        other = "b" if text == "a" else "a"
        return [Problem("x", "warn", "", Fix(text, other))]

    assert mended("a", restless).text in ("a", "b")


def test_a_fix_that_would_block_the_post_is_left_out_and_the_others_are_not(ask: Ask) -> None:
    text = "Los #geld für Klient*innen"

    done = mended(text, lambda words: ask(words, text=len(text)).values())

    assert done.text == "Los #Geld für Klient*innen"
    [kept] = done.kept
    assert (kept.problem.rule, kept.because.rule) == ("gender.sign", "text.too_long")


def test_what_blocked_the_post_before_keeps_no_fix_back(ask: Ask) -> None:
    done = mended("Los für Klient*innen", lambda words: ask(words, text=5).values())

    assert (done.text, done.kept) == ("Los für Klientinnen und Klienten", ())


def test_room_that_another_fix_makes_is_used(ask: Ask) -> None:
    text = "Für Klient*innen und #stark.sozial.vor.ort.und.viel.mehr.als.nur.das"

    done = mended(text, lambda words: ask(words, text=len(text) + 4).values())

    assert done.kept == ()
    assert done.text.startswith("Für Klientinnen und Klienten")


PIECES = st.sampled_from(
    [
        *("#geld", "#Stark.Sozial", "#Ab-cd", "🎉", "💙", "👩🏽‍🚀", "✅ ", "\n", " ", ". ", "Wir ", "𝗯𝗼𝗹𝗱", "Ⓐ", "🅐"),
        *("Klient*innen", "Schüler:innen", "jede*r", "SchülerInnen", "Bürgergeld", "Bürgergelds", "Hartz IV"),
        *(
            "AUSBILDUNG ",
            "ABGEBROCHEN ",
            "UND ",
            "JETZT ",
            "https://a.example/",
            "Link in Bio",
            "{{x}}",
            "„",
            "“",
            "24.11.",
        ),
    ]
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=14))
def test_a_mended_text_needs_no_mending(
    parts: list[str], organisations: dict[str, Organisation], make_limits: Callable[..., Any]
) -> None:
    content = FeedItem("1", "Ausbildung abgebrochen – und jetzt?", "")
    limits = make_limits(links="none", hashtags=3)

    def problems(text: str) -> tuple[Problem, ...]:
        return review(RemotePost("fake", "feed", text, ""), content, organisations["fulda"], limits, ())

    once = mended("".join(parts), problems).text

    assert mended(once, problems).text == once


def test_every_rule_that_mends_is_shown_to_mend(ask: Ask) -> None:
    shown = {"link.raw", "alt.starts_with", "alt.invisible"} | {
        mark[0]
        for mark in next(each.args[1] for each in test_a_rule_mends_its_text.pytestmark if each.name == "parametrize")
    }

    assert set(MENDS) == shown
