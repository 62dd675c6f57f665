"""Four eyes: who last changed a cleared post does not release it. Pure.

Changes are those of the post's text, and of the answers on media and rights. What led to the clearance is no change of
it; what a person did later is.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime

from distributor.domain import Refused


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed what a post says or shows, and when."""

    person: str
    at: datetime


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
    text = "Sie haben diesen Post zuletzt geändert, und außer Ihnen kann ihn niemand freigeben; bitte allein freigeben "
    raise Refused(f"{text}und einen Grund nennen (--alone --reason).", code="four_eyes.nobody_else")


def released_alone(person: str, reason: str, able: Set[str]) -> None:
    """Raises: Refused unless nobody else could release the post, and the person says why they do it alone."""
    others = able - {person}
    if others:
        text = f"Eine zweite Person kann freigeben ({_named(others)}); allein geht das nur, wo es keine gibt."
        raise Refused(text, code="four_eyes.not_alone")
    if not reason.strip():
        raise Refused("Bitte einen Grund nennen, warum eine Person allein freigibt.", code="reason.missing")


def _named(people: Set[str]) -> str:
    shown = sorted(people)
    return ", ".join(shown[:3]) + (" …" if len(shown) > 3 else "")
