"""The questions asked before every byte that leaves: is the claim still ours, is the post still wanted?

They go straight to the driver, each as one statement outside of any transaction: they are asked far more often than
anything else, and must see the very instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from distributor.store.claims import stopped
from distributor.store.engine import Store
from distributor.store.posts import BEHIND
from distributor.store.prepared import Prepared
from distributor.store.tables import AccountRow, ItemRow, PostRow, StageRow
from distributor.store.types import moment_of

_ACCOUNT, _POST, _ITEM = AccountRow.__table__.c, PostRow.__table__.c, ItemRow.__table__.c

_RELEASE = Prepared(
    select(
        _ACCOUNT.fence,
        _ACCOUNT.retiring_at.is_not(None),
        _POST.recall_at.is_not(None),
        _POST.item_revision,
        stopped(_ACCOUNT.organisation_id, _ACCOUNT.channel),
        _POST.due_at,
        _ITEM.embargo_until,
        _ITEM.valid_until,
    )
    .join_from(AccountRow.__table__, PostRow.__table__, _POST.account_id == _ACCOUNT.id)
    .join(ItemRow.__table__, _ITEM.id == _POST.item_id)
    .where(_POST.id == bindparam("post"))
)
_STAGE = Prepared(select(StageRow.__table__.c.state).where(StageRow.__table__.c.id == bindparam("stage")))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a Post that is about to be released stands at this instant, with its account and its Item's bounds."""

    fence: int
    retiring: bool
    recalled: bool
    behind: bool
    stopped: bool
    due_at: datetime | None
    embargo_until: datetime | None
    valid_until: datetime | None


def standing(store: Store, post_id: int) -> Standing | None:
    """Return how a Post stands; None if it is gone. Raises: Unasked if the database does not answer."""
    row = store.ask(_RELEASE, post=post_id)
    if row is None:
        return None
    fence, retiring, recalled, revision, stop, *moments = row
    times = [moment_of(value) for value in moments]
    return Standing(fence, bool(retiring), bool(recalled), revision == BEHIND, bool(stop), *times)


def preparing(store: Store, stage_id: int | None) -> bool:
    """Tell whether a Stage is still being prepared. Raises: Unasked if the database does not answer."""
    row = store.ask(_STAGE, stage=stage_id)
    return row is not None and row[0] in ("open", "ready")
