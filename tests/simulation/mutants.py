"""Seeded bugs: the real code with one protection taken out. The auditor must find each, or it is no auditor.

A mutant is a context in which schedules are played; it replaces as little as it can. What the auditor cannot find is
redundant protection and stands with its reason in ``docs/delivery.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from connectors.base import OutcomeUnknown, Unavailable
from distributor import guarding, lifecycle
from distributor.domain import State
from distributor.lifecycle import Looked, Move, OwnerDied, ReleaseFailed
from distributor.services import calling, crew, examining, moving, rescuing, settling, stopping
from distributor.store import claims
from distributor.store.ownership import Ownership
from distributor.store.tables import AccountRow
from tests.simulation.schedule import Schedule

Applied = Callable[[Schedule], Any]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A seeded bug: what is wrong in it, and from which seed on the auditor is sure to find it soon."""

    what: str
    apply: Applied
    first: int = 0


MUTANTS: dict[str, Mutant] = {}
"""By name; each is found by the auditor."""

REDUNDANT: dict[str, Mutant] = {}
"""By name; another protection holds where this one is taken out."""


def _mutant(what: str, *, first: int = 0, redundant: bool = False) -> Callable[[Applied], Applied]:
    def keep(apply: Applied) -> Applied:
        name = apply.__name__.strip("_").replace("_", "-")
        (REDUNDANT if redundant else MUTANTS)[name] = Mutant(what, apply, first)
        return apply

    return keep


def _deciding(instead: Callable[[Any, Any, Any], tuple[Any, Any] | Move]) -> Any:
    """Put something before ``decide``: other things that happened, or a Move of its own."""

    def decide(happening: Any, facts: Any, now: Any, policy: Any) -> Move:
        changed = instead(happening, facts, now)
        return changed if isinstance(changed, Move) else lifecycle.decide(*changed, now, policy)

    @contextmanager
    def both() -> Iterator[None]:
        with patch.object(settling, "decide", decide), patch.object(rescuing, "decide", decide):
            yield

    return both()


def _guarding(*codes: str) -> Any:
    """Let the guard overlook some reasons."""

    def guard(asked: Any, now: Any, policy: Any) -> Move | None:
        move = guarding.guard(asked, now, policy)
        return None if move is not None and move.reason is not None and move.reason.code in codes else move

    return patch.object(examining, "guard", guard)


def _looking(blind: Callable[[str], bool]) -> Any:
    """Let the last look overlook some of what it would refuse; by its words."""
    asks = calling._LastLook.__call__

    def look(self: Any) -> None:
        try:
            asks(self)
        except calling.Withheld as withheld:
            if not blind(str(withheld)):
                raise
            self.passed = True

    return patch.object(calling._LastLook, "__call__", look)


# who is dead


@_mutant("a lease that ran out proves death, and what was claimed is due again", first=4)
def _lease(schedule: Schedule) -> Any:
    truly = Ownership.dead

    def dead(self: Ownership, session: Any) -> list[str]:
        late = select(AccountRow.owner).where(
            AccountRow.owner.is_not(None), AccountRow.owner != self.name, AccountRow.lease_until < schedule.clock.now
        )
        return sorted({*truly(self, session), *session.scalars(late)})

    @contextmanager
    def both() -> Iterator[None]:
        with patch.object(Ownership, "dead", dead), _dead_means_no(schedule):
            yield

    return both()


@_mutant("whoever is not me is dead", first=11)
def _all_dead(schedule: Schedule) -> Any:
    return patch.object(Ownership, "_is_free", lambda self, name: True)


@_mutant("nobody is ever dead", first=3)
def _none_dead(schedule: Schedule) -> Any:
    return patch.object(Ownership, "_is_free", lambda self, name: False)


@_mutant("a dead daemon's release counts as not made", first=4)
def _dead_means_no(schedule: Schedule) -> Any:
    return _deciding(lambda h, f, now: Move(State.STAGED, next_try_at=now) if isinstance(h, OwnerDied) else (h, f))


@_mutant("marked, then sent: a dead daemon's release counts as made", first=4)
def _dead_means_yes(schedule: Schedule) -> Any:
    def instead(happening: Any, facts: Any, now: Any) -> Any:
        made = Move(State.PUBLISHED, changes={"published_at": now})
        return made if isinstance(happening, OwnerDied) else (happening, facts)

    return _deciding(instead)


# what an answer means


def _counts_as_no(code: str) -> Any:
    def instead(happening: Any, facts: Any, now: Any) -> Any:
        unknown = isinstance(happening, ReleaseFailed) and isinstance(happening.error, OutcomeUnknown)
        if unknown and happening.error.code == code:
            return ReleaseFailed(Unavailable(happening.error.public), happening.timing), facts
        return happening, facts

    return _deciding(instead)


@_mutant("an error 5xx counts as a no", first=5)
def _error_means_no(schedule: Schedule) -> Any:
    return _counts_as_no("500")


@_mutant("a time-out counts as a no")
def _silence_means_no(schedule: Schedule) -> Any:
    return _counts_as_no("timeout")


@_mutant("a time-out counts as a yes")
def _silence_means_yes(schedule: Schedule) -> Any:
    def instead(happening: Any, facts: Any, now: Any) -> Any:
        unknown = isinstance(happening, ReleaseFailed) and isinstance(happening.error, OutcomeUnknown)
        return Move(State.PUBLISHED, changes={"published_at": now}) if unknown else (happening, facts)

    return _deciding(instead)


