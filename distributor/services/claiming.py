"""Claim what is due: one transaction that asks the guard, moves the posts and opens an Attempt for each call.

Nothing is called here. What comes back as a :class:`Call` has its Attempt committed before any byte leaves. The work
of one claim is read, decided and written together, which is what makes a claim cheap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from distributor.domain import DAEMON, Reason, Refused
from distributor.log import about
from distributor.services.calls import Call
from distributor.services.deps import Deps
from distributor.services.examining import Examination, Examined
from distributor.services.moving import apply_all, pause
from distributor.store import claims, posts
from distributor.store.claims import Work
from distributor.store.held import HeldAccount
from distributor.store.savepoints import together_or_apart
from distributor.store.tables import StageRow

LEASE = timedelta(minutes=10)
"""How long a claim is expected to last; running out proves nothing and only raises an alarm."""

_ASIDE = timedelta(hours=1)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claimed:
    """The calls to make, and whether due work was turned down or set aside: then more may be due behind it."""

    calls: tuple[Call, ...] = ()
    turned_down: bool = False


def claim(deps: Deps, session: Session, *, owner: str, now: datetime, limit: int, looks: int) -> Claimed:
    """Claim up to ``limit`` pieces of due work, at most one per account and at most ``looks`` looks."""
    due = claims.due_work(session, now, limit, looks)
    if not due:
        return Claimed()
    accounts = claims.take(session, due, owner, now + LEASE)
    taken = [work for work in due if work.account_id in accounts]
    desk = _Desk(deps, session, owner, now, accounts)
    calls = [call for some in together_or_apart(session, taken, desk.prepare, desk.give_up) for call in some]
    called = {call.work.account_id for call in calls}
    idle = [work for work in taken if work.account_id not in called]
    if idle:
        claims.give_back(session, [(work.account_id, accounts[work.account_id].fence) for work in idle])
    # one that somebody else is changing right now was not looked at, and asking again at once would not help
    return Claimed(tuple(calls), any(work.post_id in desk.seen for work in idle))


class _Desk:
    """What one claim knows: the accounts it took, and for the work in hand all that the guard and the calls need."""

    def __init__(
        self, deps: Deps, session: Session, owner: str, now: datetime, accounts: Mapping[int, HeldAccount]
    ) -> None:
        self._deps, self._session, self._owner, self._now = deps, session, owner, now
        self._accounts = accounts
        self.seen: set[int] = set()

    def prepare(self, works: Sequence[Work]) -> list[Call]:
        """Ask the guard about each piece of work, move the posts, open the Attempts; return the calls to make."""
        examination = Examination.of(self._deps, self._session, works, self._accounts, self._now)
        self.seen |= examination.posts.keys()
        asked = [self._examined(examination, work) for work in works if work.post_id in examination.posts]
        apply_all(self._session, [step for each in asked for step in each.steps], self._now)
        return self._opened(asked)

    def _examined(self, examination: Examination, work: Work) -> Examined:
        """Examine one piece of work; what cannot be prepared is set aside and holds nobody else up."""
        try:
            return examination.examine(work)
        except Refused as refusal:
            account = self._accounts[work.account_id]
            if account.paused_at is not None:  # a recall goes on under a pause; asked again it would find the same
                claims.set_aside(self._session, work, self._now + _ASIDE)
            reason = Reason(refusal.code, refusal.text, "operator")
            pause(self._session, account.id, reason, now=self._now, actor=DAEMON)
        except OperationalError:
            raise
        except Exception as error:
            self.give_up(work, error)
        return Examined()

    def give_up(self, work: Work, error: Exception) -> None:
        """Set aside what the program itself failed at."""
        with about(posts.item_of(self._session, work.post_id), post=work.post_id):
            _log.error("call_not_prepared", kind=work.kind, exc_info=error)
        claims.set_aside(self._session, work, self._now + _ASIDE)

    def _opened(self, asked: Sequence[Examined]) -> list[Call]:
        """Open the new Stages, then an Attempt for each call; return the calls with their numbers."""
        self._session.add_all([each.opens for each in asked if each.opens is not None])
        self._session.flush()
        calls = [_on_stage(each.call, each.opens) for each in asked if each.call is not None]
        fences = {call.work.account_id: call.fence for call in calls}
        works = [call.work for call in calls]
        numbers = claims.open_attempts(self._session, works, fences, owner=self._owner, now=self._now)
        return [replace(call, attempt_id=number) for call, number in zip(calls, numbers, strict=True)]


def _on_stage(call: Call, opened: StageRow | None) -> Call:
    return call if opened is None else replace(call, work=replace(call.work, stage_id=opened.id))
