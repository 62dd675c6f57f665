"""``distributor keys``: the keys that lock the accounts' secrets."""

from __future__ import annotations

import os
from pathlib import Path

from distributor.cli.grammar import as_user, group, option
from distributor.cli.parts import acting, assemble, present
from distributor.cli.printing import say
from distributor.domain import Refused
from distributor.services import accounts
from distributor.vault import new_key


@group(help="Schlüssel für die Zugangsdaten erzeugen und wechseln.")
def keys() -> None:
    """Hold the commands about keys."""


@keys.command(help="Erzeugt einen Schlüssel für DISTRIBUTOR_KEY oder DISTRIBUTOR_KEY_FILE und zeigt ihn einmal.")
@option("--file", "path", metavar="F", help="Schreibt ihn in eine neue Datei, die nur Sie lesen dürfen.")
def new(path: str | None) -> None:
    """Make a key."""
    if path is None:
        say(new_key())
        return
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(new_key() + "\n")
    except FileExistsError as error:
        text = f"Die Datei {path} gibt es schon; ein alter Schlüssel darf nicht verloren gehen."
        raise Refused(text, code="keys.exists") from error
    say(f"Der Schlüssel steht in {Path(path).absolute()} (DISTRIBUTOR_KEY_FILE).")


@keys.command(help="Verschlüsselt alle Zugangsdaten neu mit dem ersten Schlüssel; die alten stehen noch dahinter.")
@as_user
def rotate(login: str) -> None:
    """Encrypt all secrets anew."""
    deps = assemble()
    done = accounts.rotate_keys(deps, acting(deps, login), present())
    say(f"Neu verschlüsselt: die Zugangsdaten von {done} Konten. Der alte Schlüssel kann jetzt entfallen.")
