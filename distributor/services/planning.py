"""Lay posts into the calendar: propose times, keep them while they hold, take back what the calendar forbids.

What is approved is moved by nobody but a person; where the calendar forbids its time, the Approval is taken back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from distributor.domain import Actor, Reason, Refused, State
from distributor.lifecycle import Move
from distributor.log import trace_of
from distributor.services.calendars import Calendars, calendar_for
from distributor.services.deps import Deps
from distributor.services.leading import leads
from distributor.services.moving import apply
from distributor.services.own_pages import channels
from distributor.store import calendars, items, places, telling
from distributor.store.tables import ItemRow, OrganisationRow, PostRow
from distributor.wording import local_time
from schedules.campaigns import Campaign
from schedules.objections import why_not
from schedules.plan import Candidate, Placement, Taken, Unplaced, plan

_NEIGHBOURHOOD = timedelta(days=2)
"""How far back posts are looked at that may be too close to a new one, or on the same local day."""

_CORRECTION = 100
"""The rank of a correction; Items have at most 1."""

Pair = tuple[PostRow, ItemRow]


def propose(deps: Deps, now: datetime, *, again: bool = True) -> int:
    """Give each awaiting post without a future time a slot; return how many times were given or changed.

    Without ``again`` those are left alone for which there was no slot before: that takes as long and seldom helps.
    What is approved is never moved, and a proposal keeps its time unless a post of higher priority needs it.
    """
    with deps.store.write() as session:
        waiting = places.unplanned(session, now, again=again)
        if not waiting:
            return 0
        rivals = _outranked(session, waiting, now)
        desk = _Desk(session, now, deps, {item.id for _, item in (*waiting, *rivals)})
        desk.occupy(but={post.id for post, _ in rivals})
        given = desk.place(waiting)
        kept = desk.place(rivals, at_their_times=True)
        given |= desk.place([pair for pair in rivals if pair[0].id not in kept])
        return len(given) + len(desk.place(desk.overtaken(waiting)))


def next_slot(deps: Deps, session: Session, post: PostRow, now: datetime) -> Placement:
    """Return the next free slot for one post, with the reason. Raises: Refused if its calendar has none."""
    desk = _Desk(session, now, deps, {post.item_id})
    desk.occupy(but={post.id}, on={post.account_id})
    [found] = desk.plan([(post, session.get_one(ItemRow, post.item_id))])
    if isinstance(found, Placement):
        return found
    raise Refused(f"Für Post {post.id} ist kein Platz frei. {found.why}", code="calendar.full")


def lay_anew(deps: Deps, session: Session, pairs: Sequence[Pair], now: datetime) -> dict[int, Placement | Unplaced]:
    """Return where these posts would be laid now, beside what stands and each other; nothing is stored."""
    desk = _Desk(session, now, deps, {item.id for _, item in pairs})
    desk.occupy(but={post.id for post, _ in pairs}, on={post.account_id for post, _ in pairs})
    return {int(found.key): found for found in desk.plan(pairs)}


def forget_impossible(session: Session, now: datetime, organisation_id: int | None = None) -> int:
    """Drop proposed times that the calendar does not offer (any more); return how many.

    A time that a person chose is dropped only where the calendar forbids it.
    """
    waiting = places.proposed(session, now, organisation_id=organisation_id)
    planned = [pair for pair in waiting if pair[0].plan_why]
    desk = _Desk(session, now)
    desk.occupy(but={post.id for post, _ in planned})
    kept = desk.place(planned, at_their_times=True)
    gone = [post for post, _ in waiting if (post.id not in kept if post.plan_why else desk.forbids(post))]
    for post in gone:
        _set_time(session, post, None)
    return len(gone)


def plan_anew(session: Session, item_ids: Sequence[int]) -> None:
    """Drop the plan's proposals for these Items, because their rank or their campaign has changed."""
    for item_id in item_ids:
        for post in items.posts_of(session, item_id):
            if post.state == State.AWAITING and post.plan_why:
                _set_time(session, post, None)


