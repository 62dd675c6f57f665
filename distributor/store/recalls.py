"""Recalls, the posts they take down, and tombstones in storage."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from distributor.domain import State
from distributor.store.tables import (
    AccountRow,
    ItemRow,
    MediumRow,
    OrganisationRow,
    PostRow,
    RecallRow,
    ReceiptRow,
    RenditionRow,
    TakedownRow,
    TombstoneRow,
)
from distributor.takedown import Cause

Taken = tuple[TakedownRow, PostRow, AccountRow, OrganisationRow, ReceiptRow | None]


def listing(session: Session, *, organisations: Sequence[str] | None = None) -> Sequence[RecallRow]:
    """Return the recalls, newest first: all, or those that touch posts of these Organisations."""
    query = select(RecallRow).order_by(RecallRow.id.desc())
    if organisations is not None:
        touched = (
            select(TakedownRow.id)
            .join(PostRow, TakedownRow.post_id == PostRow.id)
            .join(AccountRow, PostRow.account_id == AccountRow.id)
            .join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
            .where(TakedownRow.recall_id == RecallRow.id, OrganisationRow.slug.in_(organisations))
        )
        query = query.where(exists(touched))
    return session.scalars(query).all()


def taken(
    session: Session, recall_ids: Collection[int], *, organisations: Sequence[str] | None = None
) -> Sequence[Taken]:
    """Return what these recalls take down, each post with its account, Organisation and Receipt."""
    query = (
        select(TakedownRow, PostRow, AccountRow, OrganisationRow, ReceiptRow)
        .join(PostRow, TakedownRow.post_id == PostRow.id)
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
        .outerjoin(ReceiptRow, ReceiptRow.post_id == PostRow.id)
        .where(TakedownRow.recall_id.in_(recall_ids))
        .order_by(TakedownRow.recall_id, OrganisationRow.position, AccountRow.channel, PostRow.id)
    )
    if organisations is not None:
        query = query.where(OrganisationRow.slug.in_(organisations))
    return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(query)]


def undone(session: Session) -> Sequence[RecallRow]:
    """Return the recalls of which something may still be public, locked; what somebody else holds is left out."""
    query = select(RecallRow).where(RecallRow.done_at.is_(None)).order_by(RecallRow.id)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def sources(session: Session, sha256: str) -> Sequence[str]:
    """Return the files that this one is, or is a rendition of."""
    made = select(RenditionRow.source).where(RenditionRow.sha256 == sha256)
    query = select(MediumRow.sha256).where(or_(MediumRow.sha256 == sha256, MediumRow.sha256.in_(made)))
    return sorted(set(session.scalars(query)))


def copies(session: Session, sources: Collection[str]) -> frozenset[str]:
    """Return these files with all their renditions: what a post may carry of them."""
    made = session.scalars(select(RenditionRow.sha256).where(RenditionRow.source.in_(sources)))
    return frozenset(sources) | frozenset(made)


def with_media(session: Session, sources: Collection[str]) -> Sequence[int]:
    """Return the Items that have one of these files."""
    query = select(MediumRow.item_id).where(MediumRow.sha256.in_(sources)).distinct()
    return sorted(session.scalars(query))


def withdraw_media(session: Session, *, item_id: int | None = None, sources: Collection[str] = ()) -> None:
    """Take an Item's media, or every medium with this content, out of use."""
    chosen = MediumRow.item_id == item_id if item_id is not None else MediumRow.sha256.in_(sources)
    session.execute(
        update(MediumRow)
        .where(chosen)
        .values(state="withdrawn", trouble="", next_try_at=None)
        .execution_options(synchronize_session="fetch")
    )


