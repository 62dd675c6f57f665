"""Sessions in the browser: opened by a proof of who it is, listed, ended, and proved anew before what is delicate.

Whoever is wrong too often waits, longer each time; a right password does not help while the wait lasts.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused
from distributor.services import passwords, steps
from distributor.services.deps import Deps
from distributor.services.people import actor_of
from distributor.store.posts import record
from distributor.store.tables import CodeAppRow, SessionRow, UserRow

LIFE = timedelta(hours=12)
FRESH = timedelta(minutes=15)
"""How long a proof is good for what is delicate: consents, tokens, one's own access. Own choice."""

PASSWORD = "password"  # noqa: S105 - a word for how somebody proved who they are
CODE, PASSKEY, PROVIDER = "code", "passkey", "provider"
_FREE_FAILURES = 5
_SHOWN_OF_KEY = 16


@dataclass(frozen=True, slots=True)
class Login:
    """A session as the browser needs it: the cookie's value, and the token against forged forms."""

    cookie: str
    csrf: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A login whose password was right and that still needs a code: the key to go on with, and till when."""

    key: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """Who is behind a cookie: the person, their forms' token, the last proof and by what, and the session's key."""

    actor: Actor
    csrf: str
    proved_at: datetime
    proof: str
    key: str


def fresh(proved_at: datetime, now: datetime) -> bool:
    """Tell whether a proof is good for what is delicate."""
    return now - proved_at < FRESH


def log_in(deps: Deps, login: str, password: str, now: datetime, *, device: str = "") -> Login | Waiting:
    """Open a session, or ask for a code. Raises: Refused with one and the same sentence for every wrong pair."""
    wanted = select(UserRow).where(UserRow.login == login, UserRow.active)
    with deps.store.read() as session:
        known = session.scalars(wanted).one_or_none()
        kept = known.password_hash if known else ""
    right = passwords.verified(kept, password)  # slow on purpose, so outside the writing transaction
    with deps.store.write() as session:
        row = session.scalars(wanted.with_for_update()).one_or_none()
        if row is not None:
            refuse_locked(row, now)
        if right and row is not None and row.password_hash == kept:
            app = session.get(CodeAppRow, row.id)
            if app is not None and app.confirmed_at is not None:
                # Failures stay counted until the code is right too: else a known password would buy endless guesses.
                return Waiting(steps.begin(session, steps.CODE, now, {}, row.id), now + steps.PATIENCE)
            row.failures, row.locked_until = 0, None
            return opened(session, row, now, by=PASSWORD, device=device)
        if row is not None:
            failed(row, now)
    raise Refused("Anmeldename oder Kennwort stimmt nicht.", code="login.wrong")


def prove(deps: Deps, cookie: str, password: str, now: datetime) -> None:
    """Note that the person behind a session gave their password again. Raises: Refused."""
    with deps.store.read() as session:
        known = _row(session, cookie, now)
        kept = known[1].password_hash if known else ""
    right = passwords.verified(kept, password)
    with deps.store.write() as session:
        found = _row(session, cookie, now, lock=True)
        if found is None:
            raise Refused("Die Anmeldung ist beendet; bitte neu anmelden.", code="login.ended")
        held, row = found
        refuse_locked(row, now)
        if right and row.password_hash == kept:
            row.failures, row.locked_until = 0, None
            held.proved_at, held.proof = now, PASSWORD
            return
        failed(row, now)
    raise Refused("Das Kennwort stimmt nicht.", code="login.wrong")


def note_proof(session: Session, cookie: str, by: str, now: datetime) -> None:
    """Note that the person behind a session proved who they are without a password. Raises: Refused."""
    found = _row(session, cookie, now, lock=True)
    if found is None:
        raise Refused("Die Anmeldung ist beendet; bitte neu anmelden.", code="login.ended")
    found[0].proved_at, found[0].proof = now, by


def refuse_locked(row: UserRow, now: datetime) -> None:
    """Raises: Refused while a person must wait."""
    if row.locked_until is not None and row.locked_until > now:
        text = "Zu viele Fehlversuche; bitte in einigen Minuten erneut versuchen."
        raise Refused(text, code="login.locked")


def failed(row: UserRow, now: datetime) -> None:
    """Count a wrong proof; from the fifth on each lets the person wait twice as long, at most half an hour."""
    row.failures += 1
    over = row.failures - _FREE_FAILURES
    row.locked_until = now + timedelta(seconds=30 * 2 ** min(over, 6)) if over >= 0 else None


def opened(session: Session, row: UserRow, now: datetime, *, by: str, device: str) -> Login:
    """Open a session for a person who proved who they are."""
    cookie, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    session.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
    session.add(
        SessionRow(
            id_hash=digest_of(cookie), user_id=row.id, csrf=csrf, expires_at=now + LIFE, opened_at=now, proved_at=now,
            proof=by, device=device,
        )
    )  # fmt: skip
    return Login(cookie, csrf, now + LIFE)


def session_of(deps: Deps, cookie: str, now: datetime) -> Known | None:
    """Return who is behind a cookie, or None."""
    with deps.store.read() as session:
        found = _row(session, cookie, now)
        if found is None:
            return None
        held, row = found
        key = held.id_hash[:_SHOWN_OF_KEY]
        return Known(actor_of(session, row, now), held.csrf, held.proved_at, held.proof, key)


def _row(session: Session, cookie: str, now: datetime, *, lock: bool = False) -> tuple[SessionRow, UserRow] | None:
    query = (
        select(SessionRow, UserRow)
        .join(UserRow, SessionRow.user_id == UserRow.id)
        .where(SessionRow.id_hash == digest_of(cookie), SessionRow.expires_at > now, UserRow.active)
    )
    found = session.execute(query.with_for_update() if lock else query).first()
    return None if found is None else (found[0], found[1])


def end_all(session: Session, user_id: int) -> None:
    """End every session of a person."""
    session.execute(delete(SessionRow).where(SessionRow.user_id == user_id))


def log_out(deps: Deps, cookie: str) -> None:
    """End the session behind a cookie."""
    with deps.store.write() as session:
        session.execute(delete(SessionRow).where(SessionRow.id_hash == digest_of(cookie)))


def listed(deps: Deps, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Return a person's own sessions, newest first, as plain values by name."""
    with deps.store.read() as session:
        query = (
            select(SessionRow)
            .join(UserRow, SessionRow.user_id == UserRow.id)
            .where(UserRow.login == actor.login, SessionRow.expires_at > now)
            .order_by(SessionRow.opened_at.desc(), SessionRow.id_hash)
        )
        return [
            {
                "key": row.id_hash[:_SHOWN_OF_KEY],
                "device": row.device,
                "opened_at": row.opened_at,
                "proof": row.proof,
                "expires_at": row.expires_at,
            }
            for row in session.scalars(query)
        ]


