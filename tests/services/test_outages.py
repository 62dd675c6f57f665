"""What a person is told when the database is busy or away: by the real errors of a real server."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from distributor.services.outages import sentence_for
from distributor.store.engine import Store


@pytest.fixture
def server(store: Store) -> Store:
    """A database with a server of its own, and two rows to quarrel about."""
    if store.is_sqlite:
        pytest.skip("the embedded database has no server")
    with store.write() as session:
        session.execute(sa.text("CREATE TABLE quarrel (n int)"))
        session.execute(sa.text("INSERT INTO quarrel VALUES (1), (2)"))
    return store


def raised(act: Callable[[], object]) -> Exception:
    try:
        act()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def take(session: sa.orm.Session, row: int) -> None:
    session.execute(sa.text("UPDATE quarrel SET n = n WHERE n = :n"), {"n": row})


def test_a_statement_that_took_too_long(server: Store) -> None:
    with server.write() as session:
        session.execute(sa.text("SET LOCAL statement_timeout = 20"))
        error = raised(lambda: session.execute(sa.text("SELECT pg_sleep(5)")))
        session.rollback()

    assert "stark belegt" in (sentence_for(error) or "")


def test_a_lock_that_nobody_gave_back(server: Store) -> None:
    with server.write() as holder, server.write() as other:
        take(holder, 1)
        other.execute(sa.text("SET LOCAL lock_timeout = 20"))
        error = raised(lambda: take(other, 1))
        other.rollback()

    assert "stark belegt" in (sentence_for(error) or "")


def test_two_who_wait_for_each_other(server: Store) -> None:
    errors: list[Exception] = []
    both = threading.Barrier(2)

    def quarrel(first: int, second: int) -> None:
        try:
            with server.write() as session:
                session.execute(sa.text("SET LOCAL deadlock_timeout = 20"))
                take(session, first)
                both.wait(timeout=10)
                take(session, second)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=quarrel, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    [error] = errors
    assert "stark belegt" in (sentence_for(error) or "")


def test_a_server_that_went_away(server: Store) -> None:
    with server.read() as session:
        pid = session.scalar(sa.text("SELECT pg_backend_pid()"))
        with server.write() as other:
            other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        error = raised(lambda: session.execute(sa.text("SELECT 1")))

    assert "antwortet gerade nicht" in (sentence_for(error) or "")


def test_a_fault_of_the_program_is_none_of_these(store: Store) -> None:
    with store.read() as session:
        error = raised(lambda: session.execute(sa.text("SELECT nonsense")))

    assert sentence_for(error) is None or store.is_sqlite  # SQLite calls everything operational
