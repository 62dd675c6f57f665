"""Special days that people enter: blackouts, closing days, movable school days, quiet days, action days.

Entering one takes effect at once. Proposals on a day that the calendar leaves out are planned anew. An Approval for a
time that it now forbids is taken back, with the reason: nothing appears against a blackout, and nothing moves to a time
that nobody released. Approvals on a day that is merely to be avoided stand, and are told to whoever entered the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused
from distributor.fetching import fetch
from distributor.services.calendars import Calendars, organisation_named, warnings
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.services.planning import forget_impossible, keep_clear
from distributor.store import calendars, pseudonyms
from distributor.store.posts import record
from distributor.store.tables import OccasionRow, OrganisationRow
from distributor.wording import BERLIN, stamp
from schedules.days import Kind, Occasion
from schedules.ics_reading import Contents, read
from schedules.refusal import CalendarRefused

MOST_BYTES = 2_000_000
"""The largest calendar file that is read; our own choice, a school's whole year has some thousand bytes."""

_BACK, _AHEAD = timedelta(days=31), timedelta(days=3 * 366)
"""How far around the present day the events of a file are taken."""


@dataclass(frozen=True, slots=True)
class Consequences:
    """What an entered day did to posts.

    ``taken_back`` lost their Approval, ``replanned`` counts the proposals that get another time, ``standing`` stay
    approved although there is something to think of on their day.
    """

    taken_back: tuple[int, ...]
    replanned: int
    standing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Entered:
    """The number under which a day was entered, and what that did."""

    number: int
    consequences: Consequences


@dataclass(frozen=True, slots=True)
class Imported:
    """What a calendar file changed, or would change: days that came, that became others, that were the same.

    ``notes`` say in German what was cut or guessed in reading it.
    """

    added: tuple[Occasion, ...]
    changed: tuple[Occasion, ...]
    unchanged: int
    notes: tuple[str, ...]
    consequences: Consequences


def enter(
    deps: Deps,
    actor: Actor,
    now: datetime,
    *,
    kind: Kind,
    first: date,
    last: date,
    title: str,
    organisation: str | None,
    topics: Sequence[str] = (),
) -> Entered:
    """Enter a day, or days, for one Organisation or (None) for all.

    Raises: Refused, also where the days are over or entered already.
    """
    require(actor, "calendar", organisation)
    occasion = _checked(kind, first, last, title, topics, today=now.astimezone(BERLIN).date())
    with deps.store.write() as session:
        owner = organisation_named(session, organisation)
        _not_twice(session, occasion, owner)
        row = _row(session, occasion, owner, actor, now)
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError as error:  # somebody else entered the same at the same moment
            raise Refused("Das steht schon im Kalender.", code="calendar.twice") from error
        _record(session, "calendar.entered", row, owner, actor, now)
        return Entered(row.id, _take_effect(session, now, actor, owner, [occasion]))


def strike(deps: Deps, actor: Actor, number: int, now: datetime) -> Occasion:
    """Take an entered day out of the calendar. Proposals keep their times. Raises: Refused."""
    with deps.store.write() as session:
        found = calendars.occasion(session, number)
        if found is None:
            raise Refused(f"Den Kalendereintrag {number} gibt es nicht.", code="occasion.unknown")
        row, owner = found
        require(actor, "calendar", owner.slug if owner else None)
        occasion = Occasion(row.first, row.last, row.kind, row.title)  # type: ignore[arg-type]
        _record(session, "calendar.struck", row, owner, actor, now)
        session.delete(row)
        return occasion


def entered(deps: Deps, *, organisation: str | None = None, since: date | None = None) -> list[dict[str, Any]]:
    """Return the entered days, of one Organisation with those for all, or (None) every one."""
    with deps.store.read() as session:
        if organisation is not None:
            organisation_named(session, organisation)
        found = [
            (row, owner)
            for row, owner in calendars.occasions(session, first=since)
            if organisation is None or owner is None or owner.slug == organisation
        ]
        names = pseudonyms.names(session, (row.actor for row, _ in found))
        return [
            {
                "id": row.id,
                "organisation": owner.slug if owner else None,
                "kind": row.kind,
                "first": row.first.isoformat(),
                "last": row.last.isoformat(),
                "title": row.title,
                "topics": row.topics,
                "uid": row.uid,
                "actor": names[row.actor],
                "at": stamp(row.at),
            }
            for row, owner in found
        ]


def load(deps: Deps, address: str) -> bytes:
    """Return the calendar file at an address on the web. Raises: Refused, FetchFailed."""
    url = address.replace("webcal://", "https://", 1) if address.startswith("webcal://") else address
    return fetch(url, allow_private=deps.settings.allow_private, max_bytes=MOST_BYTES, accept="text/calendar").body


