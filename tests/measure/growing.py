"""Measure what a full database costs: ``python -m tests.measure.growing [sqlite] [postgresql]``.

For 1,000, 100,000 and 1,000,000 stored posts, all but 960 of them public: planning one item's 48 posts, one delivery
turn (48 posts due, claimed and given back), and what the faces ask for. SQLite and PostgreSQL in temporary folders.
Prints milliseconds (the best of five; on SQLite of CPU, so that a busy disk does not count) and, last, the ratio of the
most to the fewest; one above the bound ends with 1.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import text

from distributor import log
from distributor.domain import Actor, Role, State
from distributor.services import figures, health, planning, queues, tailoring, views
from distributor.services.deps import Deps
from distributor.store import claims
from tests.measure.planning import NOW, clear, enter, land
from tests.support.plenty import plenty
from tests.support.postgres import on_engines

SIZES = (1_000, 100_000, 1_000_000)
WAITING = 10
"""Items whose posts await approval, and as many whose posts are due."""
MOST = 1.5
"""How much dearer a full database may be; the machine's own noise is within it."""
REDAKTION = Actor("redaktion", frozenset({Role.EDITOR, Role.OPERATOR, Role.AUDITOR}))


class _NotKept(Exception):
    """Takes back what was done to measure it."""


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("engine", nargs="*", default=["sqlite", "postgresql"])
    options.add_argument("--most", type=int, default=SIZES[-1], help="the most stored posts")
    chosen = options.parse_args()
    log.configure(quiet=True)
    good = on_engines(chosen.engine, lambda engine, environment: growing(engine, chosen.most, environment))
    return 0 if good else 1


def growing(engine: str, most: int, environment: dict[str, str]) -> bool:
    """Measure one engine at every size."""
    found: dict[str, list[float]] = {}
    sizes = [size for size in SIZES if size <= most]
    with land(16, 3, environment) as deps:
        with deps.store.write() as session:
            plenty(session, items=WAITING, state=State.AWAITING, now=NOW, spread=timedelta(days=20))
            plenty(
                session, items=WAITING, state=State.SCHEDULED, now=NOW - timedelta(hours=1), spread=timedelta(hours=1)
            )
            session.execute(text("UPDATE post SET next_try_at = due_at WHERE state = 'scheduled'"))
        stored = 2 * WAITING * 48
        for number, size in enumerate(sizes):
            fill(deps, size - stored)
            stored = max(stored, size)
            for name, seconds in _measured(deps, 20 * number).items():
                found.setdefault(name, []).append(seconds * 1000)
    print(f"{engine + ', ms':44}" + "".join(f"{size:>12,}" for size in sizes) + f"{'ratio':>8}")
    for name, taken in found.items():
        print(f"{name:44}" + "".join(f"{each:12.1f}" for each in taken) + _ratio(taken))
    return not any(_broken(taken) for taken in found.values())


def _broken(taken: list[float]) -> bool:
    return taken[-1] > MOST * taken[0]


def _ratio(taken: list[float]) -> str:
    return f"{taken[-1] / taken[0]:8.2f}" + (f" > {MOST}" if _broken(taken) else "")


def fill(deps: Deps, missing: int) -> None:
    """Add public posts, a hundred thousand in a transaction.

    PostgreSQL looks at its tables, as in service it does by itself; in service SQLite never does.
    """
    while missing > 0:
        with deps.store.write() as session:
            items = max(1, min(missing, 96_000) // 48)
            missing -= plenty(session, items=items, state=State.PUBLISHED, now=NOW, spread=timedelta(days=-400))
    if not deps.store.is_sqlite:
        with deps.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _measured(deps: Deps, start: int) -> dict[str, float]:
    numbers = iter(range(start, start + 20))
    first = views.post_list(deps, limit=50)
    several = views.post_list(deps, limit=2000)
    middle = several[len(several) // 2]["id"]
    public = views.post_list(deps, states=["published"], limit=1)
    asked: dict[str, Callable[[], object]] = {
        "plan the 48 posts of an item": lambda: _plan(deps, next(numbers)),
        "a turn that claims": lambda: _claim(deps),
        "when the next turn is": lambda: _wake(deps),
        "posts list, first 50": lambda: views.post_list(deps, limit=50),
        "posts list, 50 from the middle": lambda: views.post_list(deps, after=middle, limit=50),
        "posts list, 50 of one Jobcenter": lambda: views.post_list(deps, organisation="fulda", limit=50),
        "posts list, 50 that wait": lambda: views.post_list(deps, states=["awaiting"], limit=50),
        "posts list, 50 that are public": lambda: views.post_list(deps, states=["published"], limit=50),
        "posts list, 600": lambda: views.post_list(deps, limit=600),
        "posts show": lambda: views.post_show(deps, public[0]["id"] if public else first[0]["id"]),
        "the desk's queue": lambda: queues.queue_page(deps, REDAKTION, queues.Queue.AWAITING),
        "the desk's list of what is public": lambda: queues.queue_page(deps, REDAKTION, queues.Queue.PUBLISHED),
        "figures": lambda: figures.collect(deps, NOW),
        "health": lambda: health.examine(deps, NOW),
    }
    clock = time.process_time if deps.store.is_sqlite else time.perf_counter
    return {name: min(_seconds(act, clock) for _ in range(5)) for name, act in asked.items()}


def _seconds(act: Callable[[], object], clock: Callable[[], float]) -> float:
    begun = clock()
    act()
    return clock() - begun


def _plan(deps: Deps, number: int) -> None:
    [item] = enter(deps, 1, number)
    tailoring.tailor_stale(deps, NOW)
    clear(deps, item)
    planning.propose(deps, NOW)


def _claim(deps: Deps) -> None:
    try:
        with deps.store.write() as session:
            due = claims.due_work(session, NOW, 64, 8)
            if not due or not claims.take(session, due, "measured", NOW + timedelta(minutes=10)):
                raise AssertionError("nothing was due")
            raise _NotKept
    except _NotKept:
        pass


def _wake(deps: Deps) -> None:
    with deps.store.read() as session:
        claims.next_wake(session, NOW)


if __name__ == "__main__":
    sys.exit(main())
