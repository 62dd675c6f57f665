"""People: who they are and what roles they hold. How they log in is in ``sessions``."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from distributor.domain import DAEMON, Actor, Refused, Role
from distributor.services import organisations, passwords
from distributor.services.deps import Deps
from distributor.services.permission import allowed, require
from distributor.store.posts import record
from distributor.store.tables import MembershipRow, OrganisationRow, SessionRow, UserRow
from distributor.wording import BERLIN


@dataclass(frozen=True, slots=True)
class Membership:
    """A role, for one Organisation (slug) or, empty, for all."""

    role: Role
    organisation: str = ""


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
    """Add a person, or replace name, roles and (if given) password of one who exists. Raises: Refused.

    Days as somebody's deputy stay as they are; :func:`deputise` changes them.
    """
    require(actor, "user")
    if login == DAEMON.login or not login.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise Refused(f"„{login}“ ist kein brauchbarer Anmeldename (Buchstaben, Ziffern, - _ .).", code="user.login")
    about = (login, name, *(each.organisation for each in memberships))
    stored = passwords.hashed(password, about) if password else ""
    with deps.store.write() as session:
        row = session.scalars(select(UserRow).where(UserRow.login == login)).one_or_none()
        if row is None:
            row = UserRow(login=login)
            session.add(row)
        row.name = name or row.name or login
        if password:
            row.password_hash = stored
        session.flush()
        if password:
            session.execute(delete(SessionRow).where(SessionRow.user_id == row.id))
        with keeping_an_operator(session):
            session.execute(delete(MembershipRow).where(MembershipRow.user_id == row.id, MembershipRow.first.is_(None)))
            for membership in memberships:
                where = organisation_id(session, membership)
                session.add(MembershipRow(user_id=row.id, role=membership.role, organisation_id=where))
        record(session, now=now, actor=actor, what="user.set", subject="user", subject_id=row.id)


def deputise(
    deps: Deps, actor: Actor, login: str, organisation: str, first: date | None, last: date | None, now: datetime
) -> None:
    """Let a person act for a Jobcenter from ``first`` to ``last``, both included; no days: no longer. Raises: Refused.

    Earlier days of the same person at the same Jobcenter are replaced.
    """
    require(actor, "deputy", organisation)
    if (first is None) != (last is None) or (first is not None and last is not None and last < first):
        raise Refused("Eine Vertretung braucht einen ersten und einen letzten Tag in dieser Folge.", code="user.days")
    with deps.store.write() as session:
        row = session.scalars(select(UserRow).where(UserRow.login == login, UserRow.active)).one_or_none()
        if row is None:
            raise Refused(f"„{login}“ ist keine bekannte Person.", code="user.unknown")
        where = organisation_id(session, Membership(Role.OFFICER, organisation))
        session.execute(
            delete(MembershipRow).where(
                MembershipRow.user_id == row.id,
                MembershipRow.organisation_id == where,
                MembershipRow.first.is_not(None),
            )
        )
        if first is not None:
            session.add(MembershipRow(user_id=row.id, role=Role.OFFICER, organisation_id=where, first=first, last=last))
        what = "user.deputy" if first is not None else "user.deputy_ended"
        record(session, now=now, actor=actor, what=what, subject="user", subject_id=row.id, organisation=organisation)


@contextmanager
def keeping_an_operator(session: Session) -> Iterator[None]:
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


def organisation_id(session: Session, membership: Membership) -> int | None:
    """Return whose a membership is; None for all. Raises: Refused."""
    if membership.role is Role.OFFICER and not membership.organisation:
        raise Refused("Kanalverantwortliche brauchen ein Jobcenter (--organisation).", code="user.organisation")
    return organisations.named(session, membership.organisation).id if membership.organisation else None


def actor_named(deps: Deps, login: str, now: datetime) -> Actor:
    """Return the person behind ``--as``, with the unix user who typed it. Raises: Refused."""
    with deps.store.read() as session:
        row = session.scalars(select(UserRow).where(UserRow.login == login, UserRow.active)).one_or_none()
        if row is None:
            text = f"„{login}“ ist keine bekannte Person; `distributor users list` zeigt alle."
            raise Refused(text, code="user.unknown")
        return actor_of(session, row, now, unix_user=_unix_user())


def actor_of(session: Session, row: UserRow, now: datetime, unix_user: str = "") -> Actor:
    """Return a person with the roles they hold at ``now``; a deputy's count on their days only."""
    today = now.astimezone(BERLIN).date()
    query = (
        select(MembershipRow.role, OrganisationRow.slug)
        .outerjoin(OrganisationRow, MembershipRow.organisation_id == OrganisationRow.id)
        .where(
            MembershipRow.user_id == row.id,
            or_(MembershipRow.first.is_(None), MembershipRow.first <= today),
            or_(MembershipRow.last.is_(None), MembershipRow.last >= today),
        )
    )
    held = [(Role(role), slug) for role, slug in session.execute(query)]
    return Actor(
        login=row.login,
        roles=frozenset(role for role, _ in held),
        organisations=frozenset(slug for role, slug in held if role is Role.OFFICER and slug),
        unix_user=unix_user,
    )


