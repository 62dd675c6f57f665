"""Fetching a foreign address: what is let in, what is refused, and what is tried again later."""

from __future__ import annotations

import gzip
import itertools
import json
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from distributor import _foreign_hosts, fetching
from distributor.fetching import FetchFailed, FetchRefused, fetch, post_form, post_json


def get(site, path: str = "/feed", **more):
    more.setdefault("allow_private", {site.host})
    more.setdefault("max_bytes", 100_000)
    more.setdefault("sleep", lambda _: None)
    return fetch(site.url(path), **more)


def test_an_answer_comes_with_its_validators(site):
    site.says(b"<rss/>", headers={"Content-Type": "text/xml", "ETag": '"7"', "Last-Modified": "Sat, 21 Nov 2026"})

    fetched = get(site)

    assert (fetched.status, fetched.body, fetched.content_type) == (200, b"<rss/>", "text/xml")
    assert (fetched.etag, fetched.last_modified, fetched.url) == ('"7"', "Sat, 21 Nov 2026", site.url())


def test_the_validators_are_sent_back_and_304_is_an_answer(site):
    site.says(status=304)

    fetched = get(site, etag='"7"', last_modified="Sat, 21 Nov 2026")

    asked = site.asked[0][1]
    assert (fetched.status, fetched.body) == (304, b"")
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"7"', "Sat, 21 Nov 2026")


def test_a_304_that_nobody_asked_for_is_refused(site):
    site.says(status=304)

    with pytest.raises(FetchRefused, match="304"):
        get(site)


def test_a_compressed_answer_is_unpacked(site):
    site.says(gzip.compress(b"x" * 5000), headers={"Content-Encoding": "gzip"})

    assert get(site).body == b"x" * 5000


def test_a_gzip_bomb_is_refused_by_its_unpacked_size(site):
    site.says(gzip.compress(b"\0" * 11_000_000), headers={"Content-Encoding": "gzip"})

    with pytest.raises(FetchRefused, match="größer als erlaubt"):
        get(site, max_bytes=10_000_000)


def test_a_layered_gzip_bomb_is_refused_too(site):
    site.says(gzip.compress(gzip.compress(b"\0" * 50_000_000)), headers={"Content-Encoding": "gzip, gzip"})

    with pytest.raises(FetchRefused, match="größer als erlaubt"):
        get(site, max_bytes=10_000_000)


def test_a_long_body_is_refused_before_it_is_read(site):
    site.says(b"x" * 2000)

    with pytest.raises(FetchRefused) as refused:
        get(site, max_bytes=1000)

    assert refused.value.code == "fetch.too_large"


def test_a_body_of_exactly_the_limit_is_accepted(site):
    site.says(b"x" * 1000)

    assert len(get(site, max_bytes=1000).body) == 1000


def test_a_redirect_is_followed_and_the_last_address_kept(site):
    site.redirects("/alt", "/feed")
    site.says(b"neu")

    fetched = get(site, "/alt")

    assert (fetched.body, fetched.url) == (b"neu", site.url())


@pytest.mark.parametrize(
    ("hops", "moved_to"), [([301], "/1"), ([308, 301], "/2"), ([301, 302, 301], "/1"), ([302, 301], ""), ([], "")]
)
def test_how_far_the_way_is_permanent_is_told(site, hops, moved_to):
    for number, status in enumerate(hops):
        site.redirects(f"/{number}", f"/{number + 1}", status=status)
    site.says(b"da", path=f"/{len(hops)}")

    assert get(site, "/0").moved_to == (site.url(moved_to) if moved_to else "")


def test_what_the_answer_says_of_links_and_freshness_is_told(site):
    site.says(b"da", headers={"Link": "</hub>; rel=hub", "Cache-Control": "max-age=60"})

    fetched = get(site)

    assert (fetched.link, fetched.cache_control) == ("</hub>; rel=hub", "max-age=60")


def test_five_redirects_are_followed_and_six_are_not(site):
    for step in range(6):
        site.redirects(f"/{step}", f"/{step + 1}")
    site.says(b"da", path="/6")

    assert get(site, "/1").body == b"da"
    with pytest.raises(FetchRefused, match="leitet zu oft weiter"):
        get(site, "/0")


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "http://2130706433/",
        "http://0/",
        "http://100.64.0.1/",
        "http://localhost:1/",
    ],
)
def test_a_redirect_to_a_private_address_is_refused(site, target):
    site.redirects("/feed", target)

    with pytest.raises(FetchRefused) as refused:
        get(site)

    assert refused.value.code == "fetch.private"


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://portal.example/", "gopher://portal.example/", "http://:80/"]
)
def test_a_redirect_to_something_else_than_http_is_refused(site, target):
    site.redirects("/feed", target)

    with pytest.raises(FetchRefused) as refused:
        get(site)

    assert refused.value.code == "fetch.address"


