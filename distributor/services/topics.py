"""Topics that the weekly conference plans before there is an Item: note them, link them once it came, give them up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused
from distributor.services import organisations
from distributor.services.clearing import item_in
from distributor.services.deps import Deps
from distributor.services.permission import allowed, require
from distributor.store.posts import record
from distributor.store.tables import ItemRow, OrganisationRow, TopicRow
from distributor.themes import OTHER, THEMES

Horizon = Literal["short", "middle", "long"]

_RECENT = 30
_WORD = re.compile(r"\w{5,}")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as the conference looks at it; ``suggested`` is the newest Item that sounds like it.

    ``may`` tells whether the actor may link it or give it up.
    """

    id: int
    title: str
    horizon: str
    theme: str
    wanted_on: date | None
    organisation: str
    item: int | None
    item_title: str
    suggested: int | None
    may: bool


def add(
    deps: Deps,
    actor: Actor,
    title: str,
    now: datetime,
    *,
    horizon: str,
    theme: str = OTHER,
    organisation: str = "",
    wanted_on: date | None = None,
) -> int:
    """Note a topic; ``organisation`` (slug; empty: the editors) sees to it. Return its number. Raises: Refused."""
    require(actor, "topic", organisation or None)
    if not title.strip():
        raise Refused("Das Thema braucht einen Titel.", code="topic.title")
    if horizon not in get_args(Horizon) or theme not in (*THEMES, OTHER):
        raise Refused("Bitte wählen, wann und worum es gehen soll.", code="topic.horizon")
    with deps.store.write() as session:
        row = TopicRow(
            title=title.strip(),
            horizon=horizon,
            theme=theme,
            wanted_on=wanted_on,
            organisation_id=_organisation(session, organisation),
            at=now,
        )
        session.add(row)
        session.flush()
        record(session, now=now, actor=actor, what="topic.added", subject="topic", subject_id=row.id)
        return row.id


def link(deps: Deps, actor: Actor, topic_id: int, item_id: int | None, now: datetime) -> None:
    """Say that the topic's Item has come; None takes that back. Raises: Refused."""
    with deps.store.write() as session:
        row = _mine(session, actor, topic_id)
        if item_id is not None:
            item_in(session, item_id)
        row.item_id = item_id
        what = "topic.linked" if item_id is not None else "topic.unlinked"
        record(session, now=now, actor=actor, what=what, subject="topic", subject_id=row.id)


def drop(deps: Deps, actor: Actor, topic_id: int, now: datetime) -> None:
    """Give a topic up. Raises: Refused."""
    with deps.store.write() as session:
        row = _mine(session, actor, topic_id)
        row.dropped_at = now
        record(session, now=now, actor=actor, what="topic.dropped", subject="topic", subject_id=row.id)


def topics(session: Session, actor: Actor, items: Sequence[tuple[int, str]]) -> list[Topic]:
    """Return the topics that are not given up, those without an Item first, the nearest first.

    ``items`` are the :func:`recent_items`, of which one may be suggested.
    """
    query = (
        select(TopicRow, OrganisationRow.slug, ItemRow.title)
        .outerjoin(OrganisationRow, TopicRow.organisation_id == OrganisationRow.id)
        .outerjoin(ItemRow, TopicRow.item_id == ItemRow.id)
        .where(TopicRow.dropped_at.is_(None))
        .order_by(TopicRow.item_id.is_not(None), TopicRow.wanted_on.is_(None), TopicRow.wanted_on, TopicRow.id)
    )
    return [
        Topic(
            id=row.id,
            title=row.title,
            horizon=row.horizon,
            theme=row.theme,
            wanted_on=row.wanted_on,
            organisation=slug or "",
            item=row.item_id,
            item_title=title or "",
            suggested=None if row.item_id is not None else _alike(row.title, items),
            may=allowed(actor, "topic", slug),
        )
        for row, slug, title in session.execute(query)
    ]


def recent_items(session: Session) -> Sequence[tuple[int, str]]:
    """Return number and title of the newest Items, which a topic may be linked with."""
    query = select(ItemRow.id, ItemRow.title).where(ItemRow.stage.in_(("active", "held")))
    return [(number, title) for number, title in session.execute(query.order_by(ItemRow.id.desc()).limit(_RECENT))]


def _alike(title: str, items: Sequence[tuple[int, str]]) -> int | None:
    """Return the newest Item that shares a longer word with the title."""
    words = _words(title)
    return next((number for number, said in items if words & _words(said)), None)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _mine(session: Session, actor: Actor, topic_id: int) -> TopicRow:
    row = session.get(TopicRow, topic_id, with_for_update=True)
    if row is None or row.dropped_at is not None:
        raise Refused(f"Das Thema {topic_id} gibt es nicht (mehr).", code="topic.unknown")
    owner = session.get(OrganisationRow, row.organisation_id) if row.organisation_id is not None else None
    require(actor, "topic", owner.slug if owner is not None else None)
    return row


def _organisation(session: Session, slug: str) -> int | None:
    return organisations.named(session, slug).id if slug else None
