"""Ask again for media that are already here: another file at the same address is a new revision of its Item.

Only what its host lets us ask about (ETag or Last-Modified) is asked, so that nothing is loaded twice in vain.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from distributor.domain import DAEMON, Refused
from distributor.fetching import FetchFailed, fetch
from distributor.log import about
from distributor.services import media
from distributor.services.deps import Deps
from distributor.services.trying import trial
from distributor.store import items, recalls
from distributor.store.posts import record
from distributor.store.tables import ItemRow, MediumRow, RevisionRow

EVERY = timedelta(hours=6)
"""How often a medium is asked about; own choice: an editor who exchanges a file sees it the same day."""
_AT_ONCE = 10

_log = structlog.get_logger()


def look(deps: Deps, clock: Callable[[], datetime]) -> int:
    """Ask about the media that were not asked about for longest; return how many have changed."""
    with deps.store.read() as session:
        due = [(row.id, row.item_id, row.kind, row.url, row.etag, row.modified) for row in _due(session, clock())]
    changed = 0
    for medium_id, item_id, kind, url, etag, modified in due:
        with about(item_id, item=item_id), trial(deps, f"medium/{medium_id}", clock()) as allowed:
            got = _newer(deps, kind, url, etag, modified) if allowed else None
            changed += _keep(deps, medium_id, got, clock())
    return changed


def _due(session: Session, now: datetime) -> list[MediumRow]:
    query = (
        select(MediumRow)
        .join(ItemRow, ItemRow.id == MediumRow.item_id)
        .where(
            MediumRow.state == "ready",
            or_(MediumRow.etag != "", MediumRow.modified != ""),
            MediumRow.looked_at <= now - EVERY,
            ItemRow.stage == "active",
        )
        .order_by(MediumRow.looked_at)
        .limit(_AT_ONCE)
    )
    return list(session.scalars(query))


def _newer(deps: Deps, kind: str, url: str, etag: str, modified: str) -> dict[str, object] | None:
    """Return what lies at the address now; None if it is the same, or cannot be had: what is here stays good."""
    try:
        asked = fetch(url, allow_private=deps.settings.allow_private, max_bytes=0, etag=etag, last_modified=modified)
        if asked.status == 304:
            return None
    except FetchFailed:
        return None
    except Refused as error:
        if error.code != "fetch.too_large":  # which says that there is an answer, and that it is not "the same"
            return None
    try:
        return media.get(deps, kind, url)
    except (FetchFailed, Refused) as error:
        _log.warning("changed_medium_unusable", why=error.text)
        return None


def _keep(deps: Deps, medium_id: int, got: dict[str, object] | None, now: datetime) -> bool:
    with deps.store.write() as session:
        row = session.get_one(MediumRow, medium_id, populate_existing=True, with_for_update={"key_share": True})
        row.looked_at = now
        if got is None or row.state != "ready" or recalls.barred_content(session, str(got["sha256"])):
            return False
        other = got["sha256"] != row.sha256
        for name, value in got.items():
            setattr(row, name, value)
        if not other:
            return False
        item = items.locked(session, row.item_id)
        if item is None:
            return False
        item.revision, item.stale, item.changed_at = item.revision + 1, True, now
        session.add(
            RevisionRow(item_id=item.id, revision=item.revision, digest=item.digest, document=item.document, at=now)
        )
        for question in ("people", "elected"):
            items.ask_again(session, item.id, question, DAEMON.login, now)
        record(
            session, now=now, actor=DAEMON, what="item.changed", subject="item", subject_id=item.id, digest=item.digest
        )
    _log.info("medium_changed", medium=medium_id)
    return True
