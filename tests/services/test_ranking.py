"""Which item goes first: priorities and campaigns, and that nothing else is shuffled by them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from distributor.domain import Refused
from distributor.services import campaigns, planning
from distributor.services.campaigns import Priority
from tests.support.world import World

Reaches = Callable[..., World]
DAY = timedelta(days=1)


def times(world: World) -> dict[int, datetime]:
    return {post["item"]: datetime.fromisoformat(post["due_at"]) for post in world.posts() if post["due_at"]}


def ranks(world: World, item: int, priority: Priority) -> None:
    campaigns.prioritise(world.deps, world.person("redaktion"), item, priority, world.clock.now())
    planning.propose(world.deps, world.clock.now())


def in_order(world: World) -> list[int]:
    found = times(world)
    return sorted(found, key=lambda item: found[item])


def test_an_urgent_item_takes_the_first_place_and_moves_only_whom_it_must(reaches: Reaches) -> None:
    world = reaches("awaiting", items=3)
    before, order = times(world), in_order(world)

    ranks(world, order[2], Priority.HIGH)

    after = times(world)
    assert after[order[2]] == before[order[0]]
    assert after[order[1]] == before[order[1]]
    assert after[order[0]] > before[order[1]]
    assert all(post["why"] for post in world.posts())


def test_an_urgent_item_moves_nothing_that_is_approved(reaches: Reaches) -> None:
    world = reaches("awaiting", items=3)
    before, order = times(world), in_order(world)
    [first] = [post["id"] for post in world.posts() if post["item"] == order[0]]
    world.approves(first)

    ranks(world, order[2], Priority.HIGH)

    assert times(world)[order[0]] == before[order[0]]


def test_a_late_item_of_no_rank_moves_nobody(reaches: Reaches) -> None:
    world = reaches("awaiting", items=2)
    before = times(world)

    world.portal.publishes(slug="noch-einer", title="Noch einer")
    world.reads_feed()
    world.clears()

    after = times(world)
    assert len(after) == 3
    assert {item: after[item] for item in before} == before


def test_a_campaign_keeps_its_posts_apart_and_within_its_days(reaches: Reaches) -> None:
    world = reaches("awaiting", items=3)
    now, editor, items = world.clock.now(), world.person("redaktion"), in_order(world)
    first, last = date(2026, 12, 1), date(2026, 12, 18)
    campaigns.add(world.deps, editor, "Ausbildung", first, last, 5, now)
    campaigns.join(world.deps, editor, items, "Ausbildung", now)

    planning.propose(world.deps, now)

    days = [times(world)[item].date() for item in items]
    assert all(first <= day <= last for day in days)
    assert all(later - earlier >= 5 * DAY for earlier, later in pairwise(days))

    campaigns.change(world.deps, editor, "Ausbildung", now, last=date(2026, 12, 4))
    planning.propose(world.deps, now)
    left = {post["item"]: (post["due_at"], post["why"]) for post in world.posts()}
    assert left[items[0]][0] is not None
    assert [left[item][0] for item in items[1:]] == [None, None]
    assert "Kampagne" in left[items[2]][1]

    campaigns.join(world.deps, editor, items, None, now)
    planning.propose(world.deps, now)
    assert len(times(world)) == 3
    assert campaigns.show(world.deps, "Ausbildung")["items"] == []


def test_what_waits_for_its_campaign_does_not_expire(reaches: Reaches) -> None:
    world = reaches("awaiting")
    now, editor = world.clock.now(), world.person("redaktion")
    campaigns.add(world.deps, editor, "Später", date(2026, 12, 28), date(2027, 1, 20), 7, now)
    campaigns.join(world.deps, editor, in_order(world), "Später", now)

    world.runs_until(now + 20 * DAY)
    assert world.state() == "awaiting"
    world.runs_until(datetime(2027, 2, 5, tzinfo=now.tzinfo))
    assert (world.state(), world.post()["reason"]["code"]) == ("closed", "expired")


@pytest.mark.parametrize(
    ("name", "first", "last", "every", "code"),
    [
        (" ", date(2026, 12, 1), date(2026, 12, 2), 7, "campaign.name"),
        ("K", date(2026, 12, 2), date(2026, 12, 1), 7, "campaign.range"),
        ("K", date(2026, 12, 1), date(2028, 12, 1), 7, "campaign.range"),
        ("K", date(2026, 12, 1), date(2026, 12, 2), 0, "campaign.every"),
        ("Held", date(2026, 12, 1), date(2026, 12, 2), 7, "campaign.taken"),
    ],
)
def test_what_is_no_campaign_is_refused(
    name: str, first: date, last: date, every: int, code: str, world: World
) -> None:
    now, editor = world.clock.now(), world.person("redaktion")
    campaigns.add(world.deps, editor, "Held", date(2026, 12, 1), date(2026, 12, 2), 7, now)

    with pytest.raises(Refused) as refused:
        campaigns.add(world.deps, editor, name, first, last, every, now)

    assert refused.value.code == code


def test_only_the_editors_rank(reaches: Reaches) -> None:
    world = reaches("awaiting")
    now, officer, item = world.clock.now(), world.person("fulda"), world.post()["item"]

    for act in (
        lambda: campaigns.prioritise(world.deps, officer, item, Priority.HIGH, now),
        lambda: campaigns.add(world.deps, officer, "K", date(2026, 12, 1), date(2026, 12, 2), 7, now),
        lambda: campaigns.join(world.deps, officer, [item], None, now),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "forbidden"
