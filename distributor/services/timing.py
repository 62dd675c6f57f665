"""When a post may go out: what a time chosen by hand collides with, and what is free near it instead.

What is told before a post is moved and what refuses the move are the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from distributor.collisions import Collision, Other, collisions
from distributor.domain import Actor, Refused, State
from distributor.lifecycle import APPROVED
from distributor.services import organisations
from distributor.services.calendars import Calendars
from distributor.services.deps import Deps
from distributor.services.judging import Row, against_slot
from distributor.services.permission import require
from distributor.services.planning import make_room
from distributor.services.verbs import VERBS
from distributor.store import items, places, posts
from distributor.wording import STATE_WORDS
from schedules.calendar import Calendar
from schedules.offers import offers
from schedules.slots import instant

_DAY = timedelta(days=1)
_AROUND = 2 * _DAY
"""How far around a moment posts are looked at that may be on the same local day; calendars keep less distance."""

_BEFORE, _AFTER = 7 * _DAY, 21 * _DAY
MOST_OFFERED = 6
"""How many free slots are offered, the nearest first; more are not read on a phone."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A post that a person is about to move: how it stands, what another time means, and what is free.

    ``standing`` says what becomes of its approval. ``at`` is the time asked about, ``against`` what speaks against
    it, ``free`` the free slots near it (or near its present time).
    """

    post: int
    title: str
    organisation: str
    organisation_name: str
    channel: str
    account: str
    state: State
    due_at: datetime | None
    standing: str
    at: datetime | None
    against: tuple[Collision, ...]
    free: tuple[datetime, ...]

    @property
    def barred(self) -> bool:
        """Tell whether the time asked about cannot be chosen at all."""
        return any(each.severity == "forbid" for each in self.against)

    @property
    def warned(self) -> bool:
        """Tell whether the person is asked once more."""
        return not self.barred and any(each.severity == "warn" for each in self.against)


def outlook(deps: Deps, actor: Actor, post_id: int, now: datetime, at: datetime | None = None) -> Outlook:
    """Say what moving a post means, and moving it to ``at`` in particular. Raises: Refused."""
    with deps.store.read() as session:
        row = posts.whole(session, post_id)
        if row is None:
            raise Refused(f"Den Post {post_id} gibt es nicht.", code="post.unknown")
        post, account, owner, item = row
        require(actor, VERBS["move"].right, owner.slug)
        state = State(post.state)
        if state not in VERBS["move"].states:
            raise Refused(f"Post {post_id} ist {STATE_WORDS[state]}; das geht hier nicht.", code="post.state")
        known = Calendars(session)
        against = _against(session, known.of(owner), row, at, now) if at is not None else ()
        if at is not None and not any(each.severity == "forbid" for each in against):
            against += tuple(_of_approval(state, against_slot(deps, session, row, at)))
        near = max(filter(None, (at or post.due_at, now)))
        return Outlook(
            post=post.id,
            title=item.title,
            organisation=owner.slug,
            organisation_name=owner.name,
            channel=account.channel,
            account=account.name,
            state=state,
            due_at=post.due_at,
            standing=_standing(state),
            at=at,
            against=against,
            free=tuple(_free_near(session, known, row, near, now)),
        )


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A slot of an account, and in German why it is not free; nothing where it is."""

    account: int
    channel: str
    at: datetime
    against: str


def vacancies(deps: Deps, slug: str, first: date, last: date) -> dict[date, list[Vacancy]]:
    """Return the slots of an Organisation's accounts by local day, ``first`` and ``last`` included. Raises: Refused."""
    with deps.store.read() as session:
        owner, known = organisations.named(session, slug), Calendars(session)
        zone = known.zone(owner)
        start, end = instant(first, time(), zone), instant(last + _DAY, time(), zone)
        own = [
            account
            for account, holder in items.accounts(session)
            if holder.id == owner.id and account.retiring_at is None
        ]
        taken = places.beside(session, [account.id for account in own], start - _AROUND, end + _AROUND)
        found: dict[date, list[Vacancy]] = {}
        for account in own:
            held = [due for _, where, _, _, due in taken if where == account.id]
            for each in offers(known.lane(account, owner), held, start, end):
                vacancy = Vacancy(account.id, account.channel, each.slot.at, each.against)
                found.setdefault(each.slot.local.date(), []).append(vacancy)
        return found


def require_time(
    session: Session, row: Row, at: datetime, now: datetime, *, by_hand: bool, despite: bool = False
) -> None:
    """Ask whether a post may have a time, and make room for one chosen ``by_hand``.

    Raises: Refused with what bars it; for a time by hand also with what is to be thought of, unless ``despite``.
    """
    post, _, owner, _ = row
    found = _against(session, Calendars(session).of(owner), row, at, now, by_hand=by_hand)
    for each in found:
        if each.severity == "forbid":
            raise Refused(each.text, code=each.code)
    if not by_hand:
        return
    warned = [each.text for each in found if each.severity == "warn"]
    if warned and not despite:
        text = f"{' '.join(warned)} Soll der Post trotzdem dann erscheinen, bitte das bestätigen."
        raise Refused(text, code="time.warned")
    make_room(session, post, owner, at)


def _against(
    session: Session, calendar: Calendar, row: Row, at: datetime, now: datetime, *, by_hand: bool = True
) -> tuple[Collision, ...]:
    post, account, _, item = row
    around = max(_AROUND, calendar.min_distance)
    others = places.beside(session, [account.id], at - around, at + around) if by_hand else ()
    return collisions(
        calendar,
        account.channel,
        at,
        now,
        embargo_until=item.embargo_until,
        valid_until=item.valid_until,
        others=[
            Other(number, title, due, fixed=state != State.AWAITING)
            for number, _, title, state, due in others
            if number != post.id
        ],
    )


def _of_approval(state: State, found: Sequence[tuple[str, str]]) -> Iterable[Collision]:
    """Say what bars an approval for that time: a post that has one cannot keep it, another cannot get it."""
    for code, text in found:
        if state in APPROVED or state is State.MISSED:
            yield Collision(code, "forbid", f"Dann kann der Post nicht hinaus: {text}")
        else:
            yield Collision(code, "note", f"Dann kann der Post nicht freigegeben werden: {text}")


def _standing(state: State) -> str:
    if state is State.AWAITING:
        return "Der Post wartet noch auf die Freigabe; verschoben wird seine vorgeschlagene Zeit."
    if state is State.MISSED:
        return "Der Post hat seine Zeit verpasst; mit der neuen Zeit gilt seine Freigabe wieder."
    return "Der Post ist freigegeben und bleibt es: Wer ihn verschiebt, gibt denselben Inhalt für die neue Zeit frei."


def _free_near(session: Session, known: Calendars, row: Row, near: datetime, now: datetime) -> list[datetime]:
    """Return the free slots nearest to a moment, in order of time, without the post's own."""
    post, account, owner, item = row
    start = max(filter(None, (near - _BEFORE, now, item.embargo_until)))
    end = min(filter(None, (max(start, near) + _AFTER, item.valid_until)))
    if end <= start:
        return []
    taken = places.beside(session, [account.id], start - _AROUND, end + _AROUND)
    held = [due for number, _, _, _, due in taken if number != post.id]
    found = [each.slot.at for each in offers(known.lane(account, owner), held, start, end) if not each.against]
    others = (at for at in found if at != post.due_at and at > now)
    return sorted(sorted(others, key=lambda at: (abs(at - near), at))[:MOST_OFFERED])
