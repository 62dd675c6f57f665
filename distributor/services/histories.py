"""What happened to one post, read from the record and told by ``story``. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
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
    document = session.get_one(PostRow, shown["id"]).document
    more = {
        "choices": _choices(deps, shown["channel"], document),
        "options": options(deps, shown["channel"], document),
    }
    return told | more | {"story": [asdict(step) for step in steps], "todo": todo(shown)}


def options(deps: Deps, channel: str, document: Mapping[str, Any]) -> dict[str, str]:
    """Return what a post's account chose for it otherwise than usual, by the field's name."""
    connector = deps.connectors.get(channel)
    return options_of(connector, document.get("extra") or {}) if connector else {}


def _choices(deps: Deps, channel: str, document: Mapping[str, Any]) -> list[dict[str, str]]:
    connector = deps.connectors.get(channel)
    return [{"label": label, "words": words} for label, words in (told(connector, document) if connector else ())]


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
