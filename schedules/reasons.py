"""The plan's sentences: why this slot, or why none. German, for the person who approves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from schedules.book import Row, Window
from schedules.calendar import DAYS
from schedules.days import LABELS, Occasion
from schedules.slots import Slot, said

# "For ever" is written as the end of the year 9999, which has no local time east of Greenwich.
_FAR = datetime(9999, 12, 30, tzinfo=UTC)
_SHOWN = 2

Told = Callable[[int], str]
"""Says of a slot, by its index, why a candidate did not get it."""


def chosen(row: Row, window: Window, slot: Slot, *, passed: tuple[int, int], suits: list[str], told: Told) -> str:
    """Say why a slot was chosen: ``suits`` is what makes it better, ``passed`` the slots from the first up to it."""
    day = slot.local.date()
    left_out = _left_out(row, window.start.astimezone(row.zone).date(), day)
    noted = [one.title for one in row.occasions if one.holds(day) and row.calendar.effect(one.kind) == "note"]
    since = [f"frühestens ab {_clock(row, window.start)}"] if window.waits else []
    return "; ".join([f"{said(slot.local)} frei", *since, *suits, *_passed(row, *passed, told, day), *left_out, *noted])


def expired(row: Row, window: Window) -> str:
    """Say that a candidate's time is over, or over before it may begin."""
    what = window.ended_by
    begins = f", erscheinen darf der Post erst ab {_clock(row, window.start)}" if window.waits else " und ist vorbei"
    return (
        f"Die {what} endet am {_clock(row, window.ends)}{begins}. Bitte die {what} verlängern oder den Post verwerfen."
    )


def too_far(row: Row, window: Window) -> str:
    """Say that a candidate may only appear after what is planned."""
    return (
        f"Der Post darf erst ab {_clock(row, window.start)} erscheinen, "
        f"geplant wird nur bis {_clock(row, row.end)}. Er wird später eingeplant."
    )


def nothing_free(row: Row, window: Window, first: int, told: Told) -> str:
    """Say what was in the way in the whole window; ``first`` is the first slot there."""
    ends = min(window.ends, row.end)
    span = f"Von {_clock(row, window.start)} bis {_clock(row, ends)}"
    beyond = row.first(ends + timedelta.resolution)
    days = (at.astimezone(row.zone).date() for at in (window.start, ends))
    notes = [*_passed(row, first, beyond, told), *_left_out(row, *days)]
    if not notes:
        return (
            f"{span} hat der Kalender „{row.calendar.name}“ keine Zeit für diesen Kanal. "
            "Bitte Zeiten eintragen oder den Post von Hand legen."
        )
    found = "; ".join(notes)
    return f"{span} ist kein Platz frei ({found}). Bitte den Post von Hand legen oder einen anderen verschieben."


def _passed(row: Row, first: int, index: int, told: Told, day: date | None = None) -> list[str]:
    """Name the slots just before an index, nearest first, and count the rest; those on ``day`` need no date."""
    notes = []
    for near in range(index - 1, max(first, index - _SHOWN) - 1, -1):
        slot = row.slot(near)
        if slot is not None:
            short = f"{slot.local:%H:%M}" if slot.local.date() == day else said(slot.local)
            notes.append(f"{short} {told(near)}")
    rest = index - first - len(notes)
    return [*notes, f"{rest} weitere davor verworfen"] if rest > 0 else notes


def _left_out(row: Row, first: date, last: date) -> list[str]:
    """Name the special days from ``first`` to ``last`` that kept slots away, the latest first, and count the rest."""
    found = [one for one in reversed(row.left_out) if one.first <= last and one.last >= first]
    notes = [f"{_days(one)} {LABELS[one.kind]} ({one.title})" for one in found[:_SHOWN]]
    return [*notes, f"{len(found) - _SHOWN} weitere Tage ausgelassen"] if len(found) > _SHOWN else notes


def _days(one: Occasion) -> str:
    if one.first == one.last:
        return f"{DAYS[one.first.weekday()]} {one.first:%d.%m.}"
    return f"{one.first:%d.%m.} bis {one.last:%d.%m.}"


def _clock(row: Row, at: datetime) -> str:
    return f"{said(min(at, _FAR).astimezone(row.zone))} Uhr"
