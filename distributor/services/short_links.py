"""Where posts' short links lead. Reads only."""

from __future__ import annotations

from sqlalchemy import select

from distributor.roster import organisation_of
from distributor.services.deps import Deps
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, PostRow


def target(deps: Deps, code: str) -> str | None:
    """Return where a post's short link leads, or None: what was taken back leads nowhere."""
    with deps.store.read() as session:
        query = (
            select(ItemRow, OrganisationRow)
            .join(PostRow, PostRow.item_id == ItemRow.id)
            .join(AccountRow, PostRow.account_id == AccountRow.id)
            .join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
            .where(PostRow.code == code, ItemRow.stage != "withdrawn", PostRow.recall_at.is_(None))
        )
        found = session.execute(query).first()
        if found is None:
            return None
        pages = organisation_of(found[1].document).pages
        return found[0].document["link"] or pages.landing or pages.home or None


def taken_back(deps: Deps, code: str) -> bool:
    """Tell whether the short link was a post's that was taken back, or whose Item was."""
    with deps.store.read() as session:
        query = select(PostRow.recall_at, ItemRow.stage).join(ItemRow, PostRow.item_id == ItemRow.id)
        found = session.execute(query.where(PostRow.code == code)).first()
        return found is not None and (found.recall_at is not None or found.stage == "withdrawn")
