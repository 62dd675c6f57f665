"""Claims: which account may be worked on next, by whom, and what its open Attempt is.

The claim is on the account, so that at most one call is in flight per account; the partial unique index on open
Attempts makes the database refuse a second one. Every function belongs inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import takewhile
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from distributor.domain import State
from distributor.lifecycle import UNREACHABLE
from distributor.store.posts import WAITING_FOR_DAEMON
from distributor.store.tables import AccountRow, AttemptRow, PostRow, StageRow, StopRow, WorkerRow
from distributor.store.types import UtcDateTime, storable

KIND_OF = {
    State.STAGED: "release",
    State.RETRACTING: "retract",
    State.UNCERTAIN: "look",
    State.SCHEDULED: "stage",
}
"""What the daemon does next with a Post in this state."""

OWNER_DIED = "owner_died"
"""The outcome of a call whose daemon died in it."""

_ORDER = {State.STAGED: 0, State.RETRACTING: 1, State.SCHEDULED: 2, State.UNCERTAIN: 3}


@dataclass(frozen=True, slots=True)
class Work:
    """One thing to do on one account."""

    kind: str
    post_id: int
    account_id: int
    stage_id: int | None = None
    recalled: bool = False


def stopped(organisation_id: ColumnElement[int], channel: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the SQL condition that a Stop is in force for this Organisation or channel."""
    return (
        select(StopRow.id)
        .where(
            StopRow.lifted_at.is_(None),
            or_(
                and_(StopRow.organisation_id.is_(None), StopRow.channel == ""),
                StopRow.organisation_id == organisation_id,
                StopRow.channel == channel,
            ),
        )
        .exists()
    )


def due_work(session: Session, now: datetime, limit: int, looks: int) -> Sequence[Work]:
    """Return at most one thing to do per free account, the most urgent first, and of looks no more than ``looks``.

    Looking is never ahead of what is due, neither on its account nor in the crew: hundreds of unclear answers, each
    with a read that may hang, must not keep a post from its time.

    A Stop holds back staging here; a release under Stop is returned, because the guard must turn it down, and looking
    and taking down go on. A paused account gets no call but for what a recall asks of it: a pause must keep nothing
    public.
    """
    return [
        Work(
            "unstage" if row.state == "unstage" else KIND_OF[State(row.state)],
            row.post_id,
            row.account_id,
            row.stage_id,
            row.recalled,
        )
        for row in session.execute(_due_statement(), {"now": now, "most": limit, "looks": looks})
    ]


@cache
def _due_statement() -> Select[Any]:
    """Build the question once: it is asked at every turn of every crew."""
    now = bindparam("now", type_=UtcDateTime())
    post_work = select(
        PostRow.id.label("post_id"),
        PostRow.account_id.label("account_id"),
        null().label("stage_id"),
        PostRow.state.label("state"),
        case(_ORDER, value=PostRow.state, else_=9).label("urgency"),
        PostRow.next_try_at.label("at"),
        PostRow.recall_at.is_not(None).label("recalled"),
    ).where(PostRow.state.in_(WAITING_FOR_DAEMON), PostRow.next_try_at <= now)
    stage_work = (
        select(
            StageRow.post_id,
            StageRow.account_id,
            StageRow.id,
            literal("unstage"),
            literal(4),
            StageRow.next_try_at,
            PostRow.recall_at.is_not(None),
        )
        .join(PostRow, PostRow.id == StageRow.post_id)
        .where(StageRow.state == "leftover", StageRow.next_try_at <= now)
    )
    work = union_all(post_work, stage_work).subquery()
    rank = func.row_number().over(partition_by=work.c.account_id, order_by=(work.c.urgency, work.c.at, work.c.post_id))
    account = AccountRow.__table__
    held_back = and_(work.c.state == State.SCHEDULED, stopped(account.c.organisation_id, account.c.channel))
    free = (
        select(work, rank.label("rank"))
        .join(AccountRow, AccountRow.id == work.c.account_id)
        .where(AccountRow.owner.is_(None), _open(work.c.recalled), ~held_back)
        .subquery()
    )
    nth = func.row_number().over(partition_by=free.c.state, order_by=(free.c.at, free.c.post_id))
    first = select(free, nth.label("nth")).where(free.c.rank == 1).subquery()
    bounded = or_(first.c.state != State.UNCERTAIN, first.c.nth <= bindparam("looks", type_=Integer()))
    query = select(first).where(bounded).order_by(first.c.urgency, first.c.at)
    return query.limit(bindparam("most", type_=Integer()))


