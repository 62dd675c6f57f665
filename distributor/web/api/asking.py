"""Who asks, by their token, and writes that are done once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import JSONResponse, Response

from distributor.domain import Actor, Refused
from distributor.locale import gettext as _
from distributor.services import replaying, tokens
from distributor.services.replaying import Answer
from distributor.web.guarding import Desk, desk_of
from distributor.web.limiting import Limit
from distributor.web.posts import status_of

A_MINUTE = 300
"""How often a token may ask within a minute; own choice."""

_SEVERAL = frozenset({"stage", "state"})
"""What may stand in an address more than once."""

_bearer = HTTPBearer(auto_error=False, bearerFormat="kjc_…", description="`distributor tokens add` makes one.")


class NoToken(Refused):
    """There is no token, or none that opens anything."""


class TooOften(Refused):
    """A token asks too often."""

    def __init__(self, seconds: int) -> None:
        super().__init__(_("Zu viele Anfragen; bitte später noch einmal."), code="rate")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the desk's parts, the person with the token's rights, and the token's hash."""

    desk: Desk
    actor: Actor
    token_hash: str


def caller(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)] = None) -> Caller:
    """Return who asks. Raises: NoToken, TooOften."""
    desk = desk_of(request)
    now = desk.clock.now()
    token = given.credentials if given is not None else ""
    actor = tokens.actor_behind(desk.deps, token, now) if token else None
    if actor is None:
        raise NoToken(_("Hier wird ein gültiges Token verlangt (Authorization: Bearer …)."), code="token.wrong")
    limit: Limit = request.app.state.limit
    digest = tokens.digest_of(token)
    if seconds := limit.wait(digest, now):
        raise TooOften(seconds)
    names = [name for name, _value in request.query_params.multi_items() if name not in _SEVERAL]
    known = {each.alias for each in request.scope["route"].dependant.query_params}
    if unknown := set(request.query_params) - known:
        text = _("Diese Angaben kennt die Adresse nicht: {names}.").format(names=", ".join(sorted(unknown))[:200])
        raise Refused(text, code="request.unreadable")
    if len(names) != len(set(names)):
        raise Refused(_("Eine Angabe in der Adresse steht mehrmals da."), code="request.unreadable")
    return Caller(desk, actor, digest)


async def _body(request: Request) -> bytes:
    return await request.body()


@dataclass(frozen=True, slots=True)
class Writing:
    """A write by a program, under its key."""

    caller: Caller
    key: str
    request_sha256: str

    def once(self, act: Callable[[], Any], status: int = 200) -> Response:
        """Do it and answer, or answer as the first time."""

        def done() -> Answer:
            try:
                return Answer(status, act())
            except Refused as error:
                return Answer(status_of(error), problem(error.code, error.text, status_of(error)))

        caller, clock = self.caller, self.caller.desk.clock
        answer = replaying.once(caller.desk.deps, caller.token_hash, self.key, self.request_sha256, done, clock.now)
        return answered(answer.document, answer.status)


def writing(
    request: Request,
    by: Annotated[Caller, Depends(caller)],
    body: Annotated[bytes, Depends(_body)],
    key: Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=100, pattern="^[!-~]+$")],
) -> Writing:
    """Return the write that a request asks for."""
    told = f"{request.method} {request.url.path}\n".encode() + body
    return Writing(by, key, hashlib.sha256(told).hexdigest())


Asker = Annotated[Caller, Depends(caller)]
Writer = Annotated[Writing, Depends(writing)]


def problem(code: str, text: str, status: int) -> dict[str, Any]:
    """Return a refusal as RFC 9457 wants it."""
    return {"type": "about:blank", "title": _TITLES.get(status, "Error"), "status": status, "detail": text,
            "code": code}  # fmt: skip


_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
"""The names of the statuses, which is what ``title`` is where ``type`` is ``about:blank`` (RFC 9457, section 4.2.1)."""


def answered(document: Any, status: int = 200, **headers: str) -> Response:
    """Return a JSON answer; refusals by their own media type, in German."""
    if status < 400:
        return JSONResponse(document, status, headers=headers)
    told = {"Content-Language": "de", **headers}
    return JSONResponse(document, status, headers=told, media_type="application/problem+json")
