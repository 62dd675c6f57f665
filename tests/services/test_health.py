"""Whether the distributor can publish: each finding turns bad when its cause comes and good when it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from distributor.services import accounts, duties, findings, health, stopping, views
from distributor.services.health import Finding
from distributor.services.stopping import Scope
from distributor.store.tables import AccountRow
from distributor.vault import Vault
from tests.support.feeds import rss
from tests.support.plans import plans, statements
from tests.support.world import World


@pytest.fixture
def sound(reaches: Callable[..., World]) -> World:
    """A world in which everything is well."""
    world = reaches("scheduled")
    assert [finding for finding in health.examine(world.deps, world.clock.now()) if not finding.ok] == []
    return world


def bad(world: World) -> list[Finding]:
    return [finding for finding in health.examine(world.deps, world.clock.now()) if not finding.ok]


def the_one(world: World, subject: str, *, grave: bool) -> Finding:
    [finding] = bad(world)
    assert finding.subject.startswith(subject)
    assert finding.grave is grave
    assert len(finding.text) > 10
    return finding


def test_a_missing_key(sound: World) -> None:
    keyless = replace(sound.deps, vault=Vault(""))

    found = [finding for finding in health.examine(keyless, sound.clock.now()) if not finding.ok]

    assert {finding.subject.split()[0] for finding in found} == {"Schlüssel", "Konto"}
    assert next(finding for finding in found if finding.subject == "Schlüssel").grave


def test_a_silent_daemon(sound: World) -> None:
    sound.clock.advance(minutes=3)
    the_one(sound, "Dienst", grave=True)

    sound.ownership.beat(sound.clock.now())
    assert bad(sound) == []


def test_a_post_that_waits_past_its_time(sound: World) -> None:
    sound.clock.set(sound.due() + timedelta(minutes=6))
    sound.ownership.beat(sound.clock.now())
    the_one(sound, "Pünktlichkeit", grave=True)

    sound.works()
    assert bad(sound) == []


def test_a_paused_account(sound: World) -> None:
    account, operator = sound.post()["account_id"], sound.person("betrieb")
    accounts.pause(sound.deps, operator, account, "Umbau", sound.clock.now())
    assert "Umbau" in the_one(sound, "Konto fulda/facebook", grave=False).text

    accounts.go_on(sound.deps, operator, account, sound.clock.now())
    assert bad(sound) == []


def test_an_account_that_lacks_something_or_cannot_be_opened(sound: World) -> None:
    number = sound.post()["account_id"]
    with sound.deps.store.write() as session:
        row = session.get_one(AccountRow, number)
        kept, row.secrets = row.secrets, None
    assert "Es fehlt" in the_one(sound, "Konto fulda/facebook", grave=False).text

    with sound.deps.store.write() as session:
        session.get_one(AccountRow, number).secrets = b"from another key"
    found = {finding.subject.split("/")[0]: finding for finding in bad(sound)}
    assert set(found) == {"Schlüssel", "Konto fulda"}
    assert found["Schlüssel"].grave
    assert all("DISTRIBUTOR_KEY" in finding.text for finding in found.values())

    with sound.deps.store.write() as session:
        session.get_one(AccountRow, number).secrets = kept
    assert bad(sound) == []


def test_a_feed_that_cannot_be_read(sound: World) -> None:
    url = sound.portal.prints("feed.rss", "kein Feed", "text/plain")
    sound.reads_feed(url)
    the_one(sound, f"Feed {url}", grave=False)

    sound.portal.prints("feed.rss", rss())
    sound.reads_feed(url)
    assert bad(sound) == []


def test_a_pulled_brake(sound: World) -> None:
    editor = sound.person("redaktion")
    stopping.stop(sound.deps, editor, Scope(), "Datenpanne", sound.clock.now())
    assert "Datenpanne" in the_one(sound, "Notbremse", grave=False).text

    for person in (editor, sound.person("betrieb")):
        stopping.resume(sound.deps, person, Scope(), sound.clock.now())
    assert bad(sound) == []


def test_a_duty_that_failed(sound: World) -> None:
    def fails() -> None:
        raise RuntimeError

    every = timedelta(minutes=1)
    duties.do(sound.deps, "sweep", every, sound.clock.now, fails)
    the_one(sound, "Aufgabe sweep", grave=False)

    sound.clock.advance(minutes=1)
    duties.do(sound.deps, "sweep", every, sound.clock.now, lambda: None)
    assert bad(sound) == []


def test_a_full_disk(sound: World, monkeypatch: pytest.MonkeyPatch) -> None:
    usage: Any = type("Usage", (), {"free": 1_000_000})
    monkeypatch.setattr(findings.shutil, "disk_usage", lambda _: usage)

    the_one(sound, "Datenordner", grave=True)


def test_a_database_behind_the_program(sound: World) -> None:
    with sound.deps.store.write() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")

    finding = health.examine(sound.deps, sound.clock.now())[-1]

    assert (finding.subject, finding.ok, finding.grave) == ("Datenbank", False, True)
    with sound.deps.store.write() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")


def test_no_feed_at_all(reaches: Callable[..., World]) -> None:
    world = reaches("empty")
    world.deps = replace(world.deps, settings=replace(world.deps.settings, feed_url=""))

    the_one(world, "Feed", grave=False)


def test_a_name_that_nobody_reads_and_an_address_that_is_none(sound: World) -> None:
    given = {**sound.environment, "DISTRIBUTOR_PUBLIK_URL": "x"}
    sound.deps = replace(sound.deps, settings=replace(sound.deps.settings, environment=given))
    the_one(sound, "Einstellung DISTRIBUTOR_PUBLIK_URL", grave=False)

    sound.deps = replace(sound.deps, settings=replace(sound.deps.settings, environment={}, public_url="quatsch"))
    the_one(sound, "Einstellungen", grave=True)


def test_to_look_reads_nothing_of_what_is_over(sound: World) -> None:
    asked = statements(sound, lambda: health.examine(sound.deps, sound.clock.now()))

    if sound.deps.store.is_sqlite:
        # An event that is searched by no index is every event.
        everything = ("SCAN post", "SEARCH event")
        assert not [plan for plan in plans(sound, asked) if plan.startswith(everything) and "INDEX" not in plan]


def test_nothing_found_holds_a_secret(sound: World) -> None:
    with sound.deps.store.read() as session:
        row = session.get_one(AccountRow, sound.post()["account_id"])
        secrets = sound.deps.vault.unlock(f"fulda/facebook/{row.name}", row.secrets or b"")

    told = str(health.examine(sound.deps, sound.clock.now())) + str(views.account_list(sound.deps))

    assert not [name for name, secret in secrets.items() if secret in told]
