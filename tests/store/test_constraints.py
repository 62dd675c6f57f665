"""What the database itself refuses, whoever writes and however: all by plain SQL, around every line of our code."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from distributor.domain import State
from distributor.store.engine import Store
from tests.support.rows import NOW, Shelf


def does(store: Store, statement: str, **values: Any) -> None:
    with store.write() as session:
        session.connection().execute(sa.text(statement), values)


def refuses(store: Store, statement: str, **values: Any) -> None:
    with pytest.raises(IntegrityError):
        does(store, statement, **values)


def stamp(store: Store) -> Any:
    """A moment as each database takes it in plain SQL."""
    return NOW.replace(tzinfo=None).isoformat(" ") if store.is_sqlite else NOW


class TestPosts:
    def test_a_state_that_the_table_of_moves_does_not_know(self, shelf: Shelf, store: Store) -> None:
        post = shelf.post()

        refuses(store, "UPDATE post SET state = 'sent' WHERE id = :id", id=post)
        refuses(store, "UPDATE post SET state = 'PUBLISHED' WHERE id = :id", id=post)
        refuses(store, "UPDATE post SET state = '' WHERE id = :id", id=post)
        refuses(store, "UPDATE post SET state = NULL WHERE id = :id", id=post)

    @pytest.mark.parametrize("state", [State.SCHEDULED, State.STAGED, State.PUBLISHING, State.UNCERTAIN])
    def test_an_approved_post_without_its_time_or_its_digest(self, shelf: Shelf, store: Store, state: State) -> None:
        post = shelf.post(state)

        refuses(store, "UPDATE post SET due_at = NULL WHERE id = :id", id=post)
        refuses(store, "UPDATE post SET approved_digest = NULL WHERE id = :id", id=post)

    def test_a_post_that_becomes_scheduled_without_anyone_having_approved_it(self, shelf: Shelf, store: Store) -> None:
        post = shelf.post(State.AWAITING, due_at=NOW)

        refuses(store, "UPDATE post SET state = 'scheduled' WHERE id = :id", id=post)

    @pytest.mark.parametrize("state", [State.STAGED, State.PUBLISHING, State.UNCERTAIN])
    def test_a_staged_document_that_is_not_the_approved_one(self, shelf: Shelf, store: Store, state: State) -> None:
        post = shelf.post(state)

        refuses(store, "UPDATE post SET staged_digest = 'other' WHERE id = :id", id=post)
        refuses(store, "UPDATE post SET staged_digest = NULL WHERE id = :id", id=post)
        refuses(store, "UPDATE post SET approved_digest = 'other' WHERE id = :id", id=post)

    @pytest.mark.parametrize("state", [State.PUBLISHED, State.RETRACTING, State.RETRACTED])
    def test_a_public_post_without_the_time_it_became_public(self, shelf: Shelf, store: Store, state: State) -> None:
        post = shelf.post(state)

        refuses(store, "UPDATE post SET published_at = NULL WHERE id = :id", id=post)

    def test_a_post_that_becomes_published_without_a_time(self, shelf: Shelf, store: Store) -> None:
        post = shelf.post(State.PUBLISHING)

        refuses(store, "UPDATE post SET state = 'published' WHERE id = :id", id=post)

    def test_two_posts_of_one_item_on_one_account_in_one_form(self, shelf: Shelf, store: Store) -> None:
        item, account = shelf.item(), shelf.account()
        shelf.post(item=item, account=account)

        with pytest.raises(IntegrityError):
            shelf.post(item=item, account=account)
        shelf.post(item=item, account=account, occurrence=2)
        shelf.post(item=item, account=account, form="story")
        shelf.post(item=item, account=shelf.account())

    def test_two_posts_with_one_short_link(self, shelf: Shelf, store: Store) -> None:
        shelf.post(code="abc")

        with pytest.raises(IntegrityError):
            shelf.post(code="abc")

    def test_a_post_of_an_item_or_an_account_that_is_not_there(self, shelf: Shelf, store: Store) -> None:
        post = shelf.post()

        refuses(store, "UPDATE post SET item_id = 999999 WHERE id = :id", id=post)
        refuses(store, "UPDATE post SET account_id = 999999 WHERE id = :id", id=post)

    def test_an_item_whose_posts_would_be_left_behind(self, shelf: Shelf, store: Store) -> None:
        item = shelf.item()
        shelf.post(item=item)

        refuses(store, "DELETE FROM item WHERE id = :id", id=item)


class TestStages:
    def test_two_live_stages_of_one_post(self, shelf: Shelf, store: Store) -> None:
        post = shelf.post(State.STAGED)
        first = shelf.stage(post, "ready")

        with pytest.raises(IntegrityError):
            shelf.stage(post, "open")
        for state in ("leftover", "used", "gone"):
            shelf.stage(post, state)
        does(store, "UPDATE stage SET state = 'leftover' WHERE id = :id", id=first)
        shelf.stage(post, "open")

    def test_two_stages_with_one_idempotency_key(self, shelf: Shelf, store: Store) -> None:
        one, two = (shelf.stage(shelf.post(State.STAGED)) for _ in range(2))

        again = "UPDATE stage SET key = (SELECT key FROM stage WHERE id = :one) WHERE id = :two"
        refuses(store, again, one=one, two=two)


ATTEMPT = (
    "INSERT INTO attempt (post_id, account_id, kind, owner, fence, started_at, finished_at, outcome, code, detail)"
    " VALUES (:post, :account, :kind, 'o', 1, :at, :finished, '', '', '')"
)


class TestAttempts:
    def test_two_open_calls_on_one_account(self, shelf: Shelf, store: Store) -> None:
        account = shelf.account()
        one, two = shelf.post(account=account), shelf.post(account=account)
        at = stamp(store)
        does(store, ATTEMPT, post=one, account=account, kind="stage", at=at, finished=at)
        does(store, ATTEMPT, post=one, account=account, kind="stage", at=at, finished=None)

        refuses(store, ATTEMPT, post=two, account=account, kind="release", at=at, finished=None)

    def test_open_calls_on_two_accounts_are_no_trouble(self, shelf: Shelf, store: Store) -> None:
        at = stamp(store)
        for _ in range(2):
            account = shelf.account()
            post = shelf.post(account=account)
            does(store, ATTEMPT, post=post, account=account, kind="release", at=at, finished=None)


RECEIPT = (
    "INSERT INTO receipt (post_id, account_id, remote_id, url, at, retraction)"
    " VALUES (:post, :account, :remote, '', :at, '')"
)


class TestReceipts:
    def test_one_remote_post_that_would_prove_two_of_ours(self, shelf: Shelf, store: Store) -> None:
        account, other = shelf.account(), shelf.account()
        one, two = shelf.post(account=account), shelf.post(account=account)
        at = stamp(store)
        does(store, RECEIPT, post=one, account=account, remote="123", at=at)

        refuses(store, RECEIPT, post=two, account=account, remote="123", at=at)
        does(store, RECEIPT, post=two, account=other, remote="123", at=at)

    def test_two_receipts_of_one_post(self, shelf: Shelf, store: Store) -> None:
        account = shelf.account()
        post, at = shelf.post(account=account), stamp(store)
        does(store, RECEIPT, post=post, account=account, remote="123", at=at)

        refuses(store, RECEIPT, post=post, account=account, remote="124", at=at)


class TestTheRest:
    def test_one_guid_twice_in_one_feed(self, shelf: Shelf, store: Store) -> None:
        does(store, "INSERT INTO feed (id, url, title, etag, last_modified, failures, trouble)"
                    " VALUES (1, 'https://a', '', '', '', 0, '')")  # fmt: skip
        shelf.item(guid="a", feed_id=1)

        with pytest.raises(IntegrityError):
            shelf.item(guid="a", feed_id=1)

    def test_one_account_twice(self, shelf: Shelf, store: Store) -> None:
        owner = shelf.organisation()
        one, two = shelf.account(owner), shelf.account(owner)

        refuses(store, "UPDATE account SET name = (SELECT name FROM account WHERE id = :one) WHERE id = :two",
                one=one, two=two)  # fmt: skip

    def test_a_stop_for_an_organisation_and_a_channel_at_once(self, shelf: Shelf, store: Store) -> None:
        with pytest.raises(IntegrityError):
            shelf.stop(shelf.organisation(), "c")
        shelf.stop(shelf.organisation())
        shelf.stop(None, "c")
        shelf.stop()
