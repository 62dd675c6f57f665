"""Write down how calls ended: close the Attempt, keep ids and Receipts, move the Post as ``lifecycle`` decides.

A late answer under an old fence changes no state; only a late Receipt resolves the doubt that it arose from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from connectors._corrections import edit_of
from connectors.base import (
    Absent,
    ByHand,
    ConnectorError,
    Found,
    NotYet,
    Partly,
    Receipt,
    Rejected,
    Retracted,
    Staged,
    Throttled,
    Withheld,
)
from distributor.domain import Actor, Reason, State
from distributor.lifecycle import (
    HANDED,
    LEFT,
    Happening,
    Looked,
    LookFailed,
    Move,
    ReleaseFailed,
    RetractionFailed,
    StagingFailed,
    backoff,
    decide,
)
from distributor.log import about, trace_of
from distributor.services import amending
from distributor.services.calling import Result
from distributor.services.calls import Call
from distributor.services.deps import Deps
from distributor.services.moving import Step, apply, apply_all, facts_of
from distributor.store import claims, held, pacing, posts, proofs, restores
from distributor.store.claims import Closing
from distributor.store.held import HeldState, Movable
from distributor.store.proofs import Proof
from distributor.store.tables import AccountRow, StageRow

MOST_REFUSALS, MOST_TRIES = 3, 100
"""So often a leftover may be refused, or not be removed for another reason (about a day), before a person is told."""

SHOWN_BY = timedelta(hours=1)
"""So long after a release every network shows it to a look; our own choice, far above what was seen."""

_log = structlog.get_logger()


def settle(deps: Deps, session: Session, results: Sequence[Result], now: datetime) -> None:
    """Store results and give their accounts back. Raises: Stale if a post was moved meanwhile; then nothing counts."""
    if not results:
        return
    claims.close_attempts(session, [closing(result) for result in results], now)
    ours = claims.give_back(session, [held_by(result.call) for result in results])
    settlement = _Settlement.of(deps, session, results, now)
    steps = [settlement.step(result, ours=held_by(result.call) in ours) for result in results]
    proofs.prove(session, settlement.proofs)
    apply_all(session, [step for step in steps if step is not None], now)
    pacing.slow_down(session, [wait for result in results for wait in _waits(result)])
    log = _log.bind()
    for result in results:
        _tell(log, result)


def _waits(result: Result) -> Iterator[pacing.Wait]:
    """Yield what the platform's answers make wait."""
    call = result.call
    for pace in result.paces:
        account = call.work.account_id if pace.scope == "account" else None
        yield from (pacing.Wait(call.channel, account, kind, pace.until) for kind in sorted(pace.kinds))


def held_by(call: Call) -> tuple[int, int]:
    """Return the account that a call holds, and the fence of its claim."""
    return call.work.account_id, call.fence


def _tell(log: Any, result: Result) -> None:
    call, ended = result.call, closing(result)
    log.info(
        f"{call.work.kind}_{ended.outcome}",
        trace=trace_of(call.item_id),
        post=call.work.post_id,
        attempt=call.attempt_id,
        account=call.account,
        code=ended.code,
        requests=result.request_ids,
        waits=sorted({f"{pace.scope} until {pace.until.isoformat()}" for pace in result.paces}),
    )


def closing(result: Result, prefix: str = "") -> Closing:
    """Return how the call's Attempt ended, in the words of the record."""
    answer, number = result.answer, result.call.attempt_id
    if isinstance(answer, ConnectorError):
        return Closing(number, prefix + type(answer).__name__.lower(), answer.code, answer.detail)
    if isinstance(answer, Withheld):
        return Closing(number, f"{prefix}withheld", "", str(answer))
    return Closing(number, prefix + ("done" if answer is None else type(answer).__name__.lower()))


