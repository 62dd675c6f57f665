"""Who stands behind a key: the record names people by random keys, and only here a key has a name.

Blanking the name is how a person is erased: the record, its seals and its proofs stay as they are.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Literal

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from distributor.domain import DAEMON, Actor
from distributor.store.tables import PseudonymRow

Kind = Literal["login", "unix"]

ERASED = "gelöschte Person"
"""What is shown instead of an erased name."""

_KNOWN = select(PseudonymRow.key).where(
    PseudonymRow.kind == bindparam("asked_kind"), PseudonymRow.name == bindparam("asked_name")
)
"""Built once: it is asked with every event of a person."""

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def key_of(session: Session, actor: Actor) -> str:
    """Return the key by which the record names the actor; the daemon is nobody and keeps its word."""
    return DAEMON.login if actor.login == DAEMON.login else _key(session, "login", actor.login)


def unix_key_of(session: Session, actor: Actor) -> str:
    """Return the key of the operating system's account that the actor used, or nothing."""
    return _key(session, "unix", actor.unix_user) if actor.unix_user else ""


def known(session: Session, kind: Kind, name: str) -> str | None:
    """Return the key of a name, or None if nobody by that name has acted."""
    return session.scalar(_KNOWN, {"asked_kind": kind, "asked_name": name})


def names(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Return for each key what a person reads: the name, or that it was erased; what is no key stays as it is."""
    asked = set(keys)
    if not asked:
        return {}
    rows = session.execute(select(PseudonymRow.key, PseudonymRow.name).where(PseudonymRow.key.in_(asked)))
    found = {key: name or f"{ERASED} ({key})" for key, name in rows}
    return {key: found.get(key, key) for key in asked}


def erase(session: Session, keys: Iterable[str]) -> None:
    """Blank the names behind these keys for good."""
    session.execute(
        update(PseudonymRow)
        .where(PseudonymRow.key.in_(set(keys)))
        .values(name="")
        .execution_options(synchronize_session=False)
    )


def _key(session: Session, kind: Kind, name: str) -> str:
    found = known(session, kind, name)
    return found if found is not None else _enter(session, kind, name)


def _enter(session: Session, kind: Kind, name: str) -> str:
    """Give a name its key; of two who do so in the same moment both get the key of the first."""
    values = {"key": "u-" + "".join(secrets.choice(_ALPHABET) for _ in range(12)), "kind": kind, "name": name}
    if session.get_bind().dialect.name == "postgresql":
        session.execute(postgresql.insert(PseudonymRow).values(values).on_conflict_do_nothing())
    else:
        session.execute(sqlite.insert(PseudonymRow).values(values).on_conflict_do_nothing())
    entered = known(session, kind, name)
    if entered is None:
        raise LookupError(f"no key for a name of kind {kind}")
    return entered
