"""What lies prepared at a platform, is not wanted any more, and no program could remove: people do."""

from __future__ import annotations

from datetime import datetime

from distributor.domain import Actor, Refused
from distributor.services.accounts import account_of
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.store.posts import record
from distributor.store.tables import StageRow


def note_removed(deps: Deps, actor: Actor, stage_id: int, now: datetime) -> None:
    """Note that a person removed a leftover at the platform. Raises: Refused."""
    with deps.store.write() as session:
        stage = session.get(StageRow, stage_id, with_for_update=True)
        if stage is None or stage.state != "leftover":
            raise Refused(f"Unter der Nummer {stage_id} liegt nichts, das zu entfernen wäre.", code="stage.unknown")
        _, owner = account_of(session, stage.account_id)
        require(actor, "account.pause", owner.slug)
        stage.state, stage.next_try_at = "gone", None
        record(session, now=now, actor=actor, what="leftover.removed", subject="post", subject_id=stage.post_id)
