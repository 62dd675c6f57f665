"""The benchmark in small: every sender that it compares sends each post once; ours also where it is killed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.measure.bench.others import Procrastinate, Scheduler
from tests.measure.bench.report import against, table
from tests.measure.bench.rounds import Contender, Run, killed, run
from tests.measure.bench.run import KEPT, LIMIT, Measured, Setting
from tests.measure.bench.seed import Size
from tests.measure.bench.senders import Limit, Ours
from tests.support.postgres import NoPostgres, Server

SIZE = Size(120, 60)
SENDERS = {
    LIMIT: (Limit(), False),
    KEPT: (Limit(kept=True), False),
    "SQLite": (Ours(), False),
    "PostgreSQL": (Ours(), True),
    "APScheduler": (Scheduler(), False),
    "APScheduler, PostgreSQL": (Scheduler(), True),
    "Procrastinate": (Procrastinate(), True),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    try:
        found = Server(durable=True)
    except NoPostgres as error:
        pytest.skip(f"without PostgreSQL: {error}")
    yield found
    found.stop()


def contender(name: str, request: pytest.FixtureRequest) -> Contender:
    sender, needs_server = SENDERS[name]
    return Contender(name, sender, request.getfixturevalue("server") if needs_server else None)


@pytest.mark.parametrize("name", SENDERS)
def test_a_sender_sends_each_post_once_and_its_ratio_is_told(name: str, request: pytest.FixtureRequest) -> None:
    done = run(contender(name, request), 0.0, SIZE, 4)
    assert (done.lost, done.doubled) == (0, 0)
    assert 0 < done.late < done.seconds
    told = table([Measured(Setting("0 ms", 0.0, 4, {"SQLite": 0.7}), SIZE, {LIMIT: [done], name: [done]})])
    assert f"| 0 ms | 4 | {name} | 1.00 |" in told


def test_it_is_told_how_many_times_as_fast_ours_is() -> None:
    runs = {LIMIT: [Run(1, 0.5, 0, 0)], "SQLite": [Run(2, 1, 0, 0)], "APScheduler": [Run(5, 2, 0, 0)]}
    told = against([Measured(Setting("0 ms", 0.0, 4, {}, others=True), SIZE, runs)])
    assert "| SQLite | APScheduler | 2.5 | 2 |" in told
    assert "Procrastinate" not in told


@pytest.mark.parametrize("name", ["SQLite", "PostgreSQL"])
def test_killed_on_the_way_we_lose_and_double_nothing(name: str, request: pytest.FixtureRequest) -> None:
    done = killed(contender(name, request), 0.02, SIZE, 4, kills=2)
    assert (done.lost, done.doubled) == (0, 0)
