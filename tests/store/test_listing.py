"""The list of posts: in order of time, whatever is asked for, page by page, and no account is read to its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

import pytest
import sqlalchemy as sa

from distributor.domain import State
from distributor.store import post_lists
from distributor.store.engine import Store
from tests.support.rows import NOW, Shelf

_WHEN = (None, NOW, NOW, NOW + timedelta(days=1), NOW - timedelta(days=1))


@pytest.fixture
def laid(shelf: Shelf) -> dict[int, tuple[str, str, State, int, datetime | None]]:
    """Forty posts by number: Jobcenter, channel, state, Item, time; some times are the same, some none."""
    accounts = {}
    for slug in ("fulda", "hanau"):
        owner = shelf.organisation(slug)
        accounts |= {(slug, channel): shelf.account(owner, channel) for channel in ("one", "two")}
    items = [shelf.item() for _ in range(5)]
    made = {}
    for ((slug, channel), account), item, state in product(accounts.items(), items, (State.AWAITING, State.MISSED)):
        due = _WHEN[len(made) % len(_WHEN)]
        number = shelf.post(state, account, item, due_at=due, occurrence=1 + len(made))
        made[number] = (slug, channel, state, item, due)
    return made


@pytest.mark.parametrize("organisations", [None, [], ["fulda"], ["fulda", "hanau"], ["nobody"]])
@pytest.mark.parametrize("channel", [None, "two"])
@pytest.mark.parametrize("states", [None, [State.MISSED]])
@pytest.mark.parametrize("limit", [None, 3])
def test_what_is_asked_for_comes_in_order_and_page_by_page(
    organisations: list[str] | None,
    channel: str | None,
    states: list[State] | None,
    limit: int | None,
    store: Store,
    laid: dict[int, tuple[str, str, State, int, datetime | None]],
) -> None:
    first_item = min(item for *_, item, _ in laid.values())
    for item_id in (None, first_item):
        wanted = [
            number
            for number, (slug, of_channel, state, item, _) in laid.items()
            if (organisations is None or slug in organisations)
            and channel in (None, of_channel)
            and (states is None or state in states)
            and item_id in (None, item)
        ]
        wanted.sort(key=lambda number: (laid[number][-1] is None, laid[number][-1] or NOW, number))
        found: list[int] = []
        with store.read() as session:
            while True:
                page = post_lists.listing(
                    session,
                    organisations=organisations,
                    states=states,
                    channel=channel,
                    item_id=item_id,
                    after=found[-1] if found else 0,
                    limit=limit,
                )
                found += [post.id for post, *_ in page]
                if limit is None or len(page) < limit:
                    break
        assert found == wanted


def test_sqlite_reads_no_account_to_its_end(store: Store, laid: object) -> None:
    if not store.is_sqlite:
        pytest.skip("PostgreSQL decides by what the tables hold")
    asked: list[tuple[str, object]] = []

    def note(connection: object, cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    with store.read() as session:
        sa.event.listen(store.engine, "before_cursor_execute", note)
        post_lists.listing(session, organisations=["fulda"], limit=3)
        sa.event.remove(store.engine, "before_cursor_execute", note)
        statement, parameters = asked[-1]
        steps = [
            str(row[-1]) for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    walks = [step for step in steps if "ix_post_account_due" in step]
    assert len(walks) == 2, steps
    assert len([step for step in steps if "TEMP B-TREE" in step]) == 1, steps
