"""What the faces show of persons and their consents, never a document or a name. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from distributor import consent
from distributor.consent import REUSE, SHOWABLE
from distributor.domain import Actor, Refused
from distributor.services.clearing import item_in
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.store import items, persons
from distributor.store.tables import ConsentRow, PersonRow
from distributor.wording import BERLIN


def person_list(deps: Deps, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Return all persons who are not erased, newest last. Raises: Refused."""
    require(actor, "person.document")
    with deps.store.read() as session:
        gone = set(session.scalars(select(PersonRow.key).where(PersonRow.erased_at.is_not(None))))
        known = persons.known(session)
        return [_summary(person, now) for key, person in known.items() if key not in gone]


def person_show(deps: Deps, actor: Actor, key: str, now: datetime) -> dict[str, Any]:
    """Return all that is known of one person but the document. Raises: Refused."""
    require(actor, "person.document")
    with deps.store.read() as session:
        found = persons.known(session, [key]).get(key)
        row = persons.row_of(session, key)
        if found is None or row is None:
            raise Refused(f"Eine Person {key} gibt es nicht.", code="person.unknown")
        return {
            **_summary(found, now),
            "erased": row.erased_at is not None,
            "guardians": found.guardians,
            "consents": [_consent(each) for each in persons.consents(session, key)],
            "items": [
                {
                    "item": each.item_id,
                    "title": item_in(session, each.item_id).title,
                    "shown": each.shown,
                    "since": each.at.isoformat(),
                    "until": each.ended_at.isoformat() if each.ended_at else None,
                }
                for each in persons.links(session, key)
            ],
        }


def _summary(person: consent.Person, now: datetime) -> dict[str, Any]:
    today = now.astimezone(BERLIN).date()
    present, end = person.present(today), consent.ends_on(person, today)
    state = "missing" if present is None else "withdrawn" if present.withdrawn else "signed"
    return {
        "key": person.key,
        "organisation": person.organisation,
        "adult_on": person.adult_on.isoformat() if person.adult_on else None,
        "state": "ended" if state == "signed" and end is not None and end < today else state,
        "ends_on": end.isoformat() if end else None,
    }


def _consent(row: ConsentRow) -> dict[str, Any]:
    return {
        "form": row.form,
        "signed_on": row.signed_on.isoformat(),
        "until": row.until.isoformat() if row.until else None,
        "guardians": row.guardians,
        "scopes": row.scopes,
        "channels": row.channels,
        "document": row.document,
        "entered_at": row.at.isoformat(),
        "withdrawn_at": row.withdrawn_at.isoformat() if row.withdrawn_at else None,
    }


def of_item(deps: Deps, item_id: int, now: datetime) -> dict[str, Any]:
    """Return who is in an Item with what is missing of their consents, and whom the feed names besides."""
    with deps.store.read() as session:
        item = item_in(session, item_id)
        shown = persons.shown_in(session, [item_id]).get(item_id, ())
        named = consent.named_in(item.document["topics"])
        known = persons.known(session, named)
        labels = {channel: _label(deps, channel) for channel in sorted(items.channels(session))}
    linked = {each.person.key for each in shown}
    return {
        "persons": [
            {
                "key": each.person.key,
                "shown": [scope for scope in SHOWABLE if scope in each.what],
                "gaps": _gaps(each, labels, now),
            }
            for each in shown
        ],
        "suggested": [{"key": key, "known": key in known} for key in named if key not in linked],
    }


def _label(deps: Deps, channel: str) -> str:
    """Return how a channel calls itself; one that nobody offers any more is told by its name."""
    return deps.connectors[channel].label if channel in deps.connectors else channel


def _gaps(shown: consent.Shown, labels: Mapping[str, str], now: datetime) -> list[str]:
    """Return what is missing at the person's own Jobcenter, each with the channels it is missing on, if not on all."""
    found: dict[str, list[str]] = {}
    for channel, label in labels.items():
        for gap in consent.gaps(shown, channel, shown.person.organisation, now):
            found.setdefault(gap.text, []).append(label)
    told = [text if len(on) == len(labels) else f"{text} ({', '.join(on)})" for text, on in found.items()]
    present = shown.person.present(now.astimezone(BERLIN).date())
    if present is not None and not present.withdrawn and REUSE not in present.scopes:
        told.append(f"Nur {shown.person.organisation} darf {shown.person.key} zeigen; andere Jobcenter nicht.")
    return told


def ending_soon(session: Session, now: datetime) -> list[tuple[str, date]]:
    """Return the persons in Items whose consent ends soon or ended, each with its last day."""
    today = now.astimezone(BERLIN).date()
    known = persons.known(session, persons.in_items(session))
    ends = [(key, end) for key, person in known.items() if (end := consent.ends_on(person, today)) is not None]
    return sorted(((key, end) for key, end in ends if end <= today + consent.RENEWAL_NOTICE), key=lambda pair: pair[1])
