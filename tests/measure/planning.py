"""Measure tailoring and planning: ``python -m tests.measure.planning``.

One item for 405 Jobcenter x 5 accounts, many items for 48 accounts, and the cost of a post while the database holds
more and more that is over. SQLite in a temporary folder; prints seconds of wall and CPU and the ratio between them.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, event, text

from distributor import bootstrap, log, settings
from distributor.domain import Actor, FeedItem, Role, State
from distributor.services import clearing, configuration, planning, tailoring, taking_in, views
from distributor.services.deps import Deps
from distributor.store import migrations
from distributor.store.tables import AccountRow, OrganisationRow
from distributor.vault import new_key
from tests.support.plenty import plenty

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
SETUP = Actor("setup", frozenset({Role.OPERATOR, Role.EDITOR}))
MOST_SECONDS = 4.0
"""For one item on 2,025 accounts, on two cores: issue "Speed"."""


class Holding:
    """How long the writing transactions took: while one is open on SQLite, no other can begin, and nothing goes out."""

    def __init__(self, deps: Deps) -> None:
        self.longest = 0.0
        self._begun: dict[int, float] = {}
        event.listen(deps.store.engine, "begin", self._begin)
        event.listen(deps.store.engine, "commit", self._end)
        event.listen(deps.store.engine, "rollback", self._end)

    def _begin(self, connection: Connection) -> None:
        if not connection.get_execution_options().get("reading", False):
            self._begun[id(connection)] = time.thread_time()

    def _end(self, connection: Connection) -> None:
        begun = self._begun.pop(id(connection), None)
        if begun is not None:
            self.longest = max(self.longest, time.thread_time() - begun)

    def told(self) -> str:
        """Return the longest since the last time that this was asked."""
        longest, self.longest = self.longest, 0.0
        return f"{'longest writing transaction of it':58} {'':14} {longest:7.2f} s CPU"


@contextmanager
def land(organisations: int, accounts: int, environment: Mapping[str, str] | None = None) -> Iterator[Deps]:
    """Give a database with as many copies of our Jobcenter as wanted, each with as many accounts."""
    with tempfile.TemporaryDirectory() as folder:
        values = {
            "DISTRIBUTOR_DATA_DIR": folder,
            "DISTRIBUTOR_CONFIG_DIR": str(ROOT / "config"),
            "DISTRIBUTOR_KEY": new_key(),
            **(environment or {}),
        }
        deps = bootstrap.build(settings.load(values))
        migrations.upgrade(deps.store)
        files = configuration.read_files(ROOT / "config")
        configuration.take_over(deps, SETUP, files, NOW)
        _copy(deps, organisations, accounts)
        yield deps
        deps.store.close()


def _copy(deps: Deps, organisations: int, accounts: int) -> None:
    channels = sorted(deps.connectors)
    with deps.store.write() as session:
        known = list(session.query(OrganisationRow).order_by(OrganisationRow.position))
        rows = known[:organisations]
        for number in range(len(known), organisations):
            model = known[number % len(known)]
            document = {**model.document, "slug": f"{model.slug}-{number}"}
            rows.append(
                OrganisationRow(slug=f"{model.slug}-{number}", name=model.name, position=number, document=document)
            )
            session.add(rows[-1])
        session.flush()
        for row in rows:
            for number in range(accounts):
                channel = channels[number % len(channels)]
                session.add(AccountRow(organisation_id=row.id, channel=channel, name=f"n{number}", fields={}))


def item(number: int) -> FeedItem:
    """Return an item like the portal's."""
    text_ = f"Lea ({number}) hat mit 25 eine Ausbildung begonnen. Das Jobcenter half ihr mit Rat und Geld. " * 8
    return FeedItem(
        guid=f"new-{number}", link=f"https://portal.example/{number}", title=f"Neu anfangen mit 25 ({number})",
        summary=text_[:300], text=text_, topics=("Ausbildung",),
    )  # fmt: skip


def enter(deps: Deps, count: int, start: int = 0) -> list[int]:
    """Enter items; their posts are still to be made."""
    return [taking_in.add_item(deps, SETUP, item(start + number), NOW) for number in range(count)]


