"""Who may lift a Stop: one person suffices to stop, two are needed to go on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from distributor.domain import Refused

VOTE_LIFE = timedelta(hours=24)
"""How long the first person's word waits for the second."""


@dataclass(frozen=True, slots=True)
class Vote:
    """A person's word that a Stop may be lifted, and since when."""

    person: str
    at: datetime


def standing(votes: Iterable[Vote], able: Set[str], now: datetime) -> list[Vote]:
    """Return the votes that count: not too old, and of people who may still lift this Stop (``able``)."""
    return [vote for vote in votes if vote.person in able and now - vote.at < VOTE_LIFE]


def lifts(person: str, votes: Iterable[Vote], able: Set[str], now: datetime) -> bool:
    """Tell whether this person's word lifts the Stop; False: it is the first of two.

    Raises: Refused where a second person's word could never come, or where this one's is already there.
    """
    others = able - {person}
    if not others:
        text = "Außer Ihnen darf das niemand; bitte allein lösen und einen Grund nennen (--alone --reason)."
        raise Refused(text, code="stop.nobody_else")
    counted = {vote.person for vote in standing(votes, able, now)}
    if counted & others:
        return True
    if person in counted:
        text = f"Ihre Zustimmung ist schon vermerkt; es fehlt eine zweite Person ({_named(others)})."
        raise Refused(text, code="stop.second_person")
    return False


def lifts_alone(person: str, reason: str, able: Set[str]) -> None:
    """Raises: Refused unless this is the only person who may lift the Stop, and says why."""
    others = able - {person}
    if others:
        text = f"Eine zweite Person kann zustimmen ({_named(others)}); allein geht das nur, wo es keine gibt."
        raise Refused(text, code="stop.not_alone")
    if not reason.strip():
        raise Refused("Bitte einen Grund nennen, warum eine Person allein löst.", code="reason.missing")


def _named(people: Set[str]) -> str:
    shown = sorted(people)
    return ", ".join(shown[:3]) + (" …" if len(shown) > 3 else "")
