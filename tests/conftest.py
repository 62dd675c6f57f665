"""Fixtures for all rooms: databases of both kinds, the sandbox, and a world on top of them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from hypothesis import HealthCheck, settings
from starlette.applications import Starlette
from starlette.routing import Mount

from connectors.sandbox.portal import app as portal
from connectors.sandbox.server import build, running
from connectors.sandbox.state import Options
from distributor import log
from distributor.media.links import mime_of, verify
from distributor.services import films
from distributor.store import migrations
from distributor.store.engine import Store
from tests.support.databases import Databases, PostgresDatabases, SqliteFiles, Stores, settle
from tests.support.films import Remembered
from tests.support.postgres import NoPostgres, Server
from tests.support.world import START, THREE, Kept, World

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
"""How long one example takes says how busy the machine is; what must be quick is measured by its processor time."""


EVERYTHING = bool(os.environ.get("DISTRIBUTOR_TEST_ALL_FAULTS"))
"""``make test-faults`` and ``make test-simulation`` run all; ``make test`` what is not marked ``long``."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long ones out unless everything is wanted."""
    if EVERYTHING:
        return
    left_out = {item for item in items if item.get_closest_marker("long") is not None}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's own DISTRIBUTOR_ settings reach a test."""
    for name in [name for name in os.environ if name.startswith("DISTRIBUTOR_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server with a migrated template database."""
    try:
        server = Server()
    except NoPostgres as error:
        pytest.skip(f"PostgreSQL is not here: {error}")
    admin = sa.create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE template_kjc"))
    store = Store(server.url("template_kjc"))
    migrations.upgrade(store)
    store.close()
    admin.dispose()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "migrated.sqlite3"
    store = Store(f"sqlite:///{path}")
    migrations.upgrade(store)
    store.close()
    settle(path)
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Where a test gets databases of each kind from."""
    made: Databases
    if request.param == "sqlite":
        made = SqliteFiles(request.getfixturevalue("sqlite_template"))
    else:
        made = PostgresDatabases(request.getfixturevalue("postgres"))
    yield made
    made.drop()


@pytest.fixture
def database_url(databases: Databases) -> str:
    """A migrated, empty database of each kind."""
    return databases.new()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store on each kind of database."""
    made = Store(database_url)
    yield made
    made.close()


@pytest.fixture(scope="session")
def served_sandbox() -> Iterator[tuple[Starlette, str]]:
    """The one sandbox of the session: starting and stopping it costs more than most tests."""
    app = build()
    with running(app) as base:
        yield app, base


@pytest.fixture
def sandbox(served_sandbox: tuple[Starlette, str]) -> str:
    """A sandbox as on the first day, with its portal, both at the worlds' time; gives its address."""
    app, base = served_sandbox
    held = app.state.world
    held.reset(keep_accounts=False)
    held.options = Options()
    held.clock.set(START)
    [mount] = [route for route in app.routes if isinstance(route, Mount) and route.path == "/portal"]
    mount.app = portal.build(held.clock.now)
    return base


@pytest.fixture(scope="session", autouse=True)
def films_made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let worlds that want the same film of the same file share one: encoding costs more than most tests."""
    with pytest.MonkeyPatch.context() as patch:
        made = Remembered(films.transcode, tmp_path_factory.mktemp("films"))
        patch.setattr(films, "transcode", made)
        yield


@pytest.fixture(scope="session")
def served_media() -> Iterator[tuple[str, list[World]]]:
    """The public address of the present world's media, served from its cache under its signed names."""
    present: list[World] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rsplit("/", 1)[-1]
            deps = present[0].deps
            sha256 = verify(name, now=present[0].clock.now(), key=deps.vault.signing_key())
            body = deps.cache.read(sha256) if sha256 else b""
            self.send_response(200 if sha256 else 404)
            self.send_header("Content-Type", mime_of(name) if sha256 else "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", present
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def stores() -> Stores:
    """The worlds' stores, kept from test to test."""
    return Stores()


@pytest.fixture
def make_world(
    request: pytest.FixtureRequest,
    databases: Databases,
    stores: Stores,
    tmp_path: Path,
    sandbox: str,
    served_media: tuple[str, list[World]],
) -> Iterator[Callable[..., World]]:
    """Make a world, with the Organisations and channels a test names, or as one was kept for later."""
    made: list[World] = []
    log.configure("json", quiet=True)

    def make(kept: Kept | None = None, **chosen: Any) -> World:
        url = databases.new(kept.database) if kept else request.getfixturevalue("database_url")
        made.append(World(url, tmp_path / f"data{len(made)}", sandbox, served_media[0], stores, kept=kept, **chosen))
        served_media[1][:] = made[-1:]
        return made[-1]

    yield make
    for world in made:
        world.close()
    structlog.reset_defaults()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """Two Jobcenter on three channels: what is told of one item is three posts a Jobcenter, however many there are."""
    return make_world(channels=THREE)
