"""Evergreens: items that appear again after weeks, each time with a text of its own.

A repeat is an ordinary Post, made some days before it may appear so that people can write its text and approve it. It
counts from when the account's first post of the item was public: what never appeared is not repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from distributor.domain import DAEMON, Actor, Refused, State
from distributor.services.clearing import MOST_OCCURRENCES, item_in
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.services.tailoring import new_post, reshape
from distributor.store import calendars, pseudonyms
from distributor.store.posts import record
from distributor.store.tables import AccountRow, ItemRow, PostRow, RepeatRow
from schedules.campaigns import repeats

AHEAD = timedelta(days=14)
"""How long before it may appear a repeat is made; our own choice: an editor looks in once a week."""

_LEAST_DAYS, _MOST_DAYS = 7, 366
_TAKEN_BACK = (State.RETRACTING, State.RETRACTED)


@dataclass(frozen=True, slots=True)
class Due:
    """A repeat that is to be made: which one of an item, on which account, and when it may appear at the earliest."""

    item_id: int
    account_id: int
    occurrence: int
    earliest_at: datetime


def repeat(
    deps: Deps, actor: Actor, item_id: int, now: datetime, *, every_days: int, times: int, until: datetime | None = None
) -> None:
    """Let an item appear ``times`` more on every account that brought it, ``every_days`` apart. Raises: Refused."""
    require(actor, "item.edit")
    if not _LEAST_DAYS <= every_days <= _MOST_DAYS:
        raise Refused(f"Der Abstand muss zwischen {_LEAST_DAYS} und {_MOST_DAYS} Tagen liegen.", code="repeat.every")
    if not 1 <= times <= MOST_OCCURRENCES - 1:
        raise Refused(f"Möglich sind 1 bis {MOST_OCCURRENCES - 1} Wiederholungen.", code="repeat.times")
    if until is not None and until <= now:
        raise Refused("Das Ende der Wiederholungen ist schon vorbei.", code="repeat.until")
    with deps.store.write() as session:
        row = item_in(session, item_id, lock=True)
        if row.stage == "withdrawn":
            raise Refused("Der Beitrag ist zurückgezogen und wird nicht wiederholt.", code="item.withdrawn")
        held = session.get(RepeatRow, item_id) or RepeatRow(item_id=item_id)
        held.every_days, held.times, held.until = every_days, times, until
        held.actor, held.at = pseudonyms.key_of(session, actor), now
        session.add(held)
        record(session, now=now, actor=actor, what="item.repeated", subject="item", subject_id=item_id)


def stop(deps: Deps, actor: Actor, item_id: int, now: datetime) -> None:
    """Let no further repeat be made; those that were made go on as any post. Raises: Refused."""
    require(actor, "item.edit")
    with deps.store.write() as session:
        item_in(session, item_id, lock=True)
        held = session.get(RepeatRow, item_id)
        if held is None:
            raise Refused(f"Beitrag {item_id} wird nicht wiederholt.", code="repeat.unknown")
        session.delete(held)
        record(session, now=now, actor=actor, what="item.repeat_stopped", subject="item", subject_id=item_id)


def make_due(deps: Deps, now: datetime) -> int:
    """Make the repeats whose time comes near; return how many."""
    with deps.store.read() as session:
        coming = [due for due in _coming(session) if due.earliest_at <= now + AHEAD]
    return sum(_make(deps, due, now) for due in coming)


def next_due(session: Session, now: datetime) -> datetime | None:
    """Return when the next repeat is to be made."""
    return min((due.earliest_at - AHEAD for due in _coming(session) if due.earliest_at - AHEAD > now), default=None)


def _coming(session: Session) -> Iterator[Due]:
    for row, item in calendars.repeating(session):
        yield from _coming_of(session, row, item)


def _coming_of(session: Session, row: RepeatRow, item: ItemRow) -> Iterator[Due]:
    by_account: dict[int, list[PostRow]] = {}
    for post in calendars.occurrences(session, row.item_id):
        by_account.setdefault(post.account_id, []).append(post)
    for posts in by_account.values():
        due = following(posts, row, item.valid_until)
        if due is not None:
            yield due


def following(posts: Sequence[PostRow], row: RepeatRow, valid_until: datetime | None) -> Due | None:
    """Return an account's next repeat, after the ones it has; None if nothing was public yet or nothing is left.

    What was taken back is not repeated. Where earlier repeats were let pass (ordered late, or nothing ran for months)
    they are not caught up with: the next one counts from the last that there is.
    """
    shown = [post.published_at for post in posts if post.state == State.PUBLISHED and post.published_at is not None]
    last = max(posts, key=lambda post: post.occurrence)
    if not shown or last.occurrence > row.times or any(post.state in _TAKEN_BACK for post in posts):
        return None
    every = timedelta(days=row.every_days)
    start = max([*shown, *(post.earliest_at for post in posts if post.earliest_at is not None), row.at - every])
    ends = min((each for each in (row.until, valid_until) if each is not None), default=None)
    found = repeats(start, every, 1, ends)
    return Due(row.item_id, last.account_id, last.occurrence + 1, found[0]) if found else None


def _make(deps: Deps, due: Due, now: datetime) -> int:
    """Make a repeat unless another daemon was faster or a person stopped it meanwhile."""
    with deps.store.write() as session:
        item = item_in(session, due.item_id, lock=True)
        row = session.get(RepeatRow, due.item_id)
        if row is None or item.stage != "active" or due not in _coming_of(session, row, item):
            return 0
        account = session.get_one(AccountRow, due.account_id)
        if account.retiring_at is not None:
            return 0
        post = new_post(item, account, now, occurrence=due.occurrence, earliest_at=due.earliest_at)
        reshape(deps, session, post, now, actor=DAEMON)
        record(session, now=now, actor=DAEMON, what="post.repeated", subject="post", subject_id=post.id)
        return 1
