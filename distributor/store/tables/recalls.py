"""What is taken back, and what may not come in again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from distributor.store.tables.base import Base, PersonKey


class RecallRow(Base):
    """One act of taking back: ``kind`` person, item, medium, post or account; ``subject`` its key, number or SHA-256.

    ``cause`` is who asked for it: ``person``, or the portal's ``embargo``, ``expiry`` or ``deleted``. Until
    ``deadline`` everything of it must be down; at ``done_at`` it was.
    """

    __tablename__ = "recall"
    __table_args__ = (Index("ix_recall_subject", "kind", "subject"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    cause: Mapped[str] = mapped_column(default="person")
    reason: Mapped[str]
    actor: Mapped[PersonKey]
    at: Mapped[datetime]
    deadline: Mapped[datetime]
    done_at: Mapped[datetime | None] = mapped_column(index=True)


class TakedownRow(Base):
    """What a Recall means for one post: in which state it ``found`` it, and when people were last reminded of it."""

    __tablename__ = "takedown"
    __table_args__ = (UniqueConstraint("recall_id", "post_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    found: Mapped[str]
    reminded_at: Mapped[datetime | None]


class TombstoneRow(Base):
    """What may not come in again: an Item by guid, address and fingerprint, or a medium by its content.

    The portal is told at ``tell_at`` until it knows at ``told_at``; both are empty where it said so itself.
    """

    __tablename__ = "tombstone"
    id: Mapped[int] = mapped_column(primary_key=True)
    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"))
    feed_id: Mapped[int | None] = mapped_column(ForeignKey("feed.id"))
    guid: Mapped[str] = mapped_column(default="", index=True)
    link: Mapped[str] = mapped_column(default="", index=True)
    fingerprint: Mapped[str] = mapped_column(default="", index=True)
    sha256: Mapped[str] = mapped_column(default="", index=True)
    at: Mapped[datetime]
    tell_at: Mapped[datetime | None] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]
