"""The rule on identical texts on several own accounts, which a channel may forbid within a time it declares."""

from __future__ import annotations

from collections.abc import Iterator

from distributor.tailoring.placeholders import without_addresses
from distributor.tailoring.subject import Finding, Subject
from distributor.wording import local_time


def identical(subject: Subject) -> Iterator[Finding]:
    """Another own account on this channel carries the same words too near in time."""
    within, due = subject.limits.duplicates, subject.due
    if within is None or due is None or not (words := essence(subject.text)):
        return
    near = [one for one in subject.siblings if abs(one.due - due) < within and essence(one.text) == words]
    if near:
        nearest = min(near, key=lambda one: abs(one.due - due))
        yield Finding(
            f"Denselben Text bringt hier schon {nearest.organisation} ({local_time(nearest.due)}); bitte den Text "
            f"ändern oder mindestens {within.total_seconds() / 3600:.0f} Stunden Abstand halten."
        )


def essence(text: str) -> str:
    """Return what makes two texts identical: their words without addresses, whatever the blanks and the case."""
    return " ".join(without_addresses(text).split()).casefold()
