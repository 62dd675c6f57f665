"""Real daemons on real databases: killed at every place of every step, stopped past their lease, two at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from connectors import discover
from distributor.services import approving, recalling
from distributor.services.claiming import LEASE
from tests.faults.test_the_wire import CHANNELS, EVERYBODY, SOON
from tests.services.conftest import unanswered
from tests.support.auditing import audit
from tests.support.world import World

Reaches = Callable[..., World]
PATIENCE = 120.0
MORTAL = Path(__file__).with_name("mortal.py")
ROOT = Path(__file__).parents[2]


def mortal(world: World, place: str = "nowhere", kind: str = "", sign: str = "SIGKILL") -> subprocess.Popen[bytes]:
    """Begin a daemon that ends, or stops, at a place."""
    command = [sys.executable, str(MORTAL), world.clock.now().isoformat(), sign, place, kind]
    environment = {**os.environ, **world.environment, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def ends(process: subprocess.Popen[bytes], status: int = 0) -> None:
    try:
        _, said = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode == status, said.decode()[-3000:]


def _at_staging(world: World) -> None:
    world.clock.set(max(world.due(post["id"]) for post in world.posts()) - timedelta(minutes=30))


def _at_due(world: World) -> None:
    world.clock.set(max(world.due(post["id"]) for post in world.posts()))


def _rejected(world: World) -> None:
    for post in world.posts():
        approving.reject(world.deps, world.person(post["organisation"]), post["id"], "Passt nicht.", world.clock.now())


def _doubted(world: World) -> None:
    """Bring the posts where their answers are lost, and the first look is due."""
    _at_due(world)
    with unanswered(world):
        world.works()
    world.clock.advance(minutes=11)


def _recalled(world: World) -> None:
    for post in world.posts():
        recalling.recall(world.deps, world.person(post["organisation"]), post["id"], world.clock.now())


STEPS: dict[str, tuple[str, Callable[[World], None]]] = {
    "stage": ("scheduled", _at_staging),
    "release": ("staged", _at_due),
    "look": ("staged", _doubted),
    "unstage": ("staged", _rejected),
    "retract": ("published", _recalled),
}
PLACES = ("claimed", "hangs", "hangs, done", "answered", "settled", "stored")
SHORT = {("release", "claimed"), ("release", "settled")}


def _cases() -> list[object]:
    return [
        pytest.param(step, place, id=f"{step}-{place}", marks=() if (step, place) in SHORT else pytest.mark.long)
        for step in STEPS
        for place in PLACES
    ]


@pytest.mark.parametrize(("step", "place"), _cases())
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_daemon_killed_at_any_place_loses_and_doubles_nothing(
    reaches: Reaches, channel: str, step: str, place: str
) -> None:
    begin, act = STEPS[step]
    world = reaches(begin, channel)
    act(world)
    if place.startswith("hangs"):
        world.network.suffers("hang", channel=channel, seconds=600, commit=place == "hangs, done")
        process = mortal(world)
        while world.network.fired() == 0 and process.poll() is None:
            pass
        process.kill()
    else:
        process = mortal(world, place, step)
    _, said = process.communicate(timeout=PATIENCE)
    died = process.returncode == -signal.SIGKILL
    world.network.recovers()

    assert world.crew.rescue() in ((0, 1) if died else (0,))
    world.runs_until(world.clock.now() + SOON)

    makes_no_call = step == "unstage" and not died
    assert died or makes_no_call, said.decode()[-2000:]
    verdict = audit(world)
    unprovable = discover()[channel].timing.absence == "likely" and step == "release" and place in PLACES[:2]
    verdict.all_is_well(ambiguous=int(unprovable))
    if step in ("stage", "release", "look") and not unprovable:
        assert world.state() == "published"
    if step in ("unstage", "retract"):
        assert world.network.public() == []


class TestAWorkerThatIsStopped:
    def test_between_claim_and_call_is_not_robbed_and_sends_once_when_it_wakes(self, reaches: Reaches) -> None:
        world = reaches("staged", *CHANNELS)
        _at_due(world)
        process = mortal(world, "claimed", "release", "SIGSTOP")
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        world.clock.advance(seconds=(LEASE + timedelta(minutes=1)).total_seconds())

        assert world.crew.rescue() == 0
        world.works()
        assert len(world.network.ledger()) < len(CHANNELS)
        process.send_signal(signal.SIGCONT)
        ends(process)
        world.runs_until(world.clock.now() + SOON)

        audit(world).all_is_well(ambiguous=0)
        assert world.states() == {"published": len(CHANNELS)}

    def test_with_the_answer_in_hand_stores_it_when_it_wakes(self, reaches: Reaches) -> None:
        world = reaches("staged", *CHANNELS)
        _at_due(world)
        process = mortal(world, "answered", "release", "SIGSTOP")
        os.waitpid(process.pid, os.WUNTRACED)
        world.clock.advance(hours=1)

        assert world.crew.rescue() == 0
        world.works()
        process.send_signal(signal.SIGCONT)
        ends(process)
        world.runs_until(world.clock.now() + SOON)

        audit(world).all_is_well(ambiguous=0)
        assert world.states() == {"published": len(CHANNELS)}

    def test_and_killed_in_its_sleep_leaves_its_posts_to_the_others(self, reaches: Reaches) -> None:
        world = reaches("staged", "facebook")
        _at_due(world)
        process = mortal(world, "answered", "release", "SIGSTOP")
        os.waitpid(process.pid, os.WUNTRACED)
        process.kill()
        process.communicate(timeout=PATIENCE)

        assert world.crew.rescue() == 1
        world.runs_until(world.clock.now() + SOON)

        audit(world).all_is_well(ambiguous=0)
        assert world.state() == "published"


@pytest.mark.long
def test_three_daemons_at_once_release_everything_once(reaches: Reaches) -> None:
    world = reaches("staged", *CHANNELS, organisations=EVERYBODY)
    _at_due(world)
    daemons = [mortal(world) for _ in range(3)]
    for process in daemons:
        ends(process)

    verdict = audit(world)
    verdict.all_is_well(ambiguous=0)
    assert len(verdict.published) == len(CHANNELS) * len(EVERYBODY)
