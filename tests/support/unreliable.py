"""A way to a real server that can lose what passes over it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests


class Unreliable:
    """Hands every request on to ``server`` and its answer back, unless it is told to lose one of them."""

    def __init__(self, server: str) -> None:
        self.server = server
        self._lost: tuple[str, bool] | None = None
        way = self

        class Handler(BaseHTTPRequestHandler):
            def _pass(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                lost = way._takes(self.path)
                if lost == "before":
                    self.close_connection = True
                    return
                headers = {name: value for name, value in self.headers.items() if name.lower() not in _OURS}
                answer = requests.request(
                    self.command, way.server + self.path, data=body, headers=headers, timeout=60, allow_redirects=False
                )
                if lost == "after":
                    self.close_connection = True
                    return
                self.send_response(answer.status_code)
                for name, value in answer.headers.items():
                    if name.lower() not in _OURS:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            do_GET = do_POST = do_PUT = do_DELETE = _pass

            def log_message(self, *args: Any) -> None:
                pass

        self._proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._proxy.server_port}"
        self._thread = threading.Thread(target=self._proxy.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def loses(self, path: str, *, arrives: bool) -> None:
        """Cut the next request whose path has this in it: after the server did it, or before it heard of it."""
        self._lost = (path, arrives)

    def _takes(self, path: str) -> str:
        if self._lost is None or self._lost[0] not in path:
            return ""
        arrives = self._lost[1]
        self._lost = None
        return "after" if arrives else "before"

    def close(self) -> None:
        self._proxy.shutdown()
        self._thread.join(10)
        self._proxy.server_close()


_OURS = {
    "host",
    "connection",
    "keep-alive",
    "content-length",
    "content-encoding",
    "transfer-encoding",
    "accept-encoding",
}
"""Headers of one connection only, which the way has two of."""
