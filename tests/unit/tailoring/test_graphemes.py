"""Characters as people see them."""

from __future__ import annotations

import pytest

from distributor.tailoring import graphemes


@pytest.mark.parametrize(
    "clusters",
    [
        [],
        ["a", "ä", "e\u0301", "\r\n", "ß"],
        ["🇩🇪", "🇪🇺", "🇦", "b"],
        ["🇩🇪\u200d", "🇪🇺\ufe0f", "👍🏽", "👩🏽‍🚀", "👨‍👩‍👧‍👦"],
        ["🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "1️⃣", "❤️", "각", "\u0600🇩🇪", "🇩"],
    ],
)
def test_a_text_falls_into_what_people_see_as_one(clusters: list[str]) -> None:
    text = "".join(clusters)

    assert graphemes.split(text) == clusters
    assert sorted(graphemes.boundaries(text)) == [len("".join(clusters[:count])) for count in range(len(clusters) + 1)]


@pytest.mark.parametrize("unit", ["🇩", "🇩\u200d", "\u0600", "👍\u200d", "\u0308", "क\u094d", "ᄀ"])
def test_hostile_repetition_of_100_000_letters_is_split(unit: str) -> None:
    text = unit * (100_000 // len(unit))

    assert "".join(graphemes.split(text)) == text


@pytest.mark.parametrize(("cluster", "expected"), [("🎉", True), ("❤️", True), ("🇩🇪", True), ("a", False), ("©", False)])
def test_an_emoji_is_told_from_a_sign(cluster: str, expected: bool) -> None:
    assert graphemes.is_emoji(cluster) is expected
