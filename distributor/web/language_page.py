"""Choosing the language that the desk's pages speak; also for who is not logged in."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.web.guarding import At, Text
from distributor.web.language import COOKIE, GERMAN, LANGUAGES
from distributor.web.login import local_path
from distributor.web.pages import see_other

router = APIRouter()

_A_YEAR = 365 * 24 * 3600


@router.post("/sprache")
def choose(request: Request, desk: At, sprache: Text = GERMAN) -> Response:
    """Keep the choice in the browser and lead back to the page; a language that there is none of is German."""
    answer = see_other(_came_from(request))
    answer.set_cookie(
        COOKIE,
        sprache if sprache in LANGUAGES else GERMAN,
        max_age=_A_YEAR,
        path="/",
        httponly=True,
        samesite="lax",
        secure=desk.deps.settings.desk_url.startswith("https://"),
    )
    return answer


def _came_from(request: Request) -> str:
    try:
        came = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return "/"
    return local_path(f"{came.path}?{came.query}" if came.query else came.path)
