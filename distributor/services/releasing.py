"""Release several posts at once: each exactly as it was seen, and each for itself, so that one holds up no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from distributor.domain import Actor, Refused, State
from distributor.services import approving, own_pages, views
from distributor.services.deps import Deps
from distributor.services.permission import RIGHTS
from distributor.services.queues import joined, own_turn
from distributor.store.tables import ItemRow, PostRow
from distributor.wording import BERLIN, day_bounds

MOST = 25
"""So many posts are looked over at once; our own choice: more than a day, or an item, brings a Jobcenter."""

_GROUPED = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person saw of a post: the digest of its document, and its proposed time (aware UTC) or none."""

    digest: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Released:
    """When each released post will go out, and for each other why it was left as it was."""

    done: Mapping[int, datetime]
    left: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Groups:
    """Which posts may be looked over together: by German day, by Item (number and title)."""

    days: Sequence[date]
    items: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """The posts to be looked over together, in order of time, and how many there are in all.

    ``fine`` tells whether nothing about a post is to be looked at; ``follows``, that it appears after another one here.
    """

    posts: Sequence[dict[str, Any]]
    total: int


def waiting(deps: Deps, actor: Actor, *, item: int | None = None, day: date | None = None) -> Waiting:
    """Return what waits for the actor's release: of one Item, of one German day, or all of it; at most ``MOST``."""
    chosen: list[ColumnElement[bool]] = [PostRow.state == State.AWAITING]
    if item is not None:
        chosen.append(PostRow.item_id == item)
    if day is not None:
        begins, ends = day_bounds(day)
        chosen += [PostRow.due_at >= begins, PostRow.due_at < ends]
    order = (PostRow.due_at.is_(None), PostRow.due_at, PostRow.id)
    with deps.store.read() as session:
        query = joined(select(PostRow.id), own_turn(actor)).where(*chosen)
        numbers = session.scalars(query.order_by(*order).limit(MOST)).all()
        total = session.scalar(joined(select(func.count()), own_turn(actor)).where(*chosen)) or 0
    return Waiting(_side_by_side(deps, views.posts_shown(deps, numbers, actor=actor)), total)


def _side_by_side(deps: Deps, posts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the posts as they are released together: what waits for one that goes with it need not be thought about.

    That is the post on the own pages, if nothing about it is in question and it is not meant for later.
    """
    own = {
        (post["item"], post["organisation"]): datetime.fromisoformat(post["due_at"])
        for post in posts
        if post["channel"] in own_pages.channels(deps) and post["due_at"] and _beyond_question(post)
    }
    found = []
    for post in posts:
        first = own.get((post["item"], post["organisation"]))
        follows = bool(post["waits"]) and first is not None and first <= datetime.fromisoformat(post["due_at"])
        notes = [note for note in post["notes"] if not (follows and note in post["waits"])]
        told = {**post, "notes": notes, "follows": follows}
        found.append({**told, "fine": _beyond_question(told)})
    return found


def _beyond_question(post: Mapping[str, Any]) -> bool:
    return not post["notes"] and all(problem["severity"] == "hint" for problem in post["problems"])


def groups(deps: Deps, actor: Actor) -> Groups:
    """Return the days and Items of which more than one post waits for the actor's release, the soonest first."""
    with deps.store.read() as session:
        query = joined(select(PostRow.due_at, PostRow.item_id, ItemRow.title), own_turn(actor))
        query = query.where(PostRow.state == State.AWAITING).order_by(PostRow.due_at.is_(None), PostRow.due_at)
        rows = session.execute(query.limit(_GROUPED)).all()
    days = Counter(due.astimezone(BERLIN).date() for due, _, _ in rows if due is not None)
    items = Counter((number, title) for _, number, title in rows)
    return Groups(
        [day for day, count in days.items() if count > 1], [item for item, count in items.items() if count > 1]
    )


def release(deps: Deps, actor: Actor, seen: Mapping[int, Seen], now: datetime) -> Released:
    """Release each of these posts as it was seen; what changed meanwhile or is blocked is left, with the reason.

    Raises: Refused for who may release nothing at all.
    """
    if not actor.roles & RIGHTS["post.second"]:
        raise Refused(f"„{actor.login}“ darf keine Posts freigeben.", code="forbidden")
    done: dict[int, datetime] = {}
    left: dict[int, str] = {}
    for number, each in sorted(seen.items(), key=lambda one: (one[1].due_at is None, one[1].due_at, one[0])):
        try:
            done[number] = approving.approve(deps, actor, number, now, digest=each.digest, proposed=each.due_at)
        except Refused as refused:
            left[number] = refused.text
    return Released(done, left)
