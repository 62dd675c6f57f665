"""Who is alive: only a lock that its owner's death frees proves a daemon dead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from distributor.store import claims
from distributor.store.engine import Store
from distributor.store.ownership import Ownership
from distributor.store.tables import AccountRow, WorkerRow
from tests.support.rows import NOW, Shelf

CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from distributor.store.engine import Store
from distributor.store.ownership import Ownership
owner = Ownership(Store(sys.argv[1]), Path(sys.argv[2]))
owner.begin(datetime.now(UTC))
print(owner.name, flush=True)
sys.stdin.read()
"""


class Process:
    """A worker in a process of its own; it holds its lock until somebody kills it."""

    def __init__(self, url: str, folder: Path) -> None:
        command = [sys.executable, "-c", CHILD, url, str(folder)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.name = self._process.stdout.readline().strip()

    def gets(self, number: signal.Signals) -> None:
        os.kill(self._process.pid, number)
        if number is signal.SIGKILL:
            self._process.wait(timeout=10)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=10)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the lock files lie."""
    return tmp_path / "workers"


@pytest.fixture
def starts(database_url: str, folder: Path) -> Iterator[Callable[[], Process]]:
    """Start workers in processes of their own."""
    made: list[Process] = []

    def start() -> Process:
        made.append(Process(database_url, folder))
        return made[-1]

    yield start
    for process in made:
        process.close()


@contextmanager
def begun(store: Store, folder: Path) -> Iterator[Ownership]:
    owner = Ownership(store, folder)
    owner.begin(NOW)
    yield owner
    owner.end()


def dead(owner: Ownership, store: Store) -> list[str]:
    with store.write() as session:
        return owner.dead(session)


def test_a_worker_is_registered_while_it_lives_and_no_longer(store: Store, folder: Path) -> None:
    with begun(store, folder) as owner, store.read() as session:
        assert session.get_one(WorkerRow, owner.name).seen_at == NOW

    with store.read() as session:
        assert session.scalars(sa.select(WorkerRow.name)).all() == []
    assert not folder.exists() or list(folder.iterdir()) == []


def test_nobody_takes_themselves_or_a_living_neighbour_for_dead(store: Store, folder: Path) -> None:
    with begun(store, folder) as one, begun(store, folder) as two:
        assert dead(one, store) == []
        assert dead(two, store) == []
        assert dead(one, store) == []


def test_however_long_a_worker_was_silent_it_is_not_dead(store: Store, folder: Path) -> None:
    with begun(store, folder) as one, begun(store, folder) as two:
        one.beat(NOW - timedelta(days=365))

        assert dead(two, store) == []


@pytest.mark.parametrize("stopped", [False, True], ids=["running", "stopped"])
def test_a_killed_process_is_dead_and_a_living_one_is_not_even_while_it_stands_still(
    store: Store, folder: Path, starts: Callable[[], Process], stopped: bool
) -> None:
    if not store.is_sqlite and stopped:
        pytest.skip("whether the server still talks to a stopped process is not ours")
    victim, neighbour = starts(), starts()
    with begun(store, folder) as owner:
        if stopped:
            victim.gets(signal.SIGSTOP)
        assert dead(owner, store) == []

        victim.gets(signal.SIGKILL)

        assert _soon(lambda: dead(owner, store)) == [victim.name]
        assert neighbour.name != victim.name


def _soon(look: Callable[[], list[str]]) -> list[str]:
    """The server learns of a process's death when it reads its socket: look until it has."""
    for _ in range(2000):
        if found := look():
            return found
    return []


def test_a_dead_worker_is_forgotten_once_and_for_all(store: Store, folder: Path, starts: Callable[[], Process]) -> None:
    victim = starts()
    victim.gets(signal.SIGKILL)
    with begun(store, folder) as owner:
        _soon(lambda: dead(owner, store))
        with store.write() as session:
            claims.forget_owner(session, victim.name)

        assert dead(owner, store) == []


def test_a_lost_connection_gives_the_lock_back(store: Store, folder: Path) -> None:
    if store.is_sqlite:
        pytest.skip("on SQLite the lock is a file's")
    with begun(store, folder) as one:
        two = Ownership(store, folder)
        two.begin(NOW)
        assert two._connection is not None
        two._connection.close()

        assert _soon(lambda: dead(one, store)) == [two.name]


def test_what_a_worker_still_held_when_it_ended_is_not_held_for_ever(shelf: Shelf, store: Store, folder: Path) -> None:
    """A daemon that had to end while a call was running strikes itself off; its claim must still be found."""
    leaving = Ownership(store, folder)
    leaving.begin(NOW)
    account = shelf.account()
    with store.write() as session:
        claims.take(session, [claims.Work("stage", 1, account)], leaving.name, NOW)
    leaving.end()

    with begun(store, folder) as owner:
        assert dead(owner, store) == [leaving.name]
        with store.write() as session:
            claims.forget_owner(session, leaving.name)
        assert dead(owner, store) == []

    assert shelf.row(AccountRow, account).owner is None


def test_a_worker_that_was_taken_for_dead_begins_anew_at_its_next_beat(
    shelf: Shelf, store: Store, folder: Path
) -> None:
    """Its lock was lost with its connection, a neighbour struck it off: it must not go on unknown."""
    with begun(store, folder) as owner, begun(store, folder) as neighbour:
        old = owner.name
        if owner._connection is not None:
            owner._connection.close()
        if owner._file is not None:
            owner._file.close()
        assert _soon(lambda: dead(neighbour, store)) == [old]
        with store.write() as session:
            claims.forget_owner(session, old)

        owner.beat(NOW)

        assert owner.name != old
        with store.read() as session:
            assert session.get(WorkerRow, owner.name) is not None
        assert dead(neighbour, store) == []
