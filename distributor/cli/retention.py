"""``distributor retention``: what is deleted when, and do it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from distributor.cli.grammar import Misuse, as_json, group, option
from distributor.cli.parts import acting, assemble, present, require_schema
from distributor.cli.printing import emit, say, table
from distributor.services import retention as service
from distributor.services.retention import Outcome


@group(help="Aufbewahrung: zeigt und erledigt, was nach Frist zu löschen ist.")
def retention() -> None:
    """Hold the commands about retention."""


@retention.command(help="Löscht und leert, was seine Frist überlebt hat; der Dienst tut es einmal am Tag von selbst.")
@option("--dry-run", is_flag=True, help="Zählt nur, was zu löschen wäre.")
@option("--as", "login", metavar="USER", help="Wer entscheidet (Anmeldename); nötig ohne --dry-run.")
@as_json
def run(dry_run: bool, login: str | None, as_json: bool) -> None:
    """Carry the policy out, or count what it would do."""
    deps = assemble()
    require_schema(deps)
    if dry_run:
        outcomes = service.foresee(deps, present())
    elif login is None:
        raise Misuse("Die Option --as fehlt.")
    else:
        outcomes = service.run(deps, acting(deps, login), present())
    if as_json:
        emit([_document(outcome) for outcome in outcomes])
    else:
        _show(outcomes, dry_run=dry_run)


def _document(outcome: Outcome) -> dict[str, Any]:
    rule = outcome.rule
    days = rule.period.days if rule.period is not None else None
    return {"rule": rule.name, "table": rule.table, "action": rule.action, "days": days, "count": outcome.count}


_VERBS = {"delete": "löschen", "blank": "leeren", "prune": "löschen, Siegel bleiben"}


def _show(outcomes: Sequence[Outcome], *, dry_run: bool) -> None:
    rows = [
        (each.rule.table, each.rule.name, _VERBS[each.rule.action], each.rule.period.days, each.count)
        for each in outcomes
        if each.count and each.rule.period is not None
    ]
    table(("Tabelle", "Regel", "Was", "Tage", "Zeilen"), rows, empty="Nichts hat seine Frist überlebt.")
    if rows and dry_run:
        say("Nur gezählt; ohne --dry-run wird es getan.")
