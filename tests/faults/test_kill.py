"""The daemon as a process of its own, killed with SIGKILL while a call is under way, and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.world import THREE, World, dumps, same

PATIENCE = 240.0


def daemon(world: World, until: datetime) -> subprocess.Popen[bytes]:
    """Start a real daemon on the world's database; its clock and the sandbox's go forward together."""
    command = [sys.executable, "-m", "distributor", "run", "--simulate-until", until.isoformat()]
    return subprocess.Popen(
        command, env={**os.environ, **world.environment}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def waits_for(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Ask again and again, as fast as the answer comes, until it holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None, process.stderr.read().decode() if process.stderr else ""
        assert time.monotonic() < deadline, "the daemon never came to the call"


def ends(process: subprocess.Popen[bytes]) -> None:
    """Wait for the daemon's own end."""
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said.decode()


@pytest.fixture
def approved(make_world: Callable[..., World]) -> tuple[World, dict[int, dict[str, Any]], datetime]:
    """One Jobcenter with one item approved, at the real time, for a daemon of its own."""
    world = make_world(organisations=("fulda",), channels=THREE, start=datetime.now(UTC))
    world.portal.keeps(1)
    world.reads_feed()
    world.clears()
    documents = {number: world.post(number) for number in world.approves()}
    return world, documents, max(world.due(number) for number in documents) + timedelta(hours=2)


RELEASES = {
    "facebook": ("POST", r"/\d+_\d+$"),
    "instagram": ("POST", r"/media_publish$"),
    "x": ("POST", r"/2/tweets$"),
}


@pytest.mark.parametrize("channel", sorted(RELEASES))
@pytest.mark.parametrize("committed", [True, False], ids=["after the platform committed", "before it did"])
def test_a_daemon_killed_in_a_release_leaves_nothing_lost_and_nothing_doubled(
    approved: tuple[World, dict[int, dict[str, Any]], datetime], channel: str, committed: bool
) -> None:
    world, documents, until = approved
    method, path = RELEASES[channel]
    world.network.suffers("hang", channel=channel, method=method, match=path, seconds=600, commit=committed)

    first = daemon(world, until)
    waits_for(lambda: world.network.fired() > 0, first)
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=PATIENCE)
    world.network.recovers()
    ends(daemon(world, until))

    published = [post for post in world.posts() if post["state"] == "published"]
    left = [post for post in world.posts() if post["state"] != "published"]
    ledger = {(entry["channel"], entry["id"]): entry for entry in world.network.public()}
    assert len(ledger) == len(published), dumps(left)
    for post in published:
        assert same(documents[post["id"]], ledger[post["channel"], post["receipt"]["remote_id"]])
    told = [post for post in left if post["state"] == "uncertain" and post["reason"]["who"] == "officer"]
    assert left == told
    assert len(told) == (1 if channel == "x" and not committed else 0)


def test_a_daemon_killed_while_staging_stages_again_and_publishes_once(
    approved: tuple[World, dict[int, dict[str, Any]], datetime],
) -> None:
    world, documents, until = approved
    world.network.suffers("hang", channel="facebook", method="POST", match=r"/photos$", seconds=600, commit=True)

    first = daemon(world, until)
    waits_for(lambda: world.network.fired() > 0, first)
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=PATIENCE)
    world.network.recovers()
    ends(daemon(world, until))

    assert world.states() == {"published": len(documents)}
    assert len(world.network.public()) == len(documents)


def test_sigterm_finishes_what_is_in_flight(
    approved: tuple[World, dict[int, dict[str, Any]], datetime],
) -> None:
    world, _, until = approved
    world.network.suffers("hang", channel="x", method="POST", match=r"/2/tweets$", seconds=2, commit=True)

    first = daemon(world, until)
    waits_for(lambda: world.network.fired() > 0, first)
    first.send_signal(signal.SIGTERM)
    ends(first)

    flown = [post for post in world.posts(channel="x") if any(a["kind"] == "release" for a in post["attempts"])]
    assert [post["state"] for post in flown] == ["published"]
    assert all(attempt["finished_at"] for post in flown for attempt in post["attempts"])