# when absence counts


@_mutant("no settle time is waited before a look", first=45)
def _no_settle(schedule: Schedule) -> Any:
    return _timing(settle=(timedelta(), timedelta()))


@_mutant("absence that is only likely counts", first=46)
def _likely_is_certain(schedule: Schedule) -> Any:
    return _timing(absence="certain")


@contextmanager
def _timing(**changed: Any) -> Iterator[None]:
    def instead(happening: Any, facts: Any, now: Any) -> Any:
        if isinstance(happening, ReleaseFailed | OwnerDied | Looked):
            return replace(happening, timing=replace(happening.timing, **changed)), facts
        return happening, facts

    with _deciding(instead):
        yield


@_mutant("one look that finds nothing is enough")
def _one_look(schedule: Schedule) -> Any:
    return _deciding(lambda h, f, now: (h, replace(f, looks=1) if isinstance(h, Looked) else f))


# what forbids a release


@_mutant("Stop is asked nowhere")
def _no_stop(schedule: Schedule) -> Any:
    @contextmanager
    def both() -> Iterator[None]:
        with _guarding("stopped"), _looking(lambda why: "Notbremse" in why):
            yield

    return both()


@_mutant("the last look does not ask for a Stop")
def _no_stop_in_last_look(schedule: Schedule) -> Any:
    return _looking(lambda why: "Notbremse" in why)


@_mutant("what was due under a Stop goes out when it is lifted", first=1100)
def _burst_after_stop(schedule: Schedule) -> Any:
    return patch.object(stopping.posts, "overdue", lambda *_, **__: [])


@_mutant("the guard does not ask for the approval")
def _no_approval(schedule: Schedule) -> Any:
    return _guarding("approval.void", "requires")


@_mutant("the last look does not ask whether the approval still holds")
def _no_approval_in_last_look(schedule: Schedule) -> Any:
    return _looking(lambda why: "Freigabe" in why)


@_mutant("the last look does not ask for a recall")
def _no_recall_in_last_look(schedule: Schedule) -> Any:
    return _looking(lambda why: why == "zurückgezogen")


@_mutant("a post found public is not taken down although it was recalled meanwhile", first=1100)
def _recall_forgotten(schedule: Schedule) -> Any:
    honoured = moving._honour_recalls

    def forgotten(step: Any) -> bool:
        return State(step.post.state) is State.PUBLISHED and step.actor.login == "daemon"

    def honour(session: Any, steps: Any, now: Any) -> None:
        honoured(session, [step for step in steps if not forgotten(step)], now)

    return patch.object(moving, "_honour_recalls", honour)


@_mutant("the guard does not ask how late it is")
def _no_lateness(schedule: Schedule) -> Any:
    @contextmanager
    def both() -> Iterator[None]:
        with _guarding("late"), patch("tests.simulation.schedule.lapsing.miss", lambda *_: 0):
            yield

    return both()


@_mutant("the guard does not ask whether the item is still valid")
def _no_validity(schedule: Schedule) -> Any:
    return _guarding("expired")


# claiming and storing


@_mutant("sent whatever became of the commit")
def _send_before_commit(schedule: Schedule) -> Any:
    claimed: dict[int, Any] = {}
    claim, turn = crew.claim, crew.Crew.turn

    def claims_it(deps: Any, session: Any, **given: Any) -> Any:
        found = claim(deps, session, **given)
        claimed[given["owner"]] = found.calls
        return found

    def turns(self: Any, **given: Any) -> bool:
        claimed.pop(self._ownership.name, None)
        try:
            return turn(self, **given)
        except OperationalError:
            for call in claimed.get(self._ownership.name, ()):
                self._flying[self._pool.submit(self._run, call)] = call
            raise

    @contextmanager
    def both() -> Iterator[None]:
        with patch.object(crew, "claim", claims_it), patch.object(crew.Crew, "turn", turns):
            yield

    return both()


@_mutant("results that could not be stored are forgotten")
def _forgotten_results(schedule: Schedule) -> Any:
    commit = crew.Crew._commit

    def commits(self: Any, landed: Any, **given: Any) -> Any:
        try:
            return commit(self, landed, **given)
        except OperationalError:
            self._landed = []
            self._in_doubt = False
            raise

    return patch.object(crew.Crew, "_commit", commits)


@_mutant("claims of a commit whose answer was lost are forgotten")
def _forgotten_claims(schedule: Schedule) -> Any:
    return patch.object(crew.Crew, "_let_go_of_unbegun", lambda self, session, now: None)


@_mutant("a call has all the time in the world", redundant=True)
def _no_deadline(schedule: Schedule) -> Any:
    return patch.object(calling, "BUDGET", timedelta(days=365))


@_mutant("the last look does not ask for the fence", redundant=True)
def _no_fence(schedule: Schedule) -> Any:
    return _looking(lambda why: "übernommen" in why)


@_mutant("an account is given back whoever holds it by now", redundant=True)
def _fence_ignored_when_given_back(schedule: Schedule) -> Any:
    def give_back(session: Any, held: Any) -> set[tuple[int, int]]:
        session.execute(
            update(AccountRow)
            .where(AccountRow.id.in_([account for account, _ in held]))
            .values(owner=None, lease_until=None)
            .execution_options(synchronize_session=False)
        )
        return set(held)

    return patch.object(claims, "give_back", give_back)
