"""Accounts: how each stands and the one thing to do about it; for operators also new ones and new keys.

Secrets come in here and are never shown again: not in a page, an address or a log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from connectors.base import Connector, Field
from distributor.domain import Refused
from distributor.services import account_views, accounts
from distributor.services.account_views import Matter, Standing
from distributor.services.permission import allowed, require
from distributor.web.dates import when
from distributor.web.guarding import Asked, At, Desk, Fields, Key, Reader, Sender, Text, Visitor
from distributor.web.language import gettext as _
from distributor.web.layout import done, layout
from distributor.web.pages import see_other
from distributor.web.posts import status_of
from distributor.web.proof import Recent, RecentReader
from distributor.web.queue import channel_labels, organisations
from distributor.web.said import said

FIELD = "feld:"
"""How the names of the inputs begin that carry an account's fields."""

_FIELD_OF = {"account.name": "name", "account.budget": "feld-budget", "organisation.unknown": "kjc"}

router = APIRouter()


@router.get("/konten")
def show_all(request: Request, desk: At, visitor: Reader, kjc: Asked = "", nur: Asked = "") -> Response:
    """List the accounts by Jobcenter; ``nur=offen`` only those that need somebody."""
    found = account_views.standings(desk.deps, visitor.actor, desk.clock.now())
    waiting = [each for each in found if each.matter in account_views.NEEDS_SOMEBODY]
    chosen = [each for each in (waiting if nur else found) if kjc in ("", each.account["organisation"])]
    context = {
        **layout(desk, visitor),
        "groups": _grouped(chosen),
        "labels": channel_labels(desk.deps),
        "matters": matters(),
        "to_do": to_do,
        "waiting": len(waiting),
        "total": len(found),
        "only": nur,
        "organisation": kjc,
        "organisations": organisations(desk.deps, visitor.actor),
        "may_add": allowed(visitor.actor, "account"),
    }
    return desk.pages.show(request, "accounts.html", context)


@router.get("/konten/neu")
def ask(request: Request, desk: At, visitor: RecentReader, kjc: Asked = "", kanal: Asked = "") -> Response:
    """Ask for a new account: first whose and where, then what its channel needs."""
    return form(request, desk, visitor, kjc, kanal, {})


@router.post("/konten/neu")
def add(request: Request, desk: At, visitor: Recent, fields: Fields) -> Response:
    """Add an account."""
    require(visitor.actor, "account")
    kjc, kanal, name = (fields.get(each, "").strip() for each in ("kjc", "kanal", "name"))
    try:
        given = {name: value for name, value in fields_in(fields).items() if value}
        number = accounts.add_account(
            desk.deps, visitor.actor, kjc, kanal, name, given, desk.clock.now(), only_new=True
        )
    except Refused as error:
        return form(request, desk, visitor, kjc, kanal, refused(error, fields), status_of(error))
    return see_other(done(f"/konten/{number}", "neu"))


@router.get("/konten/{number}")
def show(request: Request, desk: At, visitor: Reader, number: Key, getan: str = "") -> Response:
    """Show one account."""
    return _page(request, desk, visitor, number, {"done": getan})


@router.post("/konten/{number}/zugang")
def renew(request: Request, desk: At, visitor: Recent, number: Key, fields: Fields) -> Response:
    """Give an account new fields; a secret that is left empty stays, any other that is left empty goes."""

    def act() -> str:
        row = account_views.standing(desk.deps, visitor.actor, number, desk.clock.now()).account
        secret = {field.name for field in desk.deps.connector(row["channel"]).fields if field.secret}
        given = {name: value for name, value in fields_in(fields).items() if value or name not in secret}
        accounts.add_account(
            desk.deps, visitor.actor, row["organisation"], row["channel"], row["name"], given, desk.clock.now()
        )
        return "zugang"

    return _do(request, desk, visitor, number, act, fields)


@router.post("/konten/{number}/pruefen")
def check(request: Request, desk: At, visitor: Sender, number: Key) -> Response:
    """Ask the network about the account now."""

    def act() -> str:
        found = accounts.check_for(desk.deps, visitor.actor, number, desk.clock.now)
        if found.identity is None:
            raise Refused(found.trouble, code="account.trouble")
        return "geprueft"

    return _do(request, desk, visitor, number, act, {})


