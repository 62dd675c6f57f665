"""Play schedules from the command line.

``python -m tests.simulation --seed 4711`` replays one and tells its story; ``--count 10000 --jobs 2`` plays many.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter

from tests.simulation.mutants import MUTANTS, REDUNDANT
from tests.simulation.playing import furnished, play, share


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="replay this one schedule and tell its story")
    parser.add_argument("--first", type=int, default=0, help="first seed of a run")
    parser.add_argument("--count", type=int, default=1000, help="how many seeds")
    parser.add_argument("--jobs", type=int, default=1, help="in how many processes")
    parser.add_argument("--mutant", default="", choices=["", *MUTANTS, *REDUNDANT], help="play against a seeded bug")
    asked = parser.parse_args()
    if asked.seed is not None:
        return _replay(asked.seed, asked.mutant)
    began = time.monotonic()
    shares = [range(asked.first + job, asked.first + asked.count, asked.jobs) for job in range(asked.jobs)]
    with multiprocessing.get_context("spawn").Pool(asked.jobs) as pool:
        answers = pool.starmap(share, [(share, asked.mutant) for share in shares])
    wrong = sum(found for found, _ in answers)
    happened = sum((counted for _, counted in answers), Counter[str]())
    print(f"{asked.count} schedules in {time.monotonic() - began:.0f} s, {wrong} with findings")
    print(", ".join(f"{number} {what}" for what, number in sorted(happened.items())))
    return bool(wrong)


def _replay(seed: int, mutant: str) -> int:
    with furnished() as house:
        played = play(house, seed, mutant=mutant)
    print("\n".join([*played.story, "", *(played.findings or ["nothing found"])]))
    return bool(played.findings)


if __name__ == "__main__":
    sys.exit(main())
