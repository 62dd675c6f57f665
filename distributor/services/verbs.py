"""What a person may do with a post: which verb in which state, and the right it asks for. One table for all faces."""

from __future__ import annotations

from dataclasses import dataclass

from distributor.domain import Actor, State
from distributor.services.permission import allowed

S = State


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb's right and the states in which it makes sense."""

    right: str
    states: frozenset[State]


_BEFORE_RELEASE = frozenset({S.DRAFTED, S.AWAITING, S.SCHEDULED, S.STAGED, S.FAILED, S.MISSED})

VERBS = {
    "approve": Verb("post.approve", frozenset({S.AWAITING})),
    "edit": Verb("post.edit", _BEFORE_RELEASE),
    "undo": Verb("post.approve", frozenset({S.SCHEDULED, S.STAGED})),
    "move": Verb("post.move", frozenset({S.AWAITING, S.SCHEDULED, S.STAGED, S.MISSED})),
    "reject": Verb("post.reject", _BEFORE_RELEASE),
    "retry": Verb("post.approve", frozenset({S.FAILED, S.MISSED, S.UNCERTAIN})),
    "publish_now": Verb("post.approve", frozenset({S.SCHEDULED, S.STAGED, S.MISSED})),
    "recall": Verb("post.recall", frozenset(S) - {S.CLOSED, S.RETRACTED, S.RETRACTING}),
    "confirm": Verb("post.approve", frozenset({S.UNCERTAIN, S.RETRACTING, S.PUBLISHED})),
}


def offered(
    actor: Actor, organisation: str, state: State, *, blocked: bool, daemon_looks: bool, by_hand: bool
) -> frozenset[str]:
    """Return the verbs that would not be refused.

    ``blocked``: a problem forbids approval; ``daemon_looks``: an unclear outcome is still being looked into;
    ``by_hand``: a person has to take the post down, or to do there what no call does.
    """
    verbs = {name for name, verb in VERBS.items() if state in verb.states and allowed(actor, verb.right, organisation)}
    if blocked:
        verbs -= {"approve", "retry", "publish_now"}
    if daemon_looks:
        verbs -= {"retry"}
    if state in (S.RETRACTING, S.PUBLISHED) and not by_hand:
        verbs -= {"confirm"}
    return frozenset(verbs)
