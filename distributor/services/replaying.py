"""Writes of programs, done once: the answer to each is kept under the program's own key and given again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete

from distributor.domain import Refused
from distributor.services.deps import Deps
from distributor.store.tables import ApiAnswerRow

ABANDONED = timedelta(minutes=2)
"""After this a write that never got its answer is done again: the process that did it is dead, and the services
refuse what is done already. Longer than any request may take."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is given: HTTP status and document."""

    status: int
    document: dict[str, Any]


def once(
    deps: Deps, token_hash: str, key: str, request_sha256: str, act: Callable[[], Answer], clock: Callable[[], datetime]
) -> Answer:
    """Do a write, or give the answer of the first time. Raises: Refused for another write under the same key."""
    known = _begin(deps, token_hash, key, request_sha256, clock())
    if known is not None:
        return known
    try:
        answer = act()
    except BaseException:
        with deps.store.write() as session:
            session.execute(delete(ApiAnswerRow).where(ApiAnswerRow.token_hash == token_hash, ApiAnswerRow.key == key))
        raise
    with deps.store.write() as session:
        row = session.get_one(ApiAnswerRow, (token_hash, key))
        row.status, row.document, row.at = answer.status, answer.document, clock()
    return answer


def _begin(deps: Deps, token_hash: str, key: str, request_sha256: str, now: datetime) -> Answer | None:
    with deps.store.write() as session:
        row = session.get(ApiAnswerRow, (token_hash, key), with_for_update=True)
        if row is None:
            session.add(
                ApiAnswerRow(
                    token_hash=token_hash, key=key, request_sha256=request_sha256, status=0, document={}, at=now
                )
            )
            return None
        if row.request_sha256 != request_sha256:
            text = "Dieser Idempotency-Key wurde schon für eine andere Anfrage benutzt."
            raise Refused(text, code="idempotency.reused")
        if row.status:
            return Answer(row.status, row.document)
        if now - row.at < ABANDONED:
            raise Refused("Diese Anfrage wird gerade bearbeitet.", code="idempotency.busy")
        row.at = now
        return None
