"""Run the benchmark: print the ratios, and with ``--write`` put table and picture into ``docs/``."""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa

from distributor.store import migrations
from distributor.store.engine import Store
from distributor.vault import Vault, new_key
from tests.measure.bench import report, senders
from tests.measure.bench.platform import platform
from tests.measure.bench.seed import Size, fill
from tests.support.postgres import NoPostgres, Server


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: the platform's latency in seconds, the sender's threads, and what is asked of the ratio."""

    latency: float
    threads: int
    at_least: dict[str, float]


SETTINGS = (
    Setting(0.0, 64, {"SQLite": 0.7, "PostgreSQL": 0.5}),
    Setting(0.05, 16, {"SQLite": 0.9, "PostgreSQL": 0.9}),
    Setting(0.3, 64, {"SQLite": 0.9, "PostgreSQL": 0.9}),
)


@dataclass
class Measured:
    """The seconds that each sender took in each round of one setting."""

    setting: Setting
    posts: int
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def ratio(self, name: str) -> float:
        """Return the limit's seconds divided by the sender's: the median of the rounds, each within itself."""
        return median(limit / own for limit, own in zip(self.seconds["limit"], self.seconds[name], strict=True))


def main() -> None:
    """Measure every setting in interleaved rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--accounts", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write docs/benchmark.md and docs/benchmark.svg")
    asked = parser.parse_args()
    with _postgres() as server:
        found = [_measure(setting, asked, server) for setting in SETTINGS]
    print(report.table(found))
    if asked.write:
        report.write(found, Path("docs"), asked.posts, asked.accounts, asked.rounds)


def _measure(setting: Setting, asked: argparse.Namespace, server: Server | None) -> Measured:
    measured = Measured(setting, asked.posts)
    for _ in range(asked.rounds):
        for name, run in _senders(setting, asked, server).items():
            seconds, doubled = _apart(run, setting.latency)
            print(f"{setting.latency * 1000:3.0f} ms, {setting.threads} threads, {name}: {seconds:.2f} s", flush=True)
            if doubled:
                raise SystemExit(f"{name} sent {doubled} posts not once")
            measured.seconds.setdefault(name, []).append(seconds)
    return measured


def _senders(setting: Setting, asked: argparse.Namespace, server: Server | None) -> dict[str, tuple[Any, ...]]:
    size = Size(asked.posts, asked.accounts)
    found: dict[str, tuple[Any, ...]] = {
        "limit": (_limit, size, setting.threads),
        "SQLite": (_ours, size, setting.threads, None),
    }
    if server is not None:
        found["PostgreSQL"] = (_ours, size, setting.threads, server)
    if setting.latency == 0:
        found["APScheduler"] = (_scheduler, size, setting.threads)
    return found


def _apart(run: tuple[Any, ...], latency: float) -> tuple[float, int]:
    """Run a sender in a fresh process against a fresh platform; return its seconds and how many posts came not once."""
    work, size, *more = run
    with platform(latency) as address:
        seconds: float = work(address, size, *more)
        made = json.loads(urllib.request.urlopen(f"{address}/_count").read())
    wrong = sum(times != 1 for times in made.values()) + abs(size.posts - len(made))
    return seconds, wrong


def _limit(address: str, size: Size, threads: int) -> float:
    return _in_process(senders.limit, address, size.posts, size.accounts, threads)


def _scheduler(address: str, size: Size, threads: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        return _in_process(senders.scheduler, address, Path(folder), size.posts, size.accounts, threads)


def _ours(address: str, size: Size, threads: int, server: Server | None) -> float:
    key = new_key()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/distributor.sqlite3" if server is None else _fresh(server)
        store = Store(url)
        migrations.upgrade(store)
        fill(store, Vault(key), size)
        if server is not None:
            with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sa.text("ANALYZE"))
        store.close()
        return _in_process(senders.ours, address, url, Path(folder), key, threads)


def _fresh(server: Server) -> str:
    admin = sa.create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("DROP DATABASE IF EXISTS bench WITH (FORCE)"))
        connection.execute(sa.text("CREATE DATABASE bench"))
    admin.dispose()
    return server.url("bench")


def _in_process(work: Callable[..., float], *arguments: Any) -> float:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_tell, args=(there, work, arguments))
    process.start()
    there.close()
    try:
        seconds: float = here.recv()
    except EOFError:
        raise SystemExit(f"{work.__name__} ended without a result") from None
    finally:
        process.join()
    return seconds


def _tell(there: Any, work: Callable[..., float], arguments: tuple[Any, ...]) -> None:
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stderr(nowhere):
        there.send(work(*arguments))


@contextlib.contextmanager
def _postgres() -> Iterator[Server | None]:
    try:
        server = Server(durable=True)
    except NoPostgres as error:
        print(f"without PostgreSQL: {error}")
        yield None
        return
    try:
        yield server
    finally:
        server.stop()
