"""Posts page by page: each once, in the order of the whole, whatever times they share or lack."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from distributor.domain import Refused, State
from distributor.services import views
from tests.support.plenty import plenty
from tests.support.world import World

Reaches = Callable[..., World]


def test_pages_behind_each_other_are_the_whole_list(reaches: Reaches) -> None:
    world = reaches("awaiting", "facebook", "x")
    with world.deps.store.write() as session:
        plenty(session, items=9, state=State.AWAITING, now=world.clock.now(), spread=timedelta(days=9))
        session.execute(text("UPDATE post SET due_at = NULL WHERE id % 4 = 0"))
        session.execute(text("UPDATE post SET due_at = (SELECT max(due_at) FROM post) WHERE id % 4 = 1"))
    whole = [post["id"] for post in views.post_list(world.deps)]

    paged: list[int] = []
    while page := views.post_list(world.deps, after=paged[-1] if paged else 0, limit=3):
        paged += [post["id"] for post in page]

    assert paged == whole
    assert len(whole) > 15
    assert [post["due_at"] is None for post in views.post_list(world.deps)] == sorted(
        post["due_at"] is None for post in views.post_list(world.deps)
    )


def test_a_page_behind_a_post_that_is_not_there_is_refused(reaches: Reaches) -> None:
    world = reaches("awaiting")

    with pytest.raises(Refused, match="Den Post 999 gibt es nicht"):
        views.post_list(world.deps, after=999)


def test_a_long_list_has_the_receipt_of_each_post(reaches: Reaches) -> None:
    world = reaches("awaiting", "facebook", "x")
    with world.deps.store.write() as session:
        plenty(session, items=260, state=State.PUBLISHED, now=world.clock.now(), spread=timedelta(days=-9))

    listed = views.post_list(world.deps, states=["published"])

    assert len(listed) > 500
    assert {post["receipt"]["remote_id"] for post in listed} == {f"r{post['id']}" for post in listed}
