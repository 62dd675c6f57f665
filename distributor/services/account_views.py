"""How accounts stand, for the people who look after them: what is the matter, and the one thing to do. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from connectors._connects import Connects
from connectors.base import Connector
from distributor.domain import Actor, Refused
from distributor.services import views
from distributor.services.accounts import WARNED_BEFORE
from distributor.services.deps import Deps
from distributor.services.permission import allowed, visible


class Matter(StrEnum):
    """What is the matter with an account, the most pressing first; ``NOTHING`` for one that works."""

    INCOMPLETE = "incomplete"
    HELD = "held"
    LACKS = "lacks"
    ENDED = "ended"
    ENDING = "ending"
    UNCHECKED = "unchecked"
    NOTHING = "nothing"
    LEAVING = "leaving"
    LEFT = "left"


NEEDS_SOMEBODY = frozenset(Matter) - {Matter.NOTHING, Matter.LEAVING, Matter.LEFT}


@dataclass(frozen=True, slots=True)
class Standing:
    """An account as ``views.account_list`` tells of it, what is the matter with it, and what the actor may do.

    ``keys``: give it other keys; ``connect``: by a yes at its network; ``hold``: check it, hold it, let it go on.
    """

    account: Mapping[str, Any]
    matter: Matter
    may: frozenset[str]


def standings(deps: Deps, actor: Actor, now: datetime) -> list[Standing]:
    """Return how each account stands that the actor may see, in the roster's order."""
    seen = visible(actor)
    return [
        Standing(row, matter_of(row, now), _offers(deps, actor, row))
        for row in views.account_list(deps, now=now)
        if seen is None or row["organisation"] in seen
    ]


def standing(deps: Deps, actor: Actor, account_id: int, now: datetime) -> Standing:
    """Return how one account stands. Raises: Refused if there is none or the actor may not see it."""
    for found in standings(deps, actor, now):
        if found.account["id"] == account_id:
            return found
    raise Refused(f"Das Konto {account_id} gibt es nicht.", code="account.unknown")


def matter_of(account: Mapping[str, Any], now: datetime) -> Matter:
    """Return what is the matter with an account that is told of as ``views.account_list`` does."""
    ends = datetime.fromisoformat(account["ends_at"]) if account["ends_at"] else None
    found = {
        Matter.LEFT: account["retired_at"],
        Matter.LEAVING: account["retiring_at"],
        Matter.INCOMPLETE: account["missing"],
        Matter.HELD: account["paused_at"],
        Matter.LACKS: account["lacks"],
        Matter.ENDED: ends is not None and ends <= now,
        Matter.ENDING: ends is not None and ends - now <= timedelta(days=max(WARNED_BEFORE)),
        Matter.UNCHECKED: account["checked_at"] is None,
    }
    return next((matter for matter, holds in found.items() if holds), Matter.NOTHING)


def _offers(deps: Deps, actor: Actor, account: Mapping[str, Any]) -> frozenset[str]:
    if account["retiring_at"]:
        return frozenset()
    offers = {"keys"} if allowed(actor, "account") else set()
    if allowed(actor, "account.pause", account["organisation"]):
        offers.add("hold")
    if "keys" in offers and isinstance(deps.connectors.get(account["channel"]), Connects):
        offers.add("connect")
    return frozenset(offers)


def needed_before(connector: Connector) -> tuple[str, ...] | None:
    """Return the fields that must be known before an account is connected by a yes; None for who knows no such way."""
    return connector.before if isinstance(connector, Connects) else None
