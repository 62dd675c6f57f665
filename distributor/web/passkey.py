"""Passkeys at the desk: adding and removing one, logging in with one, proving again who it is.

The browser's part is the one small script ``passkey.js``: it hands the question to the browser and sends the form with
the answer. Without scripts the form comes without an answer, and the person is told to use their password.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from distributor.domain import Refused
from distributor.services import passkeys
from distributor.web.devices import device_of
from distributor.web.guarding import COOKIE, At, Desk, Key, Reader, Secret, Sender, Text, Visitor, own_page
from distributor.web.language import gettext as _
from distributor.web.layout import done, layout
from distributor.web.login import own_path, paced, with_cookie
from distributor.web.pages import see_other
from distributor.web.proof import Recent, RecentReader

router = APIRouter()


@router.get("/anmelden/passkey", dependencies=[Depends(paced)])
def ask(request: Request, desk: At, weiter: str = "/") -> Response:
    """Ask the browser for a passkey."""
    return _page(request, desk, None, "/anmelden/passkey", weiter)


@router.post("/anmelden/passkey", dependencies=[Depends(own_page), Depends(paced)])
def log_in(request: Request, desk: At, schritt: Secret = "", antwort: Secret = "", weiter: Text = "/") -> Response:
    """Open a session and go where the person wanted to go."""
    try:
        given = _given(antwort)
        opened = passkeys.log_in(desk.deps, schritt, given, desk.clock.now(), device=device_of(request))
    except Refused as error:
        return _page(request, desk, None, "/anmelden/passkey", weiter, error)
    return with_cookie(see_other(own_path(weiter)), desk, opened)


@router.get("/nachweis/passkey")
def ask_again(request: Request, desk: At, visitor: Reader, weiter: str = "/") -> Response:
    """Ask the browser for the passkey once more."""
    return _page(request, desk, visitor, "/nachweis/passkey", weiter)


@router.post("/nachweis/passkey")
def prove(
    request: Request, desk: At, visitor: Sender, schritt: Secret = "", antwort: Secret = "", weiter: Text = "/"
) -> Response:
    """Note the proof and lead back to where the person was."""
    try:
        given, cookie = _given(antwort), request.cookies.get(COOKIE, "")
        passkeys.prove(desk.deps, visitor.actor, cookie, schritt, given, desk.clock.now())
    except Refused as error:
        return _page(request, desk, visitor, "/nachweis/passkey", weiter, error)
    return see_other(own_path(weiter))


@router.get("/zugang/passkey")
def ask_new(request: Request, desk: At, visitor: RecentReader) -> Response:
    """Ask the browser for a new passkey."""
    return _new(request, desk, visitor)


@router.post("/zugang/passkey")
def add(
    request: Request, desk: At, visitor: Recent, schritt: Secret = "", antwort: Secret = "", name: Text = ""
) -> Response:
    """Keep the new passkey."""
    try:
        passkeys.add(desk.deps, visitor.actor, schritt, _given(antwort), name, desk.clock.now())
    except Refused as error:
        return _new(request, desk, visitor, error)
    return see_other(done("/zugang", "passkey"))


@router.post("/zugang/passkey/{number}/entfernen")
def remove(desk: At, visitor: Recent, number: Key) -> Response:
    """Take a passkey away."""
    passkeys.remove(desk.deps, visitor.actor, number, desk.clock.now())
    return see_other(done("/zugang", "passkey-weg"))


def _given(answer: str) -> str:
    if not answer:
        text = _("Vom Browser kam kein Passkey. Passkeys brauchen JavaScript; ohne geht es mit dem Kennwort.")
        raise Refused(text, code="factor.passkey")
    return answer


def _new(request: Request, desk: Desk, visitor: Visitor, error: Refused | None = None) -> Response:
    question = passkeys.ask_new(desk.deps, visitor.actor, desk.clock.now())
    return _shown(request, desk, visitor, question, "/zugang/passkey", "", error)


def _page(
    request: Request, desk: Desk, visitor: Visitor | None, action: str, wanted: str, error: Refused | None = None
) -> Response:
    question = passkeys.ask(desk.deps, desk.clock.now())
    return _shown(request, desk, visitor, question, action, own_path(wanted), error)


def _shown(
    request: Request,
    desk: Desk,
    visitor: Visitor | None,
    question: passkeys.Question,
    action: str,
    wanted: str,
    error: Refused | None,
) -> Response:
    context = {
        **({"visitor": None} if visitor is None else layout(desk, visitor)),
        "question": question,
        "action": action,
        "next": wanted,
        "adds": action == "/zugang/passkey",
        "error": None if error is None else {"text": error.text, "field": ""},
    }
    return desk.pages.show(request, "passkey.html", context, 200 if error is None else 422)
