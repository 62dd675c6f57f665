"""What stands before every page: the headers, who is asking, and whether a form came from our own page.

What a person may do is asked in the services; here is only who they are.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Form, Path, Query, Request
from pydantic import AfterValidator
from starlette.datastructures import Headers as RequestHeaders
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from distributor.clock import Clock
from distributor.domain import Actor, Refused
from distributor.services import sessions
from distributor.services.deps import Deps
from distributor.web.language import gettext as _
from distributor.web.masking import masked, unmasked
from distributor.web.pages import Pages

COOKIE = "kjc_sitzung"
LARGEST = 2**31 - 1
"""The largest number that the database keeps; a larger one in an address would be an error there."""

# What no text needs and not every database takes: control characters, and what hides text or turns its direction. The
# joiner stays, emojis are made with it.
_HIDDEN = {0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF}
_CONTROLS = dict.fromkeys({*range(32), *range(127, 160), *_HIDDEN} - {ord("\t"), ord("\n"), ord("\r")})
HIDDEN_FIELD = "pruefwert"

# KERN keeps its icons in data: addresses. Everything else comes from this host.
CONTENT_POLICY = "default-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the desk's routes are handed."""

    deps: Deps
    clock: Clock
    pages: Pages


@dataclass(frozen=True, slots=True)
class Visitor:
    """The person behind a session, the token their forms must carry, their last proof, and the session's key."""

    actor: Actor
    token: str
    proved_at: datetime
    proof: str
    key: str


class NotLoggedIn(Exception):
    """There is no session; the person is asked to log in."""


class ForgedForm(Refused):
    """A form that did not come from one of our pages, or from one of an older session."""


def desk_of(request: Request) -> Desk:
    """Return what the routes are handed."""
    desk: Desk = request.app.state.desk
    return desk


def visitor_of(request: Request) -> Visitor | None:
    """Return who is asking, or None."""
    desk, cookie = desk_of(request), request.cookies.get(COOKIE, "")
    found = sessions.session_of(desk.deps, cookie, desk.clock.now()) if cookie else None
    if found is None:
        return None
    return Visitor(found.actor, masked(found.csrf), found.proved_at, found.proof, found.key)


def logged_in(request: Request) -> Visitor:
    """Return who is asking. Raises: NotLoggedIn."""
    visitor = visitor_of(request)
    if visitor is None:
        raise NotLoggedIn
    return visitor


def own_page(request: Request) -> None:
    """Raises: ForgedForm for a form that a browser says comes from elsewhere; programs send neither header."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        fine = site in ("same-origin", "none")
    elif origin is not None:
        hosts = {urlsplit(desk_of(request).deps.settings.desk_url).netloc, request.headers.get("Host", "")}
        fine = urlsplit(origin).netloc in hosts - {""}
    else:
        fine = True
    if not fine:
        raise ForgedForm(_("Dieses Formular kam von einer fremden Seite und wurde nicht angenommen."), code="forbidden")


def own_form(
    request: Request,
    visitor: Annotated[Visitor, Depends(logged_in)],
    token: Annotated[str, Form(alias=HIDDEN_FIELD)] = "",
) -> Visitor:
    """Return who sent a form of this session. Raises: NotLoggedIn, ForgedForm."""
    own_page(request)
    if not secrets.compare_digest(unmasked(token), unmasked(visitor.token)):
        text = _("Das Formular gehört nicht zu dieser Anmeldung; bitte die Seite neu laden und noch einmal senden.")
        raise ForgedForm(text, code="forbidden")
    return visitor


def cleaned(text: str) -> str:
    """Return the text without characters that nobody sees."""
    return text.translate(_CONTROLS)


async def fields(request: Request) -> dict[str, str]:
    """Return all texts of a form whose names are not known beforehand."""
    given = await request.form()
    return {cleaned(name): cleaned(value) for name, value in given.items() if isinstance(value, str)}


At = Annotated[Desk, Depends(desk_of)]
Reader = Annotated[Visitor, Depends(logged_in)]
Sender = Annotated[Visitor, Depends(own_form)]
Fields = Annotated[dict[str, str], Depends(fields)]
Text = Annotated[str, AfterValidator(cleaned), Form()]
Secret = Annotated[str, Form()]
Asked = Annotated[str, AfterValidator(cleaned), Query()]
Key = Annotated[int, Path(ge=1, le=LARGEST)]
Number = Annotated[int, Query(ge=0, le=LARGEST)]


class Headers:
    """Adds the given headers to every answer that does not carry them already."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and add what is missing."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


class BodyLimit:
    """Refuses bodies of more than ``most`` bytes, told or not, before they are parsed.

    Where a path ends as one of ``files`` says, as many bytes are taken as stand there. The framework's own limit
    answers in English and cannot be taught otherwise.
    """

    def __init__(self, app: ASGIApp, most: int, files: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._most = most
        self._files = files or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request; reading a body that is too large raises HTTPException 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = RequestHeaders(scope=scope).get("Content-Length", "")
        size = 0
        limit = next((most for end, most in self._files.items() if scope["path"].endswith(end)), self._most)

        async def measured() -> Message:
            nonlocal size
            if told.isdigit() and int(told) > limit:
                raise HTTPException(413)
            message = await receive()
            size += len(message.get("body", b""))
            if size > limit:
                raise HTTPException(413)
            return message

        await self._app(scope, measured, send)


DESK_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with that, browsers say "Origin: null" on our own forms, and over plain http (an intranet) the
    # origin is all there is to tell them from forged ones. same-origin tells other hosts just as little.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
