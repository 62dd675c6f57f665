"""Take in what a feed's answer brought, as Items and revisions; enter an Item by hand on days without a feed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from distributor.domain import DAEMON, Actor, FeedItem, ParsedFeed, Refused
from distributor.intake.draft import LONGEST_TITLE
from distributor.intake.identity import (
    Changed,
    Intent,
    Known,
    New,
    Same,
    content_digest,
    decide,
    distinct,
    fingerprint,
    flood,
    normal_link,
    telling_link,
)
from distributor.intake.markup import CUT_OFF
from distributor.intake.report import item_document
from distributor.intake.vanishing import runs_backwards
from distributor.services import missing
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.store import recalls
from distributor.store.posts import record
from distributor.store.tables import FeedRow, ItemRow, RevisionRow

_AT_ONCE = 500
"""Entries that are looked up in one statement; databases bound its parameters (SQLite at 32,766)."""


def take_in(
    deps: Deps, session: Session, feed: FeedRow, parsed: ParsedFeed, now: datetime, older: Sequence[FeedItem] = ()
) -> int:
    """Store what a poll brought; return how many Items were new or changed. The feed's row must be locked.

    The first poll takes the newest few and lists the rest as history, with ``older`` from the feed's further pages; a
    later poll that brings suspiciously many new Items holds them for an editor. What another feed or a person entered
    already, by its address, is history too, so that it does not become posts a second time. Items of removed feeds go
    over to the feed that lists them now. What was withdrawn stays as it was, and nothing like it comes in again.
    """
    page = distinct(parsed.items)
    every = distinct([*page, *older])
    known, orphans = _known(session, feed.id, every)
    admitted = _admitted(session, feed.id, every, decide(every, known, now))
    intents = [intent for _, intent in admitted]
    fresh = [intent.item for intent in intents if isinstance(intent, New)]
    first = not session.scalar(select(exists().where(ItemRow.feed_id == feed.id)))
    entries = _entries(session, feed.id, fresh, deps.settings.first_poll_items if first else None)
    ids = [_store(session, feed.id, intent, entries, now) for intent in intents]
    places = [place for place, _ in admitted]
    _adopt(session, feed.id, {n: every[place].guid for n, place in zip(ids, places, strict=True) if n in orphans})
    if CUT_OFF not in parsed.problems:
        listed = [number for number, place in zip(ids, places, strict=True) if place < len(page)]
        missing.compare(session, feed, listed[::-1] if runs_backwards(page) else listed, parsed.about, now)
    return sum(not isinstance(intent, Same) for intent in intents)


def _admitted(
    session: Session, feed_id: int, every: Sequence[FeedItem], intents: Sequence[Intent]
) -> list[tuple[int, Intent]]:
    """Return the intents with their places, without new ones that are barred and changes of what was withdrawn."""
    changed = [intent.item_id for intent in intents if isinstance(intent, Changed)]
    withdrawn = frozenset(
        session.scalars(select(ItemRow.id).where(ItemRow.id.in_(changed), ItemRow.stage == "withdrawn"))
    )
    barred = recalls.barred(session, feed_id, map(_traits, every))
    return [
        (place, Same(intent.item_id) if isinstance(intent, Changed) and intent.item_id in withdrawn else intent)
        for place, intent in enumerate(intents)
        if not (isinstance(intent, New) and barred[place])
    ]


def _traits(item: FeedItem) -> tuple[str, str, str]:
    """Return what a withdrawn Item would be known again by: guid, telling address, and its words whatever the date."""
    return item.guid, telling_link(item.link), fingerprint(replace(item, published_at=None))


def _known(session: Session, feed_id: int, every: Sequence[FeedItem]) -> tuple[list[Known], frozenset[int]]:
    """Return which Items of this feed and of removed ones these entries may be, and which of them are of removed feeds.

    Another feed's guids mean nothing here. Asked for are all Items that share a guid, an address or the words with an
    entry, and no others: a portal's archive may be long.
    """
    query = (
        select(
            ItemRow.id,
            ItemRow.feed_id,
            ItemRow.guid,
            ItemRow.link,
            ItemRow.fingerprint,
            ItemRow.digest,
            ItemRow.embargo_until,
        )
        .join(FeedRow, ItemRow.feed_id == FeedRow.id)
        .where(or_(ItemRow.feed_id == feed_id, FeedRow.removed_at.is_not(None)))
    )
    parts = (every[begin : begin + _AT_ONCE] for begin in range(0, len(every), _AT_ONCE))
    rows = {row.id: row for part in parts for row in session.execute(query.where(_alike(feed_id, part)))}
    known = [
        Known(
            row.id,
            row.guid if row.feed_id == feed_id else "",
            row.link,
            row.fingerprint,
            row.digest,
            row.embargo_until,
        )
        for row in rows.values()
    ]
    return known, frozenset(row.id for row in rows.values() if row.feed_id != feed_id)


def _alike(feed_id: int, items: Sequence[FeedItem]) -> ColumnElement[bool]:
    """Return the condition that an Item has a key of one of the entries: the keys of ``identity.decide``."""
    return or_(
        and_(ItemRow.feed_id == feed_id, ItemRow.guid.in_([item.guid for item in items])),
        ItemRow.link.in_([link for item in items if (link := telling_link(item.link))]),
        ItemRow.fingerprint.in_([fingerprint(item) for item in items if item.published_at]),
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    """How a new Item begins: its stage, and why it is not an ordinary one."""

    stage: str
    reason: str = ""


def _entries(session: Session, feed_id: int, fresh: Sequence[FeedItem], first: int | None) -> Mapping[str, _Entry]:
    """Return by guid how each new Item begins; ``first`` is how many a first poll takes, None in a later one."""
    twins = _twins(session, feed_id, fresh)
    wanted = [item for item in fresh if item.guid not in twins]
    held = flood(map(New, wanted), first=first is not None)
    newest = _newest(wanted, len(wanted) if first is None else first)
    usual = {item.guid: _Entry("held" if held else "active" if item.guid in newest else "history") for item in wanted}
    return usual | {guid: _Entry("history", f"Gleiche Adresse wie Beitrag {twin}") for guid, twin in twins.items()}


def _twins(session: Session, feed_id: int, fresh: Sequence[FeedItem]) -> dict[str, int]:
    """Return by guid which new entries are Items already, under another feed or entered by hand, by their address."""
    links = {link: item.guid for item in fresh if (link := telling_link(item.link))}
    query = (
        select(ItemRow.link, ItemRow.id)
        .where(ItemRow.link.in_(links), or_(ItemRow.feed_id.is_(None), ItemRow.feed_id != feed_id))
        .order_by(ItemRow.id.desc())
    )
    return {links[row.link]: row.id for row in session.execute(query)} if links else {}


def _newest(items: Sequence[FeedItem], count: int) -> set[str]:
    dated = sorted(items, key=lambda item: item.published_at.timestamp() if item.published_at else 0, reverse=True)
    return {item.guid for item in dated[:count]}


def _store(
    session: Session, feed_id: int, intent: New | Changed | Same, entries: Mapping[str, _Entry], now: datetime
) -> int:
    """Carry out one intent; return the number of its Item."""
    if isinstance(intent, New):
        return _store_new(session, feed_id, intent.item, entries[intent.item.guid], now, DAEMON)
    if isinstance(intent, Changed):
        revise(session, session.get_one(ItemRow, intent.item_id), intent.item, now, DAEMON)
    return intent.item_id


def _adopt(session: Session, feed_id: int, orphans: Mapping[int, str]) -> None:
    """Let Items of removed feeds be this feed's, under the guids that it gives them: their own may mean others here."""
    for item_id, guid in orphans.items():
        session.execute(update(ItemRow).where(ItemRow.id == item_id).values(feed_id=feed_id, guid=guid))


