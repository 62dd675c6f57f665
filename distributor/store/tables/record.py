"""What happened, sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from distributor.store.tables.base import Base, PersonKey


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
