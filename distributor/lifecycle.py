"""The life of a Post: the table of moves, and the one place that chooses among them. Pure.

``TRANSITIONS`` is data; the README's table is printed from it. ``decide`` turns what happened into a :class:`Move`.
Storing a move is the store's business; ``guarding`` says whether a release may happen at all.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import singledispatch
from typing import Literal

from connectors.base import (
    ConnectorError,
    OutcomeUnknown,
    Rejected,
    StageLost,
    Throttled,
    Timing,
    Unauthorised,
)
from distributor.domain import Reason, State

S = State


@dataclass(frozen=True, slots=True)
class Life:
    """One row of the state table: what the state means, where it may go, who acts in it."""

    meaning: str
    to: tuple[State, ...]
    who: str


TRANSITIONS: dict[State, Life] = {
    S.DRAFTED: Life("tailored; has blocking problems or an uncleared item", (S.AWAITING, S.CLOSED), "editor"),
    S.AWAITING: Life("waits for the officer, with a proposed time", (S.SCHEDULED, S.DRAFTED, S.CLOSED), "officer"),
    S.SCHEDULED: Life(
        "this digest approved, with a due time",
        (S.STAGED, S.UNCERTAIN, S.AWAITING, S.MISSED, S.FAILED, S.CLOSED),
        "daemon",
    ),
    S.STAGED: Life(
        "ready at the platform, nothing public",
        (S.PUBLISHING, S.UNCERTAIN, S.SCHEDULED, S.AWAITING, S.MISSED, S.FAILED, S.CLOSED),
        "daemon",
    ),
    S.PUBLISHING: Life(
        "release claimed, lease running",
        (S.PUBLISHED, S.STAGED, S.UNCERTAIN, S.FAILED, S.AWAITING, S.MISSED, S.CLOSED),
        "daemon",
    ),
    S.UNCERTAIN: Life("may or may not be public", (S.PUBLISHED, S.STAGED, S.FAILED), "daemon, then a person"),
    S.PUBLISHED: Life("public, Receipt kept", (S.RETRACTING,), "nobody"),
    S.RETRACTING: Life("being taken down", (S.RETRACTED,), "daemon, then a person"),
    S.RETRACTED: Life("taken down, proof kept", (), "nobody"),
    S.FAILED: Life("refused or tries used up, reason in plain German", (S.AWAITING, S.SCHEDULED, S.CLOSED), "officer"),
    S.MISSED: Life(
        "its time passed further than the lateness policy allows, or fell into a Stop",
        (S.AWAITING, S.SCHEDULED, S.CLOSED),
        "officer",
    ),
    S.CLOSED: Life("final: rejected, withdrawn, discarded or expired", (), "nobody"),
}

APPROVED = frozenset({S.SCHEDULED, S.STAGED, S.PUBLISHING, S.UNCERTAIN})
"""States in which an Approval stands and a due time is fixed."""

OPEN_TO_EDITING = frozenset({S.DRAFTED, S.AWAITING, S.SCHEDULED, S.STAGED, S.FAILED, S.MISSED})
"""States in which a new rendering still reaches the Post."""


DEATHS = 3
"""So many daemons in a row may die in a call for one Post before nobody tries it again by itself; our own choice."""

HANDED = "release.person"
"""The reason code of a Post that was handed to a person, who brings it to its network and ticks it off."""

LEFT = "published.left"
"""The reason code of a public Post of which a person still has to do something at its network, and ticks that off."""

UNREACHABLE = "account.unreachable"
"""The reason code of a Post that is left to a person because its account lets nobody in: until it does again."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a Jobcenter tolerates: lateness, waiting without approval, repeats. Durations are timedeltas."""

    lateness: timedelta = timedelta(hours=2)
    expiry: timedelta = timedelta(days=14)
    resends: int = 2
    restages: int = 2
    backoff_base: timedelta = timedelta(seconds=5)
    backoff_cap: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Facts:
    """What ``decide`` knows of a Post. Counters start at 0; datetimes are aware UTC."""

    id: int
    state: State
    due_at: datetime | None = None
    tries: int = 0
    looks: int = 0
    resends: int = 0
    stage_losses: int = 0
    recalled: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """Where a Post goes and what changes with it. ``to`` equal to the present state means: stays, with these values.

    ``via`` is a state passed through in the same transaction; ``pause_account`` and ``drop_stage`` ask the caller for
    what lies outside the Post itself.
    """

    to: State
    reason: Reason | None = None
    next_try_at: datetime | None = None
    changes: dict[str, int] = field(default_factory=dict)
    pause_account: bool = False
    drop_stage: bool = False
    via: State | None = None


