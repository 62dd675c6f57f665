"""What waits because a platform has said that it takes little more: by channel, account and kind of work."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from distributor.store.tables import PaceRow

_PACE = cast(Table, PaceRow.__table__)
_WHOLE_CHANNEL = 0


@dataclass(frozen=True, slots=True)
class Wait:
    """One kind of work of an account, or (None) of all accounts of its channel, that waits until then."""

    channel: str
    account_id: int | None
    kind: str
    until: datetime


def slow_down(session: Session, waits: Collection[Wait]) -> None:
    """Let these wait; what waits longer already goes on to."""
    longest: dict[tuple[str, int, str], datetime] = {}
    for wait in waits:
        key = (wait.channel, wait.account_id or _WHOLE_CHANNEL, wait.kind)
        longest[key] = max(wait.until, longest.get(key, wait.until))
    if not longest:
        return
    values = [
        {"channel": channel, "account_id": account, "kind": kind, "until": until}
        for (channel, account, kind), until in sorted(longest.items())  # in one order, or two daemons may lock up
    ]
    insert: Any = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(_PACE)
    until = insert.excluded.until
    session.execute(
        insert.values(values).on_conflict_do_update(
            index_elements=["channel", "account_id", "kind"], set_={"until": until}, where=_PACE.c.until < until
        )
    )


def slowed(
    account_id: ColumnElement[int], channel: ColumnElement[str], kind: str, now: ColumnElement[datetime]
) -> ColumnElement[bool]:
    """Return the SQL condition that this kind of work waits."""
    theirs = or_(_PACE.c.account_id == account_id, _PACE.c.account_id == _WHOLE_CHANNEL)
    return (
        select(_PACE.c.kind)
        .where(_PACE.c.channel == channel, theirs, _PACE.c.kind == kind, _PACE.c.until > now)
        .exists()
    )


def next_end(session: Session, now: datetime) -> datetime | None:
    """Return when the next wait is over."""
    found: datetime | None = session.scalar(select(func.min(PaceRow.until)).where(PaceRow.until > now))
    return found
