"""The database in trouble at each moment of a release: locked, full, restarted, gone for hours over slot times."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from tests.faults.test_the_wire import CHANNELS, SOON
from tests.support.auditing import audit
from tests.support.databases import Databases
from tests.support.postgres import Server
from tests.support.world import World

Reaches = Callable[..., World]
Trouble = Callable[[World, pytest.FixtureRequest], Any]


@contextmanager
def each_connection(world: World, setting: str) -> Iterator[None]:
    """Give each connection a setting, and take it back."""

    def prepare(connection: Any, *_: Any) -> None:
        connection.execute(setting)
        connection.commit()

    engine = world.deps.store.engine
    sa.event.listen(engine, "checkout", prepare)
    try:
        yield
    finally:
        sa.event.remove(engine, "checkout", prepare)
        engine.dispose()


@contextmanager
def locked(world: World, request: pytest.FixtureRequest) -> Iterator[None]:
    """Another process holds what is written to for longer than anybody waits."""
    lock, patience = (
        ("BEGIN IMMEDIATE", "PRAGMA busy_timeout=20")
        if world.deps.store.is_sqlite
        else ("LOCK TABLE post IN EXCLUSIVE MODE", "SET lock_timeout=20")
    )
    other = sa.create_engine(world.deps.store.url)
    with each_connection(world, patience), other.connect() as connection:
        connection.exec_driver_sql(lock)
        yield
        connection.rollback()
    other.dispose()


def full(world: World, request: pytest.FixtureRequest) -> Any:
    """The disk is full."""
    return _full_here(world) if world.deps.store.is_sqlite else _full_at_the_server(world)


@contextmanager
def _full_here(world: World) -> Iterator[None]:
    """No file of this process may grow beyond a kilobyte (RLIMIT_FSIZE): each write of SQLite falls short."""
    world.deps.store.close()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        world.deps.store.close()


@contextmanager
def _full_at_the_server(world: World) -> Iterator[None]:
    """Each write is answered as PostgreSQL answers where it cannot extend a file."""
    written = ("post", "stage", "attempt", "receipt", "event")
    with world.deps.store.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"
        )
        for table in written:
            connection.exec_driver_sql(
                f"CREATE TRIGGER no_space BEFORE INSERT OR UPDATE ON {table} EXECUTE FUNCTION no_space()"
            )
    yield
    with world.deps.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP FUNCTION no_space CASCADE")


@contextmanager
def restarted(world: World, request: pytest.FixtureRequest) -> Iterator[None]:
    """The server crashes and is there again: every connection, and the lock that says who lives, is gone."""
    server: Server = request.getfixturevalue("postgres")
    server.halt()
    server.start()
    yield


@contextmanager
def gone(world: World, request: pytest.FixtureRequest) -> Iterator[None]:
    """For three hours there is no database, while slot after slot goes by."""
    if not world.deps.store.is_sqlite:
        server: Server = request.getfixturevalue("postgres")
        server.halt()
        yield
        server.start()
    else:
        path = Path(str(world.deps.store.url.database))
        world.deps.store.close()
        away = path.with_suffix(".away")
        path.rename(away)
        path.mkdir()
        yield
        world.deps.store.close()
        path.rmdir()
        away.rename(path)
    world.clock.advance(hours=3)


TROUBLES: dict[str, tuple[str, Trouble]] = {
    "locked": ("", locked),
    "full": ("", full),
    "restarted": ("postgresql", restarted),
    "gone": ("", gone),
}
MOMENTS = ("claim", "call", "record")


def rings(world: World) -> None:
    """Ring the bell as the daemon does: what fails once is tried at the next ring."""
    for _ in range(20):
        with suppress(SQLAlchemyError):
            world.ownership.beat(world.clock.now())
            world.crew.rescue()
            world.works()
            return
    raise AssertionError("the database never came back")


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_the_database_in_trouble(
    reaches: Reaches, databases: Databases, request: pytest.FixtureRequest, trouble: str, moment: str
) -> None:
    engine, happens = TROUBLES[trouble]
    if engine not in ("", databases.kind):
        pytest.skip(f"{trouble} is a trouble of {engine}")
    world = reaches("staged", *CHANNELS)
    world.clock.set(max(world.due(post["id"]) for post in world.posts()))

    claimed = world.claims() if moment != "claim" else []
    results = world.calls(claimed) if moment == "record" else []
    with happens(world, request):
        before = len(world.network.ledger())
        if moment == "call":
            results = world.calls(claimed)
        with suppress(SQLAlchemyError):
            world.stores(results) if results else world.works()
        assert moment != "claim" or len(world.network.ledger()) == before or trouble == "restarted"
    rings(world)
    world.runs_until(world.clock.now() + SOON)

    verdict = audit(world)
    late = len(CHANNELS) - (len(claimed) if moment == "record" else 0) if trouble == "gone" else 0
    verdict.all_is_well(ambiguous=late)
    if not late:
        assert world.states() == {"published": len(CHANNELS)}


def test_posts_of_three_lost_hours_follow_the_policy(
    reaches: Reaches, databases: Databases, request: pytest.FixtureRequest
) -> None:
    """Those due less than two hours before it is back go out, the others are with a person."""
    world = reaches("scheduled", "facebook", items=3)
    dues = sorted(world.due(post["id"]) for post in world.posts())
    world.runs_until(dues[0] - timedelta(minutes=1))
    with gone(world, request), suppress(SQLAlchemyError):
        world.works()
    rings(world)
    world.runs_until(dues[-1] + SOON)

    back = dues[0] - timedelta(minutes=1) + timedelta(hours=3)
    too_late = [due for due in dues if back - due > world.deps.policy.lateness]
    verdict = audit(world)
    verdict.all_is_well(ambiguous=len(too_late))
    assert len(verdict.handed) == len(too_late) > 0
