"""A Jobcenter's logins on the channels."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from distributor.store.tables.base import Base, PersonKey


class ConnectionRow(Base):
    """An account that is being connected by a person's yes at its platform; forgotten at ``until``.

    Who comes back is known by ``state_sha256``. ``locked`` holds, locked with the vault, the account's fields as far as
    they are known, what the connector must remember, and at last the accounts that may be connected.
    """

    __tablename__ = "connection"
    id: Mapped[int] = mapped_column(primary_key=True)
    state_sha256: Mapped[str] = mapped_column(unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    channel: Mapped[str]
    name: Mapped[str]
    locked: Mapped[bytes] = mapped_column(LargeBinary)
    until: Mapped[datetime]
    arrived_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(default="")


class AccountRow(Base):
    """One Organisation's login on one Channel, and the claim on it: at most one call in flight per account.

    From ``retiring_at`` on nothing more goes out on it; at ``retired_at`` its secrets are gone. ``retire_published`` is
    ``keep`` or ``delete``: what becomes of its public posts. Posts of Items on ``auto_topics`` are approved without a
    person, as ``auto_by`` wanted. ``ends_at`` is when the platform lets the access end, ``ends_told`` the days before
    it of the last warning, ``lacks`` what the access does not allow, in German.
    """

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("organisation_id", "channel", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    channel: Mapped[str]
    name: Mapped[str]
    fields: Mapped[dict[str, Any]]
    secrets: Mapped[bytes | None] = mapped_column(LargeBinary)
    paused_at: Mapped[datetime | None]
    paused_reason: Mapped[str] = mapped_column(default="")
    checked_at: Mapped[datetime | None]
    identity: Mapped[str] = mapped_column(default="")
    ends_at: Mapped[datetime | None]
    ends_told: Mapped[int | None]
    lacks: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    retiring_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    retire_published: Mapped[str] = mapped_column(default="", server_default=text("''"))
    retire_reason: Mapped[str] = mapped_column(default="", server_default=text("''"))
    auto_topics: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    auto_by: Mapped[PersonKey] = mapped_column(default="", server_default=text("''"))
