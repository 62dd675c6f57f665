"""What a person should know today: what waits for them, what went wrong, what goes out, what needs them. Reads only.

Every list is bounded and every number comes by an index: the page costs the same however many posts are stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from distributor.domain import Actor, Role, State
from distributor.services import account_views, health
from distributor.services.account_views import Standing
from distributor.services.deps import Deps
from distributor.services.findings import Finding
from distributor.services.permission import visible
from distributor.services.queues import joined, left_to_a_person
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, PostRow
from distributor.wording import BERLIN, day_bounds

MOST = 8
"""How many lines a list shows; the number beside it counts all."""

S = State
Entry = TypeVar("Entry")

_ON_ITS_WAY = (S.SCHEDULED, S.STAGED, S.PUBLISHING, S.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Line:
    """A post in one line: when is its time, or when it went out; ``reason`` is why it is where it is."""

    id: int
    item: int
    title: str
    organisation: str
    organisation_name: str
    channel: str
    state: State
    at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Piece:
    """An Item that waits for an editor."""

    id: int
    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Listed(Generic[Entry]):
    """The first of something, and how many there are in all."""

    lines: Sequence[Entry]
    total: int


@dataclass(frozen=True, slots=True)
class Today:
    """The start page. A part that is not the actor's business is empty.

    ``awaiting``: to be released, the soonest first; ``wrong``: what a person must see to; ``leaving``: what goes out
    today; ``gone_out``: how many did already; ``open_items``: to be cleared; ``findings``: what ails the machine.
    """

    awaiting: Listed[Line]
    wrong: Listed[Line]
    leaving: Listed[Line]
    gone_out: int
    open_items: Listed[Piece]
    accounts: Listed[Standing]
    findings: Sequence[Finding]


def today(deps: Deps, actor: Actor, now: datetime, *, machine: bool = True) -> Today:
    """Return what the actor should know today; without ``machine`` nothing of what ails that."""
    begins, ends = day_bounds(now.astimezone(BERLIN).date())
    seen = visible(actor)
    mine = sorted(actor.organisations) if actor.organisations else seen
    with deps.store.read() as session:
        awaiting = _listed(session, mine, PostRow.state == S.AWAITING)
        wrong = _listed(session, seen, _is_wrong(actor))
        on_its_way = and_(PostRow.state.in_(_ON_ITS_WAY), PostRow.due_at < ends)
        leaving = _listed(session, seen, on_its_way)
        gone_out = _count(session, seen, and_(PostRow.state == S.PUBLISHED, PostRow.due_at >= begins - _EARLY,
                                              PostRow.published_at >= begins))  # fmt: skip
        open_items = _open_items(session, actor)
    return Today(
        awaiting=awaiting,
        wrong=wrong,
        leaving=leaving,
        gone_out=gone_out,
        open_items=open_items,
        accounts=_accounts(deps, actor, now),
        findings=_findings(deps, actor, now) if machine else (),
    )


_EARLY = timedelta(days=2)
"""How long before today a post that went out today was due at the most; it bounds what the index is asked for."""


def _is_wrong(actor: Actor) -> ColumnElement[bool]:
    """What has gone wrong and waits for a person; drafts that something blocks, for who writes the texts."""
    by_hand = and_(PostRow.state.in_((S.UNCERTAIN, S.RETRACTING)), PostRow.reason_who == "officer")
    failed = or_(PostRow.state.in_((S.FAILED, S.MISSED)), left_to_a_person())
    if not actor.has(Role.EDITOR):
        return or_(failed, by_hand)
    blocked = and_(PostRow.state == S.DRAFTED, ItemRow.cleared_at.is_not(None), ItemRow.stage == "active")
    return or_(failed, by_hand, blocked)


def _listed(session: Session, seen: Sequence[str] | None, which: ColumnElement[bool]) -> Listed[Line]:
    columns = select(
        PostRow.id,
        PostRow.item_id,
        ItemRow.title,
        OrganisationRow.slug,
        OrganisationRow.name,
        AccountRow.channel,
        PostRow.state,
        PostRow.due_at,
        PostRow.reason_text,
        PostRow.problems,
    )
    query = joined(columns, seen).where(which).order_by(PostRow.due_at.is_(None), PostRow.due_at, PostRow.id)
    lines = [
        Line(number, item, title, slug, owner, channel, State(state), due, reason or _blocking(state, problems))
        for number, item, title, slug, owner, channel, state, due, reason, problems in session.execute(
            query.limit(MOST)
        )
    ]
    return Listed(lines, len(lines) if len(lines) < MOST else _count(session, seen, which))


def _blocking(state: str, problems: Sequence[Mapping[str, Any]]) -> str:
    """Return what keeps a draft from being released, as it was found when the post was tailored."""
    found = (str(each["text"]) for each in problems if each["severity"] == "block") if state == S.DRAFTED else iter(())
    return next(found, "")


def _count(session: Session, seen: Sequence[str] | None, which: ColumnElement[bool]) -> int:
    return session.scalar(joined(select(func.count()), seen).where(which)) or 0


def _open_items(session: Session, actor: Actor) -> Listed[Piece]:
    """Return what waits to be cleared, the newest first: what is old is seldom still wanted."""
    if not actor.has(Role.EDITOR):
        return Listed((), 0)
    still = and_(ItemRow.stage == "active", ItemRow.cleared_at.is_(None))
    query = select(ItemRow.id, ItemRow.title, ItemRow.created_at).where(still).order_by(ItemRow.id.desc())
    pieces = [Piece(*row) for row in session.execute(query.limit(MOST))]
    if len(pieces) < MOST:
        return Listed(pieces, len(pieces))
    return Listed(pieces, session.scalar(select(func.count()).select_from(ItemRow).where(still)) or 0)


def _accounts(deps: Deps, actor: Actor, now: datetime) -> Listed[Standing]:
    """Return the accounts that need somebody, for whoever may do something about them."""
    found = [
        each
        for each in account_views.standings(deps, actor, now)
        if each.may and each.matter in account_views.NEEDS_SOMEBODY
    ]
    return Listed(found[:MOST], len(found))


def _findings(deps: Deps, actor: Actor, now: datetime) -> Sequence[Finding]:
    """Return what ails the machine, for operators; accounts, Stops and what waits for people stand apart from it."""
    if not actor.has(Role.OPERATOR):
        return ()
    apart = ("Konto ", "Notbremse", "Wartet auf Menschen")
    return [each for each in health.examine(deps, now) if not each.ok and not each.subject.startswith(apart)]
