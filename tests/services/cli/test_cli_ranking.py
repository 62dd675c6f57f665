"""``campaigns``, ``items prioritise`` and ``items repeat``: ranking and repeating on the command line."""

from __future__ import annotations

from typing import Any

import pytest


def test_a_campaign_is_set_up_joined_changed_and_left(program: Any) -> None:
    first, second = str(program.takes_in()), str(program.takes_in("Noch einer"))
    program.does(
        "campaigns", "add", "Ausbildung", "--from", "2027-03-01", "--to", "2027-03-31", "--every", "1w", "--as", "ed"
    )
    program.does("campaigns", "join", "Ausbildung", first, second, "--as", "ed")
    program.does("campaigns", "set", "Ausbildung", "--every", "10d", "--as", "ed")

    shown = program.json("campaigns", "show", "Ausbildung")
    assert (shown["first"], shown["last"], shown["every_days"]) == ("2027-03-01", "2027-03-31", 10)
    assert [item["id"] for item in shown["items"]] == [int(first), int(second)]
    assert "Ausbildung\t01.03.2027 bis 31.03.2027\t10 Tage\t2" in program.does("campaigns", "list")
    assert "Ausbildung" in program.does("items", "show", first)
    program.does("campaigns", "leave", first, "--as", "ed")
    assert program.json("items", "show", first)["campaign"] is None
    assert "gibt es nicht" in program.refuses("campaigns", "join", "Winter", first, "--as", "ed")


def test_items_are_ranked(program: Any) -> None:
    number = str(program.takes_in())

    assert program.does("items", "prioritise", number, "high", "--as", "ed") == f"Beitrag {number} ist vorrangig.\n"
    assert program.json("items", "show", number)["priority"] == 1
    assert "vorrangig" in program.does("items", "show", number)
    assert "nicht" in program.refuses("items", "prioritise", number, "low", "--as", "kim")


def test_an_item_is_repeated_in_own_words_and_stopped(program: Any) -> None:
    number = str(program.takes_in())

    program.does("items", "repeat", number, "--every", "12w", "--times", "3", "--until", "2028-01-31", "--as", "ed")
    program.does(
        "items", "text", number, "--channel", "x", "--occurrence", "2", "--du", "Wieder da", "--sie", "Wieder da, Sie",
        "--as", "ed",
    )  # fmt: skip

    repeat = program.json("items", "show", number)["repeat"]
    assert (repeat["every_days"], repeat["times"], repeat["until"]) == (84, 3, "2028-01-31T23:00:00Z")
    assert repeat["texts"] == [{"channel": "x", "occurrence": 2, "du": "Wieder da", "sie": "Wieder da, Sie"}]
    assert program.json("items", "show", number)["texts"] == {}
    assert "Eigener Text für x, 1. Wiederholung" in program.does("items", "show", number)
    program.does("items", "repeat", number, "--stop", "--as", "ed")
    assert "wird nicht wiederholt" in program.refuses("items", "repeat", number, "--stop", "--as", "ed")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--every", "12x", "--times", "3"], "keine Spanne"),
        (["--every", "12w"], "--every und --times"),
        (["--stop", "--times", "3"], "--stop steht allein"),
        (["--every", "1d", "--times", "3"], "zwischen 7 und 366"),
    ],
)
def test_what_is_no_repeat_is_refused(options: list[str], said: str, program: Any) -> None:
    number = str(program.takes_in())
    assert said in program.refuses("items", "repeat", number, *options, "--as", "ed")
