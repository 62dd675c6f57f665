"""What is counted for those who watch, in a handful of queries that cost the same however much was ever published.

What is over is counted for one day only: the newest rows are read backwards until one is older than the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from distributor.domain import State
from distributor.store.tables import (
    AccountRow,
    AttemptRow,
    DutyRow,
    FeedRow,
    PostRow,
    ReceiptRow,
    StopRow,
    WorkerRow,
)

LIVE = tuple(state for state in State if state not in (State.PUBLISHED, State.RETRACTED, State.CLOSED))
"""States that are not the end of a life; how many posts are in the others grows for ever."""

_TO_GO_OUT = (State.SCHEDULED, State.STAGED, State.PUBLISHING)

Rows = Sequence[tuple[Any, ...]]


def queue(session: Session, now: datetime, late: datetime) -> Rows:
    """Return (channel, state, posts, of these due, of these due before ``late``, the oldest due time) of live posts."""
    due = and_(PostRow.state.in_(_TO_GO_OUT), PostRow.due_at <= now)
    query = (
        select(
            AccountRow.channel,
            PostRow.state,
            func.count(),
            _number(due),
            _number(and_(due, PostRow.due_at < late)),
            func.min(case((due, PostRow.due_at))),
        )
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .where(PostRow.state.in_(LIVE))
        .group_by(AccountRow.channel, PostRow.state)
    )
    return _rows(session, query)


def attempts(session: Session, day: datetime) -> Rows:
    """Return (channel, kind, outcome, number) of the calls that began and ended since ``day`` began."""
    last = _last_before(session, AttemptRow.id, AttemptRow.started_at, day)
    query = (
        select(AccountRow.channel, AttemptRow.kind, AttemptRow.outcome, func.count())
        .join(AccountRow, AttemptRow.account_id == AccountRow.id)
        .where(AttemptRow.id > last, AttemptRow.finished_at.is_not(None))
        .group_by(AccountRow.channel, AttemptRow.kind, AttemptRow.outcome)
    )
    return _rows(session, query)


def releases(session: Session, day: datetime) -> Rows:
    """Return (channel, due time, time of publication) of what was published since ``day`` began."""
    last = _last_before(session, ReceiptRow.id, ReceiptRow.at, day)
    query = (
        select(AccountRow.channel, PostRow.due_at, ReceiptRow.at)
        .join(PostRow, PostRow.id == ReceiptRow.post_id)
        .join(AccountRow, AccountRow.id == ReceiptRow.account_id)
        .where(ReceiptRow.id > last)
    )
    return _rows(session, query)


def in_flight(session: Session) -> Rows:
    """Return (kind, number) of the calls that are open."""
    query = select(AttemptRow.kind, func.count()).where(AttemptRow.finished_at.is_(None))
    return _rows(session, query.group_by(AttemptRow.kind))


def workers(session: Session) -> Rows:
    """Return (host, daemons, last beat)."""
    return _rows(session, select(WorkerRow.host, func.count(), func.max(WorkerRow.seen_at)).group_by(WorkerRow.host))


def feeds(session: Session) -> Rows:
    """Return (number, failures in a row, last success, time of the pause) of each feed in use."""
    query = select(FeedRow.id, FeedRow.failures, FeedRow.succeeded_at, FeedRow.paused_at)
    return _rows(session, query.where(FeedRow.removed_at.is_(None)).order_by(FeedRow.id))


def accounts(session: Session) -> Rows:
    """Return (channel, accounts, of these paused) of what is not retired."""
    query = select(AccountRow.channel, func.count(), _number(AccountRow.paused_at.is_not(None)))
    return _rows(session, query.where(AccountRow.retired_at.is_(None)).group_by(AccountRow.channel))


def stops(session: Session) -> int:
    """Return how many Stops are in force."""
    return int(session.scalar(select(func.count()).select_from(StopRow).where(StopRow.lifted_at.is_(None))) or 0)


def duties(session: Session) -> Rows:
    """Return (name, last done, trouble) of each duty."""
    return _rows(session, select(DutyRow.name, DutyRow.done_at, DutyRow.trouble).order_by(DutyRow.name))


def _last_before(
    session: Session, key: InstrumentedAttribute[int], at: InstrumentedAttribute[datetime], day: datetime
) -> int:
    """Return the newest row that is older than ``day``, or 0: numbers grow with time, so no index is needed.

    Asked for by itself: PostgreSQL plans for a third of the table where it does not know how many rows are behind.
    """
    return session.scalar(select(key).where(at < day).order_by(key.desc()).limit(1)) or 0


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _rows(session: Session, query: Executable) -> Rows:
    return [tuple(row) for row in session.execute(query)]
