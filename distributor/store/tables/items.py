"""The portal's entries, their revisions and media, and what they belong to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from distributor.store.tables.base import Base, PersonKey

_UNCLEAR, _DELETED = "cleared_at IS NULL", "deleted_at IS NOT NULL"
_BOUNDED, _REVISED = "valid_until IS NOT NULL", "revision > 1"


class ItemRow(Base):
    """One entry of the portal's feed, in its newest revision.

    ``stage`` is ``active``, ``held`` (waits for an editor), ``history`` (older than the first poll took) or
    ``withdrawn``. ``stale`` tells planning that its posts must be rendered anew. ``flood_at`` is the poll that held it
    among too many. ``gone_at`` asks an editor whether it stays although the portal lists it no more, ``kept_at`` is the
    answer that it does. At ``deleted_at`` the portal said in so many words that it took the Item back.
    """

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("feed_id", "guid"),
        Index("ix_item_unclear", "stage", sqlite_where=text(_UNCLEAR), postgresql_where=text(_UNCLEAR)),
        Index("ix_item_deleted", "id", sqlite_where=text(_DELETED), postgresql_where=text(_DELETED)),
        Index("ix_item_valid_until", "valid_until", sqlite_where=text(_BOUNDED), postgresql_where=text(_BOUNDED)),
        Index("ix_item_revised", "changed_at", "id", sqlite_where=text(_REVISED), postgresql_where=text(_REVISED)),
    )
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
    embargo_until: Mapped[datetime | None] = mapped_column(index=True)
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


class SettlementRow(Base):
    """What a person decided about public posts when the Item changed: ``leave``, ``correct`` or ``recall``."""

    __tablename__ = "item_settlement"
    __table_args__ = (
        UniqueConstraint("item_id", "revision"),
        CheckConstraint("choice IN ('leave', 'correct', 'recall')", name="choice_known"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    revision: Mapped[int]
    choice: Mapped[str]
    reason: Mapped[str]
    actor: Mapped[PersonKey]
    at: Mapped[datetime]


class MediumRow(Base):
    """One medium of an Item: ``pending`` until fetched, then ``ready`` or ``refused`` with the German reason.

    ``kind`` is ``image``, ``video``, ``captions``, or ``card`` for a title card that we made; ``facts`` is what opening
    a picture or a video told, of typed captions their text. A ``withdrawn`` one is used no more; its file is deleted,
    and then its ``sha256`` is empty.
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
    facts: Mapped[dict[str, Any] | None] = mapped_column(default=dict)
    etag: Mapped[str] = mapped_column(default="", server_default=text("''"))
    modified: Mapped[str] = mapped_column(default="", server_default=text("''"))
    looked_at: Mapped[datetime | None]


class FilmRow(Base):
    """A rendition of a video that is still to be made, by whichever daemon comes first, or that could not be made.

    It is done once for all accounts, and then a :class:`RenditionRow`. ``document`` is what is to be made of it,
    ``captions`` the hash of what is burnt in. Who works on it holds it ``until``.
    """

    __tablename__ = "film"
    __table_args__ = (CheckConstraint("state IN ('waiting', 'working', 'refused')", name="state_known"),)
    source: Mapped[str] = mapped_column(primary_key=True)
    shape: Mapped[str] = mapped_column(primary_key=True)
    captions: Mapped[str] = mapped_column(default="")
    document: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    percent: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)
    until: Mapped[datetime | None]
    asked_at: Mapped[datetime]


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
