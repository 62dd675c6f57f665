"""Jobcenters by the names that people type."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.orm import Session

from distributor.domain import Refused
from distributor.store.tables import OrganisationRow


def named(session: Session, slug: str) -> OrganisationRow:
    """Return the Organisation of this name. Raises: Refused if there is none."""
    row = session.scalars(select(OrganisationRow).where(OrganisationRow.slug == slug)).one_or_none()
    if row is None:
        raise unknown(slug, session.scalars(select(OrganisationRow.slug)))
    return row


def unknown(slug: str, known: Iterable[str]) -> Refused:
    """Return the refusal for a name that is none, with the one that may have been meant."""
    meant = ", ".join(get_close_matches(slug, list(known)))
    hint = f"gemeint ist vielleicht: {meant}" if meant else "`distributor organisations list` zeigt alle"
    return Refused(f"Das Jobcenter „{slug}“ gibt es nicht; {hint}.", code="organisation.unknown")
