"""``distributor stages``: what lies prepared or left over at the platforms."""

from __future__ import annotations

from typing import Any

from distributor.cli.grammar import as_json, command, option
from distributor.cli.parts import acting, assemble, present
from distributor.cli.printing import emit, say, table
from distributor.services import leftovers, views

_WORDS = {"open": "wird vorbereitet", "ready": "bereit", "leftover": "übrig, wird entfernt"}
_BY_HAND = "übrig, bitte von Hand entfernen"


@command(help="Zeigt, was bei den Plattformen vorbereitet liegt oder übrig ist.")
@option("--removed", type=int, metavar="NR", help="Vermerkt, dass ein Rest von Hand entfernt wurde; mit --as.")
@option("--as", "login", default="", metavar="LOGIN", help="In wessen Namen.")
@as_json
def stages(removed: int | None, login: str, as_json: bool) -> None:
    """Print the Stages, or note that a person removed one."""
    deps = assemble()
    if removed is not None:
        leftovers.note_removed(deps, acting(deps, login), removed, present())
        say(f"Vermerkt: Nr. {removed} ist entfernt.")
        return
    rows = views.stage_list(deps)
    if as_json:
        emit(rows)
        return
    table(
        ("Nr.", "Post", "Jobcenter", "Kanal", "Stand", "hält bis"),
        [(row["id"], row["post"], row["organisation"], row["channel"], _word(row), row["expires_at"]) for row in rows],
        empty="Bei den Plattformen liegt nichts vorbereitet.",
    )


def _word(row: dict[str, Any]) -> str:
    given_up = row["state"] == "leftover" and row["next_try_at"] is None
    return _BY_HAND if given_up else _WORDS[row["state"]]
