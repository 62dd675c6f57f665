"""What a crew asks at every turn is found by index, however many posts are due at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from distributor.domain import State
from distributor.services import leading
from distributor.store import claims, held, proofs
from distributor.store.engine import Store
from distributor.store.tables import PostRow
from distributor.vault import Vault, new_key
from tests.measure.bench.seed import Size, fill

_FORTY = list(range(1, 41))
_ASKED: dict[str, Callable[[Session], object]] = {
    "due": lambda session: claims.due_work(session, datetime.now(UTC), 40, 10),
    "live stages": lambda session: held.live_stages(session, _FORTY),
    "receipts": lambda session: proofs.proven_by(session, [(account, f"1_{account}") for account in _FORTY]),
    "leading accounts": lambda session: session.connection().execute(
        leading._PAGES_OF, {"owners": _FORTY, "channels": ["website"]}
    ),
    "leading posts": lambda session: session.connection().execute(
        leading._FIRST, {"items": [1, 2], "accounts": _FORTY}
    ),
}
_WHOLE = ("SCAN post", "SCAN stage", "SCAN receipt", "SCAN account", "ix_stage_state", "ix_post_item_id")


@pytest.fixture
def full(store: Store) -> Iterator[Store]:
    """Four thousand posts on four hundred accounts, all due at one moment, with what the database knows of itself."""
    fill(store, Vault(new_key()), Size(4_000, 400))
    if not store.is_sqlite:  # in service autovacuum does it; SQLite is never told
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("ANALYZE"))
    yield store


def steps(store: Store, ask: Callable[[Session], object], table: str = "") -> list[str]:
    """Return the steps in which the database answers what ``ask`` asks it, of this table only."""
    asked: list[tuple[str, object]] = []

    def note(connection: object, cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    with store.read() as session:
        sa.event.listen(store.engine, "before_cursor_execute", note)
        ask(session)
        sa.event.remove(store.engine, "before_cursor_execute", note)
        explain = "EXPLAIN QUERY PLAN" if store.is_sqlite else "EXPLAIN"
        return [
            str(row[-1])
            for statement, parameters in asked
            if f"FROM {table}" in statement
            for row in session.connection().exec_driver_sql(f"{explain} {statement}", parameters)
        ]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize("question", _ASKED)
def test_sqlite_reads_no_whole_table(question: str, full: Store) -> None:
    found = steps(full, _ASKED[question])
    assert found
    assert not [step for step in found if any(sign in step for sign in _WHOLE)], found


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("column", "index"), [("item_id", "ix_post_item_account"), ("account_id", "ix_post_account_state")]
)
def test_sqlite_does_not_take_the_state_for_rare(column: str, index: str, full: Store) -> None:
    post = PostRow.__table__.c
    some = sa.select(post.id).where(post[column] == 1, post.state == State.STAGED, post.recall_at.is_(None))
    [step] = steps(full, lambda session: session.connection().execute(some))
    assert index in step


def test_nothing_that_is_due_at_one_moment_is_sorted(full: Store) -> None:
    found = steps(full, _ASKED["due"], "post ")
    assert any("ix_post_due" in step for step in found), found
    assert not [step for step in found if "Sort" in step or "TEMP B-TREE" in step], found
