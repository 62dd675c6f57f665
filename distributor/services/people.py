"""People: who they are, what roles they hold, and how they log in."""

from __future__ import annotations

import getpass
import hashlib
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused, Role
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.store.posts import record
from distributor.store.tables import MembershipRow, OrganisationRow, SessionRow, UserRow

_HASHER = PasswordHasher()
_SESSION_LIFE = timedelta(hours=12)
_SHORTEST_PASSWORD = 10
_FREE_FAILURES = 5


@dataclass(frozen=True, slots=True)
class Membership:
    """A role, for one Organisation (slug) or, empty, for all."""

    role: Role
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Login:
    """A session as the browser needs it: the cookie's value, and the token against forged forms."""

    cookie: str
    csrf: str
    expires_at: datetime


def add_user(
    deps: Deps,
    actor: Actor,
    login: str,
    memberships: Sequence[Membership],
    now: datetime,
    *,
    name: str = "",
    password: str = "",
) -> None:
    """Add a person, or replace name, roles and (if given) password of one who exists. Raises: Refused."""
    require(actor, "user")
    if not login or not login.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise Refused(f"„{login}“ ist kein brauchbarer Anmeldename (Buchstaben, Ziffern, - _ .).", code="user.login")
    with deps.store.write() as session:
        row = session.scalars(select(UserRow).where(UserRow.login == login)).one_or_none()
        if row is None:
            row = UserRow(login=login)
            session.add(row)
        row.name = name or row.name or login
        if password:
            row.password_hash = hashed(password)
        session.flush()
        with _keeping_an_operator(session):
            session.execute(delete(MembershipRow).where(MembershipRow.user_id == row.id))
            for membership in memberships:
                where = _organisation(session, membership)
                session.add(MembershipRow(user_id=row.id, role=membership.role, organisation_id=where))
        record(session, now=now, actor=actor, what="user.set", subject="user", subject_id=row.id)


@contextmanager
def _keeping_an_operator(session: Session) -> Iterator[None]:
    """Raises: Refused if a change inside would leave nobody to manage people."""
    before = _has_operator(session)
    yield
    session.flush()
    if before and not _has_operator(session):
        text = "Das ginge nicht mehr zurück: Mindestens eine aktive Person braucht die Rolle Betrieb (operator)."
        raise Refused(text, code="user.last_operator")


def _has_operator(session: Session) -> bool:
    query = (
        select(UserRow.id)
        .join(MembershipRow, MembershipRow.user_id == UserRow.id)
        .where(UserRow.active, MembershipRow.role == Role.OPERATOR)
    )
    return session.scalars(query).first() is not None


def hashed(password: str) -> str:
    """Return the hash to store. Raises: Refused for a password that is too short."""
    if len(password) < _SHORTEST_PASSWORD:
        text = f"Das Kennwort braucht mindestens {_SHORTEST_PASSWORD} Zeichen."
        raise Refused(text, code="user.password")
    return _HASHER.hash(password)


def _organisation(session: Session, membership: Membership) -> int | None:
    if membership.role is Role.OFFICER and not membership.organisation:
        raise Refused("Kanalverantwortliche brauchen ein Jobcenter (--organisation).", code="user.organisation")
    if not membership.organisation:
        return None
    row = session.scalars(select(OrganisationRow).where(OrganisationRow.slug == membership.organisation)).one_or_none()
    if row is None:
        raise Refused(f"Das Jobcenter „{membership.organisation}“ gibt es nicht.", code="organisation.unknown")
    return row.id


def actor_named(deps: Deps, login: str) -> Actor:
    """Return the person behind ``--as``, with the unix user who typed it. Raises: Refused."""
    with deps.store.read() as session:
        row = session.scalars(select(UserRow).where(UserRow.login == login, UserRow.active)).one_or_none()
        if row is None:
            text = f"„{login}“ ist keine bekannte Person; `distributor users list` zeigt alle."
            raise Refused(text, code="user.unknown")
        return _actor(session, row, unix_user=_unix_user())


def _actor(session: Session, row: UserRow, unix_user: str = "") -> Actor:
    query = (
        select(MembershipRow.role, OrganisationRow.slug)
        .outerjoin(OrganisationRow, MembershipRow.organisation_id == OrganisationRow.id)
        .where(MembershipRow.user_id == row.id)
    )
    held = [(Role(role), slug) for role, slug in session.execute(query)]
    return Actor(
        login=row.login,
        roles=frozenset(role for role, _ in held),
        organisations=frozenset(slug for role, slug in held if role is Role.OFFICER and slug),
        unix_user=unix_user,
    )


