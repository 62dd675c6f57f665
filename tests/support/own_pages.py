"""A Jobcenter with pages of its own: its account, and clients of the public listener."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.testclient import TestClient

from distributor.services import accounts, tailoring
from distributor.web.public import public_app
from tests.support.world import SETUP, World

CHANNEL = "website"


def opens_pages(world: World, organisation: str = "fulda", **fields: str) -> int:
    """Give a Jobcenter pages of its own, with posts of what is fresh; return the account's number."""
    number = accounts.add_account(world.deps, SETUP, organisation, CHANNEL, "seiten", fields, world.clock.now())
    tailoring.tailor_stale(world.deps, world.clock.now())
    return number


@contextmanager
def reader(deps: Any, clock: Any) -> Iterator[TestClient]:
    """Somebody who reads at the public listener."""
    with TestClient(public_app(deps, clock), base_url=deps.settings.public_url, follow_redirects=False) as client:
        yield client
