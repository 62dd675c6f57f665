"""The way to the database: nothing waits for ever, and a connection that died is not handed out."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from distributor import bootstrap
from distributor.settings import WEB_THREADS, load
from distributor.store import engine
from distributor.store.engine import Store


@pytest.fixture
def server(store: Store) -> Store:
    """A database with a server of its own."""
    if store.is_sqlite:
        pytest.skip("the embedded database has no server")
    return store


def kill_all(store: Store, database_url: str) -> None:
    """End every connection of the store at the server, as a restart would."""
    admin = Store(database_url)
    with admin.write() as session:
        session.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    admin.close()


def test_nothing_waits_for_ever(server: Store, database_url: str) -> None:
    bounded = Store(f"{database_url}&options=-c%20work_mem%3D8MB", statement=timedelta(seconds=7))
    asked = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "work_mem")
    with bounded.read() as session:
        told = {name: session.scalar(sa.text(f"SHOW {name}")) for name in asked}
        unix = session.scalar(sa.text("SELECT inet_server_addr() IS NULL"))
    bounded.close()

    assert told == {
        "statement_timeout": "7s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "1min",
        "work_mem": "8MB",
    }
    assert unix, "over a socket file the server has no keepalive to show; tests/hosts asks over TCP"


def test_the_servers_clock_is_asked_and_the_embedded_one_has_none(store: Store) -> None:
    told = store.time()

    assert (told is None) == store.is_sqlite
    assert told is None or told.utcoffset() is not None


def test_a_connection_that_died_while_it_lay_unused_is_not_handed_out(
    server: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server.read() as session:
        session.execute(sa.text("SELECT 1"))
    kill_all(server, database_url)
    monkeypatch.setattr(engine, "_IDLE", 0.0)

    with server.read() as session:
        assert session.scalar(sa.text("SELECT 1")) == 1


def test_after_a_failover_one_at_most_fails_and_then_all_is_well(server: Store, database_url: str) -> None:
    """Connections in use are not tried beforehand: that would cost every claim a round trip."""
    with server.read() as one, server.read() as two:
        one.execute(sa.text("SELECT 1"))
        two.execute(sa.text("SELECT 1"))
    kill_all(server, database_url)

    with pytest.raises(sa.exc.OperationalError), server.read() as session:
        session.execute(sa.text("SELECT 1"))
    for _ in range(3):
        with server.read() as session:
            assert session.scalar(sa.text("SELECT 1")) == 1


@pytest.mark.parametrize("url", ["sqlite:///nowhere.sqlite3", "postgresql://nobody@127.0.0.1:1/none"])
def test_no_thread_of_a_process_waits_for_a_connection(url: str) -> None:
    deps = bootstrap.build(load({"DISTRIBUTOR_THREADS": "40", "DISTRIBUTOR_DATABASE_URL": url}))

    assert deps.store.engine.pool.size() > 40 + 2 * WEB_THREADS  # type: ignore[attr-defined]
