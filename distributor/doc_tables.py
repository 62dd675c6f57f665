"""Tables of the code for readers: Markdown put between the marks of a document. Pure but for ``main``.

``python -m distributor.doc_tables FILE...`` writes them; a test keeps the documents and the code in step.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from distributor import retention
from distributor.lifecycle import TRANSITIONS
from distributor.tailoring import RULES
from distributor.wording import STATE_WORDS


def _states() -> Iterator[str]:
    """Yield a row for each state, in the order of the code."""
    yield "| state | on the screen | meaning | left to | who acts |"
    yield "|---|---|---|---|---|"
    for state, life in TRANSITIONS.items():
        to = ", ".join(f"`{target}`" for target in life.to) or "–"
        yield f"| `{state}` | {STATE_WORDS[state]} | {life.meaning} | {to} | {life.who} |"


def _rules() -> Iterator[str]:
    """Yield a row for each rule on a post's text and media, in the order in which problems are told."""
    yield "| rule | weight | what it finds | fix |"
    yield "|---|---|---|---|"
    for rule in RULES:
        meaning = " ".join((rule.check.__doc__ or "").split())
        yield f"| `{rule.name}` | {rule.severity} | {meaning} | {rule.mends or '–'} |"


def _retention() -> Iterator[str]:
    """Yield a row for each rule on how long what is kept."""
    yield "| table | what | what becomes of it | why |"
    yield "|---|---|---|---|"
    for rule in retention.RULES:
        yield f"| `{rule.table}` | {rule.which} | {retention.fate(rule)} | {rule.why} ({rule.source}) |"


TABLES: dict[str, Callable[[], Iterator[str]]] = {"states": _states, "rules": _rules, "retention": _retention}
"""What can stand in a document, by the name in its marks."""


def marks(name: str) -> tuple[str, str]:
    """Return the comments between which a table stands."""
    return f"<!-- {name}: written by `make docs` -->", f"<!-- /{name} -->"


def inserted(document: str) -> str:
    """Return the document with the present tables between its marks. Raises: ValueError if it has none, or half."""
    found = False
    for name, rows in TABLES.items():
        begin, end = marks(name)
        if begin in document or end in document:
            found = True
            document = _filled(document, begin, end, "\n".join(rows()))
    if not found:
        raise ValueError(f"the document lacks the marks {' '.join(marks('states'))}")
    return document


def _filled(document: str, begin: str, end: str, table: str) -> str:
    before, opened, rest = document.partition(begin)
    _, closed, after = rest.partition(end)
    if not opened or not closed:
        raise ValueError(f"the document lacks one of the marks {begin} and {end}")
    return f"{before}{begin}\n{table}\n{end}{after}"


def main(paths: list[str]) -> None:
    """Write the tables into each file."""
    for path in map(Path, paths):
        path.write_text(inserted(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
