"""Two at once: people, planning and daemons meet on the same post, and what was not approved still does not go out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from distributor.domain import Refused
from distributor.services import approving, clearing, examining, feeds, lapsing, polling, recalling, stopping, tailoring
from distributor.services.crew import Crew
from distributor.services.stopping import Scope
from distributor.store import claims, items, posts, proofs
from distributor.store.ownership import Ownership
from distributor.store.tables import ItemRow
from tests.support.world import World

Reaches = Callable[..., World]
BLOCKED = 0.5
"""Seconds after which a thread that has not ended is waiting for the database."""


class Meanwhile:
    """Does something in another thread at the first call of a function, and goes on when it is done or blocked."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        place: Any,
        name: str,
        act: Callable[[], object],
        patience: float | None = BLOCKED,
    ) -> None:
        self._thread = threading.Thread(target=self._do, args=(act,))
        self.trouble: Exception | None = None
        plain = getattr(place, name)

        def watched(*args: Any, **more: Any) -> Any:
            found = plain(*args, **more)
            if self._thread.ident is None:
                self._thread.start()
                self._thread.join(patience)
            return found

        monkeypatch.setattr(place, name, watched)

    def _do(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as error:
            self.trouble = error

    def ends(self) -> None:
        assert self._thread.ident is not None, "the moment never came"
        self._thread.join()


def on_postgresql(world: World) -> None:
    if world.deps.store.is_sqlite:
        pytest.skip("SQLite has one writer at a time: this cannot happen there")


class TestMovingWhileTheDaemonClaims:
    def test_a_post_moved_after_it_was_found_due_does_not_go_out_early(
        self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = reaches("staged")
        on_postgresql(world)
        number, later = world.post()["id"], world.due() + timedelta(days=1)
        world.clock.set(world.due())
        moving = Meanwhile(
            monkeypatch,
            claims,
            "due_work",
            lambda: approving.move(world.deps, world.person("fulda"), number, later, world.clock.now()),
        )

        world.works()
        moving.ends()

        assert moving.trouble is None
        assert world.network.ledger() == []
        assert (world.state(), world.due()) == ("scheduled", later)

    def test_a_post_that_the_guard_has_passed_is_released_and_the_officer_learns_that_it_is_too_late(
        self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = reaches("staged")
        number, due = world.post()["id"], world.due()
        world.clock.set(due)
        moving = Meanwhile(
            monkeypatch,
            examining,
            "guard",
            lambda: approving.move(
                world.deps, world.person("fulda"), number, due + timedelta(days=1), world.clock.now()
            ),
        )

        world.claims()
        moving.ends()

        assert isinstance(moving.trouble, Refused)
        assert (world.state(), world.due()) == ("publishing", due)

    def test_a_second_daemon_that_comes_late_changes_nothing(
        self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = reaches("staged", "x")
        on_postgresql(world)
        ownership = Ownership(world.deps.store, world.deps.settings.data_dir / "workers")
        ownership.begin(world.clock.now())
        other = Crew(world.deps, ownership, world.clock.now)
        world.network.suffers("lost_after_commit", channel="x", match=r"/2/tweets$")
        world.clock.set(world.due())

        def publishes() -> None:
            while other.turn(patience=5.0) or other.busy:
                pass

        first = Meanwhile(monkeypatch, claims, "due_work", publishes, None)
        world.crew.turn()
        first.ends()
        assert not world.crew.busy
        other.finish()
        ownership.end()

        assert first.trouble is None
        assert world.state() == "uncertain"
        assert world.post()["next_try_at"] is not None
        assert world.post()["next_try_at"] < (world.clock.now() + timedelta(minutes=5)).isoformat()


class TestApprovingWhileThePostIsMadeAnew:
    def test_never_leaves_an_approval_of_the_former_text_standing(
        self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = reaches("awaiting")
        post = world.post()
        world.portal.edits(post["item_guid"], title="Eine ganz andere Überschrift")
        with world.deps.store.write() as session:
            feed = feeds.ensure_feed(session, world.portal.feed, world.clock.now())
        polling.poll(world.deps, feed, world.clock.now)
        officer = world.person("fulda")
        approval = Meanwhile(
            monkeypatch,
            tailoring,
            "_shape",
            lambda: approving.approve(world.deps, officer, post["id"], world.clock.now(), digest=post["digest"]),
        )

        tailoring.tailor_stale(world.deps, world.clock.now())
        approval.ends()

        assert isinstance(approval.trouble, Refused)
        assert world.post()["state"] == "awaiting"
        assert world.post()["approved_digest"] is None

    def test_an_approval_while_it_is_rendered_ahead_is_void(
        self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = reaches("awaiting")
        post = world.post()
        world.portal.edits(post["item_guid"], title="Eine ganz andere Überschrift")
        with world.deps.store.write() as session:
            feed = feeds.ensure_feed(session, world.portal.feed, world.clock.now())
        polling.poll(world.deps, feed, world.clock.now)
        officer = world.person("fulda")
        approval = Meanwhile(
            monkeypatch,
            tailoring,
            "drafted",
            lambda: approving.approve(world.deps, officer, post["id"], world.clock.now(), digest=post["digest"]),
        )

        tailoring.tailor_stale(world.deps, world.clock.now())
        approval.ends()

        assert approval.trouble is None
        assert world.post()["state"] == "awaiting"
        assert world.post()["approved_digest"] is None

    def test_what_was_rendered_ahead_gives_way_to_what_was_written_meanwhile(
        self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = reaches("awaiting")
        editor = world.person("redaktion")
        post = world.post()
        make = tailoring.drafted

        def drafted_then_written(*given: Any, **more: Any) -> Any:
            drafts = make(*given, **more)
            monkeypatch.setattr(tailoring, "drafted", make)
            clearing.write_text(
                world.deps,
                editor,
                post["item"],
                post["channel"],
                "Dein neuer Text.",
                "Ihr neuer Text.",
                world.clock.now(),
            )
            return drafts

        monkeypatch.setattr(tailoring, "drafted", drafted_then_written)
        tailoring.tailor_item(world.deps, post["item"], world.clock.now())

        assert "neuer Text." in world.post()["text"]

    def test_a_standing_approval_of_another_text_is_void_at_the_guard(self, reaches: Reaches) -> None:
        world = reaches("staged")
        with world.deps.store.write() as session:
            row = posts.fresh(session, world.post()["id"])
            assert row is not None
            row.document, row.digest = {**row.document, "text": "Neu"}, "0" * 64
        world.clock.set(world.due())

        world.works()

        assert world.network.ledger() == []
        assert (world.state(), world.post()["reason"]["code"]) == ("awaiting", "approval.void")


class TestANewRevisionWhileTheOldOneIsMade:
    def arrives(self, world: World, guid: str, **change: Any) -> None:
        world.portal.edits(guid, **change)
        with world.deps.store.write() as session:
            feed = feeds.ensure_feed(session, world.portal.feed, world.clock.now())
        polling.poll(world.deps, feed, world.clock.now)

    @pytest.mark.parametrize("moment", ["make_renditions", "workpiece"])
    def test_is_not_taken_for_done(self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
        world = reaches("awaiting")
        post = world.post()
        self.arrives(world, post["item_guid"], title="Zweite Fassung")
        third = Meanwhile(
            monkeypatch, tailoring, moment, lambda: self.arrives(world, post["item_guid"], title="Dritte Fassung")
        )

        tailoring.tailor_stale(world.deps, world.clock.now())
        third.ends()

        assert third.trouble is None
        with world.deps.store.read() as session:
            assert session.get_one(ItemRow, post["item"]).stale
        tailoring.tailor_stale(world.deps, world.clock.now())
        assert "Dritte Fassung" in world.post()["title"]
        with world.deps.store.read() as session:
            assert not session.get_one(ItemRow, post["item"]).stale
            assert items.posts_of(session, post["item"])[0].item_revision == 3


class TestTakingBackWhileTheAnswerIsStored:
    def test_is_never_refused(self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch) -> None:
        world = reaches("staged")
        item = world.post()["item"]
        world.clock.set(world.due())
        results = world.calls(world.claims())
        editor = world.person("redaktion")
        withdrawal = Meanwhile(
            monkeypatch,
            proofs,
            "proven_by",
            lambda: recalling.withdraw(world.deps, editor, item, "Einwilligung widerrufen", world.clock.now()),
        )

        world.stores(results)
        withdrawal.ends()
        world.works()

        assert withdrawal.trouble is None
        assert world.state() == "retracted"
        assert world.network.public() == []


class TestTheLastLook:
    @pytest.fixture
    def claimed(self, reaches: Reaches) -> tuple[World, list[Any]]:
        world = reaches("staged")
        world.clock.set(world.due())
        return world, world.claims()

    def test_holds_back_a_post_recalled_after_its_claim(self, claimed: tuple[World, list[Any]]) -> None:
        world, calls = claimed
        recalling.recall(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())

        world.stores(world.calls(calls))

        assert world.network.public() == []
        assert (world.state(), world.post()["reason"]["code"]) == ("closed", "withdrawn")

    def test_holds_back_a_post_whose_consent_was_taken_back_after_its_claim(
        self, claimed: tuple[World, list[Any]]
    ) -> None:
        world, calls = claimed
        denied = [clearing.Answer("rights", "denied")]
        clearing.clear(world.deps, world.person("redaktion"), world.post()["item"], denied, world.clock.now())

        world.stores(world.calls(calls))
        tailoring.tailor_stale(world.deps, world.clock.now())
        world.runs_until(world.clock.now() + timedelta(minutes=5))

        assert world.network.public() == []
        assert world.state() == "drafted"

    def test_a_stop_that_held_a_post_back_and_was_lifted_still_asks_for_a_person(
        self, claimed: tuple[World, list[Any]]
    ) -> None:
        world, calls = claimed
        editor = world.person("redaktion")
        stopping.stop(world.deps, editor, Scope(), "Panne", world.clock.now())
        results = world.calls(calls)
        for person in (editor, world.person("betrieb")):
            stopping.resume(world.deps, person, Scope(), world.clock.now())

        world.stores(results)
        world.works()

        assert world.network.public() == []
        assert (world.state(), world.post()["reason"]["code"]) == ("missed", "stopped")


class TestMissingWhileAPersonMovesThePost:
    def test_a_post_with_a_new_time_is_not_called_late(self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch) -> None:
        world = reaches("scheduled")
        on_postgresql(world)
        number, later = world.post()["id"], world.due() + timedelta(days=1)
        world.clock.set(world.due() + timedelta(hours=2, seconds=1))
        moving = Meanwhile(
            monkeypatch,
            lapsing,
            "_overdue",
            lambda: approving.move(world.deps, world.person("fulda"), number, later, world.clock.now()),
        )

        lapsing.miss(world.deps, world.clock.now())
        moving.ends()

        assert moving.trouble is None
        assert (world.state(), world.due()) == ("scheduled", later)
