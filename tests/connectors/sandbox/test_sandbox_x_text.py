"""How X counts a text and gives it back."""

from __future__ import annotations

import pytest

from connectors.sandbox.x_text import as_returned, links, weight


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("Grüße aus Fulda", 15),
        ("„Zitat“ – ‚so‘", 14),
        ("…", 2),
        ("5 €", 4),
        ("👩‍👩‍👧‍👦", 2),
        ("🇩🇪", 2),
        ("👍🏽", 2),
        ("© 2026", 6),
        ("https://kjc.example/" + "a" * 300, 23),
        ("(https://kjc.example/a).", 26),
        ("jobcenter-fulda.de", 23),
        ("post@jobcenter.de", 17),
        ("z.B. so", 7),
        ("日本", 4),
        ("u\u0308", 1),
    ],
)
def test_the_weight_of_a_text(text, expected):
    assert weight(text) == expected


def test_links_end_before_punctuation():
    text = "Siehe https://kjc.example/a?b=1, dann https://kjc.example/c!"

    assert [text[start:end] for start, end in links(text)] == ["https://kjc.example/a?b=1", "https://kjc.example/c"]


def test_each_link_gets_its_own_short_link_with_its_place():
    text, urls = as_returned("1", "kjc", "<a> https://kjc.example/1 b.de/x", 1)

    assert text.startswith("&lt;a&gt; https://t.co/")
    assert [url["expanded_url"] for url in urls] == [
        "https://kjc.example/1",
        "http://b.de/x",
        "https://x.com/kjc/status/1/photo/1",
    ]
    assert [text[url["start"] : url["end"]] for url in urls] == [url["url"] for url in urls]
    assert len({url["url"] for url in urls}) == 3
