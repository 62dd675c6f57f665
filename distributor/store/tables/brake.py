"""The emergency brake."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from distributor.store.tables.base import Base, PersonKey


class StopRow(Base):
    """The emergency brake: everything, one Organisation, or one Channel; in force until lifted."""

    __tablename__ = "stop"
    __table_args__ = (
        CheckConstraint("organisation_id IS NULL OR channel = ''", name="one_scope"),
        Index("ix_stop_active", "lifted_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    channel: Mapped[str] = mapped_column(default="")
    reason: Mapped[str]
    actor: Mapped[PersonKey]
    at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[PersonKey] = mapped_column(default="")
    lifted_reason: Mapped[str] = mapped_column(default="", server_default=text("''"))


class StopVoteRow(Base):
    """One person's word that a Stop may be lifted; two people lift it."""

    __tablename__ = "stop_vote"
    __table_args__ = (UniqueConstraint("stop_id", "actor"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    stop_id: Mapped[int] = mapped_column(ForeignKey("stop.id"), index=True)
    actor: Mapped[PersonKey]
    at: Mapped[datetime]
