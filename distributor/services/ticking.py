"""Tick off what a network left to a person at a public post, such as switching its comments off."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused, State
from distributor.lifecycle import LEFT, Move
from distributor.services.moving import apply
from distributor.store.posts import record
from distributor.store.tables import PostRow


def tick_off(session: Session, post: PostRow, now: datetime, actor: Actor) -> None:
    """Note who did it and when, within the caller's transaction. Raises: Refused where nothing was left to do."""
    if post.reason_code != LEFT:
        raise Refused(f"An Post {post.id} ist nichts von Hand zu tun; er ist veröffentlicht.", code="post.state")
    record(
        session, now=now, actor=actor, what="post.ticked_off", subject="post", subject_id=post.id, reason=LEFT,
        said=post.reason_text,
    )  # fmt: skip
    apply(session, post, Move(State.PUBLISHED), now=now, actor=actor, what="post.ticked_off")