@dataclass(frozen=True, slots=True)
class Tailored:
    """The Post was rendered anew: does something block it, is the Item cleared, is the document another one?"""

    blocked: bool
    cleared: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class StagingFailed:
    """A call while staging ended with this error; nothing can be public."""

    error: ConnectorError


@dataclass(frozen=True, slots=True)
class ReleaseFailed:
    """The release call ended with this error."""

    error: ConnectorError
    timing: Timing


@dataclass(frozen=True, slots=True)
class Looked:
    """A look found nothing. Timing or the look itself says what that proves; ``long_ago``: a release would be shown."""

    timing: Timing
    stage_usable: bool = True
    long_ago: bool = False
    absence: Literal["certain", "likely"] | None = None


@dataclass(frozen=True, slots=True)
class LookFailed:
    """The look itself could not be made."""

    error: ConnectorError


@dataclass(frozen=True, slots=True)
class OwnerDied:
    """Whoever held the claim is dead; what its open release call did is unknown."""

    timing: Timing


@dataclass(frozen=True, slots=True)
class NeverBegun:
    """The release was claimed, but its call never made: nothing became public by it."""


@dataclass(frozen=True, slots=True)
class Deadly:
    """Daemon after daemon died in a call for this Post; it is no release, so nothing became public by it."""


@dataclass(frozen=True, slots=True)
class RetractionFailed:
    """Taking the Post down did not work yet."""

    error: ConnectorError


Happening = (
    Tailored | StagingFailed | ReleaseFailed | Looked | LookFailed | OwnerDied | NeverBegun | Deadly | RetractionFailed
)


def may_move(start: State, to: State) -> bool:
    """Tell whether the table allows the move."""
    return to in TRANSITIONS[start].to


def backoff(post: int, tries: int, policy: Policy) -> timedelta:
    """Return how long to wait before try ``tries`` + 1: doubling, capped, jittered by the Post's own number."""
    ceiling = min(policy.backoff_base * 2 ** min(tries, 20), policy.backoff_cap)
    seed = hashlib.sha256(f"{post}/{tries}".encode()).digest()[0] / 255
    return timedelta(seconds=ceiling.total_seconds() * (0.5 + seed / 2))


def _reason(error: ConnectorError) -> Reason:
    return Reason(code=type(error).__name__.lower(), text=error.public, who=error.who)


def _later(facts: Facts, error: ConnectorError, now: datetime, policy: Policy) -> Move:
    """Stay, and try again: at the platform's own time when throttled (no try used), else after a back-off."""
    if isinstance(error, Throttled):
        return Move(facts.state, _reason(error), next_try_at=max(error.until, now))
    wait = backoff(facts.id, facts.tries, policy)
    return Move(facts.state, _reason(error), next_try_at=now + wait, changes={"tries": facts.tries + 1})


@singledispatch
def decide(happening: Happening, facts: Facts, now: datetime, policy: Policy) -> Move:
    """Return the Move that follows from what happened. Raises: TypeError for what is no Happening."""
    raise TypeError(f"nothing is decided on {happening!r}")


@decide.register
def _(happening: Tailored, facts: Facts, now: datetime, policy: Policy) -> Move:
    ready = happening.cleared and not happening.blocked
    if facts.state in (S.DRAFTED, S.AWAITING):
        return Move(S.AWAITING if ready else S.DRAFTED)
    if facts.state in (S.SCHEDULED, S.STAGED) and (happening.changed or not ready):
        text = "Der Post hat sich seit der Freigabe geändert; bitte neu prüfen und freigeben."
        return Move(S.AWAITING, Reason("approval.void", text, "officer"), drop_stage=True)
    if facts.state in (S.FAILED, S.MISSED) and happening.changed:
        return Move(S.AWAITING)
    return Move(facts.state)


@decide.register
def _(happening: StagingFailed, facts: Facts, now: datetime, policy: Policy) -> Move:
    error = happening.error
    if isinstance(error, Rejected):
        return Move(S.FAILED, _reason(error), drop_stage=True)
    if isinstance(error, StageLost):
        return _stage_again(facts, error, now, policy)
    if isinstance(error, Unauthorised):
        return Move(facts.state, _reason(error), next_try_at=now, pause_account=True)
    return _later(facts, error, now, policy)


