"""When a platform refuses, is slow, or says nothing: what is waited for, looked for, sent again, and what never is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from distributor.domain import Refused
from distributor.services import accounts, approving, views
from distributor.store.tables import EventRow, StageRow
from tests.services.conftest import RELEASE
from tests.support.world import World

Reaches = Callable[..., World]
CHANNELS = ("facebook", "instagram", "x", "mastodon", "bluesky")
SETTLED = timedelta(minutes=30)


def outcomes(world: World, kind: str, number: int = 0) -> list[str]:
    return [attempt["outcome"] for attempt in world.post(number)["attempts"] if attempt["kind"] == kind]


class TestAnAnswerLostAfterTheDeed:
    @pytest.mark.parametrize(
        ("fault", "channel"),
        [
            *(("lost_after_commit", channel) for channel in CHANNELS),
            ("error_after_commit", "facebook"),
            ("error_after_commit", "x"),
            ("cut", "instagram"),
        ],
    )
    def test_is_looked_for_and_found_and_the_post_is_public_once(
        self, reaches: Reaches, channel: str, fault: str
    ) -> None:
        world = reaches("staged", channel)
        world.network.suffers(fault, channel=channel, match=RELEASE[channel], method="POST")
        due = world.due()

        world.runs_until(due)
        assert (world.state(), world.post()["receipt"]) == ("uncertain", None)
        world.runs_until(due + SETTLED)

        assert world.state() == "published"
        [entry] = world.network.ledger()
        assert world.post()["receipt"]["remote_id"] == entry["id"]
        assert outcomes(world, "release") == ["outcomeunknown"]
        assert outcomes(world, "look")[-1] == "found"

    def test_is_found_even_if_the_platform_shows_it_late(self, reaches: Reaches) -> None:
        world = reaches("staged", "x")
        world.network.suffers("lost_after_commit", channel="x", match=RELEASE["x"])
        world.network.suffers("read_lag", channel="x", method="GET", seconds=600, times=1)

        world.runs_until(world.due() + SETTLED)

        assert world.state() == "published"
        assert outcomes(world, "look") == ["absent", "found"]
        assert len(world.network.ledger()) == 1

    def test_of_two_posts_on_one_account_proves_the_right_one(self, reaches: Reaches) -> None:
        world = reaches("scheduled", "x", items=2)
        world.network.suffers("lost_after_commit", channel="x", match=RELEASE["x"], times=2)

        world.runs_until(max(world.due(post["id"]) for post in world.posts()) + SETTLED)

        assert world.states() == {"published": 2}
        texts = {entry["id"]: entry["text"] for entry in world.network.ledger()}
        assert {post["receipt"]["remote_id"]: post["text"] for post in world.posts()} == texts

    def test_is_looked_for_among_what_proves_no_other_post(self, reaches: Reaches) -> None:
        world = reaches("scheduled", "x", items=2)
        [first, second] = sorted(world.posts(), key=lambda post: post["due_at"])
        world.runs_until(world.due(first["id"]))
        world.network.suffers("lost_after_commit", channel="x", match=RELEASE["x"])
        world.runs_until(world.due(second["id"]))
        world.clock.advance(minutes=2)

        [look] = world.claims()

        assert (look.work.kind, look.work.post_id) == ("look", second["id"])
        assert look.known == (world.post(first["id"])["receipt"]["remote_id"],)
        assert look.since == world.due(second["id"])


class TestAnAnswerLostWithoutTheDeed:
    @pytest.mark.parametrize(
        ("fault", "channel"),
        [
            ("error_500", "facebook"),
            ("error_500", "instagram"),
            ("lost", "instagram"),
            ("html_502", "facebook"),
            ("lost", "mastodon"),
            ("error_500", "bluesky"),
        ],
    )
    def test_is_sent_again_once_where_absence_is_certain(self, reaches: Reaches, channel: str, fault: str) -> None:
        world = reaches("staged", channel)
        world.network.suffers(fault, channel=channel, match=RELEASE[channel], method="POST")

        world.runs_until(world.due() + SETTLED)

        assert world.state() == "published"
        assert outcomes(world, "release") == ["outcomeunknown", "receipt"]
        assert outcomes(world, "look") == ["absent", "absent"]
        assert len(world.network.ledger()) == 1

    def test_goes_to_a_person_where_absence_is_only_likely(self, reaches: Reaches) -> None:
        world = reaches("staged", "x")
        world.network.suffers("error_500", channel="x", match=RELEASE["x"])

        world.runs_until(world.due() + timedelta(days=2))

        assert (world.state(), world.post()["reason"]["code"]) == ("uncertain", "outcome.person")
        assert world.post()["reason"]["who"] == "officer"
        assert outcomes(world, "release") == ["outcomeunknown"]
        assert world.network.ledger() == []

        approving.retry(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())
        world.works()
        assert world.state() == "published"
        assert len(world.network.ledger()) == 1

    def test_is_sent_again_at_most_twice_and_then_goes_to_a_person(self, reaches: Reaches) -> None:
        world = reaches("staged")
        world.network.suffers("error_500", channel="facebook", match=RELEASE["facebook"], method="POST", times=None)

        world.runs_until(world.due() + timedelta(hours=6))

        assert (world.state(), world.post()["reason"]["code"]) == ("uncertain", "outcome.person")
        assert outcomes(world, "release") == ["outcomeunknown"] * 3
        assert world.network.ledger() == []

    def test_cannot_be_retried_by_hand_while_it_is_being_looked_for(self, reaches: Reaches) -> None:
        world = reaches("uncertain", "x")

        with pytest.raises(Refused) as refused:
            approving.retry(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())

        assert refused.value.code == "post.looking"


class TestADeadToken:
    def test_pauses_its_account_once_and_the_others_go_on(self, reaches: Reaches) -> None:
        world = reaches("scheduled", "facebook", "x", items=2, organisations=("fulda", "wiesbaden"))
        [broken] = {post["account_id"] for post in world.posts(organisation="fulda", channel="x")}
        first = min(world.due(post["id"]) for post in world.posts(organisation="fulda", channel="x"))
        world.runs_until(first - timedelta(minutes=1))
        remote = next(a["fields"]["user_id"] for a in views.account_list(world.deps) if a["id"] == broken)
        world.network.suffers("revoke_token", channel="x", account=remote)

        world.runs_until(world.clock.now() + timedelta(days=3))

        by_account: dict[int, set[str]] = {post["account_id"]: set() for post in world.posts()}
        for post in world.posts():
            by_account[post["account_id"]].add(post["state"])
        assert by_account.pop(broken) == {"missed"}
        assert all(states == {"published"} for states in by_account.values())
        with world.deps.store.read() as session:
            told = session.scalars(select(EventRow).where(EventRow.what == "account.paused")).all()
        assert [event.subject_id for event in told] == [str(broken)]
        account = next(a for a in views.account_list(world.deps) if a["id"] == broken)
        assert account["paused_at"] is not None
        assert account["paused_reason"]

    @pytest.mark.parametrize("state", ["scheduled", "staged"])
    def test_mended_before_the_time_is_long_past_lets_the_post_out(self, reaches: Reaches, state: str) -> None:
        world = reaches(state, "x")
        due, account = world.due(), world.post()["account_id"]
        remote = views.account_list(world.deps)[0]["fields"]["user_id"]
        world.network.suffers("revoke_token", channel="x", account=remote)
        world.runs_until(due)
        assert world.state() == state
        assert world.network.ledger() == []

        world._connect()
        accounts.go_on(world.deps, world.person("betrieb"), account, world.clock.now())
        world.runs_until(due + timedelta(hours=1))

        assert world.state() == "published"
        assert len(world.network.ledger()) == 1

    def test_while_looking_keeps_the_question_open_until_somebody_mends_it(self, reaches: Reaches) -> None:
        world = reaches("uncertain", "x")
        account = views.account_list(world.deps)[0]
        world.network.suffers("revoke_token", channel="x", account=account["fields"]["user_id"])
        world.runs_until(world.clock.now() + timedelta(days=1))
        assert world.state() == "uncertain"
        assert views.account_list(world.deps)[0]["paused_at"] is not None

        world._connect()
        accounts.go_on(world.deps, world.person("betrieb"), account["id"], world.clock.now())
        world.runs_until(world.clock.now() + timedelta(hours=1))

        assert world.state() == "published"
        assert len(world.network.ledger()) == 1


class TestAPause:
    def test_keeps_everything_in_and_lets_it_out_when_it_ends_in_time(self, reaches: Reaches) -> None:
        world = reaches("scheduled")
        due, account, officer = world.due(), world.post()["account_id"], world.person("fulda")
        accounts.pause(world.deps, officer, account, "Umbau", world.clock.now())
        world.runs_until(due + timedelta(hours=1))
        assert (world.state(), world.network.ledger()) == ("scheduled", [])

        accounts.go_on(world.deps, officer, account, world.clock.now())
        world.works()

        assert world.state() == "published"
        assert world.due() == due

    def test_does_not_stop_lateness(self, reaches: Reaches) -> None:
        world = reaches("scheduled")
        accounts.pause(world.deps, world.person("fulda"), world.post()["account_id"], "", world.clock.now())

        world.runs_until(world.due() + timedelta(hours=2, minutes=1))

        assert world.state() == "missed"


class TestAThrottle:
    @pytest.mark.parametrize("channel", ["instagram", "x"])
    def test_with_a_date_is_waited_for_to_its_end_and_uses_no_try(self, reaches: Reaches, channel: str) -> None:
        world = reaches("staged", channel)
        due = world.due()
        world.network.suffers("throttle", channel=channel, match=RELEASE[channel], method="POST", seconds=1200)

        world.runs_until(due + timedelta(minutes=1))
        until = datetime.fromisoformat(world.post()["next_try_at"])
        assert world.state() == "staged"
        assert timedelta(minutes=19) <= until - due <= timedelta(minutes=21)
        calls = len(world.network.requests())
        world.runs_until(until - timedelta(seconds=1))
        assert len(world.network.requests()) == calls

        world.runs_until(until)

        assert world.state() == "published"
        assert world.due() == due
        assert outcomes(world, "release") == ["throttled", "receipt"]

    def test_of_one_account_delays_no_other(self, reaches: Reaches) -> None:
        world = reaches("scheduled", "facebook", organisations=("fulda", "wiesbaden"))
        at = world.due(world.posts()[0]["id"])
        [slow] = world.posts(organisation="fulda")
        remote = next(a["fields"] for a in views.account_list(world.deps) if a["organisation"] == "fulda")
        world.network.suffers(
            "throttle", channel="facebook", account=next(iter(remote.values())), method="POST", times=None
        )

        world.runs_until(at)

        assert {post["organisation"]: post["state"] for post in world.posts()} == {
            "fulda": world.state(slow["id"]),
            "wiesbaden": "published",
        }
        assert world.state(slow["id"]) != "published"


class TestWhileStaging:
    @pytest.mark.parametrize("fault", ["error_500", "lost_after_commit"])
    def test_trouble_is_tried_again_and_nothing_becomes_public_early_or_twice(
        self, reaches: Reaches, fault: str
    ) -> None:
        world = reaches("scheduled")
        world.network.suffers(fault, channel="facebook", method="POST", times=3)

        world.runs_until(world.due() - timedelta(minutes=1))
        assert (world.state(), world.network.ledger()) == ("staged", [])
        world.runs_until(world.due())

        assert world.state() == "published"
        assert len(world.network.ledger()) == 1

    @pytest.mark.parametrize("channel", CHANNELS)
    def test_a_refusal_reaches_the_officer_before_the_time(self, reaches: Reaches, channel: str) -> None:
        world = reaches("failed", channel)

        post = world.post()
        assert world.clock.now() < world.due()
        assert (post["reason"]["code"], post["reason"]["who"]) == ("rejected", "officer")
        assert post["reason"]["text"].endswith(".")
        world.runs_until(world.due() + timedelta(hours=3))
        assert (world.state(), world.network.ledger()) == ("failed", [])

    def test_a_refused_post_is_sent_after_all_when_a_person_says_so(self, reaches: Reaches) -> None:
        world = reaches("failed")

        approving.retry(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())
        world.works()

        assert world.state() == "published"

    def test_a_stage_that_expired_before_its_release_is_made_anew(self, reaches: Reaches) -> None:
        world = reaches("staged", "instagram")
        with world.deps.store.write() as session:
            session.execute(update(StageRow).values(expires_at=world.due() - timedelta(seconds=1)))

        world.runs_until(world.due())
        world.runs_until(world.due() + timedelta(minutes=1))

        assert world.state() == "published"
        assert len(world.network.ledger()) == 1
        with world.deps.store.read() as session:
            assert sorted(session.scalars(select(StageRow.state))) == ["gone", "used"]

    def test_a_stage_that_would_not_last_to_the_new_time_is_made_anew(self, reaches: Reaches) -> None:
        world = reaches("staged", "instagram")
        due = world.due()
        world.clock.set(due - timedelta(minutes=30))
        approving.move(
            world.deps, world.person("fulda"), world.post()["id"], due + timedelta(days=3), world.clock.now()
        )

        world.runs_until(due + timedelta(days=3))

        assert world.state() == "published"
        assert len(world.network.ledger()) == 1
