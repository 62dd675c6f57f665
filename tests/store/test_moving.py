"""The one guarded write of a post's state: what it refuses, and the event that each move leaves."""

from __future__ import annotations

import hashlib
import itertools
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from distributor.domain import DAEMON, Actor, Reason, State
from distributor.lifecycle import may_move
from distributor.store import posts, proofs, pseudonyms
from distributor.store.engine import Store
from distributor.store.posts import Stale
from distributor.store.tables import AccountRow, EventRow, OrganisationRow, PostRow, StageRow
from tests.support.rows import NOW, Shelf

OFFICER = Actor("fulda", unix_user="u1")
AT = NOW + timedelta(minutes=5)
ENOUGH = {
    "due_at": NOW, "approved_digest": "d", "staged_digest": "d", "published_at": NOW, "next_try_at": NOW
}  # fmt: skip
PAIRS = list(itertools.product(State, State))
ALLOWED = [(start, to) for start, to in PAIRS if may_move(start, to)]
FORBIDDEN = [(start, to) for start, to in PAIRS if start != to and not may_move(start, to)]


def step(
    post: int,
    start: State,
    to: State,
    actor: Actor = DAEMON,
    reason: Reason | None = None,
    values: dict[str, Any] | None = None,
) -> posts.Step:
    return posts.Step(post, 1, start, to, "tested", actor, reason, values or {})


def events(store: Store, post: int) -> list[EventRow]:
    with store.read() as session:
        return list(posts.events(session, "post", post))


def slug_of(store: Store, post: int) -> str | None:
    query = sa.select(OrganisationRow.slug).join(AccountRow).join(PostRow, PostRow.account_id == AccountRow.id)
    with store.read() as session:
        return session.scalar(query.where(PostRow.id == post))


def test_every_move_of_the_table_is_stored_with_exactly_one_event(shelf: Shelf, store: Store) -> None:
    for start, to in ALLOWED:
        post = shelf.post(start, **ENOUGH)
        reason = Reason("why", "Darum.", "officer")

        with store.write() as session:
            posts.move(session, [step(post, start, to, OFFICER, reason)], AT)

        kept = shelf.row(PostRow, post)
        assert (kept.state, kept.changed_at) == (to, AT)
        assert (kept.reason_code, kept.reason_text, kept.reason_who) == ("why", "Darum.", "officer")
        [event] = events(store, post)
        assert (event.from_state, event.to_state, event.at) == (start, to, AT)
        with store.read() as session:
            who = pseudonyms.names(session, {event.actor, event.unix_user})
        assert (who[event.actor], who[event.unix_user]) == ("fulda", "u1")
        assert (event.what, event.reason) == ("tested", "why")
        assert event.reason_sha256 == hashlib.sha256(b"Darum.").hexdigest()
        assert event.organisation == slug_of(store, post)


def test_no_move_outside_the_table_is_stored(shelf: Shelf, store: Store) -> None:
    by_state = {start: shelf.post(start, **ENOUGH) for start in State}
    for start, to in FORBIDDEN:
        with pytest.raises(ValueError, match="may not go"), store.write() as session:
            posts.move(session, [step(by_state[start], start, to)], AT)

    assert {state: shelf.row(PostRow, post).state for state, post in by_state.items()} == {s: s for s in State}
    assert not any(events(store, post) for post in by_state.values())


def test_a_post_that_somebody_moved_first_is_stale_and_left_alone(shelf: Shelf, store: Store) -> None:
    post = shelf.post(State.AWAITING)

    with pytest.raises(Stale), store.write() as session:
        posts.move(session, [step(post, State.DRAFTED, State.CLOSED)], AT)

    assert shelf.row(PostRow, post).state == State.AWAITING
    assert events(store, post) == []


def test_a_post_that_is_not_there_is_stale(store: Store) -> None:
    with pytest.raises(Stale), store.write() as session:
        posts.move(session, [step(999_999, State.DRAFTED, State.CLOSED)], AT)


