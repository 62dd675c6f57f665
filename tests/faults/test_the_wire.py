"""Every fault of the wire, on every channel, in every step: each account of one world has a fault of its own.

So one world proves a whole row of the matrix, and that the trouble of one account is no other's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import requests

from connectors import discover
from connectors._http import GuardedSession
from distributor.services import approving, recalling, views
from distributor.services.configuration import read_files
from tests.services.conftest import unanswered
from tests.support.auditing import audit
from tests.support.channels import WIRED
from tests.support.world import CONFIG, World

Reaches = Callable[..., World]

CHANNELS = WIRED
EVERYBODY = tuple(sorted(read_files(CONFIG).organisations))
SOON = timedelta(hours=26)
"""After so long everything is settled, or with a person: the networks forget what was prepared within a day."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request. ``doubt``: afterwards nobody can know whether it had an effect."""

    kind: str
    doubt: bool = False
    person: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.kind


FAULTS = (
    Fault("lost_after_commit", doubt=True),
    Fault("lost", doubt=True),
    Fault("error_after_commit", doubt=True),
    Fault("error_500", doubt=True),
    Fault("html_502", doubt=True),
    Fault("error_after_commit", True, settings={"status": 502, "body": "<html>Bad Gateway</html>"}, name="502 done"),
    Fault("redirect_302", doubt=True),
    Fault("cut", doubt=True),
    Fault("no_content_type", doubt=True),
    Fault("hang", doubt=True, settings={"seconds": 600, "commit": True}, name="hangs, done"),
    Fault("hang", doubt=True, settings={"seconds": 600, "commit": False}, name="hangs, not done"),
    Fault("throttle", settings={"seconds": 1200}, name="throttled until"),
    Fault("throttle", settings={"date": False}, name="throttled"),
    Fault("revoke_token", person=True),
    Fault("read_lag", settings={"seconds": 300}),
)


@contextmanager
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Wait three seconds for an answer instead of thirty."""
    sound = GuardedSession.send

    def send(self: GuardedSession, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        return sound(self, request, **{**kwargs, "timeout": (3.0, 3.0)})

    with monkeypatch.context() as patch:
        patch.setattr(GuardedSession, "send", send)
        yield


def _staging(world: World) -> None:
    world.runs_until(world.due(world.posts()[0]["id"]) - timedelta(minutes=1))


def _releasing(world: World) -> None:
    world.clock.set(world.due(world.posts()[0]["id"]))
    world.works()


def _looking(world: World) -> None:
    world.runs_until(world.clock.now() + timedelta(minutes=30))


def _removing(world: World) -> None:
    for post in world.posts():
        approving.reject(world.deps, world.person(post["organisation"]), post["id"], "Passt nicht.", world.clock.now())
    world.works()


def _taking_down(world: World) -> None:
    for post in world.posts():
        recalling.recall(world.deps, world.person(post["organisation"]), post["id"], world.clock.now())
    world.works()


STEPS: dict[str, tuple[str, Callable[[World], None]]] = {
    "stage": ("scheduled", _staging),
    "release": ("staged", _releasing),
    "look": ("uncertain", _looking),
    "unstage": ("staged", _removing),
    "retract": ("published", _taking_down),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One account's square of the matrix."""

    channel: str
    fault: Fault

    @property
    def may_need_a_person(self) -> bool:
        """Tell whether nobody but a person can settle it: a dead token, or a doubt where absence is only likely."""
        unprovable = discover()[self.channel].timing.absence == "likely"
        return self.fault.person or (self.fault.doubt and unprovable)


def armed(world: World, after: int) -> dict[int, Cell]:
    """Arm a fault of its own for each account, for its request number ``after`` + 1; return the cells by account."""
    by_owner: dict[str, list[dict[str, Any]]] = {}
    for account in views.account_list(world.deps):
        by_owner.setdefault(account["organisation"], []).append(account)
    assert len(by_owner) > len(FAULTS)
    remote = world.network.accounts()
    cells = {}
    for fault, slug in zip(FAULTS, sorted(by_owner), strict=False):
        for account in by_owner[slug]:
            cells[account["id"]] = Cell(account["channel"], fault)
            whose = {"channel": account["channel"], "account": remote[account["channel"], account["name"]]}
            world.network.suffers(fault.kind, after=after, **whose, **fault.settings)
    return cells


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_a_network_shows_late_is_not_taken_for_absent(reaches: Reaches, channel: str) -> None:
    """The answer is lost, the post is there, and no look before the last sees it."""
    world = reaches("staged", channel)
    shown_late = sum(discover()[channel].timing.settle, -timedelta(seconds=30))
    world.network.suffers("read_lag", channel=channel, seconds=shown_late.total_seconds(), times=None)

    with unanswered(world):
        _releasing(world)
    world.runs_until(world.clock.now() + SOON)

    audit(world).all_is_well(ambiguous=0)
    assert world.state() == "published"
    *before, last = [attempt["outcome"] for attempt in world.post()["attempts"] if attempt["kind"] == "look"]
    assert (bool(before), last) == (True, "found")


@pytest.mark.parametrize("after", [0, *(pytest.param(n, marks=pytest.mark.long) for n in (1, 2))])
@pytest.mark.parametrize("step", STEPS)
def test_each_fault_of_the_wire_leaves_each_post_public_once_or_with_a_person(
    reaches: Reaches, monkeypatch: pytest.MonkeyPatch, step: str, after: int
) -> None:
    begin, act = STEPS[step]
    world = reaches(begin, *CHANNELS, organisations=EVERYBODY)
    cells = armed(world, after)

    with impatient(monkeypatch):
        act(world)
    passed_by = [fault for fault in world.network.faults() if not fault["fired"] and fault["fault"] != "read_lag"]
    assert not (passed_by and step == "release" and after == 0), passed_by
    world.network.recovers()
    world.runs_until(world.clock.now() + SOON)

    verdict = audit(world)
    accounts = {post["id"]: post["account_id"] for post in world.posts()}
    verdict.all_is_well(ambiguous=sum(cell.may_need_a_person for cell in cells.values()))
    excused = {number for number, cell in cells.items() if cell.may_need_a_person}
    assert {accounts[number] for number in verdict.handed} <= excused, verdict.handed
    left = [stage for stage in views.stage_list(world.deps) if stage["state"] == "leftover"]
    assert {accounts[stage["post"]] for stage in left} <= excused
    if step in ("stage", "release", "look"):
        assert len(verdict.published) + len(verdict.handed) == len(accounts)
