"""Places in the calendar in storage: which posts wait for one, which hold one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, Text, Update, and_, bindparam, func, null, or_, select, update
from sqlalchemy.orm import Session

from distributor.domain import State
from distributor.store.tables import AccountRow, ItemRow, PostRow
from distributor.store.types import UtcDateTime

HOLD_NO_PLACE = (State.CLOSED, State.FAILED, State.MISSED, State.DRAFTED)
"""States in which a Post keeps no slot from others, whatever time it carries."""


def untimed(now: ColumnElement[datetime] | datetime, *, again: bool) -> ColumnElement[bool]:
    """Return the SQL condition that an awaiting post has no proposed time or that it has passed.

    Without ``again`` those are left out for which the plan found none before.
    """
    timeless = PostRow.due_at.is_(None)
    never_asked = timeless if again else and_(timeless, PostRow.plan_why == "")
    return and_(PostRow.state == State.AWAITING, or_(never_asked, PostRow.due_at <= now))


def unplanned(session: Session, now: datetime, *, again: bool) -> Sequence[tuple[PostRow, ItemRow]]:
    """Return the posts that :func:`untimed` means."""
    query = select(PostRow, ItemRow).join(ItemRow, PostRow.item_id == ItemRow.id).where(untimed(now, again=again))
    return [(row[0], row[1]) for row in session.execute(query)]


def proposed(
    session: Session, now: datetime, *, organisation_id: int | None = None, below: int | None = None
) -> Sequence[tuple[PostRow, ItemRow]]:
    """Return the awaiting posts with a proposed time to come, of one Organisation or (None) of all.

    ``below``: only those of Items with a lower priority.
    """
    query = (
        select(PostRow, ItemRow)
        .join(ItemRow, PostRow.item_id == ItemRow.id)
        .where(PostRow.state == State.AWAITING, PostRow.due_at > now)
    )
    if below is not None:
        query = query.where(ItemRow.priority < below)
    if organisation_id is not None:
        query = query.join(AccountRow, PostRow.account_id == AccountRow.id).where(
            AccountRow.organisation_id == organisation_id
        )
    # Sorted here: asked for the order, SQLite would rather walk through every post there ever was.
    return sorted(((row[0], row[1]) for row in session.execute(query)), key=lambda pair: pair[0].id)


def neighbours(session: Session, post: PostRow, after: datetime, before: datetime) -> Sequence[PostRow]:
    """Return the account's other posts that hold a place in the calendar between two times, ends excluded."""
    query = select(PostRow).where(
        PostRow.account_id == post.account_id,
        PostRow.id != post.id,
        PostRow.due_at > after,
        PostRow.due_at < before,
        PostRow.state.not_in(HOLD_NO_PLACE),
    )
    return session.scalars(query).all()


def beside(
    session: Session, accounts: Collection[int], after: datetime, before: datetime
) -> Sequence[tuple[int, int, str, str, datetime]]:
    """Return (Post, account, Item title, state, due time) of all that holds a place of these between two times."""
    query = (
        select(PostRow.id, PostRow.account_id, ItemRow.title, PostRow.state, PostRow.due_at)
        .join(ItemRow, PostRow.item_id == ItemRow.id)
        .where(
            PostRow.account_id.in_(accounts),
            PostRow.due_at > after,
            PostRow.due_at < before,
            PostRow.state.not_in(HOLD_NO_PLACE),
        )
        .order_by(PostRow.due_at, PostRow.id)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(query) if row[4] is not None]


def taken(
    session: Session, since: datetime, accounts: Collection[int] | None = None
) -> Sequence[tuple[int, int, int, datetime]]:
    """Return (Post, account, Item, due time) of all that holds a place from ``since`` on.

    On these accounts only, or (None) on all.
    """
    query = select(PostRow.id, PostRow.account_id, PostRow.item_id, PostRow.due_at).where(
        PostRow.due_at > since,
        PostRow.state.not_in(HOLD_NO_PLACE),
    )
    if accounts is not None:
        query = query.where(no_index_of(PostRow.account_id).in_(accounts))
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query) if row[3] is not None]


def no_index_of(column: Any) -> ColumnElement[Any]:
    """Wrap a column: its own index would lead through an account's or a state's posts of all times."""
    return func.coalesce(column, null())


def propose(session: Session, given: Sequence[tuple[int, datetime | None, str]]) -> None:
    """Give awaiting posts their proposed times, each with the plan's reason.

    What somebody is changing right now is left alone: two who choose times next to each other must not deadlock.
    """
    if given:
        rows = [{"number": number, "at": at, "why": why} for number, at, why in given]
        session.connection().execute(_proposal(), rows)


@cache
def _proposal() -> Update:
    free = select(PostRow.id).where(PostRow.id == bindparam("number"), PostRow.state == State.AWAITING)
    values = {"due_at": bindparam("at", type_=UtcDateTime()), "plan_why": bindparam("why", type_=Text())}
    post = cast(Table, PostRow.__table__)
    return update(post).where(post.c.id.in_(free.with_for_update(key_share=True, skip_locked=True))).values(values)
