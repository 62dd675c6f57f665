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
    [("🐦‍🔥", 5), ("🧑‍🎄", 5), ("🏳️‍⚧️", 7), ("🫶🏽", 4), ("🇦🇦", 4), ("🇿🇩🇪", 4), ("🧑🏽‍🤝‍🧑🏻", 8)],
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
    ("text", "expected"),
    [
        ("https://portal.example/s/abc", 28),
        ("http://127.0.0.1:8000/s/abc", 27),
        ("Bürger.innen", 12),
        ("https://jobcenter.bund/ein/pfad", 31),
        ("http://no-tld", 13),
        ("http://kjc.de-ohne-leerzeichen", 30),
        ("_kjc.de /kjc.de .kjc.de", 23),
        ("foo.comm foo.govedu", 19),
        ("http://a_b.c_d.com", 18),
        ("http://-a.de http://a-.de", 25),
        ("https://xn--はじめよう.com", 26),
        ("http://" + "ä" * 60 + ".de", 70),
        ("a" * 64 + ".com", 68),
        ("https://t.co/" + "a" * 41, 54),
    ],
)
def test_what_is_no_link_at_x_weighs_letter_by_letter(text: str, expected: int) -> None:
    assert urls(text) == []
    assert weighted_length(text) == expected


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("http://example.comだよね.comtest/hogehoge", ["http://example.com"]),
        ("これは。example.com/a.html中国語example.com/b한국", ["example.com/a.html", "example.com/b"]),
        ("twitter.jp日本語it.so中国語foo.jp", ["twitter.jp", "it.so", "foo.jp"]),
        ("http:// koeln.de/pfad", ["koeln.de/pfad"]),
        ("https://t.co/abc/def", ["https://t.co/abc"]),
        ("https://sub_domain-x.kjc.nrw/Русские_слова", ["https://sub_domain-x.kjc.nrw/Русские_слова"]),
        ("https://a.de/(b_(c))d).", ["https://a.de/(b_(c))d"]),
        ("😀-kjc.de", ["-kjc.de"]),
    ],
)
def test_links_end_where_x_ends_them(text: str, links: list[str]) -> None:
    assert urls(text) == links


def test_a_link_longer_than_x_takes_is_counted_letter_by_letter() -> None:
    link = "https://kjc.de/" + "a" * 5000
    assert weighted_length(link) == len(link)


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "a.",
            "a.de/(",
            "a.de/",
            "https://",
            "http://a.de",
            "@",
            "a@",
            "é.de/((",
            "a.de/?",
            "xn--",
            "ä.",
            "日本.",
            ".",
        ),
        *("👨‍👩‍", "🏴\U000e0067", "🇩", "u\u0308", "Wort ", "ä", "?", "_.", "-", "a_b.c"),
    ],
)
def test_hostile_repetition_of_100_000_letters_is_counted(unit: str) -> None:
    # The original needs 22 s for 4,000 'a.': anything worse than linear would not end within a test's patience.
    text = unit * (100_000 // len(unit))
    assert weighted_length(text) > 0


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
