"""Which slots of one account are free, and why the others are not. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from schedules.book import Book, Row
from schedules.plan import Lane
from schedules.slots import Slot, utc

_WORDS = " verworfen"


@dataclass(frozen=True, slots=True)
class Offer:
    """A slot, and in German why it is not free (``belegt``, ``wegen Mindestabstand``); nothing where it is."""

    slot: Slot
    against: str


def offers(lane: Lane, taken: Iterable[datetime], start: datetime, end: datetime) -> list[Offer]:
    """Return an account's slots from ``start`` until just before ``end``, beside the moments that its posts take.

    What lies outside counts too: posts shortly before ``start`` keep their distance. Raises: ValueError for naive
    times.
    """
    start, end = utc(start), utc(end)
    row = Row(lane.calendar, lane.channel, lane.offset, start, end)
    book = Book(row)
    for at in taken:
        book.hold(utc(at), None)
    free = set(book.free(0, end, None))
    found, index = [], 0
    while (slot := row.slot(index)) is not None:
        reason = "" if index in free else book.against(index, None).removesuffix(_WORDS)
        found.append(Offer(slot, reason))
        index += 1
    return found
