"""The address that WebSub hubs call (https://www.w3.org/TR/websub/, 5.3 and 7): their question, and their push.

Nothing that a hub sends is kept: a push that is signed as agreed lets the feed be polled.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from distributor.clock import Clock
from distributor.intake.parse import MAX_BYTES
from distributor.intake.websub import Signature
from distributor.locale import gettext as _
from distributor.services import subscribing
from distributor.services.deps import Deps

_SIGNATURES = ("X-Hub-Signature", "X-Hub-Signature-256")
"""The second is not in the text of the standard; hubs that keep SHA-1 in the first use it for SHA-256."""


def add_routes(app: FastAPI, deps: Deps, clock: Clock) -> None:
    """Let the app answer hubs."""

    def verify(request: Request, token: str) -> Response:
        """Say yes to a hub that asks whether we meant it, if we did."""
        answer = subscribing.answer(deps, token, request.query_params, clock.now())
        return _nothing() if answer is None else PlainTextResponse(answer)

    async def take_push(request: Request, token: str) -> Response:
        """Let the feed be polled if the push is signed; a hub whose signature does not fit learns nothing (8.1)."""
        secret = await run_in_threadpool(subscribing.secret_of, deps, token)
        if secret is None:
            return _nothing()
        signature = Signature([value for name in _SIGNATURES for value in request.headers.getlist(name)], secret)
        size = 0
        async for piece in request.stream():
            size += len(piece)
            if size > MAX_BYTES:
                return PlainTextResponse(_("Das ist zu viel."), 413)
            signature.add(piece)
        if signature.fits():
            await run_in_threadpool(subscribing.pushed, deps, token, clock.now())
        return Response(status_code=204)

    app.add_api_route("/websub/{token}", verify, methods=["GET"])
    app.add_api_route("/websub/{token}", take_push, methods=["POST"])


def _nothing() -> Response:
    return PlainTextResponse(_("Hier wird nichts erwartet."), 404)
