"""What a feed's answer no longer lists: scrolled out, gone, or an answer that is in doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.domain import FeedItem
from distributor.intake.vanishing import Vanished, runs_backwards, vanished

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "listed", "gone"),
    [
        pytest.param([3, 2, 1], [3, 2, 1], [], id="nothing happened"),
        pytest.param([], [3, 2, 1], [], id="the first answer"),
        pytest.param([3, 2, 1], [1, 3, 2], [], id="another order"),
        pytest.param([3, 2, 1], [4, 3, 2], [], id="one came, one left at the end"),
        pytest.param([3, 2, 1], [5, 4, 3], [], id="two came, two left at the end"),
        pytest.param([3, 2, 1], [6, 5, 4], [], id="all replaced by newer ones"),
        pytest.param([3, 2, 1], [3, 1], [2], id="one left in the middle"),
        pytest.param([3, 2, 1], [2, 1], [3], id="the newest left"),
        pytest.param([3, 2, 1], [3, 2], [1], id="the last left and nothing came"),
        pytest.param([4, 3, 2, 1], [5, 4, 3], [2], id="one came and two left: the older of them scrolled out"),
        pytest.param([4, 3, 2, 1], [5, 4, 2], [3], id="one came, one left at the end, one in the middle"),
        pytest.param([4, 3, 2, 1], [4, 3, 2, 0], [1], id="an older one moved up into the place of the last"),
        pytest.param(
            [4, 3, 2, 1], [5, 4, 3, 2, 0], [1], id="one came, and the window reaches further back than before"
        ),
        pytest.param([4, 3, 2, 1], [4, 2, 1, 0], [3], id="an older one moved up for one in the middle"),
    ],
)
def test_what_is_gone_without_a_reason_is_told(before: list[int], listed: list[int], gone: list[int]) -> None:
    assert vanished(before, listed) == Vanished(tuple(gone))


def test_of_a_complete_feed_nothing_scrolls_out() -> None:
    assert vanished([3, 2, 1], [4, 3, 2], complete=True) == Vanished((1,))


@pytest.mark.parametrize(
    ("before", "listed", "shrunk"),
    [
        (3, [], True),
        (1, [], True),
        (0, [], False),
        (12, [12], True),
        (12, [12, 11, 10, 9, 8, 7], False),
        (12, [12, 11, 10, 9, 8], True),
        (6, [6], False),
        (60, list(range(60, 30, -1)), False),
        (60, list(range(60, 31, -1)), True),
    ],
)
def test_an_answer_that_lacks_suspiciously_many_is_in_doubt(before: int, listed: list[int], shrunk: bool) -> None:
    assert vanished(list(range(before, 0, -1)), listed).shrunk is shrunk


numbers = st.lists(st.integers(0, 12), unique=True, max_size=12)


@given(numbers, numbers)
def test_only_what_was_listed_and_is_not_any_more_is_told(before: list[int], listed: list[int]) -> None:
    told = vanished(before, listed).items

    assert set(told) <= set(before) - set(listed)
    assert len(set(before) - set(listed)) - len(told) <= len(set(listed) - set(before))


@given(st.lists(st.integers(), unique=True, min_size=1, max_size=30), st.integers(0, 10), st.integers(1, 30))
def test_a_window_that_only_moves_on_never_asks(items: list[int], steps: int, width: int) -> None:
    """Whatever its width: newer ones come in at the top, the oldest leave at the end."""
    window = items[steps : steps + width]
    moved = items[:steps][-width:] + window
    assert vanished(window, moved[:width] if len(window) == width else moved).items == ()


ITEM = FeedItem(guid="g", title="T", link="")


@pytest.mark.parametrize(
    ("days", "backwards"),
    [
        ([3, 2, 1], False),
        ([1, 2, 3], True),
        ([1, None, 3], True),
        ([1, 3, 2], False),
        ([1, 1, 1], False),
        ([None, None], False),
        ([1], False),
        ([], False),
    ],
)
def test_a_document_whose_dates_ascend_runs_backwards(days: list[int | None], backwards: bool) -> None:
    items = [replace(ITEM, published_at=None if day is None else NOW + timedelta(days=day)) for day in days]

    assert runs_backwards(items) is backwards