def test_of_many_that_are_moved_together_each_gets_its_own_values_and_event(shelf: Shelf, store: Store) -> None:
    one, two, three = (shelf.post(State.SCHEDULED) for _ in range(3))
    steps = [
        step(one, State.SCHEDULED, State.FAILED, reason=Reason("rejected", "Zu lang.")),
        step(two, State.SCHEDULED, State.SCHEDULED, values={"tries": 1}),
        step(three, State.SCHEDULED, State.SCHEDULED, values={"tries": 2}),
    ]

    with store.write() as session:
        posts.move(session, steps, AT)

    kept = [shelf.row(PostRow, post) for post in (one, two, three)]
    assert [(row.state, row.tries, row.reason_text) for row in kept] == [
        ("failed", 0, "Zu lang."),
        ("scheduled", 1, ""),
        ("scheduled", 2, ""),
    ]
    assert [len(events(store, post)) for post in (one, two, three)] == [1, 0, 0]


def test_of_many_that_are_moved_together_none_is_if_one_is_stale(shelf: Shelf, store: Store) -> None:
    one, two = shelf.post(State.DRAFTED), shelf.post(State.AWAITING)

    with pytest.raises(Stale), store.write() as session:
        posts.move(session, [step(post, State.DRAFTED, State.CLOSED) for post in (one, two)], AT)

    assert [shelf.row(PostRow, post).state for post in (one, two)] == ["drafted", "awaiting"]
    assert events(store, one) == []


def test_what_is_rolled_back_leaves_neither_move_nor_event(shelf: Shelf, store: Store) -> None:
    post = shelf.post(State.DRAFTED)

    with pytest.raises(RuntimeError), store.write() as session:
        posts.move(session, [step(post, State.DRAFTED, State.AWAITING)], AT)
        raise RuntimeError

    assert shelf.row(PostRow, post).state == State.DRAFTED
    assert events(store, post) == []


def test_staying_changes_values_and_writes_an_event_only_with_a_reason(shelf: Shelf, store: Store) -> None:
    post = shelf.post(State.SCHEDULED)
    with store.write() as session:
        posts.move(session, [step(post, State.SCHEDULED, State.SCHEDULED, values={"tries": 3})], AT)
    assert (shelf.row(PostRow, post).tries, events(store, post)) == (3, [])

    with store.write() as session:
        reason = Reason("throttled", "Warten.")
        posts.move(session, [step(post, State.SCHEDULED, State.SCHEDULED, reason=reason)], AT)
    assert [event.reason for event in events(store, post)] == ["throttled"]


def test_a_move_without_a_reason_forgets_the_last_one(shelf: Shelf, store: Store) -> None:
    post = shelf.post(State.FAILED, reason_code="rejected", reason_text="Zu lang.", reason_who="officer")

    with store.write() as session:
        posts.move(session, [step(post, State.FAILED, State.AWAITING)], AT)

    kept = shelf.row(PostRow, post)
    assert (kept.reason_code, kept.reason_text, kept.reason_who) == ("", "", "")


def test_only_live_stages_are_dropped_and_become_due_at_once(shelf: Shelf, store: Store) -> None:
    post = shelf.post(State.STAGED)
    stages = {state: shelf.stage(post, state) for state in ("ready", "used", "gone")}

    with store.write() as session:
        proofs.drop_stages(session, [post], AT)

    found = {name: shelf.row(StageRow, number) for name, number in stages.items()}
    assert {name: row.state for name, row in found.items()} == {"ready": "leftover", "used": "used", "gone": "gone"}
    assert found["ready"].next_try_at == AT
    assert found["used"].next_try_at is None


def test_a_reading_session_leaves_no_trace(shelf: Shelf, store: Store) -> None:
    post = shelf.post()

    with store.read() as session:
        session.execute(sa.update(PostRow).values(tries=9))

    assert shelf.row(PostRow, post).tries == 0


def test_a_reading_session_sees_one_moment(shelf: Shelf, store: Store) -> None:
    post = shelf.post()
    query = sa.select(PostRow.tries).where(PostRow.id == post)

    with store.read() as session:
        before = session.scalar(query)
        with store.write() as other:
            other.execute(sa.update(PostRow).values(tries=9))
        after = session.scalar(query)

    assert before == after == 0
