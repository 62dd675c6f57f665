"""Who logs in, in which roles, and the keys they act under."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from distributor.store.tables.base import Base


class UserRow(Base):
    """A person who logs in. Roles and Organisations are in ``membership``."""

    __tablename__ = "user_account"
    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class MembershipRow(Base):
    """A person's role, for one Organisation or (NULL) for all; a deputy's from ``first`` to ``last``, both included."""

    __tablename__ = "membership"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    first: Mapped[date | None]
    last: Mapped[date | None]


class PseudonymRow(Base):
    """Who stands behind a key: ``kind`` is ``login`` or ``unix``. An erased person's ``name`` is empty for good."""

    __tablename__ = "pseudonym"
    __table_args__ = (
        Index("uq_pseudonym_name", "kind", "name", unique=True, sqlite_where=text("name != ''"),
              postgresql_where=text("name != ''")),
    )  # fmt: skip
    key: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]


class SessionRow(Base):
    """A login in the browser; only the hash of its cookie is kept. When and by what who it is was last proved."""

    __tablename__ = "web_session"
    id_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    csrf: Mapped[str]
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    proved_at: Mapped[datetime]
    proof: Mapped[str]
    device: Mapped[str] = mapped_column(default="")
