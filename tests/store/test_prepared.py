"""Prepared statements: many rows in one go, every value as it was given, on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, bindparam, event, insert, select, update
from sqlalchemy.exc import DBAPIError

from distributor.domain import State
from distributor.store.engine import Store
from distributor.store.prepared import Prepared
from distributor.store.types import UtcDateTime, storable

_META = MetaData()
_THING = Table(
    "thing",
    _META,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("at", UtcDateTime()),
    Column("note", String, nullable=False, default="as always"),
    Column("other_id", ForeignKey("thing.id")),
)
_PUT = Prepared(insert(_THING).values({name: bindparam(name) for name in ("name", "at", "other_id")}))
_RENAME = Prepared(
    update(_THING)
    .where(_THING.c.id == bindparam("which"), _THING.c.name == bindparam("before"))
    .values(name=bindparam("after"), note="renamed", at=bindparam("moment"))
)
AT = datetime(2026, 11, 30, 9, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def things(store: Store) -> Iterator[Store]:
    _META.create_all(store.engine)
    yield store
    _META.drop_all(store.engine)


def put(store: Store, *rows: dict[str, Any]) -> int:
    with store.write() as session:
        return _PUT.write(session, [{"at": None, "other_id": None} | row for row in rows])


def kept(store: Store) -> list[tuple[Any, ...]]:
    columns = (_THING.c.name, _THING.c.at, _THING.c.note, _THING.c.other_id)
    with store.read() as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(_THING.c.id))]


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    seen: list[str] = []

    def see(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(store.engine, "before_cursor_execute", see)
    yield seen
    event.remove(store.engine, "before_cursor_execute", see)


def test_rows_are_kept_in_their_order_with_what_a_column_holds_by_default(things: Store) -> None:
    assert put(things, {"name": "one", "at": AT}, {"name": "two"}, {"name": "three"}) == 3
    assert kept(things) == [
        ("one", AT, "as always", None),
        ("two", None, "as always", None),
        ("three", None, "as always", None),
    ]
    assert put(things, {"name": "four", "other_id": 1}) == 1
    assert kept(things)[-1] == ("four", None, "as always", 1)
    assert put(things) == 0


def test_only_rows_that_stand_as_they_are_thought_to_are_changed_and_counted(things: Store) -> None:
    put(things, {"name": "one"}, {"name": "two"}, {"name": "three"})
    changes = [
        {"which": 1, "before": "one", "after": "first", "moment": AT},
        {"which": 2, "before": "other", "after": "second", "moment": AT},
        {"which": 3, "before": "three", "after": "third", "moment": None},
    ]
    with things.write() as session:
        assert _RENAME.write(session, changes) == 2
    assert kept(things) == [
        ("first", AT, "renamed", None),
        ("two", None, "as always", None),
        ("third", None, "renamed", None),
    ]


def test_however_many_rows_there_are_the_server_is_asked_once(things: Store) -> None:
    with statements(things) as seen:
        put(things, *({"name": f"name {number}"} for number in range(200)))
    assert len([one for one in seen if one.startswith("INSERT")]) == 1
    assert len(kept(things)) == 200


def test_a_moment_of_another_zone_is_the_same_moment_and_one_without_is_refused(things: Store) -> None:
    put(things, {"name": "there", "at": AT.astimezone(timezone(timedelta(hours=5, minutes=30)))})
    assert kept(things)[0][1] == AT
    with pytest.raises(ValueError, match="naive"):
        put(things, {"name": "nowhere", "at": AT.replace(tzinfo=None)})


def test_a_state_is_kept_by_its_word(things: Store) -> None:
    put(things, {"name": State.STAGED})
    assert kept(things)[0][0] == "staged"


def test_what_the_server_refuses_changes_nothing(things: Store) -> None:
    with pytest.raises(DBAPIError):
        put(things, {"name": "one"}, {"name": None})
    assert kept(things) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(), min_size=1, max_size=5))
def test_every_storable_text_comes_back_as_it_was(things: Store, texts: list[str]) -> None:
    names = [storable(text) for text in texts]
    put(things, *({"name": name} for name in names))
    assert [row[0] for row in kept(things)][-len(names) :] == names
