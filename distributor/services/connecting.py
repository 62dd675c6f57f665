"""Connect an account by a person's yes at its platform: send them there, take them back, let them choose.

Nothing of it stands in an address, a log or a page: tokens come in here and are locked at once.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from connectors._connects import Connects, Offer
from connectors.base import Access, ConnectorError
from distributor.domain import Actor, Refused
from distributor.services import accounts, organisations
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.store.posts import record
from distributor.store.tables import AccountRow, ConnectionRow, OrganisationRow

PATIENCE = timedelta(minutes=30)
"""How long a person may take to say yes and to choose; own choice."""

PATH = "/connected"
"""Where platforms send people back to, on the public listener."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A connection that waits for a person's yes: its number, and the address where they say it."""

    number: int
    url: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of a connection under lock."""

    fields: Mapping[str, str] = field(repr=False)
    memory: Mapping[str, str] = field(repr=False)
    offers: Sequence[Offer] = ()


def begin(
    deps: Deps, actor: Actor, organisation: str, channel: str, name: str, given: Mapping[str, str], now: datetime
) -> Begun:
    """Ask the platform where a person says yes. Raises: Refused."""
    require(actor, "account")
    connector = _connects(deps, channel)
    accounts.refuse_unknown(deps.connector(channel), given)
    with deps.store.read() as session:
        owner = organisations.named(session, organisation)
        access = _access(deps, session, owner, channel, name, given, now)
    labels = {field.name: field.label for field in deps.connector(channel).fields}
    lacking = [labels[needed] for needed in connector.before if not access.fields.get(needed)]
    if lacking:
        raise Refused(f"Zum Verbinden fehlt noch: {', '.join(lacking)}.", code="account.field")
    state = secrets.token_urlsafe(32)
    try:
        invitation = connector.invite(access, _back(deps), state)
    except ConnectorError as error:
        raise Refused(error.public, code=error.code or "account.connect") from error
    digest = _digest(state)
    with deps.store.write() as session:
        session.execute(delete(ConnectionRow).where(ConnectionRow.until <= now))
        locked = _locked(deps, digest, _Kept(given, invitation.memory))
        row = ConnectionRow(
            state_sha256=digest,
            organisation_id=owner.id,
            channel=channel,
            name=name,
            locked=locked,
            until=now + PATIENCE,
        )
        session.add(row)
        session.flush()
        record(session, now=now, actor=actor, what="account.inviting", subject="connection", subject_id=row.id)
        return Begun(row.id, invitation.url)


def arrive(deps: Deps, state: str, code: str, clock: Callable[[], datetime]) -> str:
    """Take back a person who comes from the platform; return the trouble in one sentence, empty if all is well.

    A second arrival changes nothing: the code was good once. Raises: Refused for a state that nobody waits for.
    """
    return _taken_back(deps, _digest(state), code, clock)


def arrive_by_hand(deps: Deps, actor: Actor, number: int, brought: str, clock: Callable[[], datetime]) -> str:
    """Take what a person copied: the address they landed at, or the code that the platform showed.

    Returns and raises as ``arrive``.
    """
    require(actor, "account")
    with deps.store.read() as session:
        digest = _row(session, number, clock()).state_sha256
    query = parse_qs(urlsplit(brought.strip()).query)
    if "state" in query and _digest(query["state"][0]) != digest:
        raise Refused("Diese Adresse gehört zu einer anderen Anmeldung.", code="connection.unknown")
    code = query.get("code", [""])[0] if "://" in brought else brought.strip()
    return _taken_back(deps, digest, code, clock)


def _taken_back(deps: Deps, digest: str, code: str, clock: Callable[[], datetime]) -> str:
    now = clock()
    with deps.store.write() as session:
        query = select(ConnectionRow).where(ConnectionRow.state_sha256 == digest, ConnectionRow.until > now)
        row = session.scalars(query.with_for_update()).one_or_none()
        if row is None:
            text = "Auf diese Anmeldung wartet niemand (mehr); bitte das Konto noch einmal verbinden."
            raise Refused(text, code="connection.unknown")
        if row.arrived_at is not None:
            return row.trouble
        row.arrived_at = now
        kept = _kept(deps, row)
        owner = session.get_one(OrganisationRow, row.organisation_id)
        access = _access(deps, session, owner, row.channel, row.name, kept.fields, now)
    offers, trouble = _accepted(_connects(deps, row.channel), access, kept.memory, code)
    with deps.store.write() as session:
        row = session.get_one(ConnectionRow, row.id)
        row.trouble = trouble
        row.locked = _locked(deps, digest, _Kept(kept.fields, {}, offers))
    return trouble


def _accepted(connector: Connects, access: Access, memory: Mapping[str, str], code: str) -> tuple[Sequence[Offer], str]:
    """Return what may be connected, or the trouble in one sentence."""
    if not code:
        return (), "Die Anmeldung wurde abgebrochen oder abgelehnt."
    try:
        return connector.accept(access, memory, code), ""
    except ConnectorError as error:
        return (), error.public


def choices(deps: Deps, actor: Actor, number: int, now: datetime) -> list[str]:
    """Return the names of the accounts that may be connected. Raises: Refused if nobody has come back yet."""
    require(actor, "account")
    with deps.store.read() as session:
        row = _row(session, number, now)
        if row.arrived_at is None:
            text = "Die Anmeldung ist noch nicht angekommen; bitte erst beim Netzwerk zustimmen."
            raise Refused(text, code="connection.waiting")
        if row.trouble:
            raise Refused(row.trouble, code="connection.trouble")
        return [offer.name for offer in _kept(deps, row).offers]


def choose(deps: Deps, actor: Actor, number: int, choice: int, now: datetime) -> int:
    """Connect the account that was chosen, counted from 1; return its number. Raises: Refused."""
    names = choices(deps, actor, number, now)
    if not 1 <= choice <= len(names):
        raise Refused(f"Zur Wahl stehen die Nummern 1 bis {len(names)}.", code="connection.choice")
    with deps.store.read() as session:
        row = _row(session, number, now)
        kept, owner = _kept(deps, row), session.get_one(OrganisationRow, row.organisation_id)
    fields = {**kept.fields, **kept.offers[choice - 1].fields}
    connected = accounts.add_account(deps, actor, owner.slug, row.channel, row.name, fields, now)
    with deps.store.write() as session:
        session.execute(delete(ConnectionRow).where(ConnectionRow.id == number))
    return connected


def _connects(deps: Deps, channel: str) -> Connects:
    connector = deps.offering(channel, Connects)
    if connector is None:
        text = (
            f"{deps.connector(channel).label} wird mit eingegebenen Zugangsdaten verbunden: `distributor accounts add`."
        )
        raise Refused(text, code="account.connect")
    return connector


def _access(
    deps: Deps,
    session: Session,
    owner: OrganisationRow,
    channel: str,
    name: str,
    given: Mapping[str, str],
    now: datetime,
) -> Access:
    """Return the door with the fields that the account has, if there is one, and those given now."""
    query = select(AccountRow).where(
        AccountRow.organisation_id == owner.id, AccountRow.channel == channel, AccountRow.name == name
    )
    row = session.scalars(query).one_or_none()
    held = accounts.fields_of(deps, session, row) if row is not None else {}
    return Access(f"{owner.slug}/{channel}/{name}", {**held, **given}, deps.urls(channel), deps.session(), now)


def _back(deps: Deps) -> str:
    """Return where platforms send people back to; empty where that would be this machine."""
    return f"{deps.settings.public_url}{PATH}" if deps.settings.is_reachable else ""


def _row(session: Session, number: int, now: datetime) -> ConnectionRow:
    row = session.get(ConnectionRow, number)
    if row is None or row.until <= now:
        text = f"Die Anmeldung {number} gibt es nicht (mehr); bitte das Konto noch einmal verbinden."
        raise Refused(text, code="connection.unknown")
    return row


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _locked(deps: Deps, digest: str, kept: _Kept) -> bytes:
    offers = [{"name": offer.name, "fields": dict(offer.fields)} for offer in kept.offers]
    plain = {"fields": dict(kept.fields), "memory": dict(kept.memory), "offers": offers}
    return deps.vault.lock(f"connection/{digest}", {name: json.dumps(value) for name, value in plain.items()})


def _kept(deps: Deps, row: ConnectionRow) -> _Kept:
    plain = {
        name: json.loads(value)
        for name, value in deps.vault.unlock(f"connection/{row.state_sha256}", row.locked).items()
    }
    return _Kept(plain["fields"], plain["memory"], [Offer(**offer) for offer in plain["offers"]])
