"""Answers that break off, and the HTTP protocol class that makes that possible under uvicorn."""

from __future__ import annotations

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

Peer = tuple[str, int]
Connections = dict[Peer, asyncio.Transport]


def protocol(connections: Connections) -> type[H11Protocol]:
    """Return a protocol class that keeps each open connection's transport in ``connections`` by its peer."""

    class Droppable(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if self.client is not None:
                connections[self.client] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            if self.client is not None:
                connections.pop(self.client, None)
            super().connection_lost(exc)

    return Droppable


class Lost(Response):
    """No answer at all: the connection is dropped. Of one that was ``kept`` waiting the caller may be gone already."""

    def __init__(self, connections: Connections, acted: Response | None = None, *, kept: bool = False) -> None:
        super().__init__(status_code=acted.status_code if acted else 503)
        self._connections = connections
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Drop the connection. Raises: ConnectionResetError where there is no socket (a test client)."""
        if self._kept and scope.get("client") not in self._connections:
            return
        _transport(self._connections, scope).abort()
        await _gone(receive)


class Cut(Response):
    """The head of the true answer and half of its body, then the connection closes."""

    def __init__(self, connections: Connections, answer: Response) -> None:
        super().__init__(status_code=answer.status_code)
        self._connections = connections
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send half. Raises: ConnectionResetError where there is no socket (a test client)."""
        transport = _transport(self._connections, scope)
        body = bytes(self._answer.body)
        headers = self._answer.raw_headers
        await send({"type": "http.response.start", "status": self._answer.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        transport.close()
        await _gone(receive)


def _transport(connections: Connections, scope: Scope) -> asyncio.Transport:
    peer = scope.get("client")
    transport = connections.get((peer[0], peer[1])) if peer else None
    if transport is None:
        raise ConnectionResetError("the sandbox dropped the connection on purpose")
    return transport


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