def test_a_private_host_is_refused_unless_it_is_named_with_or_without_its_port(site):
    site.says(b"da")

    with pytest.raises(FetchRefused, match="eigenen Netz"):
        get(site, allow_private=())
    with pytest.raises(FetchRefused, match="eigenen Netz"):
        get(site, allow_private={"127.0.0.1:1", "portal.example"})
    assert get(site, allow_private={"127.0.0.1"}).body == b"da"
    assert get(site, allow_private={site.host}).body == b"da"
    assert len(site.asked) == 2


@pytest.mark.parametrize(
    "url", ["", "feed.xml", "ftp://portal.example/x", "http://portal.example:0/", "http://[::1", "http:///x"]
)
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(FetchRefused) as refused:
        fetch(url, max_bytes=10)

    assert refused.value.code == "fetch.address"


def looked_up_as(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    asked: list[str] = []
    turns = iter(answers)

    def lookup(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(turns), port))]

    monkeypatch.setattr(_foreign_hosts.socket, "getaddrinfo", lookup)
    return asked


def test_the_checked_address_is_the_one_connected_to(site, monkeypatch):
    site.says(b"da")
    asked = looked_up_as(monkeypatch, "127.0.0.1")

    fetched = fetch(f"http://portal.example:{site.port}/feed", allow_private={"portal.example"}, max_bytes=10)

    assert fetched.body == b"da"
    assert asked == ["portal.example"]
    assert site.asked[0][1]["Host"] == f"portal.example:{site.port}"


def test_a_name_that_leads_into_our_network_is_refused_after_one_look(monkeypatch):
    asked = looked_up_as(monkeypatch, "192.168.0.1", "93.184.216.34")

    with pytest.raises(FetchRefused, match=r"portal\.example liegt im eigenen Netz"):
        fetch("http://portal.example/feed", max_bytes=10)

    assert asked == ["portal.example"]


@pytest.mark.parametrize("status", [401, 403, 404, 410, 204, 206])
def test_a_refusal_of_the_server_is_for_a_person(site, status):
    site.says(status=status)

    with pytest.raises(FetchRefused, match=str(status)) as refused:
        get(site)

    assert refused.value.code == f"fetch.status_{status}"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_a_disturbance_passes_and_carries_the_wait(site, status):
    site.says(status=status, headers={"Retry-After": "120"})

    with pytest.raises(FetchFailed, match=str(status)) as failed:
        get(site)

    assert failed.value.retry_after == 120


@pytest.mark.parametrize(
    ("date", "retry_after", "wait"),
    [
        ("Mon, 23 Nov 2026 08:00:00 GMT", "Mon, 23 Nov 2026 11:00:00 GMT", 10_800),
        ("Mon, 23 Nov 2026 08:00:00 GMT", "Mon, 23 Nov 2026 07:00:00 GMT", 0),
        ("", "Mon, 23 Nov 2026 11:00:00 GMT", None),
        ("Mon, 23 Nov 2026 08:00:00 GMT", "bald", None),
        ("Mon, 23 Nov 2026 08:00:00 GMT", "", None),
    ],
)
def test_a_wait_until_a_date_counts_from_the_answers_own(site, date, retry_after, wait):
    def busy(request: BaseHTTPRequestHandler) -> None:
        lines = f"HTTP/1.1 503 x\r\nDate: {date}\r\nRetry-After: {retry_after}\r\nContent-Length: 0\r\n\r\n"
        request.wfile.write(lines.encode())

    site.does(busy)

    with pytest.raises(FetchFailed) as failed:
        get(site)

    assert failed.value.retry_after == wait


def test_what_is_said_of_a_failure_promises_no_further_try(site):
    site.says(status=503)
    with pytest.raises(FetchFailed) as failed:
        get(site)

    assert failed.value.text == f"{site.host.partition(':')[0]} ist gerade gestört (Antwort 503)."


