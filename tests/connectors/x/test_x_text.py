"""How X counts. The expected numbers were taken from twitter-text 3.1.0, X's own library, unless said otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors._x_text import urls, weighted_length


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("Wohnen, Geld, Ausbildung.", 25),
        ("äöüß ÄÖÜẞ „so“ ‚so‘ – »so« § ° ½", 33),
        ("…", 2),
        ("€", 2),
        ("•→✓†™", 10),
        ("©®", 2),
        ("日本", 4),
        ("a\r\nb", 4),
        ("u\u0308", 1),
        ("\u200d", 1),
        ("\U00010000", 2),
    ],
)
def test_letters_of_european_scripts_weigh_one_and_all_else_two(text: str, expected: int) -> None:
    assert weighted_length(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("😀", 2),
        ("👍🏽", 2),
        ("🇩🇪", 2),
        ("🇩🇪🇪🇺", 4),
        ("1️⃣", 2),
        ("❤️", 2),
        ("⚡️", 2),
        ("©️", 2),
        ("👩🏽‍💻", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("👩‍❤️‍💋‍👨", 2),
        ("💁‍♀️", 2),
        ("🕵️‍♂️", 2),
        ("🏳️‍🌈", 2),
        ("🏴‍☠️", 2),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2),
        ("👍👍", 4),
    ],
)
def test_an_emoji_sequence_weighs_two(text: str, expected: int) -> None:
    assert weighted_length(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("🐦‍🔥", 5), ("🧑‍🎄", 5), ("🏳️‍⚧️", 7), ("🫶🏽", 4), ("🇦🇦", 4), ("🧑🏽‍🤝‍🧑🏻", 8)],
)
def test_a_sequence_younger_than_the_library_weighs_its_parts(text: str, expected: int) -> None:
    assert weighted_length(text) == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://www.kommunale-jobcenter-hessen.de/ausbildung/2026?quelle=x&nr=1#oben", None),
        ("http://bit.ly/a", None),
        ("https://köln.de/ä-ü", None),
        ("https://de.wikipedia.org/wiki/A_(B)", None),
        ("https://www.xn--kln-sna.de/x", None),
        ("koeln.de", None),
        ("köln.de", None),
        ("www.koeln/termin", None),
        ("HTTPS://KJC.DE", None),
        ("https://kjc.de:8080/x", None),
    ],
)
def test_a_link_weighs_23_whatever_its_length(text: str, found: None) -> None:
    assert weighted_length(text) == 23
    assert urls(text) == [text]


@pytest.mark.parametrize(
    ("text", "links", "expected"),
    [
        ("(https://kjc.de/a)", ["https://kjc.de/a"], 25),
        ("https://kjc.de/a?x=1.", ["https://kjc.de/a?x=1"], 24),
        ("„https://kjc.de/a“", ["https://kjc.de/a"], 25),
        ("https://kjc.de/x… mehr", ["https://kjc.de/x"], 30),
        ("Siehe koeln.de.", ["koeln.de"], 30),
        ("kjc.de,kjc.com", ["kjc.de", "kjc.com"], 47),
        ("koeln.de?x=1", ["koeln.de"], 27),
        ("日本example.comテスト", ["example.com"], 4 + 23 + 6),
        ("Test https://test.com test https://test.com test.com test", ["https://test.com"] * 2 + ["test.com"], 86),
    ],
)
def test_what_stands_around_a_link_is_counted_beside_it(text: str, links: list[str], expected: int) -> None:
    assert urls(text) == links
    assert weighted_length(text) == expected


@pytest.mark.parametrize(
    "text", ["jugend@kjc-fulda.de", "max.muster@koeln.de", "z.B. d.h. u.a.", "12.30 Uhr", "@kjc.de"]
)
def test_mail_addresses_handles_times_and_abbreviations_are_no_links(text: str) -> None:
    assert urls(text) == []
    assert weighted_length(text) == len(text)


@pytest.mark.parametrize(
    ("text", "at_x"),
    [
        ("https://portal.example/s/abc", 28),
        ("http://127.0.0.1:8000/s/abc", 27),
        ("Bürger.innen", 12),
        ("https://jobcenter.hessen-nord.local/ein/langer/pfad", 51),
    ],
)
def test_what_x_may_not_take_for_a_link_weighs_the_larger_of_both_readings(text: str, at_x: int) -> None:
    assert weighted_length(text) == max(23, at_x)


def test_a_link_longer_than_x_takes_is_counted_letter_by_letter() -> None:
    link = "https://kjc.de/" + "a" * 5000
    assert weighted_length(link) == len(link)


@pytest.mark.parametrize(
    "unit",
    [
        "a.",
        "a.de/(",
        "a.de/",
        "https://",
        "a@",
        "👨‍👩‍",
        "🏴\U000e0067",
        "u\u0308",
        "a.de/?",
        "é.de/((",
        "Wort ",
        "ä",
        "?",
    ],
)
def test_the_work_grows_no_faster_than_the_text(unit: str) -> None:
    # Anything worse than linear would not end within a test's patience: the original needs 22 s for 4,000 'a.'.
    short, long = weighted_length(unit * 1000), weighted_length(unit * 40_000)
    assert 0 < short <= long


@settings(deadline=None)
@given(st.text())
def test_every_text_has_a_weight_between_nothing_and_two_a_sign_and_23_a_link(text: str) -> None:
    weight = weighted_length(text)
    assert 0 <= weight <= 2 * 3 * len(text) + 25 * len(urls(text))


@settings(deadline=None)
@given(st.text(alphabet="ab.de/:@-_ äß?&=#()…😀\n", max_size=40))
def test_links_are_found_in_order_and_stand_in_the_text(text: str) -> None:
    rest = text
    for link in urls(text):
        _, found, rest = rest.partition(link)
        assert found == link
