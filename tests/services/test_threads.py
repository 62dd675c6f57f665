"""A thread through the daemon: an Attempt for each piece, continued after a crash, never doubled, recalled whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from connectors.base import Partly
from distributor.domain import Refused, Scope
from distributor.services import accounts, approving, recalling, stopping, tailoring, views
from tests.support.world import SETUP, World

Reaches = Callable[..., World]

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)

LONG = " ".join(
    f"Am {day} öffnet die Werkstatt in Fulda für alle, die einen Beruf mit Holz oder Metall suchen."
    for day in ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag")
)


@pytest.fixture
def world(reaches: Reaches) -> World:
    """A thread of three pieces, approved and staged; its time has come."""
    world = reaches("awaiting", "x")
    [account] = views.account_list(world.deps, now=world.clock.now())
    accounts.add_account(world.deps, SETUP, "fulda", "x", account["name"], {"threads": "on"}, world.clock.now())
    tailoring.tailor_stale(world.deps, world.clock.now())
    approving.edit(world.deps, world.person("fulda"), world.post()["id"], LONG, world.clock.now())
    world.approves()
    world.runs_until(world.due() - timedelta(minutes=1))
    assert world.state() == "staged"
    world.clock.set(world.due())
    return world


def released(world: World) -> list[str]:
    return [attempt["outcome"] for attempt in world.post()["attempts"] if attempt["kind"] == "release"]


def test_a_thread_goes_out_with_an_attempt_for_each_piece(world: World) -> None:
    world.works()
    assert world.state() == "published"
    assert released(world) == ["partly", "partly", "receipt"]
    [public] = world.network.public("x")
    assert public["text"] == world.post()["text"]
    assert public["id"] == world.post()["receipt"]["remote_id"]
    assert world.post()["choices"] == [{"label": "Threads", "words": "an"}]


@pytest.mark.parametrize("sent", [False, True], ids=["before the byte", "before the answer is stored"])
def test_killed_in_the_middle_it_is_continued_and_nothing_is_doubled(world: World, sent: bool) -> None:
    world.stores(world.calls(world.claims()))
    claimed = world.claims()
    if sent:
        assert isinstance(world.calls(claimed)[0].answer, Partly)
    world.dies_and_restarts()
    assert world.state() == "uncertain"

    world.runs_until(world.clock.now() + timedelta(minutes=30))

    assert (world.state() == "published") is sent
    if not sent:  # absence is only likely here: a person looks, and lets it go on
        approving.retry(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())
        world.runs_until(world.clock.now() + timedelta(minutes=10))
    assert world.state() == "published"
    [public] = world.network.public("x")
    assert public["text"] == world.post()["text"]
    assert not [entry for entry in world.network.ledger() if entry["deleted"]]


def test_recalled_in_the_middle_nothing_of_it_stays(world: World) -> None:
    world.stores(world.calls(world.claims()))
    assert len(world.network.public("x")) == 1
    recalling.recall(world.deps, world.person("fulda"), world.post()["id"], world.clock.now(), reason="Fehler")
    world.runs_until(world.clock.now() + timedelta(minutes=10))
    assert world.network.public("x") == []
    assert world.state() == "closed"


def test_refused_in_the_middle_it_is_taken_down_and_a_person_is_told(world: World) -> None:
    refusal = {"title": "Forbidden", "detail": "Reply to this conversation is not allowed", "status": 403}
    world.stores(world.calls(world.claims()))
    world.network.suffers("error", channel="x", method="POST", match="/2/tweets$", status=403, body=refusal)
    world.runs_until(world.clock.now() + timedelta(minutes=10))
    assert world.state() == "failed"
    assert world.network.public("x") == []


def pieces(world: World, count: int) -> None:
    """Let that many pieces of the thread go out."""
    for _ in range(count):
        world.stores(world.calls(world.claims()))
    assert released(world) == ["partly"] * count


@pytest.mark.parametrize("sent", [False, True], ids=["before the byte", "before the answer is stored"])
def test_killed_at_the_last_piece_it_is_looked_for_and_nothing_is_doubled(world: World, sent: bool) -> None:
    pieces(world, 2)
    claimed = world.claims()
    if sent:
        world.calls(claimed)
    world.dies_and_restarts()
    assert world.state() == "uncertain"

    world.runs_until(world.clock.now() + timedelta(minutes=30))

    assert (world.state() == "published") is sent
    if not sent:
        approving.retry(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())
        world.runs_until(world.clock.now() + timedelta(minutes=10))
    [public] = world.network.public("x")
    assert (world.state(), public["text"]) == ("published", world.post()["text"])
    assert public["id"] == world.post()["receipt"]["remote_id"]
    assert not [entry for entry in world.network.ledger() if entry["deleted"]]


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("when", ["between", "claimed"])
def test_a_stop_in_the_middle_leaves_nothing_of_it_and_asks_a_person(world: World, count: int, when: str) -> None:
    pieces(world, count)
    claimed = world.claims() if when == "claimed" else []
    stopping.stop(world.deps, world.person("redaktion"), Scope(), "Halt", world.clock.now())
    world.stores(world.calls(claimed))
    assert released(world)[:count] == ["partly"] * count

    world.runs_until(world.clock.now() + timedelta(minutes=10))

    assert world.state() == "missed"
    assert world.network.public("x") == []


@pytest.mark.parametrize("count", [1, 2])
def test_an_edit_in_the_middle_takes_down_what_stands_and_asks_for_a_new_approval(world: World, count: int) -> None:
    pieces(world, count)
    approving.edit(world.deps, world.person("redaktion"), world.post()["id"], f"Neu: {LONG}", world.clock.now())
    assert world.state() == "awaiting"

    world.runs_until(world.clock.now() + timedelta(minutes=10))

    assert world.network.public("x") == []
    world.approves()
    world.runs_until(world.due() + timedelta(minutes=5))
    [public] = world.network.public("x")
    assert (world.state(), public["text"]) == ("published", world.post()["text"])
    assert public["text"].startswith("Neu: ")


def test_an_edit_while_a_piece_is_under_way_is_refused_or_lets_nothing_stand(world: World) -> None:
    pieces(world, 1)
    claimed = world.claims()
    with pytest.raises(Refused, match="wird gerade gesendet"):
        approving.edit(world.deps, world.person("fulda"), world.post()["id"], f"Neu: {LONG}", world.clock.now())
    world.stores(world.calls(claimed))
    world.works()
    assert world.state() == "published"


@pytest.mark.parametrize("arrived", [False, True])
def test_recalled_while_a_pieces_outcome_is_unknown_nothing_of_it_stays(world: World, arrived: bool) -> None:
    pieces(world, 2)
    fault = "lost_after_commit" if arrived else "lost"
    world.network.suffers(fault, channel="x", method="POST", match="/2/tweets$")
    world.works()
    assert world.state() == "uncertain"
    recalling.recall(world.deps, world.person("fulda"), world.post()["id"], world.clock.now(), reason="Fehler")

    world.runs_until(world.clock.now() + timedelta(minutes=30))

    if not arrived:  # absence is only likely here: a person has looked
        assert world.post()["reason"]["who"] == "officer"
        approving.retry(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())
        world.runs_until(world.clock.now() + timedelta(minutes=10))
    assert world.network.public("x") == []
    assert world.state() in ("closed", "retracted")
