"""One safe way to GET a foreign address: for feeds and for media. What is done with the bytes is no matter here.

Foreign means hostile until shown otherwise: only http and https, no address inside our own network, no endless answer
in bytes or in time, no proxy, cookie or password of ours. How a host is looked up and checked is ``_foreign_hosts``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests
import tenacity
from urllib3.exceptions import HTTPError, ReadTimeoutError

from distributor._foreign_hosts import Deadline, PrivateHost, foreign_session
from distributor.domain import Refused

MAX_REDIRECTS = 5
RETRY_AFTER = 0.5
"""Seconds before the one quick repeat of a connection that could not be made."""

_CHUNK = 65_536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer with status 200, or 304 with an empty body. ``url`` is where the redirects led."""

    url: str
    status: int
    body: bytes
    content_type: str
    etag: str
    last_modified: str


class FetchRefused(Refused):
    """The address or its answer is not acceptable; repeating will not help, a person must look."""

    def __init__(self, text: str, *, code: str = "fetch.refused") -> None:
        super().__init__(text, code=code)


class FetchFailed(Exception):
    """There was no usable answer this time: back off and repeat. ``text`` is one German sentence.

    ``detail`` is the technical cause; ``retry_after`` is the wait in seconds where the server names one.
    """

    def __init__(self, text: str, *, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.detail = detail
        self.retry_after = retry_after


def fetch(
    url: str,
    *,
    allow_private: Collection[str] = (),
    max_bytes: int,
    etag: str = "",
    last_modified: str = "",
    timeout: tuple[float, float] = (5, 20),
    deadline: float = 60.0,
    accept: str = "",
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Fetched:
    """GET ``url`` and return its body, decompressed, of at most ``max_bytes``.

    ``allow_private`` names hosts (``host`` or ``host:port``) that may lie inside our own network. ``timeout`` is what
    one connection and one read may take, ``deadline`` what everything may take.

    Raises: FetchRefused, FetchFailed.
    """
    clock = Deadline(monotonic() + deadline, monotonic)
    headers = {"Accept": accept or "*/*", "Accept-Encoding": "gzip, deflate", "User-Agent": "kjc-distributor"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    with foreign_session(allow_private, clock) as session:
        for _ in range(MAX_REDIRECTS + 1):
            host = _checked(url)
            with _opened(session, url, headers, timeout, host, sleep) as response:
                target = session.get_redirect_target(response)
                if response.status_code in _REDIRECTS and target:
                    url = urljoin(url, target)
                    continue
                return _answer(response, url, host, max_bytes, clock, conditional=bool(etag or last_modified))
    raise FetchRefused(f"{host} leitet zu oft weiter (mehr als {MAX_REDIRECTS} Mal).", code="fetch.redirects")


class _ConnectFailed(FetchFailed):
    """No connection came about; nothing was sent."""


def _checked(url: str) -> str:
    """Return the host that ``url`` names. Raises: FetchRefused where it is no http(s) address."""
    try:
        parts = urlsplit(url)
        host, valid_port = parts.hostname or "", parts.port != 0
    except ValueError:
        host, valid_port = "", False
    if not host or not valid_port or parts.scheme.lower() not in {"http", "https"}:
        raise FetchRefused("Die Adresse ist keine vollständige http- oder https-Adresse.", code="fetch.address")
    return host


def _opened(
    session: requests.Session,
    url: str,
    headers: dict[str, str],
    timeout: tuple[float, float],
    host: str,
    sleep: Callable[[float], None],
) -> requests.Response:
    def attempt() -> requests.Response:
        try:
            return session.get(url, headers=headers, timeout=timeout, stream=True, allow_redirects=False)
        except PrivateHost:
            text = f"{host} liegt im eigenen Netz und wird nicht abgerufen."
            raise FetchRefused(text, code="fetch.private") from None
        except requests.exceptions.SSLError as error:
            text = f"Die verschlüsselte Verbindung zu {host} ist nicht vertrauenswürdig (Zertifikat prüfen lassen)."
            raise FetchFailed(text, detail=_said(error)) from None
        except requests.exceptions.ConnectionError as error:
            text = f"{host} ist nicht erreichbar; es wird später erneut versucht."
            raise _ConnectFailed(text, detail=_said(error)) from None
        except (requests.Timeout, TimeoutError) as error:
            raise FetchFailed(f"{host} antwortet nicht rechtzeitig.", detail=_said(error)) from None
        except (requests.exceptions.InvalidURL, UnicodeError, ValueError) as error:
            text = "Die Adresse ist keine gültige http- oder https-Adresse."
            raise FetchRefused(text, code="fetch.address") from error
        except (requests.RequestException, HTTPError, OSError) as error:
            raise FetchFailed(f"{host} hat nicht verständlich geantwortet.", detail=_said(error)) from None

    once_more = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(2),
        wait=tenacity.wait_fixed(RETRY_AFTER),
        retry=tenacity.retry_if_exception_type(_ConnectFailed),
        sleep=sleep,
        reraise=True,
    )
    return once_more(attempt)


def _answer(
    response: requests.Response, url: str, host: str, max_bytes: int, clock: Deadline, *, conditional: bool
) -> Fetched:
    status = response.status_code
    if status >= 500 or status in _PASSING:
        text = f"{host} ist gerade gestört (Antwort {status}); es wird später erneut versucht."
        raise FetchFailed(text, detail=f"HTTP {status}", retry_after=_retry_after(response))
    if status != 200 and not (status == 304 and conditional):
        text = f"{host} gibt den Inhalt nicht heraus (Antwort {status}); bitte die Adresse prüfen."
        raise FetchRefused(text, code=f"fetch.status_{status}")
    body = b"" if status == 304 else _body(response, host, max_bytes, clock)
    return Fetched(
        url=url,
        status=status,
        body=body,
        content_type=response.headers.get("Content-Type", ""),
        etag=response.headers.get("ETag", ""),
        last_modified=response.headers.get("Last-Modified", ""),
    )


def _body(response: requests.Response, host: str, max_bytes: int, clock: Deadline) -> bytes:
    too_large = FetchRefused(
        f"Der Inhalt von {host} ist größer als erlaubt ({max_bytes:,} Bytes).", code="fetch.too_large"
    )
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length[:18]) > max_bytes:
        raise too_large
    body = bytearray()
    try:
        for piece in _pieces(response, clock):
            body += piece
            if len(body) > max_bytes:
                raise too_large
    except (TimeoutError, ReadTimeoutError) as error:
        raise FetchFailed(f"{host} liefert den Inhalt zu langsam.", detail=_said(error)) from None
    except (HTTPError, requests.RequestException, OSError) as error:
        text = f"Die Übertragung von {host} brach ab; es wird später erneut versucht."
        raise FetchFailed(text, detail=_said(error)) from None
    return bytes(body)


def _pieces(response: requests.Response, clock: Deadline) -> Iterator[bytes]:
    """Yield the decompressed body as it arrives: ``read1`` never waits for more than one packet."""
    while piece := response.raw.read1(_CHUNK, decode_content=True):
        clock.left()
        yield piece


def _retry_after(response: requests.Response) -> float | None:
    written = response.headers.get("Retry-After", "").strip()
    return float(written) if written.isascii() and written.isdigit() and len(written) < 7 else None


def _said(error: Exception) -> str:
    """Return what went wrong by its names only: addresses in messages may carry passwords."""
    cause = error.args[0] if error.args else None
    inner = getattr(cause, "reason", cause)
    return " ".join(type(one).__name__ for one in (error, inner) if isinstance(one, Exception))
