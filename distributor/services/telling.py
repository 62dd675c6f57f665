"""Tell the portal what was withdrawn here, until it knows: by its address for it, or a person does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from distributor.domain import DAEMON, Actor, Refused
from distributor.fetching import FetchFailed, post_json
from distributor.services.deps import Deps
from distributor.services.findings import Finding
from distributor.services.permission import require
from distributor.store import recalls
from distributor.store.posts import record
from distributor.store.tables import RecallRow, TombstoneRow
from distributor.wording import stamp

_PATIENCE = timedelta(minutes=1)
_LONGEST = timedelta(hours=6)
_GRACE = timedelta(hours=1)

_log = structlog.get_logger()


def tell(deps: Deps, clock: Callable[[], datetime]) -> int:
    """Tell the portal of each withdrawal that is due; return how many it took."""
    if not deps.settings.portal_withdraw_url:
        return 0
    with deps.store.read() as session:
        due = recalls.untold(session, since=clock())
    return sum(_tell_one(deps, number, clock) for number in due)


def note(deps: Deps, actor: Actor, recall_id: int, now: datetime) -> None:
    """Note that a person told the portal of a recall. Raises: Refused."""
    require(actor, "item.edit")
    with deps.store.write() as session:
        stones = [each for each in recalls.tombstones(session, [recall_id]) if each.tell_at and not each.told_at]
        if not stones:
            raise Refused(f"Von Rückruf {recall_id} muss das Portal nichts mehr erfahren.", code="recall.told")
        for stone in stones:
            _told(session, stone, actor, now)


def examine(deps: Deps, session: Session, now: datetime) -> list[Finding]:
    """Ask for somebody to tell the portal, for ``doctor``: at once, or when it has not answered for a while."""
    grace = _GRACE if deps.settings.portal_withdraw_url else timedelta()
    stones = [session.get_one(TombstoneRow, number) for number in recalls.untold(session)]
    waiting = sorted({stone.recall_id for stone in stones if stone.at <= now - grace})
    if not waiting:
        return []
    numbers = ", ".join(map(str, waiting))
    text = (
        f"Das Portal weiß nichts von Rückruf {numbers}: bitte Bescheid geben; `distributor recalls told` vermerkt es."
    )
    return [Finding("Portalredaktion", False, text)]


def _tell_one(deps: Deps, number: int, clock: Callable[[], datetime]) -> bool:
    """Tell of one; the next try is stored before the call, so that no other daemon makes the same one."""
    now = clock()
    with deps.store.write() as session:
        stone = session.get_one(TombstoneRow, number, populate_existing=True, with_for_update=True)
        if stone.told_at is not None or stone.tell_at is None or stone.tell_at > now:
            return False
        stone.tell_at = now + min(_PATIENCE * 2 ** min(stone.tries, 10), _LONGEST)
        stone.tries += 1
        cause = session.get_one(RecallRow, stone.recall_id).cause
        said = {"guid": stone.guid, "link": stone.link, "sha256": stone.sha256, "at": stamp(stone.at), "cause": cause}
    try:
        post_json(deps.settings.portal_withdraw_url, said, allow_private=deps.settings.allow_private)
    except (FetchFailed, Refused) as error:
        _log.warning("portal_not_told", tombstone=number, why=error.text)
        return False
    with deps.store.write() as session:
        _told(session, session.get_one(TombstoneRow, number), DAEMON, clock())
    return True


def _told(session: Session, stone: TombstoneRow, actor: Actor, now: datetime) -> None:
    stone.told_at = now
    record(session, now=now, actor=actor, what="portal.told", subject="recall", subject_id=stone.recall_id)
