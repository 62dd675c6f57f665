"""Lists of posts in the order of their time, page by page, by index however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, SelectBase, and_, or_, select, union_all
from sqlalchemy.orm import Session

from distributor.store.posts import Whole
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, PostRow

_IN_TIME = (PostRow.due_at.nulls_last(), PostRow.id)


def listing(
    session: Session,
    *,
    organisations: Sequence[str] | None = None,
    states: Sequence[str] | None = None,
    channel: str | None = None,
    item_id: int | None = None,
    after: int = 0,
    limit: int | None = None,
) -> Sequence[Whole]:
    """Return posts with their account, Organisation and Item, in order of due time, then number.

    ``after`` is the post behind which the page begins: what comes after it is found as soon as the first page, however
    far down that is, and no post is shown twice where others change meanwhile.
    """
    query = (
        select(PostRow, AccountRow, OrganisationRow, ItemRow)
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
        .join(ItemRow, PostRow.item_id == ItemRow.id)
        .order_by(*_IN_TIME)
    )
    wanted: list[ColumnElement[bool]] = [PostRow.state.in_(states)] if states else []
    if item_id:
        wanted.append(PostRow.item_id == item_id)
    if after:
        wanted.append(_behind(session.scalar(select(PostRow.due_at).where(PostRow.id == after)), after))
    if organisations is None:
        query = query.where(*wanted)
        if channel:
            query = query.where(AccountRow.channel == channel)
    else:
        query = query.where(PostRow.id.in_(_of_accounts(_accounts(session, organisations, channel), wanted, limit)))
    if limit:
        query = query.limit(limit)
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def _accounts(session: Session, organisations: Sequence[str], channel: str | None) -> Sequence[int]:
    query = select(AccountRow.id).join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
    query = query.where(OrganisationRow.slug.in_(organisations))
    return session.scalars(query.where(AccountRow.channel == channel) if channel else query).all()


def _of_accounts(accounts: Sequence[int], wanted: Sequence[ColumnElement[bool]], limit: int | None) -> SelectBase:
    """Return the query for the first ``limit`` posts of each account, so that none's posts are read to the end."""
    if limit is None or not accounts:
        return select(PostRow.id).where(PostRow.account_id.in_(accounts), *wanted)
    of_each = (
        select(PostRow.id).where(PostRow.account_id == account, *wanted).order_by(*_IN_TIME).limit(limit).subquery()
        for account in accounts
    )
    return union_all(*(select(each.c.id) for each in of_each))


def _behind(due: datetime | None, number: int) -> ColumnElement[bool]:
    """Return the SQL condition that a post comes after the one of this time and number in the order of ``listing``."""
    if due is None:
        return and_(PostRow.due_at.is_(None), PostRow.id > number)
    return or_(PostRow.due_at > due, and_(PostRow.due_at == due, PostRow.id > number), PostRow.due_at.is_(None))
