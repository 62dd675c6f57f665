"""How hard the prose is to read, measured on what was written and not on its frame; officialese and plainer words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connectors.base import RemotePost
from distributor.tailoring import review
from distributor.tailoring.lexicon import LEXICON

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def indexed(organisations: Any, item: Any, make_limits: Any) -> Callable[..., list[str]]:
    """Review a text with other bounds."""

    def asked(text: str, **bounds: int) -> list[str]:
        lexicon = replace(LEXICON, officialese=(), **bounds)
        remote = RemotePost("fake", "feed", text, "")
        found = review(remote, item, organisations["fulda"], make_limits(), (), lexicon=lexicon)
        return [problem.text for problem in found]

    return asked


EASY = (
    "Mia hat ihre Lehre nach drei Monaten beendet. Dann kam ein Brief von uns. Sie rief an und kam vorbei. "
    "Jetzt baut sie Möbel. Ihr Chef ist froh. Im Video zeigt sie, was sie kann."
)
HARD = (
    "Leistungsberechtigte Personen erhalten Unterstützungsleistungen ausschließlich nach vollständiger Einreichung "
    "sämtlicher erforderlicher Antragsunterlagen einschließlich zugehöriger Einkommensnachweise. Unvollständige "
    "Antragsunterlagen, Einkommensnachweise oder Verpflichtungserklärungen verlängern voraussichtlich die "
    "Bearbeitungszeiten innerhalb zuständiger Organisationseinheiten erheblich. Widersprüche benötigen Schriftform."
)


def test_hard_prose_is_hinted_at_with_its_index(ask: Ask) -> None:
    assert ask(HARD)["plain.lix"].severity == "hint"
    assert "plain.lix" not in ask(EASY)


def test_the_index_is_words_per_sentence_plus_long_words_per_hundred(indexed: Callable[..., list[str]]) -> None:
    ten = "Wir reden mit ihm und auch mit seinen Freunden dort."  # one of ten words has more than six letters

    assert indexed(f"{ten} {ten} {ten}", lix=19) == [
        "Der Text ist schwer zu lesen (LIX 20, gut sind bis zu 19); bitte kürzere Sätze und kürzere Wörter nehmen."
    ]
    assert indexed(f"{ten} {ten} {ten}", lix=20) == []


def test_tags_links_contact_and_credit_are_no_prose(ask: Ask, organisations: Any) -> None:
    contact = organisations["kreis-offenbach"].contact
    frame = (
        "\nFachberatungsstelle Ausbildungsvermittlung: https://arbeitsvermittlung.example/ausbildungsplatzsuche"
        f"\nTelefonische Terminvereinbarung: {contact.phone}\nFoto: Öffentlichkeitsarbeitsabteilung"
        "\n#StarkSozialVorOrt #Ausbildungsvermittlung #Berufsorientierung"
    )

    assert contact.phone
    assert "plain.lix" not in ask(EASY + frame, slug="kreis-offenbach")


def test_a_few_words_have_no_index(ask: Ask) -> None:
    assert "plain.lix" not in ask("Bewerbungstrainingsteilnahmebescheinigung erhältlich.")


def test_a_long_sentence_is_named_by_its_beginning(ask: Ask) -> None:
    words = " ".join(["Wir", "reden", "mit", "dir", *["und", "mit", "ihm"] * 6])

    assert ask(f"Hallo. {words}.")["plain.long_sentence"].text == (
        "Der Satz „Wir reden mit dir …“ hat 22 Wörter; bitte teilen, gut sind bis zu 20."
    )
    assert "plain.long_sentence" not in ask(" ".join(words.split()[:20]) + ".")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Die Bedarfsgemeinschaft meldet sich.", "„Bedarfsgemeinschaft“ (wer zusammen wohnt und wirtschaftet)"),
        ("Leistungsberechtigte melden sich.", "„Leistungsberechtigte“ (wer Geld vom Jobcenter bekommen kann)"),
        ("Das geht im  Rahmen des Kurses.", "„im  Rahmen“ (bei, in)"),
        ("Bezüglich der Miete", "„Bezüglich“ (zu, wegen)"),
    ],
)
def test_officialese_is_named_with_plainer_words(ask: Ask, text: str, named: str) -> None:
    assert ask(text)["plain.officialese"].text == f"Amtsdeutsch: {named}; bitte einfacher sagen."


def test_at_most_three_words_are_named_in_one_sentence(ask: Ask) -> None:
    text = ask("Zeitnah, gemäß, mittels, seitens, sofern und zeitnah.")["plain.officialese"].text

    assert [word in text for word in ("Zeitnah", "gemäß", "mittels", "seitens")] == [True, True, True, False]


@pytest.mark.parametrize("text", ["Der Sofernkurs", "Ein Nachfolger für den Rahmen", "Kosten und Miete", EASY])
def test_plain_words_are_left_alone(ask: Ask, text: str) -> None:
    assert "plain.officialese" not in ask(text)


def test_the_list_of_officialese_is_long_and_names_each_word_once() -> None:
    words = [entry.official.casefold() for entry in LEXICON.officialese]

    assert len(words) >= 60
    assert len(set(words)) == len(words)
    assert all(entry.plain for entry in LEXICON.officialese)
