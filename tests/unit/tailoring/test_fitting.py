"""What gives way first, and that nothing is ever torn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.tailoring import graphemes, hashtags
from distributor.tailoring.cutting import cut
from distributor.tailoring.fitting import LEAST, Piece, fit
from distributor.tailoring.placeholders import ADDRESS


def within(limit: int):
    return lambda text: len(text) <= limit


LONG = "Erster ganzer Satz mit einigen Wörtern. Zweiter ganzer Satz mit einigen Wörtern. Dritter Satz."
PIECES = (
    Piece("Kopf"),
    Piece(LONG, rank=3, shorten=True),
    Piece("Kontakt", rank=1),
    Piece("#Eins #Zwei #Drei", rank=2, shorter=("#Eins #Zwei", "#Eins")),
)


@pytest.mark.parametrize(
    ("limit", "wanted"),
    [
        (200, f"Kopf|{LONG}|Kontakt|#Eins #Zwei #Drei"),
        (120, f"Kopf|{LONG[:80]}|Kontakt|#Eins #Zwei #Drei"),
        (80, f"Kopf|{LONG[:39]}|Kontakt|#Eins #Zwei #Drei"),
        (60, "Kopf|Kontakt|#Eins #Zwei #Drei"),
        (29, "Kopf|Kontakt|#Eins #Zwei"),
        (20, "Kopf|Kontakt|#Eins"),
        (14, "Kopf|Kontakt"),
        (11, "Kopf|#Eins"),
        (9, "Kopf"),
        (3, "Kopf"),
    ],
)
def test_the_highest_rank_gives_way_first(limit, wanted):
    assert fit(PIECES, "|", within(limit)) == wanted


def test_a_part_that_must_stay_is_cut_last_and_only_if_it_may_be():
    pieces = (Piece("Eins zwei drei vier fünf", shorten=True), Piece("bleibt"))

    assert fit(pieces, " ", within(20)) == "Eins zwei … bleibt"
    assert fit((Piece("Eins zwei drei"),), " ", within(5)) == "Eins zwei drei"


def test_a_part_that_may_go_goes_before_it_becomes_a_scrap():
    sentence = "wort " * 40 + "ende."
    pieces = (Piece("Kopf"), Piece(sentence, rank=1, shorten=True))

    assert fit(pieces, " ", within(LEAST)) == "Kopf"
    assert fit(pieces, " ", within(LEAST + 30)).endswith("wort …")


@pytest.mark.parametrize(
    ("text", "limit", "wanted"),
    [
        ("Erst das. Dann dies.", 12, "Erst das."),
        ("Ein langer Satz, der nicht passt.", 18, "Ein langer Satz …"),
        ("„Ein langer Satz im Zitat“, sagt sie.", 20, "„Ein langer Satz …“"),
        ("Wer (wie Mia) lange wartet (sehr lange), gewinnt.", 34, "Wer (wie Mia) lange wartet …"),
        ("Schau auf https://a.example/b/ nach, bitte.", 33, "Schau auf https://a.example/b/ …"),
        ("Donaudampfschifffahrt", 5, ""),
        ("z.\u00a0B. heute", 6, "z.\u00a0B. …"),
    ],
)
def test_a_cut_ends_well(text, limit, wanted):
    assert cut(text, within(limit)) == wanted


WORDS = st.sampled_from(
    [
        "Ausbildung",
        "👩🏽‍🚀",
        "e\u0301rst",
        "#FreiePlätze",
        "https://a.example/x?y=1#z",
        "z. B.",
        "„Ja“",
        "🇩🇪",
        "Nr. 5",
        "Ende.",
        "Los!",
        "(Mo.–Fr.)",
    ]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=25).map(" ".join)
RANKED = st.builds(Piece, TEXTS, st.integers(0, 4), st.booleans())
MEASURES = {
    "letters": len,
    "utf16": lambda text: len(text.encode("utf-16-le")) // 2,
    "graphemes": lambda text: len(graphemes.split(text)),
}


@given(st.lists(RANKED, min_size=1, max_size=6), st.integers(1, 400), st.sampled_from(sorted(MEASURES)))
def test_what_can_fit_fits_and_nothing_is_torn(pieces, limit, measure):
    def fits(text: str) -> bool:
        return MEASURES[measure](text) <= limit

    text = fit(pieces, "\n", fits)
    whole = "\n".join(piece.text for piece in pieces)
    unbending = "\n".join(piece.text for piece in pieces if piece.rank == 0)

    assert text == fit(pieces, "\n", fits)
    if fits(unbending):
        assert fits(text)
    if fits(whole):
        assert text == whole
    assert set(graphemes.split(text)) <= {*graphemes.split(whole), "…", "“", ")"}
    assert set(hashtags.found(text)) <= set(hashtags.found(whole))
    assert set(ADDRESS.findall(text)) <= set(ADDRESS.findall(whole))


@given(st.text(max_size=60), st.integers(0, 30))
def test_a_cut_is_a_beginning_at_a_grapheme(text, limit):
    found = cut(text, within(limit))
    if len(found) <= limit and " …" in found:
        beginning = found[: found.rindex(" …")]
        assert beginning == "" or (len(beginning) in graphemes.boundaries(text) and text.startswith(beginning))
