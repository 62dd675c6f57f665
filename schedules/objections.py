"""What speaks against a moment that a person chose by hand, in German."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from schedules.calendar import DAYS, Calendar
from schedules.cover import cover
from schedules.days import LABELS, Occasion
from schedules.occasions import occasions, unknown
from schedules.slots import said, utc

_DAY = timedelta(days=1)
_NOON = 12
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Objection:
    """What speaks against a moment: ``forbid`` bars it, ``warn`` leaves it to the person. ``text`` is German."""

    severity: Literal["forbid", "warn"]
    text: str


def objections(calendar: Calendar, channel: str, at: datetime) -> tuple[Objection, ...]:
    """Say all that speaks against a post of this channel at a moment, what bars it first.

    A moment beside the slots is allowed: this is for a person who moves a post by hand. Raises: ValueError for a
    naive time.
    """
    local = utc(at).astimezone(ZoneInfo(calendar.zone))
    near = occasions(calendar, local.date(), local.date() + _DAY)
    found = [
        *_of_occasions(calendar, local.date(), near),
        *_of_quiet_hours(calendar, local),
        *_of_cover(calendar, channel, local, near),
        *(
            Objection("warn", f"{gap.text}; bitte selbst prüfen.")
            for gap in unknown(calendar, local.date(), local.date())
        ),
    ]
    return tuple(sorted(found, key=lambda one: one.severity != "forbid"))


def why_not(calendar: Calendar, channel: str, at: datetime) -> str | None:
    """Say in German why nothing of this channel may be posted at a moment; None where it may.

    Raises: ValueError for a naive time.
    """
    return next((one.text for one in objections(calendar, channel, at) if one.severity == "forbid"), None)


def _of_occasions(calendar: Calendar, day: date, near: list[Occasion]) -> Iterator[Objection]:
    for one in near:
        effect = calendar.effect(one.kind)
        text = f"{DAYS[day.weekday()]} {day:%d.%m.%Y}: {LABELS[one.kind]} ({one.title})."
        if not one.holds(day):
            continue
        if effect == "forbid":
            yield Objection("forbid", f"{text} Bitte einen anderen Tag wählen.")
        elif effect in ("avoid", "warn"):
            yield Objection("warn", f"{text} Bitte prüfen, ob der Post dazu passt.")


def _of_quiet_hours(calendar: Calendar, local: datetime) -> Iterator[Objection]:
    for hours in calendar.quiet:
        if hours.hold(local.time()):
            yield Objection(
                "forbid",
                f"{said(local)} Uhr liegt in der Ruhezeit von {hours.start:%H:%M} bis {hours.end:%H:%M} Uhr. "
                "Bitte eine andere Uhrzeit wählen.",
            )


def _of_cover(calendar: Calendar, channel: str, local: datetime, near: list[Occasion]) -> Iterator[Objection]:
    """Warn where nobody can answer. Without a roster that is known only for the hours around free days."""
    if channel in calendar.no_comments or cover(calendar, local):
        return
    free = _before_free_days(local, near)
    if not free and not calendar.asks_cover(channel):
        return
    text = f"{said(local)} Uhr hat niemand Kommentardienst"
    yield Objection("warn", f"{text}, und danach ist frei." if free else f"{text}.")


def _before_free_days(local: datetime, near: list[Occasion]) -> bool:
    """Tell whether a moment lies on a free day, or in the afternoon before one or before school holidays."""
    day, following = local.date(), local.date() + _DAY
    begins = any(one.kind == "school" and one.first == following for one in near)
    return _free(day, near) or (local.hour >= _NOON and (begins or _free(following, near)))


def _free(day: date, near: list[Occasion]) -> bool:
    return day.weekday() >= _SATURDAY or any(one.kind in ("holiday", "closing") and one.holds(day) for one in near)
