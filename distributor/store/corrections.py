"""Items that changed after something of them was public, decisions about them, and posts that correct others."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from distributor.domain import State
from distributor.store.tables import AccountRow, ItemRow, PostRow, RevisionRow, SettlementRow


def undecided(session: Session, item_id: int | None = None) -> Sequence[ItemRow]:
    """Return the Items of which a public post says an earlier revision, and the newest awaits a decision."""
    settled = exists().where(SettlementRow.item_id == ItemRow.id, SettlementRow.revision == ItemRow.revision)
    older = exists().where(
        PostRow.item_id == ItemRow.id,
        PostRow.state == State.PUBLISHED,
        PostRow.recall_at.is_(None),
        PostRow.item_revision < ItemRow.revision,
    )
    changed = ItemRow.revision > literal_column("1")  # said in letters, for the index is made of these
    query = select(ItemRow).where(changed, ItemRow.stage.in_(("active", "held")), older, ~settled)
    if item_id is not None:
        query = query.where(ItemRow.id == item_id)
    return session.scalars(query.order_by(ItemRow.changed_at.desc(), ItemRow.id.desc())).all()


def decided(session: Session) -> Sequence[tuple[int, int]]:
    """Return the Items whose newest decision was to correct, each with the revision that was decided about."""
    other = aliased(SettlementRow)
    newest = select(func.max(other.revision)).where(other.item_id == SettlementRow.item_id).scalar_subquery()
    query = (
        select(SettlementRow.item_id, SettlementRow.revision)
        .join(ItemRow, SettlementRow.item_id == ItemRow.id)
        .where(SettlementRow.choice == "correct", SettlementRow.revision == newest, ItemRow.stage == "active")
        .order_by(SettlementRow.item_id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def revision(session: Session, item_id: int, number: int) -> RevisionRow | None:
    """Return an Item as it once stood."""
    return session.scalars(
        select(RevisionRow).where(RevisionRow.item_id == item_id, RevisionRow.revision == number)
    ).one_or_none()


def leaving(session: Session) -> frozenset[int]:
    """Return the accounts on which nothing more goes out."""
    return frozenset(session.scalars(select(AccountRow.id).where(AccountRow.retiring_at.is_not(None))))


def answering(session: Session, post_id: int) -> Sequence[PostRow]:
    """Return what corrects a post, locked."""
    query = select(PostRow).where(PostRow.corrects_id == post_id).order_by(PostRow.id)
    return session.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True)).all()
