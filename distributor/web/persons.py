"""Consents, for editors: the people shown, by key, what they signed, and in which items they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from fastapi import Path as InPath
from starlette.responses import Response

from distributor.consent import SCOPES, SHOWABLE
from distributor.domain import Refused
from distributor.services import consent_views, consents, documents, withdrawing
from distributor.services.consents import Signed
from distributor.services.organisations import names
from distributor.services.permission import allowed, require
from distributor.web.guarding import At, Desk, Fields, Key, Reader, Sender, Text, Visitor
from distributor.web.language import gettext as _
from distributor.web.layout import done, layout
from distributor.web.pages import see_other
from distributor.web.posts import status_of
from distributor.web.proof import Recent
from distributor.web.queue import channel_labels
from distributor.web.said import said

UPLOAD = "/unterschrift"
"""How the address ends to which a signed document is sent."""

Person = Annotated[str, InPath(pattern=r"^P-[A-Z2-9]{4,12}$")]

_FIELD_OF = {
    "person.minor": "geburtstag",
    "consent.form": "formular",
    "consent.days": "am",
    "consent.document": "datei",
    "reason.missing": "grund",
}
"""The field that a refusal is about, by its code."""

router = APIRouter()


@router.get("/einwilligungen")
def show_all(request: Request, desk: At, visitor: Reader) -> Response:
    """List the persons."""
    return _list(request, desk, visitor, {})


@router.post("/einwilligungen")
def add(request: Request, desk: At, visitor: Recent, fields: Fields) -> Response:
    """Enter a person and lead to their page."""
    require(visitor.actor, "person")
    try:
        key = consents.add_person(
            desk.deps,
            visitor.actor,
            fields.get("jobcenter", ""),
            desk.clock.now(),
            adult_on=_day(fields.get("geburtstag", "")),
            guardians=_number(fields.get("sorgeberechtigte", "")),
        )
    except Refused as error:
        return _list(request, desk, visitor, _refused(error, fields), status_of(error))
    return see_other(done(f"/einwilligungen/{key}", "aufgenommen"))


@router.get("/einwilligungen/{key}")
def show(request: Request, desk: At, visitor: Reader, key: Person, getan: str = "") -> Response:
    """Show one person."""
    return _page(request, desk, visitor, key, {"message": _message(getan)})


@router.post("/einwilligungen/{key}/unterschrift")
def sign(
    request: Request,
    desk: At,
    visitor: Recent,
    key: Person,
    fields: Fields,
    datei: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Enter a signed form with its scan."""
    require(visitor.actor, "person")

    def act() -> str:
        signed_on = _day(fields.get("am", ""))
        if signed_on is None:
            raise Refused(_("Bitte den Tag der Unterschrift angeben."), code="consent.days")
        signed = Signed(
            form=fields.get("formular", ""),
            signed_on=signed_on,
            scopes=_ticked(fields, "umfang"),
            channels=_ticked(fields, "kanal"),
            document=datei.file.read(documents.MOST_BYTES + 1) if datei is not None else b"",
            until=_day(fields.get("bis", "")),
            guardians=_number(fields.get("sorgeberechtigte", "")),
        )
        consents.add_consent(desk.deps, visitor.actor, key, signed, desk.clock.now())
        return "unterschrieben"

    return _do(request, desk, visitor, key, act, fields)


@router.post("/einwilligungen/{key}/dokument")
def read(desk: At, visitor: Recent, key: Person) -> Response:
    """Hand the signed document out; that it was read is noted."""
    document = consents.read_document(desk.deps, visitor.actor, key, desk.clock.now())
    headers = {"Content-Disposition": f'attachment; filename="{key}"'}
    return Response(document, media_type="application/octet-stream", headers=headers)


@router.post("/einwilligungen/{key}/widerrufen")
def withdraw(request: Request, desk: At, visitor: Recent, key: Person, fields: Fields) -> Response:
    """Withdraw the person's consents, and with them all that shows them."""

    def act() -> str:
        withdrawing.withdraw_person(desk.deps, visitor.actor, key, fields.get("grund", ""), desk.clock.now())
        return "widerrufen"

    return _do(request, desk, visitor, key, act, fields)


@router.get("/einwilligungen/{key}/{verb}")
def back_to_person(visitor: Reader, key: Person, verb: str) -> Response:
    """Lead back to the person whoever reloads the answer to a form."""
    return see_other(f"/einwilligungen/{key}")


