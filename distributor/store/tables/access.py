"""What people prove who they are with, beside a password, and logins that are half done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from distributor.store.tables.base import Base


class LoginStepRow(Base):
    """A login that is half done: what it still needs, under the hash of the key that its browser holds."""

    __tablename__ = "login_step"
    key_hash: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    document: Mapped[dict[str, Any]]
    until: Mapped[datetime]


class CodeAppRow(Base):
    """The secret of a person's app for codes, locked; ``last_step`` is the half minute of the last code taken."""

    __tablename__ = "code_app"
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    locked: Mapped[bytes]
    last_step: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None]


class RecoveryCodeRow(Base):
    """A code for when the app is lost, as a hash; good once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class PasskeyRow(Base):
    """A passkey: the public half, its id in base64url, how often it says it was used, and what its person calls it."""

    __tablename__ = "passkey"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    credential_id: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    uses: Mapped[int] = mapped_column(default=0)
    name: Mapped[str]
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiTokenRow(Base):
    """A token with which a program acts in a person's name, in one of their roles; kept as a hash."""

    __tablename__ = "api_token"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    made_at: Mapped[datetime]
    until: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class ApiAnswerRow(Base):
    """What a write of a program was answered, under its own key; ``status`` is 0 while it is still being done."""

    __tablename__ = "api_answer"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_sha256: Mapped[str]
    status: Mapped[int]
    document: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class IdentityRow(Base):
    """Whom the house's own login knows a person as: its issuer and the subject there."""

    __tablename__ = "identity"
    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    seen_at: Mapped[datetime]
