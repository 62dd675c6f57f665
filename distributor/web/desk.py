"""The desk: the web face for editors, officers, operators and auditors. It may stay in an intranet.

Here the parts are put together and every trouble becomes a page; the pages themselves are in their own modules.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path

import anyio.to_thread
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers as RequestHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from distributor import metrics
from distributor.clock import Clock
from distributor.domain import Refused
from distributor.services import documents, health, outages
from distributor.services.deps import Deps
from distributor.settings import WEB_THREADS
from distributor.web import (
    access,
    accounts,
    brake,
    calendar,
    calendar_moves,
    changes,
    code_app,
    conference,
    connecting,
    files,
    framing,
    items,
    jobcenters,
    language_page,
    login,
    missed,
    passkey,
    persons,
    posts,
    proof,
    provider,
    queue,
    recalls,
    record,
    releasing,
    staff,
    start,
    training,
    wording_page,
)
from distributor.web.api import app as api
from distributor.web.guarding import DESK_HEADERS, At, BodyLimit, Desk, Headers, NotLoggedIn, desk_of, visitor_of
from distributor.web.language import Language
from distributor.web.language import gettext as _
from distributor.web.layout import layout
from distributor.web.limiting import Limit
from distributor.web.pages import FOLDER, Pages, is_partial, see_other

MAX_BODY = 1_000_000
"""The largest form that is read, in bytes; our own choice, far above the longest text with its answers."""

_KEYS = re.compile(r"(?<=://)[^/?#\s]*@|\?.*", re.DOTALL)

_PAGES = (
    login,
    language_page,
    proof,
    access,
    code_app,
    passkey,
    provider,
    start,
    queue,
    releasing,
    missed,
    posts,
    items,
    wording_page,
    framing,
    changes,
    persons,
    calendar_moves,
    calendar,
    brake,
    recalls,
    connecting,
    accounts,
    jobcenters,
    staff,
    files,
    conference,
    record,
    training,
)
"""The modules with pages; where two could answer an address, the first does."""

_log = structlog.get_logger()


class _Static(StaticFiles):
    """The vendored files; a browser asks each time whether they changed, so that an update shows at once.

    Style sheets and scripts go out packed.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file."""
        answer = await super().get_response(path, scope)
        if (
            path.endswith(_PACKS)
            and answer.status_code == 200
            and "gzip" in RequestHeaders(scope=scope).get("Accept-Encoding", "")
        ):
            packed = _packed(FOLDER / "static" / path, answer.headers["ETag"])
            headers = {name: answer.headers[name] for name in ("ETag", "Last-Modified", "Content-Type")}
            answer = Response(packed, headers={**headers, "Content-Encoding": "gzip"})
        if path.endswith(_PACKS):
            answer.headers["Vary"] = "Accept-Encoding"
        answer.headers["Cache-Control"] = "no-cache"
        return answer


_PACKS = (".css", ".js", ".svg")


@lru_cache(maxsize=32)
def _packed(path: Path, version: str) -> bytes:
    """Return the file packed, once for each of its versions; called for files of ours that were found only."""
    return gzip.compress(path.read_bytes(), 9, mtime=0)


def desk_app(deps: Deps, clock: Clock) -> FastAPI:
    """Return the desk."""
    app = FastAPI(
        docs_url=None, redoc_url=None, openapi_url=None, lifespan=few_threads, redirect_slashes=False, title="Desk"
    )
    app.state.desk = Desk(deps, clock, Pages())
    app.state.logins = Limit(login.LOGINS_A_MINUTE)
    for module in _PAGES:
        app.include_router(module.router)
    app.add_api_route("/health", report_health, methods=["GET"])
    app.add_api_route("/metrics", report_figures, methods=["GET"])
    app.mount(api.PATH, api.api_app(app.state.desk))
    app.mount("/static", _Static(directory=FOLDER / "static"), name="static")
    app.add_middleware(BodyLimit, most=MAX_BODY, files={persons.UPLOAD: MAX_BODY + documents.MOST_BYTES})
    app.add_middleware(Headers, headers=DESK_HEADERS)
    app.add_middleware(Language)
    app.add_exception_handler(NotLoggedIn, _ask_to_log_in)
    app.add_exception_handler(proof.NotRecent, proof.ask_again)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _http_trouble)
    app.add_exception_handler(outages.DatabaseTrouble, _out_of_reach)
    app.add_exception_handler(Exception, _broken)
    return app


@asynccontextmanager
async def few_threads(app: FastAPI) -> AsyncIterator[None]:
    """Keep the number of handlers that run at once below the number of database connections."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = WEB_THREADS
    yield


