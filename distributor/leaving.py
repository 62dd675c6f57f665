"""How a Jobcenter leaves a channel: what becomes of each post of the account, and when its token may go. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from distributor.domain import State

Published = Literal["keep", "delete"]
"""What becomes of what is public: it stays (a later recall is a task with a link), or it is taken down first."""


class Step(StrEnum):
    """What is to be done with a post."""

    CLOSE = "close"
    WAIT = "wait"
    RECALL = "recall"
    LEAVE = "leave"


def step(state: State, published: Published) -> Step:
    """Return what is to be done with a post in this state.

    What may be public is looked for first, also where it was recalled: only then is it known whether there is anything
    to keep or to take down.
    """
    match state:
        case State.RETRACTING:
            return Step.WAIT
        case State.PUBLISHING | State.UNCERTAIN:
            return Step.RECALL if published == "delete" else Step.WAIT
        case State.PUBLISHED:
            return Step.RECALL if published == "delete" else Step.LEAVE
        case State.RETRACTED | State.CLOSED:
            return Step.LEAVE
        case _:
            return Step.CLOSE


def needs_token(state: State, *, daemon_acts: bool) -> bool:
    """Tell whether a call for this post is still to come; one that is left to a person needs no token."""
    if state is State.PUBLISHING:
        return True
    if step(state, "keep") is Step.CLOSE:
        return True
    return state in (State.UNCERTAIN, State.RETRACTING) and daemon_acts
