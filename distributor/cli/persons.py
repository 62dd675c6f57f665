"""``distributor persons``: people shown, by key, and what they consented to."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

from distributor.cli.grammar import Choice, Day, Number, argument, as_json, as_user, group, option
from distributor.cli.parts import acting, assemble, present
from distributor.cli.printing import emit, facts, say, table
from distributor.consent import SCOPES, SHOWABLE
from distributor.domain import Refused, State
from distributor.services import consent_views, consents, documents, withdrawing
from distributor.services.consents import Signed
from distributor.wording import STATE_WORDS

_STATES = {"missing": "keine Einwilligung", "signed": "gilt", "ended": "abgelaufen", "withdrawn": "widerrufen"}


@group(help="Personen in Beiträgen und ihre Einwilligungen; genannt wird nur ihr Kürzel, nie ein Name.")
def persons() -> None:
    """Hold the commands about people shown."""


@persons.command("list", help="Zeigt alle Personen.")
@as_json
@as_user
def list_persons(as_json: bool, login: str) -> None:
    """Print the persons."""
    deps = assemble()
    rows = consent_views.person_list(deps, acting(deps, login), present())
    if as_json:
        emit(rows)
        return
    table(
        ("Kürzel", "Jobcenter", "Einwilligung", "endet", "volljährig am"),
        [
            (row["key"], row["organisation"], _STATES[row["state"]], row["ends_on"] or "", row["adult_on"] or "")
            for row in rows
        ],
        empty="Es ist noch niemand eingetragen.",
    )


@persons.command(help="Zeigt eine Person: ihre Einwilligungen und ihre Beiträge.")
@argument("key", metavar="KÜRZEL")
@as_json
@as_user
def show(key: str, as_json: bool, login: str) -> None:
    """Print one person."""
    deps = assemble()
    row = consent_views.person_show(deps, acting(deps, login), key, present())
    if as_json:
        emit(row)
        return
    facts(
        [
            ("Person", row["key"]),
            ("Jobcenter", row["organisation"]),
            ("Einwilligung", _STATES[row["state"]]),
            ("Endet", row["ends_on"]),
            ("Volljährig am", row["adult_on"]),
            ("Gelöscht", row["erased"]),
        ]
    )
    for consent in row["consents"]:
        said = ", ".join(SCOPES[scope] for scope in consent["scopes"])
        gone = f", widerrufen {consent['withdrawn_at']}" if consent["withdrawn_at"] else ""
        where = ", ".join(consent["channels"])
        say(f"Einwilligung vom {consent['signed_on']} ({consent['form']}): {said}; {where}{gone}")
    for link in row["items"]:
        ended = " (nicht mehr)" if link["until"] else ""
        say(f"Beitrag {link['item']}: {', '.join(SCOPES[scope] for scope in link['shown'])}{ended}")


@persons.command(help="Nimmt eine Person auf und nennt ihr Kürzel. Bei Minderjährigen mit --adult-on und --guardians.")
@option("--organisation", required=True, metavar="SLUG", help="Das Jobcenter, das sie kennt.")
@option("--adult-on", type=Day(), metavar="TAG", help="Der 18. Geburtstag; das Geburtsdatum wird nicht gespeichert.")
@option("--guardians", type=Number(), default=0, metavar="N", help="Wie viele Sorgeberechtigte unterschreiben müssen.")
@as_json
@as_user
def add(organisation: str, adult_on: date | None, guardians: int, as_json: bool, login: str) -> None:
    """Add a person."""
    deps = assemble()
    actor = acting(deps, login)
    key = consents.add_person(deps, actor, organisation, present(), adult_on=adult_on, guardians=guardians)
    if as_json:
        emit({"key": key})
    else:
        say(f"Die Person heißt hier {key}; ihr Name steht nur im unterschriebenen Dokument.")


@persons.command(help="Trägt eine unterschriebene Einwilligung ein; das Dokument wird verschlüsselt abgelegt.")
@argument("key", metavar="KÜRZEL")
@option("--form", required=True, metavar="F", help="Die Fassung des Formulars.")
@option("--signed-on", type=Day(), required=True, metavar="TAG", help="Wann unterschrieben wurde.")
@option("--until", type=Day(), metavar="TAG", help="Der letzte Tag, an dem sie gilt.")
@option("--document", required=True, metavar="DATEI", help="Der Scan des Unterschriebenen.")
@option("--scope", "scopes", type=Choice(list(SCOPES)), multiple=True, required=True, help="Wofür; mehrfach möglich.")
@option("--channel", "channels", multiple=True, required=True, metavar="NAME", help="Ein Kanal auf dem Formular.")
@option("--guardians", type=Number(), default=0, metavar="N", help="Wie viele Sorgeberechtigte unterschrieben haben.")
@as_user
def consent(key: str, document: str, login: str, **signed: Any) -> None:
    """Enter a consent."""
    deps = assemble()
    actor = acting(deps, login)
    consents.add_consent(deps, actor, key, Signed(document=_scanned(document), **signed), present())
    say(f"Die Einwilligung von {key} ist eingetragen.")


def _scanned(path: str) -> bytes:
    """Return the file's bytes, no more of them than are taken. Raises: Refused."""
    try:
        with Path(path).open("rb") as file:
            return file.read(documents.MOST_BYTES + 1)
    except OSError as error:
        text = f"{path} lässt sich nicht lesen ({error.strerror}); bitte den Pfad prüfen."
        raise Refused(text, code="file") from error


