"""What an operator mistypes is refused in one German sentence, and never taken for an empty answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize("listing", ["accounts", "posts"])
def test_a_list_of_an_unknown_jobcenter_is_refused_and_not_empty(listing: str, program: Any) -> None:
    assert "Das Jobcenter „fuldaa“ gibt es nicht" in program.refuses(listing, "list", "--organisation", "fuldaa")
    assert "fuldaa" in program.refuses(listing, "list", "--organisation", "fuldaa", "--json")


def test_a_list_of_an_unknown_channel_is_refused_and_names_the_known_ones(program: Any) -> None:
    said = program.refuses("posts", "list", "--channel", "telegraf")
    assert "telegraf" in said
    assert "es gibt: " in said


def test_approving_for_an_unknown_jobcenter_is_refused(program: Any) -> None:
    assert "fuldaa" in program.refuses("posts", "approve", "--all", "--organisation", "fuldaa", "--as", "kim")


def test_a_password_that_nobody_can_be_asked_for_is_refused_with_the_way_out(program: Any) -> None:
    assert "--password-stdin" in program.refuses("users", "set", "kim", "--password", "--as", "op")


def test_an_empty_input_is_no_password(program: Any) -> None:
    assert "kein Kennwort" in program.refuses("users", "set", "kim", "--password-stdin", "--as", "op", stdin="\n")


def test_an_empty_file_does_not_erase_a_secret(program: Any, tmp_path: Path) -> None:
    number = str(program.json("accounts", "list", "--organisation", "fulda")[0]["id"])
    name = "page_token"
    (tmp_path / "token").write_text("geheim")
    (tmp_path / "leer").write_text("\n")
    program.does("accounts", "set", number, "--secret", f"{name}=@{tmp_path}/token", "--as", "op")

    said = program.refuses("accounts", "set", number, "--secret", f"{name}=@{tmp_path}/leer", "--as", "op")

    assert "leer: Die Datei ist leer" in said
    assert program.json("accounts", "show", number)["missing"] == []


def test_the_history_of_a_post_speaks_german_and_tells_repetitions_once(program: Any) -> None:
    number = str(program.posts()[0]["id"]) if program.takes_in() else ""
    for _ in range(2):
        program.does("posts", "edit", number, "--text", "Ein eigener Text.", "--as", "kim")
        program.does("posts", "edit", number, "--reset", "--as", "kim")
    said = program.does("posts", "show", number)
    assert "Entwurf → zur Freigabe" in said
    assert "awaiting" not in said
    assert "post.edited" not in said
    assert said.count("Text bearbeitet") == 1
    assert "(4-mal, zuletzt " in said
