"""The tables. The database is the truth, and it holds the invariants that no code may break."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, MetaData, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from distributor.domain import State
from distributor.store.types import UtcDateTime

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables share one metadata, with names that migrations can rely on."""

    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        str: Text,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


class OrganisationRow(Base):
    """A KJC. ``document`` is the roster entry; ``position`` orders the staggering."""

    __tablename__ = "organisation"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    document: Mapped[dict[str, Any]]


class CalendarRow(Base):
    """A posting calendar by name."""

    __tablename__ = "calendar"
    name: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]


class ChannelTextRow(Base):
    """A channel's text template."""

    __tablename__ = "channel_text"
    channel: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]


class AccountRow(Base):
    """One Organisation's login on one Channel, and the claim on it: at most one call in flight per account."""

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
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)


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
    """A person's role, for one Organisation or (NULL) for all."""

    __tablename__ = "membership"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))


class SessionRow(Base):
    """A login in the browser; only the hash of its cookie is kept."""

    __tablename__ = "web_session"
    id_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    csrf: Mapped[str]
    expires_at: Mapped[datetime]


class FeedRow(Base):
    """A feed and what is known of its last answer."""

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


class ItemRow(Base):
    """One entry of the portal's feed, in its newest revision.

    ``stage`` is ``active``, ``held`` (waits for an editor), ``history`` (older than the first poll took) or
    ``withdrawn``. ``stale`` tells planning that its posts must be rendered anew.
    """

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("feed_id", "guid"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int | None] = mapped_column(ForeignKey("feed.id"))
    guid: Mapped[str]
    link: Mapped[str] = mapped_column(default="", index=True)
    fingerprint: Mapped[str] = mapped_column(default="", index=True)
    digest: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    stage: Mapped[str] = mapped_column(default="active")
    title: Mapped[str]
    document: Mapped[dict[str, Any]]
    embargo_until: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    stale: Mapped[bool] = mapped_column(default=True, index=True)


class RevisionRow(Base):
    """An Item as it once stood."""

    __tablename__ = "item_revision"
    __table_args__ = (UniqueConstraint("item_id", "revision"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    revision: Mapped[int]
    digest: Mapped[str]
    document: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class MediumRow(Base):
    """One medium of an Item: ``pending`` until fetched, then ``ready`` or ``refused`` with the German reason."""

    __tablename__ = "medium"
    __table_args__ = (UniqueConstraint("item_id", "url"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    position: Mapped[int]
    url: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="pending", index=True)
    trouble: Mapped[str] = mapped_column(default="")
    sha256: Mapped[str] = mapped_column(default="")
    mime: Mapped[str] = mapped_column(default="")
    next_try_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)


class RenditionRow(Base):
    """A source file in a channel's shape: made once, shared by all accounts."""

    __tablename__ = "rendition"
    source: Mapped[str] = mapped_column(primary_key=True)
    shape: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    mime: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]


class AnswerRow(Base):
    """One recorded answer of a Clearance. Append-only: the newest per (question, subject) counts."""

    __tablename__ = "clearance_answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    question: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    answer: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]


class OverrideRow(Base):
    """An editor's own wording of an Item for a channel."""

    __tablename__ = "override"
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    du: Mapped[str]
    sie: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]


_STATES = ", ".join(f"'{state}'" for state in State)


class PostRow(Base):
    """A Variant and its life. Only ``store.posts.move`` writes ``state``."""

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("item_id", "account_id", "form", "occurrence"),
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
        Index("ix_post_state_next_try_at", "state", "next_try_at"),
        Index("ix_post_account_state", "account_id", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
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
    due_at: Mapped[datetime | None] = mapped_column(index=True)
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
    actor: Mapped[str]
    at: Mapped[datetime]


class StageRow(Base):
    """The prepared thing at the platform. ``state``: open, ready, used, leftover (to be removed), gone."""

    __tablename__ = "stage"
    __table_args__ = (
        Index("uq_stage_live", "post_id", unique=True, sqlite_where=text("state IN ('open', 'ready')"),
              postgresql_where=text("state IN ('open', 'ready')")),
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
    """The proof of publication. One remote post never proves two of ours."""

    __tablename__ = "receipt"
    __table_args__ = (UniqueConstraint("account_id", "remote_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    remote_id: Mapped[str]
    url: Mapped[str]
    at: Mapped[datetime]
    retracted_at: Mapped[datetime | None]
    retraction: Mapped[str] = mapped_column(default="")


class EventRow(Base):
    """What happened, to what, by whom. Never holds texts or names of people shown."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_subject", "subject", "subject_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    unix_user: Mapped[str] = mapped_column(default="")
    what: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[str]
    from_state: Mapped[str] = mapped_column(default="")
    to_state: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(default="")


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
    actor: Mapped[str]
    at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str] = mapped_column(default="")


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
