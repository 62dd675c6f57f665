"""What lies unused at a network and cannot be removed: tried for a while, then a person is told and can note it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from distributor.domain import Refused
from distributor.services import approving, health, leftovers, settling, views
from distributor.store.tables import StageRow
from tests.support.world import World

Reaches = Callable[..., World]
NO = {"error": {"message": "Permission denied", "code": 100, "error_subcode": 2061006}}


def rejected(world: World) -> None:
    approving.reject(world.deps, world.person("fulda"), world.post()["id"], "Passt nicht.", world.clock.now())


def told(world: World) -> bool:
    found = health.examine(world.deps, world.clock.now())
    return any(finding.subject == "Reste bei den Netzwerken" for finding in found)


@pytest.mark.parametrize(
    ("fault", "more", "tries"),
    [
        ("error", {"status": 400, "body": NO}, settling.MOST_REFUSALS),
        ("error_500", {}, settling.MOST_TRIES),
    ],
)
def test_a_leftover_is_not_removed_for_ever(reaches: Reaches, fault: str, more: dict[str, object], tries: int) -> None:
    world = reaches("staged")
    with world.deps.store.write() as session:
        session.execute(sa.update(StageRow).values(expires_at=None))
    rejected(world)
    world.network.suffers(fault, channel="facebook", method="DELETE", times=None, **more)
    assert not told(world)

    world.runs_until(world.clock.now() + timedelta(days=3))

    assert sum(attempt["kind"] == "unstage" for attempt in world.post()["attempts"]) == tries
    [left] = views.stage_list(world.deps)
    assert (left["state"], left["next_try_at"]) == ("leftover", None)
    assert told(world)


def test_one_that_the_network_forgets_by_itself_is_only_waited_for(reaches: Reaches) -> None:
    world = reaches("staged")
    rejected(world)
    world.network.suffers("error", channel="facebook", method="DELETE", times=None, status=400, body=NO)

    world.runs_until(world.clock.now() + timedelta(days=2))

    assert views.stage_list(world.deps) == []
    assert not told(world)


def test_a_person_notes_that_it_is_removed(reaches: Reaches) -> None:
    world = reaches("staged")
    rejected(world)
    [left] = views.stage_list(world.deps)
    for login, number, code in (("pruefung", left["id"], "forbidden"), ("fulda", 999, "stage.unknown")):
        with pytest.raises(Refused) as refused:
            leftovers.note_removed(world.deps, world.person(login), number, world.clock.now())
        assert refused.value.code == code

    leftovers.note_removed(world.deps, world.person("fulda"), left["id"], world.clock.now())

    assert views.stage_list(world.deps) == []
    assert world.claims() == []
