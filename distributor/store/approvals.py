"""Who approved a post, and whether that was taken back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from distributor.store.tables import ApprovalRow, EventRow

UNDONE = "approval.undone"
"""The event, and its reason, when a person takes an Approval back."""


def approvers(session: Session, post_id: int, digest: str) -> set[str]:
    """Return the keys of those who approved this document of a post since its Approval was last taken back, if ever."""
    query = select(ApprovalRow.actor).where(ApprovalRow.post_id == post_id, ApprovalRow.digest == digest)
    undone = undone_at(session, post_id)
    return set(session.scalars(query if undone is None else query.where(ApprovalRow.at > undone)))


def undone_at(session: Session, post_id: int) -> datetime | None:
    """Return when a person last took the Approval of a post back, or None."""
    query = select(func.max(EventRow.at)).where(
        EventRow.subject == "post", EventRow.subject_id == str(post_id), EventRow.what == UNDONE
    )
    return session.scalar(query)
