"""After a full run with trouble in it, no secret of any account stands in what was printed, stored or shown."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from distributor.domain import Refused
from distributor.services import accounts, recalling, views
from distributor.store.tables import AccountRow
from tests.support.channels import WIRED
from tests.support.world import World

Reaches = Callable[..., World]

PAGES = ("", "_ledger?all=1", "_requests?limit=5000", "_accounts", "_faults", "_options")


def secrets_of(world: World) -> set[str]:
    """Return every secret in clear, as only the vault gives it."""
    found = set()
    with world.deps.store.read() as session:
        for row in session.scalars(select(AccountRow)):
            held = accounts.fields_of(world.deps, session, row)
            names = [field.name for field in world.deps.connector(row.channel).fields if field.secret]
            found |= {held[name] for name in names if held.get(name)}
    return found


def shown(world: World) -> str:
    """Return what the sandbox shows to whoever looks."""
    walls = [f"wall/{channel}/{number}" for (channel, _), number in world.network.accounts().items()]
    pages = (requests.get(f"{world.network.base}/{path}", timeout=5).text for path in (*PAGES, *walls))
    return "\n".join(pages)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_nothing_secret_is_printed_stored_or_shown(
    reaches: Reaches, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    world = reaches("awaiting", *WIRED)
    caplog.set_level(logging.DEBUG)
    secrets = secrets_of(world)
    assert len(secrets) >= 9

    world.approves()
    for channel in WIRED:
        world.network.suffers("html_502", channel=channel, method="POST", times=1)
        world.network.suffers("lost_after_commit", channel=channel, method="POST", times=1, after=2)
        world.network.suffers("throttle", channel=channel, times=1, after=5)
    for account in views.account_list(world.deps):
        accounts.check(world.deps, account["id"], world.clock.now)
    world.runs_until(max(world.due(post["id"]) for post in world.posts()) + timedelta(hours=1))
    assert "published" in world.states()
    for post in world.posts():
        try:
            recalling.recall(world.deps, world.person("fulda"), post["id"], world.clock.now(), reason="Probe")
        except Refused as refusal:
            assert refusal.text
    world.runs_until(world.clock.now() + timedelta(minutes=30))

    printed = capfd.readouterr()
    told = "\n".join(
        [caplog.text, printed.out, printed.err, shown(world), *(str(world.post(p["id"])) for p in world.posts())]
    )
    assert not {secret for secret in secrets if secret in told}
    database = Path(world.environment["DISTRIBUTOR_DATABASE_URL"].removeprefix("sqlite:///"))
    files = [*database.parent.glob(f"{database.name}*"), *world.deps.settings.data_dir.rglob("*")]
    stored = b"\n".join(path.read_bytes() for path in files if path.is_file())
    assert b"kjc" in stored
    assert not {secret for secret in secrets if secret.encode() in stored}
