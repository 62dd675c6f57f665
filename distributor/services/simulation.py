"""Run days in seconds: the daemon's clock and the sandbox's go forward together, from one due moment to the next.

Only against the sandbox: every host of every channel in use must answer as one.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

import requests
from sqlalchemy import func, select

from distributor.clock import SimulatedClock
from distributor.domain import Refused, State
from distributor.services.deps import Deps
from distributor.store import claims, items
from distributor.store.tables import PostRow

_TIMEOUT = (3.0, 10.0)


def begin(deps: Deps, now: datetime, until: datetime) -> SimulatedClock:
    """Return a clock that starts now and takes the sandbox with it. Raises: Refused for accounts that are real."""
    if until <= now:
        raise Refused("Das Ende der Simulation liegt in der Vergangenheit.", code="simulation.past")
    origins = _sandboxes(deps)
    session = requests.Session()
    session.trust_env = False

    def follow(moment: datetime) -> None:
        for origin in origins:
            session.post(f"{origin}/_clock", json={"now": moment.isoformat()}, timeout=_TIMEOUT).raise_for_status()

    return SimulatedClock(now, follow)


def _sandboxes(deps: Deps) -> list[str]:
    with deps.store.read() as session:
        channels = {account.channel for account, _ in items.accounts(session)}
    if not channels:
        raise Refused("Es gibt noch keine Konten, für die etwas zu simulieren wäre.", code="simulation.empty")
    origins = set()
    for channel in sorted(channels):
        for url in deps.urls(channel).values():
            parts = urlsplit(url)
            origins.add((f"{parts.scheme}://{parts.netloc}", channel))
    for origin, channel in sorted(origins):
        if not _is_sandbox(origin):
            text = f"{origin} (Kanal {channel}) ist nicht die Sandbox; simuliert wird nur mit Konten der Sandbox."
            raise Refused(text, code="simulation.real")
    return sorted({origin for origin, _ in origins})


def _is_sandbox(origin: str) -> bool:
    """Ask whether the sandbox is there. Only loopback addresses are asked at all."""
    if urlsplit(origin).hostname not in ("127.0.0.1", "localhost", "::1"):
        return False
    try:
        answer = requests.get(f"{origin}/_clock", timeout=_TIMEOUT, allow_redirects=False)
        return answer.status_code == requests.codes.ok and answer.json().get("sandbox") is True
    except (requests.RequestException, ValueError):
        return False


def next_moment(deps: Deps, now: datetime, until: datetime) -> datetime | None:
    """Return the next moment after ``now`` at which something is to be done, or None if that is after ``until``."""
    with deps.store.read() as session:
        wake = claims.next_wake(session, now)
        replan = session.scalar(
            select(func.min(PostRow.due_at)).where(PostRow.state == State.AWAITING, PostRow.due_at > now)
        )
    found = [moment for moment in (wake, replan) if moment is not None and moment <= until]
    return min(found, default=None)
