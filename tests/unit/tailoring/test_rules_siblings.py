"""The same words on several own accounts of a channel that forbids it within a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from distributor.tailoring import Sibling

Ask = Callable[..., dict[str, Any]]
DUE = datetime(2026, 11, 24, 11, tzinfo=UTC)
DAY = timedelta(hours=24)


def test_the_same_words_within_the_time_block_the_post_and_name_the_other_one(ask: Ask) -> None:
    other = Sibling("KCA", "Komm vorbei!", DUE + timedelta(hours=3))
    problem = ask("Komm vorbei!", due=DUE, siblings=[other], duplicates=DAY)["text.identical"]

    assert problem.severity == "block"
    assert problem.text == (
        "Denselben Text bringt hier schon KCA (Di 24.11.2026, 15:00 Uhr); bitte den Text ändern oder mindestens "
        "24 Stunden Abstand halten."
    )


@pytest.mark.parametrize(
    "words", ["komm   vorbei!\n", "Komm vorbei! https://k.example/s/abc", "https://k.example/s/xyz Komm vorbei!"]
)
def test_another_address_or_other_blanks_make_no_other_text(ask: Ask, words: str) -> None:
    other = Sibling("KCA", "Komm vorbei! https://k.example/s/def", DUE)

    assert "text.identical" in ask(words, due=DUE, siblings=[other], duplicates=DAY)


@pytest.mark.parametrize(
    ("words", "after", "duplicates"),
    [
        ("Komm vorbei!", DAY, DAY),
        ("Komm vorbei!", -DAY, DAY),
        ("Komm vorbei!", timedelta(0), None),
        ("Komm gern vorbei!", timedelta(0), DAY),
        ("https://k.example/s/abc", timedelta(0), DAY),
    ],
)
def test_what_is_far_enough_or_allowed_or_different_is_left_alone(
    ask: Ask, words: str, after: timedelta, duplicates: timedelta | None
) -> None:
    other = Sibling("KCA", "Komm vorbei!" if "Komm" in words else words, DUE + after)

    assert "text.identical" not in ask(words, due=DUE, siblings=[other], duplicates=duplicates)
