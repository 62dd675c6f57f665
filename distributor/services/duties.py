"""Periodic duties as rows: whoever moves a duty's time on does it; the others pass by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from distributor.services.deps import Deps
from distributor.store import waiting
from distributor.store.tables import DutyRow

_log = structlog.get_logger()


def due(deps: Deps, every: Mapping[str, timedelta], now: datetime) -> set[str]:
    """Return which duties' time has come and that may have something to do, all at one look.

    A duty that failed is due whatever there is to do, so that its trouble is not told for ever.
    """
    with deps.store.read() as session:
        entered = waiting.duties(session)
        idle = waiting.idle(session, now)
    never = (now, "")
    return {
        name
        for name, interval in every.items()
        if not _waits(entered.get(name, never)[0], now, interval) and (name not in idle or entered.get(name, never)[1])
    }


def do(deps: Deps, name: str, every: timedelta, clock: Callable[[], datetime], work: Callable[[], object]) -> bool:
    """Do the work if its time has come and nobody else took it; tell whether it was done.

    What goes wrong is kept with the duty, for ``doctor``, and the duty is simply due again.
    """
    now = clock()
    with deps.store.write() as session:
        if not _take(session, name, now, every):
            return False
    trouble = ""
    try:
        work()
    except Exception as error:
        _log.exception("duty_failed", duty=name)
        trouble = (
            f"Die Aufgabe „{name}“ ist fehlgeschlagen ({type(error).__name__}); das Protokoll des Dienstes sagt mehr."
        )
    with deps.store.write() as session:
        session.execute(update(DutyRow).where(DutyRow.name == name).values(done_at=clock(), trouble=trouble))
    return True


def _waits(next_at: datetime, now: datetime, every: timedelta) -> bool:
    """Tell whether the time has not come; one further away than a whole interval is from a clock that was wrong."""
    return now < next_at <= now + every


def _take(session: Session, name: str, now: datetime, every: timedelta) -> bool:
    row = session.scalars(select(DutyRow).where(DutyRow.name == name).with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        if session.get(DutyRow, name) is not None:
            return False
        return _enter(session, name, now + every)
    if _waits(row.next_at, now, every):
        return False
    row.next_at = now + every
    return True


def _enter(session: Session, name: str, next_at: datetime) -> bool:
    """Write the duty down for the first time; False if another daemon did so in the same moment."""
    try:
        with session.begin_nested():
            session.add(DutyRow(name=name, next_at=next_at))
    except IntegrityError:
        return False
    return True
