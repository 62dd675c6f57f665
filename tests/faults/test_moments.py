"""What people and the portal do at each moment of a post's life: the brake, a recall, a withdrawal, an edit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from distributor.services import health, recalling, stopping
from distributor.services.calling import Result
from distributor.services.claiming import Call
from distributor.services.stopping import Scope
from tests.faults.test_the_wire import CHANNELS
from tests.support.auditing import Verdict, audit
from tests.support.world import World

Reaches = Callable[..., World]


@dataclass(slots=True)
class Midway:
    """A world stopped at a moment, with what is in flight in it."""

    world: World
    claimed: list[Call]
    results: list[Result]

    def goes_on(self) -> None:
        """Let what is in flight end, and the daemon live on until everything is settled or with a person."""
        self.world.stores(self.results or self.world.calls(self.claimed))
        self.world.runs_until(self.world.clock.now() + timedelta(days=3))


def at(reaches: Reaches, moment: str) -> Midway:
    state, flight = MOMENTS[moment]
    world = reaches(state, *CHANNELS)
    if flight and state == "staged":
        world.clock.set(max(world.due(post["id"]) for post in world.posts()))
    claimed = world.claims() if flight else []
    return Midway(world, claimed, world.calls(claimed) if flight == "called" else [])


MOMENTS = {
    "drafted": ("drafted", ""),
    "awaiting": ("awaiting", ""),
    "scheduled": ("scheduled", ""),
    "stage claimed": ("scheduled", "claimed"),
    "staged at the network, not stored": ("scheduled", "called"),
    "staged": ("staged", ""),
    "release claimed": ("staged", "claimed"),
    "public, not stored": ("staged", "called"),
    "uncertain": ("uncertain", ""),
    "published": ("published", ""),
    "missed": ("missed", ""),
}
SHORT = ("release claimed", "public, not stored")


def _moments() -> list[object]:
    return [pytest.param(moment, marks=() if moment in SHORT else pytest.mark.long) for moment in MOMENTS]


def ends_well(midway: Midway) -> Verdict:
    verdict = audit(midway.world)
    verdict.all_is_well(ambiguous=len(CHANNELS))
    return verdict


@pytest.mark.parametrize("moment", _moments())
def test_the_brake_lets_nothing_out_from_then_on(reaches: Reaches, moment: str) -> None:
    midway = at(reaches, moment)
    world = midway.world
    before = world.network.ledger()

    stopping.stop(world.deps, world.person("redaktion"), Scope(), "Panne", world.clock.now())
    midway.goes_on()

    assert world.network.ledger() == before
    ends_well(midway)


@pytest.mark.parametrize("moment", _moments())
@pytest.mark.parametrize("what", ["post", "item"])
def test_what_is_taken_back_is_nowhere_in_the_end(reaches: Reaches, moment: str, what: str) -> None:
    midway = at(reaches, moment)
    world = midway.world

    if what == "item":
        recalling.withdraw(world.deps, world.person("redaktion"), world.posts()[0]["item"], "Irrtum", world.clock.now())
    else:
        for post in world.posts():
            recalling.recall(world.deps, world.person("fulda"), post["id"], world.clock.now())
    midway.goes_on()

    assert world.network.public() == []
    assert set(world.states()) <= {"closed", "retracted"}
    ends_well(midway)


@pytest.mark.parametrize("moment", _moments())
def test_what_vanishes_from_the_portal_is_asked_about_and_taken_back_by_nobody_else(
    reaches: Reaches, moment: str
) -> None:
    midway = at(reaches, moment)
    world = midway.world
    guid = str(world.posts()[0]["item_guid"])

    world.portal.removes(guid)
    world.reads_feed()
    midway.goes_on()

    ends_well(midway)
    assert not {"closed", "retracting", "retracted"} & set(world.states())
    asks = "".join(found.text for found in health.examine(world.deps, world.clock.now()))
    assert "feed accept" in asks


@pytest.mark.parametrize("moment", _moments())
def test_what_the_portal_edits_is_public_only_as_it_was_approved(reaches: Reaches, moment: str) -> None:
    midway = at(reaches, moment)
    world = midway.world

    world.portal.edits(str(world.posts()[0]["item_guid"]), title="Fünf Umschläge helfen jetzt noch besser")
    world.reads_feed()
    midway.goes_on()

    ends_well(midway)
    assert all("noch besser" not in entry["text"] for entry in world.network.ledger())
    world.clears()
    world.approves()
    world.runs_until(world.clock.now() + timedelta(days=15))
    ends_well(midway)
    assert len(world.network.ledger()) <= len(CHANNELS)
