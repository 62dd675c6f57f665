"""Where two people are needed: to release what one of them changed last, and to lift a Stop. Pure.

Who is the only one that could do it does it alone and says why. Changes of a post are those of its text, and of the
answers on media and rights. What led to the clearance is no change of it; what a person did later is.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from distributor.domain import Refused

VOTE_LIFE = timedelta(hours=24)
"""How long the first person's word that a Stop may be lifted waits for the second."""


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed what a post says or shows, and when."""

    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Vote:
    """A person's word that a Stop may be lifted, and since when."""

    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Act:
    """What takes two people: its name in codes, what the second one can do, and what one alone does."""

    name: str
    second: str
    alone: str


RELEASE = Act("four_eyes", "freigeben", "freigibt")
LIFT = Act("stop", "zustimmen", "löst")


def alone(act: Act, person: str, reason: str, able: Set[str]) -> None:
    """Raises: Refused unless nobody else of those ``able`` could do it, and the person says why they do it alone."""
    others = able - {person}
    if others:
        text = f"Eine zweite Person kann {act.second} ({_named(others)}); allein geht das nur, wo es keine gibt."
        raise Refused(text, code=f"{act.name}.not_alone")
    if not reason.strip():
        raise Refused(f"Bitte einen Grund nennen, warum eine Person allein {act.alone}.", code="reason.missing")


def last_change(changes: Iterable[Change], cleared_at: datetime | None) -> Change | None:
    """Return the newest change since the Item was cleared; before that nothing could be released anyway."""
    if cleared_at is None:
        return None
    return max((change for change in changes if change.at > cleared_at), key=lambda change: change.at, default=None)


def released_by(person: str, last: Change | None, able: Set[str]) -> None:
    """Raises: Refused if this person changed the post last; ``able`` are those who could release it."""
    if last is None or last.person != person:
        return
    others = able - {person}
    if others:
        text = f"Sie haben diesen Post zuletzt geändert; freigeben muss ihn eine zweite Person ({_named(others)})."
        raise Refused(text, code="four_eyes.second_person")
    text = (
        "Sie haben diesen Post zuletzt geändert, und außer Ihnen kann ihn niemand freigeben; "
        "bitte allein freigeben und einen Grund nennen (--alone --reason)."
    )
    raise Refused(text, code="four_eyes.nobody_else")


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


def _named(people: Set[str]) -> str:
    shown = sorted(people)
    return ", ".join(shown[:3]) + (" …" if len(shown) > 3 else "")
