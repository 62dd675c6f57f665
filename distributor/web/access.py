"""Mein Zugang: one's own sessions and password."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.domain import Refused
from distributor.services import code_apps, passkeys, passwords, sessions
from distributor.web.guarding import At, Desk, Number, Reader, Secret, Sender, Text, Visitor
from distributor.web.language import gettext as _
from distributor.web.language import ngettext
from distributor.web.layout import done, layout
from distributor.web.pages import see_other
from distributor.web.proof import Recent, RecentReader

router = APIRouter()


@router.get("/zugang")
def show(request: Request, desk: At, visitor: Reader, getan: str = "", nr: Number = 0) -> Response:
    """Show how the person logs in, and where they are logged in."""
    context = {
        **layout(desk, visitor),
        "message": _message(getan, nr),
        "sessions": sessions.listed(desk.deps, visitor.actor, desk.clock.now()),
        "proofs": _proofs(),
        "passkeys": passkeys.listed(desk.deps, visitor.actor),
        "factor": code_apps.standing(desk.deps, visitor.actor),
    }
    return desk.pages.show(request, "access.html", context)


@router.post("/zugang/sitzung")
def end(desk: At, visitor: Sender, sitzung: Text = "") -> Response:
    """End one of the person's sessions."""
    sessions.end(desk.deps, visitor.actor, sitzung, desk.clock.now())
    return see_other(done("/zugang", "beendet"))


@router.post("/zugang/andere")
def end_others(desk: At, visitor: Sender) -> Response:
    """End all of the person's sessions but this one."""
    ended = sessions.end_others(desk.deps, visitor.actor, visitor.key, desk.clock.now())
    return see_other(done("/zugang", "andere", ended))


@router.get("/zugang/kennwort")
def ask_password(request: Request, desk: At, visitor: RecentReader) -> Response:
    """Show the form for a new password."""
    return _password(request, desk, visitor)


@router.post("/zugang/kennwort")
def change_password(
    request: Request, desk: At, visitor: Recent, kennwort: Secret = "", kennwort2: Secret = ""
) -> Response:
    """Take a new password; the person's other sessions end."""
    try:
        if kennwort != kennwort2:
            raise Refused(_("Die beiden Eingaben stimmen nicht überein."), code="user.password")
        sessions.change_password(desk.deps, visitor.actor, visitor.key, kennwort, desk.clock.now())
    except Refused as error:
        return _password(request, desk, visitor, error)
    return see_other(done("/zugang", "kennwort"))


def _password(request: Request, desk: Desk, visitor: Visitor, error: Refused | None = None) -> Response:
    context = {
        **layout(desk, visitor),
        "shortest": passwords.SHORTEST,
        "error": None if error is None else {"text": error.text, "field": "kennwort"},
    }
    return desk.pages.show(request, "password.html", context, 200 if error is None else 422)


def _proofs() -> dict[str, str]:
    return {
        sessions.PASSWORD: _("mit Kennwort"),
        sessions.CODE: _("mit Kennwort und Code"),
        sessions.PASSKEY: _("mit Passkey"),
        sessions.PROVIDER: _("über die Anmeldung des Hauses"),
    }


def _message(what: str, number: int) -> str:
    if what == "andere":
        ended = ngettext("Eine andere Sitzung ist beendet.", "{number} andere Sitzungen sind beendet.", number)
        return ended.format(number=number) if number else _("Es gab keine anderen Sitzungen.")
    sentences: dict[str, Any] = {
        "beendet": _("Die Sitzung ist beendet."),
        "app": _("Die App ist entfernt; angemeldet wird nur mit dem Kennwort."),
        "passkey": _("Der Passkey ist eingerichtet."),
        "passkey-weg": _("Der Passkey ist entfernt."),
        "kennwort": _("Das neue Kennwort gilt. Ihre anderen Sitzungen sind beendet."),
    }
    return str(sentences.get(what, ""))
