"""What the weekly conference looks at: what was, what is open, what comes, what runs into what. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from distributor.domain import Actor, State
from distributor.locale import ngettext
from distributor.services import topics
from distributor.services.coming import bounds_of, coming_everywhere
from distributor.services.deps import Deps
from distributor.services.permission import visible
from distributor.services.topics import Topic
from distributor.store import placed
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, PostRow
from distributor.themes import theme_of
from distributor.wording import BERLIN

BEHIND, AHEAD = 6, 4
"""How many weeks of themes are looked at before this one, and from it on."""

_MOST = 30
"""How many lines a list shows; a week of one Jobcenter and more."""

_WEEK = timedelta(days=7)
_TO_COME = (State.DRAFTED, State.AWAITING, State.SCHEDULED, State.STAGED)


@dataclass(frozen=True, slots=True)
class Published:
    """A post that was published in the last week."""

    id: int
    title: str
    organisation: str
    channel: str
    at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Open:
    """What one Jobcenter has still to release: how many posts, and when the first is due."""

    organisation: str
    number: int
    first: datetime | None


@dataclass(frozen=True, slots=True)
class Account:
    """Whose account it is, as far as the conference tells of it."""

    organisation: str
    organisation_name: str
    channel: str


@dataclass(frozen=True, slots=True)
class Coming:
    """A day to come: its special days, the titles of what is posted then, and how many posts each account has."""

    day: date
    occasions: Sequence[Mapping[str, Any]]
    titles: Sequence[str]
    crowds: Mapping[Account, int]

    @property
    def number(self) -> int:
        """Return how many posts the day has."""
        return sum(self.crowds.values())


@dataclass(frozen=True, slots=True)
class Conference:
    """The conference's page. ``days`` are those with posts or special days.

    ``themes`` counts by theme, for each of ``weeks`` (their Mondays), the Items that were or will be in it.
    """

    published: Sequence[Published]
    published_total: int
    open: Sequence[Open]
    unclear: Sequence[tuple[int, str]]
    days: Sequence[Coming]
    collisions: Sequence[tuple[date, str]]
    weeks: Sequence[date]
    themes: Mapping[str, Sequence[int]]
    topics: Sequence[Topic]
    items: Sequence[tuple[int, str]]


def conference(deps: Deps, actor: Actor, now: datetime) -> Conference:
    """Return what the actor may see of it."""
    seen = visible(actor)
    today = now.astimezone(BERLIN).date()
    monday = today - timedelta(days=today.weekday())
    weeks = [monday + number * _WEEK for number in range(-BEHIND, AHEAD)]
    special = coming_everywhere(deps, today, today + 4 * _WEEK - timedelta(days=1), organisations=seen, most=0)["days"]
    with deps.store.read() as session:
        accounts = _accounts(session, seen)
        days = _days(session, special, accounts)
        published, total = _published(session, accounts, now)
        items = topics.recent_items(session)
        return Conference(
            published=published,
            published_total=total,
            open=_open(session, accounts),
            unclear=_unclear(session),
            days=[each for each in days if each.crowds or each.occasions],
            collisions=[(each.day, text) for each in days for text in _collisions(deps, each)],
            weeks=weeks,
            themes=_themes(session, weeks),
            topics=topics.topics(session, actor, items),
            items=items,
        )


def _accounts(session: Session, seen: Sequence[str] | None) -> dict[int, Account]:
    """Return the accounts of these Organisations (None: all), in the roster's order."""
    query = (
        select(AccountRow.id, OrganisationRow.slug, OrganisationRow.name, AccountRow.channel)
        .join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
        .order_by(OrganisationRow.position, AccountRow.id)
    )
    if seen is not None:
        query = query.where(OrganisationRow.slug.in_(seen))
    return {number: Account(*whose) for number, *whose in session.execute(query)}


def _days(session: Session, special: Sequence[Mapping[str, Any]], accounts: Mapping[int, Account]) -> list[Coming]:
    known = [date.fromisoformat(each["day"]) for each in special]
    numbers, names = placed.tallies(session, bounds_of(known), accounts)
    crowds: list[dict[Account, int]] = [{} for _ in known]
    for day, account, number in numbers:
        crowds[day][accounts[account]] = number
    titles: list[dict[str, None]] = [{} for _ in known]
    for day, title in names:
        titles[day][title] = None
    occasions = [each["occasions"] for each in special]
    return [Coming(*each) for each in zip(known, occasions, map(list, titles), crowds, strict=True)]


def _published(session: Session, accounts: Mapping[int, Account], now: datetime) -> tuple[list[Published], int]:
    total, shown = placed.published(session, now - _WEEK, accounts, _MOST)
    return [
        Published(number, title, accounts[account].organisation_name, accounts[account].channel, at, url)
        for number, title, account, at, url in shown
    ], total


def _open(session: Session, accounts: Mapping[int, Account]) -> list[Open]:
    query = (
        select(PostRow.account_id, func.count(), func.min(PostRow.due_at))
        .where(PostRow.state == State.AWAITING, PostRow.account_id.in_(accounts))
        .group_by(PostRow.account_id)
    )
    waiting = {account: (number, first) for account, number, first in session.execute(query)}
    found: dict[str, Open] = {}
    for account, whose in accounts.items():
        if account in waiting:
            number, first = waiting[account]
            before = found.get(whose.organisation, Open(whose.organisation_name, 0, None))
            times = [at for at in (before.first, first) if at is not None]
            found[whose.organisation] = Open(before.organisation, before.number + number, min(times, default=None))
    return list(found.values())


def _unclear(session: Session) -> list[tuple[int, str]]:
    """Return the Items whose rights are not cleared yet."""
    query = select(ItemRow.id, ItemRow.title).where(ItemRow.stage == "active", ItemRow.cleared_at.is_(None))
    return [(number, title) for number, title in session.execute(query.order_by(ItemRow.id.desc()).limit(_MOST))]


def _collisions(deps: Deps, each: Coming) -> Iterator[str]:
    """Tell where a day's posts meet what speaks against them, or each other on one account."""
    if not each.crowds:
        return
    for occasion in each.occasions:
        if occasion["kind"] not in ("action", "school"):
            whose = occasion["organisations"]
            hit = sum(number for account, number in each.crowds.items() if not whose or account.organisation in whose)
            if hit:
                yield f"{occasion['title']}: {_posts(hit)}"
    for account, number in each.crowds.items():
        if number > 2:
            yield f"{account.organisation_name}, {deps.connector(account.channel).label}: {_posts(number)}"


def _posts(number: int) -> str:
    return ngettext("ein Post", "%(count)s Posts", number) % {"count": number}


def _themes(session: Session, weeks: Sequence[date]) -> dict[str, list[int]]:
    """Return for each theme how many Items were or will be public in each week."""
    bounds = [datetime.combine(each, datetime.min.time(), BERLIN) for each in (*weeks, weeks[-1] + _WEEK)]
    met = placed.items(session, bounds, (State.PUBLISHED, *_TO_COME))
    said = select(ItemRow.id, ItemRow.title, ItemRow.document["topics"])
    named = session.execute(said.where(ItemRow.id.in_({item for item, _ in met})))
    theme = {number: theme_of(title, topics or ()) for number, title, topics in named}
    counts: dict[str, list[int]] = {}
    for item, week in met:
        counts.setdefault(theme[item], [0] * len(weeks))[week] += 1
    return counts
