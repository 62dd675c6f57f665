"""``distributor stages``: what lies prepared or left over at the platforms."""

from __future__ import annotations

from distributor.cli.grammar import as_json, command
from distributor.cli.parts import assemble
from distributor.cli.printing import emit, table
from distributor.services import views

_WORDS = {"open": "wird vorbereitet", "ready": "bereit", "leftover": "übrig, wird entfernt"}


@command(help="Zeigt, was bei den Plattformen vorbereitet liegt oder übrig ist.")
@as_json
def stages(as_json: bool) -> None:
    """Print the Stages."""
    rows = views.stage_list(assemble())
    if as_json:
        emit(rows)
        return
    table(
        ("Nr.", "Post", "Jobcenter", "Kanal", "Stand", "hält bis"),
        [
            (row["id"], row["post"], row["organisation"], row["channel"], _WORDS[row["state"]], row["expires_at"])
            for row in rows
        ],
        empty="Bei den Plattformen liegt nichts vorbereitet.",
    )
