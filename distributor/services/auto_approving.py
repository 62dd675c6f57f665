"""Approve without a person what a Jobcenter itself said needs none: by topic, and only what is beyond doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused, Role, State
from distributor.intake.report import item_of
from distributor.log import trace_of
from distributor.services.approving import approve_in
from distributor.services.deps import Deps
from distributor.services.gating import clearances
from distributor.services.judging import Row, judge
from distributor.services.people import actor_of
from distributor.services.permission import allowed, require
from distributor.services.seconding import last_change
from distributor.store import approvals, posts, pseudonyms
from distributor.store.posts import record
from distributor.store.tables import AccountRow, OrganisationRow, PostRow, UserRow

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Mandate:
    """In whose name an account's posts are approved, and on which topics (folded)."""

    actor: Actor
    topics: frozenset[str]


def set_topics(deps: Deps, actor: Actor, account_id: int, topics: Sequence[str], now: datetime) -> list[str]:
    """Let an account's posts on these topics be approved by themselves; none: no longer any. Raises: Refused.

    Only an officer of the Jobcenter itself may say so, and what is said holds while they are one.
    """
    with deps.store.write() as session:
        account = session.get(AccountRow, account_id, with_for_update=True)
        if account is None:
            raise Refused(f"Ein Konto {account_id} gibt es nicht.", code="account.unknown")
        owner = session.get_one(OrganisationRow, account.organisation_id)
        require(actor, "account.auto", owner.slug)
        wanted = list(dict.fromkeys(topic.strip() for topic in topics if topic.strip()))
        account.auto_topics = wanted or None
        account.auto_by = pseudonyms.key_of(session, actor) if wanted else ""
        what = "account.auto" if wanted else "account.auto_off"
        record(session, now=now, actor=actor, what=what, subject="account", subject_id=account_id)
        return wanted


def approve_waiting(deps: Deps, now: datetime) -> int:
    """Approve what awaits its officer and meets every condition; return how many posts that were.

    The Item is cleared and shows nobody; nothing is wrong with the post, not even slightly; nobody changed it since or
    took its release back;
    it shows no elected people, and corrects nothing. Where several daemons do so at once, one of them finds the post
    approved already.
    """
    with deps.store.read() as session:
        chosen = _chosen(deps, session, now)
    done = 0
    for item_id, post_id, digest, actor in chosen:
        try:
            with deps.store.write() as session:
                row = posts.whole(session, post_id)
                if row is not None and _beyond_doubt(deps, session, row):
                    approve_in(deps, session, actor, post_id, now, digest=digest)
                    done += 1
        except Refused as refusal:
            _log.info("auto_approval_refused", trace=trace_of(item_id), post=post_id, code=refusal.code)
    return done


def _chosen(deps: Deps, session: Session, now: datetime) -> list[tuple[int, int, str, Actor]]:
    mandates = _mandates(session, now)
    query = select(PostRow.id).where(PostRow.account_id.in_(mandates), PostRow.state == State.AWAITING)
    rows = [row for number in session.scalars(query.order_by(PostRow.id)) if (row := posts.whole(session, number))]
    return [
        (item.id, post.id, post.digest, mandate.actor)
        for post, account, owner, item in rows
        if (mandate := mandates[account.id]).topics & {topic.casefold() for topic in item_of(item.document).topics}
        and _beyond_doubt(deps, session, (post, account, owner, item))
    ]


def _mandates(session: Session, now: datetime) -> dict[int, _Mandate]:
    """Return for each account with topics in whose name it approves, as long as they may."""
    query = select(AccountRow, OrganisationRow.slug).join(
        OrganisationRow, AccountRow.organisation_id == OrganisationRow.id
    )
    found = {}
    for account, slug in session.execute(query.where(AccountRow.auto_by != "", AccountRow.retiring_at.is_(None))):
        login = pseudonyms.names(session, [account.auto_by])[account.auto_by]
        person = session.scalars(select(UserRow).where(UserRow.login == login, UserRow.active)).one_or_none()
        if person is not None and allowed(actor_of(session, person, now), "account.auto", slug):
            automatic = Actor(f"Automatik ({login})", frozenset({Role.OFFICER}), frozenset({slug}))
            found[account.id] = _Mandate(automatic, frozenset(topic.casefold() for topic in account.auto_topics or ()))
    return found


def _beyond_doubt(deps: Deps, session: Session, row: Row) -> bool:
    post, _, _, item = row
    clearance = clearances(session, [item])[item.id]
    return (
        post.due_at is not None
        and post.corrects_id is None
        and item.cleared_at is not None
        and clearance.answer("people") == "none"
        and not clearance.shown
        and clearance.answer("elected") == "none"
        and not judge(deps, session, [row])[post.id]
        and last_change(session, row) is None
        and approvals.undone_at(session, post.id) is None
    )
