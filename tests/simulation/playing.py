"""Play seeds against a house and have the auditor look at each."""

from __future__ import annotations

import logging
import shutil
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from tests.simulation import templates
from tests.simulation.auditor import audit
from tests.simulation.house import House
from tests.simulation.mutants import MUTANTS, REDUNDANT
from tests.simulation.network import DOUBTFUL_FAULTS
from tests.simulation.schedule import Schedule

MEMORY = Path("/dev/shm")


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a seed: what the auditor found (nothing: all is well), and what happened."""

    seed: int
    findings: list[str]
    story: list[str]
    counted: Counter[str] = field(default_factory=Counter)

    def told(self) -> str:
        """Return all that a failing test must say: the seed, the findings, the story, and how to see it again."""
        again = f"replay: python -m tests.simulation --seed {self.seed}"
        return "\n".join([f"seed {self.seed}: {'; '.join(self.findings)}", *self.story, again])


@contextmanager
def furnished() -> Iterator[House]:
    """Give a house with all templates, in memory where the machine has a file system there."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    folder = Path(tempfile.mkdtemp(prefix="simulation-", dir=MEMORY if MEMORY.is_dir() else None))
    house = House(folder)
    try:
        templates.build(house)
        yield house
    finally:
        house.close()
        shutil.rmtree(folder)
        structlog.reset_defaults()


def play(house: House, seed: int, *, mutant: str = "") -> Played:
    """Play one seed, against the real code or one of its mutants."""
    schedule = Schedule(house, seed)
    with (MUTANTS | REDUNDANT)[mutant].apply(schedule) if mutant else nullcontext():
        try:
            schedule.play()
            findings = audit(schedule)
        except Exception as error:
            findings = [f"{type(error).__name__}: {error}"]
            schedule.story += traceback.format_exc().splitlines()
        counted = Counter({what: number for what, number in schedule.counted.items() if number})
        counted["doubtful faults"] = sum(request.fault in DOUBTFUL_FAULTS for request in schedule.network.log)
        counted["public"] = len(schedule.network.wall)
        return Played(seed, findings, schedule.story, counted)


def share(seeds: range, mutant: str) -> tuple[int, Counter[str]]:
    """Play seeds in a house of their own and tell of each finding; return how many there were, and what happened."""
    wrong, happened = 0, Counter[str]()
    with furnished() as house:
        for seed in seeds:
            played = play(house, seed, mutant=mutant)
            happened += played.counted
            if played.findings:
                wrong += 1
                print(f"seed {seed}: {'; '.join(played.findings)}", flush=True)
    return wrong, happened
