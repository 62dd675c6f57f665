"""The record, retention, people's data and leaving a channel on the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from distributor import bootstrap
from distributor.services import sealing
from distributor.store.tables import EventRow


def seals() -> None:
    deps = bootstrap.build()
    sealing.seal_record(deps, datetime.now(UTC))
    deps.store.close()


def touches() -> None:
    deps = bootstrap.build()
    with deps.store.write() as session:
        session.execute(sa.update(EventRow).where(EventRow.what == "config.imported").values(what="config.importex"))
    deps.store.close()


def test_the_record_is_exported_and_verified(program: Any, tmp_path: Path) -> None:
    seals()
    path = tmp_path / "record.jsonl"

    assert str(path) in program.does("log", "export", "--out", str(path))
    assert "Das Protokoll ist unverändert." in program.does("log", "verify")
    assert "Das Protokoll ist unverändert." in program.does("log", "verify", str(path))
    program.does("log", "verify", "--against", str(path))
    found = program.json("log", "verify")
    assert (found["ok"], found["faults"], found["unsealed"]) == (True, [], 0)

    touches()
    wrong = program("log", "verify")
    assert wrong.exit_code == 2
    assert wrong.stderr.startswith("gemeinsam: Unter Siegel 1 wurde ein Ereignis")
    path.write_text(path.read_text("utf-8").replace("config.imported", "config.importex"), encoding="utf-8")
    assert program("log", "verify", str(path)).exit_code == 2


def test_a_file_that_is_no_export_is_refused_in_a_sentence(program: Any, tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    path.write_bytes(b"\xff\x00{")

    assert "Zeile 1" in program.refuses("log", "verify", str(path))
    program.refuses("log", "verify", str(tmp_path / "none"))
    assert "--against" in program.refuses("log", "verify", str(path), "--against", str(path))


def test_an_export_that_cannot_be_finished_leaves_nothing(program: Any, tmp_path: Path) -> None:
    program.refuses("log", "export", "--organisation", "atlantis", "--out", str(tmp_path / "record"))
    program.refuses("log", "export", "--out", str(tmp_path / "no" / "folder"))

    assert [path.name for path in tmp_path.iterdir() if "record" in path.name or ".new" in path.name] == []


def test_retention_counts_without_a_name_and_runs_with_one(program: Any) -> None:
    assert program.does("retention", "run", "--dry-run") == "Nichts hat seine Frist überlebt.\n"
    assert "--as" in program.refuses("retention", "run")
    assert "darf das nicht" in program.refuses("retention", "run", "--as", "kim")
    listed = program.json("retention", "run", "--as", "op")
    assert {row["count"] for row in listed} == {0}
    assert {"rule": "record", "table": "event", "action": "prune", "days": 3650, "count": 0} in listed


def test_what_is_stored_about_a_person_is_shown_and_erased(program: Any) -> None:
    program.takes_in(cleared=False)
    shown = program.json("users", "data", "ed")
    assert "item.new" in {act["what"] for act in shown["acts"]}
    assert "Schlüssel im Protokoll: " in program.does("users", "data", "ed")

    told = program.does("users", "erase", "ed", "--as", "op")

    assert "„ed“ ist gelöscht" in told
    assert "ed" not in {row["login"] for row in program.json("users", "list")}
    assert "keine bekannte Person" in program.refuses("users", "data", "ed")
    assert "Betrieb" in program.refuses("users", "erase", "op", "--as", "op")


def test_an_account_is_retired_and_says_so(program: Any) -> None:
    [number] = [
        row["id"] for row in program.json("accounts", "list", "--organisation", "fulda") if row["channel"] == "x"
    ]

    program.refuses("accounts", "retire", str(number), "--reason", "Beschluss", "--as", "op")
    told = program.does(
        "accounts", "retire", str(number), "--published", "keep", "--reason", "Beschluss", "--as", "kim"
    )

    assert told == f"Konto {number} ist stillgelegt, seine Zugangsdaten sind gelöscht.\n"
    assert program.json("accounts", "show", str(number))["retired_at"]
    assert "stillgelegt seit" in program.does("accounts", "show", str(number))
    assert "stillgelegt" in program.refuses("accounts", "resume", str(number), "--as", "op")


@pytest.mark.parametrize("rights", ["kim", "ed"])
def test_alone_is_refused_while_others_could(program: Any, rights: str) -> None:
    program.does("stop", "--organisation", "fulda", "--reason", "Panne", "--as", rights)

    refused = program.refuses("resume", "--organisation", "fulda", "--alone", "--reason", "Nacht", "--as", rights)

    assert "Eine zweite Person kann zustimmen" in refused
