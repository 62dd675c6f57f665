"""Heed what the portal says of what is public already: an embargo, the end of validity, a deletion.

Which of these take posts down by themselves is a setting. Many at once look like a slip at the portal, and what is
deleted on all channels comes never back: then nothing happens until an editor has looked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from distributor.domain import DAEMON, State
from distributor.services.clearing import item_in
from distributor.services.deps import Deps
from distributor.services.recalling import begin, empty_cache, take_down, withdraw_in
from distributor.store import items, recalls
from distributor.takedown import Cause

_MOST = 5
"""How many Items are taken back at once without a person; our own choice. The end of validity was foreseen for each."""


def heed(deps: Deps, now: datetime) -> int:
    """Take back what the portal's word and the settings ask for; return how many Items that were."""
    with deps.store.read() as session:
        found = _wanted(deps, recalls.called_back(session, now))
    slips = _slips(found)
    done = 0
    for item_id, cause in found:
        if cause not in slips:
            with deps.store.write() as session:
                done += _take_back(deps, session, item_id, now)
    if done:
        empty_cache(deps)
    return done


def doubted(deps: Deps, session: Session, now: datetime) -> list[tuple[Cause, int]]:
    """Return which word of the portal is not heeded because it concerns too many Items at once, with how many."""
    return sorted(_slips(_wanted(deps, recalls.called_back(session, now))).items())


def _wanted(deps: Deps, found: Iterable[tuple[int, Cause]]) -> list[tuple[int, Cause]]:
    return [(item_id, cause) for item_id, cause in found if cause in deps.settings.upstream_recalls]


def _slips(found: Iterable[tuple[int, Cause]]) -> dict[Cause, int]:
    counts = Counter(cause for _, cause in found if cause != "expiry")
    return {cause: count for cause, count in counts.items() if count > _MOST}


def _take_back(deps: Deps, session: Session, item_id: int, now: datetime) -> bool:
    """Look again, now that the Item is locked, and take back: all of a deleted one, else what of it is public."""
    item = item_in(session, item_id, lock=True)
    asked = _wanted(deps, recalls.called_back(session, now, item_id=item_id))
    if not asked:
        return False
    cause = asked[0][1]
    begun = begin(deps, session, DAEMON, "item", str(item_id), "", now, cause)
    if cause == "deleted":
        withdraw_in(session, begun, [item], DAEMON)
    else:
        public = [post for post in items.posts_of(session, item_id, lock=True) if post.state == State.PUBLISHED]
        take_down(session, begun, public, DAEMON)
    return True
