"""What can be clicked in a Bluesky post, in bytes, and the keys of its records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors._bluesky_facets import facets, hashtags, links, mentions
from connectors._bluesky_tid import record_key, time_of

PEOPLE = {"kjc.example": "did:plc:kjc"}
MADE_OF = [
    "ä",
    "🌉",
    " ",
    "\n",
    "#Köln",
    "@kjc.example",
    "https://kjc.de/ä",
    "(",
    ")",
    ".",
    "„",
    "“",
    "#",
    "@",
    "a",
    "e\u0301",
]


def seen(text: str) -> list[tuple[str, Any]]:
    """Return what each facet covers, read back from the bytes, and where it leads."""
    data = text.encode()
    return [
        (
            data[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(),
            next(value for name, value in facet["features"][0].items() if name != "$type"),
        )
        for facet in facets(text, PEOPLE)
    ]


def test_each_stands_where_it_should_after_umlauts_and_emoji() -> None:
    text = "Über die Brücke 🌉 geht’s: https://kjc.de/s/Ab12 @kjc.example #Köln 👨‍👩‍👧‍👦 #U25!"

    assert seen(text) == [
        ("https://kjc.de/s/Ab12", "https://kjc.de/s/Ab12"),
        ("@kjc.example", "did:plc:kjc"),
        ("#Köln", "Köln"),
        ("#U25", "U25"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mehr: https://kjc.de/a.", ["https://kjc.de/a"]),
        ("(https://kjc.de/a)", ["https://kjc.de/a"]),
        ("https://de.wikipedia.org/wiki/A_(B)", ["https://de.wikipedia.org/wiki/A_(B)"]),
        ("„https://kjc.de/a“!", ["https://kjc.de/a"]),
        ("kjc.de/a und mailto:a@b.de", []),
        ("https://", []),
    ],
)
def test_a_link_ends_where_the_sentence_goes_on(text: str, expected: list[str]) -> None:
    assert [url for _, url in links(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#Ausbildung, #Köln! (#U25)", ["Ausbildung", "Köln", "U25"]),
        ("#2026 C# a#b ##", []),
        ("#2026plus", ["2026plus"]),
        ("#" + "a" * 65, []),
    ],
)
def test_a_hashtag_is_a_word_of_its_own(text: str, expected: list[str]) -> None:
    assert [tag for _, tag in hashtags(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Fragt @KJC.example.", ["kjc.example"]), ("a@kjc.example @kjc", []), ("(@a-b.c.de)", ["a-b.c.de"])],
)
def test_a_mention_is_a_handle(text: str, expected: list[str]) -> None:
    assert [handle for _, handle in mentions(text)] == expected


def test_a_handle_that_nobody_has_stays_text() -> None:
    assert facets("@niemand.example", PEOPLE) == []


@settings(deadline=None)
@given(st.lists(st.sampled_from(MADE_OF), max_size=30).map("".join))
def test_facets_are_whole_in_order_and_never_overlap(text: str) -> None:
    data, rest = text.encode(), 0
    for facet in facets(text, PEOPLE):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        assert rest <= start < end <= len(data)
        assert data[start:end].decode()
        rest = end


@settings(deadline=None)
@given(st.integers(0, 2_000_000_000), st.text(max_size=40))
def test_a_record_key_is_a_valid_tid_of_its_second(seconds: int, key: str) -> None:
    due_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    made = record_key(due_at, key)

    assert len(made) == 13
    assert made[0] in "234567abcdefghij"
    assert made == record_key(due_at, key)
    written = time_of(made)
    assert written is not None
    assert timedelta() <= written - due_at.replace(microsecond=0) < timedelta(seconds=1)


def test_keys_of_one_second_differ_and_later_ones_sort_later() -> None:
    due_at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    assert len({record_key(due_at, str(number)) for number in range(1000)}) == 1000
    assert record_key(due_at, "a") < record_key(due_at + timedelta(seconds=1), "a")


@pytest.mark.parametrize("odd", ["", "2", "3n2stqcewank1", "zzzzzzzzzzzzz"])
def test_what_is_no_tid_tells_no_time(odd: str) -> None:
    assert time_of(odd) is None or odd == "zzzzzzzzzzzzz"
