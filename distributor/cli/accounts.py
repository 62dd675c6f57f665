"""``distributor accounts``: connect an Organisation's accounts, ask the platforms about them, pause them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from distributor.cli import connecting
from distributor.cli.fields import given_fields, with_fields
from distributor.cli.grammar import Choice, F, Misuse, Number, argument, as_json, as_user, group, option
from distributor.cli.outcome import DONE, PARTLY, each
from distributor.cli.parts import acting, assemble, present, require_known
from distributor.cli.printing import complain, emit, facts, say, table, when
from distributor.cli.sources import read_text
from distributor.clock import SystemClock
from distributor.domain import Actor, Refused
from distributor.leaving import Published
from distributor.progress import progress
from distributor.services import accounts as service
from distributor.services import auto_approving, leaving, views
from distributor.services.accounts import Checked
from distributor.services.deps import Deps
from distributor.wording import stamp


@group(help="Konten der Jobcenter verbinden, prüfen, anhalten und weiterlaufen lassen.")
def accounts() -> None:
    """Hold the commands about accounts."""


def named(command: F) -> F:
    """Add the options that name an account which may not exist yet."""
    for decorate in (
        option("--name", required=True, metavar="N", help="Der Name des Kontos."),
        option("--channel", required=True, metavar="NAME", help="Der Kanal."),
        option("--organisation", required=True, metavar="SLUG", help="Das Jobcenter."),
    ):
        command = decorate(command)
    return command


@accounts.command("list", help="Zeigt die Konten, ohne Zugangsdaten.")
@option("--organisation", metavar="SLUG", help="Nur dieses Jobcenter.")
@as_json
def list_accounts(organisation: str | None, as_json: bool) -> None:
    """Print the accounts."""
    deps = assemble()
    require_known(deps, organisation)
    rows = views.account_list(deps, organisation=organisation)
    if as_json:
        emit(rows)
        return
    table(
        ("Nr.", "Jobcenter", "Kanal", "Name", "Kennung", "Stand"),
        [(row["id"], row["organisation"], row["channel"], row["name"], row["identity"], _state(row)) for row in rows],
        empty="Es gibt noch keine Konten; `distributor accounts add` verbindet eines.",
    )


def _state(row: Mapping[str, Any]) -> str:
    if row["retired_at"]:
        return f"stillgelegt seit {when(row['retired_at'])}"
    if row["retiring_at"]:
        return "wird stillgelegt"
    if row["paused_at"]:
        return f"angehalten: {row['paused_reason']}"
    return f"es fehlt: {', '.join(row['missing'])}" if row["missing"] else "eingerichtet"


@accounts.command(help="Zeigt ein Konto, ohne Zugangsdaten.")
@argument("number", metavar="ID", type=Number())
@as_json
def show(number: int, as_json: bool) -> None:
    """Print one account."""
    row = _one(assemble(), number)
    if as_json:
        emit(row)
        return
    facts(
        [
            ("Konto", row["id"]),
            ("Jobcenter", row["organisation"]),
            ("Kanal", f"{row['channel']}/{row['name']}"),
            ("Kennung", row["identity"]),
            ("Stand", _state(row)),
            ("Geprüft", when(row["checked_at"])),
            *([("Zugang bis", when(row["ends_at"]))] if row["ends_at"] else []),
            *(("Es fehlt", lack) for lack in row["lacks"]),
            ("Kosten", row["bill"]),
            *((f"Feld {name}", value) for name, value in row["fields"].items()),
        ]
    )


def _one(deps: Deps, number: int) -> dict[str, Any]:
    for row in views.account_list(deps, now=present()):
        if row["id"] == number:
            return row
    text = f"Das Konto {number} gibt es nicht; `distributor accounts list` zeigt alle."
    raise Refused(text, code="account.unknown")


@accounts.command(help="Verbindet ein Konto. Geheime Felder stehen nie auf der Befehlszeile.")
@named
@with_fields
@as_user
def add(
    organisation: str,
    channel: str,
    name: str,
    fields: tuple[str, ...],
    secrets: tuple[str, ...],
    secrets_file: str | None,
    login: str,
) -> None:
    """Connect an account."""
    deps = assemble()
    actor = acting(deps, login)
    given = given_fields(deps.connector(channel), fields, secrets, secrets_file, ask=True)
    number = service.add_account(deps, actor, organisation, channel, name, given, present())
    _told(deps, number)


@accounts.command(help="Verbindet ein Konto durch Ihre Zustimmung beim Netzwerk, statt mit abgetippten Schlüsseln.")
@named
@with_fields
@as_user
def connect(
    organisation: str,
    channel: str,
    name: str,
    fields: tuple[str, ...],
    secrets: tuple[str, ...],
    secrets_file: str | None,
    login: str,
) -> None:
    """Begin to connect an account, and finish it where a person is at a terminal."""
    deps = assemble()
    actor = acting(deps, login)
    given = given_fields(deps.connector(channel), fields, secrets, secrets_file, ask=False)
    number = connecting.begin(deps, actor, organisation, channel, name, given)
    if number is not None:
        _connected(deps, number)


@accounts.command(help="Schließt eine Verbindung ab, die `accounts connect` begonnen hat.")
@argument("number", metavar="NR", type=Number())
@option("--choose", metavar="N", type=Number(), help="Welches der angebotenen Konten.")
@option("--brought", metavar="F", help="Datei mit der Adresse, auf der Sie gelandet sind, oder dem Code (- Eingabe).")
@as_user
def connected(number: int, choose: int | None, brought: str | None, login: str) -> None:
    """Finish connecting an account."""
    deps = assemble()
    account = connecting.finish(deps, acting(deps, login), number, read_text(brought) if brought else "", choose)
    if account is not None:
        _connected(deps, account)


def _connected(deps: Deps, number: int) -> None:
    _told(deps, number)
    _show(service.check(deps, number, SystemClock().now))


@accounts.command("set", help="Gibt einem Konto neue Felder; was nicht genannt ist, bleibt.")
@argument("number", metavar="ID", type=Number())
@with_fields
@option(
    "--auto-approve",
    "topics",
    multiple=True,
    metavar="THEMA",
    help="Gibt Posts zu diesem Thema, die niemanden zeigen, von selbst frei; sagt nur das Jobcenter.",
)
@option("--no-auto-approve", "no_topics", is_flag=True, help="Gibt nichts mehr von selbst frei.")
@as_user
def set_account(
    number: int,
    fields: tuple[str, ...],
    secrets: tuple[str, ...],
    secrets_file: str | None,
    topics: tuple[str, ...],
    no_topics: bool,
    login: str,
) -> None:
    """Change an account."""
    if topics and no_topics:
        raise Misuse("Bitte entweder --auto-approve oder --no-auto-approve.")
    deps = assemble()
    actor = acting(deps, login)
    if topics or no_topics:
        wanted = auto_approving.set_topics(deps, actor, number, topics, present())
        say(f"Konto {number} gibt von selbst frei: {', '.join(wanted) or 'nichts'}.")
        if not (fields or secrets or secrets_file):
            return
    row = _one(deps, number)
    given = given_fields(deps.connector(row["channel"]), fields, secrets, secrets_file, ask=False)
    service.add_account(deps, actor, row["organisation"], row["channel"], row["name"], given, present())
    _told(deps, number)


def _told(deps: Deps, number: int) -> None:
    row = _one(deps, number)
    say(f"Konto {number} ({row['organisation']}/{row['channel']}/{row['name']}): {_state(row)}.")


@accounts.command(help="Fragt die Plattformen, wessen Konten es sind und was sie dürfen; ohne Nummer alle. 1: Störung.")
@argument("ids", metavar="[ID...]", type=Number(), nargs=-1)
@as_json
def check(ids: tuple[int, ...], as_json: bool) -> int:
    """Check accounts."""
    deps = assemble()
    numbers = list(dict.fromkeys(ids)) or [row["id"] for row in views.account_list(deps)]
    found: list[Checked] = []
    with progress("Konten prüfen", len(numbers)) as told:

        def one(number: int) -> None:
            found.append(service.check(deps, number, SystemClock().now))
            told(len(found))

        status = each("Konto", numbers, one)
    if as_json:
        emit([_document(checked) for checked in found])
    else:
        for checked in found:
            _show(checked)
    return status or (DONE if all(_is_well(checked) for checked in found) else PARTLY)


def _is_well(checked: Checked) -> bool:
    return checked.identity is not None and not checked.identity.lacks


def _document(checked: Checked) -> dict[str, Any]:
    identity = checked.identity
    return {
        "account": checked.account,
        "ok": identity is not None,
        "remote_id": identity.remote_id if identity else None,
        "name": identity.name if identity else None,
        "url": identity.url if identity else None,
        "ends_at": stamp(identity.expires_at) if identity else None,
        "granted": list(identity.granted) if identity and identity.granted is not None else None,
        "lacks": list(identity.lacks) if identity else [],
        "trouble": checked.trouble,
    }


def _show(checked: Checked) -> None:
    if checked.identity is None:
        complain(f"{checked.account}: {checked.trouble}{' Das Konto ist angehalten.' if checked.dead else ''}")
        return
    identity = checked.identity
    say(f"{checked.account}: {identity.name} {identity.url}".rstrip())
    if identity.granted is not None:
        say(f"  Erlaubt: {', '.join(identity.granted) or 'nichts'}.")
    if identity.lacks:
        complain(f"  Es fehlt: {'; '.join(identity.lacks)}. Bitte das Konto neu verbinden.")
    if identity.expires_at is not None:
        say(f"  Der Zugang endet am {when(stamp(identity.expires_at))}.")


@accounts.command(help="Hält Konten an: Es geht nichts mehr hinaus, bis sie weiterlaufen.")
@argument("ids", metavar="ID...", type=Number(), nargs=-1, required=True)
@option("--reason", default="", metavar="R", help="Der Grund.")
@as_user
def pause(ids: tuple[int, ...], reason: str, login: str) -> int:
    """Pause accounts."""
    deps = assemble()
    actor = acting(deps, login)

    def one(number: int) -> None:
        service.pause(deps, actor, number, reason, present())
        say(f"Konto {number} ist angehalten.")

    return each("Konto", list(dict.fromkeys(ids)), one)


@accounts.command(help="Lässt angehaltene Konten weiterlaufen.")
@argument("ids", metavar="ID...", type=Number(), nargs=-1, required=True)
@as_user
def resume(ids: tuple[int, ...], login: str) -> int:
    """Let paused accounts go on."""
    deps = assemble()
    actor: Actor = acting(deps, login)

    def one(number: int) -> None:
        service.go_on(deps, actor, number, present())
        say(f"Konto {number} läuft weiter.")

    return each("Konto", list(dict.fromkeys(ids)), one)


@accounts.command(help="Legt Konten still: Ungeklärtes wird geklärt, die Warteschlange geleert, der Zugang gelöscht.")
@argument("ids", metavar="ID...", type=Number(), nargs=-1, required=True)
@option(
    "--published",
    type=Choice(["keep", "delete"]),
    required=True,
    help="Was aus veröffentlichten Posts wird: stehen lassen (keep) oder vorher löschen (delete).",
)
@option("--reason", required=True, metavar="R", help="Der Grund.")
@as_user
def retire(ids: tuple[int, ...], published: Published, reason: str, login: str) -> int:
    """Leave the channel with these accounts."""
    deps = assemble()
    actor = acting(deps, login)

    def one(number: int) -> None:
        if leaving.retire(deps, actor, number, published, reason, present()):
            say(f"Konto {number} ist stillgelegt, seine Zugangsdaten sind gelöscht.")
        else:
            say(f"Konto {number} wird stillgelegt: Der Dienst räumt auf und löscht dann die Zugangsdaten.")
        if published == "delete":
            say("Was öffentlich ist oder sein kann, ist zurückgerufen; `distributor recalls list` führt zum Nachweis.")

    return each("Konto", list(dict.fromkeys(ids)), one)