def _stage_again(facts: Facts, error: StageLost, now: datetime, policy: Policy) -> Move:
    losses = facts.stage_losses + 1
    if losses > policy.restages:
        return Move(S.FAILED, _reason(error), drop_stage=True)
    wait = backoff(facts.id, losses, policy)
    via = S.STAGED if facts.state is S.PUBLISHING else None
    changes = {"stage_losses": losses}
    return Move(S.SCHEDULED, _reason(error), next_try_at=now + wait, changes=changes, drop_stage=True, via=via)


@decide.register
def _(happening: ReleaseFailed, facts: Facts, now: datetime, policy: Policy) -> Move:
    error = happening.error
    if isinstance(error, OutcomeUnknown):
        return _doubt(_reason(error), happening.timing, now)
    if isinstance(error, Rejected):
        return Move(S.FAILED, _reason(error), drop_stage=True)
    if isinstance(error, StageLost):
        return _stage_again(facts, error, now, policy)
    if isinstance(error, Unauthorised):
        return Move(S.STAGED, _reason(error), next_try_at=now, pause_account=True)
    later = _later(facts, error, now, policy)
    return Move(S.STAGED, later.reason, later.next_try_at, later.changes)


def _doubt(reason: Reason, timing: Timing, now: datetime) -> Move:
    return Move(S.UNCERTAIN, reason, next_try_at=now + timing.settle[0], changes={"looks": 0})


@decide.register
def _(happening: OwnerDied, facts: Facts, now: datetime, policy: Policy) -> Move:
    text = "Der Dienst wurde beim Veröffentlichen unterbrochen; es wird nachgesehen, ob der Post öffentlich ist."
    return _doubt(Reason("owner.died", text, "daemon"), happening.timing, now)


@decide.register
def _(happening: NeverBegun, facts: Facts, now: datetime, policy: Policy) -> Move:
    return Move(S.STAGED, next_try_at=now)


@decide.register
def _(happening: Deadly, facts: Facts, now: datetime, policy: Policy) -> Move:
    broken = "Beim Bearbeiten dieses Posts ist der Dienst mehrmals abgestürzt; von selbst wird es nicht mehr versucht."
    if facts.state is S.UNCERTAIN:
        text = f"{broken} Bitte auf dem Konto nachsehen, ob der Post öffentlich ist, und das bestätigen."
        return Move(S.UNCERTAIN, Reason("outcome.person", text, "officer"))
    if facts.state is S.RETRACTING:
        return Move(S.RETRACTING, Reason("retract.person", f"{broken} Bitte den Post von Hand löschen.", "officer"))
    return Move(S.FAILED, Reason("post.deadly", f"{broken} Bitte das Protokoll prüfen.", "operator"), drop_stage=True)


@decide.register
def _(happening: Looked, facts: Facts, now: datetime, policy: Policy) -> Move:
    looks = facts.looks + 1
    if looks < 2:
        text = "Der Post ist auf dem Konto noch nicht zu sehen; es wird ein zweites Mal nachgesehen."
        reason = Reason("outcome.unknown", text, "daemon")
        return Move(S.UNCERTAIN, reason, next_try_at=now + happening.timing.settle[1], changes={"looks": looks})
    certain = (happening.absence or happening.timing.absence) == "certain" or happening.long_ago
    if certain and facts.resends < policy.resends:
        changes = {"looks": 0, "resends": facts.resends + 1}
        if happening.stage_usable:
            due = max(now, facts.due_at) if facts.due_at else now
            return Move(S.STAGED, next_try_at=due, changes=changes)
        return Move(S.SCHEDULED, next_try_at=now, changes=changes, drop_stage=True, via=S.STAGED)
    text = (
        "Es ist unklar, ob der Post öffentlich ist. Bitte auf dem Konto nachsehen und bestätigen "
        "oder erneut veröffentlichen."
    )
    return Move(S.UNCERTAIN, Reason("outcome.person", text, "officer"), changes={"looks": looks})


@decide.register
def _(happening: LookFailed, facts: Facts, now: datetime, policy: Policy) -> Move:
    error = happening.error
    if isinstance(error, Unauthorised):
        return Move(facts.state, _reason(error), next_try_at=now + policy.backoff_cap, pause_account=True)
    if isinstance(error, Rejected):
        return Move(facts.state, Reason("outcome.person", error.public, "officer"))
    return _later(facts, error, now, policy)


@decide.register
def _(happening: RetractionFailed, facts: Facts, now: datetime, policy: Policy) -> Move:
    error = happening.error
    if isinstance(error, Unauthorised):
        return Move(S.RETRACTING, Reason(UNREACHABLE, error.public, "officer"))
    if isinstance(error, Rejected):
        return Move(S.RETRACTING, Reason("retract.person", error.public, "officer"))
    return _later(facts, error, now, policy)
