"""What an editor decides on the order of items: campaigns over weeks, and which item goes first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused
from distributor.services.clearing import item_in
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.services.planning import forget_impossible, plan_anew
from distributor.store import calendars, pseudonyms
from distributor.store.posts import record
from distributor.store.tables import CampaignItemRow, CampaignRow, ItemRow

_LONGEST_DAYS = 366
_FARTHEST_DAYS = 90


class Priority(IntEnum):
    """Which item goes first where two want one slot."""

    LOW = -1
    NORMAL = 0
    HIGH = 1


def prioritise(deps: Deps, actor: Actor, item_id: int, priority: Priority, now: datetime) -> None:
    """Say how urgent an item is; its proposals are planned anew and others of lower rank give way. Raises: Refused."""
    require(actor, "item.edit")
    with deps.store.write() as session:
        row = item_in(session, item_id, lock=True)
        if row.priority == priority:
            return
        row.priority = priority
        reason = priority.name.lower()
        record(
            session, now=now, actor=actor, what="item.prioritised", subject="item", subject_id=item_id, reason=reason
        )
        session.flush()
        plan_anew(session, [item_id])


def add(deps: Deps, actor: Actor, name: str, first: date, last: date, every_days: int, now: datetime) -> None:
    """Set up a campaign: both days included, ``every_days`` between two of its posts on an account. Raises: Refused."""
    require(actor, "item.edit")
    _plausible(first, last, every_days)
    if not name.strip():
        raise Refused("Die Kampagne braucht einen Namen.", code="campaign.name")
    with deps.store.write() as session:
        if calendars.campaign(session, name.strip()) is not None:
            raise Refused(f"Eine Kampagne „{name.strip()}“ gibt es schon.", code="campaign.taken")
        row = CampaignRow(
            name=name.strip(),
            first=first,
            last=last,
            every_days=every_days,
            actor=pseudonyms.key_of(session, actor),
            at=now,
        )
        session.add(row)
        session.flush()
        record(session, now=now, actor=actor, what="campaign.set", subject="campaign", subject_id=row.id)


def change(
    deps: Deps,
    actor: Actor,
    name: str,
    now: datetime,
    *,
    first: date | None = None,
    last: date | None = None,
    every_days: int | None = None,
) -> None:
    """Change a campaign; proposals that no longer fit are planned anew. Raises: Refused."""
    require(actor, "item.edit")
    with deps.store.write() as session:
        row = _known(session, name)
        row.first, row.last = first or row.first, last or row.last
        row.every_days = every_days if every_days is not None else row.every_days
        _plausible(row.first, row.last, row.every_days)
        record(session, now=now, actor=actor, what="campaign.set", subject="campaign", subject_id=row.id)
        session.flush()
        forget_impossible(session, now)


def join(deps: Deps, actor: Actor, item_ids: Sequence[int], name: str | None, now: datetime) -> None:
    """Put items into a campaign, or (None) into none; their proposals are planned anew. Raises: Refused."""
    require(actor, "item.edit")
    with deps.store.write() as session:
        campaign = _known(session, name) if name is not None else None
        for item_id in item_ids:
            item_in(session, item_id, lock=True)
            session.execute(delete(CampaignItemRow).where(CampaignItemRow.item_id == item_id))
            if campaign is not None:
                session.add(CampaignItemRow(item_id=item_id, campaign_id=campaign.id))
            what = "item.joined" if campaign is not None else "item.parted"
            record(session, now=now, actor=actor, what=what, subject="item", subject_id=item_id)
        session.flush()
        plan_anew(session, item_ids)


def listing(deps: Deps) -> list[dict[str, Any]]:
    """Return the campaigns with their items."""
    with deps.store.read() as session:
        members: dict[int, list[dict[str, Any]]] = {}
        for item_id, row in calendars.campaign_items(session).items():
            item = session.get_one(ItemRow, item_id)
            members.setdefault(row.id, []).append({"id": item_id, "title": item.title, "stage": item.stage})
        return [
            {
                "name": row.name,
                "first": row.first.isoformat(),
                "last": row.last.isoformat(),
                "every_days": row.every_days,
                "items": sorted(members.get(row.id, []), key=lambda each: int(each["id"])),
            }
            for row in calendars.campaigns(session)
        ]


def show(deps: Deps, name: str) -> dict[str, Any]:
    """Return one campaign with its items. Raises: Refused."""
    for each in listing(deps):
        if each["name"] == name:
            return each
    raise _unknown(name)


def _known(session: Session, name: str) -> CampaignRow:
    row = calendars.campaign(session, name)
    if row is None:
        raise _unknown(name)
    return row


def _unknown(name: str) -> Refused:
    text = f"Die Kampagne „{name}“ gibt es nicht; `distributor campaigns list` zeigt alle."
    return Refused(text, code="campaign.unknown")


def _plausible(first: date, last: date, every_days: int) -> None:
    if not 0 <= (last - first).days <= _LONGEST_DAYS:
        text = "Die Kampagne muss nach ihrem Anfang enden, höchstens ein Jahr danach."
        raise Refused(text, code="campaign.range")
    if not 1 <= every_days <= _FARTHEST_DAYS:
        text = f"Der Abstand muss zwischen 1 und {_FARTHEST_DAYS} Tagen liegen."
        raise Refused(text, code="campaign.every")