def keep_clear(session: Session, now: datetime, actor: Actor, organisation_id: int | None = None) -> list[int]:
    """Take back the Approval of every post whose time the calendar forbids (now); return which.

    Silently leaving it would publish against the calendar, silently moving it would publish at a time that nobody
    released. What is under way already goes out.
    """
    known = Calendars(session)
    taken_back = []
    for post, account, owner in calendars.approved(session, organisation_id=organisation_id):
        reason = why_not(known.of(owner), account.channel, post.due_at) if post.due_at is not None else None
        if reason is None or post.due_at is None:
            continue
        text = f"Die Freigabe für {local_time(post.due_at)} gilt nicht mehr: {reason} Bitte zu neuer Zeit freigeben."
        move = Move(State.AWAITING, Reason("calendar.forbidden", text, "officer"), drop_stage=True)
        apply(session, post, move, now=now, actor=actor, what="post.taken_back")
        taken_back.append(post.id)
    return taken_back


def make_room(session: Session, post: PostRow, owner: OrganisationRow, at: datetime) -> None:
    """Let proposals of the account that are too near to a time chosen by hand be planned anew."""
    distance = calendar_for(session, owner).min_distance
    for each in places.neighbours(session, post, at - distance, at + distance) if distance else ():
        if each.state == State.AWAITING:
            _set_time(session, each, None)


class _Desk:
    """Where posts are laid into slots: every account's lane, with what is taken in it."""

    def __init__(
        self, session: Session, now: datetime, deps: Deps | None = None, items_laid: Collection[int] = ()
    ) -> None:
        """Read the lanes; with ``deps`` and Items also when those are public that others of them may not precede."""
        self._session = session
        self._now = now
        found = leads(deps, session, items_laid) if deps is not None else {}
        self._leads = {key: lead.expected_at for key, lead in found.items()}
        known = Calendars(session)
        accounts = items.accounts(session)
        self._lanes = {str(account.id): known.lane(account, owner) for account, owner in accounts}
        self._owners = {account.id: owner.id for account, owner in accounts}
        hosted = channels(deps) if deps is not None else []
        self._leading = {account.id for account, _ in accounts if account.channel in hosted}
        self._campaigns = {
            item: Campaign(row.id, row.first, row.last, timedelta(days=row.every_days))
            for item, row in calendars.campaign_items(session).items()
        }
        self._taken: list[Taken] = []

    def occupy(self, *, but: Collection[int] = (), on: Collection[int] | None = None) -> None:
        """Take the places of all posts that hold one (``on`` these accounts only), but of these."""
        back = max([_NEIGHBOURHOOD, *(each.every for each in self._campaigns.values())])
        for post, account, item, at in places.taken(self._session, self._now - back, on):
            if post not in but:
                self._take(account, item, at)

    def place(self, pairs: Sequence[Pair], *, at_their_times: bool = False) -> set[int]:
        """Lay posts into slots and take those; return which found one. ``at_their_times``: each in its own or none.

        A post that finds none elsewhere keeps no time, and is told why.
        """
        by_id = {pair[0].id: pair for pair in pairs}
        found = self.plan(pairs, at_their_times=at_their_times)
        given: list[tuple[PostRow, datetime | None, str]] = []
        for each in found:
            post, item = by_id[each.key]
            if isinstance(each, Placement):
                self._take(post.account_id, item.id, each.at)
            if not at_their_times:
                given.append((post, each.at if isinstance(each, Placement) else None, each.why))
        _set_times(self._session, given)
        return {each.key for each in found if isinstance(each, Placement)}

    def plan(self, pairs: Sequence[Pair], *, at_their_times: bool = False) -> list[Placement | Unplaced]:
        """Return where posts would be laid: those that go first before those that may not come before them."""
        found: list[Placement | Unplaced] = []
        first = [pair for pair in pairs if pair[0].account_id in self._leading]
        for some in (first, [pair for pair in pairs if pair[0].account_id not in self._leading]):
            candidates = [self._candidate(post, item, at_its_time=at_their_times) for post, item in some]
            laid = plan(candidates, self._lanes, self._taken, self._now)
            if some is first:
                self._note_leads(first, laid)
            found += laid
        return found

    def overtaken(self, laid: Sequence[Pair]) -> list[Pair]:
        """Return the plan's proposals that would now come before the post that goes first, if any of those was laid."""
        moved = {item.id for post, item in laid if post.account_id in self._leading}
        if not moved:
            return []
        return [
            (post, item)
            for post, item in places.proposed(self._session, self._now)
            if item.id in moved
            and post.plan_why
            and post.due_at is not None
            and self._lead(post, post.due_at) > post.due_at
        ]

    def _note_leads(self, first: Sequence[Pair], laid: Sequence[Placement | Unplaced]) -> None:
        posts = {post.id: post for post, _ in first}
        for each in laid:
            post = posts[each.key]
            key = (post.item_id, self._owners[post.account_id])
            if isinstance(each, Placement) and key in self._leads:
                self._leads[key] = each.at

    def _lead(self, post: PostRow, default: datetime) -> datetime:
        """Return when the post is public that goes before this one; the default where none does."""
        if post.account_id in self._leading:
            return default
        return self._leads.get((post.item_id, self._owners[post.account_id])) or default

    def forbids(self, post: PostRow) -> bool:
        """Tell whether the calendar forbids a post's time."""
        lane = self._lanes[str(post.account_id)]
        return post.due_at is not None and why_not(lane.calendar, lane.channel, post.due_at) is not None

    def _take(self, account: int, item: int, at: datetime) -> None:
        campaign = self._campaigns.get(item)
        self._taken.append(Taken(str(account), at, campaign.key if campaign else None))

    def _candidate(self, post: PostRow, item: ItemRow, *, at_its_time: bool) -> Candidate:
        earliest = [
            self._now,
            self._lead(post, self._now),
            *(at for at in (item.embargo_until, post.earliest_at) if at is not None),
        ]
        return Candidate(
            key=post.id,
            lane=str(post.account_id),
            not_before=post.due_at if at_its_time and post.due_at else max(earliest),
            not_after=post.due_at if at_its_time else item.valid_until,
            created=post.created_at,
            priority=_rank(post, item),
            topics=tuple(item.document["topics"]),
            form=post.form,
            campaign=self._campaigns.get(item.id) if post.corrects_id is None else None,
        )


