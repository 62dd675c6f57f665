"""Money that a network takes: what an account spends, what its queue will cost, and the budget that holds the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from distributor.domain import Refused
from distributor.services import accounts, costing, health, views
from distributor.services.costing import budget_of
from distributor.store.tables import AccountRow
from tests.services.conftest import RELEASE
from tests.support.world import SETUP, World

Reaches = Callable[..., World]


def account(world: World) -> dict[str, Any]:
    [found] = views.account_list(world.deps, now=world.clock.now())
    return found


def bill(world: World) -> costing.Bill:
    with world.deps.store.read() as session:
        row = session.get_one(AccountRow, account(world)["id"])
        found = costing.bill_of(world.deps, session, row, world.clock.now())
    assert found is not None
    return found


def budgets(world: World, amount: str) -> None:
    name = account(world)["name"]
    accounts.add_account(world.deps, SETUP, "fulda", "x", name, {"budget": amount}, world.clock.now())


def troubles(world: World) -> list[str]:
    found = health.examine(world.deps, world.clock.now())
    return [finding.text for finding in found if not finding.ok and "Geld" in finding.text]


@pytest.fixture
def world(reaches: Reaches) -> World:
    """Two approved posts, one with a described picture. What leads to this machine is no link to X."""
    return reaches("scheduled", "x", items=2)


def test_the_queue_says_what_it_will_cost_and_the_month_what_it_has(world: World) -> None:
    assert (bill(world).spent, bill(world).queued) == (Decimal(0), Decimal("0.035"))

    world.runs_until(max(world.due(post["id"]) for post in world.posts()) + timedelta(minutes=5))

    assert (bill(world).spent, bill(world).queued) == (Decimal("0.035"), Decimal(0))
    assert account(world)["bill"] == "0,035 US-Dollar in diesem Monat, freigegeben sind weitere 0,00"
    world.clock.advance(days=31)
    assert bill(world).spent == 0


def test_a_budget_warns_first_and_then_holds_what_is_beyond(world: World) -> None:
    budgets(world, "0,04")
    [told] = troubles(world)
    assert told.startswith("Das Geld wird knapp: 0,00 US-Dollar in diesem Monat, freigegeben sind weitere 0,035;")
    assert told.endswith("das Monatsbudget ist 0,04.")
    budgets(world, "0,03")
    first, second = sorted(world.posts(), key=lambda post: post["due_at"])

    world.runs_until(world.due(second["id"]) + timedelta(minutes=10))

    assert world.state(first["id"]) == "published"
    assert world.state(second["id"]) == "staged"
    assert world.post(second["id"])["reason"]["code"] == "budget"
    assert "von 0,03 US-Dollar sind ausgegeben" in world.post(second["id"])["reason"]["text"]
    assert len(world.network.public("x")) == 1


def test_who_raises_the_budget_in_time_lets_the_post_out(world: World) -> None:
    budgets(world, "0,03")
    last = max(world.due(post["id"]) for post in world.posts())
    world.runs_until(last + timedelta(minutes=10))
    assert len(world.network.public("x")) == 1

    budgets(world, "1")
    world.runs_until(world.clock.now() + timedelta(minutes=30))

    assert world.states() == {"published": 2}


def test_what_nobody_pays_for_in_time_is_missed_and_said(world: World) -> None:
    budgets(world, "0")
    last = max(world.due(post["id"]) for post in world.posts())

    world.runs_until(last + timedelta(hours=3))

    assert world.states() == {"missed": 2}
    assert world.network.public("x") == []


@pytest.mark.parametrize("written", ["viel", "-1", "nan", "inf", "1,2,3"])
def test_a_budget_that_is_no_amount_holds_and_is_named(world: World, written: str) -> None:
    with pytest.raises(Refused, match="kein Betrag"):
        budget_of({"budget": written})
    budgets(world, written)

    world.runs_until(max(world.due(post["id"]) for post in world.posts()) + timedelta(minutes=5))

    assert world.network.public("x") == []
    assert "kein Betrag" in account(world)["bill"]
    assert any(written in finding.text for finding in health.examine(world.deps, world.clock.now()) if not finding.ok)


def test_a_network_that_takes_nothing_has_no_bill(reaches: Reaches) -> None:
    assert account(reaches("scheduled", "facebook"))["bill"] is None


def test_what_may_be_public_counts_as_spent(world: World) -> None:
    """Else a post whose outcome is unclear would let the next one go beyond the budget."""
    budgets(world, "0,03")
    first = min(world.posts(), key=lambda post: post["due_at"])
    world.runs_until(world.due(first["id"]) - timedelta(minutes=1))
    world.network.suffers("hang", channel="x", match=RELEASE["x"])
    world.clock.set(world.due(first["id"]))
    world.works()
    assert world.state(first["id"]) == "uncertain"

    assert bill(world).spent > 0
    assert bill(world).spent + bill(world).queued == Decimal("0.035")


def test_a_wrong_budget_has_a_reason_with_a_word(world: World) -> None:
    budgets(world, "viel")
    last = max(world.posts(), key=lambda post: post["due_at"])
    world.runs_until(world.due(last["id"]) + timedelta(minutes=5))

    assert world.post(last["id"])["reason"]["code"] == "budget"
