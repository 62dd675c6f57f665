"""Logging in and out."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from distributor.domain import Refused
from distributor.services import sessions
from distributor.web.devices import device_of
from distributor.web.guarding import COOKIE, At, Desk, Secret, Sender, Text, own_page, visitor_of
from distributor.web.pages import see_other

router = APIRouter()


@router.get("/")
def start() -> Response:
    """Lead to the queue."""
    return see_other("/freigabe")


@router.get("/anmelden")
def ask(request: Request, desk: At, weiter: str = "/", abgemeldet: bool = False) -> Response:
    """Show the form to log in."""
    if visitor_of(request) is not None:
        return see_other(own_path(weiter))
    context = {"visitor": None, "login": "", "next": own_path(weiter), "logged_out": abgemeldet}
    return desk.pages.show(request, "login.html", context)


@router.post("/anmelden", dependencies=[Depends(own_page)])
def log_in(
    request: Request,
    desk: At,
    anmeldename: Text = "",
    kennwort: Secret = "",
    weiter: Text = "/",
) -> Response:
    """Open a session and go where the person wanted to go."""
    try:
        opened = sessions.log_in(desk.deps, anmeldename.strip(), kennwort, desk.clock.now(), device=device_of(request))
    except Refused as error:
        context = {
            "visitor": None,
            "login": anmeldename,
            "next": own_path(weiter),
            "logged_out": False,
            "error": {"text": error.text, "field": "anmeldename"},
        }
        return desk.pages.show(request, "login.html", context, 422)
    sessions.log_out(desk.deps, request.cookies.get(COOKIE, ""))
    return with_cookie(see_other(own_path(weiter)), desk, opened)


def with_cookie(answer: Response, desk: Desk, opened: sessions.Login) -> Response:
    """Hand the browser its session."""
    answer.set_cookie(
        COOKIE,
        opened.cookie,
        # Not a date: a phone whose clock is wrong would drop the cookie at once.
        max_age=int((opened.expires_at - desk.clock.now()).total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=desk.deps.settings.desk_url.startswith("https://"),
    )
    return answer


@router.post("/abmelden")
def log_out(request: Request, desk: At, visitor: Sender) -> Response:
    """End the session."""
    sessions.log_out(desk.deps, request.cookies.get(COOKIE, ""))
    answer = see_other("/anmelden?abgemeldet=1")
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return answer


def own_path(path: str) -> str:
    """Return the path if it lies on this desk, else the start: nobody is sent to a foreign host after logging in."""
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and not path.startswith("/anmelden")
    return path if fine and path.isprintable() else "/"


def login_path(request: Request) -> str:
    """Return where a person without a session logs in, and comes back from to the page they wanted."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = wanted if request.method == "GET" else "/"
    return "/anmelden" if back == "/" else f"/anmelden?weiter={quote(back, safe='')}"
