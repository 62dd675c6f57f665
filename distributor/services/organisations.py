"""Jobcenters by the names that people type."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.orm import Session

from distributor.domain import Refused
from distributor.services.deps import Deps
from distributor.store.tables import OrganisationRow


def named(session: Session, slug: str) -> OrganisationRow:
    """Return the Organisation of this name. Raises: Refused if there is none."""
    row = session.scalars(select(OrganisationRow).where(OrganisationRow.slug == slug)).one_or_none()
    if row is None:
        raise unknown(slug, session.scalars(select(OrganisationRow.slug)))
    return row


def names(deps: Deps) -> dict[str, str]:
    """Return the name of each Organisation by its slug, in the roster's order."""
    with deps.store.read() as session:
        query = select(OrganisationRow.slug, OrganisationRow.name).order_by(OrganisationRow.position)
        return {slug: name for slug, name in session.execute(query)}  # noqa: C416 - rows are no pairs to mypy


def unknown(slug: str, known: Iterable[str]) -> Refused:
    """Return the refusal for a name that is none, with the one that may have been meant."""
    meant = ", ".join(get_close_matches(slug, list(known)))
    hint = f"gemeint ist vielleicht: {meant}" if meant else "`distributor organisations list` zeigt alle"
    return Refused(f"Das Jobcenter „{slug}“ gibt es nicht; {hint}.", code="organisation.unknown")
