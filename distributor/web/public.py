"""The public listener: signed media, short links, Jobcenters' own pages, health, hubs' calls. No cookies, no login."""

from __future__ import annotations

import base64
import hashlib
import html
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response

from distributor.clock import Clock
from distributor.domain import Refused
from distributor.locale import gettext as _
from distributor.media import links
from distributor.media.bucket import BucketTrouble
from distributor.services import connecting, health, outages, short_links
from distributor.services.deps import Deps
from distributor.web import site, websub
from distributor.web.desk import few_threads
from distributor.web.guarding import Headers
from distributor.web.pages import FOLDER
from distributor.web.preview import is_web_address
from distributor.web.said import said

_BOTH = ["GET", "HEAD"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Public:
    """What the public routes are handed."""

    deps: Deps
    clock: Clock
    style: str


def public_app(deps: Deps, clock: Clock) -> FastAPI:
    """Return the public face. ``clock`` decides when a signed address has expired."""
    app = FastAPI(
        docs_url=None, redoc_url=None, openapi_url=None, lifespan=few_threads, redirect_slashes=False, title="Public"
    )
    style = (FOLDER / "static" / "public.css").read_text(encoding="utf-8")
    app.state.public = Public(deps, clock, style)
    app.add_api_route("/media/{name}", give_media, methods=_BOTH)
    app.add_api_route("/s/{code}", follow, methods=_BOTH)
    app.add_api_route(connecting.PATH, come_back, methods=["GET"])
    app.add_api_route("/health", report_health, methods=_BOTH)
    app.add_api_route("/robots.txt", robots, methods=_BOTH)
    app.add_api_route("/favicon.ico", no_icon, methods=_BOTH)
    websub.add_routes(app, deps, clock)
    site.add_routes(app, deps)
    app.add_exception_handler(HTTPException, _nothing_here)
    app.add_exception_handler(outages.DatabaseTrouble, _out_of_reach)
    app.add_exception_handler(Exception, _broken)
    app.add_middleware(Headers, headers=_headers(style))
    return app


def _headers(style: str) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
        "Cache-Control": "no-store",
    }


def _public_of(request: Request) -> Public:
    public: Public = request.app.state.public
    return public


At = Annotated[Public, Depends(_public_of)]


def give_media(request: Request, public: At, name: str) -> Response:
    """Give a kept file whose address we signed, in whole or in ranges; one that was exchanged on disk is gone."""
    key, now = public.deps.vault.signing_key(), public.clock.now()
    sha256 = links.verify(name, now=now, key=key)
    if sha256 is None:
        # Signed by us but not good any more is another answer than never signed.
        if links.verify(name, now=_EPOCH, key=key) is not None:
            return PlainTextResponse(_("Diese Adresse ist abgelaufen."), 410)
        return PlainTextResponse(_("Diese Datei gibt es nicht."), 404)
    try:
        intact = public.deps.cache.intact(sha256)
    except BucketTrouble:
        return PlainTextResponse(_("Bitte gleich noch einmal versuchen."), 503, headers={"Retry-After": "5"})
    if not intact:
        return PlainTextResponse(_("Diese Datei gibt es nicht mehr."), 410)
    headers = {"ETag": f'"{sha256}"', "Cache-Control": "public, max-age=3600, immutable"}
    if f'"{sha256}"' in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    return FileResponse(public.deps.cache.local(sha256), media_type=links.mime_of(name), headers=headers)


def follow(public: At, code: str) -> Response:
    """Lead a post's short link to where it goes."""
    target = short_links.target(public.deps, code) if code.isalnum() else None
    if target is None and code.isalnum() and short_links.taken_back(public.deps, code):
        text = _("Der Beitrag wurde zurückgezogen; es gibt ihn nicht mehr.")
        return _page(public, _("Zurückgezogen"), text, 410)
    if target is None or not is_web_address(target):
        text = _("Der Link führt nirgendwohin: Den Beitrag gibt es nicht.")
        return _page(public, _("Seite nicht gefunden"), text, 404)
    return RedirectResponse(target, 302)


def come_back(public: At, state: str = "", code: str = "") -> Response:
    """Take back a person who said yes (or no) at a platform; what they brought is used at once and shown nowhere."""
    try:
        trouble = connecting.arrive(public.deps, state, code, public.clock.now)
    except Refused as refusal:
        return _page(public, _("Nicht angekommen"), said(refusal.text), 404)
    if trouble:
        return _page(public, _("Nicht verbunden"), trouble, 400)
    text = _("Die Anmeldung ist angekommen. Bitte zurück zu dem Fenster, in dem Sie das Konto verbinden.")
    return _page(public, _("Angekommen"), text, 200)


def report_health(public: At) -> Response:
    """Tell whether the distributor can publish, and nothing more."""
    findings = health.examine(public.deps, public.clock.now())
    ok = not any(finding.grave and not finding.ok for finding in findings)
    return JSONResponse({"ok": ok}, 200 if ok else 503)


def robots() -> Response:
    """Let everybody fetch: networks that read robots.txt refuse pictures and link cards they are kept from.

    What must not be listed by search engines says so in its X-Robots-Tag header.
    """
    return PlainTextResponse("User-agent: *\nDisallow:\n")


def no_icon() -> Response:
    """Say that there is none: browsers ask for it with every page, and a page that is missing is logged as trouble."""
    return Response(status_code=204)


def _nothing_here(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 405:
        return PlainTextResponse(_("Hier kann man nur lesen."), 405, headers={"Allow": "GET, HEAD"})
    return _page(_public_of(request), _("Seite nicht gefunden"), _("Diese Seite gibt es nicht."), status)


def _out_of_reach(request: Request, error: Exception) -> Response:
    text = outages.sentence_for(error)
    if text is None:
        raise error
    answer = _page(_public_of(request), _("Gerade nicht möglich"), _("Bitte gleich noch einmal versuchen."), 503)
    answer.headers["Retry-After"] = "5"
    return answer


def _broken(request: Request, error: Exception) -> Response:
    public = _public_of(request)
    text = _("Das hat wegen eines Fehlers im Programm nicht geklappt.")
    answer = _page(public, _("Fehler im Programm"), text, 500)
    # This handler answers outside of the middleware.
    for name, value in _headers(public.style).items():
        answer.headers.setdefault(name, value)
    return answer


def _page(public: Public, title: str, text: str, status: int) -> Response:
    document = (
        '<!doctype html>\n<html lang="de"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{public.style}</style></head>"
        f"<body><main><h1>{html.escape(title)}</h1><p>{html.escape(text)}</p></main></body></html>\n"
    )
    return HTMLResponse(document, status)
