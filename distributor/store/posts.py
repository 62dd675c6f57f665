"""Posts in storage: the one guarded write of ``state``, and the questions about posts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    Insert,
    Table,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from distributor.domain import Actor, Reason, State
from distributor.lifecycle import may_move
from distributor.log import trace_of
from distributor.store import pseudonyms, telling
from distributor.store.prepared import Prepared
from distributor.store.tables import (
    AccountRow,
    ApprovalRow,
    AttemptRow,
    EventRow,
    ItemRow,
    OrganisationRow,
    PostRow,
    StopRow,
)
from distributor.store.types import storable

WAITING_FOR_DAEMON = (State.SCHEDULED, State.STAGED, State.UNCERTAIN, State.RETRACTING)
"""States in which ``next_try_at`` says when the daemon acts next."""

BEHIND = 0
"""The ``item_revision`` of a Post that a change did not reach, because its release was under way."""


_EVENT = cast(Table, EventRow.__table__)
_POST = cast(Table, PostRow.__table__)

_WRITTEN = (
    *("at", "actor", "unix_user", "what", "subject", "subject_id", "from_state", "to_state"),
    *("reason", "digest", "reason_sha256", "organisation"),
)
_NAMED = Prepared(insert(_EVENT).values({name: bindparam(name) for name in _WRITTEN}))

_TOLD_BY_THEIR_CALL = ("release.claimed", "staged", "published")
"""Events that are not logged: the line about the call that brought them says more."""

_PEOPLE = ("person", "user", "calendar_link")
"""What is not logged either: a log outlives the erasure of a name."""


class Stale(Exception):
    """Somebody else moved the Post first; nothing was written."""


@dataclass(frozen=True, slots=True)
class Step:
    """One move of one Post as it is written. With ``to`` equal to ``start`` only the ``values`` change.

    ``organisation`` is the slug of the Jobcenter concerned; None lets the record look it up.
    """

    post_id: int
    item_id: int
    start: State
    to: State
    what: str
    actor: Actor
    reason: Reason | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    organisation: str | None = None

    def columns(self, now: datetime) -> dict[str, Any]:
        """Return what the row holds afterwards."""
        told = self.reason or Reason("", "")
        return {
            "state": self.to,
            "changed_at": now,
            "reason_code": told.code,
            "reason_text": storable(told.text),
            "reason_who": told.who,
            **self.values,
        }


def record(
    session: Session,
    *,
    now: datetime,
    actor: Actor,
    what: str,
    subject: str,
    subject_id: str | int,
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    digest: str = "",
    said: str = "",
    organisation: str | None = None,
) -> None:
    """Write one event, and log it once it is committed.

    Who acts is named by pseudonym, the words ``said`` as a reason only by their SHA-256.
    ``reason`` is a code, and the words themselves stand with the thing: a record that holds no words holds no names.
    ``organisation`` is the slug of the Jobcenter concerned; None lets the subject say it.
    """
    values = {
        **_acted(session, now, actor, what),
        **_concerns(subject, subject_id, from_state, to_state),
        **_said(reason, said, digest),
    }
    if organisation is None and subject in ("post", "account"):
        session.execute(_event_of(subject), {**values, "owned": int(subject_id)})
    else:
        session.execute(insert(_EVENT), {**values, "organisation": organisation or ""})
    _tell(session, values)


def _tell(session: Session, values: Mapping[str, Any], item_id: int | None = None) -> None:
    """Log an event under the id of the Item that it is about; who acted stands in the record only."""
    subject, number = values["subject"], values["subject_id"]
    if values["what"] in _TOLD_BY_THEIR_CALL or subject in _PEOPLE:
        return
    if subject == "item":
        item_id = int(number)
    elif subject == "post" and item_id is None:
        item_id = item_of(session, int(number))
    trace = {} if item_id is None else {"trace": trace_of(item_id)}
    told = {key.removesuffix("_state"): values[key] for key in ("from_state", "to_state", "reason") if values[key]}
    telling.later(session, values["what"], **{subject: int(number) if number.isdigit() else number}, **told, **trace)


def _acted(session: Session, now: datetime, actor: Actor, what: str) -> dict[str, Any]:
    return {
        "at": now,
        "actor": pseudonyms.key_of(session, actor),
        "unix_user": pseudonyms.unix_key_of(session, actor),
        "what": what,
    }


def _concerns(subject: str, subject_id: str | int, from_state: str, to_state: str) -> dict[str, Any]:
    return {"subject": subject, "subject_id": str(subject_id), "from_state": from_state, "to_state": to_state}


def _said(code: str, said: str, digest: str = "") -> dict[str, Any]:
    words = hashlib.sha256(storable(said).encode()).hexdigest() if said else ""
    return {"reason": code, "digest": digest, "reason_sha256": words}


@cache
def _event_of(subject: str) -> Insert:
    """Build once the INSERT that looks up itself whose post or account (``owned``) the event is about."""
    slug = select(OrganisationRow.slug).join(AccountRow, AccountRow.organisation_id == OrganisationRow.id)
    if subject == "post":
        found = slug.join(PostRow, PostRow.account_id == AccountRow.id).where(PostRow.id == bindparam("owned"))
    else:
        found = slug.where(AccountRow.id == bindparam("owned"))
    return insert(_EVENT).values(organisation=func.coalesce(found.scalar_subquery(), ""))


def move(session: Session, steps: Sequence[Step], now: datetime) -> None:
    """Move posts by guarded UPDATEs and write their events: each is moved only if it still stands where it started.

    Raises: ValueError if the table of moves forbids one; Stale if one no longer stands there.
    """
    session.flush()
    for step in steps:
        if step.to != step.start and not may_move(step.start, step.to):
            raise ValueError(f"a post may not go from {step.start} to {step.to}")
    together: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for step in steps:
        columns = step.columns(now)
        row = {f"to_{name}": value for name, value in columns.items()} | {"which": step.post_id, "start": step.start}
        together.setdefault(tuple(columns), []).append(row)
    for names, rows in together.items():
        if _guarded(names).write(session, rows) != len(rows):
            raise Stale(f"no longer where it started: one of {[row['which'] for row in rows]}")
    _record_steps(session, [step for step in steps if step.to != step.start or step.reason is not None], now)


@cache
def _guarded(columns: tuple[str, ...]) -> Prepared:
    """Build once the UPDATE of these columns that a Post takes part in only in the state it is thought to be in."""
    return Prepared(
        update(_POST)
        .where(_POST.c.id == bindparam("which"), _POST.c.state == bindparam("start"))
        .values({name: bindparam(f"to_{name}") for name in columns})
    )


def _record_steps(session: Session, steps: Sequence[Step], now: datetime) -> None:
    if not steps:
        return
    named: list[dict[str, Any]] = []
    looked_up: list[dict[str, Any]] = []
    for step in steps:
        row = {
            **_acted(session, now, step.actor, step.what),
            **_concerns("post", step.post_id, step.start, step.to),
            **_said(step.reason.code if step.reason else "", step.reason.text if step.reason else ""),
        }
        if step.organisation is None:
            looked_up.append(row | {"owned": step.post_id})
        else:
            named.append(row | {"organisation": step.organisation})
        _tell(session, row, step.item_id)
    if looked_up:
        session.connection().execute(_event_of("post"), looked_up)
    _NAMED.write(session, named)


def fresh(session: Session, post_id: int) -> PostRow | None:
    """Return the Post as the database has it now, locked until the transaction ends."""
    return session.get(PostRow, post_id, populate_existing=True, with_for_update={"key_share": True})


def item_of(session: Session, post_id: int) -> int:
    """Return the Item that a Post is made of; nothing is asked where the session has the Post already."""
    return session.get_one(PostRow, post_id).item_id


def one_at_a_time(session: Session, what: str) -> None:
    """Wait until no other transaction holds ``what``, and hold it until this one ends.

    SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))


