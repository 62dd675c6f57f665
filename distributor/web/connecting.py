"""Connect an account by a person's yes at its network: the way there, the way back, and the choice among accounts.

The way there is a link and no redirect: the policy on contents lets no form lead to another host.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.domain import Refused
from distributor.services import connecting
from distributor.services.permission import require
from distributor.web import accounts
from distributor.web.guarding import At, Desk, Fields, Key, Reader, Secret, Text, Visitor
from distributor.web.language import gettext as _
from distributor.web.layout import done, layout
from distributor.web.pages import see_other
from distributor.web.posts import status_of
from distributor.web.proof import Recent

router = APIRouter()


@router.post("/konten/verbinden")
def begin(request: Request, desk: At, visitor: Recent, fields: Fields) -> Response:
    """Ask the network where a person says yes, and show the link that leads there."""
    require(visitor.actor, "account")
    kjc, kanal, name = (fields.get(each, "").strip() for each in ("kjc", "kanal", "name"))
    given = {field: value for field, value in accounts.fields_in(fields).items() if value}
    try:
        if not name:
            raise Refused(_("Bitte dem Konto einen Namen geben."), code="account.name")
        begun = connecting.begin(desk.deps, visitor.actor, kjc, kanal, name, given, desk.clock.now())
    except Refused as error:
        return accounts.form(request, desk, visitor, kjc, kanal, accounts.refused(error, fields), status_of(error))
    return _page(request, desk, visitor, begun.number, {"url": begun.url})


@router.get("/konten/verbinden/{number}")
def show(request: Request, desk: At, visitor: Reader, number: Key) -> Response:
    """Show how far the connection is: still waiting, in trouble, or which accounts there are to choose from."""
    return _page(request, desk, visitor, number, {})


@router.post("/konten/verbinden/{number}/angekommen")
def arrive(request: Request, desk: At, visitor: Recent, number: Key, mitgebracht: Secret = "") -> Response:
    """Take the address or the code that a person copied, where the network could not lead back."""
    require(visitor.actor, "account")
    try:
        if mitgebracht.strip():
            connecting.arrive_by_hand(desk.deps, visitor.actor, number, mitgebracht, desk.clock.now)
    except Refused as error:
        return _page(request, desk, visitor, number, {"error": {"text": error.text, "field": "mitgebracht"}}, 422)
    return see_other(f"/konten/verbinden/{number}")


@router.post("/konten/verbinden/{number}/waehlen")
def choose(request: Request, desk: At, visitor: Recent, number: Key, konto: Text = "") -> Response:
    """Connect the account that was chosen."""
    try:
        choice = int(konto) if konto.isascii() and konto.isdigit() and len(konto) < 6 else 0
        connected = connecting.choose(desk.deps, visitor.actor, number, choice, desk.clock.now())
    except Refused as error:
        if error.code in ("forbidden", "connection.unknown"):
            raise
        return _page(request, desk, visitor, number, {"error": {"text": error.text, "field": ""}}, status_of(error))
    return see_other(done(f"/konten/{connected}", "verbunden"))


def _page(
    request: Request, desk: Desk, visitor: Visitor, number: int, extra: dict[str, Any], status: int = 200
) -> Response:
    choices: list[str] = []
    trouble, waiting = "", False
    try:
        choices = connecting.choices(desk.deps, visitor.actor, number, desk.clock.now())
    except Refused as error:
        if error.code not in ("connection.waiting", "connection.trouble"):
            raise
        waiting, trouble = error.code == "connection.waiting", error.text
    context = {
        "url": "",
        "error": None,
        **layout(desk, visitor),
        "number": number,
        "choices": choices,
        "waiting": waiting,
        "trouble": "" if waiting else trouble,
        **extra,
    }
    return desk.pages.show(request, "connecting.html", context, status)
