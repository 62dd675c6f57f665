"""A web server on this machine that says what a test wants."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Writer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Site:
    """Answers by path; remembers what it was asked."""

    port: int = 0
    answers: dict[str, Writer] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/feed") -> str:
        return f"http://{self.host}{path}"

    def says(
        self, body: bytes = b"", *, path: str = "/feed", status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        def write(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            for name, value in (headers or {}).items():
                request.send_header(name, value)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)

        self.answers[path] = write

    def redirects(self, path: str, target: str, status: int = 302) -> None:
        self.says(path=path, status=status, headers={"Location": target})

    def does(self, writer: Writer, *, path: str = "/feed") -> None:
        self.answers[path] = writer


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that go away are what these tests are about."""


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[Site]:
    told = Site()

    def missing(request: BaseHTTPRequestHandler) -> None:
        request.send_error(404)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            told.asked.append((self.path, dict(self.headers)))
            self.close_connection = True
            told.answers.get(self.path, missing)(self)

        def do_POST(self) -> None:
            told.sent.append(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = Server(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
