"""The daemons and their duties."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
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
    trouble: Mapped[str] = mapped_column(default="", server_default=text("''"))


class TrialRow(Base):
    """Work on one thing that was begun and has not ended: only who dies in it leaves it here. ``times`` counts that."""

    __tablename__ = "trial"

    subject: Mapped[str] = mapped_column(primary_key=True)
    begun_at: Mapped[datetime]
    times: Mapped[int] = mapped_column(default=1)


class PaceRow(Base):
    """Work of one ``kind`` that waits until then, because the platform has said that it takes little more.

    It is the work of one account, or (``account_id`` 0) of every account of the channel.
    """

    __tablename__ = "pace"

    channel: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]


class InstanceRow(Base):
    """Which database this is: one row, whose ``token`` the data folder knows too. A copy elsewhere is found by it."""

    __tablename__ = "instance"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str]
    at: Mapped[datetime]


class RestoreRow(Base):
    """A time that the database knows nothing of: from ``since``, its last entry, to ``at``, when that was noticed."""

    __tablename__ = "restore"

    id: Mapped[int] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    at: Mapped[datetime]
