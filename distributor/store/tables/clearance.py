"""What was answered about an Item, who is shown in it, and what they signed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from distributor.store.tables.base import Base, PersonKey


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
