"""A daemon of the simulation: the real crew and the real lock, with threads and the system's clock replaced."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors._http import GuardedSession
from distributor.services import calling
from distributor.services.calling import Result
from distributor.services.claiming import Call
from distributor.services.crew import Crew
from distributor.services.deps import Deps
from distributor.store.ownership import Ownership
from tests.simulation.house import DUE
from tests.simulation.network import Clock


class Time:
    """What ``distributor.clock`` asks of the system."""

    CLOCK_BOOTTIME = CLOCK_MONOTONIC = 0

    def __init__(self, logical: Clock) -> None:
        self._logical = logical

    def clock_gettime(self, which: int) -> float:
        return self._logical.boottime()


class Calls:
    """The crew's pool: each call is a strand of its own."""

    def __init__(self, begin: Callable[[Callable[[], None]], Any]) -> None:
        self._begin = begin

    def submit(self, work: Callable[..., Result], *given: Any) -> Future[Result]:
        future: Future[Result] = Future()

        def run() -> None:
            try:
                future.set_result(work(*given))
            except Exception as error:
                future.set_exception(error)

        self._begin(run)
        return future

    def shutdown(self, **_: Any) -> None:
        return


class StrandCrew(Crew):
    """The real crew with its threads replaced."""

    def __init__(self, deps: Deps, owner: Ownership, clock: Callable[[], datetime], pool: Calls) -> None:
        super().__init__(deps, owner, clock)
        self._pool = pool  # type: ignore[assignment]

    def _run(self, call: Call) -> Result:
        return calling.perform(self._deps, call, GuardedSession(), self._clock)

    @property
    def has_news(self) -> bool:
        """Tell whether a call has ended or a result waits to be stored."""
        return self._in_doubt or bool(self._landed) or any(future.done() for future in self._flying)


@dataclass(slots=True)
class Daemon:
    """One process: three strands that ring, one for each call in flight, and a lock that dies with it."""

    name: str
    deps: Deps
    ownership: Ownership
    crew: StrandCrew
    asleep: bool = False
    idle: tuple[int, datetime] | None = None
    beaten: int = 0
    beat_at: datetime = DUE - timedelta(days=1)
