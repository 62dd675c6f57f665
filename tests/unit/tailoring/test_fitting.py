"""What gives way first, and that nothing is ever torn."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors._bluesky_text import length as bluesky_length
from connectors._mastodon_text import length as mastodon_length
from connectors._x_text import weighted_length
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
        ("z.\u00a0B. heute", 6, ""),
        ("Das gilt z. B. für Kleidung aller Art.", 17, "Das gilt …"),
        ("Bring Formular Nr. 5 und den Ausweis mit.", 20, "Bring Formular …"),
        ("Näheres regelt § 16 Abs. 2 SGB II.", 18, "Näheres regelt …"),
        ("Sie kam am 3. Mai hier an.", 15, "Sie kam …"),
        ("Aus- und Weiterbildung lohnen sich.", 12, "Aus- und Weiterbildung …"),
        ("Wir helfen bei der Suche nach Arbeit.", 22, "Wir helfen …"),
        ("Wir helfen – auch bei der Suche.", 16, "Wir helfen …"),
        ("Das Haus {{ kjc.name }} hilft.", 22, "Das Haus …"),
        ("Folg uns @kjc@social.bund.de #Ausbildung heute.", 34, "Folg uns @kjc@social.bund.de …"),
        ("Sie sagt: „Er rief: ‚Komm sofort her‘“, und ging.", 32, "Sie sagt: „Er rief: ‚Komm …‘“"),
        ("„Zwei Zeilen\nim Zitat. Und noch mehr“, sagt sie.", 20, "„Zwei Zeilen …“"),
        ("„Lang. " + "Wort " * 200 + "Ende.“ Danach.", 12, "„Lang. …“"),
        ("„Offen. Und dann nichts mehr.", 12, "„Offen."),
        ("Familie 👨‍👩‍👧‍👦 👍🏽 gern gesehen", 18, "Familie 👨‍👩‍👧‍👦 …"),
        ("Passt genau.", 12, "Passt genau."),
        ("", 5, ""),
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


PHRASES = st.sampled_from(
    [
        *(
            "Ausbildung",
            "lohnt",
            "sich,",
            "👩🏽‍🚀",
            "e\u0301rst",
            "#FreiePlätze",
            "@kjc@social.bund.de",
            "koeln.de",
            "🇩🇪🇪🇺",
        ),
        *(
            "https://kjc.de/x?y=1#z",
            "z. B.",
            "z.\u202fB.",
            "Nr. 5",
            "§ 16",
            "am 3. Mai",
            "Dr. Koch",
            "–",
            "Aus- und",
            "bei der",
        ),
        *(
            "„Ja gern“",
            "„Ja. Aber wie?“,",
            "„Er rief: ‚Los!‘ Dann ging er“",
            "»So. Oder so«",
            "(Mo. bis\nFr. (auch spät))",
        ),
        *("{{ kjc.name }}", "Ende.", "Los!", "Komm! 🎉", "10 Uhr", "Zeile\n", "1.200 Euro.", "Bürger:innen"),
    ]
)
CHANNELS = {"x": weighted_length, "mastodon": mastodon_length, "bluesky": bluesky_length, **MEASURES}


def unmarked(found: str) -> str:
    """What of a cut text is the beginning of the whole."""
    return re.sub(r" …[“”‘«»)\]\"]*\Z", "", found)


@settings(deadline=None)
@given(st.lists(PHRASES, min_size=1, max_size=25).map(" ".join), st.integers(1, 300), st.sampled_from(sorted(CHANNELS)))
def test_a_cut_text_is_a_beginning_in_which_nothing_is_torn(text, limit, channel):
    asked = []

    def fits(part: str) -> bool:
        asked.append(part)
        return CHANNELS[channel](part) <= limit

    found = cut(text, fits)
    beginning = unmarked(found)
    rest = text[len(beginning) :]

    assert text.startswith(beginning)
    assert len(asked) <= 3 + 2 * len(text).bit_length()
    if found == text or not found:
        return
    assert len(beginning) in graphemes.boundaries(text)
    assert rest.lstrip(",;:–—-")[:1].isspace()
    assert beginning.count("{{") == beginning.count("}}")
    assert all(found.count(first) == found.count(last) for first, last in ("„“", "‚‘", "»«", "()"))
    if beginning != found:
        last = beginning.split()[-1].strip("„»(‚")
        assert last not in {"z.", "z", "B.", "Nr.", "§", "3.", "Dr.", "Mo.", "Fr.", "am", "und", "bei", "der", "bis"}
        assert not last.endswith(("-", "–"))
    if fits(found):
        assert cut(found, fits) == found
    else:
        assert cut(text, lambda part: False) == found


@given(st.text(max_size=60), st.integers(0, 30))
def test_a_cut_of_anything_is_a_beginning_at_a_grapheme(text, limit):
    found = cut(text, within(limit))
    beginning = unmarked(found)

    assert text.startswith(beginning)
    assert len(beginning) in graphemes.boundaries(text)


@pytest.mark.parametrize(
    "unit", ["Wort ", "a", "„", "„a. ", "( ", "z. B. ", "https://a.de/( ", "{{ ", "🇩", "e\u0301 ", "Satz. "]
)
def test_hostile_repetition_of_100_000_letters_is_cut(unit):
    text = unit * (100_000 // len(unit))

    assert len(cut(text, lambda part: weighted_length(part) <= 280)) < len(text)
