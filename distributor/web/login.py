"""Logging in and out."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from distributor.domain import Refused
from distributor.services import code_apps, sessions, steps
from distributor.web.devices import device_of
from distributor.web.guarding import COOKIE, At, Desk, Secret, Sender, Text, desk_of, own_page, visitor_of
from distributor.web.pages import see_other

LOGINS_A_MINUTE = 120
"""How often one host may try to log in; own choice, far above a busy morning. Each person is locked out apart."""

STEP_COOKIE = "kjc_schritt"
"""Holds the key of a login that is half done."""

router = APIRouter()


def paced(request: Request) -> None:
    """Raises: HTTPException 429 for a host that tries to log in too often; behind a proxy that is everybody."""
    host = request.client.host if request.client else ""
    if seconds := request.app.state.logins.wait(host, desk_of(request).clock.now()):
        raise HTTPException(429, headers={"Retry-After": str(seconds)})


@router.get("/anmelden")
def ask(request: Request, desk: At, weiter: str = "/", abgemeldet: bool = False) -> Response:
    """Show the form to log in."""
    if visitor_of(request) is not None:
        return see_other(own_path(weiter))
    return login_page(request, desk, own_path(weiter), logged_out=abgemeldet)


@router.post("/anmelden", dependencies=[Depends(own_page), Depends(paced)])
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
        return login_page(request, desk, own_path(weiter), login=anmeldename, error=error)
    sessions.log_out(desk.deps, request.cookies.get(COOKIE, ""))
    if isinstance(opened, sessions.Waiting):
        answer = see_other(f"/anmelden/code?weiter={quote(own_path(weiter), safe='')}")
        return with_step(answer, desk, opened.key)
    return with_cookie(see_other(own_path(weiter)), desk, opened)


def login_page(
    request: Request,
    desk: Desk,
    path: str,
    *,
    login: str = "",
    logged_out: bool = False,
    error: Refused | None = None,
) -> Response:
    """Show the form to log in, and the other ways."""
    context = {
        "visitor": None,
        "login": login,
        "next": path,
        "logged_out": logged_out,
        "house": bool(desk.deps.settings.oidc_issuer),
        "error": None if error is None else {"text": error.text, "field": "anmeldename"},
    }
    return desk.pages.show(request, "login.html", context, 200 if error is None else 422)


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


def with_step(answer: Response, desk: Desk, key: str) -> Response:
    """Hand the browser the key of a login that is half done."""
    answer.set_cookie(
        STEP_COOKIE,
        key,
        max_age=int(steps.PATIENCE.total_seconds()),
        path="/anmelden",
        httponly=True,
        samesite="lax",
        secure=desk.deps.settings.desk_url.startswith("https://"),
    )
    return answer


@router.get("/anmelden/code")
def ask_code(request: Request, desk: At, weiter: str = "/") -> Response:
    """Ask for the code of the app."""
    return _code(request, desk, own_path(weiter))


@router.post("/anmelden/code", dependencies=[Depends(own_page), Depends(paced)])
def take_code(request: Request, desk: At, code: Secret = "", weiter: Text = "/") -> Response:
    """Take the code and go where the person wanted to go."""
    key, now = request.cookies.get(STEP_COOKIE, ""), desk.clock.now()
    try:
        opened = code_apps.finish(desk.deps, key, code, now, device=device_of(request))
    except Refused as error:
        return _code(request, desk, own_path(weiter), error)
    answer = with_cookie(see_other(own_path(weiter)), desk, opened)
    answer.delete_cookie(STEP_COOKIE, path="/anmelden", httponly=True, samesite="lax")
    return answer


def _code(request: Request, desk: Desk, path: str, error: Refused | None = None) -> Response:
    told = None if error is None else {"text": error.text, "field": "code"}
    context = {"visitor": None, "next": path, "error": told, "over": error is not None and error.code == "login.over"}
    return desk.pages.show(request, "login_code.html", context, 200 if error is None else 422)


@router.post("/abmelden")
def log_out(request: Request, desk: At, visitor: Sender) -> Response:
    """End the session."""
    sessions.log_out(desk.deps, request.cookies.get(COOKIE, ""))
    answer = see_other("/anmelden?abgemeldet=1")
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return answer


def own_path(path: str) -> str:
    """Return the path if it lies on this desk, else the start: nobody is sent to a foreign host after logging in."""
    local = local_path(path)
    return "/" if local.startswith("/anmelden") else local


def local_path(path: str) -> str:
    """Return the path if it lies on this desk, else the start."""
    fine = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if fine and path.isprintable() else "/"


def login_path(request: Request) -> str:
    """Return where a person without a session logs in, and comes back from to the page they wanted."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = wanted if request.method == "GET" else "/"
    return "/anmelden" if back == "/" else f"/anmelden?weiter={quote(back, safe='')}"