def end(deps: Deps, actor: Actor, key: str, now: datetime) -> None:
    """End one of a person's own sessions. Raises: Refused if it is not there, or somebody else's."""
    with deps.store.write() as session:
        row = own_row(session, actor)
        query = select(SessionRow).where(SessionRow.user_id == row.id)
        found = [each for each in session.scalars(query) if each.id_hash[:_SHOWN_OF_KEY] == key]
        if not found:
            raise Refused("Diese Sitzung gibt es nicht (mehr).", code="session.unknown")
        session.delete(found[0])
        record(session, now=now, actor=actor, what="user.session_ended", subject="user", subject_id=row.id)


def end_others(deps: Deps, actor: Actor, key: str, now: datetime) -> int:
    """End all of a person's own sessions but the one named; return how many."""
    with deps.store.write() as session:
        return _end_others(session, own_row(session, actor), actor, key, now)


def _end_others(session: Session, row: UserRow, actor: Actor, key: str, now: datetime) -> int:
    query = select(SessionRow).where(SessionRow.user_id == row.id)
    others = [each for each in session.scalars(query) if each.id_hash[:_SHOWN_OF_KEY] != key]
    for each in others:
        session.delete(each)
    if others:
        record(session, now=now, actor=actor, what="user.session_ended", subject="user", subject_id=row.id)
    return len(others)


def change_password(deps: Deps, actor: Actor, key: str, password: str, now: datetime) -> None:
    """Give a person a new password of their choice; all their other sessions end. Raises: Refused."""
    with deps.store.read() as session:
        row = own_row(session, actor)
        about = (row.login, row.name, *actor.organisations)
    stored = passwords.hashed(password, about)
    with deps.store.write() as session:
        row = own_row(session, actor)
        row.password_hash = stored
        record(session, now=now, actor=actor, what="user.password", subject="user", subject_id=row.id)
        _end_others(session, row, actor, key, now)


def own_row(session: Session, actor: Actor) -> UserRow:
    """Return the row of the person who acts. Raises: Refused if they are gone meanwhile."""
    row = session.scalars(select(UserRow).where(UserRow.login == actor.login, UserRow.active)).one_or_none()
    if row is None:
        raise Refused(f"„{actor.login}“ ist keine bekannte Person.", code="user.unknown")
    return row


def digest_of(cookie: str) -> str:
    """Return what is kept of a cookie."""
    return hashlib.sha256(cookie.encode()).hexdigest()
