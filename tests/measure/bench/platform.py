"""The other side for the benchmark: answers the release call of a Facebook draft after a set time, and keeps count.

It is no sandbox: no rules, no tokens, as little work as Python allows, so that the sender is what is measured.
``GET /_count`` tells how often each draft was made public.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event

_DONE = b'{"success":true}'


class _Wire(asyncio.Protocol):
    """One connection: reads a request by its Content-Length, answers it after ``latency`` seconds."""

    def __init__(self, latency: float, made: Counter[str]) -> None:
        self._latency, self._made = latency, made
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while True:
            head, found, rest = self._held.partition(b"\r\n\r\n")
            if not found:
                return
            length = _length(head)
            if len(rest) < length:
                return
            self._held = rest[length:]
            self._answer(head.split(b" ", 2)[1].decode())

    def _answer(self, path: str) -> None:
        if path == "/_count":
            body = json.dumps(self._made).encode()
            self._send(body)
            return
        self._made[path.rpartition("/")[2]] += 1
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, self._send, _DONE)
        else:
            self._send(_DONE)

    def _send(self, body: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def _serve(latency: float, port: Synchronized[int], ready: Event) -> None:
    loop = asyncio.get_running_loop()
    made: Counter[str] = Counter()
    server = await loop.create_server(lambda: _Wire(latency, made), "127.0.0.1", 0, backlog=1024)
    port.value = server.sockets[0].getsockname()[1]
    ready.set()
    await server.serve_forever()


def _run(latency: float, port: Synchronized[int], ready: Event) -> None:
    asyncio.run(_serve(latency, port, ready))


@contextmanager
def platform(latency: float) -> Iterator[str]:
    """Give the address of a platform that answers after ``latency`` seconds, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    port, ready = context.Value("i", 0), context.Event()
    process = context.Process(target=_run, args=(latency, port, ready), daemon=True)
    process.start()
    ready.wait(20)
    try:
        yield f"http://127.0.0.1:{port.value}"
    finally:
        process.kill()
        process.join()
