"""A Jobcenter and its calendars, special days, channel texts and words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from distributor.store.tables.base import Base, PersonKey


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
    __table_args__ = (
        UniqueConstraint("organisation_id", "uid"),
        Index("uq_occasion_for_all", "uid", unique=True, sqlite_where=text("organisation_id IS NULL"),
              postgresql_where=text("organisation_id IS NULL")),
    )  # fmt: skip
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
