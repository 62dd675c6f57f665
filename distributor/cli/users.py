"""``distributor users``: who may act, and in which role."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date

import click

from distributor.cli.grammar import Choice, Day, F, Misuse, argument, as_json, as_user, group, option
from distributor.cli.parts import acting, assemble, interactive, present
from distributor.cli.printing import complain, emit, facts, say, table
from distributor.domain import Actor, Refused, Role
from distributor.services import code_apps, people, personal_data
from distributor.services.deps import Deps
from distributor.services.people import Membership
from distributor.wording import day_span

_SETUP = Actor("setup", frozenset({Role.OPERATOR}))
"""Who acts as long as there is nobody who could."""

_ROLES = {
    "editor": "Redaktion",
    "officer": "Kanalverantwortung",
    "operator": "Betrieb",
    "auditor": "Prüfung",
}


@group(help="Personen und ihre Rollen verwalten.")
def users() -> None:
    """Hold the commands about people."""


@users.command("list", help="Zeigt alle Personen.")
@as_json
def list_users(as_json: bool) -> None:
    """Print the people."""
    rows = people.users(assemble())
    if as_json:
        emit(rows)
        return
    table(
        ("Anmeldename", "Name", "aktiv", "Rollen", "Jobcenter"),
        [(row["login"], row["name"], row["active"], _roles(row), _joined(row["organisations"])) for row in rows],
        empty="Es gibt noch niemanden; `distributor users add LOGIN --role operator` legt die erste Person an.",
    )


@users.command(help="Zeigt eine Person.")
@argument("who", metavar="LOGIN")
@as_json
def show(who: str, as_json: bool) -> None:
    """Print one person."""
    row = _one(assemble(), who)
    if as_json:
        emit(row)
        return
    facts(
        [
            ("Anmeldename", row["login"]),
            ("Name", row["name"]),
            ("Aktiv", row["active"]),
            ("Rollen", _roles(row)),
            ("Jobcenter", _joined(row["organisations"])),
            ("Vertretung", _deputies(row["deputies"])),
        ]
    )


def _deputies(value: object) -> str:
    days = value if isinstance(value, list) else []
    return ", ".join(f"{each['organisation']} {each['first']} bis {each['last']}" for each in days)


def _one(deps: Deps, who: str) -> dict[str, object]:
    for row in people.users(deps):
        if row["login"] == who:
            return row
    raise Refused(f"„{who}“ ist keine bekannte Person.", code="user.unknown")


def _roles(row: dict[str, object]) -> str:
    return ", ".join(_ROLES[role] for role in _words(row["roles"]))


def _joined(value: object) -> str:
    return ", ".join(_words(value))


def _words(value: object) -> list[str]:
    return [str(word) for word in value] if isinstance(value, list) else []


def _described(command: F) -> F:
    """Add what describes a person; a password never stands on the command line."""
    for decorate in (
        option("--password-stdin", is_flag=True, help="Liest das Kennwort aus der Eingabe."),
        option("--password", "ask", is_flag=True, help="Fragt nach dem Kennwort."),
        option("--name", default="", metavar="N", help="Der volle Name."),
        option("--organisation", "slugs", multiple=True, metavar="SLUG", help="Ein Jobcenter der Kanalverantwortung."),
        option("--role", "roles", type=Choice(list(_ROLES)), multiple=True, help="Eine Rolle; mehrfach möglich."),
    ):
        command = decorate(command)
    return command


@users.command(help="Nimmt eine Person auf. Die allererste braucht kein --as und die Rolle operator.")
@argument("who", metavar="LOGIN")
@_described
@option("--as", "login", metavar="USER", help="Wer entscheidet (Anmeldename); nötig, sobald es jemanden gibt.")
def add(
    who: str,
    roles: tuple[str, ...],
    slugs: tuple[str, ...],
    name: str,
    ask: bool,
    password_stdin: bool,
    login: str | None,
) -> None:
    """Add a person."""
    deps = assemble()
    known = {str(row["login"]) for row in people.users(deps)}
    if login is None and known:
        raise Misuse("Die Option --as fehlt.")
    actor = _SETUP if login is None else acting(deps, login)
    if not known and Role.OPERATOR not in roles:
        raise Refused("Die erste Person braucht die Rolle operator, sonst kann niemand weitere aufnehmen.", code="user")
    if not roles:
        raise Misuse("Die Option --role fehlt.")
    if who in known:
        raise Refused(f"„{who}“ gibt es schon; `distributor users set {who}` ändert die Angaben.", code="user.known")
    password = _password(ask=ask or (interactive() and not password_stdin), piped=password_stdin)
    people.add_user(deps, actor, who, _memberships(roles, slugs), present(), name=name, password=password)
    say(f"„{who}“ ist aufgenommen: {', '.join(_ROLES[role] for role in roles)}.")
    if not password:
        complain(f"Ohne Kennwort; `distributor users set {who} --password` gibt eines für die Weboberfläche.")


@users.command("set", help="Ändert Name, Kennwort oder Rollen einer Person; was nicht genannt ist, bleibt.")
@argument("who", metavar="LOGIN")
@_described
@as_user
def set_user(
    who: str, roles: tuple[str, ...], slugs: tuple[str, ...], name: str, ask: bool, password_stdin: bool, login: str
) -> None:
    """Change a person."""
    deps = assemble()
    actor = acting(deps, login)
    row = _one(deps, who)
    held = _memberships(roles or _words(row["roles"]), slugs or _words(row["organisations"]))
    password = _password(ask=ask, piped=password_stdin)
    people.add_user(deps, actor, who, held, present(), name=name, password=password)
    say(f"„{who}“ ist geändert.")


def _memberships(roles: Sequence[str], slugs: Sequence[str]) -> list[Membership]:
    """Return a membership for each role; an officer's for each Organisation."""
    if slugs and Role.OFFICER not in roles:
        raise Misuse("--organisation gehört zur Rolle officer.")
    found = [Membership(Role(role)) for role in roles if role != Role.OFFICER]
    if Role.OFFICER in roles:
        found += [Membership(Role.OFFICER, slug) for slug in slugs or ("",)]
    return found


