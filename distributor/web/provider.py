"""The house's own login: to the provider and back."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from distributor.domain import Refused
from distributor.services import provider, sessions
from distributor.web.devices import device_of
from distributor.web.guarding import COOKIE, At, Desk, Reader
from distributor.web.login import STEP_COOKIE, login_page, own_path, paced, with_cookie, with_step
from distributor.web.pages import see_other

router = APIRouter()


@router.get("/anmelden/haus", dependencies=[Depends(paced)])
def go(request: Request, desk: At, weiter: str = "/") -> Response:
    """Send the person to the provider."""
    return _sent(request, desk, own_path(weiter))


@router.get("/nachweis/haus")
def go_again(request: Request, desk: At, visitor: Reader, weiter: str = "/") -> Response:
    """Send the person to the provider once more, to prove who they are."""
    return _sent(request, desk, own_path(weiter), again=visitor.actor.login)


@router.get("/anmelden/haus/zurueck", dependencies=[Depends(paced)])
def back(request: Request, desk: At, state: str = "", code: str = "") -> Response:
    """Take the person back, and lead to where they wanted to go."""
    key, cookie, now = request.cookies.get(STEP_COOKIE, ""), request.cookies.get(COOKIE, ""), desk.clock.now()
    try:
        opened, wanted = provider.finish(desk.deps, key, state, code, cookie, now, device=device_of(request))
    except Refused as error:
        return login_page(request, desk, "/", error=error)
    answer = see_other(own_path(wanted))
    if opened is None:
        return answer
    sessions.log_out(desk.deps, cookie)
    return with_cookie(answer, desk, opened)


def _sent(request: Request, desk: Desk, wanted: str, again: str = "") -> Response:
    try:
        url, key = provider.begin(desk.deps, desk.clock.now(), wanted, again=again)
    except Refused as error:
        return login_page(request, desk, wanted, error=error)
    return with_step(RedirectResponse(url, 303), desk, key)
