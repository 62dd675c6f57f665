"""Let go of what nobody approved in time, hand on what was late, and what a paused account keeps from being done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from distributor.domain import DAEMON, Reason, State
from distributor.guarding import late
from distributor.lifecycle import UNREACHABLE, Move
from distributor.services.deps import Deps
from distributor.services.moving import apply
from distributor.store.tables import AccountRow, CampaignItemRow, CampaignRow, ItemRow, PostRow, ReceiptRow


def expire(deps: Deps, now: datetime) -> int:
    """Close what nobody approved in time or what is no longer valid. Silence never approves.

    The time runs from the Post's last move, but not before an embargo ends, a repeat may appear or a campaign is over:
    till then the Post has time to wait.
    """
    since = now - deps.policy.expiry
    with deps.store.write() as session:
        query = (
            select(PostRow)
            .join(ItemRow, PostRow.item_id == ItemRow.id)
            .outerjoin(CampaignItemRow, CampaignItemRow.item_id == PostRow.item_id)
            .outerjoin(CampaignRow, CampaignItemRow.campaign_id == CampaignRow.id)
            .where(
                PostRow.state.in_((State.DRAFTED, State.AWAITING)),
                or_(
                    and_(
                        PostRow.changed_at <= since,
                        or_(ItemRow.embargo_until.is_(None), ItemRow.embargo_until <= since),
                        or_(PostRow.earliest_at.is_(None), PostRow.earliest_at <= since),
                        or_(CampaignRow.last.is_(None), CampaignRow.last < since.date()),
                    ),
                    ItemRow.valid_until <= now,
                ),
            )
            .order_by(PostRow.id)
            .with_for_update(of=PostRow, key_share=True, skip_locked=True)
        )
        found = session.scalars(query).all()
        text = "Der Post wurde nicht rechtzeitig freigegeben und ist verfallen."
        for post in found:
            apply(
                session, post, Move(State.CLOSED, Reason("expired", text)), now=now, actor=DAEMON, what="post.expired"
            )
        return len(found)


def miss(deps: Deps, now: datetime) -> int:
    """Hand to a person what is approved but past its time further than the policy allows, whatever held it up."""
    with deps.store.write() as session:
        found = _overdue(session, now - deps.policy.lateness, now)
        for post in found:
            if post.due_at is not None:
                apply(session, post, late(post.due_at, post.reason_text), now=now, actor=DAEMON, what="post.missed")
        return len(found) + _hand_over(session, now, now - deps.policy.lateness)


def _hand_over(session: Session, now: datetime, before: datetime) -> int:
    """Leave to a person what the daemon cannot do: looking late on a paused account, taking down without a key."""
    looking = and_(PostRow.state == State.UNCERTAIN, PostRow.due_at < before)
    keyless = and_(PostRow.state == State.RETRACTING, AccountRow.retired_at.is_not(None))
    query = (
        select(PostRow, ReceiptRow.url)
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .outerjoin(ReceiptRow, ReceiptRow.post_id == PostRow.id)
        .where(
            or_(looking, keyless),
            PostRow.next_try_at.is_not(None),
            AccountRow.paused_at.is_not(None),
        )
        .order_by(PostRow.id)
        .with_for_update(of=PostRow, key_share=True, skip_locked=True)
    )
    found = session.execute(query).all()
    for post, url in found:
        todo = f"Bitte von Hand löschen und bestätigen: {url}" if url else "Bitte auf dem Konto nachsehen."
        reason = Reason(UNREACHABLE, f"Das Konto ist angehalten. {todo}", "officer")
        apply(session, post, Move(State(post.state), reason), now=now, actor=DAEMON, what="post.handed_over")
    return len(found)


def _overdue(session: Session, before: datetime, now: datetime) -> Sequence[PostRow]:
    """Return approved posts due before ``before`` on whose account no call is running in good time; locked."""
    query = (
        select(PostRow)
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .where(
            PostRow.state.in_((State.SCHEDULED, State.STAGED)),
            PostRow.due_at < before,
            or_(AccountRow.owner.is_(None), AccountRow.lease_until < now),
        )
        .order_by(PostRow.id)
        .with_for_update(of=PostRow, key_share=True, skip_locked=True)
    )
    return session.scalars(query).all()
