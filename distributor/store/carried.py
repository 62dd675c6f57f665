"""What the accounts of a channel bring around a moment, for whoever asks whether two posts are too much alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from distributor.domain import State
from distributor.store.tables import AccountRow, OrganisationRow, PostRow

_ON_THEIR_WAY = (
    *(State.AWAITING, State.SCHEDULED, State.STAGED, State.PUBLISHING, State.UNCERTAIN),
    *(State.PUBLISHED, State.RETRACTING),
)


@dataclass(frozen=True, slots=True)
class Carried:
    """What one account brings on its channel, and when (aware UTC)."""

    id: int
    account_id: int
    state: State
    organisation: str
    text: str
    at: datetime


def carried(session: Session, channel: str, start: datetime, end: datetime) -> list[Carried]:
    """Return what all accounts of a channel brought or are to bring between two moments, both included."""
    at = func.coalesce(PostRow.published_at, PostRow.due_at)
    query = (
        select(PostRow.id, PostRow.account_id, PostRow.state, OrganisationRow.name, PostRow.document, at)
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
        .where(AccountRow.channel == channel, PostRow.state.in_(_ON_THEIR_WAY), at >= start, at <= end)
        .order_by(PostRow.id)
    )
    return [
        Carried(number, account, State(state), name, document["text"], moment)
        for number, account, state, name, document, moment in session.execute(query)
    ]
