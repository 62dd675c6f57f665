"""What planning looks at, counted and not timed: it must not grow with what is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import event, text

from distributor.domain import State
from distributor.services import planning, tailoring
from distributor.store import items
from tests.support.plenty import plenty
from tests.support.world import World

Reaches = Callable[..., World]


def statements(world: World, act: Callable[[], object]) -> list[str]:
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(world.deps.store.engine, "before_cursor_execute", note)
    act()
    event.remove(world.deps.store.engine, "before_cursor_execute", note)
    return asked


def test_no_question_of_planning_or_tailoring_reads_all_posts(reaches: Reaches) -> None:
    world = reaches("awaiting", "facebook", "x")
    now = world.clock.now()
    with world.deps.store.write() as session:
        plenty(session, items=600, state=State.PUBLISHED, now=now, spread=timedelta(days=-300))
        session.execute(text("UPDATE post SET due_at = NULL, plan_why = '' WHERE state = 'awaiting'"))
        session.execute(text("ANALYZE"))

    asked = statements(world, lambda: planning.propose(world.deps, now))
    asked += statements(world, lambda: tailoring.tailor_item(world.deps, 1, now))

    read = [statement for statement in asked if "post" in statement and not statement.startswith("INSERT")]
    assert read
    if world.deps.store.is_sqlite:
        with world.deps.store.read() as session:
            connection = session.connection()
            for statement in read:
                nothing = (None,) * statement.count("?")
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", nothing)
                assert not [row.detail for row in plan if row.detail.startswith("SCAN post")], statement


def test_more_accounts_take_more_rows_and_no_more_questions(reaches: Reaches) -> None:
    few = reaches("drafted", "facebook")
    asked_of_few = statements(few, lambda: tailoring.tailor_item(few.deps, 1, few.clock.now()))
    many = reaches("drafted", "facebook", "x", organisations=("fulda", "marburg-biedenkopf", "kreis-offenbach"))
    asked_of_many = statements(many, lambda: tailoring.tailor_item(many.deps, 1, many.clock.now()))

    assert len(asked_of_many) <= len(asked_of_few) + 2


def test_what_found_no_slot_is_not_planned_again_at_once(reaches: Reaches) -> None:
    world = reaches("awaiting", "facebook")
    now = world.clock.now()
    with world.deps.store.write() as session:
        for post in items.posts_of(session, 1):
            post.due_at, post.plan_why = None, "Kein Platz frei."

    assert planning.propose(world.deps, now, again=False) == 0
    assert world.post()["due_at"] is None
    assert planning.propose(world.deps, now) == 1


def test_a_post_that_is_handed_back_is_planned_at_once(reaches: Reaches) -> None:
    world = reaches("scheduled", "facebook")
    from distributor.services import approving

    approving.edit(world.deps, world.person("fulda"), 1, "Ein eigener Text", world.clock.now())
    assert (world.state(), world.post()["due_at"], world.post()["why"]) == ("awaiting", None, "")

    assert planning.propose(world.deps, world.clock.now(), again=False) == 1
