"""Codes of an app as the second factor (TOTP, RFC 6238), and recovery codes for when the app is lost.

The secret lies locked, a code is taken once only, recovery codes lie as hashes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyotp
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused
from distributor.services import sessions, steps
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.store.posts import record
from distributor.store.tables import CodeAppRow, PasskeyRow, RecoveryCodeRow, UserRow

PERIOD = 30
"""Seconds that a code is shown, as apps do by default (RFC 6238, section 5.2)."""

_AROUND = (0, -1, 1)
"""Which codes count: the one shown, and for clocks that go wrong the one before and after."""

_RECOVERY_CODES = 10


@dataclass(frozen=True, slots=True)
class Offered:
    """What a person takes into their app: the secret, and the address that says it all."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


def offer(deps: Deps, actor: Actor, now: datetime) -> Offered:
    """Make a secret that counts once a code of it was given. Raises: Refused if there is an app already."""
    secret = pyotp.random_base32()
    with deps.store.write() as session:
        row = sessions.own_row(session, actor)
        held = session.get(CodeAppRow, row.id)
        if held is not None and held.confirmed_at is not None:
            raise Refused("Es ist schon eine App eingerichtet; bitte die alte zuerst entfernen.", code="factor.known")
        locked = deps.vault.lock(_owner(row.id), {"secret": secret})
        if held is None:
            session.add(CodeAppRow(user_id=row.id, locked=locked))
        else:
            held.locked = locked
        record(session, now=now, actor=actor, what="user.code_app_offered", subject="user", subject_id=row.id)
    return _offered(secret, actor.login)


def offered(deps: Deps, actor: Actor) -> Offered:
    """Return the secret that waits for its first code. Raises: Refused."""
    with deps.store.read() as session:
        row = sessions.own_row(session, actor)
        held = session.get(CodeAppRow, row.id)
        if held is None or held.confirmed_at is not None:
            raise Refused("Hier wartet keine App auf ihren ersten Code.", code="factor.none")
        return _offered(_secret(deps, held), actor.login)


def _offered(secret: str, login: str) -> Offered:
    return Offered(secret, pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="KJC-Verteiler"))


def confirm(deps: Deps, actor: Actor, code: str, now: datetime) -> list[str]:
    """Take the first code of a new app, asked for from now on; return the recovery codes. Raises: Refused."""
    with deps.store.write() as session:
        row = sessions.own_row(session, actor)
        held = session.get(CodeAppRow, row.id, with_for_update=True)
        if held is None or held.confirmed_at is not None:
            raise Refused("Hier wartet keine App auf ihren ersten Code.", code="factor.none")
        if not _taken(deps, held, code, now):
            text = "Der Code stimmt nicht; bitte den eingeben, den die App gerade zeigt. Geht ihre Uhr richtig?"
            raise Refused(text, code="login.code")
        held.confirmed_at = now
        record(session, now=now, actor=actor, what="user.code_app", subject="user", subject_id=row.id)
        return _new_codes(session, row.id)


def renew_codes(deps: Deps, actor: Actor, now: datetime) -> list[str]:
    """Return new recovery codes; the old ones are no good any more. Raises: Refused without an app."""
    with deps.store.write() as session:
        row = sessions.own_row(session, actor)
        if not has_app(session, row.id):
            raise Refused("Ohne App gibt es keine Ersatzcodes.", code="factor.none")
        record(session, now=now, actor=actor, what="user.recovery_codes", subject="user", subject_id=row.id)
        return _new_codes(session, row.id)


def remove(deps: Deps, actor: Actor, now: datetime) -> None:
    """Take a person's own app away, with its recovery codes."""
    with deps.store.write() as session:
        row = sessions.own_row(session, actor)
        _forget(session, row.id)
        record(session, now=now, actor=actor, what="user.code_app_removed", subject="user", subject_id=row.id)


