"""The one way out: a requests Session that asks before every write and knows whether a byte left.

``requests`` alone cannot tell "surely not sent" from "may have been sent": headers and body are separate writes, and a
time-out hides which of them went. So the guard sits in urllib3's connection, at the write itself.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Collection, Iterable
from contextvars import ContextVar
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from connectors._addresses import is_named, is_public
from connectors._pace import Told
from connectors.base import OutcomeUnknown, Unauthorised, Unavailable

TIMEOUT = (5.0, 30.0)
"""Seconds to connect and to wait for an answer, for every call that names none."""

_REQUEST_ID = ("x-request-id", "x-fb-trace-id", "x-transaction-id")
"""Headers in which a platform names its answer, for questions to its support: Mastodon and others, Meta, X."""

UNDELIVERED = 30_000
"""Milliseconds after which the kernel gives up what the other side has not acknowledged.

Where the way is cut, bytes that were written wait in the kernel and would arrive when it is mended, long after the
call was given up, even after the process has died. This is below every channel's settle time, so what a look does not
find by then does not come later (TCP_USER_TIMEOUT, https://man7.org/linux/man-pages/man7/tcp.7.html, 2026-11-30).
"""

_HEADER = re.compile(r"(?i)\b(authorization)(?![a-z])[\"']?\s*[:=][^\r\n]*")
_SCHEME = re.compile(r"(?i)\b(bearer\s+|oauth\s+(?=[^\s&\"',}]*\d))[^\s&\"',}]+")
_NAMED = re.compile(
    r"(?i)\b((?:access|refresh|page|user|input|fb_exchange|id)_token(?:_secret)?|(?:client|consumer|app)_secret|consumer_key"
    r"|appsecret_proof|oauth_[a-z]+|password)([\"']?\s*[=:]\s*[\"']?)[^\s&\"',}]+"
)


def redact(text: str, limit: int = 500, hide: Iterable[str] = ()) -> str:
    """Return ``text`` cut to ``limit`` characters, without ``hide`` and without what looks like a credential."""
    for secret in filter(None, hide):
        text = text.replace(secret, "…")
    text = _HEADER.sub(r"\1: …", text)
    text = _SCHEME.sub(r"\1…", text)
    return _NAMED.sub(r"\1\2…", text)[:limit]


class _Wire:
    """What is known of one request's way out."""

    def __init__(self, last_look: Callable[[], None] | None, inside: Collection[str] | None) -> None:
        self.left = False
        self._last_look = last_look
        self._inside = inside

    def admit(self, host: str, port: int | None, peer: str) -> None:
        """Refuse a server inside our own network that nobody named. Raises: Unauthorised."""
        if self._inside is None or is_named(host, port, self._inside) or is_public(peer):
            return
        text = (
            f"Der Server „{host}“ liegt im eigenen Netz und wird nicht angesprochen. Bitte die Adresse am Konto prüfen "
            "oder ihn in DISTRIBUTOR_ALLOW_PRIVATE nennen."
        )
        raise Unauthorised(text, detail=f"{host} is {peer}", code="private")

    def look(self) -> None:
        if self._last_look is not None:
            self._last_look()


_wire: ContextVar[_Wire | None] = ContextVar("wire", default=None)


class _Watched:
    """Connects first, then looks, then writes: a slow handshake must not outlive the look.

    Whom it connected to is asked of the socket itself, before TLS: a name that changes its mind gains nothing.

    Head and body of a request whose body is at hand leave in one write, so that no pause can fall between the last
    look and the byte that makes the request whole.
    """

    sock: Any
    host: str
    port: int
    connect: Callable[[], None]
    _head: bytes | None = None
    _joins = False

    def request(self, method: str, url: str, body: Any = None, *arguments: Any, **more: Any) -> None:
        self._joins, self._head = isinstance(body, bytes | str) and bool(body), None
        super().request(method, url, body, *arguments, **more)  # type: ignore[misc]

    def _new_conn(self) -> Any:
        sock = super()._new_conn()  # type: ignore[misc]
        wire = _wire.get()
        if wire is not None:
            try:
                wire.admit(self.host, self.port, str(sock.getpeername()[0]))
            except Unauthorised:
                sock.close()
                raise
        return sock

    def send(self, data: Any) -> None:
        if self._joins and self._head is None:
            self._head = data
            return
        if self._joins:
            self._joins, data = False, (self._head or b"") + data
        wire = _wire.get()
        if wire is not None:
            if self.sock is None:
                self.connect()
            wire.look()
            wire.left = True
        super().send(data)  # type: ignore[misc]


class _WatchedHTTP(_Watched, HTTPConnection):
    pass


class _WatchedHTTPS(_Watched, HTTPSConnection):
    pass


class _PoolHTTP(HTTPConnectionPool):
    ConnectionCls = _WatchedHTTP


class _PoolHTTPS(HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPS


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        options = [*HTTPConnection.default_socket_options, (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNDELIVERED)]
        super().init_poolmanager(*args, socket_options=options, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PoolHTTP, "https": _PoolHTTPS}


class GuardedSession(requests.Session):
    """A Session for one thread: time-outs on everything, no redirects, no cookies, no netrc or proxies of the machine.

    ``last_look`` is called before each write to the socket and raises (usually Withheld) to forbid it; ``left`` tells
    afterwards whether a byte of the last request left; ``request_ids`` what the platform calls its answers so far,
    ``told`` what their headers said.
    ``inside`` names the hosts (``host`` or ``host:port``) that may lie inside our own network; None lets all.
    """

    def __init__(self, last_look: Callable[[], None] | None = None, *, inside: Collection[str] | None = None) -> None:
        super().__init__()
        self._inside = None if inside is None else frozenset(map(str.lower, inside))
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.last_look = last_look
        self.left = False
        self.request_ids: list[str] = []
        self.told: list[Told] = []
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(max_retries=0, pool_connections=4, pool_maxsize=4))

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Prepare the request; one that fails here has not left, whatever became of the one before it."""
        self.left = False
        return super().prepare_request(request)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send under watch. Redirects are never followed: a redirected POST would turn into a GET that "succeeds"."""
        kwargs["allow_redirects"] = False
        kwargs["timeout"] = kwargs.get("timeout") or TIMEOUT
        wire = _Wire(self.last_look, self._inside)
        token = _wire.set(wire)
        self.left = False
        try:
            answer = super().send(request, **kwargs)
            self.told.append(Told(str(request.method), urlsplit(str(request.url)).path, answer.headers))
            self.request_ids += [answer.headers[name][:100] for name in _REQUEST_ID if name in answer.headers]
            return answer
        finally:
            self.left = wire.left
            _wire.reset(token)


def not_answered(
    error: requests.RequestException, session: requests.Session, *, label: str, changes: bool
) -> Unavailable | OutcomeUnknown:
    """Return what a failed exchange means: Unavailable if no byte left or nothing was to change."""
    detail = redact(f"{type(error).__name__}: {error}")
    left = getattr(session, "left", True)
    if left and changes:
        text = f"{label} hat nicht geantwortet; ob der Post öffentlich ist, wird geprüft."
        return OutcomeUnknown(text, detail=detail)
    return Unavailable(f"{label} ist gerade nicht erreichbar; es wird später erneut versucht.", detail=detail)