@router.post("/konten/{number}/anhalten")
def hold(request: Request, desk: At, visitor: Sender, number: Key, grund: Text = "") -> Response:
    """Let nothing more go out on the account."""

    def act() -> str:
        accounts.pause(desk.deps, visitor.actor, number, grund.strip(), desk.clock.now())
        return "angehalten"

    return _do(request, desk, visitor, number, act, {"grund": grund})


@router.post("/konten/{number}/weiter")
def go_on(request: Request, desk: At, visitor: Sender, number: Key) -> Response:
    """Let the account go on."""

    def act() -> str:
        accounts.go_on(desk.deps, visitor.actor, number, desk.clock.now())
        return "weiter"

    return _do(request, desk, visitor, number, act, {})


@router.get("/konten/{number}/{verb}")
def back_to_account(visitor: Reader, number: Key, verb: str) -> Response:
    """Lead back to the account whoever reloads the answer to a form."""
    return see_other(f"/konten/{number}")


def matters() -> dict[Matter, tuple[str, str]]:
    """Return the word for what is the matter with an account, and the kind of its badge."""
    return {
        Matter.INCOMPLETE: (_("unvollständig"), "warning"),
        Matter.HELD: (_("angehalten"), "danger"),
        Matter.LACKS: (_("Rechte fehlen"), "warning"),
        Matter.ENDED: (_("Zugang abgelaufen"), "danger"),
        Matter.ENDING: (_("Zugang endet"), "warning"),
        Matter.UNCHECKED: (_("noch nie geprüft"), "info"),
        Matter.NOTHING: (_("bereit"), "success"),
        Matter.LEAVING: (_("wird stillgelegt"), ""),
        Matter.LEFT: (_("stillgelegt"), ""),
    }


def to_do(standing: Standing) -> str:
    """Return why an account needs somebody and the one thing to do about it; empty for one that needs nobody."""
    account = standing.account
    sentences: dict[Matter, Callable[[], str]] = {
        Matter.INCOMPLETE: lambda: _("Es fehlt: {what}. Bitte ergänzen.").format(
            what=", ".join(map(said, account["missing"]))
        ),
        Matter.HELD: lambda: _("{why} Ist der Grund behoben: prüfen, dann weiterlaufen lassen.").format(
            why=_sentence(said(account["paused_reason"]))
        ),
        Matter.LACKS: lambda: _("Dem Zugang fehlt: {what}. Bitte neu verbinden.").format(
            what="; ".join(map(said, account["lacks"]))
        ),
        Matter.ENDED: lambda: _("Der Zugang endete am {time}. Bitte neu verbinden.").format(
            time=when(account["ends_at"])
        ),
        Matter.ENDING: lambda: _("Der Zugang endet am {time}. Bitte vorher neu verbinden.").format(
            time=when(account["ends_at"])
        ),
        Matter.UNCHECKED: lambda: _("Ob der Zugang stimmt, weiß noch niemand. Bitte prüfen."),
    }
    return sentences.get(standing.matter, lambda: "")()


def _sentence(text: str) -> str:
    """Return a reason that may be a few words as a sentence."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def fields_in(typed: Mapping[str, str]) -> dict[str, str]:
    """Return an account's fields as a form carries them."""
    return {name.removeprefix(FIELD): value.strip() for name, value in typed.items() if name.startswith(FIELD)}


