"""The channel Mastodon against two servers that nobody here wrote and that speak Mastodon's API.

- snac 2.75 (Debian trixie's package ``snac2``), a real server of the Fediverse: its program's path is in ``SNAC``.
- mastodon-mock 0.6.1 (PyPI), a stateful stand-in with Idempotency-Key: its program's path is in ``MASTODON_MOCK``.

What they do not prove, for neither is Mastodon itself: the key's one hour and its holes, the server's text count, media
that are processed later, rate limits, scopes. snac has no key, no v2 instance and no deletion (404), so with it only
looking tells, and a person deletes; the stand-in neither counts texts nor federates. All that is in the sandbox.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import secrets
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from connectors._http import GuardedSession
from connectors._mastodon_instance import rules_of
from connectors.base import (
    Absent,
    Access,
    ByHand,
    Found,
    Medium,
    NotYet,
    Order,
    OutcomeUnknown,
    Rejected,
    RemotePost,
    Retracted,
    Unauthorised,
    Unavailable,
    Variant,
)
from connectors.mastodon import connector
from tests.support.films import film
from tests.support.unreliable import Unreliable

LINK = "https://kjc.example/s/Ab12"
TEXT = "Über die Brücke 🌉 & <so> geht’s:  Fragt uns!\n\nNoch ein Absatz #Ausbildung"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"

mastodon: Any = connector


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def program(variable: str, what: str) -> str:
    path = os.environ.get(variable, "")
    if not path or not Path(path).is_file():
        pytest.skip(f"{variable} names no program of {what}")
    return path


def answering(url: str, running: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and running.poll() is None:
        try:
            requests.get(url, timeout=2)
            return
        except requests.RequestException:
            time.sleep(0.1)
    pytest.fail(f"{url} does not answer")


@dataclass(frozen=True)
class Server:
    """A running server and a token for one account on it."""

    name: str
    url: str
    username: str
    token: str


def _snac(folder: Path) -> Iterator[Server]:
    snac, port = program("SNAC", "snac"), free_port()
    data = folder / "data"
    host = f"127.0.0.1:{port}"
    given = f"127.0.0.1\n{port}\n{host}\n\nadmin@example.org\n"
    subprocess.run([snac, "init", str(data)], input=given.encode(), check=True, capture_output=True)
    added = subprocess.run([snac, "adduser", str(data), "kjc_fulda"], input=b"\nn\n", check=True, capture_output=True)
    found = re.search(r"password is (\S+)", (added.stdout + added.stderr).decode())
    assert found is not None
    settings = data / "server.json"
    settings.write_text(settings.read_text().replace('"protocol": "https"', '"protocol": "http"'))
    running = subprocess.Popen([snac, "httpd", str(data)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://{host}"
    answering(f"{url}/api/v1/instance", running)
    yield Server("snac", url, "kjc_fulda", _token(url, "kjc_fulda", found[1]))
    running.terminate()
    running.wait(timeout=20)


def _token(url: str, login: str, password: str) -> str:
    """Let a person allow an application, as a browser would."""
    app = {"client_name": "distributor", "redirect_uris": OUT_OF_BAND, "scopes": "read write"}
    made = requests.post(f"{url}/api/v1/apps", data=app, timeout=10).json()
    ids = {"client_id": made["client_id"], "client_secret": made["client_secret"]}
    asked = {"client_id": made["client_id"], "redirect_uri": OUT_OF_BAND, "response_type": "code"}
    page = requests.get(f"{url}/oauth/authorize", params={**asked, "scope": "read write"}, timeout=10).text
    action = re.search(r'action="([^"]+)"', page)
    assert action is not None, page[:500]
    form = {"login": login, "passwd": password, "redir": OUT_OF_BAND, "cid": made["client_id"], "state": ""}
    code = requests.post(action[1], data=form, timeout=10).text
    grant = {"grant_type": "authorization_code", "code": code.strip(), "redirect_uri": OUT_OF_BAND, **ids}
    answer = requests.post(f"{url}/oauth/token", data=grant, timeout=10)
    assert answer.ok, (code[:200], answer.text[:200])
    token: str = answer.json()["access_token"]
    return token


def _stand_in(folder: Path) -> Iterator[Server]:
    mock, port = program("MASTODON_MOCK", "mastodon-mock"), free_port()
    running = subprocess.Popen(
        [mock, "serve", "--in-memory", "--host", "127.0.0.1", "--port", str(port)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    answering(f"{url}/api/v2/instance", running)
    yield Server("stand-in", url, "testuser", "mock_token")
    running.terminate()
    running.wait(timeout=20)


SERVERS: dict[str, Callable[[Path], Iterator[Server]]] = {"snac": _snac, "stand-in": _stand_in}


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from SERVERS[request.param](tmp_path_factory.mktemp("server"))


class Media:
    """Holds whatever was put in."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def add(self, colour: str, alt: str) -> Medium:
        made = io.BytesIO()
        Image.new("RGB", (640, 480), colour).save(made, "JPEG")
        sha256 = hashlib.sha256(made.getvalue()).hexdigest()
        self.files[sha256] = made.getvalue()
        return Medium(sha256, "image/jpeg", 640, 480, len(made.getvalue()), alt)

    def read(self, sha256: str) -> bytes:
        return self.files[sha256]

    def url(self, sha256: str) -> str:
        raise AssertionError("Mastodon takes bytes, not addresses")


