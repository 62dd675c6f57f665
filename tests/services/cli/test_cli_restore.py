"""``db state``, ``db adopt``, ``stages --removed``: for an operator after a restore, a move, a failed clean-up."""

from __future__ import annotations

from typing import Any

import pytest


def test_a_database_belongs_to_the_folder_that_its_first_daemon_had(program: Any) -> None:
    assert program.json("db", "state")["standing"] == "new"

    program.does("run", "--until-idle")

    assert program.json("db", "state")["standing"] == "current"
    assert "kennt seine letzte Veröffentlichung" in program.does("db", "state")


def test_with_another_folder_no_daemon_begins_until_an_operator_says_so(
    program: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    program.does("run", "--until-idle")
    database = next((tmp_path / "data").glob("*.sqlite3"), None)
    if database is not None:
        monkeypatch.setenv("DISTRIBUTOR_DATABASE_URL", f"sqlite:///{database}")
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(tmp_path / "elsewhere"))

    assert "db adopt" in program.refuses("run", "--until-idle")
    assert program("db", "state").exit_code == 1
    assert "Betrieb" in program.refuses("db", "adopt", "--as", "kim")
    program.does("db", "adopt", "--current", "--as", "op")
    program.does("run", "--until-idle")

    assert program.json("db", "state")["standing"] == "current"
    assert "angehalten" in program.does("db", "adopt", "--as", "op")
    assert program.json("db", "state")["noticed_at"]


def test_only_what_is_left_over_can_be_noted_as_removed(program: Any) -> None:
    assert "nichts" in program.refuses("stages", "--removed", "7", "--as", "op")
