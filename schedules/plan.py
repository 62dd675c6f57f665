"""Candidates are laid into slots: the earliest free one each, in a fixed order, with the reason said.

Pure and deterministic. What is already taken is never moved; a candidate that comes later in the order never moves
one before it. Not here: which posts are candidates, and what becomes of the outcome.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from schedules.calendar import Calendar
from schedules.slots import Slot, expand, said, utc

# "For ever" is written as the end of the year 9999, which has no local time east of Greenwich.
_FAR = datetime(9999, 12, 30, tzinfo=UTC)
_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post that wants a slot: never before its embargo, never after its validity; higher ``priority`` goes first."""

    key: int
    lane: str
    not_before: datetime
    not_after: datetime | None
    created: datetime
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Lane:
    """One account's row of slots; ``offset`` is its organisation's place in the staggering."""

    key: str
    channel: str
    calendar: Calendar
    offset: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Taken:
    """A moment of a lane that another post already holds, on a slot or beside one."""

    lane: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Placement:
    """A candidate's slot, and in German why this one."""

    key: int
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A candidate without a slot, and in German why."""

    key: int
    why: str


def stagger(calendar: Calendar, position: int) -> timedelta:
    """Return the offset of the organisation at a position, counted from 0. Raises: ValueError."""
    if position < 0:
        raise ValueError("the position must not be negative")
    return calendar.stagger * position


def plan(
    candidates: Iterable[Candidate],
    lanes: Mapping[str, Lane],
    taken: Sequence[Taken],
    now: datetime,
    horizon: timedelta = timedelta(days=56),
) -> list[Placement | Unplaced]:
    """Give each candidate the earliest free slot of its lane, by priority, then age, then key.

    The result is in that order and has exactly one entry for each candidate; slots end just before ``now + horizon``.
    Raises: ValueError for naive times.
    """
    now = utc(now)
    books = _books(lanes, taken, now, now + horizon)
    ordered = sorted(candidates, key=lambda one: (-one.priority, utc(one.created), one.key, one.lane))
    return [
        books[one.lane].settle(one, now)
        if one.lane in books
        else Unplaced(one.key, f"Das Konto „{one.lane}“ ist nicht bekannt. Bitte das Konto anlegen.")
        for one in ordered
    ]


def _books(lanes: Mapping[str, Lane], taken: Sequence[Taken], start: datetime, end: datetime) -> dict[str, _Book]:
    held: dict[str, list[datetime]] = {}
    for one in taken:
        held.setdefault(one.lane, []).append(utc(one.at))
    rows: dict[tuple[Calendar, str, timedelta], _Row] = {}
    books = {}
    for key, lane in lanes.items():
        kind = (lane.calendar, lane.channel, lane.offset)
        if kind not in rows:
            rows[kind] = _Row(lane, start, end)
        books[key] = _Book(lane.calendar, rows[kind], held.get(key, []))
    return books


class _Row:
    """The slots that lanes of one kind share, expanded only as far as somebody looked."""

    def __init__(self, lane: Lane, start: datetime, end: datetime) -> None:
        self.end = end
        self._more = expand(lane.calendar, lane.channel, start, end, offset=lane.offset)
        self._slots: list[Slot] = []
        self._times: list[datetime] = []

    def slot(self, index: int) -> Slot | None:
        while len(self._slots) <= index and self._grown():
            pass
        return self._slots[index] if index < len(self._slots) else None

    def first(self, at: datetime) -> int:
        """Return the index of the first slot at or after a moment."""
        while (not self._times or self._times[-1] < at) and self._grown():
            pass
        return bisect_left(self._times, at)

    def _grown(self) -> bool:
        slot = next(self._more, None)
        if slot is None:
            return False
        self._slots.append(slot)
        self._times.append(slot.at)
        return True


class _Book:
    """What one lane already holds.

    A slot that is found closed stays closed, since posts are only added; it is remembered with its reason and never
    looked at again, so that a thousand candidates do not walk over the same full weeks.
    """

    def __init__(self, calendar: Calendar, row: _Row, held: Sequence[datetime]) -> None:
        self._calendar = calendar
        self._row = row
        self._zone = ZoneInfo(calendar.zone)
        self._times: list[datetime] = []
        self._load: Counter[datetime] = Counter()
        self._days: Counter[date] = Counter()
        self._closed: dict[int, str] = {}
        self._next: dict[int, int] = {}
        for at in held:
            self._hold(at)

    def settle(self, one: Candidate, now: datetime) -> Placement | Unplaced:
        """Place a candidate, or say why not."""
        start = max(now, utc(one.not_before))
        ends = None if one.not_after is None else utc(one.not_after)
        if ends is not None and ends < start:
            return Unplaced(one.key, self._expired(ends, start if start > now else None))
        if start >= self._row.end:
            return Unplaced(one.key, self._too_far(start))
        until = self._row.end if ends is None else min(self._row.end, ends)
        first = self._row.first(start)
        index = self._free(first, until)
        slot = self._row.slot(index)
        if slot is None or slot.at > until:
            return Unplaced(one.key, self._all_closed(first, start, until))
        self._hold(slot.at)
        return Placement(one.key, slot.at, self._why(slot, first, index, start if start > now else None))

    def _free(self, first: int, until: datetime) -> int:
        """Return the index of the first open slot; past ``until`` nothing is judged."""
        index = self._skip(first)
        while (slot := self._row.slot(index)) is not None and slot.at <= until:
            reason = self._objection(slot)
            if not reason:
                break
            self._closed[index] = reason
            self._next[index] = index + 1
            index = self._skip(index)
        return index

    def _skip(self, index: int) -> int:
        target = index
        while target in self._next:
            target = self._next[target]
        while index != target:
            self._next[index], index = target, self._next[index]
        return target

    def _objection(self, slot: Slot) -> str:
        if self._load[slot.at] >= self._calendar.per_slot:
            return "belegt"
        left, right = bisect_left(self._times, slot.at), bisect_right(self._times, slot.at)
        near = self._calendar.min_distance
        if left > 0 and slot.at - self._times[left - 1] < near:
            return "Mindestabstand"
        if right < len(self._times) and self._times[right] - slot.at < near:
            return "Mindestabstand"
        most = self._calendar.max_per_day
        return "Tagesgrenze" if most is not None and self._days[slot.local.date()] >= most else ""

    def _hold(self, at: datetime) -> None:
        insort(self._times, at)
        self._load[at] += 1
        self._days[at.astimezone(self._zone).date()] += 1

    def _said(self, at: datetime) -> str:
        local = min(at, _FAR).astimezone(self._zone)
        return f"{said(local)} Uhr"

    def _passed_over(self, first: int, index: int, day: date | None = None) -> list[str]:
        """Name the closed slots just before an index, nearest first, and count the rest; ``day`` needs no date."""
        notes = []
        for near in range(index - 1, max(first, index - _SHOWN) - 1, -1):
            slot = self._row.slot(near)
            if slot is not None:
                short = f"{slot.local:%H:%M}" if slot.local.date() == day else said(slot.local)
                notes.append(f"{short} {self._closed[near]}")
        rest = index - first - len(notes)
        return [*notes, f"{rest} weitere davor nicht frei"] if rest > 0 else notes

    def _why(self, slot: Slot, first: int, index: int, earliest: datetime | None) -> str:
        since = [f"frühestens ab {self._said(earliest)}"] if earliest else []
        notes = self._passed_over(first, index, slot.local.date())
        return f"{said(slot.local)}: " + "; ".join(["erster freier Platz", *since, *notes])

    def _expired(self, ends: datetime, earliest: datetime | None) -> str:
        reason = f", erscheinen darf der Post erst ab {self._said(earliest)}" if earliest else " und ist damit vorbei"
        return (
            f"Die Gültigkeit endet am {self._said(ends)}{reason}. "
            "Bitte die Gültigkeit verlängern oder den Post verwerfen."
        )

    def _too_far(self, start: datetime) -> str:
        return (
            f"Der Post darf erst ab {self._said(start)} erscheinen, "
            f"geplant wird nur bis {self._said(self._row.end)}. Er wird später eingeplant."
        )

    def _all_closed(self, first: int, start: datetime, until: datetime) -> str:
        span = f"Von {self._said(start)} bis {self._said(until)}"
        beyond = self._row.first(until + timedelta.resolution)
        if beyond == first:
            return (
                f"{span} hat der Kalender „{self._calendar.name}“ keine Zeit für diesen Kanal. "
                "Bitte Zeiten eintragen oder den Post von Hand legen."
            )
        notes = "; ".join(self._passed_over(first, beyond))
        return f"{span} ist kein Platz frei ({notes}). Bitte den Post von Hand legen oder einen anderen verschieben."
