"""Many values with one parameter: the right rows are found, and by the index."""

from __future__ import annotations

import shutil
from pathlib import Path

import sqlalchemy as sa

from distributor.domain import State
from distributor.store.among import among
from distributor.store.engine import Store
from distributor.store.tables import AccountRow, PostRow
from tests.support.rows import Shelf

_POST, _ACCOUNT = PostRow.__table__, AccountRow.__table__
_ASKED = (
    sa.select(_POST.c.id)
    .join(_ACCOUNT, _POST.c.account_id == _ACCOUNT.c.id)
    .where(among(_POST.c.id, "posts"), among(_ACCOUNT.c.channel, "channels"))
)


def test_only_rows_with_one_of_the_values_are_found(shelf: Shelf, store: Store) -> None:
    first, second, third = (shelf.post(State.SCHEDULED) for _ in range(3))
    with store.read() as session:
        [channel] = set(session.scalars(sa.select(AccountRow.channel)))

        def found(posts: list[int], channels: list[str]) -> set[int]:
            return set(session.connection().scalars(_ASKED, {"posts": posts, "channels": channels}))

        assert found([first, third, 0], [channel, "other"]) == {first, third}
        assert found([second], ["other"]) == set()
        assert found([], [channel]) == set()
        others = sa.select(_POST.c.id).where(~among(_POST.c.id, "posts"))
        assert set(session.connection().scalars(others, {"posts": [second]})) == {first, third}


def test_sqlite_takes_the_index_and_reads_no_whole_table(sqlite_template: Path, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'one.sqlite3')}")
    asked = str(_ASKED.compile(store.engine))
    with store.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", ("[1]", '["x"]'))
        steps = [row[3] for row in plan]
    store.close()
    assert any(step.startswith("SEARCH post USING") for step in steps), steps
    assert not [step for step in steps if step.startswith(("SCAN post", "SCAN account"))], steps
