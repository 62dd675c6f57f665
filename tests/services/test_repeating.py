"""Evergreens come again: in time, with words of their own, and never after they were taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from distributor.domain import Refused, State
from distributor.services import approving, clearing, recalling, repeating
from distributor.services.repeating import AHEAD, following
from tests.support.world import World

Reaches = Callable[..., World]
DAY = timedelta(days=1)
EVERY = 28


def repeats(world: World, **more: Any) -> None:
    given = {"every_days": EVERY, "times": 2, **more}
    item = world.posts()[0]["item"]
    repeating.repeat(world.deps, world.person("redaktion"), item, world.clock.now(), **given)


def passes(world: World, **span: float) -> None:
    world.clock.advance(**span)
    repeating.make_due(world.deps, world.clock.now())


def again(world: World) -> list[dict[str, Any]]:
    return [post for post in world.posts() if post["occurrence"] > 1]


def words(world: World, text: str, occurrence: int = 2) -> None:
    post = world.posts()[0]
    clearing.write_text(
        world.deps,
        world.person("redaktion"),
        post["item"],
        post["channel"],
        f"{text} (du)",
        f"{text} (Sie)",
        world.clock.now(),
        occurrence=occurrence,
    )


class TestARepeat:
    def test_is_made_a_fortnight_ahead_and_waits_for_a_text_of_its_own(self, reaches: Reaches) -> None:
        world = reaches("published")
        repeats(world)

        passes(world, days=EVERY - AHEAD.days - 1)
        assert again(world) == []
        passes(world, days=1)
        [made] = again(world)

        assert (made["occurrence"], made["state"]) == (2, "drafted")
        assert {"repeat.same_text", "block"} <= {
            value for problem in made["problems"] for value in (problem["rule"], problem["severity"])
        }
        words(world, "Noch einmal, mit anderen Worten")
        [made] = again(world)
        assert (made["state"], "mit anderen Worten" in made["text"]) == ("awaiting", True)

    def test_goes_out_weeks_later_in_its_own_words_and_only_once(self, reaches: Reaches) -> None:
        world = reaches("published")
        published = world.due(world.posts()[0]["id"])
        repeats(world, times=1)
        words(world, "Noch einmal, mit anderen Worten")

        world.runs_until(published + (EVERY - 3) * DAY)
        [made] = again(world)
        assert datetime.fromisoformat(made["due_at"]).date() >= (published + EVERY * DAY).date()
        approving.approve(world.deps, world.person("fulda"), made["id"], world.clock.now())
        world.runs_until(published + 3 * EVERY * DAY)

        texts = [entry["text"] for entry in world.network.public()]
        assert [("mit anderen Worten" in text) for text in texts] in ([True, False], [False, True])
        assert len(again(world)) == 1

    def test_does_not_expire_before_it_may_appear(self, reaches: Reaches) -> None:
        world = reaches("published")
        published = world.due(world.posts()[0]["id"])
        repeats(world)
        words(world, "Noch einmal")

        world.runs_until(published + (EVERY + 10) * DAY)

        assert again(world)[0]["state"] == "awaiting"

    def test_is_made_once_by_two_daemons(self, reaches: Reaches) -> None:
        world = reaches("published")
        repeats(world)
        world.clock.advance(days=EVERY)
        with world.deps.store.read() as session:
            due = list(repeating._coming(session))

        made = [repeating._make(world.deps, each, world.clock.now()) for each in (*due, *due)]

        assert (made, len(again(world))) == ([1, 0], 1)

    @pytest.mark.parametrize("end", ["stopped", "withdrawn", "recalled", "over"])
    def test_is_not_made_after_the_end(self, end: str, reaches: Reaches) -> None:
        world = reaches("published")
        now, editor, post = world.clock.now(), world.person("redaktion"), world.posts()[0]
        repeats(world, until=now + 20 * DAY if end == "over" else None)
        if end == "stopped":
            repeating.stop(world.deps, editor, post["item"], now)
        elif end == "withdrawn":
            recalling.withdraw(world.deps, editor, post["item"], "Einwilligung widerrufen", now)
        elif end == "recalled":
            recalling.recall(world.deps, editor, post["id"], now)

        passes(world, days=EVERY)

        assert again(world) == []

    def test_of_what_never_appeared_is_not_made(self, reaches: Reaches) -> None:
        world = reaches("scheduled")
        repeats(world)

        with world.deps.store.read() as session:
            assert list(repeating._coming(session)) == []

    def test_in_words_that_were_used_is_refused(self, reaches: Reaches) -> None:
        world = reaches("published")
        words(world, "Zum zweiten")

        with pytest.raises(Refused) as refused:
            words(world, "Zum zweiten", occurrence=3)

        assert refused.value.code == "text.same"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"every_days": 6}, "repeat.every"),
        ({"every_days": 400}, "repeat.every"),
        ({"times": 0}, "repeat.times"),
        ({"times": 21}, "repeat.times"),
        ({"until": datetime(2026, 11, 1, tzinfo=UTC)}, "repeat.until"),
    ],
)
def test_what_is_no_repeat_is_refused(given: dict[str, Any], code: str, reaches: Reaches) -> None:
    with pytest.raises(Refused) as refused:
        repeats(reaches("awaiting"), **given)
    assert refused.value.code == code


NOON = datetime(2026, 6, 1, 10, tzinfo=UTC)


def post(occurrence: int, state: State, published: datetime | None = None, earliest: datetime | None = None) -> Any:
    return SimpleNamespace(
        account_id=1, occurrence=occurrence, state=state, published_at=published, earliest_at=earliest
    )


@pytest.mark.parametrize(
    ("posts", "ordered", "occurrence", "day"),
    [
        ([post(1, State.PUBLISHED, NOON)], NOON, 2, date(2026, 6, 29)),
        ([post(1, State.PUBLISHED, NOON), post(2, State.CLOSED, None, NOON + 30 * DAY)], NOON, 3, date(2026, 7, 29)),
        ([post(1, State.PUBLISHED, NOON), post(2, State.PUBLISHED, NOON + 33 * DAY, NOON + 28 * DAY)], NOON, 3,
         date(2026, 8, 1)),
        ([post(1, State.PUBLISHED, NOON)], NOON + 365 * DAY, 2, date(2027, 6, 1)),
        ([post(1, State.PUBLISHED, NOON), *(post(n, State.CLOSED) for n in (2, 3))], NOON, None, None),
        ([post(1, State.RETRACTED, NOON)], NOON, None, None),
        ([post(1, State.CLOSED)], NOON, None, None),
    ],
    ids=["first", "after a closed one", "after a late one", "ordered a year later", "all made", "taken back", "never"],
)  # fmt: skip
def test_the_next_repeat_counts_from_the_last(
    posts: list[Any], ordered: datetime, occurrence: int | None, day: date | None
) -> None:
    row: Any = SimpleNamespace(item_id=7, every_days=EVERY, times=2, until=None, at=ordered)

    due = following(posts, row, None)

    found = (None, None) if due is None else (due.occurrence, (due.earliest_at + timedelta(hours=3)).date())
    assert found == (occurrence, day)
