"""The guarded way out, proved against a socket that notes every byte."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from connectors import discover
from connectors._http import TIMEOUT, UNDELIVERED, GuardedSession, not_answered, redact
from connectors.base import OutcomeUnknown, Unavailable, Withheld

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Host:
    """Accepts connections one after another, notes what arrives, and does as told once a request is whole."""

    def __init__(self, encrypts: ssl.SSLContext | None = None) -> None:
        self._encrypts = encrypts
        self.received = b""
        self.connections = 0
        self.answers: list[bytes] = []
        self.resets = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def url(self) -> str:
        scheme = "https" if self._encrypts else "http"
        return f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}/"

    def close(self) -> None:
        """Read what has already arrived, then end."""
        self._ends.set()
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except TimeoutError:
                if self._ends.is_set():
                    return
                continue
            self.connections += 1
            with self._encrypts.wrap_socket(peer, server_side=True) if self._encrypts else peer as stream:
                stream.settimeout(0.05)
                self._talk(stream)

    def _talk(self, peer: socket.socket) -> None:
        seen = b""
        while True:
            try:
                piece = peer.recv(65536)
            except TimeoutError:
                if self._ends.is_set():
                    return
                continue
            except ConnectionError:
                return
            if not piece:
                return
            seen += piece
            self.received += piece
            if not _whole(seen):
                continue
            seen = b""
            if self.resets:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            peer.sendall(self.answers.pop(0) if self.answers else OK)


def _whole(seen: bytes) -> bool:
    head, separator, body = seen.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-l")), 0
    )
    return bool(separator) and len(body) >= length


@pytest.fixture
def host() -> Iterator[Host]:
    host = Host()
    yield host
    host.close()


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"


def test_it_keeps_what_the_platform_calls_its_answers(host: Host) -> None:
    session = GuardedSession()
    host.answers += [OK.replace(b"\r\n\r\n", b"\r\nX-FB-Trace-ID: " + b"A" * 300 + b"\r\n\r\n"), OK]

    session.get(host.url)
    session.get(host.url)

    assert session.request_ids == ["A" * 100]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for 127.0.0.1 that signs itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + signed.public_bytes(Encoding.PEM)
    path = tmp_path / "host.pem"
    path.write_bytes(pem)
    return path


@pytest.fixture
def guarded() -> Iterator[Callable[..., GuardedSession]]:
    opened: list[GuardedSession] = []

    def make(last_look: Callable[[], None] | None = None) -> GuardedSession:
        opened.append(GuardedSession(last_look))
        return opened[-1]

    yield make
    for session in opened:
        session.close()


def forbids_after(writes: int) -> Callable[[], None]:
    """Return a last look that allows so many writes and forbids the next."""
    left = [writes]

    def look() -> None:
        if not left[0]:
            raise Withheld("gestoppt")
        left[0] -= 1

    return look


def test_a_look_that_forbids_lets_no_byte_out(host: Host, guarded: Callable[..., GuardedSession]) -> None:
    session = guarded(forbids_after(0))
    with pytest.raises(Withheld):
        session.post(host.url, data=b"body")
    assert session.left is False
    session.close()
    host.close()
    assert host.connections == 1
    assert host.received == b""


def test_the_look_comes_after_the_connection_stands(guarded: Callable[..., GuardedSession]) -> None:
    looks: list[int] = []
    with pytest.raises(requests.ConnectionError):
        guarded(lambda: looks.append(1)).get(closed_port())
    assert looks == []


def test_headers_and_body_at_hand_are_one_write_behind_one_look(
    host: Host, guarded: Callable[..., GuardedSession]
) -> None:
    looks: list[int] = []
    assert guarded(lambda: looks.append(len(looks))).post(host.url, data=b"body").text == "ok"
    assert looks == [0]
    assert host.received.endswith(b"\r\n\r\nbody")


def in_pieces() -> Iterator[bytes]:
    yield from (b"one", b"two")


def test_a_body_that_comes_in_pieces_is_looked_at_before_each(
    host: Host, guarded: Callable[..., GuardedSession]
) -> None:
    looks: list[int] = []
    guarded(lambda: looks.append(len(looks))).post(host.url, data=in_pieces())
    assert looks == list(range(len(looks)))
    assert len(looks) >= 3


def test_a_look_that_forbids_a_piece_tells_that_bytes_left(host: Host, guarded: Callable[..., GuardedSession]) -> None:
    session = guarded(forbids_after(1))
    with pytest.raises(Withheld):
        session.post(host.url, data=in_pieces())
    assert session.left is True
    session.close()
    host.close()
    assert host.received.startswith(b"POST / HTTP/1.1\r\n")
    assert b"one" not in host.received


def test_a_withheld_request_spoils_no_later_one(host: Host, guarded: Callable[..., GuardedSession]) -> None:
    session = guarded(forbids_after(1))
    with pytest.raises(Withheld):
        session.post(host.url, data=in_pieces())
    session.last_look = None
    assert session.post(host.url, data=b"whole").text == "ok"
    assert host.received.count(b"POST") == 2
    assert host.connections == 2


def test_what_is_withheld_whole_spoils_no_later_one(host: Host, guarded: Callable[..., GuardedSession]) -> None:
    session = guarded(forbids_after(0))
    with pytest.raises(Withheld):
        session.post(host.url, data=b"never")
    session.last_look = None
    assert session.get(host.url).text == "ok"
    assert b"never" not in host.received


def test_a_kept_connection_is_looked_at_too(host: Host, guarded: Callable[..., GuardedSession]) -> None:
    session = guarded(forbids_after(1))
    session.get(host.url)
    with pytest.raises(Withheld):
        session.get(host.url)
    assert session.left is False
    assert host.connections == 1


def test_a_refused_connection_left_nothing_and_is_unavailable(guarded: Callable[..., GuardedSession]) -> None:
    session = guarded()
    with pytest.raises(requests.ConnectionError) as caught:
        session.post(closed_port(), data=b"body")
    assert session.left is False
    assert isinstance(not_answered(caught.value, session, label="X", changes=True), Unavailable)


def test_a_handshake_that_fails_left_nothing(host: Host, guarded: Callable[..., GuardedSession]) -> None:
    session = guarded()
    with pytest.raises(requests.RequestException) as caught:
        session.post(host.url.replace("http://", "https://"), data=b"body", timeout=0.3)
    assert session.left is False
    assert isinstance(not_answered(caught.value, session, label="X", changes=True), Unavailable)
    assert b"POST" not in host.received


def test_an_encrypted_call_is_watched_in_the_same_way(
    certificate: Path, guarded: Callable[..., GuardedSession]
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    host = Host(context)
    try:
        session = guarded(forbids_after(2))
        assert session.post(host.url, data=b"one", verify=str(certificate)).text == "ok"
        with pytest.raises(Withheld):
            session.post(host.url, data=in_pieces(), verify=str(certificate))
        assert session.left is True
        session.last_look = forbids_after(0)
        with pytest.raises(Withheld):
            session.post(host.url, data=b"three", verify=str(certificate))
        assert session.left is False
        session.close()
    finally:
        host.close()
    assert host.received.count(b"POST") == 2
    assert host.received.endswith(b"\r\n\r\n")


def test_a_reset_after_sending_leaves_the_outcome_of_a_change_unknown(
    host: Host, guarded: Callable[..., GuardedSession]
) -> None:
    host.resets = True
    session = guarded()
    with pytest.raises(requests.ConnectionError) as caught:
        session.post(host.url, data=b"body")
    assert session.left is True
    assert isinstance(not_answered(caught.value, session, label="X", changes=True), OutcomeUnknown)
    assert isinstance(not_answered(caught.value, session, label="X", changes=False), Unavailable)
    assert host.received.count(b"POST") == 1


def test_an_answer_that_breaks_off_leaves_the_outcome_unknown(
    host: Host, guarded: Callable[..., GuardedSession]
) -> None:
    host.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhal"]
    session = guarded()
    with pytest.raises(requests.RequestException) as caught:
        session.post(host.url, data=b"body", timeout=(1, 0.2))
    assert isinstance(not_answered(caught.value, session, label="X", changes=True), OutcomeUnknown)


def test_a_request_that_cannot_be_prepared_has_not_left(host: Host, guarded: Callable[..., GuardedSession]) -> None:
    session = guarded()
    session.get(host.url)
    assert session.left is True
    with pytest.raises(requests.RequestException) as caught:
        session.post(host.url, headers={"X-Key": "line\r\nbreak"})
    assert session.left is False
    assert isinstance(not_answered(caught.value, session, label="X", changes=True), Unavailable)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_handed_back_and_not_followed(
    host: Host, guarded: Callable[..., GuardedSession], status: int
) -> None:
    answer = f"HTTP/1.1 {status} Elsewhere\r\nLocation: {host.url}there\r\nContent-Length: 0\r\n\r\n"
    host.answers = [answer.encode()]
    response = guarded().post(host.url, data=b"body", allow_redirects=True)
    assert response.status_code == status
    assert host.received.count(b"HTTP/1.1\r\n") == 1


def test_no_cookie_is_carried_from_one_call_to_the_next(host: Host, guarded: Callable[..., GuardedSession]) -> None:
    host.answers = [b"HTTP/1.1 200 OK\r\nSet-Cookie: guest=7; Path=/\r\nContent-Length: 2\r\n\r\nok"]
    session = guarded()
    session.get(host.url)
    session.get(host.url)
    assert b"cookie" not in host.received.lower()


def test_nothing_of_the_machines_environment_is_used(
    host: Host, guarded: Callable[..., GuardedSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    assert guarded().get(host.url).text == "ok"


@pytest.mark.parametrize(("given", "used"), [({}, TIMEOUT), ({"timeout": None}, TIMEOUT), ({"timeout": 3}, 3)])
def test_a_call_without_a_time_out_gets_one(
    guarded: Callable[..., GuardedSession], monkeypatch: pytest.MonkeyPatch, given: dict[str, object], used: object
) -> None:
    seen: list[object] = []

    def send(self: object, request: object, **kwargs: object) -> requests.Response:
        seen.append(kwargs["timeout"])
        response = requests.Response()
        response.status_code = 200
        response._content = b""
        return response

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    guarded().get("http://127.0.0.1/", **given)
    assert seen == [used]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("https://graph/x?access_token=GEHEIM&fields=id", "GEHEIM"),
        ('{"access_token": "GEHEIM", "a": 1}', "GEHEIM"),
        ("Authorization: Bearer GEHEIM", "GEHEIM"),
        ("{'Authorization': 'Bearer GEHEIM'}", "GEHEIM"),
        ('Authorization: OAuth oauth_consumer_key="GEHEIM", oauth_signature="GEHEIM%3D"', "GEHEIM"),
        ("bearer GEHEIM", "GEHEIM"),
        ("OAuth 2GEHEIM was refused", "2GEHEIM"),
        ("client_secret=GEHEIM", "GEHEIM"),
        ("consumer_secret: GEHEIM", "GEHEIM"),
        ("access_token_secret=GEHEIM", "GEHEIM"),
        ("appsecret_proof=GEHEIM&", "GEHEIM"),
        ("refresh_token=GEHEIM", "GEHEIM"),
    ],
)
def test_credentials_are_redacted(text: str, secret: str) -> None:
    assert secret not in redact(text)
    assert "…" in redact(text)


def test_what_a_caller_names_is_redacted_wherever_it_stands() -> None:
    assert redact("token EAAB-1 of EAAB-1", hide=["EAAB-1", ""]) == "token … of …"


def test_plain_words_stay_and_long_texts_are_cut() -> None:
    assert redact("Error validating access token: the session has expired") == (
        "Error validating access token: the session has expired"
    )
    assert redact("Invalid OAuth access token.") == "Invalid OAuth access token."
    assert len(redact("x" * 900)) == 500


def test_the_detail_of_a_lost_answer_holds_no_token(guarded: Callable[..., GuardedSession]) -> None:
    error = requests.ConnectionError("HTTPConnectionPool: /me?access_token=GEHEIM (Caused by reset)")
    assert "GEHEIM" not in not_answered(error, guarded(), label="X", changes=True).detail


def test_what_the_other_side_never_acknowledges_is_given_up_before_anybody_looks(host: Host) -> None:
    """Else the kernel delivers it when a cut way is mended, after a look has found nothing."""
    pool = GuardedSession().get_adapter(host.url).poolmanager.connection_from_url(host.url)  # type: ignore[attr-defined]
    connection = pool._get_conn()
    connection.connect()
    milliseconds = connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    connection.close()

    assert milliseconds == UNDELIVERED
    assert all(timedelta(milliseconds=milliseconds) < each.timing.settle[0] for each in discover().values())
