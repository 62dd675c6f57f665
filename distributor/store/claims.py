"""Claims: which account may be worked on next, by whom, and what its open Attempt is.

The claim is on the account, so that at most one call is in flight per account; the partial unique index on open
Attempts makes the database refuse a second one. Every function belongs inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import takewhile
from typing import Any, cast

from sqlalchemy import (
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.sql.elements import ColumnElement

from distributor.domain import State
from distributor.lifecycle import UNREACHABLE
from distributor.store.among import among
from distributor.store.held import HeldAccount, columns
from distributor.store.pacing import next_end, slowed
from distributor.store.posts import WAITING_FOR_DAEMON
from distributor.store.prepared import Prepared
from distributor.store.tables import AccountRow, AttemptRow, PostRow, StageRow, StopRow, WorkerRow
from distributor.store.types import UtcDateTime, storable

KIND_OF = {
    State.STAGED: "release",
    State.RETRACTING: "retract",
    State.UNCERTAIN: "look",
    State.SCHEDULED: "stage",
}
"""What the daemon does next with a Post in this state."""

_ATTEMPT, _ACCOUNT = cast(Table, AttemptRow.__table__), cast(Table, AccountRow.__table__)
_POST, _STAGE = cast(Table, PostRow.__table__), cast(Table, StageRow.__table__)

_OPENED = ("post_id", "account_id", "stage_id", "kind", "owner", "fence", "started_at")
_OPEN = Prepared(insert(_ATTEMPT).values({name: bindparam(name) for name in _OPENED}))
_NUMBERS = select(_ATTEMPT.c.account_id, _ATTEMPT.c.id).where(
    among(_ATTEMPT.c.account_id, "accounts"), _ATTEMPT.c.finished_at.is_(None)
)
_CLOSE = Prepared(
    update(_ATTEMPT)
    .where(_ATTEMPT.c.id == bindparam("number"), _ATTEMPT.c.finished_at.is_(None))
    .values(finished_at=bindparam("at"), outcome=bindparam("how"), code=bindparam("told"), detail=bindparam("words"))
)
_GIVE_BACK = Prepared(
    update(_ACCOUNT)
    .where(_ACCOUNT.c.id == bindparam("account"), _ACCOUNT.c.fence == bindparam("under"))
    .values(owner=null(), lease_until=null())
)
_FENCES = select(_ACCOUNT.c.id, _ACCOUNT.c.fence).where(among(_ACCOUNT.c.id, "accounts"))

OWNER_DIED = "owner_died"
"""The outcome of a call whose daemon died in it."""

NEVER_BEGUN = "never_begun"
"""The outcome of a call that was claimed in a commit whose answer was lost, and so never made."""

URGENCY = ("release", "retract", "stage", "look", "unstage")
"""Every kind of work, the most urgent first."""

_STATE_OF = {kind: state for state, kind in KIND_OF.items()}
_EVER = datetime.min.replace(tzinfo=UTC)


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
    public. What a platform's answers make wait, waits.
    """
    chosen: dict[int, Work] = {}
    for kind in URGENCY:
        most = limit - len(chosen)
        chosen |= _first_of(session, kind, now, min(most, looks) if kind == "look" else most, chosen)
    return list(chosen.values())


def _first_of(session: Session, kind: str, now: datetime, most: int, busy: Collection[int]) -> dict[int, Work]:
    """Return by account the first ``most`` pieces of due work of a kind, but for accounts that are ``busy``.

    Rows come in the order of their time, a page at a time: usually the first page has enough accounts.
    """
    found: dict[int, Work] = {}
    after: tuple[datetime, int] = (_EVER, 0)
    page = max(2 * most, 16)
    while len(found) < most:
        values = {"now": now, "after": after[0], "past": after[1], "page": page}
        rows = session.connection().execute(_due_statement(kind), values).all()
        for row in rows:
            if len(found) < most and row.account_id not in busy and row.account_id not in found:
                found[row.account_id] = Work(kind, row.post_id, row.account_id, row.stage_id, bool(row.recalled))
        if len(rows) < page:
            break
        after, page = (rows[-1].at, rows[-1].number), 4 * page
    return found


@cache
def _due_statement(kind: str) -> Select[Any]:
    """Build once for each kind the question what is due: it is asked at every turn of every crew."""
    recalled = _POST.c.recall_at.is_not(None)
    row: Table = _STAGE if kind == "unstage" else _POST
    chosen = _STAGE.c.state == "leftover" if kind == "unstage" else _POST.c.state == _STATE_OF[kind]
    post, stage = (row.c.post_id, row.c.id) if kind == "unstage" else (row.c.id, null())
    at, number = row.c.next_try_at, row.c.id
    after, past = bindparam("after", type_=UtcDateTime()), bindparam("past", type_=Integer())
    query = (
        select(
            post.label("post_id"),
            row.c.account_id,
            stage.label("stage_id"),
            at.label("at"),
            number.label("number"),
            recalled.label("recalled"),
        )
        .join_from(row, _ACCOUNT, _ACCOUNT.c.id == row.c.account_id)
        .where(chosen, at <= bindparam("now", type_=UtcDateTime()))
        .where(tuple_(at, number) > tuple_(after, past))
        .where(_ACCOUNT.c.owner.is_(None), _open(recalled))
        .where(~slowed(_ACCOUNT.c.id, _ACCOUNT.c.channel, kind, bindparam("now", type_=UtcDateTime())))
        .order_by(at, number)
        .limit(bindparam("page", type_=Integer()))
    )
    if kind == "unstage":
        query = query.join(_POST, _POST.c.id == _STAGE.c.post_id)
    if kind == "stage":
        query = query.where(~stopped(_ACCOUNT.c.organisation_id, _ACCOUNT.c.channel))
    return query