@dataclass(frozen=True, slots=True)
class _Settlement:
    """Some results at one moment, with what the database says of their posts and Stages, read at once.

    ``stages`` are those that more than a Receipt was said of; ``taken`` tells which Post a remote post named in these
    results already proves; ``proofs`` gathers the Receipts to keep.
    """

    deps: Deps
    session: Session
    now: datetime
    posts: Mapping[int, HeldState]
    stages: Mapping[int, StageRow]
    taken: Mapping[tuple[int, str], int]
    proofs: list[Proof] = field(default_factory=list)

    @classmethod
    def of(cls, deps: Deps, session: Session, results: Sequence[Result], now: datetime) -> _Settlement:
        named = {
            (result.call.work.account_id, receipt.remote_id)
            for result in results
            if (receipt := _receipt_in(result.answer)) is not None
        }
        asked = [result.call for result in results if not isinstance(result.answer, Receipt)]
        changed = {call.stage_id for call in asked if call.stage_id is not None}
        return cls(
            deps=deps,
            session=session,
            now=now,
            posts=held.states(session, {result.call.work.post_id for result in results}),
            stages=proofs.stages(session, changed) if changed else {},
            taken=proofs.proven_by(session, named),
        )

    def step(self, result: Result, *, ours: bool) -> Step | None:
        """Keep what the platform gave, and return the move that follows; a late answer moves hardly anything."""
        call = result.call
        stage = self.stages.get(call.stage_id or 0)
        if stage is not None and (ours or _stands_as_it_stood(stage, call)):
            _keep_stage(self.deps, stage, result, self.now)
        post = self.posts.get(call.work.post_id)
        if post is None or call.work.kind == "unstage":
            return None
        if ours:
            return _SETTLERS[call.work.kind](self, post, result)
        with about(call.item_id, post=post.id, attempt=call.attempt_id):
            _log.warning("answer_came_late")
        if isinstance(result.answer, Receipt) and post.state == State.UNCERTAIN:
            return self.published(post, call, result.answer)
        return None

    def staged(self, post: HeldState, result: Result) -> Step | None:
        stage = self.stages.get(result.call.stage_id or 0)
        if post.state != State.SCHEDULED or stage is None or stage.state not in ("open", "ready"):
            return None
        answer, now = result.answer, self.now
        if isinstance(answer, Staged):
            due = max(post.due_at or now, now)
            values = {"staged_digest": stage.digest, "tries": 0}
            return Step(post, Move(State.STAGED, next_try_at=due), "staged", values=values)
        if isinstance(answer, NotYet):
            return Step(post, Move(State.SCHEDULED, next_try_at=answer.ask_at), "staging")
        if isinstance(answer, ConnectorError):
            return self._decided(post, StagingFailed(answer), "staging.failed")
        return self._withheld(post, State.SCHEDULED)

    def released(self, post: HeldState, result: Result) -> Step:
        answer, call = result.answer, result.call
        if isinstance(answer, Receipt):
            return self.published(post, call, answer)
        if isinstance(answer, Partly):
            return Step(post, _goes_on(answer), "release.partly")
        if isinstance(answer, ByHand):
            return Step(post, Move(State.UNCERTAIN, Reason(HANDED, answer.task, "officer")), "release.by_hand")
        if isinstance(answer, ConnectorError):
            timing = self.deps.connector(call.channel).timing
            return self._decided(post, ReleaseFailed(answer, timing), "release.failed")
        if _stopped(self.session, post.account_id, call.started_at):
            text = "Die Notbremse wurde gezogen, bevor der Post gesendet war. Bitte neu bestätigen."
            move = Move(State.MISSED, Reason("stopped", text, "officer"), drop_stage=True)
            return Step(post, move, "withheld")
        return self._withheld(post, State.STAGED)

    def published(self, post: HeldState, call: Call, receipt: Receipt) -> Step:
        edit = edit_of(call.post)
        if edit is None and self.taken.get((post.account_id, receipt.remote_id), post.id) != post.id:
            text = (
                "Das Netzwerk hat einen Post genannt, der schon zu einem anderen gehört. Bitte auf dem Konto nachsehen."
            )
            return Step(post, Move(State.UNCERTAIN, Reason("receipt.taken", text, "officer")), "receipt.refused")
        revision = edit.revision if edit else 1
        if edit is not None and (first := self.taken.get((post.account_id, receipt.remote_id))) is not None:
            amending.note(self.session, first, post.id, self.now)
        named = (receipt.remote_id, receipt.url, receipt.at, revision)
        self.proofs.append(Proof(post.id, post.account_id, call.stage_id, *named))
        values = {"published_at": receipt.at, "sent_digest": call.digest, "tries": 0}
        left = Reason(LEFT, receipt.left, "officer") if receipt.left else None
        return Step(post, Move(State.PUBLISHED, left), "published", values=values, organisation=call.organisation)

    def looked(self, post: HeldState, result: Result) -> Step | None:
        answer = result.answer
        if post.state != State.UNCERTAIN:
            return None
        if isinstance(answer, Found):
            return self.published(post, result.call, answer.receipt)
        if isinstance(answer, Partly):
            return Step(post, _goes_on(answer), "release.partly")
        if isinstance(answer, Absent):
            timing = self.deps.connector(result.call.channel).timing
            stage = self.stages.get(result.call.stage_id or 0)
            usable = answer.stage_usable and stage is not None and stage.state == "ready"
            looked = Looked(timing, usable, long_ago=self._long_ago(stage), absence=answer.absence)
            return self._decided(post, looked, "looked")
        return self._decided(post, LookFailed(answer), "look.failed") if isinstance(answer, ConnectorError) else None

    def _long_ago(self, stage: StageRow | None) -> bool:
        """Tell whether only a release that a restored database forgot is asked about, and that is a while ago."""
        restore = restores.latest(self.session)
        ours = stage is not None and claims.first_release(self.session, stage.id) is not None
        return restore is not None and not ours and self.now - restore.at >= SHOWN_BY

    def retracted(self, post: HeldState, result: Result) -> Step | None:
        answer = result.answer
        if post.state != State.RETRACTING:
            return None
        if isinstance(answer, Retracted):
            _keep_proof(self.session, post, answer.answer, self.now)
            return Step(post, Move(State.RETRACTED), "retracted")
        if isinstance(answer, ByHand):
            reason = Reason("retract.person", f"{answer.task} {answer.url}".strip(), "officer")
            return Step(post, Move(State.RETRACTING, reason), "retract.by_hand")
        if isinstance(answer, ConnectorError):
            return self._decided(post, RetractionFailed(answer), "retract.failed")
        return self._withheld(post, State.RETRACTING)

    def _decided(self, post: HeldState, happening: Happening, what: str) -> Step:
        return Step(post, decide(happening, facts_of(post), self.now, self.deps.policy), what)

    def _withheld(self, post: HeldState, state: State) -> Step:
        return Step(post, Move(state, next_try_at=self.now + self.deps.policy.backoff_base), "withheld")