def unneeded_files(session: Session) -> set[str]:
    """Forget the files of withdrawn media and the renditions of no medium; return those that nothing else names."""
    rows = session.scalars(select(MediumRow).where(MediumRow.state == "withdrawn", MediumRow.sha256 != "")).all()
    files = {row.sha256 for row in rows}
    for row in rows:
        row.sha256 = ""
    session.flush()
    held = select(MediumRow.id).where(MediumRow.sha256 == RenditionRow.source)
    for made in session.scalars(select(RenditionRow).where(RenditionRow.source.in_(files), ~exists(held))).all():
        files.add(made.sha256)
        session.delete(made)
    session.flush()
    named = set(session.scalars(select(MediumRow.sha256).where(MediumRow.sha256.in_(files))))
    named |= set(session.scalars(select(RenditionRow.sha256).where(RenditionRow.sha256.in_(files))))
    return files - named


def tombstones(session: Session, recall_ids: Collection[int]) -> Sequence[TombstoneRow]:
    """Return the tombstones of these recalls."""
    query = select(TombstoneRow).where(TombstoneRow.recall_id.in_(recall_ids))
    return session.scalars(query.order_by(TombstoneRow.id)).all()


def untold(session: Session, *, since: datetime | None = None) -> Sequence[int]:
    """Return the tombstones that the portal has not been told of: all, or those to be told at ``since`` or before."""
    query = select(TombstoneRow.id).where(TombstoneRow.tell_at.is_not(None), TombstoneRow.told_at.is_(None))
    if since is not None:
        query = query.where(TombstoneRow.tell_at <= since)
    return session.scalars(query.order_by(TombstoneRow.id)).all()


def barred_content(session: Session, sha256: str) -> bool:
    """Tell whether a file with this content was withdrawn; what is no file (empty) never was."""
    return (
        bool(sha256)
        and session.scalar(select(TombstoneRow.id).where(TombstoneRow.sha256 == sha256).limit(1)) is not None
    )


def barred(session: Session, feed_id: int | None, keys: Iterable[tuple[str, str, str]]) -> list[bool]:
    """Tell of each Item, by (guid, telling address, fingerprint), whether one like it was withdrawn.

    A guid means something within its feed only; an address and the content do everywhere.
    """
    stones = session.execute(
        select(TombstoneRow.feed_id, TombstoneRow.guid, TombstoneRow.link, TombstoneRow.fingerprint)
    ).all()
    guids = {stone.guid for stone in stones if stone.feed_id == feed_id} - {""}
    links, contents = ({getattr(stone, key) for stone in stones} - {""} for key in ("link", "fingerprint"))
    return [guid in guids or link in links or content in contents for guid, link, content in keys]


def called_back(session: Session, now: datetime, *, item_id: int | None = None) -> list[tuple[int, Cause]]:
    """Return Items of which the portal says that they may not be public and of which something is: each with why.

    Those that the portal deleted are named also if nothing of them is public yet.
    """
    live = select(PostRow.id).where(
        PostRow.item_id == ItemRow.id, PostRow.state == State.PUBLISHED, PostRow.recall_at.is_(None)
    )
    reasons: tuple[tuple[Cause, ColumnElement[bool]], ...] = (
        ("deleted", and_(ItemRow.deleted_at.is_not(None), ItemRow.stage.in_(("active", "held")))),
        ("expiry", and_(ItemRow.valid_until <= now, exists(live))),
        ("embargo", and_(ItemRow.embargo_until > now, exists(live))),
    )
    found: list[tuple[int, Cause]] = []
    for cause, condition in reasons:
        query = select(ItemRow.id).where(condition)  # sorted here: asked for in order, SQLite would read all Items
        ids = session.scalars(query if item_id is None else query.where(ItemRow.id == item_id))
        found += [(number, cause) for number in sorted(ids)]
    return found


def overdue(session: Session, now: datetime) -> tuple[int, int]:
    """Return how many recalls are not done yet, and how many of them are past their deadline."""
    query = select(func.count()).select_from(RecallRow).where(RecallRow.done_at.is_(None))
    return int(session.scalar(query) or 0), int(session.scalar(query.where(RecallRow.deadline <= now)) or 0)
