"""Which posts hold a place in the calendar: listed, and counted by day. Reads only.

Days are told by their bounds: ``days[n]`` is when day ``n`` begins and the one before ends; by such numbers they are
given back. Posts are picked by ``ix_post_calendar``, which also holds all that is counted by.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from distributor.domain import State
from distributor.store.places import HOLD_NO_PLACE, no_index_of
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, PostRow, ReceiptRow


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
    return _told(session, _places((start, end), accounts))


def named(session: Session, numbers: Collection[int]) -> Sequence[Placed]:
    """Return these posts, in the order of the calendar."""
    return _told(session, PostRow.id.in_(numbers))


def _told(session: Session, which: ColumnElement[bool]) -> list[Placed]:
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
        for number, due_at, state, link, public, *others in session.execute(query)
        if due_at is not None
    ]


def firsts(
    session: Session, days: Sequence[datetime], accounts: Collection[int], most: int, skip: int
) -> tuple[list[int], dict[int, int]]:
    """Return ``most`` posts of each day after ``skip`` others, and how many each day has at all."""
    found = _by_day(days, accounts).subquery()
    number = func.row_number().over(partition_by=found.c.day, order_by=(found.c.due_at, found.c.id))
    ranked = select(
        found.c.id, found.c.day, number.label("number"), func.count().over(partition_by=found.c.day).label("total")
    ).subquery()
    shown = and_(ranked.c.number > skip, ranked.c.number <= skip + most)
    rows = session.execute(select(ranked).where(or_(shown, ranked.c.number == 1))).all()
    return [row.id for row in rows if skip < row.number <= skip + most], {row.day: row.total for row in rows}


def tallies(
    session: Session, days: Sequence[datetime], accounts: Collection[int]
) -> tuple[Sequence[tuple[int, int, int]], Sequence[tuple[int, str]]]:
    """Return (day, account, how many posts), and (day, title of an Item that has posts then), the earliest first."""
    found = _by_day(days, accounts).subquery()
    crowds = select(found.c.day, found.c.account_id, func.count()).group_by(found.c.day, found.c.account_id)
    by_item = select(found.c.day, found.c.item_id, func.min(found.c.due_at).label("first"))
    each = by_item.group_by(found.c.day, found.c.item_id).subquery()
    titles = select(each.c.day, ItemRow.title).join(ItemRow, ItemRow.id == each.c.item_id)
    return (
        [(day, account, number) for day, account, number in session.execute(crowds)],
        [(day, title) for day, title in session.execute(titles.order_by(each.c.first, ItemRow.id))],
    )


def items(session: Session, spans: Sequence[datetime], states: Collection[State]) -> set[tuple[int, int]]:
    """Return (Item, number of the span that it has a post of these states in); spans are told as days are."""
    query = select(PostRow.item_id, _number(spans).label("span"))
    found = query.where(*_within(spans), no_index_of(PostRow.state).in_(states)).distinct()
    return {(item, span) for item, span in session.execute(found)}


def published(session: Session, since: datetime, accounts: Collection[int], most: int) -> tuple[int, Sequence[int]]:
    """Return how many posts of these accounts were published since and stand, and the newest of them."""
    fresh = (
        PostRow.published_at >= since,
        no_index_of(PostRow.state) == State.PUBLISHED,
        no_index_of(PostRow.account_id).in_(accounts),
    )
    newest = select(PostRow.id).where(*fresh).order_by(PostRow.published_at.desc(), PostRow.id).limit(most)
    total = session.scalar(select(func.count()).select_from(PostRow).where(*fresh)) or 0
    return total, session.scalars(newest).all()


def _by_day(days: Sequence[datetime], accounts: Collection[int]) -> Select[Any]:
    columns: list[Any] = [PostRow.id, PostRow.account_id, PostRow.item_id, PostRow.due_at, _number(days).label("day")]
    return select(*columns).where(_places(days, accounts))


def _places(days: Sequence[datetime], accounts: Collection[int]) -> ColumnElement[bool]:
    mine = no_index_of(PostRow.account_id).in_(accounts)
    return and_(*_within(days), PostRow.state.not_in(HOLD_NO_PLACE), mine)


def _within(days: Sequence[datetime]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return PostRow.due_at >= days[0], PostRow.due_at < days[-1]


def _number(days: Sequence[datetime]) -> ColumnElement[int]:
    return case(*((PostRow.due_at < end, number) for number, end in enumerate(days[1:])))
