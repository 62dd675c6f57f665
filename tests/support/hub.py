"""A WebSub hub on this machine: it asks back, grants leases, signs what it pushes, or does none of that."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import requests


class Hub:
    """Remembers its subscribers; ``status`` and ``asks_back`` say how it takes a request."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 202
        self.asks_back = True
        self.lease_seconds = 86_400
        self.asked: list[dict[str, str]] = []
        self.subscribers: dict[str, dict[str, str]] = {}

    def takes(self, form: dict[str, str]) -> int:
        """Take a request, asking back before it is answered, as many hubs do."""
        self.asked.append(form)
        if self.status < 300 and self.asks_back:
            answer = self.asks(form["hub.callback"], form["hub.mode"], form["hub.topic"])
            if answer.status_code == 200 and answer.text == "geheime Frage":
                if form["hub.mode"] == "subscribe":
                    self.subscribers[form["hub.callback"]] = form
                else:
                    self.subscribers.pop(form["hub.callback"], None)
        return self.status

    def asks(self, callback: str, mode: str, topic: str, **more: str) -> requests.Response:
        """Ask a subscriber whether that was meant."""
        said = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": "geheime Frage"}
        said["hub.lease_seconds"] = str(self.lease_seconds)
        return requests.get(callback, params={**said, **more}, timeout=5)

    def pushes(self, body: bytes = b"<rss/>", *, method: str = "sha256", secret: str | None = None) -> list[int]:
        """Push to everybody; return the answers' status."""
        answers = []
        for callback, form in self.subscribers.items():
            key = (form["hub.secret"] if secret is None else secret).encode()
            signed = f"{method}={hmac.new(key, body, getattr(hashlib, method)).hexdigest()}" if method else ""
            headers = {"X-Hub-Signature": signed, "Content-Type": "application/rss+xml"}
            answers.append(requests.post(callback, data=body, headers=headers, timeout=5).status_code)
        return answers


@contextmanager
def serving_hub() -> Iterator[Hub]:
    """Serve a hub on 127.0.0.1."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self.send_response(hub.takes(dict(parse_qsl(body.decode()))))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}/hub"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
