"""Single questions on kept connections: they outlive a database that comes and goes, and never wait for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Integer, bindparam, select, text

from distributor.store.asking import Unasked
from distributor.store.engine import Store
from distributor.store.prepared import Prepared

_ECHO = Prepared(select(bindparam("said", type_=Integer())))
_BROKEN = Prepared(text("SELECT nothing FROM nowhere"))


def test_what_cannot_be_answered_leaves_the_way_open_for_the_next_question(store: Store) -> None:
    for _ in range(30):  # more than there are connections
        with pytest.raises(Unasked):
            store.ask(_BROKEN)
    assert store.ask(_ECHO, said=7) == (7,)


def test_a_closed_store_answers_whoever_asks_again(store: Store) -> None:
    assert store.ask(_ECHO, said=1) == (1,)
    store.close()
    assert store.ask(_ECHO, said=2) == (2,)


def test_more_threads_than_connections_all_get_their_own_answer(store: Store) -> None:
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda number: store.ask(_ECHO, said=number), range(400)))
    assert answers == [(number,) for number in range(400)]


def test_a_connection_that_died_unnoticed_is_replaced(store: Store) -> None:
    if store.is_sqlite:
        pytest.skip("a file has no server that could end a connection")
    assert store.ask(_ECHO, said=1) == (1,)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        connection.execute(text(f"{others} AND datname = current_database()"))
    assert store.ask(_ECHO, said=2) == (2,)


def test_a_database_that_is_not_there_says_so_each_time(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/no/such/folder.sqlite3")
    for _ in range(2):
        with pytest.raises(Unasked):
            store.ask(_ECHO, said=1)
    store.close()
