"""What an account may do and until when: asked once a day, kept, told in time; a dead access holds its account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests

from distributor.services import accounts, health, views
from distributor.services.health import Finding
from distributor.store.posts import events
from distributor.store.tables import AccountRow
from distributor.wording import stamp
from tests.support.world import SETUP, World

APP = "5"
KEYS = {"page_token": "EAAB-page", "app_secret": "app-secret"}


@pytest.fixture
def world(reaches: Callable[..., World]) -> World:
    """A world with one Facebook account whose app may look into its token."""
    found = reaches("scheduled", "facebook")
    given = {"app_id": APP, **KEYS}
    name, remote = _account(found)["name"], _account(found)["fields"]["page_id"]
    accounts.add_account(found.deps, SETUP, "fulda", "facebook", name, given, found.clock.now())
    platform_says(found, remote)
    return found


def _account(world: World) -> dict[str, Any]:
    [account] = views.account_list(world.deps)
    return account


def platform_says(world: World, remote: str = "", **told: Any) -> None:
    """Let the network grant the account's token something else from now on."""
    remote = remote or _account(world)["fields"]["page_id"]
    keys = {"token": KEYS["page_token"], "app_secret": KEYS["app_secret"], "app_id": APP}
    document = {"channel": "facebook", "id": remote, **keys, **told}
    requests.post(f"{world.network.base}/_accounts", json=document, timeout=5).raise_for_status()


def finding(world: World) -> Finding:
    [found] = [each for each in health.examine(world.deps, world.clock.now()) if each.subject.startswith("Konto")]
    return found


def warnings(world: World) -> list[str]:
    with world.deps.store.read() as session:
        told = events(session, "account", _account(world)["id"])
        return [event.reason for event in told if event.what == "account.ending"]


def test_a_sound_account_is_asked_about_once_a_day(world: World) -> None:
    world.clock.advance(days=1)

    assert accounts.check_due(world.deps, world.clock.now) == 1
    assert accounts.check_due(world.deps, world.clock.now) == 0
    world.clock.advance(hours=23)
    assert accounts.check_due(world.deps, world.clock.now) == 0
    world.clock.advance(hours=1)
    assert accounts.check_due(world.deps, world.clock.now) == 1
    assert finding(world).ok
    assert warnings(world) == []


def test_what_the_access_does_not_allow_is_told_with_the_remedy(world: World) -> None:
    platform_says(world, lacks="pages_manage_posts")

    checked = accounts.check(world.deps, _account(world)["id"], world.clock.now)

    assert checked.identity is not None
    assert checked.identity.lacks == ("Posts veröffentlichen und löschen (pages_manage_posts)",)
    assert _account(world)["lacks"] == ["Posts veröffentlichen und löschen (pages_manage_posts)"]
    assert not finding(world).ok
    assert "Posts veröffentlichen" in finding(world).text
    assert "accounts set" in finding(world).text

    platform_says(world)
    accounts.check(world.deps, _account(world)["id"], world.clock.now)
    assert finding(world).ok


def test_an_access_that_ends_is_told_of_thirty_fourteen_and_three_days_before_each_once(world: World) -> None:
    end = world.clock.now() + timedelta(days=40)
    platform_says(world, ends=int(end.timestamp()))
    accounts.check(world.deps, _account(world)["id"], world.clock.now)
    seen = []

    for day in range(40):
        accounts.warn(world.deps, world.clock.now())
        accounts.warn(world.deps, world.clock.now())
        seen.append((40 - day, list(warnings(world)), finding(world)))
        world.clock.advance(days=1)

    told = {left: reasons for left, reasons, _ in seen}
    assert told[31] == []
    assert told[30] == told[15] == ["days.30"]
    assert told[14] == told[4] == ["days.30", "days.14"]
    assert told[3] == told[1] == ["days.30", "days.14", "days.3"]
    assert {left: (found.ok, found.grave) for left, _, found in seen if left in (31, 30, 4, 3)} == {
        31: (True, False),
        30: (False, False),
        4: (False, False),
        3: (False, True),
    }
    assert "endet am" in seen[-1][2].text


def test_a_renewed_access_is_warned_about_anew(world: World) -> None:
    number = _account(world)["id"]
    for days in (2, 20):
        end = world.clock.now() + timedelta(days=days)
        platform_says(world, ends=int(end.timestamp()))
        accounts.check(world.deps, number, world.clock.now)
        accounts.warn(world.deps, world.clock.now())

    assert warnings(world) == ["days.3", "days.30"]


def test_a_dead_access_pauses_its_account_and_its_people_are_told_once(world: World) -> None:
    number = _account(world)["id"]
    world.network.suffers("revoke_token", channel="facebook", account=_account(world)["fields"]["page_id"])

    first = accounts.check(world.deps, number, world.clock.now)
    again = accounts.check(world.deps, number, world.clock.now)

    assert first.dead
    assert again.dead
    assert _account(world)["paused_at"] is not None
    with world.deps.store.read() as session:
        assert [event.what for event in events(session, "account", number)].count("account.paused") == 1
    world.clock.advance(days=2)
    assert accounts.check_due(world.deps, world.clock.now) == 0


def test_a_network_that_is_away_changes_nothing(world: World) -> None:
    number = _account(world)["id"]
    before = _account(world)
    world.network.suffers("error", channel="facebook", status=503, every=1)

    checked = accounts.check(world.deps, number, world.clock.now)

    assert checked.identity is None
    assert not checked.dead
    assert _account(world) == before


def test_an_account_that_cannot_be_read_keeps_no_other_from_being_asked_about(world: World) -> None:
    broken = accounts.add_account(
        world.deps, SETUP, "fulda", "facebook", "zweite", {"page_id": "1", "page_token": "x"}, world.clock.now()
    )
    with world.deps.store.write() as session:
        session.get_one(AccountRow, broken).secrets = b"gAAAAAB-not-ours"
        session.get_one(AccountRow, broken).checked_at = None
    world.clock.advance(days=1)

    accounts.check_due(world.deps, world.clock.now)

    asked = {row["name"]: row["checked_at"] for row in views.account_list(world.deps)}
    assert asked.pop("zweite") is None
    [at] = asked.values()
    assert at == stamp(world.clock.now())
