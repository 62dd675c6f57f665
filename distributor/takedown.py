"""Taking down: what became of a recalled post, and when people are reminded of what only they can delete. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from distributor.domain import State
from distributor.locale import N_

Kind = Literal["person", "item", "medium", "post", "account"]
"""What a Recall takes back; an account: what is public on it when a Jobcenter leaves the channel."""

Cause = Literal["person", "embargo", "expiry", "deleted"]
"""Who asked for it: a person here, or the portal by what it says of the Item."""

OVER = frozenset({State.CLOSED, State.RETRACTED})
"""States in which nothing of a Post is public and nothing of it will be."""

IN_DOUBT = frozenset({State.PUBLISHING, State.UNCERTAIN, State.PUBLISHED, State.RETRACTING})
"""States in which something of a Post is public or may be."""

_AHEAD = timedelta(hours=24)
_AGAIN = timedelta(hours=24)


class Outcome(StrEnum):
    """What became of a recalled post: deleted, never public, still being taken down, or left to a person."""

    DELETED = "deleted"
    NEVER_PUBLIC = "never_public"
    RUNNING = "running"
    TASK = "task"


def outcome(state: State, *, daemon_acts: bool) -> Outcome:
    """Return what became of a recalled post; ``daemon_acts``: the daemon will try again by itself."""
    if state is State.RETRACTED:
        return Outcome.DELETED
    if state is State.CLOSED:
        return Outcome.NEVER_PUBLIC
    waits_for_person = state in (State.RETRACTING, State.UNCERTAIN) and not daemon_acts
    return Outcome.TASK if waits_for_person else Outcome.RUNNING


def reminder_due(deadline: datetime, reminded_at: datetime | None, now: datetime) -> bool:
    """Tell whether people are to be reminded: a day before the deadline, and daily until the post is down.

    Own choice, as is the deadline of 72 hours: the law says "without delay" and names no figure.
    """
    if now < deadline - _AHEAD:
        return False
    return reminded_at is None or now - reminded_at >= _AGAIN


KIND_WORDS = {
    "person": N_("Person"),
    "item": N_("Beitrag"),
    "medium": N_("Medium"),
    "post": N_("Post"),
    "account": N_("Konto"),
}
CAUSE_WORDS = {
    "person": "von einer Person",
    "embargo": "vom Portal: neue Sperrfrist",
    "expiry": "vom Portal: Ende der Gültigkeit",
    "deleted": "vom Portal: Beitrag gelöscht",
}
OUTCOME_WORDS = {
    "deleted": N_("gelöscht"),
    "never_public": N_("war nie öffentlich"),
    "running": N_("wird gelöscht"),
    "task": N_("von Hand zu löschen"),
}
