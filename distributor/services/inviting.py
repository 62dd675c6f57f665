"""Invite a person to the desk: a link that lets them choose their own password, once, within three days.

Nothing is stored for it. The link is signed over the password that it replaces, so it is worth nothing once one was
chosen; and over nothing that is secret, so it may be told by whatever way people have.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused
from distributor.services import passwords, sessions
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.store.posts import record
from distributor.store.tables import UserRow

GOOD_FOR = timedelta(days=3)
"""How long an invitation may be used; own choice: a weekend lies within."""


def invite(deps: Deps, actor: Actor, login: str, now: datetime) -> str:
    """Return what the link must carry. Raises: Refused."""
    require(actor, "user")
    with deps.store.write() as session:
        row = session.scalars(select(UserRow).where(UserRow.login == login, UserRow.active)).one_or_none()
        if row is None:
            raise Refused(f"„{login}“ ist keine bekannte Person.", code="user.unknown")
        told = json.dumps({"who": row.id, "until": int((now + GOOD_FOR).timestamp())}, sort_keys=True)
        record(session, now=now, actor=actor, what="user.invited", subject="user", subject_id=row.id)
        return f"{_packed(told.encode())}.{_signature(deps, told, row)}"


def invited(deps: Deps, ticket: str, now: datetime) -> str:
    """Return the login of whom a link invites. Raises: Refused for one that is not good (any more)."""
    with deps.store.read() as session:
        return _row(deps, session, ticket, now).login


def accept(deps: Deps, ticket: str, password: str, now: datetime) -> str:
    """Give who was invited the password they chose; return their login. All their sessions end. Raises: Refused."""
    with deps.store.read() as session:
        row = _row(deps, session, ticket, now)
        about = (row.login, row.name)
    stored = passwords.hashed(password, about)
    with deps.store.write() as session:
        row = _row(deps, session, ticket, now, lock=True)
        row.password_hash, row.failures, row.locked_until = stored, 0, None
        sessions.end_all(session, row.id)
        actor = Actor(row.login)
        record(session, now=now, actor=actor, what="user.password", subject="user", subject_id=row.id)
        return row.login


def _row(deps: Deps, session: Session, ticket: str, now: datetime, *, lock: bool = False) -> UserRow:
    gone = Refused(
        "Diese Einladung gilt nicht (mehr): Sie ist älter als drei Tage, schon benutzt oder unvollständig kopiert. "
        "Bitte den Betrieb um eine neue.",
        code="invitation.unknown",
    )
    packed, _dot, signature = ticket.partition(".")
    try:
        told = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
        document = json.loads(told)
        who, until = int(document["who"]), int(document["until"])
    except (ValueError, KeyError, TypeError):
        raise gone from None
    query = select(UserRow).where(UserRow.id == who, UserRow.active)
    row = session.scalars(query.with_for_update() if lock else query).one_or_none() if 0 < who < 2**31 else None
    if row is None or not hmac.compare_digest(_signature(deps, told, row).encode(), signature.encode()):
        raise gone
    if now.timestamp() >= until:
        raise gone
    return row


def _signature(deps: Deps, told: str, row: UserRow) -> str:
    said = f"invitation:{told}:{row.password_hash}"
    return _packed(hmac.new(deps.vault.signing_key(), said.encode(), hashlib.sha256).digest())


def _packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
