"""How an account's fields come in: plain ones as options, secret ones by prompt or from a file; none is ever shown."""

from __future__ import annotations

import json
from collections.abc import Mapping

import click

from connectors.base import Connector, Field
from distributor.cli.grammar import F, Misuse, option
from distributor.cli.parts import interactive
from distributor.cli.sources import read_text
from distributor.domain import Refused

_HIDDEN = "Ein geheimes Feld: fragt danach, oder liest es aus der Datei F."


def with_fields(command: F) -> F:
    """Add the options that carry an account's fields."""
    for decorate in (
        option(
            "--secrets-file", metavar="F", help="Geheime Felder als JSON-Objekt aus einer Datei (- für die Eingabe)."
        ),
        option("--secret", "secrets", multiple=True, metavar="NAME[=@F]", help=_HIDDEN),
        option("--field", "fields", multiple=True, metavar="NAME=WERT", help="Ein Feld, das nicht geheim ist."),
    ):
        command = decorate(command)
    return command


def given_fields(
    connector: Connector, fields: tuple[str, ...], secrets: tuple[str, ...], secrets_file: str | None, *, ask: bool
) -> dict[str, str]:
    """Return what was given. With ``ask``, a person at a terminal is asked for the required secrets that are missing.

    Raises: Refused for a secret on the command line, an unknown field or an unreadable file.
    """
    known = {field.name: field for field in connector.fields}
    given = dict(_plain(connector, known, entry) for entry in fields)
    if secrets_file is not None:
        given |= _from_file(secrets_file)
    for entry in secrets:
        name, at, path = entry.partition("=@")
        if "=" in name:
            raise _exposed(name.partition("=")[0])
        _require_known(connector, known, name)
        given[name] = _from_secret_file(path) if at else _asked(known[name])
    for field in connector.fields:
        if ask and field.secret and field.required and field.name not in given and interactive():
            given[field.name] = _asked(field)
    return given


def _plain(connector: Connector, known: Mapping[str, Field], entry: str) -> tuple[str, str]:
    name, equals, value = entry.partition("=")
    if not equals:
        raise Misuse("--field braucht NAME=WERT.")
    _require_known(connector, known, name)
    if known[name].secret:
        raise _exposed(name)
    return name, value


def _require_known(connector: Connector, known: Mapping[str, Field], name: str) -> None:
    if name not in known:
        text = f"{connector.label} kennt das Feld „{name}“ nicht; es gibt: {', '.join(known)}."
        raise Refused(text, code="account.field")


def _exposed(name: str) -> Refused:
    text = (
        f"Das Feld „{name}“ ist geheim und gehört nicht auf die Befehlszeile, wo andere es mitlesen können; "
        f"bitte --secret {name} oder --secrets-file verwenden und das Geheimnis erneuern."
    )
    return Refused(text, code="account.exposed")


def _from_secret_file(path: str) -> str:
    secret = read_text(path).strip()
    if not secret:
        raise Refused(f"{path}: Die Datei ist leer.", code="account.secrets")
    return secret


def _from_file(path: str) -> dict[str, str]:
    wrong = Refused(f"{path}: Das ist kein JSON-Objekt aus Namen und Texten.", code="account.secrets")
    try:
        document = json.loads(read_text(path))
    except json.JSONDecodeError:
        raise wrong from None
    if not isinstance(document, dict) or not all(isinstance(value, str) for value in document.values()):
        raise wrong
    return document


def _asked(field: Field) -> str:
    if not interactive():
        text = f"Nach „{field.label}“ kann hier niemand gefragt werden; bitte --secret {field.name}=@DATEI verwenden."
        raise Refused(text, code="account.secrets")
    if field.help:
        click.echo(field.help, err=True)
    return str(click.prompt(field.label, hide_input=True, err=True))
