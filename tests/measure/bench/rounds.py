"""Run one sender once: in a fresh process, on a fresh database, against a fresh platform."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

import sqlalchemy as sa

from distributor.vault import new_key
from tests.measure.bench.place import Place
from tests.measure.bench.platform import Seen, platform, seen_by
from tests.measure.bench.seed import Size, draft_of
from tests.measure.bench.senders import Sender
from tests.support.postgres import Server

_Done = TypeVar("_Done")


@dataclass(frozen=True, slots=True)
class Contender:
    """A sender under the name that the table shows, with the PostgreSQL server it works on; None for a SQLite file."""

    name: str
    sender: Sender
    server: Server | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one run: how long it took, how late the median post was, how many never came or came twice."""

    seconds: float
    late: float
    lost: int
    doubled: int


def run(contender: Contender, latency: float, size: Size, threads: int) -> Run:
    """Send everything and return what came of it."""
    with _place(contender, latency, size, threads) as place:
        began, ended = _finished(contender.sender.send, place)
        return _judged(seen_by(place.address), size, began, ended)


def killed(contender: Contender, latency: float, size: Size, threads: int, kills: int) -> Run:
    """Send everything while the sender is killed (SIGKILL) ``kills`` times, each time with another part sent."""
    with _place(contender, latency, size, threads) as place:
        began = time.monotonic()
        work = contender.sender.send
        for number in range(1, kills + 1):
            with _process(work, place) as (process, _):
                while process.is_alive() and len(seen_by(place.address)) < size.posts * number / (kills + 1):
                    time.sleep(0.01)
                process.kill()  # harmless where it has just ended by itself
            work = contender.sender.resume
        _finished(work, place)
        return _judged(seen_by(place.address), size, began, time.monotonic())


def _judged(seen: Seen, size: Size, began: float, ended: float) -> Run:
    times = [seen.get(draft_of(number), []) for number in range(1, size.posts + 1)]
    late = median(moments[0] - began for moments in times if moments)
    lost, doubled = sum(not moments for moments in times), sum(len(moments) > 1 for moments in times)
    return Run(ended - began, late, lost, doubled)


@contextlib.contextmanager
def _place(contender: Contender, latency: float, size: Size, threads: int) -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as folder, platform(latency) as address:
        database = f"sqlite:///{folder}/posts.sqlite3" if contender.server is None else _fresh(contender.server)
        place = Place(address, Path(folder), database, new_key(), size, threads)
        _finished(contender.sender.prepare, place)
        yield place


def _fresh(server: Server) -> str:
    admin = sa.create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("DROP DATABASE IF EXISTS bench WITH (FORCE)"))
        connection.execute(sa.text("CREATE DATABASE bench"))
    admin.dispose()
    return server.url("bench")


def _finished(work: Callable[[Place], _Done], place: Place) -> _Done:
    with _process(work, place) as (_, answer):
        try:
            done: _Done = answer.recv()
        except EOFError:
            raise SystemExit(f"{work.__qualname__} ended without a result") from None
    return done


@contextlib.contextmanager
def _process(work: Callable[[Place], object], place: Place) -> Iterator[tuple[Any, Any]]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_tell, args=(there, work, place))
    process.start()
    there.close()
    try:
        yield process, here
    finally:
        process.join()


def _tell(there: Any, work: Callable[[Place], object], place: Place) -> None:
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stderr(nowhere):
        there.send(work(place))
