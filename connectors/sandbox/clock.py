"""The sandbox's one clock, live or set by hand. Every time the sandbox speaks of comes from here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def _wall_time() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Tells aware UTC. Live it follows ``real``; once set or advanced it stands still until told otherwise."""

    def __init__(self, real: Callable[[], datetime] = _wall_time) -> None:
        self._real = real
        self._frozen: datetime | None = None

    @property
    def mode(self) -> str:
        """Return ``live`` or ``set``."""
        return "live" if self._frozen is None else "set"

    def now(self) -> datetime:
        """Return the sandbox's time."""
        return self._real() if self._frozen is None else self._frozen

    def set(self, moment: datetime) -> None:
        """Freeze the clock at ``moment``. Raises: ValueError if it carries no time zone."""
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone")
        self._frozen = moment.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move the clock by ``by`` from where it is now; a live clock stands still afterwards."""
        self._frozen = self.now() + by

    def go_live(self) -> None:
        """Follow the real time again."""
        self._frozen = None


def iso(moment: datetime) -> str:
    """Write a moment as ISO 8601 in UTC with a ``Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_moment(text: str) -> datetime:
    """Read an ISO 8601 moment. Raises: ValueError if it is none or names no time zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone")
    return moment.astimezone(UTC)
