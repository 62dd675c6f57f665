"""The bookkeeping of a plan: the slots of a row, which of them a lane has free, and why the others are not.

Knows moments and rules, no candidates; the choice among free slots is ``plan``'s.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from schedules.calendar import Calendar
from schedules.campaigns import Campaign
from schedules.days import LEFT_OUT, Occasion
from schedules.occasions import occasions
from schedules.slots import Slot, expand


@dataclass(frozen=True, slots=True)
class Window:
    """When a candidate may appear, from ``start`` to ``ends``, both included.

    ``waits`` tells whether it has to wait for ``start``; ``ended_by`` names in German what sets the end, if anything.
    """

    start: datetime
    waits: bool
    ends: datetime
    ended_by: str


class Row:
    """The slots that lanes of one kind share, expanded only as far as somebody looked; and their special days."""

    def __init__(self, calendar: Calendar, channel: str, offset: timedelta, start: datetime, end: datetime) -> None:
        self.calendar = calendar
        self.channel = channel
        self.zone = ZoneInfo(calendar.zone)
        self.end = end
        self.last_day = end.astimezone(self.zone).date()
        self.occasions: list[Occasion] = occasions(calendar, start.astimezone(self.zone).date(), self.last_day)
        self.suggestions = [one for one in self.occasions if calendar.effect(one.kind) == "suggest"]
        self.left_out = [one for one in self.occasions if calendar.effect(one.kind) in LEFT_OUT and self._offers(one)]
        self.asks_cover = calendar.asks_cover(channel)
        self._more = expand(calendar, channel, start, end, offset=offset)
        self._slots: list[Slot] = []
        self._times: list[datetime] = []

    def slot(self, index: int) -> Slot | None:
        """Return the slot at an index, or None past the end."""
        while len(self._slots) <= index and self._grown():
            pass
        return self._slots[index] if index < len(self._slots) else None

    def first(self, at: datetime) -> int:
        """Return the index of the first slot at or after a moment."""
        while (not self._times or self._times[-1] < at) and self._grown():
            pass
        return bisect_left(self._times, at)

    def _offers(self, one: Occasion) -> bool:
        """Tell whether the rules of the week have a slot on any of an occasion's days."""
        if self.calendar.every_minutes is not None:
            return True
        week = range(min(7, (one.last - one.first).days + 1))
        weekdays = {(one.first.weekday() + number) % 7 for number in week}
        return any(slot.weekday in weekdays and slot.serves(self.channel) for slot in self.calendar.slots)

    def _grown(self) -> bool:
        slot = next(self._more, None)
        if slot is None:
            return False
        self._slots.append(slot)
        self._times.append(slot.at)
        return True


class Book:
    """What one lane already holds.

    A slot that is found closed stays closed, since posts are only added; it is remembered with its reason and never
    looked at again, so that a thousand candidates do not walk over the same full weeks.
    """

    def __init__(self, row: Row) -> None:
        self.row = row
        self._calendar = row.calendar
        self._times: list[datetime] = []
        self._load: Counter[datetime] = Counter()
        self._days: Counter[date] = Counter()
        self._campaigns: dict[int, list[date]] = {}
        self._closed: dict[int, str] = {}
        self._next: dict[int, int] = {}

    def hold(self, at: datetime, campaign: int | None) -> None:
        """Enter a post at a moment, on a slot or beside one."""
        day = at.astimezone(self.row.zone).date()
        insort(self._times, at)
        self._load[at] += 1
        self._days[day] += 1
        if campaign is not None:
            insort(self._campaigns.setdefault(campaign, []), day)

    def free(self, first: int, until: datetime, campaign: Campaign | None) -> Iterator[int]:
        """Yield the indexes of free slots from ``first``; past ``until`` nothing is judged."""
        index = self._skip(first)
        while (slot := self.row.slot(index)) is not None and slot.at <= until:
            reason = self._rule_against(slot)
            if reason:
                self._closed[index] = reason
                self._next[index] = index + 1
            elif self._apart(slot, campaign):
                yield index
            index = self._skip(index + 1)

    def against(self, index: int, campaign: Campaign | None) -> str:
        """Say why the slot at an index that :meth:`free` has passed is not free; nothing where it is."""
        slot = self.row.slot(index)
        if index in self._closed or slot is None:
            return self._closed.get(index, "")
        return "" if self._apart(slot, campaign) else "wegen Abstand in der Kampagne verworfen"

    def _skip(self, index: int) -> int:
        target = index
        while target in self._next:
            target = self._next[target]
        while index != target:
            self._next[index], index = target, self._next[index]
        return target

    def _rule_against(self, slot: Slot) -> str:
        if self._calendar.cover_needed and self.row.asks_cover and not slot.cover:
            return "ohne Kommentardienst verworfen"
        if self._load[slot.at] >= self._calendar.per_slot:
            return "belegt"
        left, right = bisect_left(self._times, slot.at), bisect_right(self._times, slot.at)
        near = self._calendar.min_distance
        if left > 0 and slot.at - self._times[left - 1] < near:
            return "wegen Mindestabstand verworfen"
        if right < len(self._times) and self._times[right] - slot.at < near:
            return "wegen Mindestabstand verworfen"
        most = self._calendar.max_per_day
        return "wegen Tagesgrenze verworfen" if most is not None and self._days[slot.local.date()] >= most else ""

    def _apart(self, slot: Slot, campaign: Campaign | None) -> bool:
        if campaign is None:
            return True
        day, days = slot.local.date(), self._campaigns.get(campaign.key, [])
        at = bisect_left(days, day)
        before, after = days[max(at - 1, 0) : at], days[at : at + 1]
        return all(abs(other - day) >= campaign.every for other in (*before, *after))