@router.post("/beitraege/{item_id}/personen")
def link(desk: At, visitor: Sender, item_id: Key, fields: Fields) -> Response:
    """Say that a person is in an item, and what is shown of them."""
    key = fields.get("person", "").strip().upper()
    consents.link(desk.deps, visitor.actor, key, item_id, _ticked(fields, "zeigt"), desk.clock.now())
    return see_other(done(f"/beitraege/{item_id}", "verknuepft") + "#personen")


@router.post("/beitraege/{item_id}/personen-loesen")
def unlink(desk: At, visitor: Sender, item_id: Key, person: Text = "") -> Response:
    """Take back that a person is in an item."""
    consents.unlink(desk.deps, visitor.actor, person, item_id, desk.clock.now())
    return see_other(done(f"/beitraege/{item_id}", "geloest") + "#personen")


def in_item(desk: Desk, visitor: Visitor, item_id: int) -> dict[str, Any]:
    """Return what an item's page shows of the people in it, and whom an editor may link."""
    may = allowed(visitor.actor, "person")
    now = desk.clock.now()
    return {
        **consent_views.of_item(desk.deps, item_id, now),
        "known": [each["key"] for each in consent_views.person_list(desk.deps, visitor.actor, now)] if may else [],
        "may_link": may,
        "scopes": SCOPES,
        "showable": [(scope, SCOPES[scope]) for scope in SHOWABLE],
    }


def _ticked(fields: Mapping[str, str], group: str) -> tuple[str, ...]:
    """Return what is ticked among the boxes ``GROUP:VALUE``."""
    return tuple(name.partition(":")[2] for name in fields if name.startswith(f"{group}:"))


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip()) if typed.strip() else None
    except ValueError:
        text = _("„{typed}“ ist kein Tag; bitte wie 2026-11-24 angeben.").format(typed=typed)
        raise Refused(text, code="consent.days") from None


def _number(typed: str) -> int:
    typed = typed.strip()
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) < 3):
        raise Refused(_("„{typed}“ ist keine Anzahl.").format(typed=typed), code="person.minor")
    return int(typed or 0)


def _do(
    request: Request, desk: Desk, visitor: Visitor, key: str, act: Callable[[], str], typed: Mapping[str, str]
) -> Response:
    try:
        return see_other(done(f"/einwilligungen/{key}", act()))
    except Refused as error:
        if error.code == "forbidden" or error.code.endswith(".unknown"):
            raise
        return _page(request, desk, visitor, key, _refused(error, typed), status_of(error))


def _refused(error: Refused, typed: Mapping[str, str]) -> dict[str, Any]:
    return {"error": {"text": error.text, "field": _FIELD_OF.get(error.code, "")}, "typed": typed}


def _list(request: Request, desk: Desk, visitor: Visitor, extra: dict[str, Any], status: int = 200) -> Response:
    context = {
        "typed": {},
        "error": None,
        **layout(desk, visitor),
        "persons": consent_views.person_list(desk.deps, visitor.actor, desk.clock.now()),
        "states": _states(),
        "organisations": names(desk.deps).items(),
        "names": names(desk.deps),
        "may_enter": allowed(visitor.actor, "person"),
        **extra,
    }
    return desk.pages.show(request, "persons.html", context, status)


def _page(
    request: Request, desk: Desk, visitor: Visitor, key: str, extra: dict[str, Any], status: int = 200
) -> Response:
    require(visitor.actor, "person.document")
    context = {
        "typed": {},
        "error": None,
        **layout(desk, visitor),
        "person": consent_views.person_show(desk.deps, visitor.actor, key, desk.clock.now()),
        "states": _states(),
        "names": names(desk.deps),
        "labels": channel_labels(desk.deps),
        "scopes": SCOPES,
        "channels": [(name, said(connector.label)) for name, connector in sorted(desk.deps.connectors.items())],
        "may_enter": allowed(visitor.actor, "person"),
        **extra,
    }
    return desk.pages.show(request, "person.html", context, status)


def _states() -> dict[str, str]:
    return {
        "missing": _("keine Einwilligung"),
        "signed": _("Einwilligung gilt"),
        "ended": _("abgelaufen"),
        "withdrawn": _("widerrufen"),
    }


def _message(what: str) -> str:
    sentences = {
        "aufgenommen": _("Aufgenommen. Jetzt fehlt noch die unterschriebene Einwilligung."),
        "unterschrieben": _("Die Einwilligung ist eingetragen, das Dokument verschlüsselt abgelegt."),
        "widerrufen": _("Widerrufen. Alle Beiträge mit dieser Person werden auf allen Kanälen zurückgezogen."),
    }
    return sentences.get(what, "")
