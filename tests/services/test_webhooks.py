"""Webhooks: told once, signed as Standard Webhooks say, again until heard, never inside our own network by mistake."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from distributor.domain import Refused
from distributor.services import approving, recalling, webhooks
from distributor.services.webhooks import GIVEN_UP, KINDS
from tests.services.conftest import Reaches
from tests.support.world import World


class Ear:
    """A program that listens on this machine and answers what it is told to."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.answer = 204
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                ear.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(ear.answer)
                if ear.answer == 302:
                    self.send_header("Location", "/anderswo")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    @property
    def told(self) -> list[tuple[str, dict[str, Any]]]:
        read = [json.loads(body) for _, body in self.heard]
        return [(each["type"], each["data"]) for each in read]


@pytest.fixture
def ear() -> Iterator[Ear]:
    found = Ear()
    yield found
    found.server.shutdown()
    found.server.server_close()


Adds = Callable[..., tuple[int, str]]


@pytest.fixture
def adds(ear: Ear) -> Adds:
    def add(world: World, organisation: str = "", kinds: tuple[str, ...] = KINDS) -> tuple[int, str]:
        settings = world.deps.settings
        object.__setattr__(settings, "allow_private", settings.allow_private | {ear.url.split("/")[2]})
        return webhooks.add(world.deps, world.person("betrieb"), ear.url, kinds, organisation, world.clock.now())

    return add


def test_what_becomes_of_a_post_is_told_once_and_signed(reaches: Reaches, ear: Ear, adds: Adds) -> None:
    world = reaches("awaiting", "x")
    _, secret = adds(world)
    assert webhooks.tend(world.deps, world.clock.now) == 0, "what was before is nobody's business"
    [post] = world.posts()
    approving.approve(world.deps, world.person("fulda"), post["id"], world.clock.now(), digest=post["digest"])
    world.runs_until(world.due(post["id"]) + timedelta(minutes=5))
    webhooks.tend(world.deps, world.clock.now)
    webhooks.tend(world.deps, world.clock.now)
    [(kind, said)] = ear.told
    [shown] = world.posts()
    assert kind == "post.published"
    assert (said["post"], said["organisation"], said["channel"], said["state"]) == (
        post["id"],
        "fulda",
        "x",
        "published",
    )
    assert said["url"] == shown["receipt"]["url"]
    headers, body = ear.heard[0]
    marked = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, marked, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert int(headers["webhook-timestamp"]) == int(world.clock.now().timestamp())

    recalling.recall(world.deps, world.person("fulda"), post["id"], world.clock.now(), reason="Frau Muster")
    webhooks.tend(world.deps, world.clock.now)
    assert [kind for kind, _ in ear.told] == ["post.published", "post.recalled"]
    assert b"Muster" not in ear.heard[-1][1]


def test_it_is_told_again_until_it_is_heard_and_later_each_time(reaches: Reaches, ear: Ear, adds: Adds) -> None:
    world = reaches("awaiting", "x")
    number, _ = adds(world)
    [post] = world.posts()
    ear.answer = 500
    recalling.recall(world.deps, world.person("fulda"), post["id"], world.clock.now())
    waits = []
    for _ in range(4):
        heard = len(ear.heard)
        began = world.clock.now()
        while len(ear.heard) == heard:
            webhooks.tend(world.deps, world.clock.now)
            world.clock.advance(seconds=30)
        waits.append((world.clock.now() - began).total_seconds() - 30)
    assert waits == [0, 0, 30, 90]
    [row] = webhooks.listed(world.deps)
    assert (row["id"], row["waiting"], row["trouble"]) == (number, 1, "Die Adresse antwortet mit 500.")
    ear.answer = 200
    world.clock.advance(hours=1)
    with world.deps.store.read() as session:
        [finding] = webhooks.examine(session, world.clock.now())
    assert finding.text.startswith(
        f"Webhook {number} hört seit über einer Stunde nicht: Die Adresse antwortet mit 500."
    )
    webhooks.tend(world.deps, world.clock.now)
    [row] = webhooks.listed(world.deps)
    assert (row["waiting"], row["trouble"]) == (0, "")
    with world.deps.store.read() as session:
        assert webhooks.examine(session, world.clock.now()) == []
    assert len({headers["webhook-id"] for headers, _ in ear.heard}) == 1
    assert len({body for _, body in ear.heard}) == 1


def test_after_three_days_nobody_is_told_any_more(reaches: Reaches, ear: Ear, adds: Adds) -> None:
    world = reaches("awaiting", "x")
    adds(world)
    ear.answer = 302
    [post] = world.posts()
    recalling.recall(world.deps, world.person("fulda"), post["id"], world.clock.now())
    webhooks.tend(world.deps, world.clock.now)
    world.clock.advance(seconds=GIVEN_UP.total_seconds() + 1)
    webhooks.tend(world.deps, world.clock.now)
    world.clock.advance(days=1)
    webhooks.tend(world.deps, world.clock.now)
    assert len(ear.heard) == 2, "a redirect is not followed, and is no yes"
    assert webhooks.listed(world.deps)[0]["waiting"] == 0


def test_only_what_was_asked_for_and_only_the_own_jobcenters(reaches: Reaches, ear: Ear, adds: Adds) -> None:
    world = reaches("awaiting", "x", organisations=("fulda", "wiesbaden"))
    adds(world, "wiesbaden")
    adds(world, kinds=("failed",))
    for post in world.posts():
        recalling.recall(world.deps, world.person(post["organisation"]), post["id"], world.clock.now())
    webhooks.tend(world.deps, world.clock.now)
    assert [(kind, said["organisation"]) for kind, said in ear.told] == [("post.recalled", "wiesbaden")]


def test_an_address_inside_our_network_is_not_spoken_to(reaches: Reaches, ear: Ear) -> None:
    world = reaches("awaiting", "x")
    object.__setattr__(world.deps.settings, "allow_private", frozenset())
    operator, now = world.person("betrieb"), world.clock.now()
    for url in (ear.url, "ftp://a.example", "https://a:b@c.example", "https:///x", "https://a.example/#x"):
        with pytest.raises(Refused):
            webhooks.add(world.deps, operator, url, KINDS, "", now)
    with pytest.raises(Refused, match="Betrieb"):
        webhooks.add(world.deps, world.person("fulda"), "https://a.example/", KINDS, "", now)
    number, _ = webhooks.add(world.deps, operator, ear.url.replace("http:", "https:"), KINDS, "", now)
    with pytest.raises(Refused, match="liegt im eigenen Netz"):
        webhooks.try_out(world.deps, operator, number, world.clock.now)
    assert ear.heard == []


def test_a_probe_is_sent_at_once_and_a_removed_address_hears_no_more(reaches: Reaches, ear: Ear, adds: Adds) -> None:
    world = reaches("awaiting", "x")
    number, _ = adds(world)
    webhooks.try_out(world.deps, world.person("betrieb"), number, world.clock.now)
    assert [kind for kind, _ in ear.told] == ["post.test"]
    webhooks.remove(world.deps, world.person("betrieb"), number, world.clock.now())
    [post] = world.posts()
    recalling.recall(world.deps, world.person("fulda"), post["id"], world.clock.now())
    webhooks.tend(world.deps, world.clock.now)
    assert len(ear.heard) == 1
    assert webhooks.listed(world.deps) == []
