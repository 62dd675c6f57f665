"""What speaks against a time that a person chooses for a post: one German sentence for each thing. Pure.

The same answer is shown before a post is moved and refused with when it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from distributor.wording import day_name, local_time, span_words
from schedules.calendar import Calendar
from schedules.objections import objections

_FARTHEST = timedelta(days=366)
_GRACE = timedelta(minutes=1)
"""A person who chose the present minute has not chosen the past by the time the form arrives."""


@dataclass(frozen=True, slots=True)
class Other:
    """Another post of the same account that holds a place; one that is not ``fixed`` is only proposed there."""

    post: int
    title: str
    at: datetime
    fixed: bool


@dataclass(frozen=True, slots=True)
class Collision:
    """One thing that speaks against a time: ``forbid`` bars it, ``warn`` asks the person, ``note`` is only said.

    ``other`` is the post that is in the way, if one is.
    """

    code: str
    severity: Literal["forbid", "warn", "note"]
    text: str
    other: int | None = None


def collisions(
    calendar: Calendar,
    channel: str,
    at: datetime,
    now: datetime,
    *,
    embargo_until: datetime | None,
    valid_until: datetime | None,
    others: Sequence[Other] = (),
) -> tuple[Collision, ...]:
    """Say all that speaks against a post of this channel at a moment, what bars it first.

    ``others`` are the account's other posts on that local day and within ``min_distance``; more do no harm.
    Raises: ValueError for a naive time.
    """
    found = [
        *_of_bounds(at, now, embargo_until, valid_until),
        *(
            Collision("time.calendar", "forbid", f"{local_time(at)} geht nicht: {each.text}")
            if each.severity == "forbid"
            else Collision("time.warned", "warn", each.text)
            for each in objections(calendar, channel, at)
        ),
        *_of_neighbours(calendar, at, others),
        *_of_the_day(calendar, at, others),
    ]
    order = ("forbid", "warn", "note")
    return tuple(sorted(found, key=lambda one: order.index(one.severity)))


def _of_bounds(
    at: datetime, now: datetime, embargo_until: datetime | None, valid_until: datetime | None
) -> Iterator[Collision]:
    told = local_time(at)
    if at < now - _GRACE:
        yield Collision("time.past", "forbid", f"{told} ist schon vorbei.")
    if at > now + _FARTHEST:
        yield Collision("time.far", "forbid", f"{told} liegt mehr als ein Jahr voraus; ein Tippfehler?")
    if embargo_until is not None and at < embargo_until:
        text = f"{told} liegt vor dem Ende der Sperrfrist ({local_time(embargo_until)})."
        yield Collision("time.embargo", "forbid", text)
    if valid_until is not None and at >= valid_until:
        text = f"{told} liegt nach dem Ende der Gültigkeit ({local_time(valid_until)})."
        yield Collision("time.validity", "forbid", text)


def _of_neighbours(calendar: Calendar, at: datetime, others: Sequence[Other]) -> Iterator[Collision]:
    """Tell of posts that are too near. A proposal gives way, unless a fixed one is in the way anyhow."""
    near = [each for each in others if _too_near(calendar, each, at)]
    for each in sorted(near, key=lambda one: (one.at, one.post)):
        if not each.fixed:
            text = f"„{each.title}“ ist für {local_time(each.at)} nur vorgeschlagen und wird dann neu geplant."
            yield Collision("time.proposal", "note", text, each.post)
        elif each.at == at:
            text = f"{local_time(at)} ist belegt: Dann erscheint „{each.title}“ auf demselben Konto."
            yield Collision("time.distance", "forbid", text, each.post)
        else:
            text = (
                f"{local_time(at)} liegt zu nah an einem anderen Post dieses Kontos: „{each.title}“"
                f" ({local_time(each.at)}). Dazwischen müssen {span_words(calendar.min_distance)} liegen."
            )
            yield Collision("time.distance", "forbid", text, each.post)


def _of_the_day(calendar: Calendar, at: datetime, others: Sequence[Other]) -> Iterator[Collision]:
    zone = ZoneInfo(calendar.zone)
    day, most = at.astimezone(zone).date(), calendar.max_per_day
    staying = [each for each in others if each.fixed or not _too_near(calendar, each, at)]
    there = sum(each.at.astimezone(zone).date() == day for each in staying)
    if most is not None and there >= most:
        standing = "steht schon ein Post" if there == 1 else f"stehen schon {there} Posts"
        text = f"Am {day_name(day)} {standing} dieses Kontos; vorgesehen sind höchstens {most} am Tag."
        yield Collision("time.warned", "warn", text)


def _too_near(calendar: Calendar, other: Other, at: datetime) -> bool:
    return abs(other.at - at) < calendar.min_distance
