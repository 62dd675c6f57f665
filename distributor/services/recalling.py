"""Take back: one act on a person, an item, a medium or a post, over all that it touches on every channel.

What waits is closed, what is prepared is removed, what is public is taken down, what is unclear is looked for first.
Nothing of it is released again, and nothing of it comes in again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from distributor.domain import DAEMON, Actor, Reason, Refused, State
from distributor.intake.identity import fingerprint, telling_link
from distributor.intake.report import item_of
from distributor.lifecycle import Move
from distributor.media.bucket import BucketTrouble
from distributor.services import amending
from distributor.services.clearing import item_in
from distributor.services.deps import Deps
from distributor.services.moving import apply
from distributor.services.permission import require
from distributor.services.tailoring import shape_posts
from distributor.store import corrections, items, posts, pseudonyms, recalls
from distributor.store.posts import record
from distributor.store.tables import ItemRow, PostRow, RecallRow, TakedownRow, TombstoneRow
from distributor.takedown import IN_DOUBT, OVER, Cause, Kind, reminder_due

_LOOK = Reason(
    "outcome.person",
    "Der Post wurde zurückgezogen. Bitte auf dem Konto nachsehen: Ist er öffentlich, dann mit seiner Adresse "
    "bestätigen und löschen; sonst als nicht öffentlich melden.",
    "officer",
)
"""Said of a recalled post of which only a person can tell whether it is public; it is not to be posted any more."""

States = dict[State, int]
"""How many of the posts are in which state."""

_log = structlog.get_logger()


def recall(deps: Deps, actor: Actor, post_id: int, now: datetime, *, reason: str = "") -> State:
    """Take a post back wherever it stands; return the state it is in now. Raises: Refused."""
    with deps.store.write() as session:
        row = None if posts.fresh(session, post_id) is None else posts.whole(session, post_id)
        if row is None:
            raise Refused(f"Den Post {post_id} gibt es nicht.", code="post.unknown")
        require(actor, "post.recall", row[2].slug)
        if State(row[0].state) not in OVER | {State.RETRACTING}:
            begun = begin(deps, session, actor, "post", str(post_id), reason, now)
            take_down(session, begun, [row[0]], actor)
        return State(row[0].state)


def withdraw(deps: Deps, actor: Actor, item_id: int, reason: str, now: datetime) -> States:
    """Take an Item back everywhere and for good; return how many of its posts are now in which state.

    Raises: Refused.
    """
    require(actor, "item.edit")
    _reason_given(reason)
    with deps.store.write() as session:
        item = item_in(session, item_id, lock=True)
        begun = begin(deps, session, actor, "item", str(item_id), reason, now)
        states = withdraw_in(session, begun, [item], actor)
    empty_cache(deps)
    return states


def withdraw_medium(deps: Deps, actor: Actor, sha256: str, reason: str, now: datetime) -> States:
    """Take a medium out of every Item that has it; return how many posts that showed it are now in which state.

    Posts that still wait are made without it and need a new approval. Raises: Refused.
    """
    require(actor, "item.edit")
    _reason_given(reason)
    with deps.store.write() as session:
        sources = recalls.sources(session, sha256) if sha256 else ()  # a medium that is not fetched has no content
        if not sources:
            raise Refused(f"Ein Medium {sha256[:12]}… gibt es bei keinem Beitrag.", code="medium.unknown")
        begun = begin(deps, session, actor, "medium", sources[0], reason, now)
        states = _without(deps, session, begun, sources, actor)
    empty_cache(deps)
    return states


def begin(
    deps: Deps,
    session: Session,
    actor: Actor,
    kind: Kind,
    subject: str,
    reason: str,
    now: datetime,
    cause: Cause = "person",
) -> RecallRow:
    """Enter the act within the caller's transaction; what it takes down is named next."""
    row = RecallRow(
        kind=kind,
        subject=subject,
        cause=cause,
        reason=reason.strip(),
        actor=pseudonyms.key_of(session, actor),
        at=now,
        deadline=now + deps.settings.recall_within,
    )
    session.add(row)
    session.flush()
    record(
        session, now=now, actor=actor, what="recall.begun", subject="recall", subject_id=row.id, reason=kind,
        said=row.reason,
    )  # fmt: skip
    return row


def withdraw_in(session: Session, begun: RecallRow, chosen: Iterable[ItemRow], actor: Actor) -> States:
    """Take back these Items, locked in the order of their numbers, with all their posts, within a Recall."""
    states: Counter[State] = Counter()
    for item in chosen:
        item.stage, item.stale = "withdrawn", False
        recalls.withdraw_media(session, item_id=item.id)
        _bar(session, begun, item)
        record(
            session, now=begun.at, actor=actor, what="item.withdrawn", subject="item", subject_id=item.id,
            said=begun.reason,
        )  # fmt: skip
        session.flush()
        states.update(take_down(session, begun, items.posts_of(session, item.id, lock=True), actor))
    return dict(states)


