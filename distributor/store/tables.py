"""The tables. The database is the truth, and it holds the invariants that no code may break."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, ClassVar

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


PersonKey = Annotated[str, mapped_column(info={"person": True})]
"""Who acted, by pseudonym (``store.pseudonyms``): never a login, so that a name can be erased and the record stands."""


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


class OccasionRow(Base):
    """A special day or span of days that a person entered, for one Organisation or (NULL) for all; both days included.

    ``uid`` names it in the calendar file it came from, or is our own.
    """

    __tablename__ = "occasion"
    __table_args__ = (UniqueConstraint("organisation_id", "uid"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    uid: Mapped[str]
    kind: Mapped[str]
    first: Mapped[date]
    last: Mapped[date] = mapped_column(index=True)
    title: Mapped[str]
    topics: Mapped[list[Any]]
    actor: Mapped[PersonKey]
    at: Mapped[datetime]


class CalendarLinkRow(Base):
    """A person's address of a calendar to subscribe to: one Organisation's or (NULL) of all. Only its hash is kept."""

    __tablename__ = "calendar_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]


class ChannelTextRow(Base):
    """A channel's text template."""

    __tablename__ = "channel_text"
    channel: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]


class LexiconRow(Base):
    """The house's own words for the rules on texts, laid over what is shipped."""

    __tablename__ = "lexicon"
    name: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]


class AccountRow(Base):
    """One Organisation's login on one Channel, and the claim on it: at most one call in flight per account.

    From ``retiring_at`` on nothing more goes out on it; at ``retired_at`` its secrets are gone. ``retire_published`` is
    ``keep`` or ``delete``: what becomes of its public posts. Posts of Items on ``auto_topics`` are approved without a
    person, as ``auto_by`` wanted.
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
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    retiring_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    retire_published: Mapped[str] = mapped_column(default="", server_default=text("''"))
    retire_reason: Mapped[str] = mapped_column(default="", server_default=text("''"))
    auto_topics: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    auto_by: Mapped[PersonKey] = mapped_column(default="", server_default=text("''"))


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
    """A login in the browser; only the hash of its cookie is kept."""

    __tablename__ = "web_session"
    id_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    csrf: Mapped[str]
    expires_at: Mapped[datetime]


class FeedRow(Base):
    """A feed and what is known of its last answer.

    ``url`` is what a person entered, ``moved_to`` where permanent redirects led. ``polls`` counts, so that of two polls
    at once the later one is noticed. ``listed`` are the Items of the last answer, newest first; ``missing`` those that
    an answer since ``shrunk_at`` lacks, too many to ask about one by one. ``hub``, ``topic`` and ``wishes`` (how seldom
    it wants to be asked) are what it said last of itself. A removed feed keeps its row, because its Items stay.
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


class ItemRow(Base):
    """One entry of the portal's feed, in its newest revision.

    ``stage`` is ``active``, ``held`` (waits for an editor), ``history`` (older than the first poll took) or
    ``withdrawn``. ``stale`` tells planning that its posts must be rendered anew. ``flood_at`` is the poll that held it
    among too many. ``gone_at`` asks an editor whether it stays although the portal lists it no more, ``kept_at`` is the
    answer that it does. At ``deleted_at`` the portal said in so many words that it took the Item back.
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
    flood_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
    kept_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    stale: Mapped[bool] = mapped_column(default=True, index=True)
    priority: Mapped[int] = mapped_column(default=0, server_default="0")


class CampaignRow(Base):
    """Items that belong together over weeks: both days included, ``every_days`` between two posts of an account."""

    __tablename__ = "campaign"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    first: Mapped[date]
    last: Mapped[date]
    every_days: Mapped[int]
    actor: Mapped[PersonKey]
    at: Mapped[datetime]


class CampaignItemRow(Base):
    """An Item's place in a campaign; it has one at most."""

    __tablename__ = "campaign_item"
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, autoincrement=False)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)


class RepeatRow(Base):
    """An evergreen Item: ``times`` further posts on each account, ``every_days`` apart, none from ``until`` on."""

    __tablename__ = "item_repeat"
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, autoincrement=False)
    every_days: Mapped[int]
    times: Mapped[int]
    until: Mapped[datetime | None]
    actor: Mapped[PersonKey]
    at: Mapped[datetime]


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
    """One medium of an Item: ``pending`` until fetched, then ``ready`` or ``refused`` with the German reason.

    A ``withdrawn`` one is used no more; its file is deleted, and then its ``sha256`` is empty.
    """

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
    actor: Mapped[PersonKey]
    at: Mapped[datetime]


