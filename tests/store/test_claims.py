"""What is due, who may take it, and that nobody else can."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from distributor.domain import State
from distributor.store import claims
from distributor.store.claims import Closing, Work
from distributor.store.engine import Store
from distributor.store.tables import AccountRow, AttemptRow, PostRow, WorkerRow
from tests.support.rows import NOW, Shelf

S = State
AT = NOW + timedelta(minutes=1)
LEASE = AT + timedelta(minutes=10)


def due(store: Store, limit: int = 50, looks: int = 50) -> list[Work]:
    with store.read() as session:
        return list(claims.due_work(session, AT, limit, looks))


def posts_due(store: Store, limit: int = 50) -> list[int]:
    return [work.post_id for work in due(store, limit)]


class TestDueWork:
    def test_the_state_says_what_is_to_be_done(self, shelf: Shelf, store: Store) -> None:
        wanted = {
            shelf.post(S.STAGED): "release",
            shelf.post(S.RETRACTING): "retract",
            shelf.post(S.UNCERTAIN): "look",
            shelf.post(S.SCHEDULED): "stage",
        }

        assert {work.post_id: work.kind for work in due(store)} == wanted

    @pytest.mark.parametrize(
        "state", [S.DRAFTED, S.AWAITING, S.PUBLISHING, S.PUBLISHED, S.RETRACTED, S.FAILED, S.MISSED, S.CLOSED]
    )
    def test_a_post_that_waits_for_no_daemon_is_never_due(self, shelf: Shelf, store: Store, state: State) -> None:
        shelf.post(state, next_try_at=NOW, published_at=NOW, due_at=NOW, approved_digest="d", staged_digest="d")

        assert due(store) == []

    def test_a_leftover_stage_is_to_be_removed_and_the_others_are_not(self, shelf: Shelf, store: Store) -> None:
        post = shelf.post(S.CLOSED)
        leftover = shelf.stage(post, "leftover", next_try_at=NOW)
        for state in ("ready", "used", "gone"):
            shelf.stage(post, state, next_try_at=NOW)

        assert [(work.kind, work.stage_id) for work in due(store)] == [("unstage", leftover)]

    def test_releases_come_first_then_recalls_then_staging_then_looks_then_sweeping(
        self, shelf: Shelf, store: Store
    ) -> None:
        closed = shelf.post(S.CLOSED)
        shelf.stage(closed, "leftover", next_try_at=NOW - timedelta(hours=9))
        order = [S.UNCERTAIN, S.SCHEDULED, S.RETRACTING, S.STAGED]
        for hours, state in enumerate(order):
            shelf.post(state, next_try_at=NOW - timedelta(hours=8 - hours))

        assert [work.kind for work in due(store)] == ["release", "retract", "stage", "look", "unstage"]

    def test_what_has_waited_longest_comes_first_and_of_equals_the_older(self, shelf: Shelf, store: Store) -> None:
        late = shelf.post(S.STAGED, next_try_at=NOW)
        early = shelf.post(S.STAGED, next_try_at=NOW - timedelta(minutes=3))
        account = shelf.account()
        first = shelf.post(S.STAGED, account=account, next_try_at=NOW - timedelta(minutes=1))
        shelf.post(S.STAGED, account=account, next_try_at=NOW - timedelta(minutes=1))

        assert posts_due(store) == [early, first, late]

    def test_each_account_gets_one_thing_to_do_and_the_most_urgent(self, shelf: Shelf, store: Store) -> None:
        account = shelf.account()
        shelf.post(S.SCHEDULED, account=account, next_try_at=NOW - timedelta(hours=1))
        release = shelf.post(S.STAGED, account=account)
        shelf.post(S.RETRACTING, account=account)
        other = shelf.post(S.SCHEDULED)

        assert posts_due(store) == [release, other]

    def test_what_is_not_yet_due_or_waits_for_a_person_is_left_alone(self, shelf: Shelf, store: Store) -> None:
        shelf.post(S.STAGED, next_try_at=AT + timedelta(microseconds=1))
        shelf.post(S.UNCERTAIN, next_try_at=None)
        on_time = shelf.post(S.STAGED, next_try_at=AT)

        assert posts_due(store) == [on_time]

    def test_an_account_that_is_paused_or_claimed_gets_no_call_at_all(self, shelf: Shelf, store: Store) -> None:
        for account in (shelf.account(paused_at=NOW), shelf.account(owner="somebody", lease_until=NOW)):
            for state in (S.STAGED, S.RETRACTING, S.UNCERTAIN, S.SCHEDULED):
                shelf.post(state, account=account)

        assert due(store) == []

    def test_no_more_is_returned_than_was_asked_for(self, shelf: Shelf, store: Store) -> None:
        for _ in range(4):
            shelf.post(S.STAGED)

        assert [len(due(store, limit)) for limit in (0, 1, 3, 9)] == [0, 1, 3, 4]

    def test_looks_are_bounded_and_what_stands_behind_them_is_not_kept_back(self, shelf: Shelf, store: Store) -> None:
        oldest, *others = [shelf.post(S.UNCERTAIN, next_try_at=NOW - timedelta(minutes=9 - n)) for n in range(5)]
        swept = shelf.post(S.CLOSED)
        shelf.stage(swept, "leftover", next_try_at=NOW)

        assert [(work.kind, work.post_id) for work in due(store, 3, looks=1)] == [("look", oldest), ("unstage", swept)]
        assert posts_due(store, 3) == [oldest, *others[:2]]
        assert [work.kind for work in due(store, 3, looks=0)] == ["unstage"]

    def test_a_look_is_not_ahead_of_what_is_due_on_its_own_account(self, shelf: Shelf, store: Store) -> None:
        account = shelf.account()
        shelf.post(S.UNCERTAIN, account=account, next_try_at=NOW - timedelta(hours=1))
        stage = shelf.post(S.SCHEDULED, account=account)

        assert posts_due(store) == [stage]


class TestUnderAStop:
    @pytest.mark.parametrize("scope", ["all", "organisation", "channel"])
    def test_staging_is_held_back_and_nothing_else(self, shelf: Shelf, store: Store, scope: str) -> None:
        owner = shelf.organisation()
        states = (S.STAGED, S.RETRACTING, S.UNCERTAIN, S.SCHEDULED)
        made = {state: shelf.post(state, account=shelf.account(owner, channel="c1")) for state in states}
        swept = shelf.post(S.CLOSED, account=shelf.account(owner, channel="c1"))
        shelf.stage(swept, "leftover", next_try_at=NOW)
        shelf.stop(owner if scope == "organisation" else None, "c1" if scope == "channel" else "")

        kinds = {work.post_id: work.kind for work in due(store)}

        assert kinds == {
            made[S.STAGED]: "release",
            made[S.RETRACTING]: "retract",
            made[S.UNCERTAIN]: "look",
            swept: "unstage",
        }

    def test_what_it_holds_back_hides_nothing_that_may_go_on(self, shelf: Shelf, store: Store) -> None:
        account = shelf.account()
        shelf.post(S.SCHEDULED, account=account, next_try_at=NOW - timedelta(hours=1))
        swept = shelf.post(S.CLOSED, account=account)
        shelf.stage(swept, "leftover", next_try_at=NOW)
        shelf.stop()

        assert posts_due(store) == [swept]

    def test_others_are_not_touched(self, shelf: Shelf, store: Store) -> None:
        one, two = shelf.organisation(), shelf.organisation()
        shelf.post(S.SCHEDULED, account=shelf.account(one, channel="c1"))
        free = shelf.post(S.SCHEDULED, account=shelf.account(two, channel="c2"))
        shelf.stop(one)
        shelf.stop(None, "c1")

        assert posts_due(store) == [free]

    def test_a_lifted_stop_holds_nothing(self, shelf: Shelf, store: Store) -> None:
        post = shelf.post(S.SCHEDULED)
        shelf.stop(lifted_at=NOW)

        assert posts_due(store) == [post]


class TestTaking:
    def test_a_free_account_is_taken_under_a_new_fence(self, shelf: Shelf, store: Store) -> None:
        account = shelf.account(fence=4)

        with store.write() as session:
            taken = claims.take(session, [Work("stage", 1, account)], "me", LEASE)

        assert taken[account].fence == 5
        kept = shelf.row(AccountRow, account)
        assert (kept.owner, kept.lease_until, kept.fence) == ("me", LEASE, 5)

    def test_a_taken_account_cannot_be_taken_even_after_its_lease(self, shelf: Shelf, store: Store) -> None:
        account = shelf.account(owner="other", lease_until=NOW - timedelta(days=1), fence=4)

        with store.write() as session:
            assert claims.take(session, [Work("stage", 1, account)], "me", LEASE) == {}

        assert shelf.row(AccountRow, account).owner == "other"

    def test_an_account_paused_since_it_was_looked_at_cannot_be_taken(self, shelf: Shelf, store: Store) -> None:
        account = shelf.account(paused_at=NOW)

        with store.write() as session:
            assert claims.take(session, [Work("stage", 1, account)], "me", LEASE) == {}

    def test_of_many_who_reach_for_it_at_once_one_gets_it(self, shelf: Shelf, store: Store) -> None:
        account = shelf.account()
        together = threading.Barrier(6)

        def reach(number: int) -> str | None:
            together.wait(timeout=10)
            with store.write() as session:
                taken = claims.take(session, [Work("stage", 1, account)], f"worker{number}", LEASE)
                return f"worker{number}" if taken else None

        with ThreadPoolExecutor(6) as pool:
            winners = [owner for owner in pool.map(reach, range(6)) if owner]

        assert len(winners) == 1
        kept = shelf.row(AccountRow, account)
        assert (kept.owner, kept.fence) == (winners[0], 1)

    def test_it_is_given_back_with_its_own_fence_only(self, shelf: Shelf, store: Store) -> None:
        account = shelf.account(owner="me", lease_until=LEASE, fence=5)

        with store.write() as session:
            assert claims.give_back(session, [(account, 4)]) == set()
        assert shelf.row(AccountRow, account).owner == "me"

        with store.write() as session:
            assert claims.give_back(session, [(account, 5), (account, 6)]) == {(account, 5)}
        kept = shelf.row(AccountRow, account)
        assert (kept.owner, kept.lease_until, kept.fence) == (None, None, 5)


class TestAttempts:
    def begins(self, store: Store, work: Work, owner: str = "me", fence: int = 1, hours: int = 0) -> int:
        with store.write() as session:
            now = NOW + timedelta(hours=hours)
            fences = {work.account_id: fence}
            return claims.open_attempts(session, [work], fences, owner=owner, now=now)[0]

    def ends(self, store: Store, attempt: int, outcome: str = "done") -> None:
        with store.write() as session:
            claims.close_attempts(session, [Closing(attempt, outcome, "1", "d")], AT)

    def test_it_says_who_did_what_for_which_stage(self, shelf: Shelf, store: Store) -> None:
        account = shelf.account()
        post = shelf.post(S.PUBLISHING, account=account)
        stage = shelf.stage(post)

        row = shelf.row(AttemptRow, self.begins(store, Work("release", post, account, stage), fence=7))

        assert (row.post_id, row.account_id, row.stage_id, row.kind) == (post, account, stage, "release")
        assert (row.owner, row.fence, row.started_at, row.finished_at) == ("me", 7, NOW, None)

    def test_a_second_one_on_the_account_cannot_begin_while_the_first_is_open(self, shelf: Shelf, store: Store) -> None:
        account = shelf.account()
        work = Work("stage", shelf.post(account=account), account)
        first = self.begins(store, work)

        with pytest.raises(IntegrityError):
            self.begins(store, work)
        self.ends(store, first)
        self.begins(store, work)

    def test_the_first_ending_counts(self, shelf: Shelf, store: Store) -> None:
        account = shelf.account()
        attempt = self.begins(store, Work("release", shelf.post(account=account), account))
        self.ends(store, attempt, "owner_died")

        self.ends(store, attempt, "receipt")

        assert shelf.row(AttemptRow, attempt).outcome == "owner_died"

    def test_looks_begin_with_the_first_release_of_the_stage(self, shelf: Shelf, store: Store) -> None:
        account = shelf.account()
        post = shelf.post(S.UNCERTAIN, account=account)
        stage, old = shelf.stage(post), shelf.stage(post, "gone")
        plan = [("release", old, 0), ("stage", stage, 1), ("release", stage, 2), ("release", stage, 3)]
        for kind, of, hours in plan:
            self.ends(store, self.begins(store, Work(kind, post, account, of), hours=hours))

        with store.read() as session:
            assert claims.first_release(session, stage) == NOW + timedelta(hours=2)
            assert claims.first_release(session, shelf.stage(shelf.post())) is None

    def test_only_open_releases_are_in_flight(self, shelf: Shelf, store: Store) -> None:
        for kind in ("release", "release", "stage"):
            account = shelf.account()
            self.begins(store, Work(kind, shelf.post(account=account), account))
        account = shelf.account()
        self.ends(store, self.begins(store, Work("release", shelf.post(account=account), account)))

        with store.read() as session:
            assert claims.in_flight(session) == 2

    def test_a_forgotten_owner_leaves_its_accounts_free_under_a_new_fence(self, shelf: Shelf, store: Store) -> None:
        mine = shelf.account(owner="dead", lease_until=LEASE, fence=3)
        others = shelf.account(owner="alive", lease_until=LEASE, fence=3)
        with store.write() as session:
            for name in ("dead", "alive"):
                session.add(WorkerRow(name=name, host="h", pid=1, started_at=NOW, seen_at=NOW))
        self.begins(store, Work("stage", shelf.post(account=mine), mine), owner="dead")

        with store.write() as session:
            [attempt] = claims.open_of(session, "dead")
            assert attempt.account_id == mine
            claims.close_attempts(session, [Closing(attempt.id, claims.OWNER_DIED)], AT)
            claims.forget_owner(session, "dead")

        kept = shelf.row(AccountRow, mine)
        assert (kept.owner, kept.lease_until, kept.fence) == (None, None, 4)
        assert shelf.row(AccountRow, others).owner == "alive"
        with store.read() as session:
            assert session.get(WorkerRow, "dead") is None
            assert session.get(WorkerRow, "alive") is not None


class TestNextWake:
    def wake(self, store: Store) -> timedelta | None:
        with store.read() as session:
            moment = claims.next_wake(session, AT)
            return moment - NOW if moment else None

    def test_nothing_to_do_wakes_nobody(self, shelf: Shelf, store: Store) -> None:
        shelf.post(S.AWAITING, next_try_at=NOW + timedelta(hours=1))
        shelf.post(S.UNCERTAIN, next_try_at=None)

        assert self.wake(store) is None

    def test_it_is_the_earliest_moment_ahead_of_posts_and_leftovers(self, shelf: Shelf, store: Store) -> None:
        shelf.post(S.STAGED, next_try_at=NOW)
        shelf.post(S.SCHEDULED, next_try_at=NOW + timedelta(hours=2))
        assert self.wake(store) == timedelta(hours=2)

        shelf.stage(shelf.post(S.CLOSED), "leftover", next_try_at=NOW + timedelta(hours=1))
        assert self.wake(store) == timedelta(hours=1)

    def test_a_paused_account_wakes_nobody(self, shelf: Shelf, store: Store) -> None:
        paused = shelf.account(paused_at=NOW)
        post = shelf.post(S.STAGED, account=paused, next_try_at=NOW + timedelta(hours=1))
        shelf.stage(post, "leftover", next_try_at=NOW + timedelta(hours=1))

        assert self.wake(store) is None


def test_an_account_is_not_freed_under_a_call_that_a_worker_without_its_lock_began_meanwhile(
    shelf: Shelf, store: Store
) -> None:
    """It lost its lock, not its life: freed without closing its Attempt, the post would be publishing for ever."""
    post = shelf.post(S.PUBLISHING, next_try_at=None, approved_digest="d", staged_digest="d", due_at=NOW)
    account = shelf.row(PostRow, post).account_id
    with store.write() as session:
        work = Work("release", post, account)
        taken = claims.take(session, [work], "lost", LEASE)
        [attempt] = claims.open_attempts(session, [work], {account: taken[account].fence}, owner="lost", now=AT)

    with store.write() as session:
        claims.forget_owner(session, "lost")
    assert shelf.row(AccountRow, account).owner == "lost"

    with store.write() as session:
        claims.close_attempts(session, [Closing(attempt, claims.OWNER_DIED)], AT)
        claims.forget_owner(session, "lost")
    assert shelf.row(AccountRow, account).owner is None