def take_down(session: Session, begun: RecallRow, chosen: Iterable[PostRow], actor: Actor) -> States:
    """Take back these posts, which must be locked, within a Recall; each gets its place in the list.

    What would correct them and is not public yet goes along: it would correct what nobody can read. So does what is
    the same remote post, because a correction changed its text in place.
    """
    states: Counter[State] = Counter()
    named = list({each.id: each for post in chosen for each in (post, *amending.as_one(session, post))}.values())
    known = {post.id for post in named}
    waiting = [
        each
        for post in named
        for each in corrections.answering(session, post.id)
        if each.id not in known and State(each.state) not in OVER | IN_DOUBT
    ]
    for post in (*named, *waiting):
        session.add(TakedownRow(recall_id=begun.id, post_id=post.id, found=post.state))
        states[recall_in(session, post, begun.at, actor)] += 1
    session.flush()
    return dict(states)


def recall_in(session: Session, post: PostRow, now: datetime, actor: Actor) -> State:
    """Recall a post within the caller's transaction: never released again, and taken down where it is public."""
    state = State(post.state)
    if state in OVER or state is State.RETRACTING:
        return state
    post.recall_at = post.recall_at or now
    session.flush()
    record(session, now=now, actor=actor, what="post.recall", subject="post", subject_id=post.id)
    asked = _LOOK if state is State.UNCERTAIN and post.next_try_at is None else None
    apply(session, post, Move(state, asked, next_try_at=post.next_try_at), now=now, actor=actor, what="post.recalled")
    return State(post.state)


def empty_cache(deps: Deps) -> int:
    """Delete the files that only withdrawn media had; return how many. What a crash left is taken up by the duty."""
    try:
        with deps.store.write() as session:
            files = recalls.unneeded_files(session)
            for sha256 in files:
                deps.cache.remove(sha256)
    except BucketTrouble as error:
        _log.warning("bucket_trouble", detail=error.detail)
        return 0
    return len(files)


def tend(deps: Deps, now: datetime) -> int:
    """Close recalls that are done, remind people of tasks that are open; return how many recalls were closed."""
    done = 0
    with deps.store.write() as session:
        for row in recalls.undone(session):
            taken = recalls.taken(session, [row.id])
            if all(State(post.state) in OVER for _, post, _, _, _ in taken):
                row.done_at = now
                record(session, now=now, actor=DAEMON, what="recall.done", subject="recall", subject_id=row.id)
                done += 1
            else:
                _remind(session, row, taken, now)
    return done + empty_cache(deps)


def _remind(session: Session, row: RecallRow, taken: Iterable[recalls.Taken], now: datetime) -> None:
    for each, post, _, _, _ in taken:
        if State(post.state) not in OVER and reminder_due(row.deadline, each.reminded_at, now):
            each.reminded_at = now
            record(session, now=now, actor=DAEMON, what="recall.reminded", subject="post", subject_id=post.id)


def _without(deps: Deps, session: Session, begun: RecallRow, sources: Collection[str], actor: Actor) -> States:
    """Make every Item do without these files, and take down what shows them."""
    files, states = recalls.copies(session, sources), Counter[State]()
    touched = [item_in(session, number, lock=True) for number in recalls.with_media(session, sources)]
    recalls.withdraw_media(session, sources=sources)
    session.add_all(TombstoneRow(recall_id=begun.id, sha256=each, at=begun.at, tell_at=begun.at) for each in sources)
    session.flush()
    for item in touched:
        record(
            session, now=begun.at, actor=actor, what="item.lost_medium", subject="item", subject_id=item.id,
            said=begun.reason,
        )  # fmt: skip
        public = [post for post in items.posts_of(session, item.id, lock=True) if _shows(post, files)]
        states.update(take_down(session, begun, public, actor))
        shape_posts(deps, session, item, begun.at, actor=actor)
        item.stale = True  # a card may have to be made in its stead
    return dict(states)


def _shows(post: PostRow, files: frozenset[str]) -> bool:
    carried = {medium["sha256"] for medium in post.document["media"]}
    return State(post.state) in IN_DOUBT and not files.isdisjoint(carried)


def _bar(session: Session, begun: RecallRow, item: ItemRow) -> None:
    """Keep the Item from coming in again, under another guid, another address or another date too."""
    session.add(
        TombstoneRow(
            recall_id=begun.id,
            feed_id=item.feed_id,
            guid=item.guid,
            link=telling_link(item.link),
            fingerprint=fingerprint(replace(item_of(item.document), published_at=None)),
            at=begun.at,
            tell_at=None if begun.cause == "deleted" else begun.at,
        )
    )


def _reason_given(reason: str) -> None:
    if not reason.strip():
        raise Refused("Bitte einen Grund für die Rücknahme nennen.", code="reason.missing")