def report_health(desk: At) -> Response:
    """Tell whether the distributor can publish; machines ask this without logging in."""
    findings = health.examine(desk.deps, desk.clock.now())
    ok = not any(finding.grave and not finding.ok for finding in findings)
    # A feed's address may carry a key in its query, or a password before its host.
    checks = [{"subject": _KEYS.sub("", finding.subject), "ok": finding.ok} for finding in findings]
    return JSONResponse({"ok": ok, "checks": checks}, 200 if ok else 503)


def report_figures(desk: At) -> Response:
    """Give the figures to Prometheus, which asks without logging in; they are about channels, never about people."""
    return Response(metrics.page(desk.deps, desk.clock.now()), media_type=metrics.CONTENT_TYPE)


def _ask_to_log_in(request: Request, error: Exception) -> Response:
    path = login.login_path(request)
    # htmx would put the login page into the middle of this one; so it is told to go there as a whole.
    return Response(status_code=401, headers={"HX-Redirect": path}) if is_partial(request) else see_other(path)


def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, Refused):
        raise error
    return _trouble(request, posts.status_of(error), error.text)


def _unreadable(request: Request, error: Exception) -> Response:
    return _trouble(request, 422, _unreadable_text())


def _unreadable_text() -> str:
    return _("Die Angaben in der Adresse oder im Formular sind nicht lesbar.")


def _http_trouble(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    texts = {
        400: _unreadable_text(),
        404: _("Diese Seite gibt es nicht. Vielleicht ist die Adresse unvollständig."),
        405: _("Diese Adresse nimmt nur Formulare der eigenen Seiten an."),
        413: _("Das Formular ist zu groß."),
        429: _("Von hier wurde zu oft versucht, sich anzumelden; bitte in einer Minute noch einmal."),
    }
    answer = _trouble(request, status, texts.get(status, _("Die Anfrage wurde nicht angenommen.")))
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


def _out_of_reach(request: Request, error: Exception) -> Response:
    """Answer for a database that is busy or away; who is asking cannot be looked up now."""
    text = outages.sentence_for(error)
    if text is None:
        raise error
    _log.warning("database_out_of_reach", path=request.url.path, error=type(error).__name__)
    context = {"visitor": None, "title": _("Gerade nicht möglich"), "text": text}
    answer = desk_of(request).pages.show(request, "trouble.html", context, 503)
    answer.headers["Retry-After"] = "5"
    return answer


def _broken(request: Request, error: Exception) -> Response:
    _log.error("page_broke", path=request.url.path, error=type(error).__name__)
    text = _("Das hat wegen eines Fehlers im Programm nicht geklappt. Bitte den Betrieb verständigen.")
    try:
        return _trouble(request, 500, text)
    except Exception as second:
        _log.error("error_page_broke", path=request.url.path, error=type(second).__name__)
        return Response(text, 500, headers=DESK_HEADERS, media_type="text/plain; charset=utf-8")


def _trouble(request: Request, status: int, text: str) -> Response:
    """Return the page that says what went wrong; it carries the way around for those who are logged in."""
    desk, visitor = desk_of(request), visitor_of(request)
    titles = {
        403: _("Das ist nicht erlaubt"),
        404: _("Nicht gefunden"),
        409: _("Inzwischen geändert"),
        500: _("Fehler im Programm"),
    }
    shared = {"visitor": None} if visitor is None else layout(desk, visitor)
    context = {**shared, "title": titles.get(status, _("So geht es nicht")), "text": text}
    answer = desk.pages.show(request, "trouble.html", context, status)
    # The handler for unforeseen errors answers outside of the middleware.
    for name, value in DESK_HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer
