"""The ability of a channel to read from an answer's headers how much more its platform takes, and what must wait then.

So the limit is kept before the platform refuses. What waits are kinds of work, in the words of the daemon: ``stage``,
``release``, ``look``, ``retract``, ``unstage``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

Reach = Literal["account", "app"]
"""How far a wait goes: the account, or every account of the channel."""

EVERYTHING = frozenset({"stage", "release", "look", "retract", "unstage"})
CAN_WAIT = frozenset({"stage", "look", "unstage"})
"""What gives way first, so that what is left goes to due posts and to taking down."""

SPARE = 5
"""So many calls of a window are left to what cannot wait; our own choice."""


@dataclass(frozen=True, slots=True)
class Told:
    """One answer as far as its headers go: what was asked, without the query, and what came with the answer."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pace:
    """These kinds of work wait until then: of the account, or of every account of the channel (``app``)."""

    kinds: frozenset[str]
    until: datetime
    scope: Reach = "account"


@runtime_checkable
class Paces(Protocol):
    """A channel whose platform tells in its answers how much more it takes."""

    def pace(self, told: Told, now: datetime) -> tuple[Pace, ...]:
        """Return what an answer makes wait. Pure; headers that say nothing, or nonsense, make nothing wait."""


def window(left: int | None, until: datetime | None, kinds: frozenset[str]) -> tuple[Pace, ...]:
    """Return what waits when a window has so many calls left: all of its ``kinds`` at none, those that can at few."""
    if left is None or until is None or left >= SPARE:
        return ()
    waiting = kinds if left == 0 else kinds & CAN_WAIT
    return (Pace(waiting, until),) if waiting else ()
