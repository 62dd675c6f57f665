"""Work that may kill the process: written down before it begins, so that what kills daemon after daemon is found.

An exception is no death: whatever ends here in any way but with the process is struck off again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from distributor.lifecycle import DEATHS
from distributor.services.deps import Deps
from distributor.store.tables import TrialRow

REST = timedelta(days=1)
"""After so long it is tried once more: the program may have been mended meanwhile. Our own choice."""

_log = structlog.get_logger()


@contextmanager
def trial(deps: Deps, subject: str, now: datetime) -> Iterator[bool]:
    """Give True if the work may be tried; False if several daemons, one after the other, have died in it already."""
    with deps.store.write() as session:
        row = session.get(TrialRow, subject, with_for_update=True)
        allowed = row is None or row.times < DEATHS or now - row.begun_at >= REST
        if allowed:
            session.merge(TrialRow(subject=subject, begun_at=now, times=(row.times if row else 0) + 1))
    try:
        yield allowed
    finally:
        if allowed:
            forget(deps, subject)


def forget(deps: Deps, subject: str) -> None:
    """Let the work be tried anew."""
    with deps.store.write() as session:
        session.execute(delete(TrialRow).where(TrialRow.subject == subject))


def deadly(session: Session) -> list[str]:
    """Return what is not tried any more."""
    return list(session.scalars(select(TrialRow.subject).where(TrialRow.times >= DEATHS).order_by(TrialRow.subject)))
