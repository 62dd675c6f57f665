"""Write down how calls ended: close the Attempt, keep ids and Receipts, move the Post as ``lifecycle`` decides.

A late answer under an old fence changes no state; only a late Receipt resolves the doubt that it arose from.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from connectors.base import (
    Absent,
    ByHand,
    ConnectorError,
    Found,
    NotYet,
    Receipt,
    Rejected,
    Retracted,
    Staged,
    Throttled,
    Withheld,
)
from distributor.domain import DAEMON, Actor, Reason, State
from distributor.lifecycle import (
    DEATHS,
    Deadly,
    Happening,
    Looked,
    LookFailed,
    Move,
    OwnerDied,
    ReleaseFailed,
    RetractionFailed,
    StagingFailed,
    backoff,
    decide,
)
from distributor.services.calling import Result
from distributor.services.claiming import Call, stopped
from distributor.services.deps import Deps
from distributor.services.moving import apply, facts_of
from distributor.store import claims, posts, restores
from distributor.store.ownership import Ownership
from distributor.store.tables import AccountRow, AttemptRow, PostRow, ReceiptRow, StageRow

MOST_REFUSALS, MOST_TRIES = 3, 100
"""So often a leftover may be refused, or not be removed for another reason (about a day), before a person is told."""

SHOWN_BY = timedelta(hours=1)
"""So long after a release every network shows it to a look; our own choice, far above what was seen."""

_APART = timedelta(seconds=30)
"""So far apart come those of whom one killed its daemon twice; our own choice, longer than a call may take."""

_log = structlog.get_logger()


def settle(deps: Deps, session: Session, result: Result, now: datetime) -> None:
    """Store one result and give the account back."""
    call = result.call
    outcome, code, detail = _evidence(result)
    claims.close_attempt(session, call.attempt_id, now=now, outcome=outcome, code=code, detail=detail)
    ours = claims.give_back(session, call.work.account_id, call.fence)
    _log.info(
        f"{call.work.kind}_{outcome}",
        post=call.work.post_id,
        account=call.account,
        attempt=call.attempt_id,
        code=code,
        requests=result.request_ids,
    )
    stage = session.get(StageRow, call.stage_id, populate_existing=True) if call.stage_id else None
    if stage is not None:
        _keep_stage(deps, stage, result, now)
    post = posts.fresh(session, call.work.post_id)
    if post is None or call.work.kind == "unstage":
        return
    if not ours:
        _log.warning("answer_came_late", post=call.work.post_id, attempt=call.attempt_id)
        if isinstance(result.answer, Receipt) and post.state == State.UNCERTAIN:
            _published(session, post, stage, call, result.answer, now)
        return
    _SETTLERS[call.work.kind](deps, session, post, stage, result, now)


def _evidence(result: Result) -> tuple[str, str, str]:
    answer = result.answer
    if isinstance(answer, ConnectorError):
        return type(answer).__name__.lower(), answer.code, answer.detail
    if isinstance(answer, Withheld):
        return "withheld", "", str(answer)
    return ("done" if answer is None else type(answer).__name__.lower()), "", ""


def _keep_stage(deps: Deps, stage: StageRow, result: Result, now: datetime) -> None:
    """Keep what the platform gave, even if the Post has moved on: a leftover can only be removed by its ids."""
    answer, kind = result.answer, result.call.work.kind
    if isinstance(answer, Staged | NotYet):
        stage.data = dict(answer.data)
    if isinstance(answer, Staged):
        stage.expires_at = answer.expires_at
        stage.state = "ready" if stage.state == "open" else stage.state
    if kind == "unstage":
        _keep_leftover(deps, stage, answer, now)


def _keep_leftover(deps: Deps, stage: StageRow, answer: object, now: datetime) -> None:
    expired = stage.expires_at is not None and stage.expires_at <= now
    if answer is None or expired:
        stage.state, stage.next_try_at = "gone", None
        return
    if isinstance(answer, Throttled):
        stage.next_try_at = answer.until
        return
    stage.tries += 1
    if stage.tries < (MOST_REFUSALS if isinstance(answer, Rejected) else MOST_TRIES):
        stage.next_try_at = now + backoff(stage.post_id, stage.tries, deps.policy)
    else:  # a person removes it; what the platform forgets by itself is only waited for
        stage.next_try_at = stage.expires_at


def _decide(deps: Deps, session: Session, post: PostRow, happening: Happening, now: datetime, what: str) -> Move:
    move = decide(happening, facts_of(post), now, deps.policy)
    apply(session, post, move, now=now, actor=DAEMON, what=what)
    return move


def _settle_stage(
    deps: Deps, session: Session, post: PostRow, stage: StageRow | None, result: Result, now: datetime
) -> None:
    if post.state != State.SCHEDULED or stage is None or stage.state not in ("open", "ready"):
        return
    answer = result.answer
    if isinstance(answer, Staged):
        due = max(post.due_at or now, now)
        values = {"staged_digest": stage.digest, "tries": 0}
        apply(session, post, Move(State.STAGED, next_try_at=due), now=now, actor=DAEMON, what="staged", values=values)
    elif isinstance(answer, NotYet):
        apply(session, post, Move(State.SCHEDULED, next_try_at=answer.ask_at), now=now, actor=DAEMON, what="staging")
    elif isinstance(answer, ConnectorError):
        _decide(deps, session, post, StagingFailed(answer), now, "staging.failed")
    else:
        wait = now + deps.policy.backoff_base
        apply(session, post, Move(State.SCHEDULED, next_try_at=wait), now=now, actor=DAEMON, what="withheld")


def _settle_release(
    deps: Deps, session: Session, post: PostRow, stage: StageRow | None, result: Result, now: datetime
) -> None:
    answer = result.answer
    if isinstance(answer, Receipt):
        _published(session, post, stage, result.call, answer, now)
    elif isinstance(answer, ConnectorError):
        timing = deps.connector(result.call.channel).timing
        _decide(deps, session, post, ReleaseFailed(answer, timing), now, "release.failed")
    elif stopped(session, post.account_id, since=result.call.started_at):
        text = "Die Notbremse wurde gezogen, bevor der Post gesendet war. Bitte neu bestätigen."
        move = Move(State.MISSED, Reason("stopped", text, "officer"), drop_stage=True)
        apply(session, post, move, now=now, actor=DAEMON, what="withheld")
    else:
        wait = now + deps.policy.backoff_base
        apply(session, post, Move(State.STAGED, next_try_at=wait), now=now, actor=DAEMON, what="withheld")


def _published(
    session: Session, post: PostRow, stage: StageRow | None, call: Call, receipt: Receipt, now: datetime
) -> None:
    taken = posts.proven_by(session, post.account_id, receipt.remote_id)
    if taken is not None and taken != post.id:
        text = "Das Netzwerk hat einen Post genannt, der schon zu einem anderen gehört. Bitte auf dem Konto nachsehen."
        move = Move(State.UNCERTAIN, Reason("receipt.taken", text, "officer"))
        apply(session, post, move, now=now, actor=DAEMON, what="receipt.refused")
        return
    session.add(
        ReceiptRow(
            post_id=post.id, account_id=post.account_id, remote_id=receipt.remote_id, url=receipt.url, at=receipt.at
        )
    )
    if stage is not None:
        stage.state = "used"
    session.flush()
    values = {"published_at": receipt.at, "sent_digest": call.post.digest, "tries": 0}
    apply(session, post, Move(State.PUBLISHED), now=now, actor=DAEMON, what="published", values=values)


def _settle_look(
    deps: Deps, session: Session, post: PostRow, stage: StageRow | None, result: Result, now: datetime
) -> None:
    answer = result.answer
    timing = deps.connector(result.call.channel).timing
    if post.state != State.UNCERTAIN:
        return
    if isinstance(answer, Found):
        _published(session, post, stage, result.call, answer.receipt, now)
    elif isinstance(answer, Absent):
        usable = answer.stage_usable and stage is not None and stage.state == "ready"
        looked = Looked(timing, usable, long_ago=_long_ago(session, stage, now), absence=answer.absence)
        _decide(deps, session, post, looked, now, "looked")
    elif isinstance(answer, ConnectorError):
        _decide(deps, session, post, LookFailed(answer), now, "look.failed")


def _long_ago(session: Session, stage: StageRow | None, now: datetime) -> bool:
    """Tell whether only a release that a restored database has forgotten is asked about, and that is a while ago."""
    restore = restores.latest(session)
    ours = stage is not None and claims.first_release(session, stage.id) is not None
    return restore is not None and not ours and now - restore.at >= SHOWN_BY


def _settle_retract(
    deps: Deps, session: Session, post: PostRow, stage: StageRow | None, result: Result, now: datetime
) -> None:
    answer = result.answer
    if post.state != State.RETRACTING:
        return
    if isinstance(answer, Retracted):
        retracted(session, post, answer.answer, now=now)
    elif isinstance(answer, ByHand):
        move = Move(State.RETRACTING, Reason("retract.person", f"{answer.task} {answer.url}".strip(), "officer"))
        apply(session, post, move, now=now, actor=DAEMON, what="retract.by_hand")
    elif isinstance(answer, ConnectorError):
        _decide(deps, session, post, RetractionFailed(answer), now, "retract.failed")
    else:
        wait = now + deps.policy.backoff_base
        apply(session, post, Move(State.RETRACTING, next_try_at=wait), now=now, actor=DAEMON, what="withheld")


def retracted(session: Session, post: PostRow, answer: str, *, now: datetime, actor: Actor = DAEMON) -> None:
    """Keep the proof that the Post is down."""
    row = posts.receipts(session, [post.id])[post.id]
    row.retracted_at, row.retraction = now, answer
    session.flush()
    apply(session, post, Move(State.RETRACTED), now=now, actor=actor, what="retracted")


_SETTLERS = {
    "stage": _settle_stage,
    "release": _settle_release,
    "look": _settle_look,
    "retract": _settle_retract,
}


def rescue(deps: Deps, session: Session, ownership: Ownership, now: datetime) -> int:
    """Take over what dead daemons left open: a release becomes a question, everything else is simply due again."""
    rescued = 0
    for name in ownership.dead(session):
        rescued += let_go(deps, session, name, frozenset(), now)
        claims.forget_owner(session, name)
        _log.warning("dead_worker_found", worker=name, open_attempts=rescued)
    return rescued


def let_go(
    deps: Deps,
    session: Session,
    owner: str,
    held: Collection[int],
    now: datetime,
    outcome: str = claims.OWNER_DIED,
) -> int:
    """Close a worker's open calls, but for those that it still holds, and free their accounts; return how many.

    What kills its daemon again and again is set aside after a few deaths. Until then its neighbours of the last death
    come one after the other, so that the next death names the right one.
    """
    closed = suspects = 0
    for attempt in claims.open_of(session, owner):
        if attempt.id in held or not claims.close_attempt(session, attempt.id, now=now, outcome=outcome):
            continue
        claims.take_away(session, attempt.account_id, attempt.fence)
        account = session.get_one(AccountRow, attempt.account_id)
        closed += 1
        if attempt.kind == "release":
            _leave_open(deps, session, attempt.kind, attempt.post_id, account.channel, now)
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
        _decide(deps, session, post, Deadly(), now, "owner.died")


def _work_of(attempt: AttemptRow) -> claims.Work:
    return claims.Work(attempt.kind, attempt.post_id, attempt.account_id, attempt.stage_id)


def forsake(deps: Deps, session: Session, result: Result, now: datetime) -> None:
    """Give up on storing one result: a release becomes a question, another call waits, and the account is free."""
    call = result.call
    outcome, code, detail = _evidence(result)
    claims.close_attempt(session, call.attempt_id, now=now, outcome=f"unsettled_{outcome}", code=code, detail=detail)
    if claims.give_back(session, call.work.account_id, call.fence):
        claims.set_aside(session, call.work, now + deps.policy.backoff_cap)
        _leave_open(deps, session, call.work.kind, call.work.post_id, call.channel, now)


def _leave_open(deps: Deps, session: Session, kind: str, post_id: int, channel: str, now: datetime) -> None:
    """Make a release of unknown outcome a question; every other call is simply due again."""
    post = posts.fresh(session, post_id)
    if kind == "release" and post is not None and post.state == State.PUBLISHING:
        _decide(deps, session, post, OwnerDied(deps.connector(channel).timing), now, "owner.died")
