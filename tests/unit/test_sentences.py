"""Which German sentences are found in code, and which strings are none."""

from __future__ import annotations

from io import BytesIO

import pytest

from distributor.locale.german import is_german, is_read
from distributor.locale.sentences import extract


def found(code: str) -> list[str]:
    return [text for _, _, text, _ in extract(BytesIO(code.encode()), (), (), {})]


@pytest.mark.parametrize(
    ("code", "sentences"),
    [
        ('raise Refused("Das gibt es nicht.")', ["Das gibt es nicht."]),
        ('f"Post {post.id} ist {word(state)}."', ["Post {0} ist {1}."]),
        ('f"Das endet am {day:%d.%m.%Y}."', ["Das endet am {0}."]),
        ('x = "{label} kennt das Bild nicht."', ["{label} kennt das Bild nicht."]),
        ('"Post %s ist da, %(name)s nicht." % x', ["Post {0} ist da, {1} nicht."]),
        ('"Das ist " + word + " und " f"{other} nicht."', ["Das ist {0} und {1} nicht."]),
        ('x = "Das ist "  "zusammen."', ["Das ist zusammen."]),
        ("f\"Das ist {'nicht mehr' if gone else 'noch'} da.\"", ["Das ist {0} da.", "nicht mehr"]),
        ('def f():\n    """Das ist ein Docstring."""', []),
        ('X = 1\n"""Das ist auch einer."""', []),
        ('_("Das ist übersetzt.")', []),
        ('N_("Das ist ein Wort der Tabelle")', []),
        ('_("Das ist {what}.").format(what="nicht von hier")', ["nicht von hier"]),
        ('log.info("der_post_ist_weg", why="das ist so")', []),
        ('re.compile("(der|die|das) ist")', []),
        ('"der die das".split()', []),
        ('"SELECT id FROM posts"', []),
        ('"the post is not there"', []),
        ('"post.state"', []),
        ('KINDS = {"holiday": "Feiertag"}', ["Feiertag"]),
        ('x = " für alle Jobcenter"', ["für alle Jobcenter"]),
    ],
)
def test_what_people_read_is_found_with_its_gaps(code: str, sentences: list[str]) -> None:
    assert found(code) == sentences


def test_each_sentence_comes_with_its_line() -> None:
    code = 'x = 1\ny = f"Das {x} fehlt."\n'
    assert [line for line, *_ in extract(BytesIO(code.encode()), (), (), {})] == [2]


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("Die Kantine hat heute zu.", True),
        ("Wartet nicht", True),
        ("The post is not there.", False),
        ("The title “Die Miete und das Geld” is not free", False),
        ("Kreis Groß-Gerau", False),
        ("Facebook · Fulda", False),
        ("", False),
    ],
)
def test_a_german_sentence_is_told_from_english_and_from_names(text: str, german: bool) -> None:
    assert is_german(text) is german


def test_a_word_list_is_nothing_that_people_read() -> None:
    assert not is_read("der die das " * 30)
    assert not is_read("nächste")
    assert is_read("Überschrift")