@persons.command(help="Verknüpft eine Person mit einem Beitrag und sagt, was von ihr gezeigt wird.")
@argument("key", metavar="KÜRZEL")
@argument("number", metavar="BEITRAG", type=Number())
@option("--shows", "shown", type=Choice(list(SHOWABLE)), multiple=True, required=True, help="Was; mehrfach möglich.")
@as_user
def link(key: str, number: int, shown: tuple[str, ...], login: str) -> None:
    """Link a person to an item."""
    deps = assemble()
    consents.link(deps, acting(deps, login), key, number, shown, present())
    say(f"{key} ist mit Beitrag {number} verknüpft.")
    for each in consent_views.of_item(deps, number, present())["persons"]:
        for gap in each["gaps"] if each["key"] == key else ():
            say(f"Es fehlt: {gap}")


@persons.command(help="Löst die Verknüpfung einer Person mit einem Beitrag.")
@argument("key", metavar="KÜRZEL")
@argument("number", metavar="BEITRAG", type=Number())
@as_user
def unlink(key: str, number: int, login: str) -> None:
    """Unlink a person from an item."""
    deps = assemble()
    consents.unlink(deps, acting(deps, login), key, number, present())
    say(f"{key} ist mit Beitrag {number} nicht mehr verknüpft.")


@persons.command(help="Schreibt das unterschriebene Dokument in eine Datei; das Lesen wird festgehalten.")
@argument("key", metavar="KÜRZEL")
@option("--out", required=True, metavar="DATEI", help="Wohin; die Datei darf es noch nicht geben.")
@as_user
def document(key: str, out: str, login: str) -> None:
    """Write the signed document out, readable by the caller alone."""
    deps = assemble()
    actor = acting(deps, login)
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        text = f"{out} lässt sich nicht anlegen ({error.strerror}); bitte eine neue Datei nennen."
        raise Refused(text, code="file") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(consents.read_document(deps, actor, key, present()))
    except Refused:
        Path(out).unlink()
        raise
    say(f"Das Dokument steht in {out}; bitte danach sicher löschen. Das Lesen ist festgehalten.")


@persons.command(help="Gibt alles aus, was zu einer Person gespeichert ist, ohne das Dokument selbst.")
@argument("key", metavar="KÜRZEL")
@as_user
def export(key: str, login: str) -> None:
    """Print all that is stored about a person as one JSON document."""
    deps = assemble()
    emit(consent_views.person_show(deps, acting(deps, login), key, present()))


@persons.command(help="Widerruf: zieht alle Beiträge mit dieser Person auf allen Kanälen zurück.")
@argument("key", metavar="KÜRZEL")
@option("--reason", required=True, metavar="R", help="Der Grund.")
@as_user
def withdraw(key: str, reason: str, login: str) -> None:
    """Withdraw a person's consents."""
    deps = assemble()
    states = withdrawing.withdraw_person(deps, acting(deps, login), key, reason, present())
    say(f"Die Einwilligungen von {key} sind widerrufen.")
    for state, number in states.items():
        say(f"Posts {STATE_WORDS[State(state)]}: {number}")


@persons.command(help="Löscht, was zu einer Person gespeichert ist; ihre Posts müssen zurückgezogen sein.")
@argument("key", metavar="KÜRZEL")
@option("--reason", required=True, metavar="R", help="Der Grund.")
@as_user
def erase(key: str, reason: str, login: str) -> None:
    """Erase a person."""
    deps = assemble()
    consents.erase(deps, acting(deps, login), key, reason, present())
    say(f"{key} ist gelöscht: Dokumente und Angaben sind weg, der Nachweis ohne Namen bleibt.")
