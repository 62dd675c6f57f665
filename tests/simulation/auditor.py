"""The auditor: believes the network's log, the database as it stands at the end, and what people know they did.

Each finding is one sentence; none means that the promise was kept. When a request could last have been kept back
(``looked_at``) is what a Stop, a recall or a bound is held against: from there to the byte are microseconds, and no
network takes a byte back.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from distributor.domain import Scope, State
from distributor.lifecycle import DEATHS
from distributor.store.claims import OWNER_DIED
from distributor.store.tables import AccountRow, ApprovalRow, AttemptRow, OrganisationRow, PostRow, ReceiptRow
from tests.simulation.network import DOUBTFUL_FAULTS, Network, Request
from tests.simulation.persons import Note
from tests.simulation.schedule import Schedule

_OVER = (State.PUBLISHED, State.RETRACTED, State.CLOSED)
_WITH_PEOPLE = (State.DRAFTED, State.AWAITING, State.FAILED, State.MISSED)
_ASKING = (State.UNCERTAIN, State.RETRACTING)
_LATENESS = timedelta(hours=2)


def audit(schedule: Schedule) -> list[str]:
    """Return what is wrong."""
    with schedule.house.store.read() as session:
        overtaken = schedule.plan.apart or schedule.counted["cuts"] > 0
        auditor = _Auditor(session, schedule.network, schedule.notes, overtaken=overtaken)
        return list(auditor.findings())


class _Auditor:
    """``overtaken``: a daemon may be taken for dead that lives on, and its last call be in flight."""

    def __init__(self, session: Session, network: Network, notes: list[Note], *, overtaken: bool) -> None:
        self.network, self.notes, self.overtaken = network, notes, overtaken
        self.posts = {post.code: post for post in session.query(PostRow)}
        self.slugs = dict(session.query(OrganisationRow.id, OrganisationRow.slug).all())
        self.accounts = {row.id: row for row in session.query(AccountRow)}
        self.labels = {
            f"{self.slugs[row.organisation_id]}/{row.channel}/{row.name}": row for row in self.accounts.values()
        }
        self.approvals = session.query(ApprovalRow).order_by(ApprovalRow.id).all()
        self.attempts = session.query(AttemptRow).order_by(AttemptRow.id).all()
        self.receipts = {row.post_id: row for row in session.query(ReceiptRow)}

    def findings(self) -> Iterator[str]:
        for code, post in self.posts.items():
            yield from self._once(code, post)
            yield from self._at_rest(code, post)
        for request in self.network.log:
            yield from self._announced(request)
            if request.kind == "release" and request.arrived_at is not None:
                yield from self._allowed(request)
        if not self.overtaken:
            yield from self._one_at_a_time()
        yield from self._claims()
        yield from self._not_too_many_asked()

    # once, and as approved

    def _once(self, code: str, post: PostRow) -> Iterator[str]:
        entries = [entry for entry in self.network.wall if entry.code == code]
        if len(entries) > 1:
            yield f"{code} was made public {len(entries)} times"
        public = [entry for entry in entries if entry.deleted_at is None]
        state = State(post.state)
        if state is State.PUBLISHED:
            receipt = self.receipts.get(post.id)
            if not public:
                yield f"{code} counts as published and is not"
            elif receipt is None or receipt.remote_id != public[0].remote_id:
                yield f"{code} has a receipt for another post"
            elif post.sent_digest != public[0].digest:
                yield f"{code} is on the wall as something else than was noted"
        elif public and state not in _ASKING:
            yield f"{code} is public and counts as {state}"

    def _at_rest(self, code: str, post: PostRow) -> Iterator[str]:
        state = State(post.state)
        if state in _OVER:
            return
        if state in _ASKING:
            if post.next_try_at is not None or post.reason_who != "officer" or not post.reason_text:
                yield f"{code} is {state}, and neither the daemon nor a person is at it"
        elif state not in _WITH_PEOPLE:
            yield f"{code} came to rest as {state}"
        elif state in (State.FAILED, State.MISSED) and not (post.reason_who and post.reason_text):
            yield f"{code} is {state} and nobody is told why"
        if post.recall_at is not None and state not in (State.CLOSED, *_ASKING):
            yield f"{code} was recalled and is {state}"
        yield from self._rightly_so(code, post, state)

    def _rightly_so(self, code: str, post: PostRow, state: State) -> Iterator[str]:
        if state is State.MISSED and post.reason_code == "stopped" and not self._stops(post.account_id):
            yield f"{code} was missed for a Stop that nobody pulled"
        if state is State.MISSED and post.reason_code == "late" and post.changed_at - post.due_at <= _LATENESS:
            yield f"{code} was called late before it was"
        if state is State.FAILED and post.reason_code == "post.deadly":
            if sum(row.post_id == post.id and row.outcome == OWNER_DIED for row in self.attempts) < DEATHS:
                yield f"{code} was set aside as deadly although few daemons died"
        elif state is State.FAILED and not self._faults(code, ("refused", "stage_lost")) and not self._doubts(code):
            yield f"{code} failed although nobody refused it"
        if state is State.UNCERTAIN and not self._doubts(code):
            yield f"{code} was left to a person although nothing was in doubt"

    # nothing forbidden

    def _allowed(self, request: Request) -> Iterator[str]:
        code, at = request.code, request.looked_at
        known = [row for row in self.approvals if row.post_id == self.posts[code].id and row.at <= at]
        if not known:
            yield f"{code} was sent without an approval"
            return
        newest = known[-1]
        if newest.digest != request.digest:
            yield f"{code} was sent as something else than was approved"
        if at < newest.due_at:
            yield f"{code} was sent {newest.due_at - at} before its time"
        if at > newest.due_at + _LATENESS:
            yield f"{code} was sent {at - newest.due_at} after its time"
        yield from self._against_notes(request, newest)

    def _against_notes(self, request: Request, newest: ApprovalRow) -> Iterator[str]:
        code, at = request.code, request.looked_at
        for note in self.notes:
            if note.done_at is None or not note.done_at < at:
                continue
            if note.what == "stop" and self._covers(note.about, request):
                if note.until is None or at < note.until:
                    yield f"{code} was sent under a Stop"
                elif note.done_at < newest.due_at <= note.until and newest.at < note.until:
                    yield f"{code} fell into a Stop and was sent when it was lifted"
            elif note.what != "stop" and code in note.about:
                yield from self._against(note, code, at, newest)

    @staticmethod
    def _against(note: Note, code: str, at: datetime, newest: ApprovalRow) -> Iterator[str]:
        if note.what == "recall":
            yield f"{code} was sent after its recall"
        elif note.what == "void" and newest.at < note.asked_at:
            yield f"{code} was sent although its approval was void"
        elif note.what == "embargo" and note.until is not None and at < note.until:
            yield f"{code} was sent under an embargo"
        elif note.what == "validity" and note.until is not None and at >= note.until:
            yield f"{code} was sent after the end of its validity"

    def _covers(self, scope: Scope, request: Request) -> bool:
        return self._scope_is(scope, self.labels[request.account])

    def _scope_is(self, scope: Scope, account: AccountRow) -> bool:
        return scope in (Scope(), Scope(self.slugs[account.organisation_id]), Scope(channel=account.channel))

    def _stops(self, account_id: int) -> bool:
        return any(note.what == "stop" and self._scope_is(note.about, self.accounts[account_id]) for note in self.notes)

    # how it was called

    def _announced(self, request: Request) -> Iterator[str]:
        if request.first_byte_at is None:
            return
        sent = request.begun_at
        account = self.labels[request.account].id
        covering = [
            row
            for row in self.attempts
            if (row.account_id, row.kind) == (account, request.kind)
            and row.started_at <= sent
            and (self.overtaken or row.finished_at is None or row.finished_at >= sent)
        ]
        if not covering:
            yield f"{request.kind} {request.code} was sent without an open Attempt"

    def _one_at_a_time(self) -> Iterator[str]:
        for account in self.labels:
            calls = [r for r in self.network.log if r.account == account and r.first_byte_at is not None]
            for one, other in itertools.pairwise(calls):
                if one.ended_at is None or other.first_byte_at < one.ended_at:  # type: ignore[operator]
                    yield f"{one.kind} {one.code} and {other.kind} {other.code} were in flight together on {account}"

    def _claims(self) -> Iterator[str]:
        for row in self.accounts.values():
            if row.owner is not None:
                yield f"account {row.id} is still claimed by {row.owner}"
        for attempt in self.attempts:
            if attempt.finished_at is None:
                yield f"attempt {attempt.id} ({attempt.kind}) was never closed"

    # who is asked

    def _faults(self, code: str, kinds: tuple[str, ...]) -> int:
        return sum(request.code == code and request.fault in kinds for request in self.network.log)

    def _doubts(self, code: str) -> int:
        """Count what made a release's outcome unknown: the network's ambiguous faults, and deaths in the middle."""
        post = self.posts[code]
        ended = ("owner_died", "outcomeunknown", "withheld")
        in_the_middle = sum(
            row.post_id == post.id and row.kind == "release" and row.outcome in ended for row in self.attempts
        )
        return max(self._faults(code, DOUBTFUL_FAULTS), in_the_middle)

    def _not_too_many_asked(self) -> Iterator[str]:
        asked = [code for code, post in self.posts.items() if post.state == State.UNCERTAIN]
        doubts = sum(self._doubts(code) for code in self.posts)
        if len(asked) > doubts:
            yield f"{len(asked)} posts were left to people after {doubts} ambiguous faults"