def refused(error: Refused, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return what a page shows of a refusal. Raises: Refused for what is no matter of the form."""
    if error.code == "forbidden":
        raise error
    return {"error": {"text": error.text, "field": _FIELD_OF.get(error.code, "")}, "typed": typed}


def inputs(connector: Connector, held: Mapping[str, Any], typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the inputs for a channel's fields: what was typed, else what the account has; never a secret."""
    return [
        {
            "id": f"feld-{field.name}",
            "name": FIELD + field.name,
            "label": _label(field),
            "help": field.help,
            "choices": list(field.choices.items()),
            "secret": field.secret,
            "value": "" if field.secret else typed.get(FIELD + field.name, held.get(field.name, field.default)),
        }
        for field in connector.fields
    ]


def _label(field: Field) -> str:
    label = said(field.label)
    return label if field.required or field.choices else _("{label} (freiwillig)").format(label=label)


def form(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    organisation: str,
    channel: str,
    extra: dict[str, Any],
    status: int = 200,
) -> Response:
    """Show the form for a new account."""
    require(visitor.actor, "account")
    known = organisations(desk.deps, visitor.actor)
    names = dict(known)
    labels = channel_labels(desk.deps)
    if channel not in labels or organisation not in names:
        channel = ""
    context = {
        "typed": {},
        "error": None,
        **layout(desk, visitor),
        "organisations": known,
        "labels": dict(sorted(labels.items(), key=lambda each: each[1])),
        "organisation": organisation,
        "organisation_name": names.get(organisation, ""),
        "channel": channel,
        "inputs": [],
        "way": None,
        **extra,
    }
    if channel:
        connector = desk.deps.connector(channel)
        context["inputs"] = inputs(connector, {}, context["typed"])
        context["way"] = way_of(connector, context["inputs"])
    return desk.pages.show(request, "account_new.html", context, status)


def way_of(connector: Connector, offered: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """Return the inputs that connecting by a yes at the network needs before; None where there is no such way."""
    before = account_views.needed_before(connector)
    if before is None:
        return None
    labels = {FIELD + field.name: field.label for field in connector.fields if field.name in before}
    return [{**each, "label": labels[each["name"]]} for each in offered if each["name"] in labels]


def _do(
    request: Request, desk: Desk, visitor: Visitor, number: int, act: Callable[[], str], typed: Mapping[str, str]
) -> Response:
    try:
        return see_other(done(f"/konten/{number}", act()))
    except Refused as error:
        if error.code == "account.unknown":
            raise
        return _page(request, desk, visitor, number, refused(error, typed), status_of(error))


def _page(
    request: Request, desk: Desk, visitor: Visitor, number: int, extra: dict[str, Any], status: int = 200
) -> Response:
    found = account_views.standing(desk.deps, visitor.actor, number, desk.clock.now())
    account, typed = found.account, extra.get("typed", {})
    connector = desk.deps.connector(account["channel"])
    offered = inputs(connector, account["fields"], typed)
    context = {
        "typed": {},
        "error": None,
        **layout(desk, visitor),
        "standing": found,
        "account": account,
        "label": said(connector.label),
        "matter": matters()[found.matter],
        "needs": to_do(found),
        "facts": [
            (field.label, account["fields"][field.name])
            for field in connector.fields
            if not field.secret and account["fields"].get(field.name)
        ],
        "secrets": [field.label for field in connector.fields if field.secret and field.required],
        "inputs": offered,
        "way": way_of(connector, offered) if "connect" in found.may else None,
        "message": _message(extra.pop("done", ""), found),
        **extra,
    }
    return desk.pages.show(request, "account.html", context, status)


def _message(what: str, found: Standing) -> str:
    """Return the sentence on what was done, as long as it holds."""
    held = found.account["paused_at"] is not None
    sentences = {
        "neu": _("Das Konto ist angelegt. Jetzt prüfen, ob der Zugang stimmt."),
        "verbunden": _("Das Konto ist verbunden."),
        "zugang": _("Gespeichert. Geheimes ist verschlüsselt abgelegt und wird nicht mehr angezeigt."),
        "geprueft": _("Geprüft: Das Netzwerk kennt das Konto als {name}.").format(name=found.account["identity"]),
        "angehalten": _("Angehalten. Auf diesem Konto geht nichts mehr hinaus.") if held else "",
        "weiter": "" if held else _("Das Konto läuft weiter."),
    }
    return sentences.get(what, "")


def _grouped(found: list[Standing]) -> list[tuple[str, str, list[Standing]]]:
    """Return the accounts of each Jobcenter with its slug and name."""
    groups: dict[str, tuple[str, str, list[Standing]]] = {}
    for each in found:
        slug = each.account["organisation"]
        groups.setdefault(slug, (slug, each.account["organisation_name"], []))[2].append(each)
    return list(groups.values())
