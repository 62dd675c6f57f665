"""Stop files: what their names cover, what they say, and that in doubt they stop."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from distributor.domain import Scope
from distributor.services import stop_files


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("STOP", Scope()),
        ("stop", Scope()),
        ("STOP.fulda", Scope(organisation="fulda")),
        ("Stop.Gross-Gerau", Scope(organisation="gross-gerau")),
        ("STOP.channel.x", Scope(channel="x")),
        ("STOP.txt", Scope(organisation="txt")),
        ("STOP.channel.", Scope(organisation="channel.")),
    ],
)
def test_the_name_says_what_it_covers(tmp_path: Path, name: str, scope: Scope) -> None:
    (tmp_path / name).write_text("Falsches Bild\nvon Eva\n", encoding="utf-8")

    [found] = stop_files.found(tmp_path)

    assert (found.scope, found.reason) == (scope, "Falsches Bild")


@pytest.mark.parametrize("name", ["STOPPED", "halt", "distributor.sqlite3", "xSTOP"])
def test_other_files_stop_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()

    assert stop_files.found(tmp_path) == []
    assert stop_files.reason_for(tmp_path, "fulda", "x") is None


@pytest.mark.parametrize(
    ("name", "stopped"),
    [
        ("STOP", {("fulda", "x"), ("fulda", "y"), ("wiesbaden", "x")}),
        ("STOP.fulda", {("fulda", "x"), ("fulda", "y")}),
        ("STOP.channel.x", {("fulda", "x"), ("wiesbaden", "x")}),
    ],
)
def test_whom_it_stops(tmp_path: Path, name: str, stopped: set[tuple[str, str]]) -> None:
    (tmp_path / name).touch()
    everyone = {("fulda", "x"), ("fulda", "y"), ("wiesbaden", "x")}

    assert {who for who in everyone if stop_files.reason_for(tmp_path, *who) is not None} == stopped


@pytest.mark.parametrize("body", [b"", b"\n\n", b"   "])
def test_an_empty_file_stops_too_and_says_so(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "STOP").write_bytes(body)

    assert stop_files.reason_for(tmp_path, "fulda", "x") == "Die Datei STOP liegt im Datenordner."


def test_what_is_no_text_and_too_long_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "STOP").write_bytes(b"\xff\xfe" + b"a" * 10_000_000)

    reason = stop_files.reason_for(tmp_path, "fulda", "x")

    assert reason is not None
    assert len(reason) <= 500


def test_a_folder_of_that_name_stops_too(tmp_path: Path) -> None:
    (tmp_path / "STOP").mkdir()

    assert stop_files.reason_for(tmp_path, "fulda", "x") is not None


def test_a_data_folder_that_is_not_there_yet_stops_nothing(tmp_path: Path) -> None:
    assert stop_files.found(tmp_path / "none") == []


def test_a_data_folder_that_cannot_be_looked_into_stops_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(folder: Path) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", refuses)

    assert [file.scope for file in stop_files.found(tmp_path)] == [Scope()]


@pytest.mark.parametrize("scope", [Scope(), Scope(organisation="fulda"), Scope(channel="x")])
def test_what_is_written_is_found(tmp_path: Path, scope: Scope) -> None:
    path = stop_files.write(tmp_path / "new", scope, "Falsches\nBild", "eva")

    [found] = stop_files.found(tmp_path / "new")
    assert (found.path, found.scope, found.reason) == (path, scope, "Falsches Bild")
