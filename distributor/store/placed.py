"""Which posts hold a place in the calendar: listed, and counted by day. Reads only.

Days are told by their bounds: ``days[n]`` is when day ``n`` begins and the one before ends; by such numbers they are
given back. Posts are picked by ``ix_post_calendar``, which also holds all that is counted by.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, case, func, select, union_all
from sqlalchemy.orm import Session

from distributor.domain import State
from distributor.store.among import among
from distributor.store.places import HOLD_NO_PLACE, no_index_of
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, PostRow, ReceiptRow
from distributor.store.types import UtcDateTime


@dataclass(frozen=True, slots=True)
class Placed:
    """A post in the calendar; ``link`` is its public address, or else where it leads."""

    id: int
    due_at: datetime
    state: str
    link: str
    account: int
    channel: str
    organisation: str
    organisation_name: str
    title: str
    embargo_until: datetime | None


def listed(session: Session, start: datetime, end: datetime, accounts: Collection[int]) -> Sequence[Placed]:
    """Return what holds a place from ``start`` until just before ``end`` on these accounts, in order."""
    return _told(session, _places(0, 1), {**_moments((start, end)), "accounts": list(accounts)})


def named(session: Session, numbers: Collection[int]) -> Sequence[Placed]:
    """Return these posts, in the order of the calendar."""
    return _told(session, PostRow.id.in_(numbers), {})


def _told(session: Session, which: ColumnElement[bool], given: Mapping[str, Any]) -> list[Placed]:
    query = (
        select(
            *(PostRow.id, PostRow.due_at, PostRow.state, PostRow.document["link"].as_string(), ReceiptRow.url),
            *(AccountRow.id, AccountRow.channel, OrganisationRow.slug, OrganisationRow.name),
            *(ItemRow.title, ItemRow.embargo_until),
        )
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
        .join(ItemRow, PostRow.item_id == ItemRow.id)
        .outerjoin(ReceiptRow, ReceiptRow.post_id == PostRow.id)
        .where(which)
        .order_by(PostRow.due_at, PostRow.id)
    )
    return [
        Placed(number, due_at, state, public or link, *others)
        for number, due_at, state, link, public, *others in session.execute(query, given)
        if due_at is not None
    ]


def firsts(
    session: Session, days: Sequence[datetime], accounts: Collection[int], most: int, skip: int
) -> tuple[list[int], dict[int, int]]:
    """Return ``most`` posts of each day after ``skip`` others, and how many each day has at all."""
    shown, counts = _firsts(len(days))
    given = {**_moments(days), "accounts": list(accounts)}
    rows = session.scalars(shown, {**given, "most": most, "skip": skip})
    return list(rows), {row.day: row.number for row in session.execute(counts, given)}


def tallies(
    session: Session, days: Sequence[datetime], accounts: Collection[int]
) -> tuple[Sequence[tuple[int, int, int]], Sequence[tuple[int, str]]]:
    """Return (day, account, how many posts), and (day, title of an Item that has posts then), the earliest first."""
    crowds, titles = _tallies(len(days))
    given = {**_moments(days), "accounts": list(accounts)}
    return (
        [(day, account, number) for day, account, number in session.execute(crowds, given)],
        [(day, title) for day, title in session.execute(titles, given)],
    )


def items(session: Session, spans: Sequence[datetime], states: Collection[State]) -> set[tuple[int, int]]:
    """Return (Item, number of the span that it has a post of these states in); spans are told as days are."""
    given = {**_moments(spans), "states": list(states)}
    return {(item, span) for item, span in session.execute(_items(len(spans)), given)}


def published(
    session: Session, since: datetime, accounts: Collection[int], most: int
) -> tuple[int, Sequence[tuple[int, str, int, datetime, str]]]:
    """Return how many posts of these accounts were published since and stand.

    And of the newest of them: (Post, Item title, account, when, public address or nothing).
    """
    newest, total = _published()
    given = {"since": since, "accounts": list(accounts), "most": most}
    shown = [(number, title, account, at, url or "") for number, title, account, at, url in
             session.execute(newest, given)]  # fmt: skip
    return session.scalar(total, given) or 0, shown


@cache
def _published() -> tuple[Select[Any], Select[Any]]:
    fresh = (
        PostRow.published_at >= bindparam("since", type_=UtcDateTime()),
        no_index_of(PostRow.state) == State.PUBLISHED,
        among(no_index_of(PostRow.account_id), "accounts"),
    )
    columns: list[Any] = [PostRow.id, ItemRow.title, PostRow.account_id, PostRow.published_at, ReceiptRow.url]
    newest: Select[Any] = (
        select(*columns)
        .select_from(PostRow)
        .join(ItemRow, PostRow.item_id == ItemRow.id)
        .outerjoin(ReceiptRow, ReceiptRow.post_id == PostRow.id)
        .where(*fresh)
        .order_by(PostRow.published_at.desc(), PostRow.id)
        .limit(bindparam("most"))
    )
    total: Select[Any] = select(func.count()).select_from(PostRow).where(*fresh)
    return newest, total


# Statements over many days are long: they are put together once for each number of days, which never changes.


@cache
def _firsts(bounds: int) -> tuple[Select[Any], Select[Any]]:
    """Each day is asked for by itself: the index gives its first posts, whatever the others have."""
    days = [
        select(PostRow.id)
        .where(_places(day, day + 1))
        .order_by(PostRow.due_at, PostRow.id)
        .limit(bindparam("most"))
        .offset(bindparam("skip"))
        .subquery()
        for day in range(bounds - 1)
    ]
    shown = union_all(*(select(each.c.id) for each in days)).subquery()
    found = _by_day(bounds).subquery()
    counts: Select[Any] = select(found.c.day, func.count().label("number")).group_by(found.c.day)
    numbers: Select[Any] = select(shown.c.id)
    return numbers, counts


@cache
def _tallies(bounds: int) -> tuple[Select[Any], Select[Any]]:
    found = _by_day(bounds).subquery()
    crowds: Select[Any] = select(found.c.day, found.c.account_id, func.count())
    by_item = select(found.c.day, found.c.item_id, func.min(found.c.due_at).label("first"))
    each = by_item.group_by(found.c.day, found.c.item_id).subquery()
    titles: Select[Any] = select(each.c.day, ItemRow.title).join(ItemRow, ItemRow.id == each.c.item_id)
    return crowds.group_by(found.c.day, found.c.account_id), titles.order_by(each.c.first, ItemRow.id)


@cache
def _items(bounds: int) -> Select[Any]:
    wanted = no_index_of(PostRow.state).in_(bindparam("states", expanding=True))
    columns: list[Any] = [PostRow.item_id, _number(bounds).label("span")]
    return select(*columns).where(*_within(0, bounds - 1), wanted).distinct()


@cache
def _by_day(bounds: int) -> Select[Any]:
    columns: list[Any] = [PostRow.id, PostRow.account_id, PostRow.item_id, PostRow.due_at, _number(bounds).label("day")]
    return select(*columns).where(_places(0, bounds - 1))


def _places(first: int, end: int) -> ColumnElement[bool]:
    mine = among(no_index_of(PostRow.account_id), "accounts")
    return and_(*_within(first, end), PostRow.state.not_in(HOLD_NO_PLACE), mine)


def _within(first: int, end: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return PostRow.due_at >= _bound(first), PostRow.due_at < _bound(end)


def _number(bounds: int) -> ColumnElement[int]:
    return case(*((PostRow.due_at < _bound(number + 1), number) for number in range(bounds - 1)))


def _bound(number: int) -> BindParameter[datetime]:
    return bindparam(f"bound_{number}", type_=UtcDateTime())


def _moments(days: Sequence[datetime]) -> dict[str, datetime]:
    return {f"bound_{number}": day for number, day in enumerate(days)}
