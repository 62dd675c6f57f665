"""The server that an account names itself: its address, and who may be called at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from connectors._http import GuardedSession
from connectors._own_server import address
from connectors.base import Access, Connector, Unauthorised
from connectors.bluesky import connector as bluesky
from connectors.mastodon import connector as mastodon

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
FIELDS = {
    "mastodon": {"username": "kjc_fulda", "access_token": "MT-secret"},
    "bluesky": {"handle": "kjc.example", "app_password": "abcd-efgh-ijkl-mnop"},
}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://social.example/", "https://social.example"),
        ("social.example", "https://social.example"),
        ("https://social.example:8443", "https://social.example:8443"),
        ("http://127.0.0.1:8700/mastodon", "http://127.0.0.1:8700/mastodon"),
    ],
)
def test_an_address_is_read_as_people_write_it(written: str, read: str) -> None:
    assert address(written, "Mastodon") == read


@pytest.mark.parametrize(
    "written",
    [
        "",
        "http://social.example",
        "ftp://social.example",
        "https://user:pass@social.example",
        "https://social.example?a=1",
        "https://social.example#a",
        "https://",
        "https://social.example:99999",
        "https://söcial.example",
        "https://social.example/ x",
        "https://[::1",
    ],
)
def test_an_address_to_which_no_token_should_go_is_refused(written: str) -> None:
    with pytest.raises(Unauthorised, match="nicht brauchbar"):
        address(written, "Mastodon")


def access(connector: Connector, server: str, inside: frozenset[str] | None) -> Access:
    fields = {**FIELDS[connector.channel], "server": server}
    return Access("fulda", fields, {}, GuardedSession(inside=inside), NOW)


@pytest.mark.parametrize("connector", [mastodon, bluesky], ids=["mastodon", "bluesky"])
def test_a_server_inside_our_own_network_is_not_called_unless_it_is_named(connector: Connector, listening: str) -> None:
    with pytest.raises(Unauthorised, match="im eigenen Netz"):
        connector.whoami(access(connector, listening, frozenset({"portal.example"})))
    host = listening.removeprefix("http://")
    for named in (frozenset({host}), frozenset({"127.0.0.1"}), None):
        with pytest.raises(Exception, match=r"gestört oder antwortet") as told:
            connector.whoami(access(connector, listening, named))
        assert "im eigenen Netz" not in str(told.value)


@pytest.mark.parametrize("connector", [mastodon, bluesky], ids=["mastodon", "bluesky"])
def test_what_is_missing_is_named(connector: Connector) -> None:
    with pytest.raises(Unauthorised, match="fehlen Angaben"):
        connector.whoami(Access("fulda", {}, {}, GuardedSession(), NOW))


@pytest.fixture
def listening() -> Iterator[str]:
    """A server on this machine that is out of order."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503)
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)
    server.server_close()
