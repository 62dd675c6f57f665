"""All problems of an item at once: each rule told once a channel, with whom it is about."""

from __future__ import annotations

import pytest

from distributor.domain import Problem
from distributor.tailoring.grouping import Reviewed, Trouble, grouped

NAMES = {"a": "Neue Wege", "b": "KfB", "c": "MainArbeit.", "d": "KVA", "e": "KCA"}
LONG = Problem("text.too_long", "block", "Der Text hat 292 von 280 Zeichen; bitte um 12 kürzen.")
LONGER = Problem("text.too_long", "block", "Der Text hat 300 von 280 Zeichen; bitte um 20 kürzen.")
ALT_1, ALT_2 = (Problem("alt.missing", "block", f"Bild {n} hat keinen Alternativtext.") for n in (1, 2))
CREDIT = Problem("credit.missing", "warn", "Der Bildnachweis fehlt; bitte „Foto: …“ ergänzen.")


def reviewed(*troubled: tuple[str, Problem], everyone: str = "abcde") -> list[Reviewed]:
    return [
        Reviewed(slug, "x", [problem for name, problem in troubled if name == slug]) for slug in everyone
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("posts", "wanted"),
    [
        (
            reviewed(("c", LONG)),
            "Passt bei 4 von 5 Jobcentern. MainArbeit: Der Text hat 292 von 280 Zeichen; bitte um 12 kürzen.",
        ),
        (
            reviewed(("a", LONG), ("c", LONG), ("d", LONGER)),
            "Passt bei 2 von 5 Jobcentern. Neue Wege, MainArbeit und KVA, am stärksten KVA: "
            "Der Text hat 300 von 280 Zeichen; bitte um 20 kürzen.",
        ),
        (
            reviewed(*((slug, LONG) for slug in "abd"), ("c", LONGER), ("e", LONGER)),
            "Passt bei keinem der 5 Jobcenter. Am stärksten MainArbeit und KCA: "
            "Der Text hat 300 von 280 Zeichen; bitte um 20 kürzen.",
        ),
        (
            reviewed(("a", ALT_1), ("a", ALT_2)),
            "Passt bei 4 von 5 Jobcentern. Neue Wege: Bild 1 hat keinen Alternativtext. "
            "Neue Wege: Bild 2 hat keinen Alternativtext.",
        ),
        (
            reviewed(*((slug, CREDIT) for slug in "abcde")),
            "Passt bei keinem der 5 Jobcenter. Der Bildnachweis fehlt; bitte „Foto: …“ ergänzen.",
        ),
        (reviewed(("a", CREDIT), everyone="a"), "Passt nicht. Der Bildnachweis fehlt; bitte „Foto: …“ ergänzen."),
        (
            reviewed(*((slug, CREDIT) for slug in "abcd"), everyone="abcdef"),
            "Passt bei 2 von 6 Jobcentern. Neue Wege, KfB, MainArbeit und KVA: "
            "Der Bildnachweis fehlt; bitte „Foto: …“ ergänzen.",
        ),
        (
            reviewed(*((slug, CREDIT) for slug in "abcde"), everyone="abcdef"),
            "Passt bei 1 von 6 Jobcentern. Neue Wege, KfB, MainArbeit und 2 weitere: "
            "Der Bildnachweis fehlt; bitte „Foto: …“ ergänzen.",
        ),
    ],
)  # fmt: skip
def test_a_rule_is_told_in_one_sentence(posts, wanted):
    (trouble,) = grouped(posts)

    assert trouble.sentence(NAMES) == wanted


def test_channels_stand_together_and_the_gravest_comes_first():
    posts = [
        Reviewed("a", "x", [CREDIT, LONG]),
        Reviewed("a", "facebook", [CREDIT]),
        Reviewed("b", "x", [LONGER]),
        Reviewed("b", "facebook", []),
    ]

    assert grouped(posts) == [
        Trouble("facebook", "credit.missing", "warn", 2, 1, ((CREDIT.text, ("a",)),)),
        Trouble("x", "text.too_long", "block", 2, 0, ((LONG.text, ("a",)), (LONGER.text, ("b",)))),
        Trouble("x", "credit.missing", "warn", 2, 1, ((CREDIT.text, ("a",)),)),
    ]


def test_one_jobcenter_with_two_accounts_counts_once():
    posts = [Reviewed("a", "x", [LONG]), Reviewed("a", "x", [LONG]), Reviewed("b", "x", [])]

    assert grouped(posts) == [Trouble("x", "text.too_long", "block", 2, 1, ((LONG.text, ("a",)),))]


def test_without_problems_there_is_nothing_to_tell():
    assert grouped(reviewed()) == []
