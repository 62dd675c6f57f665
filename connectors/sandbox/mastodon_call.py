"""One request to the pretended Mastodon server: who calls, with what, under which rate limit, and its refusals.

Limits: docs.joinmastodon.org/api/rate-limits/; error bodies: app/controllers/concerns/api/error_handling.rb
(github.com/mastodon/mastodon); both read 2026-11-22.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.sandbox.faults import Visit
from connectors.sandbox.state import Account
from connectors.sandbox.world import World

HOST = "/mastodon"
Json = dict[str, Any]


class MastodonRefusal(Exception):
    """The server's documented "no"."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error}


NOT_FOUND = "Record not found"
BAD_TOKEN = "The access token is invalid"  # noqa: S105


def invalid(what: str) -> MastodonRefusal:
    """Return the 422 for what breaks a rule."""
    return MastodonRefusal(422, f"Validation failed: {what}")


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a known account (None only where the server asks for no token)."""

    world: World
    caller: Account | None
    query: Mapping[str, str]
    fields: Mapping[str, Any]
    file: bytes | None
    key: str
    server: str
    now: datetime
    horizon: datetime
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def account(self) -> Account:
        """Return who calls. Raises: MastodonRefusal if nobody that is known."""
        if self.caller is None or self.caller.revoked:
            raise MastodonRefusal(401, BAD_TOKEN)
        return self.caller


Handler = Callable[[Call, str], Awaitable[tuple[int, Any]]]
"""Gets the call and the id in its path (or empty) and returns status and body."""


def number_of(account: Account) -> str:
    """Return the number by which the API knows an account; its name is only for people."""
    return str(1_000_000 + int(hashlib.sha256(account.id.encode()).hexdigest()[:10], 16))


class MastodonDialect:
    """Mastodon's wording of general trouble."""

    def trouble(self, status: int) -> Response:
        """Return a server error; the real one shows a page."""
        return JSONResponse({"error": "There was a temporary problem serving your request"}, status)

    def throttled(self, visit: Visit, until: datetime | None, settings: Mapping[str, Any]) -> Response:
        """Return the 429, with or without the time of its end."""
        headers = rate_headers(300, 0, until) if until else None
        return JSONResponse({"error": "Too many requests"}, 429, headers)


def rate_headers(limit: int, left: int, reset: datetime) -> dict[str, str]:
    """Return the three headers; the time is ISO 8601."""
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": reset.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }


def count(call: Call, bucket: str, limit: int, window: timedelta) -> None:
    """Count the call against a limit of its account. Raises: MastodonRefusal (429) when it is used up."""
    who = call.caller.id if call.caller else ""
    began, used = call.world.calls.get((f"mastodon {bucket}", who), (0.0, 0))
    now = call.now.timestamp()
    if not began <= now < began + window.total_seconds():
        began, used = now, 0
    reset = datetime.fromtimestamp(began, UTC) + window
    call.headers.update(rate_headers(limit, max(limit - used - 1, 0), reset))
    if used >= limit:
        raise MastodonRefusal(429, "Too many requests")
    call.world.calls[f"mastodon {bucket}", who] = (began, used + 1)


async def read_fields(request: Request) -> tuple[dict[str, Any], bytes | None]:
    """Return what was sent, be it JSON or a form, and the file. Raises: MastodonRefusal."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        try:
            document = json.loads(await request.body() or b"{}")
        except ValueError as error:
            raise MastodonRefusal(400, "Error occurred while parsing request parameters") from error
        return (document if isinstance(document, dict) else {}), None
    if kind.startswith(("multipart/form-data", "application/x-www-form-urlencoded")):
        async with request.form(max_files=1) as form:
            file = form.get("file")
            data = await file.read() if isinstance(file, UploadFile) else None
            return _fields(form), data
    return {}, None


def _fields(form: FormData) -> dict[str, Any]:
    single = {name: value for name, value in form.items() if isinstance(value, str) and not name.endswith("[]")}
    several = {name[:-2]: form.getlist(name) for name in form if name.endswith("[]")}
    return {**single, **several}
