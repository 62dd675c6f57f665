"""A post's life: its Approvals, Stages, Attempts and Receipt."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from distributor.domain import State
from distributor.store.tables.base import Base, PersonKey

_CORRECTING = "corrects_id IS NOT NULL AND state NOT IN ('closed', 'retracted')"
_OVER = "coalesce(state, '') IN ('closed', 'retracted')"  # no index of the state alone answers that
_LEFT = "reason_code = 'published.left'"
_LIVE = "state IN ('open', 'ready')"
_STATES = ", ".join(f"'{state}'" for state in State)


class PostRow(Base):
    """A Variant and its life. Only ``store.posts.move`` writes ``state``.

    There is one per Item, account, form and occurrence, and to each public one at most one living correction.
    ``earliest_at`` is when a repeat may come again. ``plan_why`` is the plan's German reason for the proposed time, or
    for there being none; it is empty where a person chose the time.
    """

    __tablename__ = "post"
    __table_args__ = (
        Index("uq_post_original", "item_id", "account_id", "form", "occurrence", unique=True,
              sqlite_where=text("corrects_id IS NULL"), postgresql_where=text("corrects_id IS NULL")),
        Index("uq_post_correction", "corrects_id", unique=True, sqlite_where=text(_CORRECTING),
              postgresql_where=text(_CORRECTING)),
        CheckConstraint(f"state IN ({_STATES})", name="state_known"),
        CheckConstraint(
            "state NOT IN ('scheduled', 'staged', 'publishing', 'uncertain')"
            " OR (due_at IS NOT NULL AND approved_digest IS NOT NULL)",
            name="approved_and_due",
        ),
        CheckConstraint(
            "state NOT IN ('staged', 'publishing', 'uncertain')"
            " OR (staged_digest IS NOT NULL AND staged_digest = approved_digest)",
            name="staged_as_approved",
        ),
        CheckConstraint(
            "state NOT IN ('published', 'retracting', 'retracted') OR published_at IS NOT NULL",
            name="public_with_receipt",
        ),
        Index("ix_post_due", "state", "next_try_at", "id"),  # PostgreSQL else sorts all that are due at one moment
        Index("ix_post_state_due_at", "state", "due_at"),
        Index("ix_post_account_state", "account_id", "state"),
        Index("ix_post_account_due", "account_id", "due_at", "id"),
        Index("ix_post_item_account", "item_id", "account_id"),
        Index("ix_post_published_at", "published_at", "id"),
        Index("ix_post_calendar", "due_at", "account_id", "state", "item_id"),
        Index("ix_post_left", "reason_code", sqlite_where=text(_LEFT), postgresql_where=text(_LEFT)),
        Index("ix_post_closed", "changed_at", "id", sqlite_where=text(_OVER), postgresql_where=text(_OVER)),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    form: Mapped[str] = mapped_column(default="feed")
    occurrence: Mapped[int] = mapped_column(default=1)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    code: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=State.DRAFTED)
    item_revision: Mapped[int]
    document: Mapped[dict[str, Any]]
    digest: Mapped[str]
    problems: Mapped[list[Any]]
    officer_text: Mapped[str | None]
    due_at: Mapped[datetime | None]
    earliest_at: Mapped[datetime | None]
    plan_why: Mapped[str] = mapped_column(default="", server_default=text("''"))
    next_try_at: Mapped[datetime | None]
    approved_digest: Mapped[str | None]
    staged_digest: Mapped[str | None]
    sent_digest: Mapped[str | None]
    published_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    looks: Mapped[int] = mapped_column(default=0)
    resends: Mapped[int] = mapped_column(default=0)
    stage_losses: Mapped[int] = mapped_column(default=0)
    reason_code: Mapped[str] = mapped_column(default="")
    reason_text: Mapped[str] = mapped_column(default="")
    reason_who: Mapped[str] = mapped_column(default="")
    recall_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class ApprovalRow(Base):
    """Who released which document, when, for when. Append-only."""

    __tablename__ = "approval"
    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    digest: Mapped[str]
    document: Mapped[dict[str, Any]]
    due_at: Mapped[datetime]
    actor: Mapped[PersonKey]
    at: Mapped[datetime]


class StageRow(Base):
    """The prepared thing at the platform. ``state``: open, ready, used, leftover (to be removed), gone."""

    __tablename__ = "stage"
    __table_args__ = (
        Index("uq_stage_live", "post_id", unique=True, sqlite_where=text(_LIVE), postgresql_where=text(_LIVE)),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    key: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str]
    data: Mapped[dict[str, Any] | None]
    state: Mapped[str] = mapped_column(default="open", index=True)
    expires_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class AttemptRow(Base):
    """One call, opened before it and closed after. ``kind``: stage, release, look, retract, unstage.

    The partial unique index is the promise "at most one call in flight per account", kept by the database.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        Index("uq_attempt_open", "account_id", unique=True, sqlite_where=text("finished_at IS NULL"),
              postgresql_where=text("finished_at IS NULL")),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id"))
    kind: Mapped[str]
    owner: Mapped[str] = mapped_column(index=True)
    fence: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
    code: Mapped[str] = mapped_column(default="")
    detail: Mapped[str] = mapped_column(default="")


class ReceiptRow(Base):
    """The proof of publication. One text of a remote post never proves two of ours.

    ``revision`` is 1 for what was posted, and one more each time that a correction changed the text in its place.
    """

    __tablename__ = "receipt"
    __table_args__ = (UniqueConstraint("account_id", "remote_id", "revision"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    remote_id: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    url: Mapped[str]
    at: Mapped[datetime]
    retracted_at: Mapped[datetime | None]
    retraction: Mapped[str] = mapped_column(default="")
