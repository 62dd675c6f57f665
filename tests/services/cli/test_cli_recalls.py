"""What was taken back on the command line: the list, one recall, its proof, a medium."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_a_recall_is_listed_shown_and_proven(program: Any, tmp_path: Path) -> None:
    assert "noch nichts zurückgerufen" in program.does("recalls", "list")
    number = str(program.takes_in())
    program.does("items", "withdraw", number, "--reason", "Einwilligung widerrufen", "--as", "ed")

    [row] = program.json("recalls", "list")
    assert (row["kind"], row["subject"], row["complete"], row["reason"]) == (
        "item",
        number,
        True,
        "Einwilligung widerrufen",
    )
    told = program.does("recalls", "show", str(row["recall"]))
    assert f"Beitrag {number}" in told
    assert "war nie öffentlich" in told

    paper = tmp_path / "nachweis.pdf"
    program.does("recalls", "proof", str(row["recall"]), "--out", str(paper))
    assert paper.read_bytes().startswith(b"%PDF-")
    proof = program("recalls", "proof", str(row["recall"]), "--json").stdout_bytes
    assert "reason" not in json.loads(proof)


def test_the_proof_is_asked_for_as_one_of_two(program: Any) -> None:
    assert "--json oder --out" in program.refuses("recalls", "proof", "1")
    assert "Den Rückruf 1 gibt es nicht." in program.refuses("recalls", "proof", "1", "--json")


def test_one_post_is_a_recall_with_its_reason(program: Any) -> None:
    program.takes_in()
    post = program.posts("--organisation", "fulda")[0]

    program.does("posts", "recall", str(post["id"]), "--reason", "Tippfehler", "--as", "ed")

    [row] = program.json("recalls", "list")
    assert (row["kind"], row["subject"], row["reason"]) == ("post", str(post["id"]), "Tippfehler")
    assert [each["post"] for each in row["posts"]] == [post["id"]]


def test_a_medium_that_nobody_has_is_refused(program: Any) -> None:
    told = program.refuses("media", "withdraw", "f" * 64, "--reason", "Widerruf", "--as", "ed")

    assert "gibt es bei keinem Beitrag" in told
