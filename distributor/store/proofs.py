"""What lies at the platforms: Stages that were prepared, and Receipts that prove a publication."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Integer, Table, Text, and_, bindparam, insert, select, update
from sqlalchemy.orm import Session

from distributor.store.among import pairs
from distributor.store.prepared import Prepared
from distributor.store.tables import ReceiptRow, StageRow

_RECEIPT, _STAGE = cast(Table, ReceiptRow.__table__), cast(Table, StageRow.__table__)

_REMOTE = pairs("remote", Integer(), Text())
_PROVEN = (
    select(_RECEIPT.c.account_id, _RECEIPT.c.remote_id, _RECEIPT.c.post_id)
    .join_from(
        _REMOTE, _RECEIPT, and_(_RECEIPT.c.account_id == _REMOTE.c.first, _RECEIPT.c.remote_id == _REMOTE.c.second)
    )
    .where(_RECEIPT.c.revision == 1)
)
_FIELDS = ("post_id", "account_id", "remote_id", "revision", "url", "at")
_KEPT = Prepared(insert(_RECEIPT).values({field: bindparam(field) for field in _FIELDS}))
_USED = Prepared(update(_STAGE).where(_STAGE.c.id == bindparam("stage")).values(state="used"))


@dataclass(frozen=True, slots=True)
class Proof:
    """A Receipt to keep, with the Stage that it came of, if any."""

    post_id: int
    account_id: int
    stage_id: int | None
    remote_id: str
    url: str
    at: datetime
    revision: int = 1


def drop_stages(session: Session, post_ids: Collection[int], now: datetime) -> None:
    """Mark what lies prepared at the platform for these posts as leftover, to be removed by the daemon."""
    session.execute(
        update(StageRow)
        .where(StageRow.post_id.in_(post_ids), StageRow.state.in_(("open", "ready")))
        .values(state="leftover", next_try_at=now)
        .execution_options(synchronize_session=False)
    )


def live_stages(session: Session, post_ids: Collection[int]) -> dict[int, StageRow]:
    """Return by post the Stages that are being prepared or ready."""
    query = select(StageRow).where(StageRow.post_id.in_(post_ids), StageRow.state.in_(("open", "ready")))
    return {stage.post_id: stage for stage in session.scalars(query.execution_options(populate_existing=True))}


def stages(session: Session, stage_ids: Collection[int]) -> dict[int, StageRow]:
    """Return these Stages by number as the database has them now."""
    query = select(StageRow).where(StageRow.id.in_(stage_ids)).execution_options(populate_existing=True)
    return {stage.id: stage for stage in session.scalars(query)}


def receipts(session: Session, post_ids: Sequence[int]) -> dict[int, ReceiptRow]:
    """Return the Receipts of these posts by post."""
    rows = session.scalars(select(ReceiptRow).where(ReceiptRow.post_id.in_(post_ids)))
    return {row.post_id: row for row in rows}


def proven_by(session: Session, remote: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Return which Post each of these remote posts, (account, remote id), was posted as."""
    if not remote:
        return {}
    rows = session.connection().execute(_PROVEN, {"remote": json.dumps(list(remote))})
    return {(account, remote_id): post for account, remote_id, post in rows}


def prove(session: Session, proofs: Sequence[Proof]) -> None:
    """Keep the Receipts of posts that are public, and mark the Stages they came of as used.

    Raises: IntegrityError if that text of a remote post proves another Post already.
    """
    if not proofs:
        return
    receipts = [
        {"post_id": each.post_id, "account_id": each.account_id, "remote_id": each.remote_id}
        | {"url": each.url, "at": each.at, "revision": each.revision}
        for each in proofs
    ]
    _KEPT.write(session, receipts)
    _USED.write(session, [{"stage": each.stage_id} for each in proofs if each.stage_id is not None])
