"""Give missed posts new times, all in one go: the plan proposes, a person confirms, and nothing bursts.

What was missed, by an outage or under a Stop, may have been overtaken by events. So nothing of it goes out before
somebody who answers for the Jobcenter has seen the list; the content stays as it was approved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_
from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused, State
from distributor.paging import FIRST, Spot
from distributor.services import approving
from distributor.services.deps import Deps
from distributor.services.permission import allowed
from distributor.services.planning import lay_anew
from distributor.store import items, post_lists, posts
from distributor.store.paging import Order, leaf
from distributor.store.tables import AccountRow, OrganisationRow, PostRow
from schedules.plan import Placement


@dataclass(frozen=True, slots=True)
class Proposal:
    """A missed post, and the time that the plan has for it: None where there is none, and ``why`` says so."""

    post: int
    organisation: str
    organisation_name: str
    channel: str
    title: str
    missed: datetime | None
    reason: str
    at: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the missed posts that a person may move, and whether there are others before and behind them."""

    proposals: Sequence[Proposal]
    earlier: bool
    later: bool


def proposals(
    deps: Deps, actor: Actor, now: datetime, *, organisation: str | None = None, channel: str | None = None
) -> list[Proposal]:
    """Return all missed posts that the person may move, each with a free time of its own; nothing is stored."""
    chosen = None if organisation is None else [organisation]
    with deps.store.read() as session:
        rows = post_lists.listing(session, organisations=chosen, states=[State.MISSED], channel=channel)
        return _proposed(deps, session, [row for row in rows if _may_move(actor, row[1], row[2])], now)


def page(deps: Deps, actor: Actor, now: datetime, *, spot: Spot = FIRST, limit: int) -> Page:
    """Return some of the same, the first missed first; only what is shown is laid into the calendar."""
    with deps.store.read() as session:
        mine = [account.id for account, owner in items.accounts(session) if _may_move(actor, account, owner)]
        wanted = and_(PostRow.state == State.MISSED, PostRow.account_id.in_(mine))
        found = leaf(session, wanted, Order(PostRow.id, PostRow.due_at), spot, limit)
        known = posts.several(session, found.numbers)
        rows = [known[number] for number in found.numbers]
        return Page(_proposed(deps, session, rows, now), found.earlier, found.later)


def _may_move(actor: Actor, account: AccountRow, owner: OrganisationRow) -> bool:
    return allowed(actor, "post.move", owner.slug) and account.retiring_at is None


def _proposed(deps: Deps, session: Session, rows: Sequence[posts.Whole], now: datetime) -> list[Proposal]:
    laid = lay_anew(deps, session, [(post, item) for post, _, _, item in rows], now)
    return [
        Proposal(
            post=post.id,
            organisation=owner.slug,
            organisation_name=owner.document["name"],
            channel=account.channel,
            title=item.title,
            missed=post.due_at,
            reason=post.reason_text,
            at=found.at if isinstance(found := laid[post.id], Placement) else None,
            why=found.why,
        )
        for post, account, owner, item in rows
    ]


def confirm(deps: Deps, actor: Actor, times: Mapping[int, datetime], now: datetime) -> dict[int, str]:
    """Schedule missed posts for these times, the earliest first; return why, by post, for each that was refused.

    Each is a decision of its own: what one is refused for keeps no other back.
    """
    refused = {}
    for post_id, at in sorted(times.items(), key=lambda each: (each[1], each[0])):
        try:
            with deps.store.write() as session:
                approving.move_in(deps, session, actor, post_id, at, now, only=State.MISSED)
        except Refused as error:
            refused[post_id] = error.text
    return refused
