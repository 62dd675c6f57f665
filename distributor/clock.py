"""The only places that know what time it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol


def boottime() -> float:
    """Return seconds since boot, suspended time included where the system can tell."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Clock(Protocol):
    """Tells the time in aware UTC."""

    def now(self) -> datetime:
        """Return the present moment."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's time."""
        return datetime.now(UTC)


class SimulatedClock:
    """A clock that stands until it is set; whoever must follow it is told."""

    def __init__(self, start: datetime, follow: Callable[[datetime], None]) -> None:
        self._now = start
        self._follow = follow
        follow(start)

    def now(self) -> datetime:
        """Return the moment it was last set to."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Go forward to ``moment``. Raises: ValueError for a moment in the past."""
        if moment < self._now:
            raise ValueError("a simulated clock does not go back")
        self._now = moment
        self._follow(moment)
