"""What goes first: the post of an Item on the Jobcenter's own pages, before its posts on any network. Reads only.

No network may be the only source of what a public body says, so their posts wait until the one on the own pages is
public (Handlungsrahmen Rheinland-Pfalz and LfDI Baden-Württemberg on the "Cross-Media-Gebot", as read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.base import Hosted
from distributor.domain import Reason, State
from distributor.lifecycle import APPROVED
from distributor.services.deps import Deps
from distributor.services.own_pages import channels
from distributor.store.among import among
from distributor.store.tables import AccountRow, PostRow
from distributor.takedown import OVER
from distributor.wording import STATE_WORDS, local_time

Key = tuple[int, int]
"""An Item and an Organisation, by their numbers."""

_FOR_A_PERSON = frozenset({State.DRAFTED, State.AWAITING, State.FAILED, State.MISSED, State.RETRACTING, *OVER})

_PAGES = select(AccountRow.id, AccountRow.organisation_id, AccountRow.channel, AccountRow.fields).where(
    among(AccountRow.__table__.c.channel, "channels"), AccountRow.retiring_at.is_(None)
)
_PAGES_OF = _PAGES.where(among(AccountRow.__table__.c.organisation_id, "owners"))
_FIRST = select(
    PostRow.item_id, PostRow.account_id, PostRow.state, PostRow.due_at, PostRow.recall_at
).where(among(PostRow.__table__.c.item_id, "items"), among(PostRow.__table__.c.account_id, "accounts"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lead:
    """The post that goes first: where it stands, and for when it is meant."""

    state: State
    due_at: datetime | None
    recalled: bool

    @property
    def public(self) -> bool:
        """Tell whether it is public."""
        return self.state is State.PUBLISHED and not self.recalled

    @property
    def expected_at(self) -> datetime | None:
        """Return when it will be public, as it is planned; None if that is not known or has come already."""
        return None if self.public or self.recalled or self.state in OVER else self.due_at

    @property
    def lack(self) -> Reason | None:
        """Return why a post that follows has to wait; None if it need not."""
        if self.public:
            return None
        word = "zurückgezogen" if self.recalled else STATE_WORDS[self.state]
        when = f", geplant {local_time(self.due_at)}" if self.expected_at and self.due_at else ""
        text = f"Zuerst muss der Post zum selben Beitrag auf der eigenen Website öffentlich sein (jetzt: {word}{when})."
        waits = self.recalled or self.state in _FOR_A_PERSON
        return Reason("requires", text, "officer" if waits else "daemon")


def leads(
    deps: Deps, session: Session, items: Collection[int], owners: Collection[int] | None = None
) -> Mapping[Key, Lead]:
    """Return for these Items, by Organisation (of ``owners``, or of all), the post that goes first, if there is one."""
    owner_of = _leading(deps, session, owners) if items else {}
    if not owner_of:
        return {}
    found: dict[Key, Lead] = {}
    rows = session.connection().execute(_FIRST, {"items": list(items), "accounts": list(owner_of)})
    for item, account, state, due_at, recall_at in rows:
        lead = Lead(State(state), due_at, recall_at is not None)
        key = (item, owner_of[account])
        known = found.get(key)
        found[key] = lead if known is None else min(known, lead, key=_rank)
    return found


def _leading(deps: Deps, session: Session, owners: Collection[int] | None) -> Mapping[int, int]:
    """Return the Organisations' accounts whose posts go first, each with its Organisation."""
    wanted = {"channels": channels(deps), "owners": list(owners or ())}
    question = _PAGES if owners is None else _PAGES_OF
    return {
        account: owner
        for account, owner, channel, fields in session.connection().execute(question, wanted)
        if (connector := deps.offering(channel, Hosted)) is not None and connector.leads(fields)
    }


def waits_for(deps: Deps, lead: Lead | None, channel: str, due: datetime) -> list[str]:
    """Return what keeps a post behind ``lead`` from appearing at ``due``, as planned now: at most one sentence."""
    if lead is None or channel in channels(deps) or lead.lack is None:
        return []
    planned = lead.state in APPROVED and lead.expected_at is not None and lead.expected_at <= due
    return [] if planned else [lead.lack.text]


def _rank(lead: Lead) -> tuple[bool, bool, float]:
    """Return what counts where there are several: one that is public, else the one that will be soonest."""
    due = lead.expected_at
    return (not lead.public, due is None, due.timestamp() if due is not None else 0.0)
