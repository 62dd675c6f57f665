"""The time by which a daemon acts: the database's, and only while the clocks agree.

Of several hosts each has a clock of its own, so the database's decides what is due. It is asked at every beat and
carried on between beats by the seconds since boot, which nobody sets. A clock that was set wrong, on either side, must
publish nothing too early and call nothing missed: where the clocks disagree the daemon holds.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from distributor.clock import SystemClock, boottime
from distributor.store.engine import Store
from distributor.wording import local_time

APART = timedelta(seconds=30)
"""How far this host's clock and the database's may be apart. Our own choice: far more than NTP ever leaves."""

JUMP = timedelta(seconds=60)
"""How far the time may have moved against the seconds since boot. Our own choice: no leap second comes near."""

_HERE = SystemClock()


class Timekeeper:
    """Tells the time, and in ``trouble`` why it cannot be trusted; empty if it can."""

    def __init__(
        self,
        store: Store,
        wall: Callable[[], datetime] = _HERE.now,
        ticks: Callable[[], float] = boottime,
    ) -> None:
        self.trouble = ""
        self._store = store
        self._wall = wall
        self._ticks = ticks
        self._told, self._at = wall(), ticks()
        self._trusted = False

    def now(self) -> datetime:
        """Return the time that was last trusted, and what has passed since."""
        return self._told + timedelta(seconds=self._ticks() - self._at)

    def compare(self) -> None:
        """Ask the clocks; only what they agree on is the time from now on. Raises: SQLAlchemyError."""
        told, wall, ticks = _asked(self._store, self._wall, self._ticks)
        self.trouble = apart(told, wall) or (self._jumped(told, ticks) if self._trusted else "")
        if not self.trouble or not self._trusted:
            self._told, self._at = told, ticks
            self._trusted = not self.trouble

    def _jumped(self, told: datetime, ticks: float) -> str:
        expected = self._told + timedelta(seconds=ticks - self._at)
        if abs(told - expected) <= JUMP:
            return ""
        return (
            f"Die Uhr ist gesprungen: statt {local_time(expected)} zeigt sie {local_time(told)}. Es wird nichts "
            "gesendet. Bitte die Uhr prüfen; stimmt sie jetzt, den Dienst neu starten."
        )


def disagreement(store: Store, wall: Callable[[], datetime] = _HERE.now) -> str:
    """Tell how this host's clock and the database's disagree; empty if they do not. Raises: SQLAlchemyError."""
    told, here, _ = _asked(store, wall, boottime)
    return apart(told, here)


def apart(told: datetime, wall: datetime) -> str:
    """Return the sentence for two clocks that are too far apart, or nothing."""
    seconds = (wall - told).total_seconds()
    if abs(seconds) <= APART.total_seconds():
        return ""
    way = "vor" if seconds > 0 else "nach"
    return (
        f"Die Uhr dieses Rechners geht gegenüber der Uhr der Datenbank {abs(seconds):.0f} Sekunden {way}. Solange "
        "das so ist, sendet er nichts; bitte auf beiden Rechnern die Zeit abgleichen (NTP)."
    )


def _asked(store: Store, wall: Callable[[], datetime], ticks: Callable[[], float]) -> tuple[datetime, datetime, float]:
    """Return the database's time, this host's, and the seconds since boot of the same moment."""
    before, began = wall(), ticks()
    told = store.time()
    took = ticks() - began
    half = timedelta(seconds=took / 2)
    return (before if told is None else told), (before if told is None else before + half), began + took / 2
