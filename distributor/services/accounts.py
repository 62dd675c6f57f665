"""Accounts: connect them, ask the platform who they are, pause them and let them go on, rotate their keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors._choices import refusal
from connectors.base import Access, Connector, ConnectorError, Identity, Unauthorised
from distributor.domain import DAEMON, Actor, Reason, Refused
from distributor.services import documents, organisations
from distributor.services.deps import Deps
from distributor.services.examining import account_label
from distributor.services.moving import pause as pause_in
from distributor.services.permission import require
from distributor.store import claims, items
from distributor.store.posts import record
from distributor.store.tables import AccountRow, CodeAppRow, OrganisationRow, SubscriptionRow, WebhookRow

_log = structlog.get_logger()

CHECKED_EVERY = timedelta(days=1)
WARNED_BEFORE = (30, 14, 3)
"""Days before the end of an access at which its people are told."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the platform said about an account: an identity, or the trouble in one sentence.

    ``dead`` tells that the access is worth nothing any more; the account is paused then.
    """

    account: str
    identity: Identity | None
    trouble: str = ""
    dead: bool = False


def add_account(
    deps: Deps,
    actor: Actor,
    organisation: str,
    channel: str,
    name: str,
    fields: Mapping[str, str],
    now: datetime,
    *,
    only_new: bool = False,
) -> int:
    """Connect an account, or give one that exists new fields; return its number. Raises: Refused.

    With ``only_new`` one that exists is refused too. A new account gets posts of the items that are still fresh: those
    an officer could be asked about by now.
    """
    require(actor, "account")
    if not name.strip():
        raise Refused("Bitte dem Konto einen Namen geben.", code="account.name")
    with deps.store.write() as session:
        owner = organisations.named(session, organisation)
        if only_new and _account(session, owner, channel, name) is not None:
            raise Refused("Ein Konto mit diesem Namen gibt es dort schon.", code="account.name")
        row = ensure_account(deps, session, owner, channel, name)
        refuse_retired(row)
        set_fields(deps, session, row, fields)
        items.renew(session, now - deps.policy.expiry)
        record(session, now=now, actor=actor, what="account.set", subject="account", subject_id=row.id)
        return row.id


def ensure_account(deps: Deps, session: Session, owner: OrganisationRow, channel: str, name: str) -> AccountRow:
    """Return the account, made if it is new. Raises: Refused for an unknown channel."""
    deps.connector(channel)
    row = _account(session, owner, channel, name)
    if row is None:
        row = AccountRow(organisation_id=owner.id, channel=channel, name=name, fields={})
        session.add(row)
        session.flush()
    return row


def _account(session: Session, owner: OrganisationRow, channel: str, name: str) -> AccountRow | None:
    named = select(AccountRow).where(
        AccountRow.organisation_id == owner.id, AccountRow.channel == channel, AccountRow.name == name
    )
    return session.scalars(named).one_or_none()


def set_fields(deps: Deps, session: Session, row: AccountRow, given: Mapping[str, str]) -> None:
    """Store what was given, secrets encrypted; what was not given stays. Raises: Refused naming a wrong field."""
    connector = deps.connector(row.channel)
    refuse_unknown(connector, given)
    known = {field.name: field for field in connector.fields}
    for name, value in given.items():
        if why := refusal(known[name], value):
            raise Refused(f"{connector.label}: {why}", code="account.field")
    label = account_label(session, row)
    row.fields = {**row.fields, **{name: value for name, value in given.items() if not known[name].secret}}
    secret = {name: value for name, value in given.items() if known[name].secret}
    if secret:
        kept = deps.vault.unlock(label, row.secrets) if row.secrets else {}
        row.secrets = deps.vault.lock(label, {**kept, **secret})


def refuse_unknown(connector: Connector, given: Mapping[str, str]) -> None:
    """Raises: Refused naming a field that the channel does not know."""
    names = [field.name for field in connector.fields]
    for name in given:
        if name not in names:
            text = f"{connector.label} kennt das Feld „{name}“ nicht; es gibt: {', '.join(names)}."
            raise Refused(text, code="account.field")


def refuse_retired(row: AccountRow) -> None:
    """Raises: Refused for an account that is left or being left: whoever comes back connects a new one."""
    if row.retiring_at is not None:
        text = f"Das Konto {row.id} ist stillgelegt; bitte unter einem anderen Namen neu verbinden."
        raise Refused(text, code="account.retired")


def missing_fields(deps: Deps, session: Session, row: AccountRow) -> list[str]:
    """Return the labels of required fields that the account still lacks."""
    held = fields_of(deps, session, row)
    needed = [field for field in deps.connector(row.channel).fields if field.required and not field.default]
    return [field.label for field in needed if not held.get(field.name)]


def fields_of(deps: Deps, session: Session, row: AccountRow) -> dict[str, str]:
    """Return all fields of an account, secrets in clear."""
    secrets = deps.vault.unlock(account_label(session, row), row.secrets) if row.secrets else {}
    return {**row.fields, **secrets}


def account_of(session: Session, account_id: int) -> tuple[AccountRow, OrganisationRow]:
    """Return an account with its Organisation. Raises: Refused if there is none."""
    row = session.get(AccountRow, account_id)
    if row is None:
        raise Refused(
            f"Das Konto {account_id} gibt es nicht; `distributor accounts list` zeigt alle.", code="account.unknown"
        )
    return row, session.get_one(OrganisationRow, row.organisation_id)


def check(deps: Deps, account_id: int, clock: Callable[[], datetime]) -> Checked:
    """Ask the platform whose account this is and what it may do, and keep the answer.

    One whose access is dead is paused, and its people are told once. Raises: Refused for an unknown account.
    """
    with deps.store.read() as session:
        row, owner = account_of(session, account_id)
        label, slug, fields, missing = (
            account_label(session, row),
            owner.slug,
            fields_of(deps, session, row),
            missing_fields(deps, session, row),
        )
    if missing:
        return Checked(label, None, f"Es fehlt: {', '.join(missing)}.")
    access = Access(label, fields, deps.urls(row.channel), deps.session(), clock(), deps.home(slug))
    try:
        identity = deps.connector(row.channel).whoami(access)
    except Unauthorised as error:
        with deps.store.write() as session:
            reason = Reason(error.code or "unauthorised", error.public, "operator")
            pause_in(session, account_id, reason, now=clock(), actor=DAEMON)
        return Checked(label, None, error.public, dead=True)
    except ConnectorError as error:
        return Checked(label, None, error.public)
    with deps.store.write() as session:
        row = session.get_one(AccountRow, account_id)
        if row.ends_at != identity.expires_at:
            row.ends_at, row.ends_told = identity.expires_at, None
        row.checked_at, row.identity, row.lacks = clock(), identity.name, list(identity.lacks)
    return Checked(label, identity)


def check_for(deps: Deps, actor: Actor, account_id: int, clock: Callable[[], datetime]) -> Checked:
    """Check an account because somebody asks who may hold it. Raises: Refused."""
    with deps.store.read() as session:
        row, owner = account_of(session, account_id)
        require(actor, "account.pause", owner.slug)
        refuse_retired(row)
    return check(deps, account_id, clock)


def check_due(deps: Deps, clock: Callable[[], datetime]) -> int:
    """Ask about every account that works and was not asked about for a day; tell of those whose access ends soon."""
    now = clock()
    with deps.store.read() as session:
        rows = [row for row, _ in items.accounts(session) if row.paused_at is None and row.retiring_at is None]
        due = [row.id for row in rows if row.checked_at is None or row.checked_at <= now - CHECKED_EVERY]
    for number in due:
        try:
            check(deps, number, clock)
        except Refused as refusal:  # doctor says it of the account; the others are asked all the same
            _log.warning("account_not_checked", account=number, why=refusal.code)
    warn(deps, clock())
    return len(due)


def warn(deps: Deps, now: datetime) -> None:
    """Record that an access ends soon: once for each of ``WARNED_BEFORE`` that has come."""
    with deps.store.write() as session:
        for row, _ in items.accounts(session):
            if row.ends_at is None or row.retiring_at is not None:
                continue
            come = min((days for days in WARNED_BEFORE if row.ends_at - now <= timedelta(days=days)), default=None)
            if come is None or (row.ends_told is not None and row.ends_told <= come):
                continue
            row.ends_told = come
            record(
                session,
                now=now,
                actor=DAEMON,
                what="account.ending",
                subject="account",
                subject_id=row.id,
                reason=f"days.{come}",
            )


def pause(deps: Deps, actor: Actor, account_id: int, reason: str, now: datetime) -> None:
    """Let nothing more go out on an account until it is resumed. Raises: Refused."""
    with deps.store.write() as session:
        row, owner = account_of(session, account_id)
        require(actor, "account.pause", owner.slug)
        pause_in(session, row.id, Reason("account.paused", reason or "von Hand angehalten"), now=now, actor=actor)


def go_on(deps: Deps, actor: Actor, account_id: int, now: datetime) -> None:
    """Let a paused account go on. Raises: Refused."""
    with deps.store.write() as session:
        row, owner = account_of(session, account_id)
        require(actor, "account.pause", owner.slug)
        refuse_retired(row)
        row.paused_at, row.paused_reason = None, ""
        session.flush()
        claims.take_up_again(session, row.id, now)
        record(session, now=now, actor=actor, what="account.resumed", subject="account", subject_id=row.id)


def rotate_keys(deps: Deps, actor: Actor, now: datetime) -> int:
    """Encrypt all secrets and signed documents anew with the newest key; return how many accounts that were.

    Raises: Refused.
    """
    require(actor, "account")
    with deps.store.write() as session:
        rows = [row for row, _ in items.accounts(session) if row.secrets]
        for row in rows:
            row.secrets = deps.vault.rotate(row.secrets or b"")
        for subscription in session.scalars(select(SubscriptionRow)):
            subscription.secret = deps.vault.rotate(subscription.secret)
        for app in session.scalars(select(CodeAppRow)):
            app.locked = deps.vault.rotate(app.locked)
        for hook in session.scalars(select(WebhookRow)):
            hook.locked = deps.vault.rotate(hook.locked)
        documents.rotate(deps.settings.data_dir, deps.vault)
        record(session, now=now, actor=actor, what="keys.rotated", subject="keys", subject_id="all")
        return len(rows)
