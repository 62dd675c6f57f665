"""``distributor log``: take the record out, and prove that nobody touched it."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from pathlib import Path

import click

from distributor.cli.grammar import Misuse, Moment, argument, as_json, group, option
from distributor.cli.outcome import DONE, REFUSED
from distributor.cli.parts import assemble, require_schema
from distributor.cli.printing import complain, emit, say
from distributor.services import sealing
from distributor.services.sealing import Verified


@group(help="Das Protokoll: herausschreiben und prüfen.")
def log() -> None:
    """Hold the commands about the record."""


@log.command(help="Schreibt das gesiegelte Protokoll als JSON-Zeilen, ohne Namen, am Ende die letzten Siegel.")
@option("--organisation", metavar="SLUG", help="Nur die Kette dieses Jobcenters.")
@option("--from", "since", type=Moment(), metavar="T", help="Siegel ab diesem Zeitpunkt.")
@option("--to", "until", type=Moment(), metavar="T", help="Siegel vor diesem Zeitpunkt.")
@option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Die Datei.")
def export(organisation: str | None, since: datetime | None, until: datetime | None, out: Path) -> None:
    """Export the record; the file appears whole or not at all."""
    deps = assemble()
    require_schema(deps)
    handle, name = tempfile.mkstemp(dir=out.absolute().parent, prefix=".new-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            written = sealing.export(deps, file, organisation=organisation, since=since, until=until)
        Path(name).replace(out)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    say(f"{written} Ereignisse stehen in {out}.")


@log.command(help="Prüft das Protokoll der Datenbank, oder ohne sie einen Export. Ergebnis 2, wenn etwas nicht stimmt.")
@argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@option(
    "--against",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="EXPORT",
    help="Ein früherer Export: Nur gegen ihn fällt ein abgeschnittenes Ende auf.",
)
@as_json
def verify(file: Path | None, against: Path | None, as_json: bool) -> int:
    """Verify the record."""
    if file is not None and against is not None:
        raise Misuse("FILE und --against gehen nicht zugleich: --against vergleicht die Datenbank mit einem Export.")
    if file is not None:
        verified = sealing.verify_file(file)
    else:
        deps = assemble()
        require_schema(deps)
        verified = sealing.verify(deps, against=against)
    if as_json:
        emit(_document(verified))
    else:
        _tell(verified)
    return REFUSED if verified.faults else DONE


def _document(verified: Verified) -> dict[str, object]:
    return {
        "ok": not verified.faults,
        "chains": verified.chains,
        "seals": verified.seals,
        "events": verified.events,
        "unsealed": verified.unsealed,
        "pruned": verified.pruned,
        "faults": [
            {"organisation": fault.organisation, "seal": fault.seal, "text": fault.text} for fault in verified.faults
        ],
    }


def _tell(verified: Verified) -> None:
    for fault in verified.faults:
        complain(f"{_named(fault.organisation)}: {fault.text}")
    for chain, number in sorted(verified.pruned.items()):
        say(f"{_named(chain)}: bis Siegel {number} gelöscht nach Frist.")
    waiting = f", {verified.unsealed} noch ohne Siegel" if verified.unsealed else ""
    say(f"Geprüft: {verified.events} Ereignisse unter {verified.seals} Siegeln in {verified.chains} Ketten{waiting}.")
    if not verified.faults:
        say("Das Protokoll ist unverändert.")


def _named(chain: str) -> str:
    return chain or "gemeinsam"
