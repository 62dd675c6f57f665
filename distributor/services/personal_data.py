"""What is stored about one of the people who work here: found, handed out, erased.

The record names people by keys. Erasing blanks the name behind the key: every event, seal and approval stays as it is,
and says from then on that a person did it, but no longer which.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, delete, exists, select
from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused
from distributor.services.deps import Deps
from distributor.services.people import keeping_an_operator
from distributor.services.permission import require
from distributor.store import pseudonyms
from distributor.store.posts import record
from distributor.store.tables import (
    Base,
    EventRow,
    MembershipRow,
    OrganisationRow,
    PseudonymRow,
    SessionRow,
    UserRow,
)


def data_of(deps: Deps, login: str) -> dict[str, Any]:
    """Return all that is stored about a person, and where. Raises: Refused if there is nobody by that login."""
    with deps.store.read() as session:
        row = _user(session, login)
        key = pseudonyms.known(session, "login", login)
        memberships = (
            select(MembershipRow.role, OrganisationRow.slug)
            .outerjoin(OrganisationRow, OrganisationRow.id == MembershipRow.organisation_id)
            .where(MembershipRow.user_id == row.id)
            .order_by(MembershipRow.id)
        )
        sessions = select(SessionRow.expires_at).where(SessionRow.user_id == row.id)
        unix = _unix_names(session, key) if key else {}
        return {
            "login": row.login,
            "name": row.name,
            "active": row.active,
            "has_password": bool(row.password_hash),
            "failures": row.failures,
            "memberships": [{"role": role, "organisation": slug} for role, slug in session.execute(memberships)],
            "held": [column.table.name for column in _belongings() if _stands(session, column, row.id)],
            "sessions_until": [at.isoformat() for at in session.scalars(sessions)],
            "key": key,
            "unix_accounts": sorted(unix.values()),
            "found": _found(session, key) if key else [],
            "acts": _acts(session, key) if key else [],
            "contact_of": _contact_of(session, row.name),
        }


def erase(deps: Deps, actor: Actor, login: str, now: datetime) -> None:
    """Erase a person: the login is free again, the record stands without the name.

    Accounts of the operating system that only this person used are blanked too. Raises: Refused, also for the last
    operator.
    """
    require(actor, "user")
    with deps.store.write() as session:
        row = _user(session, login, lock=True)
        key = pseudonyms.known(session, "login", login)
        gone = _keys_of(session, login, key)
        with keeping_an_operator(session):
            row.active = False
            for column in _belongings():
                session.execute(delete(column.table).where(column == row.id))
        # Nobody can be given this login: a blank stands in none.
        row.login, row.name, row.password_hash = f"gelöscht {row.id}", "", ""
        record(session, now=now, actor=actor, what="user.erased", subject="user", subject_id=row.id)
        pseudonyms.erase(session, gone)


def _user(session: Session, login: str, *, lock: bool = False) -> UserRow:
    query = select(UserRow).where(UserRow.login == login)
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise Refused(f"„{login}“ ist keine bekannte Person.", code="user.unknown")
    return row


def _keys_of(session: Session, login: str, key: str | None) -> set[str]:
    """Return the keys whose names say who this is, what acts in this person's name included."""
    query = select(PseudonymRow.key).where(
        PseudonymRow.kind == "login", PseudonymRow.name.endswith(f"({login})", autoescape=True)
    )
    found = set(session.scalars(query))
    return found if key is None else found | {key} | set(_own_unix_keys(session, key))


def _unix_names(session: Session, key: str) -> dict[str, str]:
    used = set(session.scalars(select(EventRow.unix_user).where(EventRow.actor == key, EventRow.unix_user != "")))
    return pseudonyms.names(session, used)


def _own_unix_keys(session: Session, key: str) -> list[str]:
    others = select(EventRow.unix_user).where(EventRow.actor != key).distinct()
    query = select(EventRow.unix_user).where(EventRow.actor == key, EventRow.unix_user != "").distinct()
    return list(session.scalars(query.where(EventRow.unix_user.not_in(others))))


def _belongings() -> list[Column[Any]]:
    """Return the columns of all tables that say whose a row is: sessions, roles, calendar addresses."""
    return [key.parent for table in Base.metadata.sorted_tables for key in table.foreign_keys
            if key.column.table is UserRow.__table__]  # fmt: skip


def _person_columns() -> list[Column[Any]]:
    return [column for table in Base.metadata.sorted_tables for column in table.columns if column.info.get("person")]


def _found(session: Session, key: str) -> list[str]:
    """Return the columns in which the person's key stands; how often would be a figure about somebody's work."""
    return [f"{column.table.name}.{column.name}" for column in _person_columns() if _stands(session, column, key)]


def _stands(session: Session, column: Column[Any], value: object) -> bool:
    return session.scalar(select(exists(select(column).where(column == value)))) is True


def _acts(session: Session, key: str) -> list[dict[str, Any]]:
    query = select(EventRow).where(EventRow.actor == key).order_by(EventRow.id)
    return [
        {
            "at": row.at.isoformat(),
            "what": row.what,
            "subject": row.subject,
            "subject_id": row.subject_id,
            "reason": row.reason,
        }
        for row in session.scalars(query)
    ]


def _contact_of(session: Session, name: str) -> list[str]:
    """Return the Jobcenter that publish this person as their contact; that is changed in the roster."""
    rows = session.execute(select(OrganisationRow.slug, OrganisationRow.document))
    return [slug for slug, document in rows if name and document.get("contact", {}).get("person") == name]
