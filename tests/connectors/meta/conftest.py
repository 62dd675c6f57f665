"""Shared by the tests of Meta's two channels: accounts, pictures, recorded requests, a server that misbehaves."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses

from connectors._http import GuardedSession
from connectors.base import Access, Medium, Order

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GRAPH = "https://graph.facebook.com"


@dataclass
class Pictures:
    """A medium's bytes and public address, by content hash; remembers what was read."""

    read_so_far: list[str] = field(default_factory=list)

    def read(self, sha256: str) -> bytes:
        self.read_so_far.append(sha256)
        return b"JPEG " + sha256.encode()

    def url(self, sha256: str) -> str:
        return f"https://media.example/{sha256}.jpg"


@dataclass(frozen=True)
class Sent:
    """One request as it went out."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    form: dict[str, str]
    file: bytes = b""
    file_type: str = ""
    file_name: str = ""

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


def _body(headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes, str, str]:
    kind = headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return dict(parse_qsl(body.decode(), keep_blank_values=True)), b"", "", ""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    form, file, file_type, file_name = {}, b"", "", ""
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if part.get_filename():
            assert name == "source"
            file, file_type, file_name = part.get_payload(decode=True), part.get_content_type(), part.get_filename()
        else:
            form[name] = part.get_payload(decode=True).decode()
    return form, file, file_type, file_name


def sent_of(call: Any) -> Sent:
    """Read a recorded call."""
    request = call.request
    parts = urlsplit(request.url)
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    raw = request.body or b""
    form, file, file_type, file_name = _body(headers, raw.encode() if isinstance(raw, str) else raw)
    return Sent(request.method, parts.path, dict(parse_qsl(parts.query)), headers, form, file, file_type, file_name)


class Platform:
    """graph.facebook.com on a wire that only knows the answers it was given, each once and in order."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self._mock = mock

    def answers(self, method: str, path: str, document: Any = None, *, status: int = 200, **more: Any) -> None:
        if document is not None:
            more["json"] = document
        self._mock.add(method, f"{GRAPH}/v25.0/{path}", status=status, **more)

    def refuses(self, method: str, path: str, code: int, subcode: int | None = None, **more: Any) -> None:
        error: dict[str, Any] = {"message": "no", "type": "OAuthException", "code": code, "fbtrace_id": "Trace1"}
        if subcode is not None:
            error["error_subcode"] = subcode
        self.answers(method, path, {"error": error}, status=more.pop("status", 400), **more)

    @property
    def sent(self) -> list[Sent]:
        return [sent_of(call) for call in self._mock.calls]

    @property
    def lines(self) -> list[str]:
        return [sent.line for sent in self.sent]


@pytest.fixture
def platform() -> Iterator[Platform]:
    registry = responses.registries.OrderedRegistry
    with responses.RequestsMock(assert_all_requests_are_fired=True, registry=registry) as mock:
        yield Platform(mock)


@pytest.fixture
def session() -> Iterator[GuardedSession]:
    with GuardedSession() as session:
        yield session


@pytest.fixture
def access(session: GuardedSession) -> Callable[..., Access]:
    """Return a maker of Access for an account's fields; ``at`` is its time, ``graph`` the host."""

    def make(at: datetime = NOW, graph: str = GRAPH, **fields: str) -> Access:
        return Access("kjc-fulda", fields, {"graph": graph}, session, at)

    return make


@pytest.fixture
def pictures() -> Pictures:
    return Pictures()


@pytest.fixture
def order() -> Order:
    return Order(key="delivery-1", code="7h3Kq2", due_at=NOW)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def medium() -> Callable[..., Medium]:
    def make(name: str = "a", alt: str = "Eine Hand hält einen Schlüssel", mime: str = "image/jpeg") -> Medium:
        return Medium(name * 64, mime, 1080, 1080, 120_000, alt)

    return make


class Rude:
    """A server on this machine that takes every request in full and then answers as told, or hangs up."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self.answer: tuple[int, str, bytes] | None = None
        rude = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _take(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                rude.received.append(f"{self.command} {self.path}")
                self.close_connection = True
                if rude.answer is None:
                    return
                status, kind, body = rude.answer
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_DELETE = _take

            def log_message(self, *args: object) -> None:
                """Keep the test output clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def says(self, document: Any, status: int = 200) -> None:
        self.answer = (status, "application/json", json.dumps(document).encode())

    def hangs_up(self) -> None:
        self.answer = None


@pytest.fixture
def rude() -> Iterator[Rude]:
    server = Rude()
    thread = threading.Thread(target=server.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.server.shutdown()
    thread.join()
    server.server.server_close()
