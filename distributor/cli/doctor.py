"""``distributor doctor``: whether the distributor can publish, and what to do where it cannot."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy.exc import SQLAlchemyError

from distributor.cli.grammar import as_json, command
from distributor.cli.outcome import DONE, PARTLY, REFUSED, sentence_of
from distributor.cli.parts import assemble, exists, present
from distributor.cli.printing import emit, say
from distributor.services.deps import Deps
from distributor.services.health import Finding, examine, held_by_files


@command(help="Prüft Einstellungen, Datenbank, Dienst, Feeds und Konten. Ergebnis: 0 gut, 1 Hinweise, 2 ernst.")
@as_json
def doctor(as_json: bool) -> int:
    """Print every finding."""
    findings = _findings(assemble(database=False))
    if as_json:
        emit([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            mark = "ok      " if finding.ok else "ERNST   " if finding.grave else "Hinweis "
            say(f"{mark} {finding.subject}: {finding.text}")
    if any(finding.grave and not finding.ok for finding in findings):
        return REFUSED
    return DONE if all(finding.ok for finding in findings) else PARTLY


def _findings(deps: Deps) -> list[Finding]:
    """Examine; a database that does not answer is a finding too, and looking does not create one."""
    if not exists(deps):
        text = f"Unter {deps.store.url.database} liegt noch keine; `distributor db upgrade` legt sie an."
        return [Finding("Datenbank", False, text, grave=True), *held_by_files(deps)]
    try:
        return examine(deps, present())
    except SQLAlchemyError as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        return [Finding("Datenbank", False, sentence, grave=True), *held_by_files(deps)]
