"""What a command prints: JSON for programs, tables and sentences for people, complaints in one line."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import click

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")

LONGEST_CELL = 80
"""Characters that one cell of a table shows on a terminal; our own choice: two such columns and numbers fit a line."""


def clean(text: str) -> str:
    """Take out what would steer a terminal: titles and texts come from elsewhere."""
    return _CONTROL.sub(" ", text)


def emit(document: Any) -> None:
    """Print one JSON document, in UTF-8 whatever the terminal speaks."""
    import json

    raw(json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n")


def emit_line(document: Any) -> None:
    """Print a JSON document in one line."""
    import json

    raw(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def raw(data: bytes) -> None:
    """Print bytes as they are."""
    click.echo(data, nl=False)


def say(text: str = "") -> None:
    """Print a sentence for a person."""
    click.echo(clean(text))


def complain(text: str) -> None:
    """Print one line on standard error."""
    click.echo(" ".join(clean(text).split()), err=True)


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str) -> None:
    """Print a table: ruled and with long cells shortened on a terminal, with tabs and whole into a pipe."""
    cells = [[_cell(value) for value in row] for row in rows]
    if not cells:
        say(empty)
    elif not sys.stdout.isatty():
        for line in (headings, *cells):
            click.echo("\t".join(line))
    else:
        _ruled(headings, cells)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    return " ".join(clean(str(value)).split())


def _shortened(cell: str) -> str:
    return cell if len(cell) <= LONGEST_CELL else f"{cell[: LONGEST_CELL - 1].rstrip()}…"


def _ruled(headings: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        shown.add_column(heading, overflow="fold")
    for line in cells:
        shown.add_row(*(Text(_shortened(cell)) for cell in line))
    Console().print(shown)


def when(written: str | None) -> str:
    """Return a moment from a document as a person reads it, in German time."""
    from distributor.wording import local_time

    return local_time(datetime.fromisoformat(written)) if written else ""


def facts(pairs: Iterable[tuple[str, Any]]) -> None:
    """Print names with their values, leaving out what is empty."""
    told = [(name, _cell(value)) for name, value in pairs if value not in (None, "", [], ())]
    width = max((len(name) for name, _ in told), default=0)
    for name, value in told:
        click.echo(f"{name + ':':<{width + 1}} {value}")
