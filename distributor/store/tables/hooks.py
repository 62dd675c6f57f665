"""Webhooks: who is told of what becomes of posts, and what they are still to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from distributor.store.tables.base import Base


class WebhookRow(Base):
    """An address that is told of events behind number ``begins``; ``looked`` says how far we looked."""

    __tablename__ = "webhook"
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    kinds: Mapped[list[Any]]
    locked: Mapped[bytes]
    begins: Mapped[int]
    looked: Mapped[int]
    trouble: Mapped[str] = mapped_column(default="")


class WebhookMessageRow(Base):
    """One thing to be told to one address, as it will be sent; ``next_at`` is None when it is told or given up."""

    __tablename__ = "webhook_message"
    __table_args__ = (UniqueConstraint("webhook_id", "event_id"), Index("ix_webhook_message_next_at", "next_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    event_id: Mapped[int | None]
    body: Mapped[str]
    at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]
