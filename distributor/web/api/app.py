"""The API put together: its addresses, its description, and every refusal as problem+json."""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.responses import Response

from distributor.domain import Refused
from distributor.locale import gettext as _
from distributor.services import outages
from distributor.web.api import routes, shapes
from distributor.web.api.asking import A_MINUTE, NoToken, TooOften, answered, problem
from distributor.web.guarding import Desk
from distributor.web.limiting import Limit
from distributor.web.posts import status_of

PATH = "/api/v1"

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The request cannot be read.", "content": _PROBLEM},
    401: {"description": "No token, or none that is good.", "content": _PROBLEM},
    403: {"description": "The token does not allow this.", "content": _PROBLEM},
    404: {"description": "Not there, or not for this token.", "content": _PROBLEM},
    409: {"description": "It changed meanwhile, or its state does not allow this.", "content": _PROBLEM},
    413: {"description": "The body is too large.", "content": _PROBLEM},
    422: {"description": "What is asked for is not possible.", "content": _PROBLEM},
    429: {"description": "Too many requests; Retry-After says when.", "content": _PROBLEM},
    503: {"description": "The database is out of reach.", "content": _PROBLEM},
}

_log = structlog.get_logger()


def api_app(desk: Desk) -> FastAPI:
    """Return the API, to be mounted at :data:`PATH`."""
    app = FastAPI(
        docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, title="KJC-Verteiler", version="1"
    )
    app.state.desk = desk
    app.state.limit = Limit(A_MINUTE)
    app.include_router(routes.router, responses=_REFUSALS)
    described = _described(app)
    app.add_api_route("/openapi.json", lambda: described, methods=["GET"], include_in_schema=False)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _http_trouble)
    app.add_exception_handler(outages.DatabaseTrouble, _out_of_reach)
    app.add_exception_handler(Exception, _broken)
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    """Return the description (OpenAPI 3.1)."""
    document = get_openapi(
        title=app.title, version=app.version, routes=app.routes, servers=[{"url": PATH}],
        description="What editors and officers do at the desk, for programs. docs/api.md says more.",
    )  # fmt: skip
    schemas = document["components"]["schemas"]
    schemas["Problem"] = shapes.Problem.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    return document


def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, NoToken):
        return answered(problem(error.code, error.text, 401), 401, **{"WWW-Authenticate": "Bearer"})
    if isinstance(error, TooOften):
        return answered(problem(error.code, error.text, 429), 429, **{"Retry-After": str(error.seconds)})
    if not isinstance(error, Refused):
        raise error
    status = 409 if error.code == "idempotency.busy" else status_of(error)
    return answered(problem(error.code, error.text, status), status)


def _unreadable(request: Request, error: Exception) -> Response:
    where = {".".join(str(part) for part in each["loc"]) for each in getattr(error, "errors", list)()}
    text = _("Nicht lesbar: {where}.").format(where=", ".join(sorted(where)))
    return answered(problem("request.unreadable", text[:500], 422), 422)


def _http_trouble(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(getattr(error, "headers", None) or {})
    texts = {
        400: _("Die Anfrage ist nicht lesbar."),
        404: _("Diese Adresse gibt es nicht."),
        405: _("Diese Adresse kennt diese Methode nicht."),
        413: _("Die Anfrage ist zu groß."),
    }
    text = texts.get(status, _("Die Anfrage wurde nicht angenommen."))
    return answered(problem("request", text, status), status, **headers)


def _out_of_reach(request: Request, error: Exception) -> Response:
    text = outages.sentence_for(error)
    if text is None:
        raise error
    _log.warning("database_out_of_reach", path=request.url.path, error=type(error).__name__)
    return answered(problem("database", text, 503), 503, **{"Retry-After": "5"})


def _broken(request: Request, error: Exception) -> Response:
    _log.error("api_broke", path=request.url.path, error=type(error).__name__)
    text = _("Das hat wegen eines Fehlers im Programm nicht geklappt. Bitte den Betrieb verständigen.")
    return answered(problem("broken", text, 500), 500)
