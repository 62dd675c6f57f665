"""The record and its seals in storage: what is not sealed yet, the chains, what may be pruned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from distributor.chain import Entry, Seal
from distributor.store.tables import EventRow, SealRow

_COLUMNS = (
    EventRow.id,
    EventRow.at,
    EventRow.actor,
    EventRow.unix_user,
    EventRow.what,
    EventRow.subject,
    EventRow.subject_id,
    EventRow.from_state,
    EventRow.to_state,
    EventRow.reason,
    EventRow.reason_sha256,
    EventRow.digest,
    EventRow.organisation,
)
_AT_ONCE = 2000

IN_ONE_SEAL = 5000
"""How many events one seal covers at most, so that a backlog is sealed in transactions of bounded size."""


def moment(at: datetime) -> str:
    """Return a moment as it is sealed: the same text on every database."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def unsealed_chains(session: Session) -> Sequence[str]:
    """Return the chains (slugs; empty for what concerns all) that have events without a seal."""
    query = select(EventRow.organisation).where(EventRow.seal.is_(None)).distinct()
    return sorted(session.scalars(query))


def head(session: Session, organisation: str) -> tuple[int, str]:
    """Return number and hash of a chain's last seal, or 0 and nothing."""
    query = select(SealRow.number, SealRow.hash).where(SealRow.organisation == organisation)
    found = session.execute(query.order_by(SealRow.number.desc()).limit(1)).first()
    return (0, "") if found is None else (found.number, found.hash)


def unsealed(session: Session, organisation: str) -> list[Entry]:
    """Return a chain's events without a seal in order, not too many at once; who committed late comes later."""
    query = select(*_COLUMNS).where(EventRow.organisation == organisation, EventRow.seal.is_(None))
    return [_entry(row) for row in session.execute(query.order_by(EventRow.id).limit(IN_ONE_SEAL))]


def keep(session: Session, seal: Seal, entries: Sequence[Entry], at: datetime) -> bool:
    """Write a seal and mark its events; False if one of them has another seal by now. Raises: IntegrityError.

    The key (chain, number) lets the database refuse a second seal of the same number.
    """
    session.execute(
        insert(SealRow).values(
            organisation=seal.organisation,
            number=seal.number,
            first=seal.first,
            last=seal.last,
            count=seal.count,
            content=seal.content,
            previous=seal.previous,
            hash=seal.hash,
            at=at,
        )
    )
    marked = 0
    for start in range(0, len(entries), _AT_ONCE):
        ids = [entry.id for entry in entries[start : start + _AT_ONCE]]
        query = update(EventRow).where(EventRow.id.in_(ids), EventRow.seal.is_(None)).values(seal=seal.number)
        found = session.execute(query.execution_options(synchronize_session=False).returning(EventRow.id))
        marked += len(found.all())
    return marked == len(entries)


def chains(session: Session) -> Sequence[str]:
    """Return every chain there is a seal or a sealed event of."""
    held = select(SealRow.organisation).union(select(EventRow.organisation).where(EventRow.seal.is_not(None)))
    return sorted(session.scalars(held))


def links(
    session: Session, organisation: str, *, since: datetime | None = None, until: datetime | None = None
) -> Iterator[tuple[Seal, list[Entry]]]:
    """Yield a chain's seals in order, each with the events that name it; one at a time in memory."""
    events = groupby(_events(session, organisation), key=lambda pair: pair[0])
    number, entries = next(events, (None, iter(())))
    for row in session.scalars(_seals(organisation, since, until)):
        while number is not None and number < row.number:
            number, entries = next(events, (None, iter(())))
        yield _seal(row), [entry for _, entry in entries] if number == row.number else []


def stray(session: Session, organisation: str) -> Sequence[int]:
    """Return numbers of seals that events name and that are not there."""
    here = select(SealRow.number).where(SealRow.organisation == organisation)
    query = select(EventRow.seal).where(EventRow.organisation == organisation, EventRow.seal.is_not(None))
    return [number for number in session.scalars(query.where(EventRow.seal.not_in(here)).distinct()) if number]


def hashes(session: Session, organisation: str) -> dict[int, str]:
    """Return the hashes of a chain's seals by number."""
    query = select(SealRow.number, SealRow.hash).where(SealRow.organisation == organisation)
    return {row.number: row.hash for row in session.execute(query)}


def unsealed_count(session: Session) -> int:
    """Return how many events wait for their seal."""
    return int(session.scalar(select(func.count()).select_from(EventRow).where(EventRow.seal.is_(None))) or 0)


def prunable(session: Session, organisation: str, before: datetime) -> Sequence[SealRow]:
    """Return the seals at the beginning of a chain that were made before a time and still have their events."""
    young = select(func.min(SealRow.number)).where(SealRow.organisation == organisation, SealRow.at >= before)
    first_young = session.scalar(young)
    query = select(SealRow).where(SealRow.organisation == organisation, SealRow.pruned_at.is_(None))
    if first_young is not None:
        query = query.where(SealRow.number < first_young)
    return session.scalars(query.order_by(SealRow.number)).all()


def prune(session: Session, seals: Sequence[SealRow], now: datetime) -> int:
    """Delete the events under these seals and note it on them; return how many events that were."""
    gone = 0
    for row in seals:
        query = delete(EventRow).where(EventRow.organisation == row.organisation, EventRow.seal == row.number)
        gone += len(session.execute(query.returning(EventRow.id)).all())
        row.pruned_at = now
    return gone


def _seals(organisation: str, since: datetime | None, until: datetime | None) -> Select[SealRow]:
    query = select(SealRow).where(SealRow.organisation == organisation)
    if since is not None:
        query = query.where(SealRow.at >= since)
    if until is not None:
        query = query.where(SealRow.at < until)
    return query.order_by(SealRow.number).execution_options(yield_per=500)


def _events(session: Session, organisation: str) -> Iterator[tuple[int | None, Entry]]:
    query = select(EventRow.seal, *_COLUMNS).where(EventRow.organisation == organisation, EventRow.seal.is_not(None))
    ordered = query.order_by(EventRow.seal, EventRow.id).execution_options(yield_per=_AT_ONCE)
    for row in session.execute(ordered):
        yield row[0], _entry(row[1:])


def _entry(row: Any) -> Entry:
    values = dict(zip((column.key for column in _COLUMNS), row, strict=True))
    return Entry(**{**values, "at": moment(values["at"])})


def _seal(row: SealRow) -> Seal:
    return Seal(
        organisation=row.organisation,
        number=row.number,
        at=moment(row.at),
        first=row.first,
        last=row.last,
        count=row.count,
        content=row.content,
        previous=row.previous,
        hash=row.hash,
        pruned=row.pruned_at is not None,
    )
