"""A platform that says what it is told to say, and one sample account and post per channel.

A channel needs one file here, ``samples/<channel>.json``:

- ``fields``: what an account of this channel supplies; ``{host}`` becomes the pretended platform's address;
- ``stage``: the data of a Stage, ``receipt``: the remote id of a public post;
- ``calls_nothing``: abilities that need no call at all on this channel;
- ``door``, where a channel logs in first: the login's ``path``, the abilities that it comes ``before``, the answer that
  lets in, and the secrets in it;
- ``rejected``: the ``ability`` by which the platform refuses content, and its answer then; ``before`` are its answers
  to what is asked first, by a word of the request;
- ``published``, ``unauthorised``, ``throttled``: the platform's answers (``status``, ``headers``, ``body``) to a
  release that worked (with the ``remote_id`` it proves), to a dead token, and to one call too many. Where nobody is
  called at all there is only that ``remote_id``.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from connectors import discover
from connectors._http import GuardedSession
from connectors.base import Access, Connector, Medium, Order, Receipt, RemotePost, Variant
from connectors.sandbox.server import build, running
from tests.contract.life import Life
from tests.support.channels import WIRED

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
ABILITIES = ("whoami", "stage", "release", "unstage", "find", "retract")
SAMPLES = Path(__file__).parent / "samples"


class Platform:
    """One canned answer for every request, or one made from it; None hangs up after the whole request was read.

    ``door`` is a login that lets in, whatever the answer is; who knocks there is noted in ``knocks`` alone.
    """

    def __init__(self) -> None:
        self.door: dict[str, Any] | None = None
        self.knocks: list[str] = []
        self.answer: dict[str, Any] | Callable[[str], dict[str, Any]] | None = None
        self.requests: list[str] = []
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def _take(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                heard = f"{self.path}\n{self.headers}\n{self.rfile.read(length).decode(errors='replace')}"
                if platform.door is not None and self.path == platform.door["path"]:
                    platform.knocks.append(f"{self.command} {self.path}")
                    self._give(platform.door["answer"])
                    return
                platform.requests.append(f"{self.command} {self.path}")
                if platform.answer is None:
                    return
                self._give(platform.answer(heard) if callable(platform.answer) else platform.answer)

            def _give(self, answer: dict[str, Any]) -> None:
                body = answer.get("body", "")
                content = (body if isinstance(body, str) else json.dumps(body)).encode()
                self.send_response(answer.get("status", 200))
                for name, value in answer.get("headers", {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = _take

            def log_message(self, *args: Any) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()


class Media:
    """A cache that holds whatever it is asked for."""

    def read(self, sha256: str) -> bytes:
        return f"picture {sha256}".encode()

    def url(self, sha256: str) -> str:
        return f"https://media.kjc.example/{sha256}.jpg?sig=1"


class Office:
    """One sample account of one channel: calls each ability as the service would."""

    def __init__(
        self, connector: Connector, sample: dict[str, Any], session: GuardedSession, platform: Platform
    ) -> None:
        self.connector = connector
        self.sample = sample
        self.session = session
        self.platform = platform
        self.host = platform.url
        self.order = Order(key="delivery-1", code="Ab12", due_at=NOW)
        self.door_opens = True

    @property
    def access(self) -> Access:
        fields = {name: value.replace("{host}", self.host) for name, value in self.sample["fields"].items()}
        urls = dict.fromkeys(self.connector.hosts, self.host)
        return Access("kjc-fulda", fields, urls, self.session, NOW, "https://kjc.example/kjc/fulda")

    @property
    def secrets(self) -> list[str]:
        fields = self.access.fields
        ours = [fields[field.name] for field in self.connector.fields if field.secret and fields.get(field.name)]
        return [*ours, *self.sample.get("door", {}).get("secrets", ())]

    @property
    def post(self) -> RemotePost:
        return self.connector.render(variant(max(1, self.connector.limits.pictures.at_least)))

    def calls(self, ability: str) -> bool:
        return ability not in self.sample.get("calls_nothing", ())

    def use(self, ability: str) -> Any:
        """Call one ability with sample arguments; one that the channel does not have does nothing."""
        connector: Any = self.connector
        if not hasattr(connector, ability):
            return None
        door = self.sample.get("door")
        self.platform.door = door if door and self.door_opens and ability in door["before"] else None
        stage, order, post = self.sample["stage"], self.order, self.post
        uses: dict[str, Callable[[], Any]] = {
            "whoami": lambda: connector.whoami(self.access),
            "stage": lambda: connector.stage(self.access, post, Media(), order, None),
            "release": lambda: connector.release(self.access, post, stage, order),
            "unstage": lambda: connector.unstage(self.access, stage),
            "find": lambda: connector.find(self.access, post, stage, order, NOW - timedelta(minutes=5), ()),
            "retract": lambda: connector.retract(self.access, Receipt(self.sample["receipt"], "", NOW)),
        }
        return uses[ability]()


def variant(pictures: int, text: str = "Ausbildung gesucht? Wir helfen beim Bewerben.") -> Variant:
    """Return what an Item became, with so many pictures that every channel takes."""
    media = tuple(
        Medium(sha256=f"{number:064x}", mime="image/jpeg", width=1080, height=1080, size=90_000, alt=f"Bild {number}")
        for number in range(pictures)
    )
    return Variant(title="Ausbildung", text=text, link="https://kjc.example/s/Ab12", media=media)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "channel" in metafunc.fixturenames:
        metafunc.parametrize("channel", WIRED if "life" in metafunc.fixturenames else sorted(discover()))
    if "ability" in metafunc.fixturenames:
        metafunc.parametrize("ability", ABILITIES)


@pytest.fixture
def connector(channel: str) -> Connector:
    return discover()[channel]


@pytest.fixture
def sample(channel: str) -> dict[str, Any]:
    folders = (SAMPLES, *map(Path, filter(None, [os.environ.get("MORE_SAMPLES")])))
    path = next((path for folder in folders if (path := folder / f"{channel}.json").exists()), None)
    if path is None:
        pytest.fail(f"The channel {channel!r} has no sample: write tests/contract/samples/{channel}.json after x.json.")
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


@pytest.fixture
def platform() -> Iterator[Platform]:
    platform = Platform()
    yield platform
    platform.close()


@pytest.fixture
def office(connector: Connector, sample: dict[str, Any], platform: Platform) -> Iterator[Office]:
    with GuardedSession() as session:
        yield Office(connector, sample, session, platform)


@pytest.fixture
def closed_host() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def variant_of() -> Callable[..., Variant]:
    return variant


@pytest.fixture(scope="session")
def sandbox_base() -> Iterator[str]:
    with running(build()) as base:
        yield base


@pytest.fixture
def life(connector: Connector, sandbox_base: str) -> Iterator[Life]:
    with GuardedSession() as session:
        yield Life(connector, sandbox_base, session)
