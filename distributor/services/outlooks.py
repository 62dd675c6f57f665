"""What is to be thought of at posts' times, and who can answer comments then, as the calendar is now. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from distributor.domain import State
from distributor.services.calendars import Calendars, answering, warnings
from distributor.services.deps import Deps
from distributor.services.judging import Row
from distributor.services.leading import leads, waits_for
from distributor.services.missing import ASKED_STAGES
from distributor.store import calendars, corrections
from distributor.store.tables import ItemRow, PostRow
from distributor.wording import local_time

_VANISHED = "Der Beitrag ist im Portal nicht mehr zu finden (seit {}); die Redaktion entscheidet, ob er bleibt."
_CHANGED = "Der Beitrag hat sich im Portal geändert; die Redaktion entscheidet, was aus diesem Post wird."
_TIMED = (State.AWAITING, State.SCHEDULED, State.STAGED)


def outlooks(deps: Deps, session: Session, rows: Sequence[Row]) -> dict[int, dict[str, Any]]:
    """Return each post's ``notes``, ``cover`` and ``campaign``; as many questions for several posts as for one.

    Those of the notes that speak of another post that must go first are told again as ``waits``.
    """
    campaigns = calendars.campaign_items(session)
    shown: dict[int, dict[str, Any]] = {}
    for post, _, _, item in rows:
        campaign = campaigns.get(item.id)
        name = campaign.name if campaign else None
        shown[post.id] = {"notes": _of_item(session, post, item), "waits": [], "cover": None, "campaign": name}
    timed = [(row, due) for row in rows if (due := row[0].due_at) is not None and row[0].state in _TIMED]
    if not timed:
        return shown
    known = Calendars(session)
    first = leads(deps, session, {item.id for (_, _, _, item), _ in timed})
    for (post, account, owner, item), due in timed:
        calendar = known.of(owner)
        shown[post.id]["notes"] += warnings(calendar, account.channel, due)
        shown[post.id]["waits"] = waits_for(deps, first.get((item.id, owner.id)), account.channel, due)
        shown[post.id]["notes"] += shown[post.id]["waits"]
        shown[post.id]["cover"] = answering(calendar, account.channel, due)
    return shown


def _of_item(session: Session, post: PostRow, item: ItemRow) -> list[str]:
    """Return what editors still have to decide about the post's Item."""
    notes = []
    if item.gone_at is not None and item.stage in ASKED_STAGES:
        notes.append(_VANISHED.format(local_time(item.gone_at)))
    if post.state == State.PUBLISHED and post.item_revision < item.revision and corrections.undecided(session, item.id):
        notes.append(_CHANGED)
    return notes