def _unix_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def log_in(deps: Deps, login: str, password: str, now: datetime) -> Login:
    """Open a session. Raises: Refused with one and the same sentence for every wrong pair."""
    wrong = Refused("Anmeldename oder Kennwort stimmt nicht.", code="login.wrong")
    wanted = select(UserRow).where(UserRow.login == login, UserRow.active)
    with deps.store.read() as session:
        known = session.scalars(wanted).one_or_none()
    right = _verified(known, password)  # slow on purpose, so outside the writing transaction
    with deps.store.write() as session:
        row = session.scalars(wanted.with_for_update()).one_or_none()
        if row is not None and row.locked_until is not None and row.locked_until > now:
            text = "Zu viele Fehlversuche; bitte in einigen Minuten erneut versuchen."
            raise Refused(text, code="login.locked")
        if right and row is not None and known is not None and row.password_hash == known.password_hash:
            row.failures, row.locked_until = 0, None
            return _open(session, row, now)
        if row is not None:
            row.failures += 1
            over = row.failures - _FREE_FAILURES
            row.locked_until = now + timedelta(seconds=30 * 2 ** min(over, 6)) if over >= 0 else None
    raise wrong


def _verified(row: UserRow | None, password: str) -> bool:
    """Verify, taking as long for an unknown login as for a known one."""
    try:
        return _HASHER.verify(row.password_hash if row and row.password_hash else _DUMMY, password) and row is not None
    except Argon2Error:
        return False


_DUMMY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$QW4gdW51c2VkIGhhc2ggdGhhdCBuZXZlciBmaXRzLi4uLi4"


def _open(session: Session, row: UserRow, now: datetime) -> Login:
    cookie, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    session.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
    session.add(SessionRow(id_hash=_hash(cookie), user_id=row.id, csrf=csrf, expires_at=now + _SESSION_LIFE))
    return Login(cookie, csrf, now + _SESSION_LIFE)


def session_of(deps: Deps, cookie: str, now: datetime) -> tuple[Actor, str] | None:
    """Return the person behind a cookie and the session's form token, or None."""
    with deps.store.read() as session:
        query = (
            select(UserRow, SessionRow.csrf)
            .join(SessionRow, SessionRow.user_id == UserRow.id)
            .where(SessionRow.id_hash == _hash(cookie), SessionRow.expires_at > now, UserRow.active)
        )
        found = session.execute(query).first()
        return None if found is None else (_actor(session, found[0]), found[1])


def log_out(deps: Deps, cookie: str) -> None:
    """End the session behind a cookie."""
    with deps.store.write() as session:
        session.execute(delete(SessionRow).where(SessionRow.id_hash == _hash(cookie)))


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def users(deps: Deps) -> list[dict[str, object]]:
    """Return every person with roles, for listings."""
    with deps.store.read() as session:
        return [
            {
                "login": row.login,
                "name": row.name,
                "active": row.active,
                "roles": sorted(_actor(session, row).roles),
                "organisations": sorted(_actor(session, row).organisations),
            }
            for row in session.scalars(select(UserRow).order_by(UserRow.login))
        ]


def set_active(deps: Deps, actor: Actor, login: str, active: bool, now: datetime) -> None:
    """Let a person in or lock them out; open sessions end at once. Raises: Refused."""
    require(actor, "user")
    with deps.store.write() as session:
        row = session.scalars(select(UserRow).where(UserRow.login == login)).one_or_none()
        if row is None:
            raise Refused(f"„{login}“ ist keine bekannte Person.", code="user.unknown")
        with _keeping_an_operator(session):
            row.active = active
        if not active:
            session.execute(delete(SessionRow).where(SessionRow.user_id == row.id))
        what = "user.enabled" if active else "user.disabled"
        record(session, now=now, actor=actor, what=what, subject="user", subject_id=row.id)


def set_passwords(deps: Deps, actor: Actor, logins: Sequence[str], password: str, now: datetime) -> None:
    """Give these people one password, hashed once. Raises: Refused."""
    require(actor, "user")
    stored = hashed(password)
    with deps.store.write() as session:
        for row in session.scalars(select(UserRow).where(UserRow.login.in_(logins))):
            row.password_hash = stored
            record(session, now=now, actor=actor, what="user.password", subject="user", subject_id=row.id)
