"""Rows by hand: a shelf of Organisations, accounts, items and posts in whatever state a test needs them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

from distributor.domain import State
from distributor.store.engine import Store
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, PostRow, StageRow, StopRow

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DOCUMENT = {"channel": "c", "form": "feed", "text": "t", "link": "", "media": [], "extra": {}}
_APPROVED = (State.SCHEDULED, State.STAGED, State.PUBLISHING, State.UNCERTAIN)
_PUBLIC = (State.PUBLISHED, State.RETRACTING, State.RETRACTED)
_names = itertools.count(1)


class Shelf:
    """Puts rows into one database and gives their numbers."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def _add(self, row: Any) -> int:
        with self.store.write() as session:
            session.add(row)
            session.flush()
            number: int = row.id
            return number

    def organisation(self, slug: str = "") -> int:
        slug = slug or f"kjc-{next(_names)}"
        return self._add(OrganisationRow(slug=slug, name=slug, document={}))

    def account(self, organisation: int = 0, channel: str = "c", **more: Any) -> int:
        owner = organisation or self.organisation()
        return self._add(AccountRow(organisation_id=owner, channel=channel, name=f"n{next(_names)}", fields={}, **more))

    def item(self, **more: Any) -> int:
        values = {"guid": f"g{next(_names)}", "digest": "d", "title": "T", "document": {}, "stale": False} | more
        return self._add(ItemRow(created_at=NOW, changed_at=NOW, **values))

    def post(self, state: State = State.DRAFTED, account: int = 0, item: int = 0, **more: Any) -> int:
        """A post as it may stand in this state; everything that is approved or public has what that takes."""
        values: dict[str, Any] = {"code": f"code{next(_names)}"}
        if state in _APPROVED:
            values |= {"due_at": NOW, "approved_digest": "d", "next_try_at": NOW}
        if state in _APPROVED[1:]:
            values |= {"staged_digest": "d"}
        if state in _PUBLIC:
            values |= {"published_at": NOW, "next_try_at": NOW}
        return self._add(
            PostRow(
                item_id=item or self.item(),
                account_id=account or self.account(),
                state=state,
                item_revision=1,
                document=DOCUMENT,
                digest="d",
                problems=[],
                created_at=NOW,
                changed_at=NOW,
                **values | more,
            )
        )

    def stage(self, post: int, state: str = "ready", **more: Any) -> int:
        with self.store.read() as session:
            account = session.get_one(PostRow, post).account_id
        key = f"key{next(_names)}"
        return self._add(
            StageRow(post_id=post, account_id=account, key=key, digest="d", state=state, created_at=NOW, **more)
        )

    def stop(self, organisation: int | None = None, channel: str = "", **more: Any) -> int:
        return self._add(
            StopRow(organisation_id=organisation, channel=channel, reason="Panne", actor="a", at=NOW, **more)
        )

    def row(self, kind: type[Any], number: int) -> Any:
        with self.store.read() as session:
            return session.get_one(kind, number)
