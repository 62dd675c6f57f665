"""Logins that are half done: kept under a key that the browser holds, for minutes, and good once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from distributor.domain import Refused
from distributor.store.tables import LoginStepRow

PATIENCE = timedelta(minutes=10)
"""How long a person may take for the next step; own choice."""

CODE, PASSKEY, PASSKEY_ADDED, PROVIDER = "code", "passkey", "passkey.added", "provider"


def begin(session: Session, kind: str, now: datetime, document: Mapping[str, Any], user_id: int | None = None) -> str:
    """Keep a step; return its key."""
    key = secrets.token_urlsafe(32)
    session.execute(delete(LoginStepRow).where(LoginStepRow.until <= now))
    session.add(
        LoginStepRow(key_hash=_hash(key), kind=kind, user_id=user_id, document=dict(document), until=now + PATIENCE)
    )
    return key


def waiting(session: Session, kind: str, key: str, now: datetime, *, lock: bool = True) -> LoginStepRow:
    """Return the step behind a key. Raises: Refused if it is over or was never begun."""
    query = select(LoginStepRow).where(
        LoginStepRow.key_hash == _hash(key), LoginStepRow.kind == kind, LoginStepRow.until > now
    )
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        text = "Diese Anmeldung ist abgelaufen oder schon benutzt; bitte von vorn beginnen."
        raise Refused(text, code="login.over")
    return row


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
