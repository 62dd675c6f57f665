"""What a transaction did, told to the log once it is committed: what was rolled back never happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

_log = structlog.get_logger()
_KEY = "told"


@dataclass(frozen=True, slots=True)
class _Line:
    what: str
    values: dict[str, Any]
    inside: SessionTransaction | None


def later(session: Session, what: str, **values: Any) -> None:
    """Log this when the session's transaction is committed; a savepoint that is rolled back takes it along."""
    session.info.setdefault(_KEY, []).append(_Line(what, values, session.get_nested_transaction()))


def tell(session: Session) -> None:
    """Log what was committed."""
    lines = session.info.pop(_KEY, ())
    if lines:
        log = _log.bind()
        for line in lines:
            log.info(line.what, **line.values)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, undone: SessionTransaction) -> None:
    lines = session.info.get(_KEY)
    if lines:
        session.info[_KEY] = [line for line in lines if undone.nested and not _within(line.inside, undone)]


def _within(transaction: SessionTransaction | None, outer: SessionTransaction) -> bool:
    while transaction is not None and transaction is not outer:
        transaction = transaction.parent
    return transaction is outer
