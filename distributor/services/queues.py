"""The desk's queues: which posts wait for whom, counted and in pages, and which one comes next. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVarTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from distributor.domain import Actor, State
from distributor.lifecycle import LEFT
from distributor.paging import FIRST, Spot
from distributor.services.calendars import Calendars, warnings
from distributor.services.deps import Deps
from distributor.services.judging import judge
from distributor.services.permission import visible
from distributor.store.paging import Order, leaf
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, PostRow

MANY = 1_000
"""So many posts that are over are counted; what more tells nobody anything and would cost more every year."""

S = State
Columns = TypeVarTuple("Columns")


class Queue(StrEnum):
    """What a person looks for; each post is in one queue at most."""

    AWAITING = "awaiting"
    PLANNED = "planned"
    HELP = "help"
    PUBLISHED = "published"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Line:
    """A post as one line of a queue."""

    id: int
    title: str
    text: str
    organisation: str
    organisation_name: str
    channel: str
    state: State
    due_at: datetime | None
    published_at: datetime | None
    reason: str
    problems: Sequence[dict[str, Any]]
    media: Sequence[dict[str, Any]]
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a queue, and whether there are posts before and behind it.

    ``counts`` tells those of every queue; of what is over, some number above MANY where there are more than MANY.
    """

    lines: tuple[Line, ...]
    earlier: bool
    later: bool
    counts: dict[Queue, int]


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a post stands among those that await their officer: which one comes next, and how many there are."""

    next_id: int | None
    total: int


def queue_page(
    deps: Deps, actor: Actor, queue: Queue, *, organisation: str | None = None, spot: Spot = FIRST, limit: int = 25
) -> Page:
    """Return a page of a queue, as much of it as the actor may see."""
    seen = _seen(actor, organisation)
    with deps.store.read() as session:
        accounts = _accounts(session, seen)
        order = _order(queue)
        found = leaf(session, and_(_in(queue), _of(accounts)), order, spot, limit)
        whole = joined(select(PostRow, AccountRow, OrganisationRow, ItemRow), None)
        rows = session.execute(whole.where(PostRow.id.in_(found.numbers)).order_by(*order.columns())).all()
        problems = judge(deps, session, [(post, account, owner, item) for post, account, owner, item in rows])
        known = Calendars(session)
        lines = tuple(_line(*row, problems[row[0].id], _notes(known, *row)) for row in rows)
        return Page(lines, found.earlier, found.later, _counts(session, accounts))


def turn(deps: Deps, actor: Actor, post_id: int) -> Turn:
    """Return which post awaits the actor after this one; the last one is followed by the first."""
    seen = own_turn(actor)
    with deps.store.read() as session:
        here = session.get(PostRow, post_id)
        query = joined(select(PostRow.id, PostRow.due_at), seen).where(_in(Queue.AWAITING))
        waiting = [(_key(due, number), number) for number, due in session.execute(query) if number != post_id]
    if not waiting:
        return Turn(None, int(here is not None and here.state == S.AWAITING))
    at = _key(here.due_at, here.id) if here is not None else (False, 0.0, 0)
    later = [each for each in waiting if each[0] > at]
    total = len(waiting) + (here is not None and here.state == S.AWAITING)
    return Turn(min(later or waiting)[1], total)


def own_turn(actor: Actor) -> list[str] | None:
    """Return whose posts a person is led through: who approves for some Jobcenter sees theirs, others all they may."""
    return sorted(actor.organisations) if actor.organisations else visible(actor)


def _key(due: datetime | None, number: int) -> tuple[bool, float, int]:
    return (due is None, due.timestamp() if due else 0.0, number)


def _seen(actor: Actor, organisation: str | None) -> list[str] | None:
    seen = visible(actor)
    if organisation is None:
        return seen
    return [organisation] if seen is None or organisation in seen else []


def joined(query: Select[*Columns], seen: Sequence[str] | None) -> Select[*Columns]:
    """Return the query over posts with account, Jobcenter and Item, for the Jobcenters that may be seen (None: all)."""
    query = (
        query.select_from(PostRow)
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
        .join(ItemRow, PostRow.item_id == ItemRow.id)
    )
    if seen is None:
        return query
    return query.where(OrganisationRow.slug.in_(seen) if seen else false())


def left_to_a_person() -> ColumnElement[bool]:
    """Return which public posts still need something by hand; said in letters, for the index is made of these."""
    return PostRow.reason_code == literal_column(f"'{LEFT}'")


def _over() -> ColumnElement[bool]:
    """Return which posts are over for good; said in letters, for the index is made of these."""
    state = func.coalesce(PostRow.state, literal_column("''"))
    return state.in_((literal_column(f"'{S.CLOSED}'"), literal_column(f"'{S.RETRACTED}'")))


def _accounts(session: Session, seen: Sequence[str] | None) -> Sequence[int] | None:
    """Return the accounts whose posts may be seen; None: all, which no index need be asked about."""
    if seen is None:
        return None
    query = select(AccountRow.id).join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
    found = session.scalars(query.where(OrganisationRow.slug.in_(seen))).all()
    return None if len(found) == session.scalar(select(func.count()).select_from(AccountRow)) else found


def _of(accounts: Sequence[int] | None) -> ColumnElement[bool]:
    return true() if accounts is None else PostRow.account_id.in_(accounts)


_PERSON = PostRow.reason_who == "officer"
_COUNTED = [state for state in State if state not in (S.PUBLISHED, S.CLOSED, S.RETRACTED)]


def _blocked() -> Select[int]:
    """A post of a cleared Item is drafted only because something blocks it."""
    query = select(PostRow.id).join(ItemRow, PostRow.item_id == ItemRow.id)
    return query.where(PostRow.state == S.DRAFTED, ItemRow.cleared_at.is_not(None), ItemRow.stage == "active")


def _counts(session: Session, accounts: Sequence[int] | None) -> dict[Queue, int]:
    """Count every queue by indexes of the state; what is over grows for ever and is counted to a little over MANY."""
    mine = _of(accounts)
    grouped = select(PostRow.state, func.count()).where(PostRow.state.in_(_COUNTED), mine).group_by(PostRow.state)
    states = {State(state): int(number) for state, number in session.execute(grouped)}

    def of(*which: State) -> int:
        return sum(states.get(each, 0) for each in which)

    def counted(query: Select[int]) -> int:
        return session.scalar(select(func.count()).select_from(query.where(mine).subquery())) or 0

    def over(*which: State, but: int = 0) -> int:
        return counted(select(PostRow.id).where(PostRow.state.in_(which)).limit(MANY + 1 + but)) - but

    unclear = counted(select(PostRow.id).where(PostRow.state == S.UNCERTAIN, _PERSON)) if of(S.UNCERTAIN) else 0
    staying = counted(select(PostRow.id).where(PostRow.state == S.RETRACTING, _PERSON)) if of(S.RETRACTING) else 0
    left = counted(select(PostRow.id).where(left_to_a_person()))
    blocked = counted(_blocked()) if of(S.DRAFTED) else 0
    return {
        Queue.AWAITING: of(S.AWAITING),
        Queue.PLANNED: of(S.SCHEDULED, S.STAGED, S.PUBLISHING, S.UNCERTAIN) - unclear,
        Queue.HELP: of(S.FAILED, S.MISSED) + unclear + staying + left + blocked,
        Queue.PUBLISHED: over(S.PUBLISHED, but=left) + of(S.RETRACTING) - staying,
        Queue.CLOSED: over(S.CLOSED, S.RETRACTED),
    }


def _in(queue: Queue) -> ColumnElement[bool]:
    if queue is Queue.HELP:
        by_hand = select(PostRow.id).where(PostRow.state.in_((S.UNCERTAIN, S.RETRACTING)), _PERSON)
        failed = select(PostRow.id).where(PostRow.state.in_((S.FAILED, S.MISSED)))
        left = select(PostRow.id).where(left_to_a_person())
        return PostRow.id.in_(union_all(failed, by_hand, left, _blocked()))
    if queue is Queue.PUBLISHED:
        # Nearly all posts are public: wrapped, the state is no index's business, and that of the order is taken.
        state = func.coalesce(PostRow.state, "")
        public = or_(and_(state == S.PUBLISHED, ~left_to_a_person()), and_(state == S.RETRACTING, ~_PERSON))
        return and_(PostRow.published_at.is_not(None), public)
    clauses: dict[Queue, ColumnElement[bool]] = {
        Queue.AWAITING: PostRow.state == S.AWAITING,
        Queue.PLANNED: or_(
            PostRow.state.in_((S.SCHEDULED, S.STAGED, S.PUBLISHING)), and_(PostRow.state == S.UNCERTAIN, ~_PERSON)
        ),
        Queue.CLOSED: _over(),
    }
    return clauses[queue]


def _order(queue: Queue) -> Order:
    if queue is Queue.PUBLISHED:
        return Order(PostRow.id, PostRow.published_at, descending=True)
    if queue is Queue.CLOSED:
        return Order(PostRow.id, PostRow.changed_at, descending=True)
    return Order(PostRow.id, PostRow.due_at)


def _line(
    post: PostRow,
    account: AccountRow,
    owner: OrganisationRow,
    item: ItemRow,
    problems: Sequence[dict[str, Any]],
    notes: Sequence[str],
) -> Line:
    return Line(
        id=post.id,
        title=item.title,
        text=post.document["text"],
        organisation=owner.slug,
        organisation_name=owner.name,
        channel=account.channel,
        state=State(post.state),
        due_at=post.due_at,
        published_at=post.published_at,
        reason=post.reason_text,
        problems=problems,
        media=post.document["media"],
        notes=notes,
    )


def _notes(known: Calendars, post: PostRow, account: AccountRow, owner: OrganisationRow, item: ItemRow) -> list[str]:
    """Return what is to be thought of at the time of a post that a person still decides on."""
    if post.state != S.AWAITING or post.due_at is None:
        return []
    return warnings(known.of(owner), account.channel, post.due_at)
