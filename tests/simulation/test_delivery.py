"""Delivery under everything that can happen to it, by seed. ``docs/delivery.md`` says what is covered and what not.

``SIMULATION_SCHEDULES`` is how many seeds are played and ``SIMULATION_FIRST`` the first of them; a failure names its
seed, and ``python -m tests.simulation --seed N`` tells it again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.simulation.house import House
from tests.simulation.mutants import MUTANTS, REDUNDANT
from tests.simulation.playing import play

FIRST = int(os.environ.get("SIMULATION_FIRST", "0"))
SCHEDULES = int(os.environ.get("SIMULATION_SCHEDULES", "150"))
ENOUGH = 400
"""Within so many schedules, from the seed that stands with it on, each mutant must have been found."""


def test_no_schedule_breaks_the_promise(house: House) -> None:
    for seed in range(FIRST, FIRST + SCHEDULES):
        played = play(house, seed)
        assert not played.findings, played.told()


def test_a_seed_tells_the_same_story_again(house: House) -> None:
    for seed in (3, 4, 5):
        assert play(house, seed).story == play(house, seed).story


def test_a_seed_tells_the_same_story_in_another_process(house: House) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--seed", "3"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )

    assert told.stdout.splitlines()[:-2] == play(house, 3).story


def test_the_schedules_hold_what_they_are_meant_to_hold(house: House) -> None:
    happened: Counter[str] = Counter()
    for seed in range(FIRST, FIRST + 40):
        happened += play(house, seed).counted

    assert {
        "kills",
        "pauses",
        "cuts",
        "commits failed",
        "commit answers lost",
        "acts",
        "jumps",
        "doubtful faults",
    } <= set(happened)


@pytest.mark.long
@pytest.mark.parametrize("name", MUTANTS)
def test_the_auditor_finds_each_seeded_bug(house: House, name: str) -> None:
    first = MUTANTS[name].first
    assert any(play(house, seed, mutant=name).findings for seed in range(first, first + ENOUGH)), MUTANTS[name].what


@pytest.mark.parametrize("name", REDUNDANT)
def test_what_is_redundant_is_so(house: House, name: str) -> None:
    """One that is found after all has lost the protection behind it, or is none: then it belongs among the others."""
    for seed in range(20):
        played = play(house, seed, mutant=name)
        assert not played.findings, played.told()
