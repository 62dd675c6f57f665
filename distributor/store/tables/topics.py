"""What the weekly conference plans before there is an Item."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from distributor.store.tables.base import Base


class TopicRow(Base):
    """A topic to be made into an Item some day, ``short``, ``middle`` or ``long`` ahead.

    An Organisation sees to it, or (NULL) the editors. Once its Item has come, it is linked; ``dropped_at`` is when it
    was given up.
    """

    __tablename__ = "topic"
    __table_args__ = (CheckConstraint("horizon IN ('short', 'middle', 'long')", name="horizon_known"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    horizon: Mapped[str]
    theme: Mapped[str]
    wanted_on: Mapped[date | None]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))
    at: Mapped[datetime]
    dropped_at: Mapped[datetime | None]
