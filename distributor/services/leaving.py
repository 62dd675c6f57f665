"""Leave a channel: settle what is uncertain, clean up at the platform, empty the queue, destroy the token.

An account that is ``retiring`` sends nothing more. It keeps its secrets until no call is left that needs them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from distributor.domain import DAEMON, Actor, Reason, Refused, State
from distributor.leaving import Published, Step, needs_token, step
from distributor.lifecycle import Move
from distributor.services.accounts import account_of
from distributor.services.deps import Deps
from distributor.services.moving import apply
from distributor.services.permission import require
from distributor.services.recalling import begin, take_down
from distributor.store.posts import record
from distributor.store.proofs import drop_stages
from distributor.store.tables import AccountRow, AttemptRow, PostRow, RecallRow, StageRow

_CLOSED = Reason("account.retired", "Das Konto wird stillgelegt; auf ihm erscheint nichts mehr.")
_RETIRED = "stillgelegt; die Zugangsdaten sind gelöscht."


def retire(deps: Deps, actor: Actor, account_id: int, published: Published, reason: str, now: datetime) -> bool:
    """Leave the channel with this account; return whether that is done already, else the daemon finishes it.

    A pause is lifted: only cleaning up is left to do. Raises: Refused.
    """
    if not reason.strip():
        raise Refused("Bitte einen Grund nennen, warum das Konto stillgelegt wird.", code="reason.missing")
    with deps.store.write() as session:
        _, owner = account_of(session, account_id)
        require(actor, "account.retire", owner.slug)
        account = _locked(session, account_id)
        if account.retiring_at is not None:
            raise Refused(f"Das Konto {account_id} ist schon stillgelegt oder wird es gerade.", code="account.retired")
        account.retiring_at, account.retire_published, account.retire_reason = now, published, reason.strip()
        account.paused_at, account.paused_reason = None, ""
        session.flush()
        record(
            session,
            now=now,
            actor=actor,
            what="account.retiring",
            subject="account",
            subject_id=account_id,
            reason=published,
            said=reason.strip(),
        )
        return _go_on(deps, session, account, actor, now)


def tend(deps: Deps, now: datetime) -> int:
    """Bring every retiring account a step further, and what people found out later; return how many are retired now."""
    settled = (State.CLOSED, State.RETRACTED, State.PUBLISHED, State.RETRACTING, State.UNCERTAIN)
    late = select(PostRow.id).where(
        PostRow.account_id == AccountRow.id,
        or_(
            PostRow.state.not_in(settled),
            and_(PostRow.state == State.PUBLISHED, AccountRow.retire_published == "delete"),
        ),
    )
    query = select(AccountRow.id).where(
        AccountRow.retiring_at.is_not(None), or_(AccountRow.retired_at.is_(None), exists(late))
    )
    with deps.store.read() as session:
        waiting = session.scalars(query.order_by(AccountRow.id)).all()
    done = 0
    for account_id in waiting:
        with deps.store.write() as session:
            account = _locked(session, account_id)
            was = account.retired_at
            done += _go_on(deps, session, account, DAEMON, now) and was is None
    return done


def _locked(session: Session, account_id: int) -> AccountRow:
    """Return the account locked: the claim locks it too, and before its posts, as it is done here."""
    return session.get_one(AccountRow, account_id, populate_existing=True, with_for_update={"key_share": True})


def _go_on(deps: Deps, session: Session, account: AccountRow, actor: Actor, now: datetime) -> bool:
    """Do what can be done now; True if nothing needs the token any more and it is gone."""
    published: Published = "delete" if account.retire_published == "delete" else "keep"
    query = select(PostRow).where(PostRow.account_id == account.id, PostRow.state.not_in(_OVER)).order_by(PostRow.id)
    posts = session.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True)).all()
    steps = [(post, step(State(post.state), published)) for post in posts]
    for post in (post for post, what in steps if what is Step.CLOSE):
        apply(session, post, Move(State.CLOSED, _CLOSED), now=now, actor=actor, what="post.left")
        drop_stages(session, [post.id], now)
    recalled = [post for post, what in steps if what is Step.RECALL and post.recall_at is None]
    if recalled:
        take_down(session, _recall(deps, session, account, actor, now), recalled, actor)
    if account.retired_at is not None:
        return True
    if account.paused_at is not None:
        _give_up_leftovers(session, account.id)
    waits = any(needs_token(State(post.state), daemon_acts=post.next_try_at is not None) for post in posts)
    if waits or _calls_left(session, account.id):
        return False
    account.secrets, account.retired_at = None, now
    account.paused_at, account.paused_reason = now, _RETIRED
    record(session, now=now, actor=actor, what="account.retired", subject="account", subject_id=account.id)
    return True


_OVER = (State.CLOSED, State.RETRACTED)


def _recall(deps: Deps, session: Session, account: AccountRow, actor: Actor, now: datetime) -> RecallRow:
    """Return the Recall of what is public on the account, which ends in a proof of deletion; begun where there is none.

    What turns out to be public later joins it, and then it is not done yet.
    """
    subject = str(account.id)
    query = select(RecallRow).where(RecallRow.kind == "account", RecallRow.subject == subject)
    held = session.scalars(query.order_by(RecallRow.id.desc()).limit(1)).first()
    if held is None:
        return begin(deps, session, actor, "account", subject, account.retire_reason, now)
    held.done_at = None
    return held


def _calls_left(session: Session, account_id: int) -> bool:
    """Tell whether a call is running or something lies at the platform that a call can still remove."""
    running = select(func.count()).select_from(AttemptRow)
    lying = select(func.count()).select_from(StageRow)
    return bool(
        session.scalar(running.where(AttemptRow.account_id == account_id, AttemptRow.finished_at.is_(None)))
        or session.scalar(
            lying.where(
                StageRow.account_id == account_id, StageRow.state == "leftover", StageRow.next_try_at.is_not(None)
            )
        )
    )


def _give_up_leftovers(session: Session, account_id: int) -> None:
    """Leave what lies at a platform that lets us in no more; the listing of stages goes on showing it."""
    session.execute(
        update(StageRow)
        .where(StageRow.account_id == account_id, StageRow.state == "leftover")
        .values(next_try_at=None)
        .execution_options(synchronize_session=False)
    )
