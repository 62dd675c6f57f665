"""Which Calendar an Organisation posts by: the shared one, its own days and duty, and what people entered since."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from distributor.domain import Refused
from distributor.roster import organisation_of
from distributor.services import organisations
from distributor.store import calendars, items
from distributor.store.tables import AccountRow, OccasionRow, OrganisationRow
from schedules.calendar import Calendar, with_own
from schedules.cover import cover
from schedules.days import Occasion
from schedules.document import calendar_of
from schedules.objections import objections
from schedules.plan import Lane, stagger


class Calendars:
    """The calendars of all Organisations as the database has them; each is put together once, when it is asked for."""

    def __init__(self, session: Session) -> None:
        self._documents = {name: row.document for name, row in items.calendars(session).items()}
        self._entered = [row for row, _ in calendars.occasions(session)]
        self._shared: dict[str, Calendar] = {}
        self._made: dict[int, Calendar] = {}

    def of(self, owner: OrganisationRow) -> Calendar:
        """Return an Organisation's posting calendar. Raises: Refused if it names one that does not exist."""
        if owner.id not in self._made:
            self._made[owner.id] = self._put_together(owner)
        return self._made[owner.id]

    def _put_together(self, owner: OrganisationRow) -> Calendar:
        organisation = organisation_of(owner.document)
        if organisation.calendar not in self._documents:
            text = f"Den Kalender „{organisation.calendar}“ von {owner.slug} gibt es nicht."
            raise Refused(text, code="calendar.unknown")
        entered = [occasion_in(row) for row in self._entered if row.organisation_id in (None, owner.id)]
        if organisation.calendar not in self._shared:
            self._shared[organisation.calendar] = calendar_of(self._documents[organisation.calendar])
        own = [*organisation.occasions, *entered]
        return with_own(self._shared[organisation.calendar], own, organisation.duty)

    def zone(self, owner: OrganisationRow) -> ZoneInfo:
        """Return the zone whose days count for an Organisation. Raises: Refused."""
        return ZoneInfo(self.of(owner).zone)

    def lane(self, account: AccountRow, owner: OrganisationRow) -> Lane:
        """Return an account's row of slots. Raises: Refused."""
        calendar = self.of(owner)
        return Lane(str(account.id), account.channel, calendar, stagger(calendar, owner.position))


def calendar_for(session: Session, owner: OrganisationRow) -> Calendar:
    """Return one Organisation's posting calendar. Raises: Refused if it names one that does not exist."""
    return Calendars(session).of(owner)


def warnings(calendar: Calendar, channel: str, at: datetime) -> list[str]:
    """Return in German what is to be thought of at a moment, though nothing forbids it."""
    return [each.text for each in objections(calendar, channel, at) if each.severity == "warn"]


def answering(calendar: Calendar, channel: str, at: datetime) -> list[str] | None:
    """Return who can answer comments after a post at a moment; None where nobody is asked to."""
    return list(cover(calendar, at)) if calendar.asks_cover(channel) else None


def occasion_in(row: OccasionRow) -> Occasion:
    """Return an entered day as the calendar knows it."""
    return Occasion(row.first, row.last, row.kind, row.title, tuple(row.topics), row.uid)  # type: ignore[arg-type]


def organisation_named(session: Session, slug: str | None) -> OrganisationRow | None:
    """Return the Organisation; None stands for all of them. Raises: Refused if there is none of this name."""
    return None if slug is None else organisations.named(session, slug)