class PersonRow(Base):
    """Somebody shown, by key and never by name; the name stands in the signed document only.

    ``adult_on`` is the day a minor comes of age, ``guardians`` how many must sign till then. An erased person's
    documents are gone.
    """

    __tablename__ = "person"
    key: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    adult_on: Mapped[date | None]
    guardians: Mapped[int]
    actor: Mapped[PersonKey]
    at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class ConsentRow(Base):
    """A signed form; rows are added and withdrawn, never changed. ``document`` is the SHA-256 of what was signed."""

    __tablename__ = "consent"
    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.key"), index=True)
    form: Mapped[str]
    signed_on: Mapped[date]
    until: Mapped[date | None]
    guardians: Mapped[int]
    scopes: Mapped[list[Any]]
    channels: Mapped[list[Any]]
    document: Mapped[str]
    actor: Mapped[PersonKey]
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class ItemPersonRow(Base):
    """A person in an Item and what is shown of them; a link that was taken back stays, with the time it ended."""

    __tablename__ = "item_person"
    __table_args__ = (
        Index("uq_item_person_present", "item_id", "person", unique=True, sqlite_where=text("ended_at IS NULL"),
              postgresql_where=text("ended_at IS NULL")),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.key"), index=True)
    shown: Mapped[list[Any]]
    actor: Mapped[PersonKey]
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class OverrideRow(Base):
    """An editor's own wording of an Item for a channel: of one ``occurrence`` (from 2 on a repeat), or (0) of all."""

    __tablename__ = "override"
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    occurrence: Mapped[int] = mapped_column(primary_key=True, default=0, server_default="0", autoincrement=False)
    du: Mapped[str]
    sie: Mapped[str]
    actor: Mapped[PersonKey]
    at: Mapped[datetime]


_STATES = ", ".join(f"'{state}'" for state in State)


class PostRow(Base):
    """A Variant and its life. Only ``store.posts.move`` writes ``state``.

    ``earliest_at`` is when a repeat may come again. ``plan_why`` is the plan's German reason for the proposed time, or
    for there being none; it is empty where a person chose the time.
    """

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
    """What happened, to what, by whom. Never holds texts or names.

    ``reason`` is a code; of the words said as a reason it holds the SHA-256 (``reason_sha256``), they themselves stand
    with the thing. ``organisation`` is the slug of the Jobcenter concerned, empty for what concerns all.
    ``seal`` is the number of the SealRow that covers it; None until it is sealed.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_subject", "subject", "subject_id"),
        Index("ix_event_sealed", "organisation", "seal"),
        Index("ix_event_unsealed", "organisation", sqlite_where=text("seal IS NULL"),
              postgresql_where=text("seal IS NULL")),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[PersonKey]
    unix_user: Mapped[PersonKey] = mapped_column(default="")
    what: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[str]
    from_state: Mapped[str] = mapped_column(default="")
    to_state: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(default="")
    organisation: Mapped[str] = mapped_column(default="", server_default=text("''"))
    reason_sha256: Mapped[str] = mapped_column(default="", server_default=text("''"))
    seal: Mapped[int | None]


class SealRow(Base):
    """A link of one Organisation's chain over its events; the empty slug is the chain of what concerns all.

    ``content`` is the digest of the covered events, ``hash`` that of this seal with ``previous``. ``pruned_at`` says
    that its events were deleted after their time; the seal stays.
    """

    __tablename__ = "seal"
    organisation: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first: Mapped[int]
    last: Mapped[int]
    count: Mapped[int]
    content: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]
    at: Mapped[datetime]
    pruned_at: Mapped[datetime | None]


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


class RecallRow(Base):
    """One act of taking back. ``kind`` is person, item, medium or post; ``subject`` its key, number or SHA-256.

    ``cause`` is who asked for it: ``person``, or the portal's ``embargo``, ``expiry`` or ``deleted``. Until
    ``deadline`` everything of it must be down; at ``done_at`` it was.
    """

    __tablename__ = "recall"
    __table_args__ = (Index("ix_recall_subject", "kind", "subject"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    cause: Mapped[str] = mapped_column(default="person")
    reason: Mapped[str]
    actor: Mapped[PersonKey]
    at: Mapped[datetime]
    deadline: Mapped[datetime]
    done_at: Mapped[datetime | None] = mapped_column(index=True)


class TakedownRow(Base):
    """What a Recall means for one post: in which state it ``found`` it, and when people were last reminded of it."""

    __tablename__ = "takedown"
    __table_args__ = (UniqueConstraint("recall_id", "post_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    found: Mapped[str]
    reminded_at: Mapped[datetime | None]


class TombstoneRow(Base):
    """What may not come in again: an Item by guid, address and fingerprint, or a medium by its content.

    The portal is told at ``tell_at`` until it knows at ``told_at``; both are empty where it said so itself.
    """

    __tablename__ = "tombstone"
    id: Mapped[int] = mapped_column(primary_key=True)
    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"))
    feed_id: Mapped[int | None] = mapped_column(ForeignKey("feed.id"))
    guid: Mapped[str] = mapped_column(default="", index=True)
    link: Mapped[str] = mapped_column(default="", index=True)
    fingerprint: Mapped[str] = mapped_column(default="", index=True)
    sha256: Mapped[str] = mapped_column(default="", index=True)
    at: Mapped[datetime]
    tell_at: Mapped[datetime | None] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]


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
