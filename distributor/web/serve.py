"""Serve both listeners from one process until told to stop. Signals belong to the caller, who sets ``stop``."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Sequence

import structlog
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from distributor.clock import Clock
from distributor.domain import Refused
from distributor.listening import listen
from distributor.locale import gettext as _
from distributor.services.deps import Deps
from distributor.web.desk import desk_app
from distributor.web.public import public_app

_GRACE = 10

_log = structlog.get_logger()


class Server(uvicorn.Server):
    """A server in a thread of its own, on a port that is already ours."""

    def __init__(self, name: str, app: ASGIApp, bound: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                AccessLog(app, name),
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                ws="none",
                lifespan="on",
                timeout_graceful_shutdown=_GRACE,
            )
        )
        self.thread = threading.Thread(target=self.run, kwargs={"sockets": [bound]}, name=f"web-{name}", daemon=True)

    async def main_loop(self) -> None:
        """Look twice a second whether to end, and renew the Date header: ten times would be most of an idle process."""
        while not await self.on_tick(0):
            await asyncio.sleep(0.5)


class AccessLog:
    """Writes a line per request, without query strings and without the signatures in media addresses."""

    def __init__(self, app: ASGIApp, listener: str) -> None:
        self._app = app
        self._listener = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, then log it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            took = round((time.perf_counter() - began) * 1000)
            path = logged_path(scope["path"])
            _log.info(
                "request_served", listener=self._listener, method=scope["method"], path=path, status=status, ms=took
            )


def logged_path(path: str) -> str:
    """Return the path as it may stand in a log: a signed name is as good as a key, so only its start is kept."""
    return path[:20] + "…" if path.startswith("/media/") and len(path) > 20 else path


def serve(deps: Deps, clock: Clock, *, stop: threading.Event) -> None:
    """Run the public listener and the desk until ``stop`` is set. Raises: Refused for a taken port."""
    settings = deps.settings
    public = listen(settings.public_bind, "DISTRIBUTOR_PUBLIC_BIND")
    try:
        desk = listen(settings.desk_bind, "DISTRIBUTOR_DESK_BIND")
    except Refused:
        public.close()
        raise
    servers = [Server("public", public_app(deps, clock), public), Server("desk", desk_app(deps, clock), desk)]
    with public, desk:
        for server in servers:
            server.thread.start()
        _log.info("web_started", public=settings.public_url, desk=settings.desk_url)
        try:
            _watch(servers, stop)
        finally:
            for server in servers:
                server.should_exit = True
            for server in servers:
                server.thread.join(timeout=_GRACE + 5)
    _log.info("web_stopped")


def _watch(servers: Sequence[Server], stop: threading.Event) -> None:
    """Wait for ``stop``. Raises: Refused if a listener ends by itself."""
    while not stop.wait(0.5):
        if not all(server.thread.is_alive() for server in servers):
            raise Refused(
                _("Die Weboberfläche hat sich unerwartet beendet; das Protokoll sagt warum."), code="web.dead"
            )