_SETTLERS: Mapping[str, Callable[[_Settlement, HeldState, Result], Step | None]] = {
    "stage": _Settlement.staged,
    "release": _Settlement.released,
    "look": _Settlement.looked,
    "retract": _Settlement.retracted,
}


def _goes_on(answer: Partly) -> Move:
    """Return the move of a post of which a part is public: the next call releases the next part."""
    return Move(State.STAGED, next_try_at=answer.ask_at, changes={"tries": 0, "looks": 0})


def _receipt_in(answer: object) -> Receipt | None:
    if isinstance(answer, Found):
        return answer.receipt
    return answer if isinstance(answer, Receipt) else None


def _stands_as_it_stood(stage: StageRow, call: Call) -> bool:
    """Tell whether nobody prepared anything at the platform since the call began.

    Where somebody has, a late answer's draft must not take the place of the one that is released: a look would ask
    about the wrong one, and release it too. What came late then stays at the platform, unseen.
    """
    return stage.state in ("open", "leftover") and (stage.data or None) == (call.stage_data or None)


def _keep_stage(deps: Deps, stage: StageRow, result: Result, now: datetime) -> None:
    """Keep what the platform gave, even if the Post has moved on: a leftover can only be removed by its ids."""
    answer, kind = result.answer, result.call.work.kind
    if isinstance(answer, Staged | NotYet | Partly):
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


def _stopped(session: Session, account_id: int, since: datetime) -> bool:
    """Tell whether a Stop is in force for this account, or was at any time since ``since``."""
    account = session.get_one(AccountRow, account_id)
    return posts.stopped_since(session, account.organisation_id, account.channel, since)


def retracted(session: Session, post: Movable, answer: str, *, now: datetime, actor: Actor) -> None:
    """Keep the proof that the Post is down."""
    _keep_proof(session, post, answer, now)
    apply(session, post, Move(State.RETRACTED), now=now, actor=actor, what="retracted")


def _keep_proof(session: Session, post: Movable, answer: str, now: datetime) -> None:
    row = proofs.receipts(session, [post.id])[post.id]
    row.retracted_at, row.retraction = now, answer
