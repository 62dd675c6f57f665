"""One bad answer, one bad row, one bad moment: the others go on, nothing is repeated blindly, somebody is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from connectors.base import Receipt, Rejected
from distributor import log
from distributor.domain import Refused
from distributor.services import accounts, approving, crew, duties, feeds, lapsing, polling, recalling, settling
from distributor.services.calling import Result
from distributor.store import last_look
from distributor.store.tables import AccountRow, FeedRow, PostRow
from tests.support.world import World

Reaches = Callable[..., World]
SOON = timedelta(minutes=30)


def pauses(world: World) -> None:
    number = world.posts()[0]["account_id"]
    accounts.pause(world.deps, world.person("betrieb"), number, "Schlüssel abgelaufen", world.clock.now())


def goes_on(world: World) -> None:
    accounts.go_on(world.deps, world.person("betrieb"), world.posts()[0]["account_id"], world.clock.now())


def answerless(world: World) -> Callable[[], AbstractContextManager[Session]]:
    """Return a way to write whose commits succeed while their answers are lost."""
    plain = world.deps.store.write

    @contextmanager
    def loses_the_answer() -> Iterator[Session]:
        with plain() as session:
            yield session
        raise OperationalError("COMMIT", {}, Exception("connection lost"))

    return loses_the_answer


class TestAnAnswerThatNoDatabaseTakes:
    @pytest.mark.parametrize("detail", ["cut \ud83d", "nul \x00"], ids=["half an emoji", "a nul"])
    def test_is_stored_without_what_cannot_be_stored_and_holds_nobody_up(self, reaches: Reaches, detail: str) -> None:
        world = reaches("scheduled", "facebook", "x")
        world.clock.set(world.due(1) - timedelta(minutes=50))
        calls = world.claims()
        bad, good = calls

        world.stores([Result(bad, Rejected(f"Abgelehnt {detail}", detail=detail, code=detail)), *world.calls([good])])

        assert world.state(bad.work.post_id) == "failed"
        assert world.post(bad.work.post_id)["reason"]["text"].startswith("Abgelehnt")
        assert world.post(bad.work.post_id)["attempts"][0]["detail"][:3] in ("cut", "nul")
        assert world.state(good.work.post_id) == "staged"

    def test_makes_an_open_question_of_a_release_and_the_post_is_found(self, reaches: Reaches) -> None:
        world = reaches("staged")
        world.clock.set(world.due())
        [result] = world.calls(world.claims())
        assert isinstance(result.answer, Receipt)

        world.stores([Result(result.call, Receipt("\x00", "\ud83d", result.answer.at))])
        world.runs_until(world.clock.now() + SOON)

        assert world.state() == "published"
        assert len(world.network.ledger()) == 1


class TestAnInterruptionAfterThePlatformsYes:
    def test_is_a_question_and_no_reason_to_send_again(self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch) -> None:
        world = reaches("staged", "instagram")
        asked = last_look.standing

        def falls_silent(*args: Any, **more: Any) -> Any:
            if world.network.public():
                raise RuntimeError("the database is away")
            return asked(*args, **more)

        monkeypatch.setattr(last_look, "standing", falls_silent)
        world.clock.set(world.due())

        world.works()

        assert world.state() == "uncertain"
        monkeypatch.undo()
        world.runs_until(world.clock.now() + SOON)
        assert world.state() == "published"
        assert len(world.network.ledger()) == 1


class TestACommitWhoseAnswerIsLost:
    @pytest.mark.parametrize("state", ["scheduled", "staged"])
    def test_leaves_no_account_claimed_for_ever(
        self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch, state: str
    ) -> None:
        world = reaches(state)
        world.clock.set(world.due())
        with monkeypatch.context() as patch:
            patch.setattr(world.deps.store, "write", answerless(world))
            with pytest.raises(OperationalError):
                world.crew.turn()

        world.works()
        world.runs_until(world.clock.now() + SOON)

        assert world.state() == "published"
        assert len(world.network.ledger()) == 1

    def test_asks_nobody_whether_what_never_began_is_public(
        self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = reaches("staged", "x")
        world.clock.set(world.due())
        with monkeypatch.context() as patch:
            patch.setattr(world.deps.store, "write", answerless(world))
            with pytest.raises(OperationalError):
                world.crew.turn()

        world.works()
        world.runs_until(world.clock.now() + timedelta(minutes=1))

        assert world.state() == "published"
        assert [attempt["kind"] for attempt in world.post()["attempts"]] == ["stage", "release", "release"]


class TestADaemonThatIsAskedToEnd:
    def test_makes_no_question_of_what_it_claimed_and_had_no_time_to_begin(
        self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = reaches("staged", "facebook", "x")
        world.clock.set(max(world.due(post["id"]) for post in world.posts()))
        begun, go_on = threading.Event(), threading.Event()
        perform = crew.perform

        def slow(*given: Any) -> Result:
            begun.set()
            go_on.wait(30)
            return perform(*given)

        monkeypatch.setattr(crew, "perform", slow)
        world.crew._pool = ThreadPoolExecutor(1)
        world.crew.turn(patience=0.0)
        assert begun.wait(30)

        world.crew.finish(deadline=0.0)

        assert sorted(post["state"] for post in world.posts()) == ["publishing", "staged"]
        go_on.set()
        world.crew._pool.shutdown()


class TestAResultThatCannotBeStored:
    @pytest.mark.parametrize("state", ["scheduled", "uncertain"])
    def test_is_not_tried_again_at_once_and_for_ever(
        self, reaches: Reaches, monkeypatch: pytest.MonkeyPatch, state: str
    ) -> None:
        world = reaches(state, "x")
        kind = {"scheduled": "stage", "uncertain": "look"}[state]

        def breaks(*_: Any) -> None:
            raise RuntimeError("a fault of ours")

        monkeypatch.setitem(settling._SETTLERS, kind, breaks)
        world.clock.set(world.due() if state == "scheduled" else world.clock.now() + timedelta(minutes=3))

        for _ in range(6):
            world.crew.turn(patience=5.0)

        assert [attempt["kind"] for attempt in world.post()["attempts"]].count(kind) == 1
        assert world.post()["next_try_at"] is not None


class TestAPausedAccount:
    def test_that_lets_nobody_in_hands_a_recalled_public_post_to_a_person(self, reaches: Reaches) -> None:
        world = reaches("published")
        pauses(world)
        expired = {"error": {"message": "expired", "code": 190, "type": "OAuthException"}}
        world.network.suffers("error", channel="facebook", match=".*", status=401, body=expired, times=None)
        recalling.recall(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())

        world.runs_until(world.clock.now() + SOON)

        assert world.state() == "retracting"
        assert world.post()["reason"]["who"] == "officer"
        assert world.post()["next_try_at"] is None
        world.network.recovers()
        goes_on(world)
        world.works()
        assert world.state() == "retracted"

    def test_hands_a_post_of_unknown_outcome_to_a_person_when_it_is_too_late(self, reaches: Reaches) -> None:
        world = reaches("uncertain", "x")
        pauses(world)

        world.runs_until(world.due() + timedelta(hours=2, minutes=1))

        assert world.state() == "uncertain"
        assert (world.post()["reason"]["who"], world.post()["next_try_at"]) == ("officer", None)
        goes_on(world)
        world.works()
        assert world.state() == "published"


class TestAClaimWhoseOwnerHangs:
    def test_hides_no_late_post(self, reaches: Reaches) -> None:
        world = reaches("scheduled")
        world.clock.set(world.due())
        assert len(world.claims()) == 1

        world.clock.advance(hours=2, seconds=1)
        lapsing.miss(world.deps, world.clock.now())

        assert (world.state(), world.post()["reason"]["code"]) == ("missed", "late")


class TestALateAnswer:
    def test_proves_a_post_whose_outcome_was_unknown(self, reaches: Reaches) -> None:
        world = reaches("staged", "x")
        world.clock.set(world.due())
        sleeper, results = world.crew, world.calls(world.claims())
        world.dies_and_restarts()
        assert world.state() == "uncertain"

        sleeper._landed = results
        sleeper._commit(sleeper._landed, claiming=False)

        assert world.state() == "published"
        assert world.post()["receipt"]["remote_id"] == world.network.ledger()[0]["id"]


class TestAMissedPost:
    @pytest.mark.parametrize("verb", ["publish_now", "move"])
    def test_is_not_sent_past_a_blocking_problem(self, reaches: Reaches, verb: str) -> None:
        world = reaches("missed")
        number, now = world.post()["id"], world.clock.now()
        with world.deps.store.write() as session:
            problem = {"rule": "media.refused", "severity": "block", "text": "Bild 1 kann nicht verwendet werden."}
            session.get_one(PostRow, number).problems = [problem]
        officer = world.person("fulda")

        with pytest.raises(Refused, match="Bild 1"):
            if verb == "move":
                approving.move(world.deps, officer, number, now + timedelta(days=1), now)
            else:
                approving.publish_now(world.deps, officer, number, now)

        assert world.state() == "missed"


class TestAClockThatWasSetBack:
    def test_lets_the_duties_go_on(self, world: World) -> None:
        every, done = timedelta(seconds=30), []
        duties.do(world.deps, "x", every, world.clock.now, lambda: done.append(1))
        world.clock.set(world.clock.now() - timedelta(days=1))

        duties.do(world.deps, "x", every, world.clock.now, lambda: done.append(2))
        duties.do(world.deps, "x", every, world.clock.now, lambda: done.append(3))

        assert done == [1, 2]


class TestAFeedThatBreaksTheProgram:
    def test_waits_its_turn_and_holds_no_other_feed_up(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        bad = world.portal.prints("bad.rss", "<rss version='2.0'><channel><title>b</title></channel></rss>")
        plain = polling.parse

        def breaks(*args: Any, **more: Any) -> Any:
            if more["url"] == bad:
                raise RuntimeError("a fault of ours")
            return plain(*args, **more)

        monkeypatch.setattr(polling, "parse", breaks)
        with world.deps.store.write() as session:
            first = feeds.ensure_feed(session, bad, world.clock.now())
            feeds.ensure_feed(session, world.portal.feed, world.clock.now())

        assert polling.poll_due(world.deps, world.clock.now) > 0

        with world.deps.store.read() as session:
            row = session.get_one(FeedRow, first)
            assert row.trouble
            assert row.next_poll_at is not None and row.next_poll_at > world.clock.now()


class TestLogs:
    def test_tell_no_credential_out_of_a_traceback(self, capsys: pytest.CaptureFixture[str]) -> None:
        import structlog

        log.configure()
        try:
            raise RuntimeError("GET /me?access_token=EAAB1234 failed")
        except RuntimeError:
            structlog.get_logger().exception("call_crashed")

        said = capsys.readouterr().err
        assert "RuntimeError" in said
        assert "EAAB1234" not in said

    def test_tell_no_parameters_of_a_failed_statement(self, world: World) -> None:
        with pytest.raises(Exception) as caught, world.deps.store.write() as session:
            number = session.query(AccountRow).first()
            assert number is not None
            session.add(AccountRow(organisation_id=number.organisation_id, channel=number.channel, name=number.name,
                                   fields={"page": "GEHEIM"}))  # fmt: skip

        assert "GEHEIM" not in str(caught.value)