def _outranked(session: Session, waiting: Sequence[Pair], now: datetime) -> list[Pair]:
    """Return the plan's proposals that give way if a waiting post of their account needs their place."""
    highest: dict[int, int] = {}
    for post, item in waiting:
        highest[post.account_id] = max(_rank(post, item), highest.get(post.account_id, _rank(post, item)))
    return [
        (post, item)
        for post, item in places.proposed(session, now, below=max(highest.values()))
        if post.plan_why and _rank(post, item) < highest.get(post.account_id, _rank(post, item))
    ]


def _rank(post: PostRow, item: ItemRow) -> int:
    """Return what goes before: a correction before all else, for what is wrong is public meanwhile."""
    return item.priority if post.corrects_id is None else _CORRECTION


def _set_time(session: Session, post: PostRow, at: datetime | None, why: str = "") -> None:
    _set_times(session, [(post, at, why)])


def _set_times(session: Session, given: Sequence[tuple[PostRow, datetime | None, str]]) -> None:
    """Give posts their proposed times. What somebody is changing right now is left alone."""
    changed = [(post, at, why) for post, at, why in given if (post.due_at, post.plan_why) != (at, why)]
    places.propose(session, [(post.id, at, why) for post, at, why in changed])
    for post, at, _ in changed:
        told = at.isoformat() if at is not None else None
        telling.later(session, "post.proposed", post=post.id, at=told, trace=trace_of(post.item_id))
