"""What the faces show of recalls, and the proof of deletion: plain JSON-ready values. Reads only.

A proof names its subject by number or key and people by pseudonym: it holds no name and none of the words removed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused, State
from distributor.services import heeding, telling
from distributor.services.deps import Deps
from distributor.services.findings import Finding
from distributor.services.permission import visible
from distributor.store import pseudonyms, recalls
from distributor.store.tables import RecallRow, TombstoneRow
from distributor.takedown import Outcome, outcome
from distributor.wording import stamp

DOUBTS = {
    "embargo": "Das Portal setzt {} veröffentlichte Beiträge auf einmal hinter eine Sperrfrist.",
    "deleted": "Das Portal löscht {} Beiträge auf einmal.",
}
"""What is said of word of the portal that looks like a slip."""

_UNBELIEVED = "Das sieht nach einem Versehen aus; wenn es stimmt, nimmt `distributor items withdraw` sie zurück."


def recall_list(deps: Deps, *, actor: Actor | None = None) -> list[dict[str, Any]]:
    """Return the recalls, newest first, as much of them as the actor may see (None: all)."""
    seen = visible(actor) if actor is not None else None
    with deps.store.read() as session:
        rows = recalls.listing(session, organisations=seen)
        taken: dict[int, list[recalls.Taken]] = {row.id: [] for row in rows}
        for each in recalls.taken(session, list(taken), organisations=seen):
            taken[each[0].recall_id].append(each)
        return [_with_words(session, row, taken[row.id]) for row in rows]


def recall_show(deps: Deps, number: int, *, actor: Actor | None = None) -> dict[str, Any]:
    """Return one recall with its posts, as much of it as the actor may see. Raises: Refused."""
    with deps.store.read() as session:
        row, taken = _found(session, number, actor)
        return _with_words(session, row, taken)


def proof(deps: Deps, number: int, *, actor: Actor | None = None) -> bytes:
    """Return the proof of deletion as JSON, the same bytes as long as nothing changes. Raises: Refused."""
    with deps.store.read() as session:
        row, taken = _found(session, number, actor)
        document = _recall(row, taken, recalls.tombstones(session, [number]))
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


def examine_recalls(deps: Deps, session: Session, now: datetime) -> list[Finding]:
    """Tell for ``doctor`` how many recalls are not done, one past its deadline is grave; and what nobody believes."""
    found = [
        Finding("Rücknahmen des Portals", False, f"{DOUBTS[cause].format(count)} {_UNBELIEVED}")
        for cause, count in heeding.doubted(deps, session, now)
    ]
    found += telling.examine(deps, session, now)
    waiting, late = recalls.overdue(session, now)
    if not waiting:
        return found
    past = f", davon {late} über der Frist" if late else ""
    text = f"{waiting} noch nicht abgeschlossen{past}; `distributor recalls list` zeigt, was zu tun ist."
    return [*found, Finding("Rückrufe", False, text, grave=late > 0)]


def _found(session: Session, number: int, actor: Actor | None) -> tuple[RecallRow, list[recalls.Taken]]:
    seen = visible(actor) if actor is not None else None
    row = session.get(RecallRow, number)
    taken = list(recalls.taken(session, [number], organisations=seen))
    if row is None or (seen is not None and not taken):
        raise Refused(f"Den Rückruf {number} gibt es nicht.", code="recall.unknown")
    return row, taken


def _with_words(session: Session, row: RecallRow, taken: list[recalls.Taken]) -> dict[str, Any]:
    """Return what the desk shows: with the reason that was given, and the name of who gave it."""
    shown = _recall(row, taken, recalls.tombstones(session, [row.id]))
    return {**shown, "reason": row.reason, "actor": pseudonyms.names(session, {row.actor})[row.actor]}


def _recall(row: RecallRow, taken: list[recalls.Taken], stones: Sequence[TombstoneRow]) -> dict[str, Any]:
    posts = [_takedown(each) for each in taken]
    return {
        "recall": row.id,
        "kind": row.kind,
        "subject": row.subject,
        "cause": row.cause,
        "actor": row.actor,
        "at": stamp(row.at),
        "deadline": stamp(row.deadline),
        "complete": all(post["outcome"] in (Outcome.DELETED, Outcome.NEVER_PUBLIC) for post in posts),
        "open": sum(post["outcome"] in (Outcome.TASK, Outcome.RUNNING) for post in posts),
        "portal_untold": sum(stone.tell_at is not None and stone.told_at is None for stone in stones),
        "portal_told_at": stamp(max((stone.told_at for stone in stones if stone.told_at), default=None)),
        "posts": posts,
    }


def _takedown(taken: recalls.Taken) -> dict[str, Any]:
    row, post, account, owner, receipt = taken
    became = outcome(State(post.state), daemon_acts=post.next_try_at is not None)
    return {
        "post": post.id,
        "organisation": owner.slug,
        "organisation_name": owner.name,
        "channel": account.channel,
        "account": account.name,
        "found": row.found,
        "state": post.state,
        "outcome": str(became),
        "task": post.reason_text if became is Outcome.TASK else "",
        "reminded_at": stamp(row.reminded_at),
        "remote_id": receipt.remote_id if receipt else "",
        "url": receipt.url if receipt else "",
        "published_at": stamp(receipt.at) if receipt else None,
        "deleted_at": stamp(receipt.retracted_at) if receipt else None,
        "answer": receipt.retraction if receipt else "",
    }
