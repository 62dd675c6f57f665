"""A Jobcenter as people look at it: its voice with a live sentence, its slots and rules, who answers. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from distributor.domain import Actor, FeedItem, Organisation
from distributor.roster import organisation_of
from distributor.services import organisations
from distributor.services.calendars import calendar_for
from distributor.services.deps import Deps
from distributor.services.permission import visible
from distributor.store.tables import AccountRow, OrganisationRow
from distributor.tailoring.placeholders import resolve
from distributor.tailoring.values import values_of
from schedules.calendar import Calendar

SOURCE = "config/organisations/{slug}.toml"
"""Where an operator changes a Jobcenter; ``distributor config import`` takes it in."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A Jobcenter with the calendar it posts by; ``values`` are what its placeholders stand for."""

    organisation: Organisation
    calendar: Calendar
    channels: Sequence[str]
    values: Mapping[str, str]

    def said(self, sentence: str) -> str:
        """Return a sentence with its placeholders as this Jobcenter says them."""
        return resolve(sentence, self.values)


def organisation_list(deps: Deps, actor: Actor) -> list[Organisation]:
    """Return the Jobcenters that the actor may see, in the roster's order."""
    seen = visible(actor)
    with deps.store.read() as session:
        rows = session.scalars(select(OrganisationRow).order_by(OrganisationRow.position))
        return [organisation_of(row.document) for row in rows if seen is None or row.slug in seen]


def organisation_shown(deps: Deps, actor: Actor, slug: str) -> Shown:
    """Return one Jobcenter. Raises: Refused if there is none or the actor may not see it."""
    seen = visible(actor)
    with deps.store.read() as session:
        if seen is not None and slug not in seen:
            raise organisations.unknown(slug, seen)
        row = organisations.named(session, slug)
        organisation = organisation_of(row.document)
        channels = session.scalars(
            select(AccountRow.channel).where(AccountRow.organisation_id == row.id, AccountRow.retired_at.is_(None))
        )
        nothing = FeedItem(guid="", title="", link="")
        values = values_of(nothing, organisation, link=organisation.pages.landing, credit="")
        return Shown(organisation, calendar_for(session, row), sorted(set(channels)), values)
