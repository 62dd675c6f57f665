"""Pages that are told by a row: forwards, backwards and from the end, with ties and rows that have no value."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import delete, true

from distributor.domain import State
from distributor.paging import Leaf, Spot
from distributor.store.engine import Store
from distributor.store.paging import Order, leaf
from distributor.store.tables import PostRow
from tests.support.rows import NOW, Shelf

ORDERS = {
    "by due time": Order(PostRow.id, PostRow.due_at),
    "newest change first": Order(PostRow.id, PostRow.changed_at, descending=True),
    "by number": Order(PostRow.id),
    "newest number first": Order(PostRow.id, descending=True),
}


@pytest.fixture
def posts(shelf: Shelf) -> list[int]:
    """Eleven posts: pairs are due at one moment, and the last three at none."""
    return [
        shelf.post(State.AWAITING, due_at=NOW + timedelta(hours=number // 2) if number < 8 else None)
        for number in range(11)
    ]


def page(store: Store, order: Order, spot: Spot, limit: int = 4) -> Leaf:
    with store.read() as session:
        return leaf(session, true(), order, spot, limit)


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("limit", [1, 4, 11])
def test_each_row_is_on_one_page_and_the_way_back_shows_the_same_pages(
    store: Store, posts: list[int], order: Order, limit: int
) -> None:
    whole = list(page(store, order, Spot(), 100).numbers)
    assert sorted(whole) == posts
    found = [page(store, order, Spot(), limit)]
    while found[-1].later:
        found.append(page(store, order, Spot(after=found[-1].numbers[-1]), limit))
    assert [number for each in found for number in each.numbers] == whole
    assert [each.earlier for each in found] == [False] + [True] * (len(found) - 1)
    for before, after in itertools.pairwise(found):
        back = page(store, order, Spot(before=after.numbers[0]), limit)
        assert (back.numbers, back.earlier, back.later) == (before.numbers, before.earlier, True)
    last = page(store, order, Spot(last=True), limit)
    assert (list(last.numbers), last.later) == (whole[-limit:], False)
    assert last.earlier == (len(whole) > limit)


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_a_page_past_either_end_is_the_nearest_there_is(store: Store, posts: list[int], order: Order) -> None:
    first, last = page(store, order, Spot()), page(store, order, Spot(last=True))
    assert page(store, order, Spot(after=last.numbers[-1])) == last
    assert page(store, order, Spot(before=first.numbers[0])) == first
    assert page(store, order, Spot(before=first.numbers[2])) == first


def test_a_row_that_is_gone_is_no_row(store: Store, posts: list[int]) -> None:
    order = ORDERS["by due time"]
    with store.write() as session:
        session.execute(delete(PostRow).where(PostRow.id == posts[5]))
    first = page(store, order, Spot())
    assert page(store, order, Spot(after=posts[5])) == page(store, order, Spot(before=posts[5])) == first


def test_nothing_is_a_page_too(store: Store, shelf: Shelf) -> None:
    for spot in (Spot(), Spot(after=1), Spot(before=1), Spot(last=True)):
        assert page(store, ORDERS["by due time"], spot) == Leaf([])