def reset(deps: Deps, actor: Actor, login: str, now: datetime) -> None:
    """Take app, recovery codes and passkeys from a person who lost them; their sessions end. Raises: Refused."""
    require(actor, "user")
    with deps.store.write() as session:
        row = session.scalars(select(UserRow).where(UserRow.login == login)).one_or_none()
        if row is None:
            raise Refused(f"„{login}“ ist keine bekannte Person.", code="user.unknown")
        _forget(session, row.id)
        session.execute(delete(PasskeyRow).where(PasskeyRow.user_id == row.id))
        sessions.end_all(session, row.id)
        record(session, now=now, actor=actor, what="user.factors_reset", subject="user", subject_id=row.id)


def finish(deps: Deps, key: str, code: str, now: datetime, *, device: str = "") -> sessions.Login:
    """Open the session of a login whose password was right. Raises: Refused; wrong codes count like wrong passwords."""
    with deps.store.write() as session:
        step = steps.waiting(session, steps.CODE, key, now)
        row = session.scalars(select(UserRow).where(UserRow.id == step.user_id).with_for_update()).one()
        held = session.get(CodeAppRow, row.id)
        sessions.refuse_locked(row, now)
        if (
            row.active
            and held is not None
            and (_taken(deps, held, code, now) or _recovered(session, row.id, code, now))
        ):
            row.failures, row.locked_until = 0, None
            session.delete(step)
            return sessions.opened(session, row, now, by=sessions.CODE, device=device)
        sessions.failed(row, now)
    text = "Der Code stimmt nicht oder war schon benutzt; bitte den nächsten der App oder einen Ersatzcode eingeben."
    raise Refused(text, code="login.code")


def standing(deps: Deps, actor: Actor) -> dict[str, Any]:
    """Return whether a person has an app (``app``) and how many recovery codes are left (``codes``)."""
    with deps.store.read() as session:
        row = sessions.own_row(session, actor)
        left = select(RecoveryCodeRow.id).where(RecoveryCodeRow.user_id == row.id, RecoveryCodeRow.used_at.is_(None))
        return {"app": has_app(session, row.id), "codes": len(list(session.scalars(left)))}


def has_app(session: Session, user_id: int) -> bool:
    """Tell whether logins of this person ask for a code."""
    held = session.get(CodeAppRow, user_id)
    return held is not None and held.confirmed_at is not None


def _taken(deps: Deps, held: CodeAppRow, code: str, now: datetime) -> bool:
    """Tell whether the code counts now, and let it count never again."""
    typed = code.replace(" ", "")
    totp, step = pyotp.TOTP(_secret(deps, held)), int(now.timestamp()) // PERIOD
    for each in (step + around for around in _AROUND):
        if each > held.last_step and hmac.compare_digest(totp.at(each * PERIOD).encode(), typed.encode()):
            held.last_step = each
            return True
    return False


def _recovered(session: Session, user_id: int, code: str, now: datetime) -> bool:
    query = select(RecoveryCodeRow).where(
        RecoveryCodeRow.user_id == user_id, RecoveryCodeRow.code_hash == _hash(code), RecoveryCodeRow.used_at.is_(None)
    )
    row = session.scalars(query.with_for_update()).one_or_none()
    if row is not None:
        row.used_at = now
    return row is not None


def _new_codes(session: Session, user_id: int) -> list[str]:
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))
    codes = [base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(_RECOVERY_CODES)]
    session.add_all([RecoveryCodeRow(user_id=user_id, code_hash=_hash(code)) for code in codes])
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes]


def _forget(session: Session, user_id: int) -> None:
    session.execute(delete(CodeAppRow).where(CodeAppRow.user_id == user_id))
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))


def _secret(deps: Deps, held: CodeAppRow) -> str:
    return deps.vault.unlock(_owner(held.user_id), held.locked)["secret"]


def _owner(user_id: int) -> str:
    return f"person:{user_id}"


def _hash(code: str) -> str:
    """Return what is kept of a recovery code; eighty random bits need no slow hash."""
    return hashlib.sha256(code.strip().lower().replace("-", "").replace(" ", "").encode()).hexdigest()
