"""The portal's feeds and the subscriptions at their hubs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from distributor.store.tables.base import Base


class FeedRow(Base):
    """A feed and what is known of its last answer.

    ``url`` is what a person entered, ``moved_to`` where permanent redirects led. ``polls`` counts, so that of two polls
    at once the later one is noticed. ``listed`` are the Items of the last answer, newest first; ``missing`` those that
    an answer since ``shrunk_at`` lacks, too many to ask about one by one. ``hub``, ``topic`` and ``wishes`` (how seldom
    it wants to be asked) are what it said last of itself. ``answer`` is a hash of the document that was read last, so
    that the same one is not read again. A removed feed keeps its row, because its Items stay.
    """

    __tablename__ = "feed"
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(default="")
    etag: Mapped[str] = mapped_column(default="")
    last_modified: Mapped[str] = mapped_column(default="")
    next_poll_at: Mapped[datetime | None]
    polled_at: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(default="")
    failing_since: Mapped[datetime | None]
    polls: Mapped[int] = mapped_column(default=0, server_default="0")
    paused_at: Mapped[datetime | None]
    paused_reason: Mapped[str] = mapped_column(default="", server_default=text("''"))
    removed_at: Mapped[datetime | None]
    moved_to: Mapped[str] = mapped_column(default="", server_default=text("''"))
    listed: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    missing: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    shrunk_at: Mapped[datetime | None]
    wishes: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    hub: Mapped[str] = mapped_column(default="", server_default=text("''"))
    topic: Mapped[str] = mapped_column(default="", server_default=text("''"))
    answer: Mapped[str] = mapped_column(default="", server_default=text("''"))


class SubscriptionRow(Base):
    """A subscription at a feed's WebSub hub. ``token`` is the end of our callback's address.

    ``state`` is ``asked`` (the hub has not asked back yet), ``active`` until ``lease_until``, ``refused`` by the hub,
    or ``leaving``. ``secret`` is locked with the vault and signs what the hub sends.
    """

    __tablename__ = "subscription"
    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"), index=True)
    hub: Mapped[str]
    topic: Mapped[str]
    token: Mapped[str] = mapped_column(unique=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(default="asked")
    lease_until: Mapped[datetime | None]
    next_try_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    pushed_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(default="")
