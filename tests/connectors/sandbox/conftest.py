"""A sandbox with three accounts of one Jobcenter, its clock standing still, and pictures that need no network."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from oauthlib.oauth1 import Client as Signer
from PIL import Image
from starlette.testclient import TestClient

from connectors.sandbox.clock import Clock
from connectors.sandbox.pictures import TooLarge, Unfetchable
from connectors.sandbox.server import build
from connectors.sandbox.world import World

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GRAPH = "/graph.facebook.com/v25.0"
PAGE_TOKEN = "page-fulda"
IG_TOKEN = "ig-fulda"
MASTODON_TOKEN = "mastodon-fulda"
APP_PASSWORD = "abcd-efgh-ijkl-mnop"
KEYS = {
    "consumer_key": "ck-fulda",
    "consumer_secret": "cs-fulda",
    "access_token": "at-fulda",
    "access_token_secret": "ats-fulda",
}
ACCOUNTS: list[dict[str, str]] = [
    {"channel": "facebook", "id": "1001", "name": "KJC Fulda", "token": PAGE_TOKEN, "app_id": "77"},
    {"channel": "facebook", "id": "1002", "name": "KJC Kassel", "token": "page-kassel", "app_id": "77"},
    {
        "channel": "instagram",
        "id": "2001",
        "name": "KJC Fulda",
        "username": "kjcfulda",
        "token": IG_TOKEN,
        "user_token": "person",
        "app_id": "77",
        "app_secret": "geheim",
    },
    {"channel": "x", "id": "3001", "name": "KJC Fulda", "username": "kjcfulda", **KEYS},
    {"channel": "mastodon", "id": "kjc_fulda", "name": "KJC Fulda", "token": MASTODON_TOKEN},
    {"channel": "mastodon", "id": "kjc_kassel", "name": "KJC Kassel", "token": "mastodon-kassel"},
    {"channel": "bluesky", "id": "kjc-fulda.bsky.sandbox", "name": "KJC Fulda", "token": APP_PASSWORD},
    {"channel": "bluesky", "id": "kjc-kassel.bsky.sandbox", "name": "KJC Kassel", "token": "kass-kass-kass-kass"},
]


def picture(mode: str = "JPEG", size: tuple[int, int] = (400, 400), colour: str = "teal") -> bytes:
    """Return a picture's bytes."""
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, mode)
    return made.getvalue()


class Hosted:
    """Stands for the media host: what is at which address."""

    def __init__(self) -> None:
        self.at: dict[str, bytes] = {"https://media.example/a.jpg": picture()}
        self.slow: set[str] = set()

    async def fetch(self, url: str, limit: int) -> bytes:
        if url in self.slow:
            raise Unfetchable("slow", slow=True)
        if url not in self.at:
            raise Unfetchable("HTTP 404")
        if len(self.at[url]) > limit:
            raise TooLarge
        return self.at[url]

    def close(self) -> None:
        """Nothing to close."""


@dataclass
class Sandbox:
    """The sandbox as a test drives it."""

    client: TestClient
    world: World
    hosted: Hosted

    def advance(self, **by: float) -> None:
        seconds = (
            by.get("seconds", 0) + 60 * by.get("minutes", 0) + 3600 * by.get("hours", 0) + 86400 * by.get("days", 0)
        )
        assert self.client.post("/_clock", json={"advance": seconds}).status_code == 200

    def graph(self, method: str, path: str, token: str = PAGE_TOKEN, **params: Any) -> Any:
        place = "params" if method in ("GET", "DELETE") else "data"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.client.request(method, f"{GRAPH}/{path}", headers=headers, **{place: params})

    def instagram(self, method: str, path: str, token: str = IG_TOKEN, **params: Any) -> Any:
        return self.graph(method, path, token, **params)

    def x(self, method: str, path: str, keys: dict[str, str] | None = None, **more: Any) -> Any:
        """Send a signed request as tweepy and requests-oauthlib do: JSON and multipart bodies are not signed."""
        client = self.client
        request = client.build_request(method, f"/api.x.com/2/{path}", **more)
        signed = signer(keys or KEYS).sign(str(request.url), method, headers=dict(request.headers))
        request.headers["Authorization"] = signed[1]["Authorization"]
        return client.send(request)

    def tweet(self, text: str, **more: Any) -> Any:
        return self.x("POST", "tweets", json={"text": text, **more})

    def mastodon(self, method: str, path: str, token: str = MASTODON_TOKEN, **more: Any) -> Any:
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **more.pop("headers", {})}
        return self.client.request(method, f"/mastodon/api/{path}", headers=headers, **more)

    def log_in(self, handle: str = "kjc-fulda.bsky.sandbox", password: str = APP_PASSWORD) -> Any:
        body = {"identifier": handle, "password": password}
        return self.client.post("/bluesky/xrpc/com.atproto.server.createSession", json=body)

    def bluesky(self, method: str, name: str, token: str = "", **more: Any) -> Any:
        token = token or self.log_in().json()["accessJwt"]
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        return self.client.request(method, f"/bluesky/xrpc/com.atproto.{name}", headers=headers, **more)

    def fault(self, fault: str, **settings: Any) -> None:
        assert self.client.post("/_faults", json={"fault": fault, **settings}).status_code == 200

    def option(self, **settings: Any) -> None:
        assert self.client.post("/_options", json=settings).status_code == 200

    def ledger(self, **query: str) -> list[dict[str, Any]]:
        return list(self.client.get("/_ledger", params=query).json())


def signer(keys: dict[str, str]) -> Signer:
    """Return an OAuth 1.0a signer."""
    return Signer(
        keys["consumer_key"],
        client_secret=keys["consumer_secret"],
        resource_owner_key=keys["access_token"],
        resource_owner_secret=keys["access_token_secret"],
    )


@pytest.fixture(name="hosted")
def _hosted() -> Hosted:
    return Hosted()


@pytest.fixture(name="sandbox")
def _sandbox(hosted: Hosted) -> Iterator[Sandbox]:
    clock = Clock()
    clock.set(START)
    app = build(clock=clock)
    app.state.world.fetcher.close()
    app.state.world.fetcher = hosted
    with TestClient(app) as client:
        assert client.post("/_accounts", json=ACCOUNTS).json() == {"registered": len(ACCOUNTS)}
        yield Sandbox(client, app.state.world, hosted)


@pytest.fixture(name="make_picture")
def _make_picture() -> Callable[..., bytes]:
    return picture


@pytest.fixture(name="start")
def _start() -> datetime:
    return START


@pytest.fixture(name="keys")
def _keys() -> dict[str, str]:
    return dict(KEYS)


@pytest.fixture(name="accounts")
def _accounts() -> list[dict[str, str]]:
    return [dict(account) for account in ACCOUNTS]


@pytest.fixture(name="sign")
def _sign() -> Callable[[dict[str, str]], Signer]:
    return signer


def code_of(answer: Any) -> tuple[int, int, int]:
    """Return HTTP status, code and subcode of a Graph refusal."""
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("error_subcode", 0)


@pytest.fixture(name="code")
def _code() -> Callable[[Any], tuple[int, int, int]]:
    return code_of
