"""Calendars to subscribe to: an address that nobody can guess shows a person's calendar to their own program.

The address stands for the person: it shows what they may see when it is asked, and nothing once they may not log in
any more. Only the hash of its token is kept, so it can be shown once and renewed, but not looked up.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select

from distributor.domain import Actor, Refused
from distributor.services.calendar_file import as_ics
from distributor.services.calendars import organisation_named
from distributor.services.coming import coming, coming_everywhere
from distributor.services.deps import Deps
from distributor.services.people import actor_of
from distributor.services.permission import visible
from distributor.store.posts import record
from distributor.store.tables import CalendarLinkRow, OrganisationRow, UserRow
from distributor.wording import BERLIN

_BACK, _AHEAD = timedelta(days=30), timedelta(days=300)
"""What a subscription shows; our own choice, as the plan reaches eight weeks and school years twelve months."""


def subscribe(deps: Deps, actor: Actor, organisation: str | None, now: datetime, *, renew: bool = False) -> str:
    """Return the address of a calendar: one Organisation's, or (None) of all. ``renew`` ends the one there was.

    Raises: Refused, also where there is one already.
    """
    seen = visible(actor)
    if seen is not None and organisation not in seen:
        where = f"den Kalender von {organisation}" if organisation else "den Kalender aller Jobcenter"
        raise Refused(f"„{actor.login}“ darf {where} nicht sehen.", code="forbidden")
    token = secrets.token_urlsafe(32)
    with deps.store.write() as session:
        user = session.scalars(select(UserRow).where(UserRow.login == actor.login)).one()
        owner = organisation_named(session, organisation)
        held = session.scalars(
            select(CalendarLinkRow)
            .where(CalendarLinkRow.user_id == user.id, CalendarLinkRow.organisation_id == (owner.id if owner else None))
            .with_for_update()
        ).one_or_none()
        if held is not None and not renew:
            text = "Ein Abo gibt es schon; seine Adresse wird nur einmal gezeigt. Erneuern ergibt eine andere."
            raise Refused(text, code="subscription.held")
        row = held or CalendarLinkRow(user_id=user.id, organisation_id=owner.id if owner else None)
        row.token_hash, row.at = _hash(token), now
        session.add(row)
        session.flush()
        what = "calendar.subscribed" if held is None else "calendar.renewed"
        record(
            session,
            now=now,
            actor=actor,
            what=what,
            subject="calendar_link",
            subject_id=row.id,
            organisation=organisation or "",
        )
    return f"{deps.settings.desk_url}/kalender/abo/{token}.ics"


def shared(deps: Deps, token: str, now: datetime) -> bytes | None:
    """Return the calendar behind a token as an iCalendar file, the same all day unless something changes; or None."""
    with deps.store.read() as session:
        found = session.execute(
            select(UserRow, OrganisationRow.slug)
            .join(CalendarLinkRow, CalendarLinkRow.user_id == UserRow.id)
            .outerjoin(OrganisationRow, CalendarLinkRow.organisation_id == OrganisationRow.id)
            .where(CalendarLinkRow.token_hash == _hash(token), UserRow.active)
        ).first()
        if found is None:
            return None
        seen, slug = visible(actor_of(session, found[0], now)), found[1]
    if seen is not None and slug not in seen:
        return None
    today = now.astimezone(BERLIN).date()
    first, last = today - _BACK, today + _AHEAD
    shown = coming_everywhere(deps, first, last) if slug is None else coming(deps, slug, first, last)
    written_at = datetime.combine(today, time(), BERLIN).astimezone(UTC)
    return as_ics(shown, now, written_at=written_at, desk_url=deps.settings.desk_url)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
