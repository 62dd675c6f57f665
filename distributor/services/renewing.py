"""Make accesses that end live longer, where their network lets us; a person is warned only where it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from connectors._renews import Renews
from connectors.base import Access, ConnectorError
from distributor.domain import DAEMON, Refused
from distributor.services import accounts
from distributor.services.deps import Deps
from distributor.services.examining import account_label
from distributor.store import items
from distributor.store.posts import record
from distributor.store.tables import AccountRow

_log = structlog.get_logger()

RENEWED_BEFORE = timedelta(days=max(accounts.WARNED_BEFORE) + 10)
"""So long before its end an access is renewed: ten days on which it may fail before anybody is warned."""


def renew_due(deps: Deps, clock: Callable[[], datetime]) -> int:
    """Renew every access that works and ends soon, and ask when it ends now; return how many were renewed.

    One that cannot be renewed stays as it is, and its people are warned in time.
    """
    now = clock()
    with deps.store.read() as session:
        ending = [row.id for row, _ in items.accounts(session) if _ends_soon(row, now)]
    renewed = 0
    for number in ending:
        try:
            if _renewed(deps, number, clock):
                accounts.check(deps, number, clock)
                renewed += 1
        except Refused as refusal:
            _log.warning("access_not_renewed", account=number, why=refusal.code)
        except ConnectorError as error:
            _log.warning("access_not_renewed", account=number, why=error.code, said=error.public)
    return renewed


def _ends_soon(row: AccountRow, now: datetime) -> bool:
    works = row.paused_at is None and row.retiring_at is None
    return works and row.ends_at is not None and now < row.ends_at <= now + RENEWED_BEFORE


def _renewed(deps: Deps, number: int, clock: Callable[[], datetime]) -> bool:
    """Renew one access and keep what came; not where somebody has entered other keys meanwhile."""
    with deps.store.read() as session:
        row, owner = accounts.account_of(session, number)
        connector = deps.offering(row.channel, Renews)
        if connector is None:
            return False
        held, locked, slug = accounts.fields_of(deps, session, row), row.secrets, owner.slug
        access = Access(
            account_label(session, row), held, deps.urls(row.channel), deps.session(), clock(), deps.home(slug)
        )
    fresh = connector.renew(access)
    if not fresh:
        return False
    with deps.store.write() as session:
        return _kept(deps, session, number, locked, fresh, clock())


def _kept(
    deps: Deps, session: Session, number: int, locked: bytes | None, fresh: Mapping[str, str], now: datetime
) -> bool:
    row = session.get_one(AccountRow, number, with_for_update=True)
    if row.secrets != locked:
        return False
    accounts.set_fields(deps, session, row, fresh)
    record(session, now=now, actor=DAEMON, what="account.renewed", subject="account", subject_id=number)
    return True
