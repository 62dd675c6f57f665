"""Tables: shortened for a terminal, whole in a pipe."""

from __future__ import annotations

import sys

import pytest

from distributor.cli import printing


@pytest.mark.parametrize("terminal", [True, False])
def test_long_cells_are_shortened_on_a_terminal_only(
    terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    fits, long = "a" * printing.LONGEST_CELL, "b" * (printing.LONGEST_CELL + 1)

    printing.table(("Eins", "Zwei"), [(fits, long)], empty="")

    cells = capsys.readouterr().out.splitlines()[-1 if not terminal else -2].split()
    assert cells == [fits, f"{long[:-2]}…" if terminal else long]
