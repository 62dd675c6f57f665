"""``distributor db``: bring the database to the program's schema."""

from __future__ import annotations

from alembic.util.exc import CommandError

from distributor.cli.grammar import group
from distributor.cli.parts import assemble
from distributor.cli.printing import say
from distributor.domain import Refused
from distributor.store import migrations


@group(help="Die Datenbank anlegen und auf den neuesten Stand bringen.")
def db() -> None:
    """Hold the commands about the database."""


@db.command(help="Legt die Datenbank an oder bringt sie auf den neuesten Stand; noch einmal schadet nicht.")
def upgrade() -> None:
    """Upgrade the database."""
    deps = assemble(database=False)
    try:
        schema = migrations.upgrade(deps.store)
    except CommandError as error:
        text = "Die Datenbank ist neuer als dieses Programm; bitte das Programm aktualisieren."
        raise Refused(text, code="schema") from error
    say(f"Die Datenbank ist auf dem neuesten Stand ({schema.current}).")
