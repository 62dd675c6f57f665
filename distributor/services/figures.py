"""The figures for those who watch: all from one moment of the database, so that several daemons agree on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from distributor.services.deps import Deps
from distributor.store import figures
from distributor.store.figures import Rows

LATE = timedelta(minutes=5)
"""From when on a due post counts as late; ``doctor`` and ``/health`` turn red at the same time."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What ``store.figures`` tells of one moment; ``day`` is when the counters began, 0:00 UTC."""

    now: datetime
    day: datetime
    queue: Rows
    attempts: Rows
    releases: Rows
    in_flight: Rows
    workers: Rows
    feeds: Rows
    accounts: Rows
    duties: Rows
    stops: int


def collect(deps: Deps, now: datetime) -> Figures:
    """Return the figures. Raises: SQLAlchemyError where the database does not answer."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with deps.store.read() as session:
        return Figures(
            now=now,
            day=day,
            queue=figures.queue(session, now, now - LATE),
            attempts=figures.attempts(session, day),
            releases=figures.releases(session, day),
            in_flight=figures.in_flight(session),
            workers=figures.workers(session),
            feeds=figures.feeds(session),
            accounts=figures.accounts(session),
            duties=figures.duties(session),
            stops=figures.stops(session),
        )
