"""Propose times for posts that wait for their officer, and let go of what waited or was late too long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from distributor.domain import DAEMON, Reason, Refused, State
from distributor.lifecycle import Move, late
from distributor.roster import organisation_of
from distributor.services.deps import Deps
from distributor.services.moving import apply
from distributor.store import claims, items, posts
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, PostRow, ReceiptRow
from schedules.calendar import Calendar, calendar_of
from schedules.plan import Candidate, Lane, Placement, Taken, plan, stagger

_NEIGHBOURHOOD = timedelta(days=2)
"""How far back posts are looked at that may be too close to a new one, or on the same local day."""

_log = structlog.get_logger()


def propose(deps: Deps, now: datetime) -> int:
    """Give each awaiting post without a future time the next free slot; return how many got one."""
    with deps.store.write() as session:
        waiting = posts.unplanned(session, now)
        if not waiting:
            return 0
        lanes = _lanes(session)
        held = [Taken(str(account), at) for account, at in posts.taken(session, now - _NEIGHBOURHOOD)]
        placed = plan([_candidate(post, item, now) for post, _, item in waiting], lanes, held, now)
        times = {each.key: each.at for each in placed if isinstance(each, Placement)}
        for post, _, _ in waiting:
            _set_time(session, post, times.get(post.id))
        return len(times)


def next_slot(session: Session, post: PostRow, now: datetime) -> datetime:
    """Return the next free slot for one post. Raises: Refused if its calendar has none."""
    item = session.get_one(ItemRow, post.item_id)
    held = [Taken(str(account), at) for account, at in posts.taken(session, now - _NEIGHBOURHOOD, but=post.id)]
    for each in plan([_candidate(post, item, now)], _lanes(session), held, now):
        if isinstance(each, Placement):
            return each.at
    raise Refused("Im Kalender ist kein Platz frei; bitte eine Zeit von Hand wählen.", code="calendar.full")


def make_room(session: Session, post: PostRow, owner: OrganisationRow, at: datetime) -> datetime | None:
    """Let proposals of the account that are too near to a time chosen by hand be planned anew.

    Returns the time of an approved or public post that is nearer than the calendar allows, or None if there is none.
    """
    distance = calendar_for(session, owner).min_distance
    if not distance:
        return None
    near = posts.neighbours(session, post, at - distance, at + distance)
    fixed = [each.due_at for each in near if each.state != State.AWAITING and each.due_at is not None]
    if fixed:
        return min(fixed)
    for proposal in near:
        _set_time(session, proposal, None)
    return None


def calendar_for(session: Session, owner: OrganisationRow) -> Calendar:
    """Return an Organisation's posting calendar. Raises: Refused if it names one that does not exist."""
    return _calendar(_calendars(session), organisation_of(owner.document).calendar, owner.slug)


def _calendars(session: Session) -> dict[str, Calendar]:
    return {name: calendar_of(row.document) for name, row in items.calendars(session).items()}


def _calendar(known: dict[str, Calendar], name: str, slug: str) -> Calendar:
    if name not in known:
        raise Refused(f"Den Kalender „{name}“ von {slug} gibt es nicht.", code="calendar.unknown")
    return known[name]


def _lanes(session: Session) -> dict[str, Lane]:
    known = _calendars(session)
    lanes = {}
    for account, owner in items.accounts(session):
        calendar = _calendar(known, organisation_of(owner.document).calendar, owner.slug)
        lanes[str(account.id)] = Lane(
            key=str(account.id), channel=account.channel, calendar=calendar, offset=stagger(calendar, owner.position)
        )
    return lanes


def _candidate(post: PostRow, item: ItemRow, now: datetime) -> Candidate:
    return Candidate(
        key=post.id,
        lane=str(post.account_id),
        not_before=max(now, item.embargo_until or now),
        not_after=item.valid_until,
        created=post.created_at,
    )


def _set_time(session: Session, post: PostRow, at: datetime | None) -> None:
    if post.due_at == at:
        return
    # What somebody is changing right now is left alone: two who choose times next to each other must not deadlock.
    free = select(PostRow.id).where(PostRow.id == post.id, PostRow.state == State.AWAITING)
    session.execute(
        update(PostRow)
        .where(PostRow.id.in_(free.with_for_update(key_share=True, skip_locked=True)))
        .values(due_at=at)
        .execution_options(synchronize_session=False)
    )


def expire(deps: Deps, now: datetime) -> int:
    """Close what nobody approved in time or what is no longer valid. Silence never approves.

    The time runs from the Post's last move, and not while an embargo keeps its officer from approving.
    """
    since = now - deps.policy.expiry
    with deps.store.write() as session:
        query = (
            select(PostRow)
            .join(ItemRow, PostRow.item_id == ItemRow.id)
            .where(
                PostRow.state.in_((State.DRAFTED, State.AWAITING)),
                or_(
                    and_(
                        PostRow.changed_at <= since,
                        or_(ItemRow.embargo_until.is_(None), ItemRow.embargo_until <= since),
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
    """Leave to a person what the daemon cannot do because the account is paused: looking late, and taking down."""
    looking = and_(PostRow.state == State.UNCERTAIN, PostRow.due_at < before)
    query = (
        select(PostRow, ReceiptRow.url)
        .join(AccountRow, PostRow.account_id == AccountRow.id)
        .outerjoin(ReceiptRow, ReceiptRow.post_id == PostRow.id)
        .where(
            or_(looking, PostRow.state == State.RETRACTING),
            PostRow.next_try_at.is_not(None),
            AccountRow.paused_at.is_not(None),
        )
        .order_by(PostRow.id)
        .with_for_update(of=PostRow, key_share=True, skip_locked=True)
    )
    found = session.execute(query).all()
    for post, url in found:
        todo = f"Bitte von Hand löschen und bestätigen: {url}" if url else "Bitte auf dem Konto nachsehen."
        reason = Reason(claims.UNREACHABLE, f"Das Konto ist angehalten. {todo}", "officer")
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
