"""What accounts cost at networks that take money: spent this month, queued, and the budget that holds what is beyond.

A budget is asked in the guard, post by post: what would go beyond it waits until the month is over or somebody raises
it, and is missed after the usual time. Reads only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from connectors._costs import BUDGET, Costs
from connectors.base import RemotePost
from distributor.domain import Reason, Refused, State
from distributor.lifecycle import APPROVED
from distributor.services.deps import Deps
from distributor.store.held import HeldAccount, HeldPost
from distributor.store.tables import AccountRow, PostRow

_ZONE = ZoneInfo("Europe/Berlin")
_MAY_BE_PUBLIC = frozenset({State.PUBLISHING, State.UNCERTAIN})
_WARNED_AT = Decimal("0.8")


@dataclass(frozen=True, slots=True)
class Bill:
    """What an account has spent in this month, what its approved posts will cost, and its budget if it has one.

    What may be public counts as spent.
    """

    currency: str
    spent: Decimal
    queued: Decimal
    budget: Decimal | None

    @property
    def is_tight(self) -> bool:
        """Tell whether four fifths of the budget are spent or spoken for."""
        return self.budget is not None and self.spent + self.queued > _WARNED_AT * self.budget

    @property
    def sentence(self) -> str:
        """Return it as a person reads it."""
        text = f"{_money(self.spent)} {self.currency} in diesem Monat, freigegeben sind weitere {_money(self.queued)}"
        return text if self.budget is None else f"{text}; das Monatsbudget ist {_money(self.budget)}"


def bill_of(deps: Deps, session: Session, account: AccountRow | HeldAccount, now: datetime) -> Bill | None:
    """Return an account's bill; None where its network takes nothing. Raises: Refused for a budget that is none."""
    connector = _costs(deps, account.channel)
    if connector is None:
        return None
    spent, queued = _sums(deps, session, [account], now)[account.id]
    return Bill(connector.currency, spent, queued, budget_of(account.fields))


def bills_told(deps: Deps, session: Session, accounts: Sequence[AccountRow], now: datetime) -> dict[int, str]:
    """Return what each account costs in one sentence, or what is wrong with its budget; where nothing is taken, none.

    However many accounts there are, their posts are read at once.
    """
    sums = _sums(deps, session, accounts, now)
    told = {}
    for account in accounts:
        connector = _costs(deps, account.channel)
        if connector is None:
            continue
        try:
            told[account.id] = Bill(connector.currency, *sums[account.id], budget_of(account.fields)).sentence
        except Refused as refusal:
            told[account.id] = refusal.text
    return told


def _sums(
    deps: Deps, session: Session, accounts: Sequence[AccountRow | HeldAccount], now: datetime
) -> dict[int, tuple[Decimal, Decimal]]:
    """Return what each account that costs money has spent this month, and what its approved posts will cost."""
    priced = {account.id: connector for account in accounts if (connector := _costs(deps, account.channel))}
    sums = dict.fromkeys(priced, (Decimal(), Decimal()))
    if not priced:
        return sums
    begun = now.astimezone(_ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    query = select(PostRow.account_id, PostRow.state, PostRow.document).where(
        PostRow.account_id.in_(priced), or_(PostRow.published_at >= begun, PostRow.state.in_(APPROVED))
    )
    for number, state, document in session.execute(query):
        spent, queued = sums[number]
        price = priced[number].price(RemotePost.of(document))
        waits = state in APPROVED and state not in _MAY_BE_PUBLIC
        sums[number] = (spent, queued + price) if waits else (spent + price, queued)
    return sums


def overdrawn(deps: Deps, session: Session, account: HeldAccount, post: HeldPost, now: datetime) -> Reason | None:
    """Return why a post may not be released for its account's budget; None if it may."""
    connector = _costs(deps, account.channel)
    if connector is None or not account.fields.get(BUDGET.name):
        return None
    try:
        bill = bill_of(deps, session, account, now)
    except Refused as refusal:
        return Reason("budget", refusal.text, "operator")
    price = connector.price(RemotePost.of(post.document))
    if bill is None or bill.budget is None or bill.spent + price <= bill.budget:
        return None
    text = (
        f"Das Monatsbudget des Kontos reicht nicht: {_money(bill.spent)} von {_money(bill.budget)} {bill.currency} "
        f"sind ausgegeben, der Post kostet {_money(price)}. Bitte das Budget erhöhen oder den Post zurückziehen."
    )
    return Reason("budget", text, "operator")


def budget_of(fields: Mapping[str, Any]) -> Decimal | None:
    """Return an account's budget; None for no bound. Raises: Refused for what is no amount."""
    written = str(fields.get(BUDGET.name) or "").strip()
    if not written:
        return None
    try:
        amount = Decimal(written.replace(",", "."))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        text = f"Das Monatsbudget „{written}“ ist kein Betrag; bitte so angeben: 5 oder 5,50."
        raise Refused(text, code="account.budget")
    return amount


def _costs(deps: Deps, channel: str) -> Costs | None:
    return deps.offering(channel, Costs)


def _money(amount: Decimal) -> str:
    """Return an amount in German, in tenths of a cent where it has some."""
    text = f"{amount:.3f}"
    return text.removesuffix("0").replace(".", ",")
