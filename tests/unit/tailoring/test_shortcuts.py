"""What is asked first because it is quick must not change the answer: each short way against the long one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors import _graph_posts, _graphemes, _links, _x_emoji, _x_text
from connectors.base import RemotePost
from distributor.domain import Problem
from distributor.tailoring import graphemes, review
from distributor.tailoring.lexicon import LEXICON, Plainer
from distributor.tailoring.placeholders import ADDRESS, addresses, without_addresses
from distributor.tailoring.rules import gender, plain

SIGNS = (
    "aÄß. ,\r\n\t\u00a0„“…–\u0308\u200d\ufe0f👍👩🏽💻🇩🇪"
    "\u0600\u0e33अ\u0903क्ष각ᄀ\u00ad\u2028\u200b\u2060©1\u20e3\ufeff\x00\x85"
)
WORDS = [
    *(
        "a",
        "Ä",
        "www.",
        "http://",
        "https://",
        "jobcenter",
        ".de",
        ".com/",
        "x@y.de",
        "Fulda",
        "Ende",
        "köln",
        ".",
        ":",
    ),
    *("...", "„", "“", "/", "?", "#", "_", "-", " ", " ", "\n", "\u00a0", "14:00", "z.B.", "EU", ".EU", ".info", "рф"),
]
GENDERED = [
    *(
        "Schüler",
        "Klient",
        "Azubi",
        "in",
        "innen",
        "In",
        "Innen",
        "*",
        ":",
        "_",
        "·",
        "•",
        "/",
        "-",
        "(",
        ")",
        "e",
        "r",
    ),
    *("der", "die", "Ein", "jede", "Jugendlich", "Linked", "für", "alle", " ", " ", ".", "\n", "#", "@", "k.example/"),
]


@given(st.text(st.sampled_from(SIGNS), max_size=30))
@example("\u0600a" * 3)
@settings(max_examples=300)
def test_clusters_are_counted_as_they_are_split(text: str) -> None:
    assert _graphemes.count(text) == len(graphemes.split(text))


def test_every_sign_that_is_counted_without_a_look_is_a_cluster_of_its_own() -> None:
    for sign in map(chr, (*range(0x3000), *range(0x1F000, 0x1FB00))):
        for text in (sign, f"a{sign}b", sign * 2, f"{sign}\u0308", f"\u0600{sign}"):
            assert _graphemes.count(text) == len(graphemes.split(text)), hex(ord(sign))


@given(st.lists(st.sampled_from([*SIGNS, "🏴\u200d☠\ufe0f", "👨\u200d👩\u200d👧", "❤️"]), max_size=20).map("".join))
@settings(max_examples=300)
def test_the_emoji_of_x_are_found_wherever_there_are_any(text: str) -> None:
    assert list(_x_emoji.spans(text)) == [match.span() for match in _x_emoji._SEQUENCE.finditer(text)]


def test_a_top_level_domain_begins_with_a_letter_or_a_digit() -> None:
    assert all(name[0].isalnum() for name in _links._NAMES)


@given(st.lists(st.sampled_from(WORDS), max_size=20).map("".join))
@settings(max_examples=300)
def test_only_words_with_a_dot_inside_hold_a_host(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_links, "_dotted", lambda text, host: host.finditer(text))
        hosts = _links._hosts(text, _x_text._DIALECT)
    assert _links._hosts(text, _x_text._DIALECT) == hosts


@given(st.lists(st.sampled_from([*WORDS, "https://k.de/s/a", "https://k.de/s/a"]), max_size=20).map("".join))
@settings(max_examples=300)
def test_a_whole_address_is_looked_for_place_by_place(text: str) -> None:
    link = "https://k.de/s/a"
    long = regex.search(regex.escape(link) + r"(?=[.,;:!?)\]»“”\"'…]*(?:\s|$))", text) is not None
    assert _graph_posts.carries(text, link) == long


@given(st.lists(st.sampled_from(WORDS), max_size=20).map("".join))
@settings(max_examples=500)
def test_addresses_are_found_word_by_word(text: str) -> None:
    assert addresses(text) == ADDRESS.findall(text)
    assert without_addresses(text) == ADDRESS.sub(" ", text)


@given(st.lists(st.sampled_from(GENDERED), max_size=16).map("".join))
@settings(max_examples=500)
def test_a_text_without_any_sign_has_no_gendered_word(text: str) -> None:
    if not gender._SIGN.search(text) and not gender._CAPITAL.search(text):
        patterns = (gender._NOUN, gender._CAPITAL_INSIDE, gender._ARTICLE, gender._PARTICIPLE)
        assert not any(pattern.search(text) for pattern in patterns)


@pytest.mark.parametrize("entry", LEXICON.officialese, ids=lambda entry: entry.official)
@pytest.mark.parametrize("written", [str.lower, str.upper, str.title, lambda text: text.replace(" ", "\n  ")])
def test_every_word_of_officialese_is_found_however_it_is_written(
    entry: Plainer, written: Callable[[str], str], organisations: Any, item: Any, make_limits: Any
) -> None:
    word = written(entry.official.removesuffix("*"))
    if regex.fullmatch(plain._pattern((entry,)), word):  # a capital ß is two letters, which the pattern never took
        found = review(
            RemotePost("fake", "feed", f"Hier {word} da.", ""), item, organisations["fulda"], make_limits(), ()
        )
        assert any(is_about(problem) for problem in found)


def is_about(problem: Problem) -> bool:
    return problem.rule == "plain.officialese"
