"""Gender signs: every kind is found, what only looks like one is left alone, and the house's own form is suggested."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Ask = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    "text",
    [
        "Für alle Schüler*innen",
        "Für alle Klient:innen",
        "Für alle Klient_innen",
        "Für alle Klient·innen",
        "Für alle Schüler/innen",
        "Für alle Schüler/-innen",
        "Für alle Schüler(innen)",
        "Für alle SchülerInnen",
        "Unser*e Berater*in hilft.",
        "Ein Job als Verkäufer/-in",
        "Ein Job als VerkäuferIn",
        "Jobcenter-Mitarbeiter*innen",
        "Der*die Azubi",
        "jede:r",
        "ein*e",
        "eine/n",
        "sie*er",
        "ein Jugendliche*r",
        "Auszubildende:r",
        "#Schüler*innen",
        "#SchülerInnen",
        "Azubi:innen",
    ],
)
def test_a_sign_is_found(ask: Ask, text: str) -> None:
    assert ask(text)["gender.sign"].severity == "warn"


@pytest.mark.parametrize(
    "text",
    [
        "Es steht 3:2.",
        "Info:innen und außen",
        "IInnen",
        "Um 10:30 in Fulda",
        "LinkedIn, CheckIn, LogIn",
        "drinnen: innen",
        "https://k.example/schüler_innen und www.k.example/Klient*innen",
        "k.example/Klient_innen",
        "kontakt_innen@k.example, @team_innen",
        "Jobcenter/in der Stadt",
        "und/oder, Haus/Hof, 24/7",
        "Frauen und Männer, Schülerinnen und Schüler",
        "„Liebe Schüler*innen“, sagt sie.",
        "#WohnenInFulda #AusbildungInHessen",
        "Öffnungszeiten:\nin der Woche",
        "Die Lehrerin, der Lehrer",
        "Kommt: er, sie, wir.",
        "Ende/nie",
        "der/die Azubi, er/sie, ein/eine",
    ],
)
def test_what_only_looks_like_a_sign_is_left_alone(ask: Ask, text: str) -> None:
    assert "gender.sign" not in ask(text)


@pytest.mark.parametrize(
    ("style", "text", "wrong", "right"),
    [
        ("pair", "Alle Klient*innen kommen.", "Klient*innen", "Klientinnen und Klienten"),
        ("pair", "Mit den Klient:innen", "Klient:innen", "Klientinnen und Klienten"),
        ("pair", "Schüler*innen fragen.", "Schüler*innen", "Schülerinnen und Schüler"),
        ("pair", "Wir reden mit Schüler*innen.", "Schüler*innen", "Schülerinnen und Schülern"),
        ("pair", "Mit jungen Schüler*innen", "Schüler*innen", "Schülerinnen und Schülern"),
        ("pair", "Das Wissen der Berufsschüler/innen", "Berufsschüler/innen", "Berufsschülerinnen und Berufsschüler"),
        ("pair", "Für ÄrztInnen", "ÄrztInnen", "Ärztinnen und Ärzte"),
        ("pair", "Alle Florist*innen", "Florist*innen", "Floristinnen und Floristen"),
        ("pair", "Bei Ingenieur*innen", "Ingenieur*innen", "Ingenieurinnen und Ingenieuren"),
        ("pair", "Alle Bürger-Berater*innen", "Bürger-Berater*innen", "Bürger-Beraterinnen und Bürger-Berater"),
        ("neutral", "Viele Teilnehmer*innen", "Teilnehmer*innen", "Teilnehmende"),
        ("neutral", "Die Teilnehmer*innen", "Teilnehmer*innen", "Teilnehmenden"),
        ("neutral", "Mit Teilnehmer*innen", "Teilnehmer*innen", "Teilnehmenden"),
        ("neutral", "Alle Kursteilnehmer*innen", "Kursteilnehmer*innen", "Kursteilnehmenden"),
        ("neutral", "Für Lehrer*innen", "Lehrer*innen", "Lehrkräfte"),
        ("neutral", "Von Expert*innen", "Expert*innen", "Fachleuten"),
        ("neutral", "Alle Schüler*innen", "Schüler*innen", "Schülerinnen und Schüler"),
    ],
)
def test_the_house_s_own_form_is_suggested(ask: Ask, style: str, text: str, wrong: str, right: str) -> None:
    problem = ask(text, gender=style)["gender.sign"]

    assert (problem.fix.wrong, problem.fix.right) == (wrong, right)
    assert f"„{right}“" in problem.text


@pytest.mark.parametrize(
    "text", ["Das hilft Schüler*innen.", "Frag Berater*in Kim.", "jede*r", "Alle Xyz*innen", "#AlleKlient*innen"]
)
def test_where_the_grammar_is_not_sure_nothing_is_rewritten(ask: Ask, text: str) -> None:
    assert ask(text, gender="pair")["gender.sign"].fix is None


def test_every_word_is_named_once(ask: Ask, reviewed_all: Callable[[str], list[str]]) -> None:
    told = reviewed_all("Alle Klient*innen, alle Schüler*innen, alle Klient*innen")

    assert [text.split("“")[0] for text in told] == ["„Klient*innen", "„Schüler*innen"]


def test_a_house_that_writes_signs_hears_only_of_a_mixture(ask: Ask) -> None:
    assert "gender.sign" not in ask("Für alle Schüler*innen", gender="sign")
    assert "gender.mixed" not in ask("Für alle Schüler*innen und Klient*innen", gender="sign")
    assert ask("Für Schüler*innen und Klient:innen", gender="sign")["gender.mixed"].severity == "hint"
