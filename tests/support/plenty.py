"""Posts by the ten thousand, inserted in bulk: what a database holds after months or years."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from distributor.domain import State
from distributor.store.tables import AccountRow, AttemptRow, EventRow, ItemRow, PostRow, ReceiptRow

_TEXT = "Ausbildung mit 25? Lea hat es gewagt und erzählt, wie das Jobcenter ihr dabei geholfen hat. " * 6
_DOCUMENT = {
    "channel": "c",
    "form": "feed",
    "text": _TEXT,
    "link": "https://kjc.example/s/abc",
    "media": [],
    "extra": {},
}
_CONTENT = {
    **{"guid": "plenty", "title": "Beitrag", "link": "https://portal.example/1", "summary": _TEXT[:300]},
    **{"text": _TEXT * 4, "topics": ["Ausbildung"], "media": []},
}
_AT_ONCE = 5000


def plenty(session: Session, *, items: int, state: State, now: datetime, spread: timedelta) -> int:
    """Insert ``items`` Items with one post for each account, their times spread up to ``now + spread``.

    Returns how many posts that were. Public ones have their Attempt, Receipt and events. ``spread`` may be negative.
    """
    accounts = session.scalars(select(AccountRow.id).order_by(AccountRow.id)).all()
    first_item = (session.scalar(select(func.max(ItemRow.id))) or 0) + 1
    first_post = (session.scalar(select(func.max(PostRow.id))) or 0) + 1
    numbers = range(first_item, first_item + items)
    _insert(session, ItemRow, (_item(number, now) for number in numbers))
    pairs = [(item, account) for item in numbers for account in accounts]
    step = spread / max(1, len(pairs))
    rows = [
        (first_post + place, item, account, now + step * (place + 1)) for place, (item, account) in enumerate(pairs)
    ]
    _insert(session, PostRow, (_post(row, state, now) for row in rows))
    if state is State.PUBLISHED:
        _insert(session, AttemptRow, (_attempt(row) for row in rows))
        _insert(session, ReceiptRow, (_receipt(row) for row in rows))
        _insert(session, EventRow, (_event(row) for row in rows))
    return len(rows)


_Row = tuple[int, int, int, datetime]


def _item(number: int, now: datetime) -> dict[str, Any]:
    return {
        **{"id": number, "guid": f"plenty-{number}", "digest": "d", "title": f"Beitrag {number}", "document": _CONTENT},
        **{
            "created_at": now,
            "changed_at": now,
            "cleared_at": now,
            "stale": False,
            "link": f"https://p.example/{number}",
        },
    }


def _post(row: _Row, state: State, now: datetime) -> dict[str, Any]:
    number, item, account, at = row
    approved = state not in (State.DRAFTED, State.AWAITING)
    public = state is State.PUBLISHED
    return {
        **{"id": number, "item_id": item, "account_id": account, "form": "feed", "occurrence": 1, "state": state},
        **{"code": f"p{number}", "item_revision": 1, "document": _DOCUMENT, "digest": "d", "problems": []},
        **{"due_at": at, "plan_why": "Freier Platz", "approved_digest": "d" if approved else None},
        **{"staged_digest": "d" if public else None, "sent_digest": "d" if public else None},
        **{"published_at": at if public else None, "created_at": now, "changed_at": now},
    }


def _attempt(row: _Row) -> dict[str, Any]:
    number, _, account, at = row
    times = {"started_at": at, "finished_at": at, "outcome": "receipt"}
    return {"post_id": number, "account_id": account, "kind": "release", "owner": "w", "fence": 1, **times}


def _receipt(row: _Row) -> dict[str, Any]:
    number, _, account, at = row
    return {"post_id": number, "account_id": account, "remote_id": f"r{number}", "url": "https://n.example/1", "at": at}


def _event(row: _Row) -> dict[str, Any]:
    number, _, _, at = row
    return {"at": at, "actor": "daemon", "what": "published", "subject": "post", "subject_id": str(number), "seal": 1}


def _insert(session: Session, table: type[Any], rows: Iterator[dict[str, Any]]) -> None:
    while some := list(islice(rows, _AT_ONCE)):
        session.execute(insert(table), some)