@dataclass
class There:
    """The account, over a way that may lose what passes."""

    server: Server
    way: Unreliable
    access: Access
    media: Media

    def document(self, text: str, link: str = LINK, *media: Medium) -> RemotePost:
        rendered: RemotePost = mastodon.render(Variant("Titel", text, link, media))
        return rendered

    def staged(self, post: RemotePost, order: Order) -> Any:
        answer = mastodon.stage(self.access, post, self.media, order, None)
        while isinstance(answer, NotYet):
            answer = mastodon.stage(self.access, post, self.media, order, answer.data)
        return answer.data

    def find(self, post: RemotePost, stage: Any, order: Order) -> Found | Absent:
        found: Found | Absent = mastodon.find(self.access, post, stage, order, self.access.now, ())
        return found

    def statuses(self) -> list[dict[str, Any]]:
        """Return what stands on the account, asked without our connector."""
        headers = {"Authorization": f"Bearer {self.server.token}"}
        me = requests.get(f"{self.server.url}/api/v1/accounts/verify_credentials", headers=headers, timeout=10).json()
        url = f"{self.server.url}/api/v1/accounts/{me['id']}/statuses"
        listed: list[dict[str, Any]] = requests.get(url, headers=headers, timeout=10).json()
        return listed


@pytest.fixture
def there(server: Server) -> Iterator[There]:
    way = Unreliable(server.url)
    with GuardedSession() as session:
        fields = {"username": server.username, "server": way.url, "access_token": server.token}
        yield There(server, way, Access("fulda", fields, {}, session, datetime.now(UTC)), Media())
    way.close()


def an_order() -> Order:
    return Order(secrets.token_hex(16), "Ab12", datetime.now(UTC))


def unique(text: str = TEXT) -> tuple[str, str]:
    """Return a text and a link that no other test uses."""
    code = secrets.token_hex(4)
    return f"{text} {code}", f"https://kjc.example/s/{code}"


def test_the_token_opens_the_account_and_another_name_is_noticed(there: There) -> None:
    assert f"@{there.server.username}" in mastodon.whoami(there.access).name
    with pytest.raises(Unauthorised, match="gehört zum Konto"):
        mastodon.whoami(replace(there.access, fields={**there.access.fields, "username": "kjc_kassel"}))


def test_a_wrong_token_opens_nothing(there: There) -> None:
    """Mastodon's own answer is a 401; snac's an empty 422, which tells nobody what is wrong."""
    with pytest.raises(Unauthorised if there.server.name == "stand-in" else Unavailable):
        mastodon.whoami(replace(there.access, fields={**there.access.fields, "access_token": "falsch"}))


def test_the_server_tells_its_limits(there: There) -> None:
    version = 2 if there.server.name == "stand-in" else 1
    rules = rules_of(requests.get(f"{there.server.url}/api/v{version}/instance", timeout=10).json())

    assert rules.text >= 500
    assert rules.keeps_keys is (there.server.name == "stand-in")


