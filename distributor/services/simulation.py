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
from distributor.services import repeating
from distributor.services.deps import Deps
from distributor.services.training import on_this_machine, servers
from distributor.store import claims, items
from distributor.store.tables import PostRow
from distributor.wording import local_time

_TIMEOUT = (3.0, 10.0)


def begin(deps: Deps, now: datetime, until: datetime) -> SimulatedClock:
    """Return a clock that takes the sandbox with it and starts now, or where a sandbox that was set already stands.

    So a simulation that was killed goes on where it was. Raises: Refused for accounts that are real.
    """
    clocks = _sandboxes(deps)
    start = max([now, *(moment for moment in clocks.values() if moment is not None)])
    if until <= start:
        text = f"Das Ende der Simulation liegt nicht nach ihrem Beginn ({local_time(start)}, so steht die Sandbox-Uhr)."
        raise Refused(text, code="simulation.past")
    session = requests.Session()
    session.trust_env = False

    def follow(moment: datetime) -> None:
        for origin in clocks:
            session.post(f"{origin}/_clock", json={"now": moment.isoformat()}, timeout=_TIMEOUT).raise_for_status()

    return SimulatedClock(start, follow)


def _sandboxes(deps: Deps) -> dict[str, datetime | None]:
    """Return the sandboxes behind the channels in use, and where each one's clock was set to (None: it runs live)."""
    with deps.store.read() as session:
        accounts = [row for row, _ in items.accounts(session)]
        addresses = {(row.channel, url) for row in accounts for url in servers(deps, row)}
    if not accounts:
        raise Refused("Es gibt noch keine Konten, für die etwas zu simulieren wäre.", code="simulation.empty")
    clocks: dict[str, datetime | None] = {}
    for channel, url in sorted(addresses):
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in clocks:
            clocks[origin] = _sandbox_clock(origin, channel)
    return clocks


def _sandbox_clock(origin: str, channel: str) -> datetime | None:
    """Ask a sandbox for its clock. Only loopback addresses are asked at all. Raises: Refused if none is there."""
    try:
        if not on_this_machine(origin):
            raise ValueError("not this machine")
        answer = requests.get(f"{origin}/_clock", timeout=_TIMEOUT, allow_redirects=False)
        said = answer.json()
        if answer.status_code != requests.codes.ok or said.get("sandbox") is not True:
            raise ValueError("not a sandbox")
        return datetime.fromisoformat(said["now"]) if said["mode"] == "set" else None
    except (requests.RequestException, ValueError, KeyError) as error:
        text = f"{origin} (Kanal {channel}) ist nicht die Sandbox; simuliert wird nur mit Konten der Sandbox."
        raise Refused(text, code="simulation.real") from error


def next_moment(deps: Deps, now: datetime, until: datetime) -> datetime | None:
    """Return the next moment after ``now`` at which something is to be done, or None if that is after ``until``."""
    with deps.store.read() as session:
        wake = claims.next_wake(session, now)
        replan = session.scalar(
            select(func.min(PostRow.due_at)).where(PostRow.state == State.AWAITING, PostRow.due_at > now)
        )
        repeat = repeating.next_due(session, now)
    found = [moment for moment in (wake, replan, repeat) if moment is not None and moment <= until]
    return min(found, default=None)
