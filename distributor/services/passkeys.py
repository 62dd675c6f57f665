"""Passkeys (WebAuthn): added by a person who is logged in, good for logging in without a name, removed again.

The authenticator itself asks for finger, face or PIN, so a passkey is both factors and no code is asked for. What is
asked of the browser and what is checked of its answer is the library's business; here is what is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from distributor.domain import Actor, Refused
from distributor.services import sessions, steps
from distributor.services.deps import Deps
from distributor.store.posts import record
from distributor.store.tables import LoginStepRow, PasskeyRow, UserRow

MOST = 10
"""How many passkeys a person may have; own choice."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a browser is asked, as JSON, and the key of the step that waits for its answer."""

    options: str
    key: str


def ask_new(deps: Deps, actor: Actor, now: datetime) -> Question:
    """Ask a browser for a new passkey. Raises: Refused."""
    with deps.store.write() as session:
        row = sessions.own_row(session, actor)
        known = list(session.scalars(select(PasskeyRow.credential_id).where(PasskeyRow.user_id == row.id)))
        if len(known) >= MOST:
            raise Refused(f"Mehr als {MOST} Passkeys gehen nicht; bitte zuerst einen entfernen.", code="factor.many")
        options = webauthn.generate_registration_options(
            rp_id=_host(deps),
            rp_name="KJC-Verteiler",
            user_id=str(row.id).encode(),
            user_name=row.login,
            user_display_name=row.name or row.login,
            exclude_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(each)) for each in known],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
        )
        kept = {"challenge": bytes_to_base64url(options.challenge)}
        key = steps.begin(session, steps.PASSKEY_ADDED, now, kept, row.id)
        record(session, now=now, actor=actor, what="user.passkey_offered", subject="user", subject_id=row.id)
    return Question(webauthn.options_to_json(options), key)


def add(deps: Deps, actor: Actor, key: str, answer: str, name: str, now: datetime) -> None:
    """Keep a new passkey under a name of the person's choice. Raises: Refused."""
    with deps.store.write() as session:
        row = sessions.own_row(session, actor)
        step = steps.waiting(session, steps.PASSKEY_ADDED, key, now)
        if step.user_id != row.id:
            raise Refused("Dieser Passkey wurde von einer anderen Person begonnen.", code="login.over")
        try:
            found = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=_challenge(step),
                expected_rp_id=_host(deps),
                expected_origin=_origin(deps),
                require_user_verification=True,
            )
        except Exception as error:  # whatever a browser sends must end in a sentence
            text = "Der Passkey wurde nicht angenommen; bitte noch einmal versuchen."
            raise Refused(text, code="factor.passkey") from error
        session.delete(step)
        credential = bytes_to_base64url(found.credential_id)
        if session.scalars(select(PasskeyRow.id).where(PasskeyRow.credential_id == credential)).first() is not None:
            raise Refused("Diesen Passkey gibt es hier schon.", code="factor.known")
        session.add(
            PasskeyRow(
                user_id=row.id, credential_id=credential, public_key=found.credential_public_key,
                uses=found.sign_count, name=name.strip()[:80] or "Passkey", added_at=now,
            )
        )  # fmt: skip
        record(session, now=now, actor=actor, what="user.passkey", subject="user", subject_id=row.id)


def remove(deps: Deps, actor: Actor, number: int, now: datetime) -> None:
    """Take one of a person's own passkeys away. Raises: Refused if it is not there, or somebody else's."""
    with deps.store.write() as session:
        row = sessions.own_row(session, actor)
        held = session.get(PasskeyRow, number)
        if held is None or held.user_id != row.id:
            raise Refused("Diesen Passkey gibt es nicht (mehr).", code="passkey.unknown")
        session.delete(held)
        record(session, now=now, actor=actor, what="user.passkey_removed", subject="user", subject_id=row.id)


def listed(deps: Deps, actor: Actor) -> list[dict[str, Any]]:
    """Return a person's own passkeys: ``id``, ``name``, ``added_at``, ``used_at``."""
    with deps.store.read() as session:
        row = sessions.own_row(session, actor)
        query = select(PasskeyRow).where(PasskeyRow.user_id == row.id).order_by(PasskeyRow.id)
        return [
            {"id": each.id, "name": each.name, "added_at": each.added_at, "used_at": each.used_at}
            for each in session.scalars(query)
        ]


def ask(deps: Deps, now: datetime) -> Question:
    """Ask a browser for any passkey that it has for here; who it is, the passkey says."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(deps), user_verification=UserVerificationRequirement.REQUIRED
    )
    with deps.store.write() as session:
        key = steps.begin(session, steps.PASSKEY, now, {"challenge": bytes_to_base64url(options.challenge)})
    return Question(webauthn.options_to_json(options), key)


def log_in(deps: Deps, key: str, answer: str, now: datetime, *, device: str = "") -> sessions.Login:
    """Open a session for whoever's passkey answered. Raises: Refused."""
    with deps.store.write() as session:
        row = _proved(deps, session, key, answer, now)
        return sessions.opened(session, row, now, by=sessions.PASSKEY, device=device)


def prove(deps: Deps, actor: Actor, cookie: str, key: str, answer: str, now: datetime) -> None:
    """Note that the person behind a session showed one of their passkeys again. Raises: Refused."""
    with deps.store.write() as session:
        row = _proved(deps, session, key, answer, now)
        if row.login != actor.login:
            raise Refused("Dieser Passkey gehört einer anderen Person.", code="factor.passkey")
        sessions.note_proof(session, cookie, sessions.PASSKEY, now)
        record(session, now=now, actor=actor, what="user.proved", subject="user", subject_id=row.id)


def _proved(deps: Deps, session: Session, key: str, answer: str, now: datetime) -> UserRow:
    step = steps.waiting(session, steps.PASSKEY, key, now)
    refused = Refused("Der Passkey wurde nicht angenommen; bitte noch einmal versuchen.", code="factor.passkey")
    try:
        credential = parse_authentication_credential_json(answer)
    except Exception as error:  # whatever a browser sends must end in a sentence
        raise refused from error
    query = select(PasskeyRow).where(PasskeyRow.credential_id == bytes_to_base64url(credential.raw_id))
    held = session.scalars(query.with_for_update()).one_or_none()
    row = None if held is None else session.get(UserRow, held.user_id)
    if held is None or row is None or not row.active:
        raise refused
    try:
        found = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=_challenge(step),
            expected_rp_id=_host(deps),
            expected_origin=_origin(deps),
            credential_public_key=held.public_key,
            credential_current_sign_count=held.uses,
            require_user_verification=True,
        )
    except Exception as error:
        raise refused from error
    held.uses, held.used_at = found.new_sign_count, now
    session.delete(step)
    return row


def _challenge(step: LoginStepRow) -> bytes:
    return base64url_to_bytes(str(step.document["challenge"]))


def _host(deps: Deps) -> str:
    """Return the name that passkeys are bound to: the desk's, without its port."""
    return urlsplit(deps.settings.desk_url).hostname or ""


def _origin(deps: Deps) -> str:
    parts = urlsplit(deps.settings.desk_url)
    return f"{parts.scheme}://{parts.netloc}"
