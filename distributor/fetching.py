"""One safe way to a foreign address: GET for feeds and media, POST of a form to a hub. The bytes are no matter here.

Foreign means hostile until shown otherwise: only http and https, no address inside our own network, no endless answer
in bytes or in time, no proxy, cookie or password of ours. How a host is looked up and checked is ``_foreign_hosts``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
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
_PERMANENT = frozenset({301, 308})
_KEEPS_METHOD = frozenset({307, 308})
_HEADERS = {"Accept-Encoding": "gzip, deflate", "User-Agent": "kjc-distributor"}
_PASSING = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer with status 200, or 304 with an empty body.

    ``url`` is where the redirects led, ``moved_to`` how far of that is permanent (301, 308); ``link`` and
    ``cache_control`` are the headers of these names.
    """

    url: str
    status: int
    body: bytes
    content_type: str
    etag: str
    last_modified: str
    moved_to: str = ""
    link: str = ""
    cache_control: str = ""


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
    headers = {**_HEADERS, "Accept": accept or "*/*"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    with foreign_session(allow_private, clock) as session:
        asked = _Asked(session, "GET", headers, timeout, sleep)
        with _followed(asked, url, _REDIRECTS) as (response, at, moved_to):
            return _answer(response, at, max_bytes, clock, moved_to, conditional=bool(etag or last_modified))


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file that has come whole; ``etag`` and ``last_modified`` tell later whether it changed."""

    etag: str
    last_modified: str


def load(
    url: str,
    part: Path,
    *,
    allow_private: Collection[str] = (),
    max_bytes: int,
    timeout: tuple[float, float] = (5, 20),
    deadline: float = 600.0,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Loaded:
    """GET ``url`` into the file ``part``, going on where an earlier try broke off if the server says it is the same.

    What came before a failure stays in ``part`` for the next try. Else as :func:`fetch`.
    Raises: FetchRefused, FetchFailed.
    """
    clock, note = Deadline(monotonic() + deadline, monotonic), part.with_suffix(".same")
    same = note.read_text(encoding="ascii") if note.exists() and part.exists() else ""
    have = part.stat().st_size if same else 0
    headers = {**_HEADERS, "Accept": "*/*", "Accept-Encoding": "identity"}
    if have:
        headers |= {"Range": f"bytes={have}-", "If-Range": same}
    with foreign_session(allow_private, clock) as session:
        asked = _Asked(session, "GET", headers, timeout, sleep)
        with _followed(asked, url, _REDIRECTS) as (response, at, _moved):
            goes_on = response.status_code == 206 and _starts_at(response, have)
            if response.status_code in (206, 416) and not goes_on:
                part.unlink(missing_ok=True)
                raise FetchFailed(f"{_checked(at)} setzt die Übertragung nicht fort; sie beginnt von vorn.")
            if response.status_code not in (200, 206):
                raise _no_answer(response, _checked(at))
            tag, modified = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
            strong = tag if tag and not tag.startswith("W/") else modified
            note.write_text(strong if strong.isascii() else "", encoding="ascii")
            with part.open("ab" if goes_on else "wb") as file:
                _pour(response, _checked(at), max_bytes - (have if goes_on else 0), clock, file.write)
    note.unlink(missing_ok=True)
    return Loaded(tag, modified)


def _starts_at(response: requests.Response, have: int) -> bool:
    return response.headers.get("Content-Range", "").startswith(f"bytes {have}-")


def post_form(
    url: str,
    form: Mapping[str, str],
    *,
    allow_private: Collection[str] = (),
    timeout: tuple[float, float] = (5, 20),
    deadline: float = 30.0,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """POST a form to ``url`` and return if it was accepted (any 2xx); the answer's body is not read.

    Redirects that keep the method (307, 308) are followed. Raises: FetchRefused, FetchFailed.
    """
    _post(url, form, _HEADERS, allow_private, timeout, Deadline(monotonic() + deadline, monotonic), sleep)


def post_json(
    url: str,
    document: Mapping[str, object],
    *,
    allow_private: Collection[str] = (),
    timeout: tuple[float, float] = (5, 20),
    deadline: float = 30.0,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """POST a JSON document to ``url``; else as :func:`post_form`. Raises: FetchRefused, FetchFailed."""
    headers = {**_HEADERS, "Content-Type": "application/json"}
    body = json.dumps(document, ensure_ascii=False).encode()
    _post(url, body, headers, allow_private, timeout, Deadline(monotonic() + deadline, monotonic), sleep)


def _post(
    url: str,
    body: Mapping[str, str] | bytes,
    headers: Mapping[str, str],
    allow_private: Collection[str],
    timeout: tuple[float, float],
    clock: Deadline,
    sleep: Callable[[float], None],
) -> None:
    with foreign_session(allow_private, clock) as session:
        asked = _Asked(session, "POST", headers, timeout, sleep, body)
        with _followed(asked, url, _KEEPS_METHOD) as (response, at, _):
            if not 200 <= response.status_code < 300:
                raise _no_answer(response, _checked(at))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is sent at each hop of the way."""

    session: requests.Session
    method: str
    headers: Mapping[str, str]
    timeout: tuple[float, float]
    sleep: Callable[[float], None]
    body: Mapping[str, str] | bytes | None = None


@contextmanager
def _followed(asked: _Asked, url: str, followed: Collection[int]) -> Iterator[tuple[requests.Response, str, str]]:
    """Give the answer at the end of the redirects, its address, and where those led that are permanent from the start.

    Each hop is looked up and checked like the first.
    """
    moved_to, permanent, host = "", True, ""
    for _ in range(MAX_REDIRECTS + 1):
        host = _checked(url)
        with _opened(asked, url, host) as response:
            target = asked.session.get_redirect_target(response)
            if response.status_code not in followed or not target:
                yield response, url, moved_to
                return
            permanent = permanent and response.status_code in _PERMANENT
            url = urljoin(url, target)
            moved_to = url if permanent else moved_to
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


def _opened(asked: _Asked, url: str, host: str) -> requests.Response:
    def attempt() -> requests.Response:
        try:
            return asked.session.request(
                asked.method,
                url,
                headers=dict(asked.headers),
                data=asked.body,
                timeout=asked.timeout,
                stream=True,
                allow_redirects=False,
            )
        except PrivateHost:
            text = f"{host} liegt im eigenen Netz und wird nicht abgerufen."
            raise FetchRefused(text, code="fetch.private") from None
        except requests.exceptions.SSLError as error:
            text = f"Die verschlüsselte Verbindung zu {host} ist nicht vertrauenswürdig (Zertifikat prüfen lassen)."
            raise FetchFailed(text, detail=_said(error)) from None
        except requests.exceptions.ConnectionError as error:
            text = f"{host} ist nicht erreichbar."
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
        sleep=asked.sleep,
        reraise=True,
    )
    return once_more(attempt)


