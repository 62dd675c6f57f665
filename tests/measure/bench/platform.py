"""The other side for the benchmark: a Facebook whose drafts are made public after a set time, and which keeps count.

It is no sandbox: no rules, no tokens, as little work as Python allows, so that the sender is what is measured. A draft
that is asked for says whether it is public. ``GET /_seen`` tells when each draft was made public, as often as it was.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event

Seen = dict[str, list[float]]
"""By draft the moments at which it was made public, in seconds of the machine's monotonic clock."""


class _Wire(asyncio.Protocol):
    """One connection: reads a request by its Content-Length, answers it after ``latency`` seconds."""

    def __init__(self, latency: float, seen: Seen) -> None:
        self._latency, self._seen = latency, seen
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
            method, path, _ = head.split(b" ", 2)
            self._answer(method == b"GET", path.partition(b"?")[0].rpartition(b"/")[2].decode())

    def _answer(self, reads: bool, name: str) -> None:
        if name == "_seen":
            self._send(self._seen)
            return
        if not reads:
            self._seen[name].append(time.monotonic())
        answer = self._draft(name) if reads else {"success": True}
        asyncio.get_running_loop().call_later(self._latency, self._send, answer) if self._latency else self._send(
            answer
        )

    def _draft(self, name: str) -> object:
        return {
            "id": name,
            "is_published": name in self._seen,
            "permalink_url": f"https://facebook.example/{name}",
            "created_time": time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime()),
        }

    def _send(self, answer: object) -> None:
        body = json.dumps(answer).encode()
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
    seen: Seen = defaultdict(list)
    server = await loop.create_server(lambda: _Wire(latency, seen), "127.0.0.1", 0, backlog=1024)
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


def seen_by(address: str) -> Seen:
    """Ask a platform what it has seen."""
    answer: Seen = json.loads(urllib.request.urlopen(f"{address}/_seen").read())
    return answer
