"""The daemons and their duties."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from distributor.store.tables.base import Base


class DutyRow(Base):
    """A periodic duty, claimed like everything else so that several daemons share it."""

    __tablename__ = "duty"
    name: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(default="")


class WorkerRow(Base):
    """A daemon that claims. It is dead only when the lock that dies with it is free."""

    __tablename__ = "worker"
    name: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    pid: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