def _answer(
    response: requests.Response, url: str, max_bytes: int, clock: Deadline, moved_to: str, *, conditional: bool
) -> Fetched:
    status, host = response.status_code, _checked(url)
    if status != 200 and not (status == 304 and conditional):
        raise _no_answer(response, host)
    body = b"" if status == 304 else _body(response, host, max_bytes, clock)
    return Fetched(
        url=url,
        status=status,
        body=body,
        content_type=response.headers.get("Content-Type", ""),
        etag=response.headers.get("ETag", ""),
        last_modified=response.headers.get("Last-Modified", ""),
        moved_to=moved_to,
        link=response.headers.get("Link", ""),
        cache_control=response.headers.get("Cache-Control", ""),
    )


def _no_answer(response: requests.Response, host: str) -> FetchFailed | FetchRefused:
    status = response.status_code
    if status >= 500 or status in _PASSING:
        text = f"{host} ist gerade gestört (Antwort {status})."
        return FetchFailed(text, detail=f"HTTP {status}", retry_after=_retry_after(response))
    text = f"{host} gibt den Inhalt nicht heraus (Antwort {status}); bitte die Adresse prüfen."
    return FetchRefused(text, code=f"fetch.status_{status}")


def _body(response: requests.Response, host: str, max_bytes: int, clock: Deadline) -> bytes:
    body = bytearray()
    _pour(response, host, max_bytes, clock, body.extend)
    return bytes(body)


def _pour(
    response: requests.Response, host: str, max_bytes: int, clock: Deadline, write: Callable[[bytes], object]
) -> None:
    """Hand on the body as it arrives, at most ``max_bytes``, and no less than the answer said it would be."""
    too_large = FetchRefused(
        f"Der Inhalt von {host} ist größer als erlaubt ({max_bytes:,} Bytes).", code="fetch.too_large"
    )
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length[:18]) > max_bytes:
        raise too_large
    come = 0
    try:
        for piece in _pieces(response, clock):
            come += len(piece)
            if come > max_bytes:
                raise too_large
            write(piece)
    except (TimeoutError, ReadTimeoutError) as error:
        raise FetchFailed(f"{host} liefert den Inhalt zu langsam.", detail=_said(error)) from None
    except (HTTPError, requests.RequestException, OSError) as error:
        text = f"Die Übertragung von {host} brach ab."
        raise FetchFailed(text, detail=_said(error)) from None


def _pieces(response: requests.Response, clock: Deadline) -> Iterator[bytes]:
    """Yield the decompressed body as it arrives: ``read1`` never waits for more than one packet."""
    while piece := response.raw.read1(_CHUNK, decode_content=True):
        clock.left()
        yield piece


def _retry_after(response: requests.Response) -> float | None:
    """Return the wait in seconds (RFC 9110, 10.2.3); a date counts from the answer's own, as clocks differ."""
    written = response.headers.get("Retry-After", "").strip()
    if written.isascii() and written.isdigit() and len(written) < 7:
        return float(written)
    try:
        until, sent = parsedate_to_datetime(written), parsedate_to_datetime(response.headers.get("Date", ""))
        return max(0.0, (until - sent).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _said(error: Exception) -> str:
    """Return what went wrong by its names only: addresses in messages may carry passwords."""
    cause = error.args[0] if error.args else None
    inner = getattr(cause, "reason", cause)
    return " ".join(type(one).__name__ for one in (error, inner) if isinstance(one, Exception))
