"""The queue of films to be made: asked for once, held by one worker for a while, then a rendition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from distributor.store.tables import FilmRow, ItemRow, MediumRow


@dataclass(frozen=True, slots=True)
class Order:
    """A film that a worker holds: what is to be made of which file, and how often it was begun."""

    source: str
    shape: str
    captions: str
    document: dict[str, Any]
    tries: int


def of(session: Session, sources: Sequence[str]) -> dict[tuple[str, str], FilmRow]:
    """Return what is still to be made, or could not be made, of these files by (source, shape)."""
    rows = session.scalars(select(FilmRow).where(FilmRow.source.in_(sources)))
    return {(row.source, row.shape): row for row in rows}


def take(session: Session, now: datetime, hold: timedelta) -> Order | None:
    """Take the film that waits longest, or one whose worker is gone; None if there is none."""
    query = (
        select(FilmRow)
        .where(or_(FilmRow.state == "waiting", and_(FilmRow.state == "working", FilmRow.until <= now)))
        .order_by(FilmRow.asked_at, FilmRow.source, FilmRow.shape)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        return None
    row.state, row.until, row.tries, row.percent = "working", now + hold, row.tries + 1, 0
    return Order(row.source, row.shape, row.captions, dict(row.document), row.tries)


def hold(session: Session, order: Order, percent: int, until: datetime) -> bool:
    """Go on holding a film and note how far it is; False if it is not ours any more."""
    held = session.execute(
        update(FilmRow)
        .where(*_ours(order))
        .values(percent=percent, until=until)
        .execution_options(synchronize_session=False)
    )
    return bool(held.rowcount)  # type: ignore[attr-defined]


def locked(session: Session, order: Order) -> FilmRow | None:
    """Return the film if it is still held by who took this order, locked."""
    return session.scalars(select(FilmRow).where(*_ours(order)).with_for_update()).one_or_none()


def _ours(order: Order) -> tuple[Any, ...]:
    return (
        FilmRow.source == order.source,
        FilmRow.shape == order.shape,
        FilmRow.state == "working",
        FilmRow.tries == order.tries,
    )


def needed(session: Session, source: str) -> bool:
    """Tell whether an Item still has this file."""
    query = select(MediumRow.id).where(MediumRow.sha256 == source, MediumRow.state == "ready").limit(1)
    return session.scalars(query).first() is not None


def renew(session: Session, source: str) -> None:
    """Let the posts of every Item with this file be made anew."""
    with_it = select(MediumRow.item_id).where(MediumRow.sha256 == source)
    session.execute(
        update(ItemRow).where(ItemRow.id.in_(with_it)).values(stale=True).execution_options(synchronize_session=False)
    )
