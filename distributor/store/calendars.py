"""What the calendar keeps in storage: entered days, campaigns, repeats, addresses to subscribe to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from distributor.domain import State
from distributor.store.tables import (
    AccountRow,
    CampaignItemRow,
    CampaignRow,
    ItemRow,
    OccasionRow,
    OrganisationRow,
    PostRow,
    RepeatRow,
)


def occasions(
    session: Session, *, first: date | None = None, last: date | None = None
) -> Sequence[tuple[OccasionRow, OrganisationRow | None]]:
    """Return the entered days that touch the span, in order, with the Organisation they are for (None: all)."""
    query = (
        select(OccasionRow, OrganisationRow)
        .outerjoin(OrganisationRow, OccasionRow.organisation_id == OrganisationRow.id)
        .order_by(OccasionRow.first, OccasionRow.id)
    )
    if first is not None:
        query = query.where(OccasionRow.last >= first)
    if last is not None:
        query = query.where(OccasionRow.first <= last)
    return [(row[0], row[1]) for row in session.execute(query)]


def occasion(session: Session, number: int) -> tuple[OccasionRow, OrganisationRow | None] | None:
    """Return one entered day with the Organisation it is for (None: all)."""
    query = select(OccasionRow, OrganisationRow).outerjoin(
        OrganisationRow, OccasionRow.organisation_id == OrganisationRow.id
    )
    row = session.execute(query.where(OccasionRow.id == number)).first()
    return None if row is None else (row[0], row[1])


def occasion_of(session: Session, organisation_id: int | None, uid: str) -> OccasionRow | None:
    """Return the entered day that an Organisation (None: all) knows by this name."""
    return session.scalars(
        select(OccasionRow).where(OccasionRow.organisation_id == organisation_id, OccasionRow.uid == uid)
    ).one_or_none()


def campaigns(session: Session) -> Sequence[CampaignRow]:
    """Return the campaigns in the order of their beginning."""
    return session.scalars(select(CampaignRow).order_by(CampaignRow.first, CampaignRow.id)).all()


def campaign(session: Session, name: str) -> CampaignRow | None:
    """Return the campaign of this name; locked, for whoever asks changes it or joins it."""
    return session.scalars(
        select(CampaignRow).where(CampaignRow.name == name).with_for_update(key_share=True)
    ).one_or_none()


def campaign_items(session: Session) -> dict[int, CampaignRow]:
    """Return the campaign of each Item that has one."""
    query = select(CampaignItemRow.item_id, CampaignRow).join(
        CampaignRow, CampaignItemRow.campaign_id == CampaignRow.id
    )
    return {row[0]: row[1] for row in session.execute(query)}


def repeating(session: Session) -> Sequence[tuple[RepeatRow, ItemRow]]:
    """Return the repeats of Items that are still in use."""
    query = (
        select(RepeatRow, ItemRow)
        .join(ItemRow, RepeatRow.item_id == ItemRow.id)
        .where(ItemRow.stage == "active")
        .order_by(RepeatRow.item_id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def occurrences(session: Session, item_id: int) -> Sequence[PostRow]:
    """Return an Item's posts by account and occurrence, without corrections and without accounts that leave."""
    query = (
        select(PostRow)
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .where(PostRow.item_id == item_id, PostRow.corrects_id.is_(None), AccountRow.retiring_at.is_(None))
        .order_by(PostRow.account_id, PostRow.occurrence)
    )
    return session.scalars(query).all()


def approved(
    session: Session, *, organisation_id: int | None = None
) -> Sequence[tuple[PostRow, AccountRow, OrganisationRow]]:
    """Return what is approved and not yet under way, of one Organisation or (None) of all; locked."""
    query = (
        select(PostRow, AccountRow, OrganisationRow)
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
        .where(PostRow.state.in_((State.SCHEDULED, State.STAGED)))
        .order_by(PostRow.id)
        .with_for_update(of=PostRow, key_share=True)
    )
    if organisation_id is not None:
        query = query.where(AccountRow.organisation_id == organisation_id)
    return [(row[0], row[1], row[2]) for row in session.execute(query) if row[2] is not None]


def embargoes(
    session: Session, start: datetime, end: datetime, *, organisations: Sequence[str]
) -> Sequence[tuple[str, datetime]]:
    """Return title and end of each embargo that ends in this time and holds a post of these Organisations."""
    held = (
        select(PostRow.id)
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
        .where(PostRow.item_id == ItemRow.id, PostRow.state != State.CLOSED)
        .where(OrganisationRow.slug.in_(organisations))
    )
    query = (
        select(ItemRow.title, ItemRow.embargo_until)
        .where(ItemRow.embargo_until >= start, ItemRow.embargo_until < end, held.exists())
        .order_by(ItemRow.embargo_until, ItemRow.id)
    )
    return [(row[0], row[1]) for row in session.execute(query) if row[1] is not None]
