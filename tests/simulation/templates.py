"""Where schedules begin: a few posts of two items on three accounts, some staged already, some not yet approved."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from random import Random
from typing import Any

from distributor.domain import Actor, Role
from distributor.services import approving, tailoring
from distributor.services.crew import Crew
from distributor.store.ownership import Ownership
from distributor.store.tables import PostRow
from tests.simulation.house import DUE, SLUGS, START, House
from tests.simulation.network import Clock, Network
from tests.simulation.scheduling import Strands

SETUP_OFFICER = Actor("alle", frozenset({Role.OFFICER}), frozenset(SLUGS))
CHOICES = ((1, 4), (1, 2), (2, 5), (1, 3, 4), (2, 3, 5), (1, 2, 3, 4))
"""Posts 1 to 3 are of the first item on the three accounts, 4 to 6 of the second: 1 and 4 share an account."""


def build(house: House) -> None:
    """Make every template."""
    items = [house.add_item(title, START) for title in ("Offene Tür", "Neuer Kurs")]
    with house.store.write() as session:
        for post in session.query(PostRow):
            post.code = f"post{post.id}"  # the same in every run
    for number in items:
        tailoring.tailor_item(house.deps, number, START)
    house.keep(("awaiting",))
    for chosen in CHOICES:
        for name, approved in (("scheduled", chosen), ("waiting", chosen[:-1])):
            house.begin(("awaiting",))
            for number in {1, 2, 3, 4, 5, 6} - {*chosen}:
                approving.reject(house.deps, SETUP_OFFICER, number, "nicht hier", START)
            for number in approved:
                house.approve(number, START, DUE if number <= 3 else DUE + timedelta(minutes=2))
            house.keep((name, *map(str, chosen)))
            if name == "scheduled":
                drafts = _stage(house)
                house.keep(("staged", *map(str, chosen))).drafts = drafts
    del house.templates["awaiting",]


def _stage(house: House) -> dict[str, str]:
    """Let a daemon prepare everything at a network that behaves."""
    clock = Clock(DUE - timedelta(minutes=9))
    network = Network(Strands(), clock, Random(0), faulty=0.0)
    for channel in house.channels.values():
        channel.network = network
    ownership = Ownership(house.store, house.folders[0] / "workers")
    ownership.begin(clock.now)
    crew = Crew(house.deps, ownership, lambda: clock.now)
    crew._pool = AtOnce()  # type: ignore[assignment]
    while crew.turn(patience=0.0) or crew.busy:
        clock.tick()
    crew.finish()
    ownership.end()
    return network.drafts


class AtOnce:
    """A pool that makes each call at once."""

    def submit(self, work: Callable[..., Any], *given: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(work(*given))
        return future

    def shutdown(self, **_: Any) -> None:
        return
