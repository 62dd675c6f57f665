"""The sample portal with a clock that a test turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from connectors.sandbox.portal.app import build


@dataclass
class Clock:
    """The portal's time."""

    now: datetime = field(default=datetime(2026, 11, 23, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: float) -> None:
        """Let time pass."""
        self.now += timedelta(**amount)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def portal(clock: Clock) -> Iterator[TestClient]:
    """A browser at the portal's door."""
    with TestClient(build(clock), base_url="http://portal.example:8001") as client:
        yield client
