"""``persons``, deputies, four eyes and approval without a person, as they are typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.answers import NOTHING_SHOWN


def person(program: Any, tmp_path: Path, *channels: str) -> str:
    """Take somebody in who signed for these channels."""
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF Ada Beispiel")
    key: str = program.json("persons", "add", "--organisation", "fulda", "--as", "ed")["key"]
    on = [part for channel in channels for part in ("--channel", channel)]
    program.does(
        "persons", "consent", key, "--form", "A1", "--signed-on", "2026-01-05", "--document", str(scan),
        "--scope", "image", *on, "--as", "ed",
    )  # fmt: skip
    return key


def test_a_person_is_entered_linked_shown_and_erased(program: Any, tmp_path: Path) -> None:
    key = person(program, tmp_path, "facebook")
    number = str(program.takes_in(cleared=False))
    people_shown = ("--people", "shown", *NOTHING_SHOWN[2:])
    program.does("items", "clear", number, *people_shown, "--as", "ed")

    assert "gilt nicht für diesen Kanal" in program.does(
        "persons", "link", key, number, "--shows", "image", "--as", "ed"
    )
    assert {post["channel"]: post["state"] for post in program.json("posts", "list", "--organisation", "fulda")} == {
        "facebook": "awaiting",
        "instagram": "drafted",
        "x": "drafted",
    }
    assert f"Beitrag {number}: Bild" in program.does("persons", "show", key, "--as", "ed")
    assert key in program.does("persons", "list", "--as", "ed")
    assert "zeigt" in program.refuses("persons", "erase", key, "--reason", "Antrag", "--as", "ed")
    program.does("persons", "unlink", key, number, "--as", "ed")
    assert "ist gelöscht" in program.does("persons", "erase", key, "--reason", "Antrag", "--as", "ed")
    assert "ist gelöscht" in program.refuses("persons", "link", key, number, "--shows", "image", "--as", "ed")


def test_a_withdrawal_tells_what_became_of_the_posts(program: Any, tmp_path: Path) -> None:
    key = person(program, tmp_path, "facebook", "instagram", "x")
    number = str(program.takes_in(cleared=False))
    program.does("persons", "link", key, number, "--shows", "image", "--as", "ed")

    assert "Posts geschlossen: " in program.does("persons", "withdraw", key, "--reason", "Wunsch", "--as", "ed")


def test_the_document_goes_into_a_new_file_of_the_reader_alone(program: Any, tmp_path: Path) -> None:
    key, out = person(program, tmp_path, "x"), tmp_path / "out.pdf"

    assert "Prüfung" in program.refuses("persons", "document", key, "--out", str(out), "--as", "kim")
    assert not out.exists()
    program.does("persons", "document", key, "--out", str(out), "--as", "ed")
    assert (out.read_bytes(), out.stat().st_mode & 0o077) == (b"%PDF Ada Beispiel", 0)
    assert "lässt sich nicht anlegen" in program.refuses("persons", "document", key, "--out", str(out), "--as", "ed")
    exported = program.does("persons", "export", key, "--as", "ed")
    assert key in exported
    assert "Ada" not in exported


def test_who_edits_does_not_approve_and_a_deputy_does(program: Any) -> None:
    program.takes_in()
    number = str(program.json("posts", "list", "--organisation", "fulda", "--state", "awaiting")[0]["id"])
    program.does("posts", "edit", number, "--text", "Ein eigener Text aus dem Haus.", "--as", "kim")

    assert "eine zweite Person" in program.refuses("posts", "approve", number, "--as", "kim")
    said = program.refuses("posts", "approve", number, "--alone", "--reason", "Urlaub", "--as", "kim")
    assert "allein geht das nur, wo es keine gibt" in said
    program.does("users", "add", "neu", "--role", "auditor", "--as", "op", stdin="")
    days = ("--organisation", "fulda", "--from", "2020-01-01", "--until", "2090-01-01")
    assert "vertritt fulda" in program.does("users", "deputy", "neu", *days, "--as", "kim")
    assert "fulda 2020-01-01 bis 2090-01-01" in program.does("users", "show", "neu")
    program.does("posts", "approve", number, "--as", "neu")


def test_topics_are_set_by_the_jobcenter_itself(program: Any) -> None:
    number = str(program.json("accounts", "list", "--organisation", "fulda")[0]["id"])

    assert "Kanalverantwortung" in program.refuses("accounts", "set", number, "--auto-approve", "Wohnen", "--as", "op")
    assert "von selbst frei: Wohnen" in program.does(
        "accounts", "set", number, "--auto-approve", "Wohnen", "--as", "kim"
    )
    assert "von selbst frei: nichts" in program.does("accounts", "set", number, "--no-auto-approve", "--as", "kim")
