"""The app for codes: taken in by a picture or by hand, confirmed by its first code, removed. Works without scripts."""

from __future__ import annotations

import segno
from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from distributor.domain import Refused
from distributor.services import code_apps
from distributor.web.guarding import At, Desk, Secret, Visitor
from distributor.web.layout import done, layout
from distributor.web.pages import see_other
from distributor.web.posts import status_of
from distributor.web.proof import Recent

router = APIRouter()


@router.post("/zugang/app/neu")
def offer(request: Request, desk: At, visitor: Recent) -> Response:
    """Show a new secret, as a picture for the app and as text."""
    return _offer(request, desk, visitor, code_apps.offer(desk.deps, visitor.actor, desk.clock.now()))


@router.post("/zugang/app/bestaetigen")
def confirm(request: Request, desk: At, visitor: Recent, code: Secret = "") -> Response:
    """Take the first code and show the recovery codes, this once."""
    try:
        codes = code_apps.confirm(desk.deps, visitor.actor, code, desk.clock.now())
    except Refused as error:
        if error.code != "login.code":
            raise
        return _offer(request, desk, visitor, code_apps.offered(desk.deps, visitor.actor), error)
    return _codes(request, desk, visitor, codes)


@router.post("/zugang/app/ersatzcodes")
def renew(request: Request, desk: At, visitor: Recent) -> Response:
    """Show new recovery codes, this once."""
    return _codes(request, desk, visitor, code_apps.renew_codes(desk.deps, visitor.actor, desk.clock.now()))


@router.post("/zugang/app/entfernen")
def remove(desk: At, visitor: Recent) -> Response:
    """Take the app away."""
    code_apps.remove(desk.deps, visitor.actor, desk.clock.now())
    return see_other(done("/zugang", "app"))


def _offer(
    request: Request, desk: Desk, visitor: Visitor, offered: code_apps.Offered, error: Refused | None = None
) -> Response:
    drawn = segno.make(offered.uri, micro=False).svg_inline(scale=5, border=4, dark="#000", light="#fff")
    context = {
        **layout(desk, visitor),
        "picture": Markup(drawn),  # noqa: S704 - drawn by the library, of squares only
        "secret": " ".join(offered.secret[at : at + 4] for at in range(0, len(offered.secret), 4)),
        "error": None if error is None else {"text": error.text, "field": "code"},
    }
    return desk.pages.show(request, "code_app.html", context, 200 if error is None else status_of(error))


def _codes(request: Request, desk: Desk, visitor: Visitor, codes: list[str]) -> Response:
    return desk.pages.show(request, "recovery_codes.html", {**layout(desk, visitor), "codes": codes})