class TestPostingAForm:
    def post(self, site, path="/hub", **more):
        post_form(site.url(path), {"hub.mode": "subscribe", "x": "ä&="}, allow_private={site.host}, **more)

    def test_sends_it_and_is_done_with_any_acceptance(self, site):
        for status in (200, 202, 204):
            site.says(b"" if status == 204 else b"ok", path="/hub", status=status)
            self.post(site)

        assert site.sent == [b"hub.mode=subscribe&x=%C3%A4%26%3D"] * 3
        assert site.asked[0][1]["Content-Type"] == "application/x-www-form-urlencoded"

    def test_follows_redirects_that_keep_the_method_and_no_others(self, site):
        site.redirects("/hub", "/neu", status=307)
        site.says(path="/neu", status=202)
        self.post(site)
        assert len(site.sent) == 2

        site.redirects("/hub", "/neu", status=302)
        with pytest.raises(FetchRefused):
            self.post(site)

    @pytest.mark.parametrize("target", ["http://169.254.169.254/", "http://[::1]/", "file:///etc/passwd"])
    def test_leads_into_no_network_of_ours(self, site, target):
        site.redirects("/hub", target, status=308)

        with pytest.raises(FetchRefused):
            self.post(site)

    @pytest.mark.parametrize(("status", "error"), [(400, FetchRefused), (503, FetchFailed)])
    def test_raises_what_the_hub_says(self, site, status, error):
        site.says(path="/hub", status=status)

        with pytest.raises(error, match=str(status)):
            self.post(site)

    def test_sends_json_the_same_way(self, site):
        site.says(path="/hub", status=204)

        post_json(site.url("/hub"), {"guid": "ü"}, allow_private={site.host})

        assert json.loads(site.sent[0]) == {"guid": "ü"}
        assert site.asked[0][1]["Content-Type"] == "application/json"
        with pytest.raises(FetchRefused):
            post_json(site.url("/hub"), {"guid": "ü"})

    def test_reads_no_endless_answer(self, site):
        def endless(request: BaseHTTPRequestHandler) -> None:
            request.send_response(202)
            request.end_headers()
            for _ in range(100_000):
                request.wfile.write(b"x" * 1000)

        site.does(endless, path="/hub")

        self.post(site)


def test_no_connection_is_tried_once_more_after_a_short_wait():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    waits: list[float] = []

    with pytest.raises(FetchFailed, match="nicht erreichbar"):
        fetch(f"http://127.0.0.1:{port}/", allow_private={"127.0.0.1"}, max_bytes=10, sleep=waits.append)

    assert waits == [0.5]


def ticking(step: float) -> Callable[[], float]:
    ticks = itertools.count(0, step)
    return lambda: next(ticks)


def drip(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000000")
    request.end_headers()
    for _ in range(1_000_000):
        request.wfile.write(b"x")


def test_a_body_that_drips_is_given_up_at_the_deadline(site):
    site.does(drip)

    with pytest.raises(FetchFailed, match=r"zu langsam|rechtzeitig"):
        get(site, monotonic=ticking(1), deadline=10, max_bytes=10_000_000)


def test_headers_that_drip_are_given_up_at_the_deadline(site):
    def endless(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nX-A: ")
        for _ in range(60_000):
            request.wfile.write(b"x")

    site.does(endless)

    with pytest.raises(FetchFailed):
        get(site, monotonic=ticking(4), deadline=10)


def test_a_silent_server_is_given_up(site):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]

        with pytest.raises(FetchFailed, match="antwortet nicht rechtzeitig"):
            fetch(f"http://127.0.0.1:{port}/", allow_private={"127.0.0.1"}, max_bytes=10, timeout=(1, 0.05))


def test_a_body_shorter_than_announced_is_no_body(site):
    def cut(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100")
        request.end_headers()
        request.wfile.write(b"<rss>")

    site.does(cut)

    with pytest.raises(FetchFailed, match="brach ab"):
        get(site)


def test_no_password_stands_in_what_is_said(site):
    site.says(status=404)
    url = f"http://person:geheim@{site.host}/feed"

    with pytest.raises(FetchRefused) as refused:
        fetch(url, allow_private={site.host}, max_bytes=10)

    assert "geheim" not in f"{refused.value} {refused.value.text!r}"
    assert site.asked[0][1]["Authorization"].startswith("Basic ")


def test_the_environments_proxy_is_not_asked(site, monkeypatch):
    site.says(b"da")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    assert get(site).body == b"da"


def certificate(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.mark.parametrize(("asked", "trusted"), [("portal.example", True), ("anders.example", False)])
def test_the_certificate_is_checked_against_the_name_and_not_the_address(
    tls_site, monkeypatch, tmp_path, asked, trusted
):
    file = certificate(tmp_path, "portal.example")
    site = tls_site(file)
    site.says(b"da")
    looked_up_as(monkeypatch, "127.0.0.1")
    real = fetching.foreign_session

    def trusting(*args, **kwargs):
        session = real(*args, **kwargs)
        session.verify = str(file)
        return session

    monkeypatch.setattr(fetching, "foreign_session", trusting)
    url = f"https://{asked}:{site.port}/feed"

    if trusted:
        assert fetch(url, allow_private={asked}, max_bytes=10).body == b"da"
    else:
        with pytest.raises(FetchFailed, match="nicht vertrauenswürdig"):
            fetch(url, allow_private={asked}, max_bytes=10)