def test_a_post_stands_with_its_picture_and_description(there: There) -> None:
    text, link = unique()
    post, order = there.document(text, link, there.media.add("teal", "Zwei Azubis an der Fräse")), an_order()

    receipt = mastodon.release(there.access, post, there.staged(post, order), order)

    status = next(status for status in there.statuses() if status["id"] == receipt.remote_id)
    assert status["visibility"] == "public"
    assert [medium["description"] for medium in status["media_attachments"]] == ["Zwei Azubis an der Fräse"]
    assert link in status["content"]


def test_a_post_stands_with_its_film_and_description(there: There, tmp_path: Path) -> None:
    content = film(tmp_path / "film.mp4", size=(320, 180), seconds=2.0).read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    there.media.files[sha256] = content
    text, link = unique()
    post = there.document(text, link, Medium(sha256, "video/mp4", 320, 180, len(content), "Ein Film vom Hof"))

    order = an_order()
    receipt = mastodon.release(there.access, post, there.staged(post, order), order)

    status = next(status for status in there.statuses() if status["id"] == receipt.remote_id)
    [shown] = status["media_attachments"]
    assert shown["description"] == "Ein Film vom Hof"


@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize("linked", [True, False])
def test_a_killed_connection_is_unknown_and_the_look_tells(there: There, arrives: bool, linked: bool) -> None:
    text, link = unique()
    post, order = there.document(text, link if linked else ""), an_order()
    stage = there.staged(post, order)
    before = len(there.statuses())
    there.way.loses("/api/v1/statuses", arrives=arrives)

    with pytest.raises(OutcomeUnknown):
        mastodon.release(there.access, post, stage, order)

    found = there.find(post, stage, order)
    assert len(there.statuses()) == before + arrives
    if arrives:
        assert isinstance(found, Found)
        assert found.receipt.remote_id == there.statuses()[0]["id"]
    else:
        assert found == Absent(True, "certain" if there.server.name == "stand-in" else "likely")


def test_a_second_release_under_the_key_is_the_same_post_where_the_server_has_keys(there: There) -> None:
    if there.server.name == "snac":
        pytest.skip("snac has no Idempotency-Key; the channel then never repeats by itself")
    text, link = unique()
    post, order = there.document(text, link), an_order()
    stage = there.staged(post, order)

    first = mastodon.release(there.access, post, stage, order)
    before = len(there.statuses())

    assert mastodon.release(there.access, post, stage, order).remote_id == first.remote_id
    assert len(there.statuses()) == before


def test_a_post_is_deleted_or_a_person_is_asked_and_nobody_claims_what_is_not(there: There) -> None:
    text, link = unique()
    post, order = there.document(text, link), an_order()
    receipt = mastodon.release(there.access, post, there.staged(post, order), order)

    answer = mastodon.retract(there.access, receipt)

    stands = receipt.remote_id in {status["id"] for status in there.statuses()}
    assert isinstance(answer, ByHand if stands else Retracted)
    if not stands:
        assert isinstance(mastodon.retract(there.access, receipt), Retracted)


def test_unused_pictures_are_no_trouble(there: There) -> None:
    text, link = unique()
    post = there.document(text, link, there.media.add("navy", "Azubis"))

    mastodon.unstage(there.access, there.staged(post, an_order()))


def test_a_correction_changes_the_status_and_keeps_its_picture(there: There) -> None:
    text, link = unique()
    picture = there.media.add("navy", "Zwei Azubis an der Fräse")
    post, order = there.document(text, link, picture), an_order()
    receipt = mastodon.release(there.access, post, there.staged(post, order), order)
    other = there.document(f"Korrektur: Dieser Post war zuerst falsch. {text}", link, picture)
    now = there.access.now
    assert isinstance(mastodon.stands(there.access, other, receipt.remote_id, now), Absent)

    for _ in range(2):
        assert mastodon.correct(there.access, other, receipt.remote_id).remote_id == receipt.remote_id

    same = receipt.remote_id[-32:]  # snac puts the time of the change before it
    [status] = [each for each in there.statuses() if each["id"].endswith(same)]
    assert "Korrektur: Dieser Post war zuerst falsch." in status["content"]
    assert [medium["description"] for medium in status["media_attachments"]] == ["Zwei Azubis an der Fräse"]
    assert isinstance(mastodon.stands(there.access, other, receipt.remote_id, now), Found)
    with pytest.raises(Rejected if there.server.name == "stand-in" else Unavailable):  # snac's 404 has no document
        mastodon.correct(there.access, other, "999999999999")