def who_may(session: Session, right: str, now: datetime, organisation: str | None = None) -> frozenset[str]:
    """Return the logins of the active people who have a right, for one Organisation or (None) for all of them."""
    rows = session.scalars(select(UserRow).where(UserRow.active))
    return frozenset(row.login for row in rows if allowed(actor_of(session, row, now), right, organisation))


def _unix_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def users(deps: Deps) -> list[dict[str, object]]:
    """Return every person with roles, for listings."""
    with deps.store.read() as session:
        return [
            {
                "login": row.login,
                "name": row.name,
                "active": row.active,
                **_held(session, row),
            }
            for row in session.scalars(select(UserRow).order_by(UserRow.login))
        ]


def _held(session: Session, row: UserRow) -> dict[str, object]:
    """Return a person's lasting roles and Organisations, and apart from them the days as somebody's deputy."""
    query = (
        select(MembershipRow, OrganisationRow.slug)
        .outerjoin(OrganisationRow, MembershipRow.organisation_id == OrganisationRow.id)
        .where(MembershipRow.user_id == row.id)
        .order_by(MembershipRow.first, MembershipRow.id)
    )
    held = [(each, slug) for each, slug in session.execute(query)]
    lasting = [(each, slug) for each, slug in held if each.first is None]
    return {
        "roles": sorted({each.role for each, _ in lasting}),
        "organisations": sorted({slug for each, slug in lasting if each.role == Role.OFFICER and slug}),
        "deputies": [
            {"organisation": slug, "first": each.first.isoformat(), "last": each.last.isoformat()}
            for each, slug in held
            if each.first is not None and each.last is not None
        ],
    }


def set_active(deps: Deps, actor: Actor, login: str, active: bool, now: datetime) -> None:
    """Let a person in or lock them out; open sessions end at once. Raises: Refused."""
    require(actor, "user")
    with deps.store.write() as session:
        row = session.scalars(select(UserRow).where(UserRow.login == login)).one_or_none()
        if row is None:
            raise Refused(f"„{login}“ ist keine bekannte Person.", code="user.unknown")
        with keeping_an_operator(session):
            row.active = active
        if not active:
            session.execute(delete(SessionRow).where(SessionRow.user_id == row.id))
        what = "user.enabled" if active else "user.disabled"
        record(session, now=now, actor=actor, what=what, subject="user", subject_id=row.id)


def set_passwords(deps: Deps, actor: Actor, logins: Sequence[str], password: str, now: datetime) -> None:
    """Give these people one password, hashed once. Raises: Refused."""
    require(actor, "user")
    stored = passwords.hashed(password)
    with deps.store.write() as session:
        for row in session.scalars(select(UserRow).where(UserRow.login.in_(logins))):
            row.password_hash = stored
            record(session, now=now, actor=actor, what="user.password", subject="user", subject_id=row.id)
