"""How Mastodon and Bluesky count. X's count has a file of its own."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import _bluesky_text as bluesky
from connectors import _mastodon_text as mastodon

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        (" \n\u00a0", 0),
        ("Grüße aus Köln", 14),
        (f"u\u0308 {FAMILY} 🇩🇪 👍🏽 1️⃣ \r\n", 11),
        ("https://www.kommunale-jobcenter-hessen.de/ausbildung?quelle=x#oben", 23),
        ("http://a.de", 23),
        ("https://köln.de/ä日本", 23),
        ("gemini://kjc.de/x", 23),
        ("(https://kjc.de/a).", 26),
        ("https://de.wikipedia.org/wiki/A_(B)", 23),
        ("https://kjc.de/a(★)", 23 + 3),
        ("https://kjc.de/a_(★)b", 23),
        ("https://kjc.de/x?y=ä&z=★", 23),
        ("https://kjc.de/@redaktion@bund.de", 23),
        ("https://t.co/abc/def", 23 + 4),
        ("@redaktion@social.bund.de", 10),
        ("@redaktion@social.bund.de, @kjc.team@kjc-fulda.social!", 10 + 2 + 9 + 1),
        ("„@a@b.de“", 4),
    ],
)
def test_mastodon_counts_clusters_links_as_23_and_mentions_without_their_host(text: str, expected: int) -> None:
    assert mastodon.length(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "koeln.de",
        "www.kjc.de/pfad",
        "https://portal.example/s/abc",
        "http://127.0.0.1:8000/s/abc",
        "http://a_b.de",
        "ahttps://kjc.de",
        "https://" + "a" * 64 + ".de",
        "https://" + "ä" * 60 + ".de",
        "https://kjc.de/" + "a" * 4100,
        "https://t.co/" + "a" * 41,
        "redaktion@social.bund.de",
        "/@redaktion@social.bund.de",
        "@redaktion@",
        "@redaktioné",
        "@http://",
    ],
)
def test_what_is_neither_a_link_nor_a_mention_at_mastodon_counts_as_it_stands(text: str) -> None:
    assert mastodon.length(text) == len(text)


LINK = f"http://{'b' * 30}.com/example"


@pytest.mark.parametrize(
    ("text", "warning", "fits"),
    [
        ("a" * 520, "", False),
        ("", "a" * 520, False),
        ("b" * 251, "a" * 250, False),
        (f"{'a' * 476} {LINK}", "", True),
        (f"{'a' * 477} {LINK}", "", False),
        (f"{'a' * 476}{LINK}", "", False),
        (f"http://example.com/valid?{'#foo?' * 1000}", "", False),
        (f"{'a' * 475} @alice@{'b' * 30}.com", "", True),
        (f"@alice@{'b' * 500}.com", "", False),
        ("✨" * 500, "", True),
        ("🏳️‍⚧️" * 500, "", True),
        ("🏳️‍⚧️" * 501, "", False),
    ],
)
def test_mastodon_takes_and_refuses_what_its_own_examples_say(text: str, warning: str, fits: bool) -> None:
    """The cases that the server's developers hold its validator to, and our own one beside three of them.

    https://github.com/mastodon/mastodon/blob/d5e278df/spec/validators/status_length_validator_spec.rb (read 2026-11-30)
    """
    assert (mastodon.length(text, warning=warning) <= 500) is fits


@pytest.mark.parametrize(("letters", "expected"), [(253 - 4, 6), (254 - 4, 6 + 1 + 254)])
def test_a_mention_at_a_host_that_no_host_can_be_counts_as_it_stands(letters: int, expected: int) -> None:
    assert mastodon.length(f"@alice@{'b' * letters}.com") == expected


def test_a_server_may_reserve_another_number_and_the_warning_counts() -> None:
    text = "Siehe https://kjc.de/ausbildung und https://kjc.de"

    assert mastodon.length(text, per_link=30) == mastodon.length(text) + 14
    assert mastodon.length(text, warning="Für Eltern") == mastodon.length(text) + 10
    assert mastodon.length(" ", warning="Für Eltern") == 10


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("Grüße aus Köln, https://kjc.de/x @kjc.bsky.social", 49),
        (f"{FAMILY}🇩🇪", 4),
        ("ab" * 150, 300),
        ("ü" * 300, 300),
        ("日" * 300, 300),
        (FAMILY * 120, 300),
        (FAMILY * 120 + "a", 301),
        ("日" * 301, 301),
        ("👍" * 300, 300),
    ],
)
def test_bluesky_counts_clusters_or_tenths_of_bytes(text: str, expected: int) -> None:
    assert bluesky.length(text) == expected


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a", "ä", "日", FAMILY, "🇩🇪", "e\u0301", "\r\n"]), max_size=12), st.integers(1, 60))
def test_bluesky_takes_what_keeps_both_bounds(clusters: list[str], times: int) -> None:
    text = " ".join(clusters * times)
    count = max(2 * len(clusters * times) - 1, 0)

    assert (bluesky.length(text) <= 300) == (count <= 300 and len(text.encode()) <= 3000)


@pytest.mark.parametrize(
    "unit", ["a.", "https://a.de/(", "@a.", "@a@a.", "é.de/((", "https://", "👨‍👩‍", "🇩", "u\u0308", "@", "xn--"]
)
def test_hostile_repetition_of_100_000_letters_is_counted(unit: str) -> None:
    text = unit * (100_000 // len(unit))

    assert mastodon.length(text) > 0
    assert bluesky.length(text) > 0
