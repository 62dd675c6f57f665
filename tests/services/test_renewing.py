"""An access that ends is made to live longer before anybody is warned, where the network lets us."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from structlog.testing import capture_logs

from distributor import log
from distributor.services import accounts, renewing, views
from distributor.store.posts import events
from tests.support.world import SETUP, World

APP = {"app_id": "5", "app_secret": "app-secret"}
KEYS = {"token": "EAAB-page", "user_token": "EAAB-person"}


@pytest.fixture
def world(reaches: Callable[..., World]) -> World:
    """A world with one Instagram account, whose user token ends in forty days."""
    found = reaches("scheduled", "instagram")
    enter(found, {**KEYS, **APP})
    platform_says(found, ends_in=40)
    return found


def account(world: World) -> dict[str, Any]:
    [found] = views.account_list(world.deps)
    return found


def enter(world: World, fields: dict[str, str]) -> None:
    name = account(world)["name"]
    accounts.add_account(world.deps, SETUP, "fulda", "instagram", name, fields, world.clock.now())


def platform_knows(world: World, **told: Any) -> None:
    """Let the network know the account by these keys from now on."""
    document = {"channel": "instagram", "id": account(world)["fields"]["ig_user_id"], **APP, **KEYS, **told}
    requests.post(f"{world.network.base}/_accounts", json=document, timeout=5).raise_for_status()


def platform_says(world: World, ends_in: int) -> None:
    """Let the network give the account a user token that ends in so many days, and ask it."""
    platform_knows(world, ends=int((world.clock.now() + timedelta(days=ends_in)).timestamp()))
    accounts.check(world.deps, account(world)["id"], world.clock.now)


def user_token(world: World) -> str:
    with world.deps.store.read() as session:
        row, _ = accounts.account_of(session, account(world)["id"])
        return accounts.fields_of(world.deps, session, row)["user_token"]


def told(world: World, what: str) -> int:
    with world.deps.store.read() as session:
        return [event.what for event in events(session, "account", account(world)["id"])].count(what)


def test_an_access_that_ends_in_forty_days_is_renewed_and_nobody_is_warned(world: World) -> None:
    before = account(world)["ends_at"]
    assert renewing.renew_due(world.deps, world.clock.now) == 1

    assert user_token(world) != KEYS["user_token"]
    assert account(world)["ends_at"] > before
    assert told(world, "account.renewed") == 1
    assert renewing.renew_due(world.deps, world.clock.now) == 0
    for _ in range(300):
        world.clock.advance(days=1)
        accounts.check_due(world.deps, world.clock.now)
        renewing.renew_due(world.deps, world.clock.now)
    assert told(world, "account.ending") == 0
    assert told(world, "account.renewed") > 10
    assert account(world)["paused_at"] is None


def test_one_that_ends_later_is_left_alone(world: World) -> None:
    platform_says(world, ends_in=41)

    assert renewing.renew_due(world.deps, world.clock.now) == 0
    assert user_token(world) == KEYS["user_token"]


def is_away(world: World) -> None:
    world.network.suffers("error", status=503, every=1)


def says_no(world: World) -> None:
    platform_knows(world, user_token="another")


@pytest.mark.parametrize("trouble", [is_away, says_no])
def test_where_the_network_is_away_or_says_no_the_key_stays_and_its_people_are_warned(
    trouble: Callable[[World], None], world: World
) -> None:
    world.clock.advance(days=10)
    trouble(world)

    assert renewing.renew_due(world.deps, world.clock.now) == 0
    accounts.warn(world.deps, world.clock.now())

    assert user_token(world) == KEYS["user_token"]
    assert told(world, "account.ending") == 1
    assert told(world, "account.renewed") == 0


def test_one_that_has_ended_takes_a_person(world: World) -> None:
    world.clock.advance(days=40)

    assert renewing.renew_due(world.deps, world.clock.now) == 0
    assert user_token(world) == KEYS["user_token"]


def test_without_the_apps_keys_it_takes_a_person(world: World) -> None:
    enter(world, {"app_id": "", "app_secret": ""})

    assert renewing.renew_due(world.deps, world.clock.now) == 0
    assert user_token(world) == KEYS["user_token"]


def test_keys_that_somebody_enters_meanwhile_are_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    connector = world.deps.connector("instagram")
    asked = type(connector).renew

    def renew(self: Any, access: Any) -> Any:
        fresh = asked(self, access)
        enter(world, {"user_token": "entered-by-hand"})
        return fresh

    monkeypatch.setattr(type(connector), "renew", renew)

    assert renewing.renew_due(world.deps, world.clock.now) == 0
    assert user_token(world) == "entered-by-hand"


@pytest.mark.parametrize("trouble", [is_away, says_no])
def test_no_key_stands_in_what_is_logged_of_a_failure(trouble: Callable[[World], None], world: World) -> None:
    trouble(world)
    log.configure("json")
    with capture_logs() as logged:
        renewing.renew_due(world.deps, world.clock.now)

    said = str(logged)
    assert "access_not_renewed" in said
    for secret in (*KEYS.values(), APP["app_secret"], user_token(world)):
        assert secret not in said
