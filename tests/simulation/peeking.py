"""Where a bell would find something to do: looked up beside the tested code, so that ringing for nothing costs nothing.

A real daemon rings every second, and mostly for nothing.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

_WORK = """CREATE TEMP VIEW work AS
  SELECT post.next_try_at AS at, account.owner IS NULL AS free,
    account.paused_at IS NULL OR post.recall_at IS NOT NULL AS reached
  FROM post JOIN account ON account.id = post.account_id
  WHERE post.state IN ('scheduled', 'staged', 'uncertain', 'retracting')
  UNION ALL
  SELECT stage.next_try_at, account.owner IS NULL, account.paused_at IS NULL OR post.recall_at IS NOT NULL
  FROM stage JOIN account ON account.id = stage.account_id JOIN post ON post.id = stage.post_id
  WHERE stage.state = 'leftover'"""

_LATE = """SELECT EXISTS (
  SELECT 1 FROM post JOIN account ON account.id = post.account_id
  WHERE post.due_at < :before AND account.owner IS NULL AND (post.state IN ('scheduled', 'staged')
    OR post.state = 'uncertain' AND post.next_try_at IS NOT NULL AND account.paused_at IS NOT NULL))"""


class Peek:
    """A reader of its own, outside every transaction."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute(_WORK)

    def close(self) -> None:
        self._connection.close()

    def version(self) -> int:
        """Return a number that changes when anybody has changed the database."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def is_due(self, now: datetime) -> bool:
        """Tell whether something is due on an account that is free."""
        return self._tells("SELECT EXISTS (SELECT 1 FROM work WHERE at <= :now AND free AND reached)", now=now)

    def newly_due(self, since: datetime, now: datetime) -> bool:
        """Tell whether the time of something has come between two moments."""
        return self._tells("SELECT EXISTS (SELECT 1 FROM work WHERE at > :since AND at <= :now)", since=since, now=now)

    def overdrawn(self, now: datetime) -> bool:
        """Tell whether somebody's lease ran out."""
        return self._tells("SELECT EXISTS (SELECT 1 FROM account WHERE lease_until < :now)", now=now)

    def stale(self) -> bool:
        """Tell whether an Item's posts must be made anew."""
        return self._tells("SELECT EXISTS (SELECT 1 FROM item WHERE stale)")

    def late(self, before: datetime) -> bool:
        """Tell whether something must be handed to people because it was due before that."""
        return self._tells(_LATE, before=before)

    def next_moment(self, now: datetime) -> datetime | None:
        """Return the next moment at which a daemon has something to do: what ``claims.next_wake`` tells a real one."""
        query = "SELECT min(at) FROM work WHERE at > :now AND reached"
        found = self._connection.execute(query, {"now": _stored(now)}).fetchone()[0]
        return None if found is None else datetime.fromisoformat(found).replace(tzinfo=UTC)

    def paused(self) -> list[int]:
        """Return the accounts that are paused."""
        return [row[0] for row in self._connection.execute("SELECT id FROM account WHERE paused_at IS NOT NULL")]

    def _tells(self, query: str, **moments: datetime) -> bool:
        given = {name: _stored(moment) for name, moment in moments.items()}
        return bool(self._connection.execute(query, given).fetchone()[0])


def _stored(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