def stopped_since(session: Session, organisation_id: int, channel: str, since: datetime) -> bool:
    """Tell whether a Stop is in force for this Organisation on this channel, or was at any time since ``since``."""
    query = select(StopRow.id).where(
        or_(StopRow.lifted_at.is_(None), StopRow.lifted_at >= since),
        or_(
            and_(StopRow.organisation_id.is_(None), StopRow.channel == ""),
            StopRow.organisation_id == organisation_id,
            StopRow.channel == channel,
        ),
    )
    return session.scalars(query.limit(1)).first() is not None


Whole = tuple[PostRow, AccountRow, OrganisationRow, ItemRow]
"""A Post with its account, Organisation and Item."""


def whole(session: Session, post_id: int) -> Whole | None:
    """Return one Post with its account, Organisation and Item."""
    return several(session, [post_id]).get(post_id)


def several(session: Session, post_ids: Sequence[int]) -> dict[int, Whole]:
    """Return these Posts, a few hundred at most, each with its account, Organisation and Item."""
    rows = session.execute(
        select(PostRow, AccountRow, OrganisationRow, ItemRow)
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
        .join(ItemRow, PostRow.item_id == ItemRow.id)
        .where(PostRow.id.in_(post_ids))
        .execution_options(populate_existing=True)
    )
    return {row[0].id: (row[0], row[1], row[2], row[3]) for row in rows}


