"""Practising on the networks that are pretended on this machine: what a person has done there already, by the record.

Where any account speaks to a real network nothing is practised: there is an example to read, and nothing is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused, State
from distributor.services import views
from distributor.services.deps import Deps
from distributor.services.judging import Row
from distributor.services.queues import joined, own_turn
from distributor.store import items, posts, pseudonyms
from distributor.store.approvals import UNDONE
from distributor.store.tables import AccountRow, ApprovalRow, EventRow, PostRow

OPENED, SEEN = "training.opened", "training.seen"
"""Events of the guided release: the post was opened from it, and looked at on its wall."""

_HOSTS = ("127.0.0.1", "localhost", "::1")
_EXERCISES = {
    "edit": ("post.edited",),
    "move": ("post.moved",),
    "decline": ("post.rejected",),
    "undo": (UNDONE,),
    "recall": ("post.recall",),
    "stop": ("stop.pulled",),
}


@dataclass(frozen=True, slots=True)
class Training:
    """How far a person is. ``walls`` is where the pretended networks are looked at; empty: this installation is real.

    ``post`` is the one to release, or the released one; ``steps`` and ``exercises`` name what is done.
    """

    walls: str
    post: dict[str, Any] | None
    steps: frozenset[str]
    exercises: frozenset[str]


def on_this_machine(address: str) -> bool:
    """Tell whether an address leads to this machine."""
    return urlsplit(address).hostname in _HOSTS


def servers(deps: Deps, account: AccountRow) -> Iterator[str]:
    """Yield every address that an account's calls may go to: its channel's hosts, and a server of its own."""
    yield from deps.urls(account.channel).values()
    for field in deps.connector(account.channel).fields:
        if field.address:
            yield str(account.fields.get(field.name) or field.default)


def walls(deps: Deps) -> str:
    """Return where the pretended networks are looked at, if no account speaks to any other; else nothing."""
    with deps.store.read() as session:
        found = [url for row, _ in items.accounts(session) for url in servers(deps, row)]
    if not found or not all(map(on_this_machine, found)):
        return ""
    parts = urlsplit(min(found, key=len))
    return f"{parts.scheme}://{parts.netloc}/"


def training(deps: Deps, actor: Actor) -> Training:
    """Return how far the actor is."""
    place = walls(deps)
    if not place:
        return Training("", None, frozenset(), frozenset())
    with deps.store.read() as session:
        key = pseudonyms.known(session, "login", actor.login) or ""
        done, approvals = _done(session, key), _approvals(session, key)
        row = _own_post(session, actor, done, approvals)
        steps = _steps(row, done, approvals) if row is not None else frozenset()
        number = row[0].id if row is not None else 0
    whats = {what for what, _ in done}
    exercises = frozenset(name for name, events in _EXERCISES.items() if whats & set(events))
    return Training(place, views.post_show(deps, number, actor=actor) if number else None, steps, exercises)


def _done(session: Session, key: str) -> list[tuple[str, str]]:
    """Return what a person did of all that is practised, and to what, oldest first."""
    wanted = [OPENED, SEEN, *(what for whats in _EXERCISES.values() for what in whats)]
    query = select(EventRow.what, EventRow.subject_id).where(EventRow.actor == key, EventRow.what.in_(wanted))
    return [(what, number) for what, number in session.execute(query.order_by(EventRow.id))]


def _approvals(session: Session, key: str) -> dict[int, str]:
    """Return the digest that a person last approved of each post."""
    query = select(ApprovalRow.post_id, ApprovalRow.digest).where(ApprovalRow.actor == key).order_by(ApprovalRow.id)
    return {number: digest for number, digest in session.execute(query)}  # noqa: C416 - rows are no pairs to mypy


def _own_post(
    session: Session, actor: Actor, done: Sequence[tuple[str, str]], approvals: Mapping[int, str]
) -> Row | None:
    """Return the post that was opened last and is released or still waits, or else the next one that waits."""
    for number in [int(number) for what, number in reversed(done) if what == OPENED]:
        row = posts.whole(session, number)
        if row is not None and (row[0].state == State.AWAITING or number in approvals):
            return row
    waiting = joined(select(PostRow.id), own_turn(actor)).where(PostRow.state == State.AWAITING)
    first = session.scalars(waiting.order_by(PostRow.due_at.is_(None), PostRow.due_at, PostRow.id).limit(1)).first()
    return posts.whole(session, first) if first is not None else None


def _steps(row: Row, done: Sequence[tuple[str, str]], approvals: Mapping[int, str]) -> frozenset[str]:
    """Return which steps the record proves: an Approval holds the very pictures, text and time that were seen."""
    post, _, _, item = row
    steps = {step for step, what in (("open", OPENED), ("wall", SEEN)) if (what, str(post.id)) in done}
    if approvals.get(post.id) == post.digest and post.state != State.AWAITING:
        steps |= {"picture", "text", "time", "release"} | ({"rights"} if item.cleared_at is not None else set())
    return frozenset(steps)


def note(deps: Deps, actor: Actor, post_id: int, what: str, now: datetime) -> dict[str, Any]:
    """Note once that the actor opened a post, or looked at it on its wall, and return the post. Raises: Refused."""
    shown = views.post_show(deps, post_id, actor=actor)
    if not walls(deps):
        raise Refused("Diese Installation sendet an echte Netzwerke; geübt wird hier nicht.", code="training.real")
    with deps.store.write() as session:
        key = pseudonyms.key_of(session, actor)
        known = select(EventRow.id).where(
            EventRow.subject == "post",
            EventRow.subject_id == str(post_id),
            EventRow.what == what,
            EventRow.actor == key,
        )
        if session.scalars(known.limit(1)).first() is None:
            posts.record(session, now=now, actor=actor, what=what, subject="post", subject_id=post_id)
    return shown
