"""An X account on the wire, its pictures, and the answers X gives."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from connectors._http import GuardedSession
from connectors.base import Access, Medium, Order, RemotePost
from connectors.x import connector

API = "https://api.x.com"
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
FIELDS = {
    "consumer_key": "CK-public-part",
    "consumer_secret": "CS-very-secret",
    "access_token": "12-AT-very-secret",
    "access_token_secret": "ATS-very-secret",
    "user_id": "12",
}


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def order() -> Order:
    return Order(key="k1", code="Ab12", due_at=NOW)


@pytest.fixture
def session() -> Iterator[GuardedSession]:
    with GuardedSession() as session:
        yield session


@pytest.fixture
def access(session: GuardedSession) -> Access:
    return Access(account="kjc-fulda", fields=FIELDS, urls={"api": API}, session=session, now=NOW)


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as wire:
        yield wire


@pytest.fixture
def picture() -> Callable[..., Medium]:
    def make(sha256: str = "aa", alt: str = "Ein Bild", **other: Any) -> Medium:
        return Medium(sha256=sha256, mime="image/jpeg", width=1200, height=675, size=4, alt=alt, **other)

    return make


@pytest.fixture
def post() -> Callable[..., RemotePost]:
    def make(
        text: str = "Ausbildung? So geht’s.\nhttps://kjc.de/s/Ab12", link: str = "https://kjc.de/s/Ab12", *media: Medium
    ) -> RemotePost:
        return RemotePost(channel="x", form="feed", text=text, link=link, media=media)

    return make


@pytest.fixture
def media() -> Any:
    class Media:
        def read(self, sha256: str) -> bytes:
            return f"bytes of {sha256}".encode()

        def url(self, sha256: str) -> str:
            raise AssertionError("X takes bytes, not addresses")

    return Media()


@pytest.fixture
def problem() -> Callable[..., dict[str, Any]]:
    """X's error document, as keyword arguments for a wire answer."""

    def make(status: int, title: str, detail: str = "", **more: Any) -> dict[str, Any]:
        body = {"title": title, "detail": detail or title, "type": "about:blank", "status": status, **more}
        return {"status": status, "body": json.dumps(body), "content_type": "application/problem+json"}

    return make


@pytest.fixture
def x() -> Any:
    return connector