def attempts(session: Session, post_ids: Sequence[int]) -> Sequence[AttemptRow]:
    """Return the Attempts of these posts, a few hundred at most, oldest first."""
    return session.scalars(select(AttemptRow).where(AttemptRow.post_id.in_(post_ids)).order_by(AttemptRow.id)).all()


def events(session: Session, subject: str, subject_id: str | int) -> Sequence[EventRow]:
    """Return what happened to one subject, oldest first."""
    query = select(EventRow).where(EventRow.subject == subject, EventRow.subject_id == str(subject_id))
    return session.scalars(query.order_by(EventRow.id)).all()


def approve(session: Session, post: PostRow, *, due_at: datetime, actor: Actor, now: datetime) -> None:
    """Keep the Approval: the document as it was released, for when, by whom."""
    session.execute(
        insert(ApprovalRow).values(
            post_id=post.id,
            digest=post.digest,
            document=post.document,
            due_at=due_at,
            actor=pseudonyms.key_of(session, actor),
            at=now,
        )
    )


def counts(session: Session) -> dict[tuple[str, str], int]:
    """Return how many posts there are by (channel, state)."""
    query = (
        select(AccountRow.channel, PostRow.state, func.count())
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .group_by(AccountRow.channel, PostRow.state)
    )
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


def approved_document(session: Session, post_id: int, digest: str) -> dict[str, Any] | None:
    """Return the document that was approved under this digest."""
    query = select(ApprovalRow.document).where(ApprovalRow.post_id == post_id, ApprovalRow.digest == digest)
    return session.scalars(query.order_by(ApprovalRow.id.desc()).limit(1)).first()


def overdue(session: Session, now: datetime, *, organisation_id: int | None, channel: str) -> Sequence[PostRow]:
    """Return approved, unreleased posts whose time has come, of one Organisation, one channel, or all; locked."""
    query = (
        select(PostRow)
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .where(PostRow.state.in_((State.SCHEDULED, State.STAGED)), PostRow.due_at <= now)
        .order_by(PostRow.id)
        .with_for_update(of=PostRow, key_share=True)
    )
    if organisation_id is not None:
        query = query.where(AccountRow.organisation_id == organisation_id)
    if channel:
        query = query.where(AccountRow.channel == channel)
    return session.scalars(query).all()