def _password(*, ask: bool, piped: bool) -> str:
    if piped:
        return _piped()
    if not ask:
        return ""
    if not interactive():
        text = "Nach dem Kennwort kann hier niemand gefragt werden; bitte --password-stdin verwenden."
        raise Refused(text, code="user.password")
    typed = [_typed(question) for question in ("Kennwort", "Noch einmal")]
    if typed[0] != typed[1]:
        raise Refused("Die beiden Eingaben stimmen nicht überein.", code="user.password")
    return typed[0]


def _piped() -> str:
    read = sys.stdin.readline().rstrip("\r\n")
    if not read:
        raise Refused("In der Eingabe steht kein Kennwort.", code="user.password")
    return read


def _typed(question: str) -> str:
    return str(click.prompt(question, hide_input=True, default="", show_default=False, err=True))


@users.command(help="Lässt eine Person ein Jobcenter vertreten, vom ersten bis zum letzten Tag.")
@argument("who", metavar="LOGIN")
@option("--organisation", required=True, metavar="SLUG", help="Das Jobcenter.")
@option("--from", "first", type=Day(), metavar="TAG", help="Der erste Tag.")
@option("--until", "last", type=Day(), metavar="TAG", help="Der letzte Tag.")
@option("--end", is_flag=True, help="Beendet die Vertretung.")
@as_user
def deputy(who: str, organisation: str, first: date | None, last: date | None, end: bool, login: str) -> None:
    """Let a person stand in."""
    if end == (first is not None or last is not None):
        raise Misuse("Bitte --from und --until angeben, oder --end.")
    deps = assemble()
    people.deputise(deps, acting(deps, login), who, organisation, first, last, present())
    if end or first is None or last is None:
        say(f"„{who}“ vertritt {organisation} nicht mehr.")
    else:
        say(f"„{who}“ vertritt {organisation}: {day_span(first, last)}.")


@users.command(help="Lässt eine Person wieder herein.")
@argument("who", metavar="LOGIN")
@as_user
def enable(who: str, login: str) -> None:
    """Let a person in."""
    deps = assemble()
    people.set_active(deps, acting(deps, login), who, True, present())
    say(f"„{who}“ darf sich wieder anmelden.")


@users.command(help="Sperrt eine Person; ihre Sitzungen enden sofort.")
@argument("who", metavar="LOGIN")
@as_user
def disable(who: str, login: str) -> None:
    """Lock a person out."""
    deps = assemble()
    people.set_active(deps, acting(deps, login), who, False, present())
    say(f"„{who}“ ist gesperrt.")


@users.command("reset-factors", help="Entfernt App, Ersatzcodes und Passkeys einer Person, die sie verloren hat.")
@argument("who", metavar="LOGIN")
@as_user
def reset_factors(who: str, login: str) -> None:
    """Take a person's second factors away."""
    deps = assemble()
    code_apps.reset(deps, acting(deps, login), who, present())
    say(f"„{who}“ meldet sich wieder nur mit dem Kennwort an; alle Sitzungen sind beendet.")


@users.command(help="Zeigt alles, was über eine Person gespeichert ist, und wo.")
@argument("who", metavar="LOGIN")
@as_json
def data(who: str, as_json: bool) -> None:
    """Print what is stored about a person."""
    found = personal_data.data_of(assemble(), who)
    if as_json:
        emit(found)
        return
    facts(
        [
            ("Anmeldename", found["login"]),
            ("Name", found["name"]),
            ("Rollen", ", ".join(_ROLES[each["role"]] for each in found["memberships"])),
            ("Sitzungen", len(found["sessions_until"])),
            ("Schlüssel im Protokoll", found["key"]),
            ("Konten am Rechner", ", ".join(found["unix_accounts"])),
            ("Ansprechperson von", ", ".join(found["contact_of"])),
            ("Steht in", ", ".join([*found["held"], *found["found"]])),
        ]
    )
    say("Mit --json stehen die einzelnen Handlungen dabei.")


@users.command(help="Löscht eine Person: Der Name verschwindet, das Protokoll bleibt gültig. Nicht umkehrbar.")
@argument("who", metavar="LOGIN")
@as_user
def erase(who: str, login: str) -> None:
    """Erase a person."""
    deps = assemble()
    personal_data.erase(deps, acting(deps, login), who, present())
    say(f"„{who}“ ist gelöscht. Das Protokoll nennt nur noch einen Schlüssel, hinter dem kein Name steht.")
