"""One request to api.x.com: who calls, with what, under which rate limit, and X's documented refusals.

Limits and error bodies: docs.x.com/x-api/fundamentals/rate-limits and …/response-codes-and-errors, read 2026-11-21.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.sandbox.faults import Visit
from connectors.sandbox.state import Account
from connectors.sandbox.world import World

Json = dict[str, Any]
WINDOW = timedelta(minutes=15)
DAY = timedelta(hours=24)


class XRefusal(Exception):
    """X's documented "no", as a problem document."""

    def __init__(
        self, status: int, title: str, detail: str, *, kind: str = "about:blank", more: Json | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.body = {"title": title, "detail": detail, "type": kind, "status": status, **(more or {})}


def invalid(detail: str, **parameters: Any) -> XRefusal:
    """Return the 400 for a request that breaks a rule of its shape."""
    errors = [{"message": detail, "parameters": parameters}]
    kind = "https://api.x.com/2/problems/invalid-request"
    text = "One or more parameters to your request was invalid."
    return XRefusal(400, "Invalid Request", text, kind=kind, more={"errors": errors})


def forbidden(detail: str) -> XRefusal:
    """Return a 403."""
    return XRefusal(403, "Forbidden", detail)


def not_found(name: str) -> XRefusal:
    """Return the 404 for a post that is not there."""
    kind = "https://api.x.com/2/problems/resource-not-found"
    return XRefusal(404, "Not Found Error", f"Could not find tweet with id: [{name}].", kind=kind)


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a known account. ``form`` holds a multipart upload's fields, ``file`` its bytes."""

    world: World
    account: Account
    query: Mapping[str, str]
    document: Any
    form: Mapping[str, str]
    file: bytes | None
    now: datetime
    horizon: datetime
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Call, str], Awaitable[tuple[int, Json]]]
"""Gets the call and the id in its path (or empty) and returns status and body."""


class XDialect:
    """X's wording of general trouble."""

    def trouble(self, status: int) -> Response:
        """Return a server error as a problem document."""
        body = {"title": "Internal Server Error", "detail": "Something went wrong", "type": "about:blank"}
        return JSONResponse(body | {"status": status}, status, media_type="application/problem+json")

    def throttled(self, visit: Visit, until: datetime | None, settings: Mapping[str, Any]) -> Response:
        """Return one of the 429 bodies seen: ``problem`` (default), ``errors`` (code 88) or ``usage_cap``."""
        bodies: dict[str, Json] = {
            "problem": {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank"},
            "errors": {"errors": [{"code": 88, "message": "Rate limit exceeded"}]},
            "usage_cap": {
                "title": "UsageCapExceeded",
                "detail": "Usage cap exceeded: Monthly product cap",
                "period": "Monthly",
                "scope": "Product",
                "type": "https://api.x.com/2/problems/usage-capped",
            },
        }
        shape = str(settings.get("shape", "problem"))
        left = 39999 if shape == "usage_cap" else 0
        headers = _rate_headers(left or 100, left, until) if until else None
        body = bodies.get(shape, bodies["problem"])
        return JSONResponse(body | ({} if shape == "errors" else {"status": 429}), 429, headers)


def _rate_headers(limit: int, left: int, reset: datetime) -> dict[str, str]:
    return {
        "x-rate-limit-limit": str(limit),
        "x-rate-limit-remaining": str(left),
        "x-rate-limit-reset": str(int(reset.timestamp())),
    }


def count(call: Call, bucket: str, limit: int) -> None:
    """Count the call against its limits. Raises: XRefusal (429) when one is used up."""
    _count(call, f"{bucket} user", call.account.id, limit, WINDOW)
    if bucket == "POST /2/tweets":
        _count(call, f"{bucket} app", call.account.secret("consumer_key"), 10_000, DAY)


def _count(call: Call, bucket: str, key: str, limit: int, window: timedelta) -> None:
    began, used = call.world.calls.get((bucket, key), (0.0, 0))
    now = call.now.timestamp()
    if not began <= now < began + window.total_seconds():
        began, used = now, 0
    reset = datetime.fromtimestamp(began, UTC) + window
    left = max(0, limit - used - 1)
    if window == WINDOW or used >= limit:
        call.headers.update(_rate_headers(limit, left, reset))
    if used >= limit:
        raise XRefusal(429, "Too Many Requests", "Too Many Requests")
    call.world.calls[bucket, key] = (began, used + 1)


async def read_body(request: Request) -> tuple[Any, dict[str, str], bytes | None]:
    """Return the JSON document, the form's fields and the uploaded bytes, each where the request has one.

    Raises: XRefusal for JSON that is none.
    """
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        async with request.form(max_files=1) as form:
            file = form.get("media")
            data = await file.read() if isinstance(file, UploadFile) else None
            return None, {name: value for name, value in form.items() if isinstance(value, str)}, data
    body = await request.body()
    if not body:
        return None, {}, None
    if not kind.startswith("application/json"):
        return None, {}, None
    try:
        return json.loads(body), {}, None
    except ValueError as error:
        raise invalid("The request body is not valid JSON.") from error