def take_in(
    deps: Deps,
    actor: Actor,
    data: bytes,
    now: datetime,
    *,
    kind: Kind,
    organisation: str | None,
    inclusive_end: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Enter the days of a calendar file, for one Organisation or (None) for all; a day it named before is changed.

    What an older version of the file named and this one lacks stays: files often hold one year only. ``dry_run``
    changes nothing. Raises: Refused.
    """
    require(actor, "calendar", organisation)
    contents = _read(data, kind, now, inclusive_end=inclusive_end)
    found, notes = contents.occasions, contents.notes
    with deps.store.write() as session:
        owner = organisation_named(session, organisation)
        added, changed = [], []
        for occasion in found:
            held = calendars.occasion_of(session, owner.id if owner else None, occasion.uid)
            if held is None:
                added.append(occasion)
            elif Occasion(held.first, held.last, held.kind, held.title, tuple(held.topics), held.uid) != occasion:  # type: ignore[arg-type]
                changed.append(occasion)
        nothing = Consequences((), 0, ())
        unchanged = len(found) - len(added) - len(changed)
        if dry_run:
            return Imported(tuple(added), tuple(changed), unchanged, notes, nothing)
        for occasion in (*added, *changed):
            _put(session, occasion, owner, actor, now)
        effect = _take_effect(session, now, actor, owner, [*added, *changed]) if added or changed else nothing
        return Imported(tuple(added), tuple(changed), unchanged, notes, effect)


def _read(data: bytes, kind: Kind, now: datetime, *, inclusive_end: bool) -> Contents:
    day = now.date()
    try:
        return read(data, kind, day - _BACK, day + _AHEAD, inclusive_end=inclusive_end)
    except CalendarRefused as refusal:
        raise Refused(str(refusal), code="calendar.file") from refusal


def _checked(kind: Kind, first: date, last: date, title: str, topics: Sequence[str], *, today: date) -> Occasion:
    named = tuple(topic.strip() for topic in topics if topic.strip())
    try:
        occasion = Occasion(first, last, kind, title.strip(), named)
    except CalendarRefused as refusal:
        raise Refused(refusal.what, code="calendar.entry") from refusal
    if last < today:
        text = f"Die Tage sind vorbei (letzter Tag: {last:%d.%m.%Y}); bitte das Datum prüfen."
        raise Refused(text, code="calendar.entry")
    if kind == "action" and not named:
        text = "Ein Aktionstag braucht mindestens ein Thema, damit passende Posts auf ihn fallen; bitte eines angeben."
        raise Refused(text, code="calendar.topics")
    if kind != "action" and named:
        raise Refused("Themen hat nur ein Aktionstag; bitte die Themen weglassen.", code="calendar.topics")
    return occasion


def _not_twice(session: Session, occasion: Occasion, owner: OrganisationRow | None) -> None:
    said = (occasion.kind, occasion.first, occasion.last, occasion.title, owner.id if owner else None)
    for row, _ in calendars.occasions(session, first=occasion.first, last=occasion.last):
        if (row.kind, row.first, row.last, row.title, row.organisation_id) == said:
            raise Refused(f"Das steht schon im Kalender, als Eintrag {row.id}.", code="calendar.twice")


def _row(
    session: Session, occasion: Occasion, owner: OrganisationRow | None, actor: Actor, now: datetime
) -> OccasionRow:
    return OccasionRow(
        organisation_id=owner.id if owner else None,
        uid=occasion.uid or _own_uid(occasion),
        kind=occasion.kind,
        first=occasion.first,
        last=occasion.last,
        title=occasion.title,
        topics=list(occasion.topics),
        actor=pseudonyms.key_of(session, actor),
        at=now,
    )


def _own_uid(occasion: Occasion) -> str:
    """Return the name of a day entered by hand: the same for the same words, so that the database bars the second."""
    said = "\n".join((occasion.kind, occasion.first.isoformat(), occasion.last.isoformat(), occasion.title))
    return f"{sha256(said.encode()).hexdigest()[:16]}@distributor"


def _put(session: Session, occasion: Occasion, owner: OrganisationRow | None, actor: Actor, now: datetime) -> None:
    held = calendars.occasion_of(session, owner.id if owner else None, occasion.uid)
    if held is not None:
        session.delete(held)
        session.flush()
    row = _row(session, occasion, owner, actor, now)
    session.add(row)
    session.flush()
    _record(session, "calendar.entered" if held is None else "calendar.changed", row, owner, actor, now)


def _record(
    session: Session, what: str, row: OccasionRow, owner: OrganisationRow | None, actor: Actor, now: datetime
) -> None:
    record(
        session,
        now=now,
        actor=actor,
        what=what,
        subject="occasion",
        subject_id=row.id,
        reason=row.kind,
        said=row.title,
        organisation=owner.slug if owner else "",
    )


def _take_effect(
    session: Session, now: datetime, actor: Actor, owner: OrganisationRow | None, days: Sequence[Occasion]
) -> Consequences:
    session.flush()
    where = owner.id if owner else None
    taken_back = keep_clear(session, now, actor, where)
    replanned = forget_impossible(session, now, where)
    return Consequences(tuple(taken_back), replanned, _standing(session, where, days))


def _standing(session: Session, organisation_id: int | None, days: Sequence[Occasion]) -> tuple[int, ...]:
    """Return the approved posts on these days whose time the calendar warns of."""
    known = Calendars(session)
    return tuple(
        post.id
        for post, account, owner in calendars.approved(session, organisation_id=organisation_id)
        if post.due_at is not None
        and any(one.holds(post.due_at.astimezone(known.zone(owner)).date()) for one in days)
        and warnings(known.of(owner), account.channel, post.due_at)
    )
