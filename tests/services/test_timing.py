"""Choosing another time for a post: what is told before is what happens then; a day's posts are told in part."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from distributor.domain import Refused, State
from distributor.services import approving, timing
from distributor.services.coming import coming, coming_everywhere
from distributor.store.tables import PostRow
from schedules.calendar import DAYS
from tests.support.plenty import plenty
from tests.support.world import World

Reaches = Callable[..., World]
DAY = timedelta(days=1)


def outlook(world: World, at: datetime | None = None, login: str = "fulda", post: int = 0) -> timing.Outlook:
    return timing.outlook(world.deps, world.person(login), world.post(post)["id"], world.clock.now(), at)


def moves(world: World, at: datetime, post: int = 0, **more: Any) -> None:
    approving.move(world.deps, world.person("fulda"), world.post(post)["id"], at, world.clock.now(), **more)


@pytest.mark.parametrize("state", ["awaiting", "scheduled"])
def test_every_free_slot_that_is_offered_is_taken_without_a_word(state: str, reaches: Reaches) -> None:
    world = reaches(state)
    found = outlook(world)

    assert found.free
    assert ("freigegeben und bleibt es" in found.standing) is (state == "scheduled")
    for at in found.free:
        assert not outlook(world, at).barred
        moves(world, at)
        assert (world.due(), world.state()) == (at, state)


def test_what_bars_a_time_refuses_the_move_with_the_same_words(reaches: Reaches) -> None:
    world = reaches("scheduled", "facebook", items=2)
    mine, other = (post["id"] for post in world.posts())
    first, second = world.due(mine), world.due(other)
    for at in (second, second + timedelta(hours=1), world.clock.now() - DAY, first.replace(hour=22)):
        told = outlook(world, at, post=mine)
        assert told.barred
        with pytest.raises(Refused) as refused:
            moves(world, at, mine, despite=True)
        assert (refused.value.text, refused.value.code) == (told.against[0].text, told.against[0].code)
    assert world.due(mine) == first


def test_a_full_day_asks_before_the_move(reaches: Reaches) -> None:
    world = reaches("scheduled", "facebook", items=3)
    mine, *others = (post["id"] for post in world.posts())
    day = max(world.due(each) for each in others).replace(minute=0) + 7 * DAY
    with world.deps.store.write() as session:
        for other, hour in zip(others, (7, 11), strict=True):
            session.get_one(PostRow, other).due_at = day.replace(hour=hour)

    with pytest.raises(Refused) as refused:
        moves(world, day.replace(hour=15), mine)
    assert (refused.value.code, "höchstens 2 am Tag" in refused.value.text) == ("time.warned", True)
    moves(world, day.replace(hour=15), mine, despite=True)
    assert world.due(mine) == day.replace(hour=15)


def test_who_saw_another_time_moves_nothing(reaches: Reaches) -> None:
    world = reaches("scheduled")
    seen, [first, second, *_] = world.due(), outlook(world).free
    moves(world, first, seen=seen)
    with pytest.raises(Refused) as refused:
        moves(world, second, seen=seen)
    assert (refused.value.code, world.due()) == ("post.stale", first)


def test_an_outlook_is_for_who_may_move_and_for_what_can_be_moved(reaches: Reaches) -> None:
    world = reaches("published")
    for login, code in (("fulda", "post.state"), ("redaktion", "forbidden")):
        with pytest.raises(Refused) as refused:
            outlook(world, login=login)
        assert refused.value.code == code


def test_a_week_of_slots_says_which_are_free(reaches: Reaches) -> None:
    world = reaches("scheduled", "facebook")
    day = world.due().date()
    found = timing.vacancies(world.deps, "fulda", day, day + 6 * DAY)

    slots = {each.at: each.against for slots in found.values() for each in slots}
    assert slots[world.due()] == "belegt"
    assert "" in slots.values()
    assert {DAYS[one.weekday()] for one in found} == {"Mo", "Di", "Mi", "Do", "Fr"}


def test_who_asks_for_no_slots_is_told_only_their_distance(reaches: Reaches) -> None:
    world = reaches("scheduled", "facebook")
    day = world.due().date()

    whole = coming(world.deps, "fulda", day, day + 6 * DAY)
    without = coming(world.deps, "fulda", day, day + 6 * DAY, slots=False)

    assert [each["slots"] for each in without["days"]] == [[]] * 7
    assert any(each["slots"] for each in whole["days"])
    assert [len(each["posts"]) for each in without["days"]] == [len(each["posts"]) for each in whole["days"]]


def test_a_days_posts_are_told_in_part_and_counted_whole(reaches: Reaches) -> None:
    world = reaches("awaiting", "facebook", "x")
    start = datetime(2026, 12, 9, 8, tzinfo=UTC)
    with world.deps.store.write() as session:
        made = plenty(session, items=10, state=State.SCHEDULED, now=start, spread=timedelta(hours=10))

    def day(**some: int) -> tuple[int, list[int]]:
        [found] = coming_everywhere(world.deps, start.date(), start.date(), **some)["days"]
        assert found == {**coming(world.deps, "fulda", start.date(), start.date(), **some)["days"][0]} | {
            "slots": [],
            "posts": found["posts"],
        }
        return found["count"], [post["id"] for post in found["posts"]]

    count, whole = day()
    assert (count, len(whole)) == (made, made)
    assert day(most=3) == (made, whole[:3])
    assert day(most=8, skip=8) == (made, whole[8:16])
