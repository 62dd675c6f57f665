"""Carry out what ``lifecycle`` decided: the guarded moves, the dropped Stages, the paused accounts, the recalls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from distributor.domain import DAEMON, Actor, Reason, State
from distributor.lifecycle import Facts, Move
from distributor.store import posts, proofs
from distributor.store.held import Movable
from distributor.store.tables import AccountRow
from distributor.store.types import written

_FORGET = {"tries": 0, "looks": 0, "resends": 0, "stage_losses": 0}
_HANDS_BACK = {State.AWAITING, State.DRAFTED}
_RECALLED = "post.recalled"
_RECALL_CLOSES = {State.DRAFTED, State.AWAITING, State.SCHEDULED, State.STAGED, State.FAILED, State.MISSED}


@dataclass(frozen=True, slots=True)
class Step:
    """A Post, the Move that was decided for it, and the event's name; ``values`` are further columns to write.

    Who knows the slug of the Post's ``organisation`` spares the record the look-up.
    """

    post: Movable
    move: Move
    what: str
    actor: Actor = DAEMON
    values: Mapping[str, Any] = field(default_factory=dict)
    organisation: str | None = None


def facts_of(post: Movable) -> Facts:
    """Return what ``decide`` needs to know of the Post."""
    return Facts(
        id=post.id,
        state=State(post.state),
        due_at=post.due_at,
        tries=post.tries,
        looks=post.looks,
        resends=post.resends,
        stage_losses=post.stage_losses,
        recalled=post.recall_at is not None,
    )


def apply(
    session: Session,
    post: Movable,
    move: Move,
    *,
    now: datetime,
    actor: Actor,
    what: str,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Move one Post as decided and honour a recall. Raises: Stale if somebody was faster."""
    apply_all(session, [Step(post, move, what, actor, values or {})], now)


def apply_all(session: Session, steps: Sequence[Step], now: datetime) -> None:
    """Move posts as decided and honour recalls. Raises: Stale, with nothing moved, if somebody was faster with one."""
    _write(session, [_through(step, step.move.via) for step in steps if step.move.via is not None], now)
    _write(session, [_to(step) for step in steps], now)
    dropped = [step.post.id for step in steps if step.move.drop_stage]
    if dropped:
        proofs.drop_stages(session, dropped, now)
    for step in steps:
        if step.move.pause_account and step.move.reason is not None:
            pause(session, step.post.account_id, step.move.reason, now=now, actor=step.actor)
    _honour_recalls(session, [step for step in steps if step.post.recall_at is not None], now)


def _write(session: Session, moves: Sequence[tuple[Movable, posts.Step]], now: datetime) -> None:
    posts.move(session, [step for _, step in moves], now)
    for post, step in moves:
        written(post, **step.columns(now))


def _through(step: Step, via: State) -> tuple[Movable, posts.Step]:
    return step.post, _written(step, State(step.post.state), via, step.what)


def _to(step: Step) -> tuple[Movable, posts.Step]:
    start, move = State(step.post.state), step.move
    change: dict[str, Any] = {"next_try_at": move.next_try_at, **move.changes}
    if move.to in _HANDS_BACK and start not in _HANDS_BACK:
        change |= {"approved_digest": None, "staged_digest": None, "due_at": None, "plan_why": "", **_FORGET}
    elif move.to is State.SCHEDULED:
        change |= {"staged_digest": None}
    values = change | dict(step.values)
    return step.post, posts.Step(
        step.post.id, step.post.item_id, start, move.to, step.what, step.actor, move.reason, values, step.organisation
    )


def _honour_recalls(session: Session, steps: Sequence[Step], now: datetime) -> None:
    closed = [step for step in steps if step.post.state in _RECALL_CLOSES]
    public = [step for step in steps if step.post.state == State.PUBLISHED]
    _write(session, [_closed(step) for step in closed] + [_taken_back(step, now) for step in public], now)
    if closed:
        proofs.drop_stages(session, [step.post.id for step in closed], now)


def _closed(step: Step) -> tuple[Movable, posts.Step]:
    reason = Reason("withdrawn", "Der Post wurde zurückgezogen.")
    return step.post, _written(step, State(step.post.state), State.CLOSED, _RECALLED, reason, {"next_try_at": None})


def _taken_back(step: Step, now: datetime) -> tuple[Movable, posts.Step]:
    reason = Reason("recall", "Der Post wird zurückgenommen.", "daemon")
    values = {"next_try_at": now, "tries": 0}
    return step.post, _written(step, State.PUBLISHED, State.RETRACTING, _RECALLED, reason, values)


def _written(
    step: Step,
    start: State,
    to: State,
    what: str,
    reason: Reason | None = None,
    values: Mapping[str, Any] | None = None,
) -> posts.Step:
    post = step.post
    return posts.Step(post.id, post.item_id, start, to, what, step.actor, reason, values or {}, step.organisation)


def pause(session: Session, account_id: int, reason: Reason, *, now: datetime, actor: Actor) -> None:
    """Pause an account and tell its people once: a second trouble while it is paused adds nothing."""
    done = session.execute(
        update(AccountRow)
        .where(AccountRow.id == account_id, AccountRow.paused_at.is_(None))
        .values(paused_at=now, paused_reason=reason.text)
        .execution_options(synchronize_session=False)
        .returning(AccountRow.id)
    ).first()
    if done is not None:
        posts.record(
            session,
            now=now,
            actor=actor,
            what="account.paused",
            subject="account",
            subject_id=account_id,
            reason=reason.code,
            said=reason.text,
        )
