"""The state table for readers: Markdown from TRANSITIONS, put between the marks of a document. Pure but for ``main``.

``python -m distributor.state_table README.md`` writes it; a test keeps the README and the code in step.
"""

from __future__ import annotations

import sys
from pathlib import Path

from distributor.lifecycle import TRANSITIONS
from distributor.wording import STATE_WORDS

BEGIN, END = "<!-- states: written by `make docs` -->", "<!-- /states -->"


def markdown() -> str:
    """Return the table: a row for each state, in the order of the code."""
    rows = ["| state | on the screen | meaning | left to | who acts |", "|---|---|---|---|---|"]
    for state, life in TRANSITIONS.items():
        to = ", ".join(f"`{target}`" for target in life.to) or "–"
        rows.append(f"| `{state}` | {STATE_WORDS[state]} | {life.meaning} | {to} | {life.who} |")
    return "\n".join(rows) + "\n"


def inserted(document: str) -> str:
    """Return the document with the present table between its marks. Raises: ValueError if it has no such marks."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document lacks the marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{markdown()}{END}{after}"


def main(paths: list[str]) -> None:
    """Write the table into each file."""
    for path in map(Path, paths):
        path.write_text(inserted(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
