"""``distributor db``: bring the database to the program's schema, and say to which data folder it belongs."""

from __future__ import annotations

from dataclasses import asdict

from alembic.util.exc import CommandError

from distributor.cli.grammar import as_json, as_user, group, option
from distributor.cli.outcome import DONE, PARTLY
from distributor.cli.parts import acting, assemble, present, require_schema
from distributor.cli.printing import emit, say
from distributor.domain import Refused
from distributor.services import restoring
from distributor.store import migrations
from distributor.wording import local_time, stamp


@group(help="Die Datenbank anlegen, auf den neuesten Stand bringen, nach einer Rücksicherung ansehen.")
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


@db.command(help="Sagt, ob die Datenbank zu diesem Datenordner gehört und ob sie etwas vergessen hat.")
@as_json
def state(as_json: bool) -> int:
    """Print how the database stands; status 1 while it is held or posts are still looked for."""
    deps = assemble()
    require_schema(deps)
    seen = restoring.outlook(deps)
    if as_json:
        emit({**asdict(seen), "since": stamp(seen.since), "noticed_at": stamp(seen.noticed_at)})
    else:
        say(_STANDINGS[seen.standing])
        if seen.noticed_at and seen.since:
            noticed, since = local_time(seen.noticed_at), local_time(seen.since)
            say(f"Letzte Rücksicherung bemerkt: {noticed}; bekannt war alles bis {since}.")
        say(f"Noch nachgesehen wird bei {seen.being_looked_for} Posts.")
    return DONE if seen.standing in ("current", "new") and not seen.being_looked_for else PARTLY


@db.command(
    help="Sagt, dass diese Datenbank zu diesem Datenordner gehört. Sie gilt dann als zurückgesichert: Alles ist "
    "angehalten, und was inzwischen fällig war, wird bei den Netzwerken gesucht."
)
@option("--current", is_flag=True, help="Sie ist nicht zurückgesichert, nur der Datenordner ist neu: Nichts anhalten.")
@as_user
def adopt(current: bool, login: str) -> None:
    """Bind the database to this data folder."""
    deps = assemble()
    require_schema(deps)
    if restoring.adopt(deps, acting(deps, login), present(), current=current):
        say("Alles ist angehalten; was fällig war, wird gesucht, sobald der Dienst läuft (`distributor db state`).")
        say("Bitte Rückrufe seit der Sicherung nachtragen; dann lösen zwei Personen mit `distributor resume`.")
    else:
        say("Die Datenbank gehört jetzt zu diesem Datenordner.")


_STANDINGS = {
    "current": "Die Datenbank gehört zu diesem Datenordner und kennt seine letzte Veröffentlichung.",
    "new": "Die Datenbank hat noch nichts veröffentlicht; der erste Dienst bindet sie an diesen Datenordner.",
    "behind": "Die Datenbank kennt die letzte Veröffentlichung nicht: Beim Start hält der Dienst alles an und sucht.",
    "foreign": "Die Datenbank gehört zu einem anderen Datenordner; hier beginnt kein Dienst (`distributor db adopt`).",
}
