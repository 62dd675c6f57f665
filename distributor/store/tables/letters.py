"""Where people want to be written to, and which letters they were sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from distributor.store.tables.base import Base


class MailboxRow(Base):
    """A person's e-mail address; who has none is written to by nobody."""

    __tablename__ = "mailbox"
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    address: Mapped[str]


class LetterRow(Base):
    """That a letter was sent to a person: ``about`` names its cause, and is there once, so it is sent once at most."""

    __tablename__ = "letter"
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    about: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