def _open(recalled: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the SQL condition that the account takes calls: it is not paused, or a recall asks and it has its key."""
    return or_(AccountRow.paused_at.is_(None), and_(recalled, AccountRow.retired_at.is_(None)))


def take(session: Session, works: Sequence[Work], owner: str, until: datetime) -> dict[int, HeldAccount]:
    """Claim the accounts of this work; return by number those that were free and open, each with its new fence."""
    values = {
        "wanted": [work.account_id for work in works],
        "recalled": [work.account_id for work in works if work.recalled],
        "me": owner,
        "until": until,
    }
    return {row[0]: HeldAccount(*row) for row in session.connection().execute(_take_statement(), values)}


@cache
def _take_statement() -> ReturningUpdate[Any]:
    free = (
        select(_ACCOUNT.c.id)
        .where(
            among(_ACCOUNT.c.id, "wanted"),
            _ACCOUNT.c.owner.is_(None),
            _open(among(_ACCOUNT.c.id, "recalled")),
        )
        .order_by(_ACCOUNT.c.id)
        .with_for_update(skip_locked=True, key_share=True)
        .cte("free")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    return (
        update(_ACCOUNT)
        .where(_ACCOUNT.c.id.in_(select(free.c.id)))
        .values(owner=bindparam("me"), lease_until=bindparam("until"), fence=_ACCOUNT.c.fence + 1)
        .returning(*columns(HeldAccount, AccountRow))
    )


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


def give_back(session: Session, held: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Free these accounts, each claimed under a fence; return those whose claim was still ours.

    The others were taken over by somebody who declared us dead meanwhile.
    """
    freed = _GIVE_BACK.write(session, [{"account": account, "under": fence} for account, fence in held])
    if freed == len(held):
        return set(held)
    now = session.connection().execute(_FENCES, {"accounts": {account for account, _ in held}})
    return set(held) & {(account, fence) for account, fence in now}


def take_away(session: Session, account_id: int, fence: int) -> None:
    """Free the account from a claim under a new fence: whoever held it may still wake up and must find out."""
    session.execute(
        update(AccountRow)
        .where(AccountRow.id == account_id, AccountRow.fence == fence)
        .values(owner=None, lease_until=None, fence=fence + 1)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class Closing:
    """How a call ended, as it is written down: the outcome's name, the platform's code and its own words."""

    attempt_id: int
    outcome: str
    code: str = ""
    detail: str = ""


def open_attempts(
    session: Session, works: Sequence[Work], fences: Mapping[int, int], *, owner: str, now: datetime
) -> list[int]:
    """Write down that these calls are about to be made; return the numbers of the Attempts in the same order."""
    if not works:
        return []
    rows = [
        {
            "post_id": work.post_id,
            "account_id": work.account_id,
            "stage_id": work.stage_id,
            "kind": work.kind,
            "owner": owner,
            "fence": fences[work.account_id],
            "started_at": now,
        }
        for work in works
    ]
    _OPEN.write(session, rows)
    made = dict(iter(session.connection().execute(_NUMBERS, {"accounts": [work.account_id for work in works]})))
    return [made[work.account_id] for work in works]


def close_attempts(session: Session, closings: Sequence[Closing], now: datetime) -> int:
    """Write down how calls ended; return how many were open: a second closing leaves the first as it is."""
    rows = [
        {"number": each.attempt_id, "at": now, "how": each.outcome}
        | {"told": storable(each.code), "words": storable(each.detail)}
        for each in closings
    ]
    return _CLOSE.write(session, rows)


def first_release(session: Session, stage_id: int) -> datetime | None:
    """Return when the first release call of this Stage began."""
    return session.scalar(
        select(func.min(AttemptRow.started_at)).where(AttemptRow.stage_id == stage_id, AttemptRow.kind == "release")
    )


def is_partly_public(session: Session, post_id: int) -> bool:
    """Tell whether a part of the Post is public by its live Stage, and the rest to follow."""
    query = (
        select(AttemptRow.id)
        .join(StageRow, StageRow.id == AttemptRow.stage_id)
        .where(StageRow.post_id == post_id, StageRow.state.in_(("open", "ready")), AttemptRow.outcome == "partly")
    )
    return session.scalars(query.limit(1)).first() is not None


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
    moments = (session.scalar(posts), session.scalar(stages), next_end(session, now))
    found = [moment for moment in moments if moment is not None]
    return min(found, default=None)


def forget_owner(session: Session, name: str) -> None:
    """Free what a dead worker had claimed, under a new fence, and strike the worker off.

    One that only lost its lock may claim on in this very moment. An account with an open Attempt stays with it: whoever
    looks next finds both, and closes the Attempt before the account is free.
    """
    calling = select(AttemptRow.id).where(
        AttemptRow.account_id == AccountRow.id, AttemptRow.owner == name, AttemptRow.finished_at.is_(None)
    )
    session.execute(
        update(AccountRow)
        .where(AccountRow.owner == name, ~calling.exists())
        .values(owner=None, lease_until=None, fence=AccountRow.fence + 1)
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(WorkerRow).where(WorkerRow.name == name))
