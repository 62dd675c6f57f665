"""Run the benchmark: print the ratios, and with ``--write`` put table and picture into ``docs/``."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.measure.bench import report
from tests.measure.bench.others import Procrastinate, Scheduler
from tests.measure.bench.rounds import Contender, Run, killed, run
from tests.measure.bench.seed import Size
from tests.measure.bench.senders import Limit, Ours
from tests.support.postgres import NoPostgres, Server

LIMIT = "limit"
KEPT = "limit, on one core"
KILLS = 3
_KILLED = ("SQLite", "APScheduler", "PostgreSQL", "Procrastinate")


@dataclass(frozen=True, slots=True)
class Setting:
    """One part of the table: latency in seconds, threads, what is asked of the ratios; ``all_at_once``: a post each."""

    title: str
    latency: float
    threads: int
    at_least: dict[str, float]
    others: bool = False
    all_at_once: bool = False


SETTINGS = (
    Setting("0 ms", 0.0, 16, {"SQLite": 0.7, "PostgreSQL": 0.5}, others=True),
    Setting("50 ms", 0.05, 16, {"SQLite": 0.9, "PostgreSQL": 0.9}),
    Setting("300 ms", 0.3, 64, {"SQLite": 0.9, "PostgreSQL": 0.9}),
    Setting("300 ms, 2,025 accounts, one post each", 0.3, 256, {"SQLite": 0.8, "PostgreSQL": 0.8}, all_at_once=True),
)
"""The last one is all job centres of Germany, five channels each, due in the same second: at most 1.25 of the time."""


@dataclass
class Measured:
    """What each sender did in each round of one setting."""

    setting: Setting
    size: Size
    runs: dict[str, list[Run]] = field(default_factory=dict)

    def ratio(self, name: str, to: str = LIMIT) -> float:
        """Return the seconds of ``to`` divided by the sender's: the median of the rounds, each within itself."""
        pairs = zip(self.runs[to], self.runs[name], strict=True)
        return median(other.seconds / own.seconds for other, own in pairs)


def main() -> None:
    """Measure every setting in interleaved rounds, then what each loses when it is killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--accounts", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="measure only settings whose title begins so; 'kill': the killing")
    parser.add_argument("--write", action="store_true", help="write docs/benchmark.md and docs/benchmark.svg")
    asked = parser.parse_args()
    with _contenders() as contenders:
        chosen = [setting for setting in SETTINGS if setting.title.startswith(asked.only)]
        found = [_measure(setting, asked, contenders) for setting in chosen]
        kills = _kills(asked, contenders) if "kill".startswith(asked.only) else {}
    print(report.table(found))
    print(report.against(found))
    print(report.kills(kills))
    if asked.write:
        report.write(found, kills, Path("docs"), asked.rounds)


def _measure(setting: Setting, asked: argparse.Namespace, contenders: Sequence[Contender]) -> Measured:
    size = Size(2_025, 2_025) if setting.all_at_once else Size(asked.posts, asked.accounts)
    measured = Measured(setting, size)
    for _ in range(asked.rounds):
        for contender in contenders:
            if not setting.others and contender.name not in (LIMIT, KEPT, *setting.at_least):
                continue
            done = run(contender, setting.latency, size, setting.threads)
            print(f"{setting.title}, {contender.name}: {done.seconds:.2f} s, median {done.late:.2f} s", flush=True)
            if done.lost or done.doubled:
                raise SystemExit(f"{contender.name} lost {done.lost} and doubled {done.doubled} posts")
            measured.runs.setdefault(contender.name, []).append(done)
    return measured


def _kills(asked: argparse.Namespace, contenders: Sequence[Contender]) -> dict[str, Run]:
    found = {}
    for contender in contenders:
        if contender.name in _KILLED:
            found[contender.name] = done = killed(contender, 0.05, Size(asked.posts, asked.accounts), 16, KILLS)
            print(f"killed {KILLS} times, {contender.name}: lost {done.lost}, doubled {done.doubled}", flush=True)
    return found


@contextlib.contextmanager
def _contenders() -> Iterator[list[Contender]]:
    limits = [Contender(LIMIT, Limit()), Contender(KEPT, Limit(kept=True))]
    always = [*limits, Contender("SQLite", Ours()), Contender("APScheduler", Scheduler())]
    try:
        server = Server(durable=True)
    except NoPostgres as error:
        print(f"without PostgreSQL: {error}")
        yield always
        return
    try:
        yield [
            *always,
            Contender("PostgreSQL", Ours(), server),
            Contender("APScheduler, PostgreSQL", Scheduler(), server),
            Contender("Procrastinate", Procrastinate(), server),
        ]
    finally:
        server.stop()
