"""What delivery holds of posts, their Stages and accounts while it works on them: plain values, read many at a time.

Delivery touches every post several times and in haste; what it needs is named here column by column, because mapping
whole rows to objects costs more than everything else it does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import Select, Table, func, select
from sqlalchemy.orm import Session

from distributor.store.among import among
from distributor.store.tables import AccountRow, PostRow, StageRow


class Movable(Protocol):
    """A Post as a move sees it: a whole row, or what delivery holds of it."""

    @property
    def id(self) -> int: ...
    @property
    def item_id(self) -> int: ...
    @property
    def account_id(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def recall_at(self) -> datetime | None: ...
    @property
    def tries(self) -> int: ...
    @property
    def looks(self) -> int: ...
    @property
    def resends(self) -> int: ...
    @property
    def stage_losses(self) -> int: ...


@dataclass(slots=True)
class HeldState:
    """Where a Post stands, which is all that a move needs; its fields mean what those of ``PostRow`` do."""

    id: int
    item_id: int
    account_id: int
    state: str
    due_at: datetime | None
    recall_at: datetime | None
    tries: int
    looks: int
    resends: int
    stage_losses: int


@dataclass(slots=True)
class HeldPost(HeldState):
    """A Post with what is to be sent; its fields mean what those of ``PostRow`` do."""

    code: str
    item_revision: int
    document: Mapping[str, Any]
    digest: str
    next_try_at: datetime | None
    approved_digest: str | None
    staged_digest: str | None
    reason_text: str


@dataclass(frozen=True, slots=True)
class HeldStage:
    """A Stage; its fields mean what those of ``StageRow`` do."""

    id: int
    post_id: int
    key: str
    digest: str
    data: Mapping[str, Any] | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeldAccount:
    """An account that was claimed under ``fence``; its fields mean what those of ``AccountRow`` do."""

    id: int
    organisation_id: int
    channel: str
    name: str
    fields: Mapping[str, Any]
    secrets: bytes | None
    paused_at: datetime | None
    retiring_at: datetime | None
    fence: int


_Held = TypeVar("_Held", HeldState, HeldPost, HeldStage, HeldAccount)


def columns(kind: type[_Held], table: type[PostRow | StageRow | AccountRow]) -> list[Any]:
    """Return the table's columns that make up a held thing, in its order."""
    known = cast(Table, table.__table__).c
    return [known[field.name] for field in fields(kind)]


_POST, _STAGE = cast(Table, PostRow.__table__), cast(Table, StageRow.__table__)

_WANTED = among(_POST.c.id, "posts")
_STATES = select(*columns(HeldState, PostRow)).where(_WANTED).order_by(_POST.c.id).with_for_update(key_share=True)
_UNTOUCHED = (
    select(*columns(HeldPost, PostRow))
    .where(_WANTED)
    .order_by(_POST.c.id)
    .with_for_update(key_share=True, skip_locked=True)
)
_STAGES = select(*columns(HeldStage, StageRow)).where(
    among(_STAGE.c.post_id, "posts"),
    func.coalesce(_STAGE.c.state, "").in_(("open", "ready")),  # by the index of the state SQLite would read all of them
)


def states(session: Session, post_ids: Collection[int]) -> dict[int, HeldState]:
    """Return where these posts stand, by number, as the database has them now, locked until the transaction ends."""
    return {row[0]: HeldState(*row) for row in _rows(session, _STATES, post_ids)}


def untouched_posts(session: Session, post_ids: Collection[int]) -> dict[int, HeldPost]:
    """Return by number those of these posts that nobody else is changing, locked until the transaction ends."""
    return {row[0]: HeldPost(*row) for row in _rows(session, _UNTOUCHED, post_ids)}


def live_stages(session: Session, post_ids: Collection[int]) -> dict[int, HeldStage]:
    """Return by post the Stages that are being prepared or ready."""
    return {row[1]: HeldStage(*row) for row in _rows(session, _STAGES, post_ids)}


def _rows(session: Session, query: Select[Any], post_ids: Collection[int]) -> Collection[Any]:
    return session.connection().execute(query, {"posts": list(post_ids)}).all()
