"""What happened to one post, read from the record and told by ``story``. Reads only."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors._choices import options_of, told
from distributor.services.deps import Deps
from distributor.store import posts, pseudonyms
from distributor.store.tables import ApprovalRow, PostRow
from distributor.story import story, todo
from distributor.wording import stamp


def history(deps: Deps, session: Session, shown: dict[str, Any]) -> dict[str, Any]:
    """Return a shown post's events, approvals and story, what is to do now, and what its account chose for it."""
    told = {
        "events": _events(session, "post", shown["id"]),
        "approvals": _approvals(session, shown["id"]),
    }
    steps = story(shown | told, _events(session, "item", shown["item"]))
    more = {"choices": _choices(deps, session, shown), "options": _options(deps, session, shown)}
    return told | more | {"story": [asdict(step) for step in steps], "todo": todo(shown)}


def _choices(deps: Deps, session: Session, shown: dict[str, Any]) -> list[dict[str, str]]:
    connector = deps.connectors.get(shown["channel"])
    document = session.get_one(PostRow, shown["id"]).document
    return [{"label": label, "words": words} for label, words in (told(connector, document) if connector else ())]


def _options(deps: Deps, session: Session, shown: dict[str, Any]) -> dict[str, str]:
    connector = deps.connectors.get(shown["channel"])
    extra = session.get_one(PostRow, shown["id"]).document.get("extra") or {}
    return options_of(connector, extra) if connector else {}


def _events(session: Session, subject: str, number: int) -> list[dict[str, Any]]:
    events = posts.events(session, subject, number)
    who = pseudonyms.names(session, {event.actor for event in events})
    return [
        {
            "at": stamp(event.at),
            "actor": who[event.actor],
            "what": event.what,
            "from": event.from_state,
            "to": event.to_state,
            "reason": event.reason,
        }
        for event in events
    ]


def _approvals(session: Session, post_id: int) -> list[dict[str, Any]]:
    rows = session.scalars(select(ApprovalRow).where(ApprovalRow.post_id == post_id).order_by(ApprovalRow.id)).all()
    who = pseudonyms.names(session, {row.actor for row in rows})
    return [
        {"at": stamp(row.at), "actor": who[row.actor], "digest": row.digest, "due_at": stamp(row.due_at)}
        for row in rows
    ]
