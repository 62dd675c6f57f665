"""The record as people read it: the newest first, page by page. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import false, select

from distributor.domain import Actor
from distributor.services.deps import Deps
from distributor.services.permission import visible
from distributor.store import pseudonyms
from distributor.store.tables import EventRow, OrganisationRow

SUBJECTS = ("post", "item", "account", "user", "person", "recall", "stop", "occasion", "feed", "config", "topic")
"""What events are told of; there are others, which nobody looks for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. ``organisation`` is the Jobcenter's name; empty for what concerns all."""

    id: int
    at: datetime
    actor: str
    what: str
    subject: str
    subject_id: str
    from_state: str
    to_state: str
    reason: str
    organisation: str


def entries(
    deps: Deps, actor: Actor, *, organisation: str = "", subject: str = "", before: int = 0, limit: int = 50
) -> Sequence[Entry]:
    """Return a page of events that the actor may see; ``before`` is the event above which the page begins.

    An officer sees what concerns their Jobcenter.
    """
    seen = visible(actor)
    query = select(EventRow).order_by(EventRow.id.desc()).limit(limit)
    if before:
        query = query.where(EventRow.id < before)
    if seen is not None:
        query = query.where(EventRow.organisation.in_(seen) if seen else false())
    if organisation:
        query = query.where(EventRow.organisation == organisation)
    if subject:
        query = query.where(EventRow.subject == subject)
    with deps.store.read() as session:
        rows = session.scalars(query).all()
        who = pseudonyms.names(session, {row.actor for row in rows})
        owners = {row.slug: row.name for row in session.scalars(select(OrganisationRow))}
        return [
            Entry(
                id=row.id,
                at=row.at,
                actor=who[row.actor],
                what=row.what,
                subject=row.subject,
                subject_id=row.subject_id,
                from_state=row.from_state,
                to_state=row.to_state,
                reason=row.reason,
                organisation=owners.get(row.organisation, row.organisation),
            )
            for row in rows
        ]
