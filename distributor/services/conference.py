"""What the weekly conference looks at: what was, what is open, what comes, what runs into what. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import false, func, select
from sqlalchemy.orm import Session

from distributor.domain import Actor, State
from distributor.intake.report import item_of
from distributor.services import topics
from distributor.services.coming import coming_everywhere
from distributor.services.deps import Deps
from distributor.services.permission import visible
from distributor.services.topics import Topic
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, PostRow, ReceiptRow
from distributor.themes import theme_of
from distributor.wording import BERLIN

BEHIND, AHEAD = 6, 4
"""How many weeks of themes are looked at before this one, and from it on."""

_MOST = 60
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
class Conference:
    """The conference's page. ``crowded`` are days with more posts than usual or on special days, with why.

    ``themes`` counts by theme, for each of ``weeks`` (their Mondays), the Items that were or will be in it.
    """

    published: Sequence[Published]
    published_total: int
    open: Sequence[Open]
    unclear: Sequence[tuple[int, str]]
    days: Sequence[Mapping[str, Any]]
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
    days = coming_everywhere(deps, today, today + 4 * _WEEK - timedelta(days=1), organisations=seen)["days"]
    with deps.store.read() as session:
        published, total = _published(session, seen, now)
        return Conference(
            published=published,
            published_total=total,
            open=_open(session, seen),
            unclear=_unclear(session),
            days=[each for each in days if each["posts"] or each["occasions"]],
            collisions=_collisions(days),
            weeks=weeks,
            themes=_themes(session, weeks),
            topics=topics.topics(session, actor),
            items=topics.recent_items(session),
        )


def _published(session: Session, seen: Sequence[str] | None, now: datetime) -> tuple[list[Published], int]:
    fresh = (
        PostRow.state == State.PUBLISHED,
        PostRow.due_at >= now - 2 * _WEEK,  # bounds what the index is asked for
        PostRow.published_at >= now - _WEEK,
        _whose(seen),
    )
    query = (
        select(
            PostRow.id, ItemRow.title, OrganisationRow.name, AccountRow.channel, PostRow.published_at, ReceiptRow.url
        )
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
        .join(ItemRow, PostRow.item_id == ItemRow.id)
        .outerjoin(ReceiptRow, ReceiptRow.post_id == PostRow.id)
        .where(*fresh)
        .order_by(PostRow.published_at.desc(), PostRow.id)
    )
    lines = [
        Published(number, title, owner, channel, at, url or "")
        for number, title, owner, channel, at, url in session.execute(query.limit(_MOST))
        if at is not None
    ]
    counted = (
        select(func.count())
        .select_from(PostRow)
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
        .where(*fresh)
    )
    return lines, session.scalar(counted) or 0


def _open(session: Session, seen: Sequence[str] | None) -> list[Open]:
    query = (
        select(OrganisationRow.name, func.count(), func.min(PostRow.due_at))
        .select_from(PostRow)
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
        .where(PostRow.state == State.AWAITING, _whose(seen))
        .group_by(OrganisationRow.id, OrganisationRow.name, OrganisationRow.position)
        .order_by(OrganisationRow.position)
    )
    return [Open(name, number, first) for name, number, first in session.execute(query)]


def _whose(seen: Sequence[str] | None) -> Any:
    if seen is None:
        return OrganisationRow.id.is_not(None)
    return OrganisationRow.slug.in_(seen) if seen else false()


def _unclear(session: Session) -> list[tuple[int, str]]:
    """Return the Items whose rights are not cleared yet."""
    query = select(ItemRow.id, ItemRow.title).where(ItemRow.stage == "active", ItemRow.cleared_at.is_(None))
    return [(number, title) for number, title in session.execute(query.order_by(ItemRow.id.desc()).limit(_MOST))]


def _collisions(days: Sequence[Mapping[str, Any]]) -> list[tuple[date, str]]:
    """Return on which days posts meet what speaks against them, or each other on one account."""
    found = []
    for each in days:
        day, posts = date.fromisoformat(each["day"]), each["posts"]
        if not posts:
            continue
        for occasion in each["occasions"]:
            if occasion["kind"] not in ("action", "school"):
                whose = occasion["organisations"]
                hit = sum(1 for post in posts if not whose or post["organisation"] in whose)
                if hit:
                    found.append((day, f"{occasion['title']}: {_posts(hit)}"))
        crowded = Counter((post["organisation_name"], post["channel"]) for post in posts)
        found += [
            (day, f"{name}, {channel}: {_posts(number)}") for (name, channel), number in crowded.items() if number > 2
        ]
    return found


def _posts(number: int) -> str:
    return "ein Post" if number == 1 else f"{number} Posts"


def _themes(session: Session, weeks: Sequence[date]) -> dict[str, list[int]]:
    """Return for each theme how many Items were or will be public in each week."""
    first = datetime.combine(weeks[0], datetime.min.time(), BERLIN)
    last = datetime.combine(weeks[-1] + _WEEK, datetime.min.time(), BERLIN)
    shown = (State.PUBLISHED, *_TO_COME)
    query = select(PostRow.item_id, PostRow.due_at).where(
        PostRow.state.in_(shown), PostRow.due_at >= first, PostRow.due_at < last
    )
    met = {
        (item, (at.astimezone(BERLIN).date() - weeks[0]).days // 7)
        for item, at in session.execute(query.distinct())
        if at is not None
    }
    documents = select(ItemRow.id, ItemRow.document).where(ItemRow.id.in_({item for item, _ in met}))
    theme = {number: theme_of(item_of(document)) for number, document in session.execute(documents)}
    counts: dict[str, list[int]] = {}
    for item, week in met:
        counts.setdefault(theme[item], [0] * len(weeks))[week] += 1
    return counts
