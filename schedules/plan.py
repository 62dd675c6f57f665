"""Candidates are laid into slots, in a fixed order, each into the best one near the earliest, with the reason said.

Pure and deterministic. What is already taken is never moved; a candidate that comes later in the order never moves
one before it. Not here: which posts are candidates, and what becomes of the outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial

from schedules import reasons
from schedules.book import Book, Row, Window
from schedules.calendar import Calendar
from schedules.campaigns import Campaign
from schedules.days import Occasion
from schedules.objections import objections
from schedules.slots import Slot, instant, utc

_DAY = timedelta(days=1)
_ENDLESS = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post that wants a slot: never before its embargo, never after its validity; higher ``priority`` goes first.

    ``topics`` and ``form`` find the slots and action days that suit it.
    """

    key: int
    lane: str
    not_before: datetime
    not_after: datetime | None
    created: datetime
    priority: int = 0
    topics: tuple[str, ...] = ()
    form: str = ""
    campaign: Campaign | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """One account's row of slots; ``offset`` is its organisation's place in the staggering."""

    key: str
    channel: str
    calendar: Calendar
    offset: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Taken:
    """A moment of a lane that another post already holds, on a slot or beside one; ``campaign`` is that post's."""

    lane: str
    at: datetime
    campaign: int | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """A candidate's slot, in German why this one, and what to think of there (``notes``, warnings)."""

    key: int
    at: datetime
    why: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A candidate without a slot, and in German why."""

    key: int
    why: str


Rank = tuple[bool, bool, int]

_SET_BACK = (
    "ohne Kommentardienst zurückgestellt",
    "zurückgestellt, weil kein Aktionstag",
    "zurückgestellt, weil weniger passend",
)
"""What is said of a free slot that a part of its rank, in this order, puts behind the chosen one."""


def stagger(calendar: Calendar, position: int) -> timedelta:
    """Return the offset of the organisation at a position, counted from 0; the row begins anew at ``stagger_span``.

    Raises: ValueError for a negative position.
    """
    if position < 0:
        raise ValueError("the position must not be negative")
    offset = calendar.stagger * position
    return offset % calendar.stagger_span if calendar.stagger_span else offset


def plan(
    candidates: Iterable[Candidate],
    lanes: Mapping[str, Lane],
    taken: Sequence[Taken],
    now: datetime,
    horizon: timedelta = timedelta(days=56),
) -> list[Placement | Unplaced]:
    """Give each candidate a free slot of its lane, by priority, then age, then key.

    It is the earliest free slot, or one that :func:`rank` puts before it and that lies within the calendar's
    ``patience`` after it. The result is in that order and has exactly one entry for each candidate; slots end just
    before ``now + horizon``. Raises: ValueError for naive times.
    """
    now = utc(now)
    ordered = sorted(candidates, key=lambda one: (-one.priority, utc(one.created), one.key, one.lane))
    wanted = {one.lane for one in ordered}
    books = _books({key: lane for key, lane in lanes.items() if key in wanted}, taken, now, now + horizon)
    return [
        _settled(one, books[one.lane], now)
        if one.lane in books
        else Unplaced(one.key, f"Das Konto „{one.lane}“ ist nicht bekannt. Bitte das Konto anlegen.")
        for one in ordered
    ]


def rank(one: Candidate, slot: Slot, row: Row) -> Rank:
    """Return how little a free slot suits a candidate; the smallest is best, and the earlier among equals.

    What counts, the first the most: somebody can answer comments; it is an action day for the candidate's topics; the
    slot is made for such posts (-1), for any (0), for others (1).
    """
    return (
        row.asks_cover and not slot.cover,
        not action_days(one, slot, row),
        _fit(one, slot),
    )


def action_days(one: Candidate, slot: Slot, row: Row) -> list[Occasion]:
    """Return the occasions on a slot's day that suggest posts of the candidate's topics."""
    day, topics = slot.local.date(), _folded(one.topics)
    return [each for each in row.suggestions if each.holds(day) and topics & _folded(each.topics)]


def _fit(one: Candidate, slot: Slot) -> int:
    wishes = [(slot.topics, one.topics), (slot.forms, (one.form,))]
    made = [bool(_folded(wanted) & _folded(offered)) for wanted, offered in wishes if wanted]
    if not made:
        return 0
    return -1 if all(made) else 1


def _folded(words: Iterable[str]) -> set[str]:
    return {word.casefold() for word in words}


def _books(lanes: Mapping[str, Lane], taken: Sequence[Taken], start: datetime, end: datetime) -> dict[str, Book]:
    rows: dict[tuple[int, str, timedelta], Row] = {}
    equal: dict[Calendar, int] = {}
    numbers: dict[int, int] = {}  # a calendar is large: it is compared once, and known by its identity from then on
    books = {}
    for key, lane in lanes.items():
        if id(lane.calendar) not in numbers:
            numbers[id(lane.calendar)] = equal.setdefault(lane.calendar, len(equal))
        kind = (numbers[id(lane.calendar)], lane.channel, lane.offset)
        if kind not in rows:
            rows[kind] = Row(lane.calendar, lane.channel, lane.offset, start, end)
        books[key] = Book(rows[kind])
    for one in taken:
        at = utc(one.at)
        if one.lane in books:
            books[one.lane].hold(at, one.campaign)
    return books


def _settled(one: Candidate, book: Book, now: datetime) -> Placement | Unplaced:
    """Place a candidate, or say why not."""
    row, window = book.row, _window(one, book.row, now)
    if window.ends < window.start:
        return Unplaced(one.key, reasons.expired(row, window))
    if window.start >= row.end:
        return Unplaced(one.key, reasons.too_far(row, window))
    first = row.first(window.start)
    best = _best(one, book, first, window.ends)
    if best is None:
        return Unplaced(one.key, reasons.nothing_free(row, window, first, partial(_told, one, book, None)))
    index, slot = best
    told = partial(_told, one, book, rank(one, slot, row))
    why = reasons.chosen(row, window, slot, passed=(first, index), suits=_suits(one, slot, row), told=told)
    against = objections(row.calendar, row.channel, slot.at)
    book.hold(slot.at, one.campaign.key if one.campaign else None)
    return Placement(one.key, slot.at, why, tuple(each.text for each in against))


def _window(one: Candidate, row: Row, now: datetime) -> Window:
    starts, ends = [now, utc(one.not_before)], [(_ENDLESS, "")]
    if one.not_after is not None:
        ends.append((utc(one.not_after), "Gültigkeit"))
    if one.campaign is not None and one.campaign.first > now.astimezone(row.zone).date():
        starts.append(instant(one.campaign.first, time(), row.zone))
    if one.campaign is not None and one.campaign.last < row.last_day:
        ends.append((instant(one.campaign.last + _DAY, time(), row.zone) - timedelta.resolution, "Kampagne"))
    start = max(starts)
    return Window(start, start > now, *min(ends))


def _best(one: Candidate, book: Book, first: int, until: datetime) -> tuple[int, Slot] | None:
    """Return the best free slot with its index: the earliest, or one within the calendar's patience after it."""
    found: list[tuple[Rank, int, Slot]] = []
    for index in book.free(first, until, one.campaign):
        slot = book.row.slot(index)
        if slot is None or (found and slot.at > found[0][2].at + book.row.calendar.patience):
            break
        found.append((rank(one, slot, book.row), index, slot))
    return min(found, key=lambda each: each[:2])[1:] if found else None


def _told(one: Candidate, book: Book, chosen: Rank | None, index: int) -> str:
    """Say why a candidate did not get a slot: it is not free, or the chosen one ranks before it."""
    reason = book.against(index, one.campaign)
    slot = book.row.slot(index)
    if reason or slot is None or chosen is None:
        return reason
    worse = (here > there for here, there in zip(rank(one, slot, book.row), chosen, strict=True))
    return next((text for text, is_worse in zip(_SET_BACK, worse, strict=True) if is_worse), "")


def _suits(one: Candidate, slot: Slot, row: Row) -> list[str]:
    fitting = ["passt zu Thema oder Form"] if _fit(one, slot) < 0 else []
    return [*(f"Aktionstag {each.title}" for each in action_days(one, slot, row)), *fitting]
