"""A crew's threads stay on one core, whoever turns it goes back to where they were, and nothing depends on it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from distributor import cores
from distributor.cores import Core

needs_cores = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2, reason="needs Linux and two cores"
)


@needs_cores
def test_a_thread_is_kept_for_a_while_and_goes_back() -> None:
    before, core = os.sched_getaffinity(0), Core()
    with core.kept():
        [chosen] = os.sched_getaffinity(0)
        assert chosen in before
    assert os.sched_getaffinity(0) == before


@needs_cores
def test_all_threads_of_a_pool_stay_on_the_same_core() -> None:
    before, core = os.sched_getaffinity(0), Core()
    with ThreadPoolExecutor(3, "one", core.stay) as pool:
        kept = list(pool.map(lambda _: tuple(os.sched_getaffinity(0)), range(9)))
    with core.kept():
        assert {tuple(os.sched_getaffinity(0))} == set(kept)
    assert os.sched_getaffinity(0) == before


@needs_cores
def test_a_thread_goes_back_after_an_error_too() -> None:
    before = os.sched_getaffinity(0)
    with pytest.raises(RuntimeError), Core().kept():
        raise RuntimeError
    assert os.sched_getaffinity(0) == before


def test_where_the_system_forbids_it_threads_run_where_they_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[set[int]] = []

    def forbid(thread: int, wanted: set[int]) -> None:
        asked.append(wanted)
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(cores.os, "sched_getaffinity", lambda _: {4, 7}, raising=False)
    monkeypatch.setattr(cores.os, "sched_setaffinity", forbid, raising=False)
    with Core().kept():
        pass
    assert asked[0] in ({4}, {7})
    assert asked[1] == {4, 7}


@pytest.mark.parametrize("allowed", [set[int](), {3}])
def test_where_there_is_nothing_to_choose_nothing_is_asked(allowed: set[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "_allowed", lambda: allowed)
    monkeypatch.setattr(cores, "_keep_on", lambda wanted: pytest.fail(f"asked for {wanted}"))
    with Core().kept():
        Core().stay()
