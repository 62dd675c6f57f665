"""The checked way to a foreign host: looked up, checked and connected to in one step. Part of ``fetching``.

The address that was checked is the one that is connected to, so that a name that changes its mind in between (DNS
rebinding) gains nothing; TLS and the Host header still speak of the name.
"""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.poolmanager import PoolManager

from connectors._addresses import is_named, is_public

Found = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]


class PrivateHost(Exception):
    """The host lies inside our own network and is not on the list of those that may."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """When everything must be over, by a clock that only goes forward."""

    ends: float
    monotonic: Callable[[], float]

    def left(self) -> float:
        """Return the seconds left. Raises: TimeoutError."""
        left = self.ends - self.monotonic()
        if left <= 0:
            raise TimeoutError("deadline")
        return left


def foreign_session(allow_private: Collection[str], deadline: Deadline) -> requests.Session:
    """Return a session for one fetch: no proxies, netrc or cookies, private hosts only where named, all in time."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _Adapter(_pool_classes(frozenset(map(str.lower, allow_private)), deadline))
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


class _Adapter(HTTPAdapter):
    def __init__(self, pool_classes: dict[str, type[HTTPConnectionPool]]) -> None:
        self._pool_classes = pool_classes
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = self._pool_classes


def _pool_classes(allowed: frozenset[str], clock: Deadline) -> dict[str, type[HTTPConnectionPool]]:
    """Return urllib3's pools with connections that check whom they connect to and read against the clock."""

    class Response(HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
            super().__init__(sock, *args, **kwargs)
            self.fp.close()
            self.fp = io.BufferedReader(_Timed(sock, clock))

    class Plain(HTTPConnection):
        response_class = Response

        def _new_conn(self) -> socket.socket:
            return _connected(self, allowed, clock)

    class Secure(HTTPSConnection):
        response_class = Response

        def _new_conn(self) -> socket.socket:
            return _connected(self, allowed, clock)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Timed(io.RawIOBase):
    """A socket's bytes, each read of which must end before the deadline; else a server could drip for ever."""

    def __init__(self, sock: socket.socket, clock: Deadline) -> None:
        super().__init__()
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._clock = clock
        self._patience = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._clock.left()
        self._sock.settimeout(left if self._patience is None else min(left, self._patience))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


def _connected(connection: HTTPConnection, allowed: frozenset[str], clock: Deadline) -> socket.socket:
    """Return a socket to the first address of the host that answers. Raises: PrivateHost, urllib3's errors."""
    found = _looked_up(connection, allowed)
    patience = connection.timeout if isinstance(connection.timeout, int | float) else None
    last = OSError("no address")
    for family, kind, protocol, _, target in found:
        sock = socket.socket(family, kind, protocol)
        try:
            left = clock.left()
            sock.settimeout(left if patience is None else min(left, patience))
            sock.connect(target)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            sock.close()
            last = error
        else:
            return sock
    if isinstance(last, TimeoutError):
        raise ConnectTimeoutError(connection, "connect timeout") from last
    raise NewConnectionError(connection, "not connected") from last


def _looked_up(connection: HTTPConnection, allowed: frozenset[str]) -> list[Found]:
    """Return the host's addresses; a single private one among them condemns the host."""
    host, port = connection.host, connection.port
    try:
        found: list[Found] = list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (socket.gaierror, UnicodeError) as error:
        cause = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
        raise NameResolutionError(host, connection, cause) from error
    if not is_named(host, port, allowed) and not all(is_public(str(target[0])) for *_, target in found):
        raise PrivateHost(host)
    return found
