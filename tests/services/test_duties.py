"""Periodic duties as rows: one of all daemons does each, and the trouble of one holds up no other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from distributor import bootstrap, settings
from distributor.daemon import Daemon
from distributor.services import duties, lapsing
from distributor.services.deps import Deps
from distributor.store.tables import DutyRow
from tests.support.world import START

EVERY = timedelta(minutes=5)


@pytest.fixture
def deps(database_url: str, tmp_path: Path) -> Iterator[Deps]:
    """The parts on an empty database of each kind."""
    made = bootstrap.build(
        settings.load({"DISTRIBUTOR_DATABASE_URL": database_url, "DISTRIBUTOR_DATA_DIR": str(tmp_path)})
    )
    yield made
    made.store.close()


class Clock:
    """Stands until told."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment


def row(deps: Deps, name: str = "sweep") -> DutyRow:
    with deps.store.read() as session:
        return session.get_one(DutyRow, name)


def test_a_duty_is_done_when_its_time_has_come_and_not_before(deps: Deps) -> None:
    clock, done = Clock(), []

    def does() -> bool:
        return duties.do(deps, "sweep", EVERY, clock.now, lambda: done.append(clock.now()))

    assert does()
    assert not does()
    clock.moment += EVERY - timedelta(microseconds=1)
    assert not does()
    clock.moment += timedelta(microseconds=1)
    assert does()

    assert done == [START, START + EVERY]
    assert row(deps).done_at == START + EVERY


@pytest.mark.parametrize("known", [False, True], ids=["for the first time", "again"])
def test_of_many_daemons_that_ring_at_once_one_does_it(deps: Deps, known: bool) -> None:
    clock, done = Clock(), []
    if known:
        duties.do(deps, "sweep", EVERY, clock.now, lambda: None)
        clock.moment += EVERY
    together = threading.Barrier(6)

    def rings(number: int) -> bool:
        together.wait(timeout=10)
        return duties.do(deps, "sweep", EVERY, clock.now, lambda: done.append(number))

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(rings, range(6)))

    assert sum(answers) == 1
    assert len(done) == 1


def test_two_duties_do_not_wait_for_each_other(deps: Deps) -> None:
    clock = Clock()
    inside = []

    duties.do(
        deps, "one", EVERY, clock.now,
        lambda: inside.append(duties.do(deps, "two", EVERY, clock.now, lambda: None)),
    )  # fmt: skip

    assert inside == [True]


def test_what_goes_wrong_is_kept_in_a_sentence_and_forgotten_when_it_goes_right(deps: Deps) -> None:
    clock = Clock()

    def fails() -> None:
        raise RuntimeError("token=EAAB-geheim")

    assert duties.do(deps, "sweep", EVERY, clock.now, fails)
    assert "RuntimeError" in row(deps).trouble
    assert "geheim" not in row(deps).trouble
    assert row(deps).trouble.endswith(".")

    clock.moment += EVERY
    assert duties.do(deps, "sweep", EVERY, clock.now, lambda: None)
    assert row(deps).trouble == ""


def test_the_trouble_of_one_duty_keeps_no_other_from_being_done(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    def breaks(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(lapsing, "expire", breaks)
    monkeypatch.setattr(lapsing, "miss", lambda *_: done.append("miss"))
    clock = Clock()

    Daemon(deps, clock).do_duties()

    assert done == ["miss"]
    with deps.store.read() as session:
        trouble = {row.name: bool(row.trouble) for row in session.scalars(select(DutyRow))}
    assert trouble.pop("expire")
    assert trouble
    assert not any(trouble.values())


def test_an_idle_bell_asks_little_and_writes_nothing(deps: Deps) -> None:
    clock = Clock()
    daemon = Daemon(deps, clock)
    daemon.begin()
    daemon.do_duties()
    clock.moment += timedelta(seconds=6)  # poll, media, tailor and propose are due, and nothing waits for them
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(deps.store.engine, "before_cursor_execute", note)
    daemon.do_duties()
    event.remove(deps.store.engine, "before_cursor_execute", note)
    daemon.end()

    told = [statement for statement in asked if not statement.startswith("BEGIN")]
    assert len(told) == 2
    assert all(statement.startswith("SELECT") for statement in told)


def test_a_duty_that_failed_is_tried_again_even_where_nothing_waits(deps: Deps) -> None:
    every = {"media": EVERY}
    clock = Clock()
    assert duties.due(deps, every, clock.now()) == set()

    def fails() -> None:
        raise RuntimeError

    duties.do(deps, "media", EVERY, clock.now, fails)
    clock.moment += EVERY

    assert duties.due(deps, every, clock.now()) == {"media"}