def _open(recalled: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the SQL condition that the account takes calls: it is not paused, or a recall asks and it has its key."""
    return or_(AccountRow.paused_at.is_(None), and_(recalled, AccountRow.retired_at.is_(None)))


def take(
    session: Session, account_id: int, owner: str, until: datetime, *, recalled: bool = False
) -> AccountRow | None:
    """Claim the account if it is free; return it with its new fence, or None if it was taken or paused meanwhile."""
    locked = session.scalars(
        select(AccountRow)
        .where(AccountRow.id == account_id, AccountRow.owner.is_(None), _open(literal(recalled)))
        .with_for_update(skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if locked is None:
        return None
    locked.owner, locked.lease_until, locked.fence = owner, until, locked.fence + 1
    session.flush()
    return locked


def set_aside(session: Session, work: Work, until: datetime) -> None:
    """Let a piece of work wait that could not be prepared or stored; what was moved on meanwhile stays as it is."""
    if work.kind == "unstage":
        chosen = update(StageRow).where(StageRow.id == work.stage_id, StageRow.state == "leftover")
    else:
        states = [state for state, kind in KIND_OF.items() if kind == work.kind]
        chosen = update(PostRow).where(PostRow.id == work.post_id, PostRow.state.in_(states))
    session.execute(chosen.values(next_try_at=until).execution_options(synchronize_session=False))


def take_up_again(session: Session, account_id: int, now: datetime) -> None:
    """Let the daemon do again what a person was asked to do only because the account was paused."""
    session.execute(
        update(PostRow)
        .where(
            PostRow.account_id == account_id,
            PostRow.state.in_((State.UNCERTAIN, State.RETRACTING)),
            PostRow.reason_code == UNREACHABLE,
            PostRow.next_try_at.is_(None),
        )
        .values(next_try_at=now)
        .execution_options(synchronize_session=False)
    )


def give_back(session: Session, account_id: int, fence: int) -> bool:
    """Free the account if the claim is still ours; False means that somebody declared us dead meanwhile."""
    done = session.execute(
        update(AccountRow)
        .where(AccountRow.id == account_id, AccountRow.fence == fence)
        .values(owner=None, lease_until=None)
        .execution_options(synchronize_session=False)
        .returning(AccountRow.id)
    ).first()
    return done is not None


def take_away(session: Session, account_id: int, fence: int) -> None:
    """Free the account from a claim under a new fence: whoever held it may still wake up and must find out."""
    session.execute(
        update(AccountRow)
        .where(AccountRow.id == account_id, AccountRow.fence == fence)
        .values(owner=None, lease_until=None, fence=fence + 1)
        .execution_options(synchronize_session=False)
    )


def open_attempt(session: Session, work: Work, *, owner: str, fence: int, now: datetime) -> int:
    """Write down that a call is about to be made; return the Attempt's number."""
    made = session.execute(
        insert(AttemptRow)
        .values(
            post_id=work.post_id,
            account_id=work.account_id,
            stage_id=work.stage_id,
            kind=work.kind,
            owner=owner,
            fence=fence,
            started_at=now,
        )
        .returning(AttemptRow.id)
    )
    return int(made.scalar_one())


def close_attempt(
    session: Session, attempt_id: int, *, now: datetime, outcome: str, code: str = "", detail: str = ""
) -> bool:
    """Write down how the call ended; a second closing leaves the first as it is and returns False."""
    done = session.execute(
        update(AttemptRow)
        .where(AttemptRow.id == attempt_id, AttemptRow.finished_at.is_(None))
        .values(finished_at=now, outcome=outcome, code=storable(code), detail=storable(detail))
        .execution_options(synchronize_session=False)
        .returning(AttemptRow.id)
    ).first()
    return done is not None


def first_release(session: Session, stage_id: int) -> datetime | None:
    """Return when the first release call of this Stage began."""
    return session.scalar(
        select(func.min(AttemptRow.started_at)).where(AttemptRow.stage_id == stage_id, AttemptRow.kind == "release")
    )


def was_named(session: Session, post_id: int) -> bool:
    """Tell whether the platform itself named the Post's remote id; one that a person typed is no id to delete by."""
    query = select(AttemptRow.id).where(AttemptRow.post_id == post_id, AttemptRow.outcome.in_(("receipt", "found")))
    return session.scalars(query.limit(1)).first() is not None


def open_of(session: Session, owner: str) -> Sequence[AttemptRow]:
    """Return the open Attempts of a worker, in the order in which everybody locks posts."""
    query = select(AttemptRow).where(AttemptRow.owner == owner, AttemptRow.finished_at.is_(None))
    return session.scalars(query.order_by(AttemptRow.post_id)).all()


def deaths(session: Session, post_id: int, kind: str, most: int) -> int:
    """Return in how many of the Post's last calls of this kind, one after the other, their daemon died; up to most."""
    query = select(AttemptRow.outcome).where(
        AttemptRow.post_id == post_id, AttemptRow.kind == kind, AttemptRow.finished_at.is_not(None)
    )
    outcomes = session.scalars(query.order_by(AttemptRow.id.desc()).limit(most))
    return sum(1 for _ in takewhile(lambda outcome: outcome == OWNER_DIED, outcomes))


def in_flight(session: Session, *, organisation_id: int | None = None, channel: str = "") -> int:
    """Return how many release calls are open right now: of one Organisation, on one channel, or all."""
    query = select(func.count()).select_from(AttemptRow).join(AccountRow, AccountRow.id == AttemptRow.account_id)
    query = query.where(AttemptRow.kind == "release", AttemptRow.finished_at.is_(None))
    if organisation_id is not None:
        query = query.where(AccountRow.organisation_id == organisation_id)
    if channel:
        query = query.where(AccountRow.channel == channel)
    return int(session.scalar(query) or 0)


def next_wake(session: Session, now: datetime) -> datetime | None:
    """Return the earliest moment after ``now`` at which an active account has something to do."""
    posts = (
        select(func.min(PostRow.next_try_at))
        .join(AccountRow, AccountRow.id == PostRow.account_id)
        .where(PostRow.state.in_(WAITING_FOR_DAEMON), _open(PostRow.recall_at.is_not(None)), PostRow.next_try_at > now)
    )
    stages = (
        select(func.min(StageRow.next_try_at))
        .join(AccountRow, AccountRow.id == StageRow.account_id)
        .join(PostRow, PostRow.id == StageRow.post_id)
        .where(StageRow.state == "leftover", _open(PostRow.recall_at.is_not(None)), StageRow.next_try_at > now)
    )
    found = [moment for moment in (session.scalar(posts), session.scalar(stages)) if moment is not None]
    return min(found, default=None)


def forget_owner(session: Session, name: str) -> None:
    """Free what a dead worker had claimed, under a new fence, and strike the worker off."""
    session.execute(
        update(AccountRow)
        .where(AccountRow.owner == name)
        .values(owner=None, lease_until=None, fence=AccountRow.fence + 1)
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(WorkerRow).where(WorkerRow.name == name))
