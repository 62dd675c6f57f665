"""A person takes their consent back: one act that closes the gates and takes down all that shows them, everywhere."""

from __future__ import annotations

from datetime import datetime

from distributor.domain import Actor, Refused
from distributor.services.clearing import item_in
from distributor.services.consents import withdraw_consent
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.services.recalling import States, begin, empty_cache, withdraw_in


def withdraw_person(deps: Deps, actor: Actor, key: str, reason: str, now: datetime) -> States:
    """Withdraw all consents of a person and take back every Item they are or were in; return the posts' states.

    Raises: Refused.
    """
    require(actor, "person")
    if not reason.strip():
        raise Refused("Bitte einen Grund für den Widerruf nennen.", code="reason.missing")
    with deps.store.write() as session:
        numbers = withdraw_consent(session, key, actor, now)
        begun = begin(deps, session, actor, "person", key, reason, now)
        states = withdraw_in(session, begun, [item_in(session, number, lock=True) for number in numbers], actor)
    empty_cache(deps)
    return states