def clear(deps: Deps, number: int) -> None:
    """Answer every question in favour; this tailors the item's posts anew."""
    asked = {question["question"] for question in views.item_show(deps, number)["questions"]}
    answers = [clearing.Answer(question, "none") for question in ("people", "partner", "elected") if question in asked]
    answers += [clearing.Answer("source", "Redaktion")] if "source" in asked else []
    answers += [clearing.Answer("rights", "granted")] if "rights" in asked else []
    clearing.clear(deps, SETUP, number, answers, NOW)


def timed(what: str, posts: int, act: Callable[[], object], profile: bool = False) -> float:
    """Run it and print what it took; return the seconds of wall."""
    profiler = cProfile.Profile()
    wall, cpu = time.perf_counter(), time.process_time()
    if profile:
        profiler.enable()
    act()
    profiler.disable()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what:58} {wall:7.2f} s wall {cpu:7.2f} s CPU {cpu / posts * 1000:7.2f} ms CPU a post")
    if profile:
        pstats.Stats(profiler).sort_stats("cumtime").print_stats(45)
    return cpu


def one_item(organisations: int, accounts: int, profile: bool) -> bool:
    """One item for a whole country."""
    posts = organisations * accounts
    with land(organisations, accounts) as deps:
        holding = Holding(deps)
        [number] = enter(deps, 1)
        made = timed(f"tailor 1 item x {posts} accounts", posts, lambda: tailoring.tailor_stale(deps, NOW), profile)
        print(holding.told())
        timed("clear it (tailors anew)", posts, lambda: clear(deps, number))
        print(holding.told())
        planned = timed("plan and store them", posts, lambda: planning.propose(deps, NOW), profile)
        print(holding.told())
    print(f"tailored, planned, stored: {made + planned:.2f} s of CPU (at most {MOST_SECONDS:.0f} on two cores)")
    return made + planned <= MOST_SECONDS


def many_items(items: int, profile: bool) -> None:
    """A thousand items for sixteen Jobcenter, then each further item."""
    with land(16, 3) as deps:
        posts = items * 48
        numbers = enter(deps, items)
        timed(f"tailor {items} items x 48 accounts", posts, lambda: tailoring.tailor_stale(deps, NOW), profile)
        timed("clear them", posts, lambda: [clear(deps, number) for number in numbers])
        timed("plan and store them", posts, lambda: planning.propose(deps, NOW), profile)


def growing(sizes: list[int], profile: bool) -> float:
    """Return how much dearer a post is with the most stored posts than with the fewest."""
    costs = []
    with land(16, 3) as deps:
        stored = 0
        for turn, size in enumerate(sizes):
            with deps.store.write() as session:
                back = timedelta(days=-400)
                stored += plenty(
                    session, items=max(1, (size - stored) // 48), state=State.PUBLISHED, now=NOW, spread=back
                )
            with deps.store.write() as session:
                session.execute(text("ANALYZE"))

            def work(start: int = turn * 10) -> None:
                numbers = enter(deps, 5, start)
                tailoring.tailor_stale(deps, NOW)
                for number in numbers:
                    clear(deps, number)
                planning.propose(deps, NOW)

            costs.append(timed(f"5 items x 48 accounts beside {stored} public posts", 240, work, profile and turn > 1))
    print(f"dearest to cheapest: {costs[-1] / costs[0]:.2f}")
    return costs[-1] / costs[0]


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("part", nargs="*", default=["one", "many", "growing"])
    options.add_argument("--items", type=int, default=1000)
    options.add_argument("--stored", type=int, default=1_000_000)
    options.add_argument("--profile", action="store_true")
    chosen = options.parse_args()
    log.configure(quiet=True)
    began = time.process_time()
    sum(number for number in range(10_000_000))
    print(f"this machine now: ten million additions in {time.process_time() - began:.2f} s of CPU")
    good = True
    if "one" in chosen.part:
        good = one_item(405, 5, chosen.profile)
    if "many" in chosen.part:
        many_items(chosen.items, chosen.profile)
    if "growing" in chosen.part:
        sizes = [size for size in (1000, 10_000, 100_000, 1_000_000) if size <= chosen.stored]
        good = growing(sizes, chosen.profile) < 1.5 and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
