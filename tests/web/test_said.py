"""What the services said in German, told in English where a page shows it."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator

import pytest
from markupsafe import Markup

from distributor.web.language import _reader
from distributor.web.said import LONGEST, Book, Sentence, book, content, content_or_said, said, shown

ENTRIES = [
    ("Das Konto {0} gibt es nicht.", "There is no account {0}."),
    ("Das Konto {0} gibt es nicht. Bitte {1}.", "There is no account {0}. Please {1}."),
    ("Das Jobcenter „{0}“ gibt es nicht; {1}.", "There is no Jobcenter “{0}”; {1}."),
    ("gemeint ist vielleicht: {0}", "perhaps this is meant: {0}"),
    ("{label} lehnt den Post ab. Bitte Text prüfen.", "{label} rejects the post. Please check the text."),
    ("{0} ist belegt: Dann erscheint „{1}“.", "{0} is taken: “{1}” appears then."),
    ("{0} Stunden", "{0} hours"),
    ("Dazwischen müssen {0} liegen.", "There must be {0} between them."),
    ("{0} frei", "{0} free"),
    ("Notbremse", "emergency stop"),
    ("Angehalten: {0}", "Paused: {0}"),
    ("Bild {0}", "Picture {0}"),
    ("Post {0} darf nicht hinaus{1}.", "Post {0} may not go out{1}."),
    ("für {0}", "for {0}"),
    ("{0} bis {1}", "{0} to {1}"),
    *(("Di", "Tue"), ("verworfen", "rejected"), ("Mi", "Wed"), ("Sperrzeit", "blackout")),
]


@pytest.fixture
def english() -> Iterator[None]:
    before = _reader.set("en")
    yield
    _reader.reset(before)


@pytest.mark.parametrize(
    ("german", "told"),
    [
        ("Notbremse", "emergency stop"),
        ("Das Konto 7 gibt es nicht.", "There is no account 7."),
        ("Das Konto 7 gibt es nicht. Bitte Notbremse.", "There is no account 7. Please emergency stop."),
        (
            "Das Jobcenter „fuda“ gibt es nicht; gemeint ist vielleicht: fulda.",
            "There is no Jobcenter “fuda”; perhaps this is meant: fulda.",
        ),
        ("Facebook lehnt den Post ab. Bitte Text prüfen.", "Facebook rejects the post. Please check the text."),
        (
            "Di 01.12.2026, 12:30 Uhr ist belegt: Dann erscheint „Notbremse“.",
            "Tue 1 Dec 2026, 12:30 is taken: “Notbremse” appears then.",
        ),
        ("Dazwischen müssen 3 Stunden liegen.", "There must be 3 hours between them."),
        ("Das Konto 7 gibt es nicht. Notbremse", "There is no account 7. emergency stop"),
        ("Das Konto 7 gibt es nicht. Das Konto 8 gibt es nicht.", "There is no account 7. There is no account 8."),
        ("Angehalten: Frau Weiß ist krank, bitte warten.", "Paused: Frau Weiß ist krank, bitte warten."),
        ("Bild 1, Bild 2 und Bild 3", "Picture 1, Picture 2 and Picture 3"),
        ("Bild 1 oder Gießen", "Picture 1 or Gießen"),
        ("Post 3 darf nicht hinaus für Fulda.", "Post 3 may not go out for Fulda."),
        ("Post 3 darf nicht hinaus.", "Post 3 may not go out."),
        ("Mi 02.12.2026", "Wed 2 Dec 2026"),
        ("02.12.2026", "2 Dec 2026"),
        ("Di 29.02., 12:30", "Tue 29 Feb, 12:30"),
        (
            "Di 01.12., 12:30 frei; 24.12. bis 31.12. Sperrzeit (Umzug)",
            "Tue 1 Dec, 12:30 free; 24 Dec to 31 Dec blackout (Umzug)",
        ),
        ("Mo 23.11., 16:30 verworfen; 16:00 verworfen", "Mo 23 Nov, 16:30 rejected; 16:00 rejected"),
        ("0,02 frei", "0.02 free"),
        ("2 frei; Tag der offenen Tür", "2 free; Tag der offenen Tür"),
        ("12:30 Uhr", "12:30"),
        ("2 frei", "2 free"),
        ("Bei uns ist heute frei", "Bei uns ist heute frei"),
        ("Die Kantine hat heute zu.", "Die Kantine hat heute zu."),
        ("Am 32.13.2026 ist Notbremse", "Am 32.13.2026 ist Notbremse"),
        ("", ""),
    ],
)
def test_a_sentence_that_the_code_can_say_is_told_with_all_that_fills_it(german: str, told: str) -> None:
    assert Book("en", ENTRIES).told(german) == told


def test_of_two_that_fit_the_one_with_most_words_of_its_own_is_told() -> None:
    found = Book("en", [("Post {0}", "any {0}"), ("Post {0} fehlt {1} Mal", "{1} times {0}")])
    assert found.told("Post 3 fehlt 2 Mal") == "2 times 3"


def test_a_german_reader_gets_what_was_said() -> None:
    assert said("Das Konto 7 gibt es nicht.") == "Das Konto 7 gibt es nicht."
    assert shown("Die Kantine hat heute zu.") == "Die Kantine hat heute zu."
    assert content("Wohnen in Fulda") == "Wohnen in Fulda"


@pytest.mark.usefixtures("english")
def test_what_stays_german_says_so() -> None:
    assert shown("Die Kantine <hat> zu.") == Markup('<span lang="de">Die Kantine &lt;hat&gt; zu.</span>')
    assert shown("Nothing is wrong with “Der Umzug und die Miete”.") == (
        "Nothing is wrong with “Der Umzug und die Miete”."
    )
    assert content("Der <Umzug>") == Markup('<span lang="de">Der &lt;Umzug&gt;</span>')
    assert content_or_said("Karfreitag") == "Good Friday"
    assert content_or_said("Tag der offenen Tür") == Markup('<span lang="de">Tag der offenen Tür</span>')


def test_a_hostile_text_costs_no_more_than_its_length() -> None:
    """By effort: a text that nearly fits everywhere is looked through once for each literal, never again and again."""

    class Counted(str):
        looked = 0

        def find(self, *given: object) -> int:  # type: ignore[override]
            Counted.looked += 1
            return super().find(*given)  # type: ignore[arg-type]

    sentence = Sentence.of("a{0}a{1}a{2}a{3}a{4}b", "")
    assert sentence.fillings(Counted("a" * 10_000)) is None
    assert sentence.fillings(Counted("a" * 10_000 + "b")) is not None
    assert Counted.looked <= 4
    assert book("en").told("Das Konto " * LONGEST) == "Das Konto " * LONGEST


def test_what_is_looked_up_in_turn_has_an_end() -> None:
    nested = Book("en", [("({0})", "[{0}]"), ("{0}{1}{2}({3}){4}{5}", "{0}{1}{2}[{3}]{4}{5}")])
    told = []

    class Watched(Sentence):
        pass

    find = nested.matches
    nested.matches = lambda text: told.append(text) or find(text)  # type: ignore[method-assign, func-returns-value]
    nested.told("(" * 200 + ")" * 200)
    assert len(told) < 5_000


@pytest.mark.parametrize("seed", range(3))
def test_every_sentence_filled_with_anything_is_found_again(seed: int) -> None:
    """As itself or as one that has more words of its own."""
    chance = random.Random(seed)
    words = ["7", "Fulda", "Kreis Gießen", "„Wohnen“", "Di 01.12.2026", "x.y/z", "Bitte."]
    for sentence in book("en").sentences:
        filling = {name: chance.choice(words) + chance.choice(string.ascii_letters) for name in sentence.gaps}
        text = "".join(
            literal + (filling[sentence.gaps[number]] if number < len(sentence.gaps) else "")
            for number, literal in enumerate(sentence.literals)
        )
        found = book("en").matches(text)
        assert sentence in found, text
        assert found[0].weight >= sentence.weight
        assert found[0] == sentence or found[0].fillings(text) is not None
