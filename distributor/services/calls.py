"""One call to a platform, with all that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connectors.base import Json, Order, Receipt, RemotePost
from distributor.clock import boottime
from distributor.store.claims import Work


@dataclass(frozen=True, slots=True)
class Call:
    """One call to make, with all that it needs; no database is touched while it runs.

    ``digest`` is that of ``post``, as it was approved. ``claimed_at`` is in seconds since boot: who was stopped between
    claim and call must notice.
    """

    work: Work
    item_id: int
    attempt_id: int
    fence: int
    organisation: str
    channel: str
    account: str
    fields: Mapping[str, str] = field(repr=False)
    post: RemotePost
    digest: str
    order: Order
    started_at: datetime
    stage_data: Json | None = None
    since: datetime | None = None
    known: tuple[str, ...] = ()
    receipt: Receipt | None = None
    claimed_at: float = field(default_factory=boottime)

    @property
    def stage_id(self) -> int | None:
        """Return the number of the Stage that the call is about."""
        return self.work.stage_id
