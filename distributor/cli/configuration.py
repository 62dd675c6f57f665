"""``distributor config``: take the roster, calendars and channel texts in, write them back, check them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from distributor.cli.grammar import Misuse, argument, as_json, group, option
from distributor.cli.parts import acting, assemble, present
from distributor.cli.printing import emit, say
from distributor.domain import Refused
from distributor.services import configuration
from distributor.services.configuration import Change, Files
from distributor.services.deps import Deps

_KINDS = {"new": "neu", "changed": "geändert"}
_THINGS = {
    "organisation": "Jobcenter",
    "calendar": "Kalender",
    "text": "Kanaltext",
    "lexicon": "Wortliste",
    "account": "Konto",
}


@group(help="Jobcenter, Kalender und Kanaltexte einlesen, herausschreiben und prüfen.")
def config() -> None:
    """Hold the commands about the configuration."""


@config.command("import", help="Zeigt, was die Dateien ändern würden; mit --apply wird es übernommen.")
@argument("folder", metavar="[DIR]", required=False)
@option("--dry-run", is_flag=True, help="Zeigt nur die Unterschiede (wie ohne Angabe).")
@option("--apply", is_flag=True, help="Übernimmt die Dateien in die Datenbank.")
@option("--as", "login", metavar="USER", help="Wer entscheidet (Anmeldename); nötig mit --apply.")
@as_json
def import_files(folder: str | None, dry_run: bool, apply: bool, login: str | None, as_json: bool) -> None:
    """Show or make the changes."""
    if dry_run and apply:
        raise Misuse("--dry-run und --apply schließen einander aus.")
    if apply and login is None:
        raise Misuse("Die Option --as fehlt.")
    deps = assemble()
    files = configuration.read_files(_folder(deps, folder))
    if apply and login is not None:
        changes = configuration.take_over(deps, acting(deps, login), files, present())
    else:
        changes = configuration.differences(deps, files)
    if as_json:
        emit([asdict(change) for change in changes])
        return
    for change in changes:
        say(_sentence(change))
    done = "übernommen" if apply else "gefunden (--apply übernimmt sie)"
    say(f"{len(changes)} Änderungen {done}." if changes else "Dateien und Datenbank stimmen überein.")


def _sentence(change: Change) -> str:
    keys = f" ({', '.join(change.keys)})" if change.keys else ""
    return f"{_THINGS[change.what]} {change.name}: {_KINDS[change.kind]}{keys}"


@config.command(help="Schreibt Jobcenter, Kalender und Kanaltexte als Dateien heraus, ohne Zugangsdaten.")
@argument("folder", metavar="DIR")
def export(folder: str) -> None:
    """Write the files."""
    say(f"{configuration.write_files(assemble(), Path(folder))} Dateien geschrieben nach {folder}.")


@config.command(help="Prüft die Dateien, ohne etwas zu ändern; eine Datenbank braucht es nicht.")
@argument("folder", metavar="[DIR]", required=False)
def check(folder: str | None) -> None:
    """Read every file and look for channels and fields that nobody knows."""
    deps = assemble(database=False)
    files = configuration.read_files(_folder(deps, folder))
    _known_fields(deps, files)
    say(
        f"In Ordnung: {len(files.organisations)} Jobcenter, {sum(map(len, files.accounts.values()))} Konten, "
        f"{len(files.calendars)} Kalender, {len(files.texts)} Kanaltexte."
    )


def _folder(deps: Deps, folder: str | None) -> Path:
    return deps.settings.config_dir if folder is None else Path(folder)


def _known_fields(deps: Deps, files: Files) -> None:
    for slug, entries in files.accounts.items():
        for entry in entries:
            known = {field.name: field for field in deps.connector(entry.channel).fields}
            for name in entry.fields:
                if name not in known or known[name].secret:
                    why = "ist geheim und gehört nicht in die Datei" if name in known else "gibt es dort nicht"
                    text = f"organisations/{slug}.toml, Konto {entry.channel}/{entry.name}: Das Feld „{name}“ {why}."
                    raise Refused(text, code="config.file")
