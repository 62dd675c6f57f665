"""Carry out what ``lifecycle`` decided: the guarded move, the dropped Stage, the paused account, the recall."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from distributor.domain import Actor, Reason, State
from distributor.lifecycle import Facts, Move
from distributor.store import posts
from distributor.store.tables import AccountRow, PostRow

_FORGET = {"tries": 0, "looks": 0, "resends": 0, "stage_losses": 0}
_HANDS_BACK = {State.AWAITING, State.DRAFTED}
_RECALL_CLOSES = {State.DRAFTED, State.AWAITING, State.SCHEDULED, State.STAGED, State.FAILED, State.MISSED}


def facts_of(post: PostRow) -> Facts:
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
    post: PostRow,
    move: Move,
    *,
    now: datetime,
    actor: Actor,
    what: str,
    values: dict[str, Any] | None = None,
) -> None:
    """Move the Post as decided and honour a recall. Raises: Stale if somebody was faster."""
    start = State(post.state)
    if move.via is not None:
        posts.move(session, post.id, start, move.via, now=now, actor=actor, what=what)
        start = move.via
    change: dict[str, Any] = {"next_try_at": move.next_try_at, **move.changes}
    if move.to in _HANDS_BACK and start not in _HANDS_BACK:
        change |= {"approved_digest": None, "staged_digest": None, "due_at": None, **_FORGET}
    elif move.to is State.SCHEDULED:
        change |= {"staged_digest": None}
    change |= values or {}
    posts.move(session, post.id, start, move.to, now=now, actor=actor, what=what, reason=move.reason, values=change)
    if move.drop_stage:
        posts.drop_stage(session, post.id, now)
    if move.pause_account and move.reason is not None:
        pause(session, post.account_id, move.reason, now=now, actor=actor)
    session.refresh(post)
    if post.recall_at is not None:
        _honour_recall(session, post, now, actor)


def _honour_recall(session: Session, post: PostRow, now: datetime, actor: Actor) -> None:
    state = State(post.state)
    if state in _RECALL_CLOSES:
        reason = Reason("withdrawn", "Der Post wurde zurückgezogen.")
        values = {"next_try_at": None}
        posts.move(
            session,
            post.id,
            state,
            State.CLOSED,
            now=now,
            actor=actor,
            what="post.recalled",
            reason=reason,
            values=values,
        )
        posts.drop_stage(session, post.id, now)
        session.refresh(post)
    elif state is State.PUBLISHED:
        reason = Reason("recall", "Der Post wird zurückgenommen.", "daemon")
        posts.move(
            session,
            post.id,
            state,
            State.RETRACTING,
            now=now,
            actor=actor,
            what="post.recalled",
            reason=reason,
            values={"next_try_at": now, "tries": 0},
        )
        session.refresh(post)


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
