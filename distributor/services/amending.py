"""Corrections that change the text of a public post in its place: one remote post then stands for several of ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from connectors._corrections import EDITS
from distributor.domain import DAEMON, State
from distributor.store import claims, corrections
from distributor.store.posts import fresh, record
from distributor.store.tables import PostRow
from distributor.takedown import IN_DOUBT


def note(session: Session, public: int, correction: int, now: datetime) -> None:
    """Note on the post that was made public first that a correction has changed its text at the platform."""
    record(
        session, now=now, actor=DAEMON, what="post.corrected", subject="post", subject_id=public,
        reason=str(correction),
    )  # fmt: skip


def named_by_platform(session: Session, post_id: int, document: Mapping[str, Any]) -> bool:
    """Tell whether the post's remote id is from the platform itself: only such a one is changed or deleted by a call.

    What changes a public post has its id from there, whoever said that the change is public.
    """
    return EDITS in document["extra"] or claims.was_named(session, post_id)


def as_one(session: Session, post: PostRow) -> list[PostRow]:
    """Return the posts that are, or may be, the same remote post as this one: edited by it or editing it. Locked."""
    found: dict[int, PostRow] = {}
    waiting = [post]
    while waiting:
        each = waiting.pop()
        near = [row for row in corrections.answering(session, each.id) if _edits(row)]
        before = fresh(session, each.corrects_id) if each.corrects_id is not None and _edits(each) else None
        for row in [*near, *([before] if before is not None else [])]:
            if row.id not in found and row.id != post.id:
                found[row.id] = row
                waiting.append(row)
    return [found[number] for number in sorted(found)]


def _edits(post: PostRow) -> bool:
    """Tell whether a correction has changed the text of what it corrects, or may have."""
    return EDITS in post.document["extra"] and State(post.state) in IN_DOUBT
