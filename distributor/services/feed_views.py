"""What the faces show of feeds: how their polls went, what they lack, their subscriptions. Reads only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from distributor.domain import Refused
from distributor.services import flood
from distributor.services.deps import Deps
from distributor.store import posts, pseudonyms
from distributor.store.tables import FeedRow, ItemRow, SubscriptionRow
from distributor.wording import stamp


def feed_list(deps: Deps) -> list[dict[str, Any]]:
    """Return the feeds and how their last poll went."""
    with deps.store.read() as session:
        query = select(FeedRow).where(FeedRow.removed_at.is_(None)).order_by(FeedRow.id)
        return [_feed(row) for row in session.scalars(query)]


def feed_show(deps: Deps, feed_id: int) -> dict[str, Any]:
    """Return one feed with its Items by stage, its subscriptions and its story. Raises: Refused if there is none."""
    with deps.store.read() as session:
        row = session.get(FeedRow, feed_id)
        if row is None or row.removed_at is not None:
            raise Refused(f"Den Feed {feed_id} gibt es nicht; `distributor feed list` zeigt alle.", code="feed.unknown")
        stages = select(ItemRow.stage, func.count()).where(ItemRow.feed_id == feed_id).group_by(ItemRow.stage)
        gone = select(func.count()).where(ItemRow.feed_id == feed_id, ItemRow.gone_at.is_not(None))
        events = posts.events(session, "feed", feed_id)
        who = pseudonyms.names(session, {event.actor for event in events})
        return {
            **_feed(row),
            "items": {row[0]: row[1] for row in session.execute(stages.order_by(ItemRow.stage))},
            "gone": session.scalar(gone),
            "missing": row.missing or [],
            "subscriptions": _subscriptions(session, feed_id),
            "events": [
                {"at": stamp(event.at), "actor": who[event.actor], "what": event.what, "reason": event.reason}
                for event in events
            ],
        }


def _feed(row: FeedRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": row.url,
        "moved_to": row.moved_to,
        "title": row.title,
        "polled_at": stamp(row.polled_at),
        "succeeded_at": stamp(row.succeeded_at),
        "next_poll_at": None if row.paused_at else stamp(row.next_poll_at),
        "failures": row.failures,
        "failing_since": stamp(row.failing_since),
        "trouble": trouble_of(row),
        "paused_at": stamp(row.paused_at),
        "paused_reason": row.paused_reason,
        "shrunk_at": stamp(row.shrunk_at),
        "hub": row.hub,
    }


def _subscriptions(session: Session, feed_id: int) -> list[dict[str, Any]]:
    query = select(SubscriptionRow).where(SubscriptionRow.feed_id == feed_id).order_by(SubscriptionRow.id)
    return [
        {
            "hub": row.hub,
            "topic": row.topic,
            "state": row.state,
            "lease_until": stamp(row.lease_until),
            "pushed_at": stamp(row.pushed_at),
            "trouble": row.trouble,
        }
        for row in session.scalars(query)
    ]


def trouble_of(row: FeedRow) -> str:
    """Return what a person should know of a feed, in one sentence; empty where all is well."""
    if row.paused_at is not None:
        return f"Angehalten: {row.paused_reason} `distributor feed resume {row.id}` liest ihn wieder."
    if row.trouble:
        return row.trouble
    if row.shrunk_at is None:
        return ""
    return (
        f"Die letzte Antwort führt {len(row.missing or ())} von {len(row.listed or ())} Beiträgen nicht mehr auf; "
        f"bitte im Portal nachsehen. Ist die kürzere Liste richtig: `distributor feed accept {row.id}`."
    )


def floods(deps: Deps) -> list[dict[str, Any]]:
    """Return the polls that brought suspiciously many new Items and wait for an editor."""
    with deps.store.read() as session:
        return [
            {"feed": one.feed_id, "title": one.title, "at": stamp(one.at), "count": one.count}
            for one in flood.waiting(session)
        ]
