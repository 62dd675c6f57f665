"""Take over what nobody settles any more: calls of dead daemons, of a commit in doubt, and answers we cannot store."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from distributor.domain import DAEMON, State
from distributor.lifecycle import DEATHS, Deadly, NeverBegun, OwnerDied, decide
from distributor.services.calling import Result
from distributor.services.deps import Deps
from distributor.services.moving import apply, facts_of
from distributor.services.settling import closing, held_by
from distributor.store import claims, posts
from distributor.store.claims import Closing
from distributor.store.ownership import Ownership
from distributor.store.tables import AccountRow, AttemptRow, StageRow

_APART = timedelta(seconds=30)
"""So far apart come those of whom one killed its daemon twice; our own choice, longer than a call may take."""

_log = structlog.get_logger()


def rescue(deps: Deps, session: Session, ownership: Ownership, now: datetime) -> int:
    """Take over what dead daemons left open: a release becomes a question, everything else is simply due again."""
    rescued = 0
    for name in ownership.dead(session):
        rescued += let_go(deps, session, name, now)
        claims.forget_owner(session, name)
        _log.warning("dead_worker_found", worker=name, open_attempts=rescued)
    return rescued


def let_go(
    deps: Deps,
    session: Session,
    owner: str,
    now: datetime,
    *,
    held: Collection[int] = (),
    begun: bool = True,
) -> int:
    """Close a worker's open calls, but for those that it still holds, and free their accounts; return how many.

    Where none of them was ``begun``, a release is due again; otherwise it may be public, and becomes a question.

    What kills its daemon again and again is set aside after a few deaths. Until then its neighbours of the last death
    come one after the other, so that the next death names the right one.
    """
    closed = suspects = 0
    outcome = claims.OWNER_DIED if begun else claims.NEVER_BEGUN
    for attempt in claims.open_of(session, owner):
        if attempt.id in held or not claims.close_attempts(session, [Closing(attempt.id, outcome)], now):
            continue
        claims.take_away(session, attempt.account_id, attempt.fence)
        account = session.get_one(AccountRow, attempt.account_id)
        closed += 1
        if attempt.kind == "release":
            happening = OwnerDied(deps.connector(account.channel).timing) if begun else NeverBegun()
            _leave_open(deps, session, attempt.post_id, happening, now)
        elif claims.deaths(session, attempt.post_id, attempt.kind, DEATHS) >= DEATHS:
            _set_aside_for_good(deps, session, attempt, now)
        elif claims.deaths(session, attempt.post_id, attempt.kind, DEATHS) == DEATHS - 1:
            claims.set_aside(session, _work_of(attempt), now + suspects * _APART)
            suspects += 1
    return closed


def _set_aside_for_good(deps: Deps, session: Session, attempt: AttemptRow, now: datetime) -> None:
    """Leave to a person what no daemon survives; what lies left over at the platform then stays in the listing."""
    _log.error("post_is_deadly", post=attempt.post_id, kind=attempt.kind)
    if attempt.kind == "unstage":
        stage = session.get_one(StageRow, attempt.stage_id)
        stage.next_try_at = None
        return
    post = posts.fresh(session, attempt.post_id)
    if post is not None and claims.KIND_OF.get(State(post.state)) == attempt.kind:
        move = decide(Deadly(), facts_of(post), now, deps.policy)
        apply(session, post, move, now=now, actor=DAEMON, what="owner.died")


def _work_of(attempt: AttemptRow) -> claims.Work:
    return claims.Work(attempt.kind, attempt.post_id, attempt.account_id, attempt.stage_id)


def forsake(deps: Deps, session: Session, result: Result, now: datetime) -> None:
    """Give up on storing one result: a release becomes a question, another call waits, and the account is free."""
    call = result.call
    claims.close_attempts(session, [closing(result, "unsettled_")], now)
    if claims.give_back(session, [held_by(call)]):
        claims.set_aside(session, call.work, now + deps.policy.backoff_cap)
        if call.work.kind == "release":
            _leave_open(deps, session, call.work.post_id, OwnerDied(deps.connector(call.channel).timing), now)


def _leave_open(deps: Deps, session: Session, post_id: int, happening: OwnerDied | NeverBegun, now: datetime) -> None:
    """Let go of a release that nobody makes or settles any more; every other call is simply due again."""
    post = posts.fresh(session, post_id)
    if post is not None and post.state == State.PUBLISHING:
        move = decide(happening, facts_of(post), now, deps.policy)
        apply(session, post, move, now=now, actor=DAEMON, what="owner.died")