def _store_new(
    session: Session, feed_id: int | None, item: FeedItem, entry: _Entry, now: datetime, actor: Actor
) -> int:
    row = ItemRow(
        feed_id=feed_id,
        guid=item.guid,
        stage=entry.stage,
        revision=1,
        created_at=now,
        changed_at=now,
        digest=content_digest(item),
        title=item.title,
        document=item_document(item),
        flood_at=now if entry.stage == "held" else None,
    )
    _copy(row, item)
    session.add(row)
    session.flush()
    _keep_revision(session, row, now)
    record(
        session,
        now=now,
        actor=actor,
        what="item.new",
        subject="item",
        subject_id=row.id,
        to_state=entry.stage,
        reason=entry.reason,
    )
    return row.id


def revise(session: Session, row: ItemRow, item: FeedItem, now: datetime, actor: Actor) -> None:
    """Make a changed entry the Item's newest revision; its posts are rendered anew by the next planning."""
    session.refresh(row, with_for_update={"key_share": True})
    row.revision += 1
    row.digest, row.title, row.document = content_digest(item), item.title, item_document(item)
    row.changed_at, row.stale = now, True
    _copy(row, item)
    session.flush()
    _keep_revision(session, row, now)
    record(session, now=now, actor=actor, what="item.changed", subject="item", subject_id=row.id, digest=row.digest)


def _copy(row: ItemRow, item: FeedItem) -> None:
    row.link, row.fingerprint = normal_link(item.link), fingerprint(item)
    row.embargo_until, row.valid_until = item.embargo_until, item.valid_until


def _keep_revision(session: Session, row: ItemRow, now: datetime) -> None:
    session.add(RevisionRow(item_id=row.id, revision=row.revision, digest=row.digest, document=row.document, at=now))


def add_item(deps: Deps, actor: Actor, item: FeedItem, now: datetime) -> int:
    """Enter an Item by hand; return its number. Raises: Refused."""
    require(actor, "item.edit")
    if not item.title.strip():
        raise Refused("Der Beitrag braucht eine Überschrift.", code="item.title")
    if len(item.title) > LONGEST_TITLE:
        text = f"Die Überschrift hat {len(item.title)} Zeichen; bitte auf höchstens {LONGEST_TITLE} Zeichen kürzen."
        raise Refused(text, code="item.title")
    named = item if item.guid else replace(item, guid=f"hand:{secrets.token_hex(8)}")
    with deps.store.write() as session:
        if recalls.barred(session, None, [_traits(named)]) == [True]:
            text = "Ein Beitrag mit dieser Adresse oder diesem Inhalt wurde zurückgezogen und kommt nicht wieder."
            raise Refused(text, code="item.barred")
        return _store_new(session, None, named, _Entry("active"), now, actor)
