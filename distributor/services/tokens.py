"""Tokens for programs: each acts in a person's name, in one of their roles, for one Jobcenter where the role has one.

A token never allows more than its person is allowed at that moment: who is locked out or loses a role takes the token
along. Only a hash is kept.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused, Role
from distributor.services.calendars import organisation_named
from distributor.services.deps import Deps
from distributor.services.people import actor_of
from distributor.services.permission import require
from distributor.store.posts import record
from distributor.store.tables import ApiTokenRow, OrganisationRow, UserRow

PREFIX = "kjc_"
"""How a token begins, so that scanners for lost secrets can know one."""

LONGEST = 366
"""Days that a token may live; own choice."""

_NOTED = timedelta(hours=1)


def add(
    deps: Deps, actor: Actor, login: str, role: Role, organisation: str, name: str, days: int, now: datetime
) -> str:
    """Make a token and return it, this once. Raises: Refused if its person does not hold the role themselves."""
    require(actor, "user")
    if not 1 <= days <= LONGEST:
        raise Refused(f"Ein Token gilt 1 bis {LONGEST} Tage.", code="token.days")
    if (role is Role.OFFICER) != bool(organisation):
        text = "Ein Jobcenter gehört zur Rolle officer, und zu ihr gehört eines; die anderen Rollen gelten für alle."
        raise Refused(text, code="token.organisation")
    token = PREFIX + secrets.token_urlsafe(32)
    with deps.store.write() as session:
        row = session.scalars(select(UserRow).where(UserRow.login == login, UserRow.active)).one_or_none()
        if row is None:
            raise Refused(f"„{login}“ ist keine bekannte Person.", code="user.unknown")
        owner = organisation_named(session, organisation) if organisation else None
        held = actor_of(session, row, now)
        if role not in held.roles or (organisation and organisation not in held.organisations):
            raise Refused(f"„{login}“ hat diese Rolle selbst nicht.", code="token.role")
        made = ApiTokenRow(
            user_id=row.id, name=name.strip() or "ohne Namen", token_hash=digest_of(token), role=role,
            organisation_id=owner.id if owner else None, made_at=now, until=now + timedelta(days=days),
        )  # fmt: skip
        session.add(made)
        session.flush()
        record(session, now=now, actor=actor, what="token.added", subject="token", subject_id=made.id,
               organisation=organisation)  # fmt: skip
    return token


def revoke(deps: Deps, actor: Actor, number: int, now: datetime) -> None:
    """End a token for good. Raises: Refused."""
    require(actor, "user")
    with deps.store.write() as session:
        row = session.get(ApiTokenRow, number)
        if row is None:
            raise Refused(f"Das Token {number} gibt es nicht.", code="token.unknown")
        row.revoked_at = row.revoked_at or now
        record(session, now=now, actor=actor, what="token.revoked", subject="token", subject_id=number,
               organisation="")  # fmt: skip


def listed(deps: Deps, now: datetime) -> list[dict[str, Any]]:
    """Return all tokens without anything that opens a door; ``good`` tells whether one still does."""
    with deps.store.read() as session:
        query = (
            select(ApiTokenRow, UserRow, OrganisationRow.slug)
            .join(UserRow, ApiTokenRow.user_id == UserRow.id)
            .outerjoin(OrganisationRow, ApiTokenRow.organisation_id == OrganisationRow.id)
            .order_by(ApiTokenRow.id)
        )
        return [
            {
                "id": row.id,
                "name": row.name,
                "login": user.login,
                "role": row.role,
                "organisation": slug,
                "made_at": row.made_at.isoformat(),
                "until": row.until.isoformat(),
                "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
                "used_at": row.used_at.isoformat() if row.used_at else None,
                "good": user.active and row.revoked_at is None and row.until > now,
            }
            for row, user, slug in session.execute(query)
        ]


def actor_behind(deps: Deps, token: str, now: datetime) -> Actor | None:
    """Return who acts by a token, with no more than its person holds now; None if it opens nothing."""
    with deps.store.read() as session:
        found = _found(session, token, now)
        if found is None:
            return None
        row, user, slug = found
        held = actor_of(session, user, now)
        stale = row.used_at is None or now - row.used_at > _NOTED
    if stale:
        with deps.store.write() as session:
            session.get_one(ApiTokenRow, row.id).used_at = now
    return Actor(
        login=user.login,
        roles=held.roles & {Role(row.role)},
        organisations=held.organisations & {slug},
        unix_user=f"token-{row.id}",
    )


def _found(session: Session, token: str, now: datetime) -> tuple[ApiTokenRow, UserRow, str] | None:
    query = (
        select(ApiTokenRow, UserRow, OrganisationRow.slug)
        .join(UserRow, ApiTokenRow.user_id == UserRow.id)
        .outerjoin(OrganisationRow, ApiTokenRow.organisation_id == OrganisationRow.id)
        .where(
            ApiTokenRow.token_hash == digest_of(token),
            ApiTokenRow.revoked_at.is_(None),
            ApiTokenRow.until > now,
            UserRow.active,
        )
    )
    found = session.execute(query).first()
    return None if found is None else (found[0], found[1], found[2] or "")


def digest_of(token: str) -> str:
    """Return what is kept of a token; it is too random to need a slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
