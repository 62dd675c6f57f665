"""No network is the only source: what a Jobcenter posts there waits until its own pages have it, if it has pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from distributor.services import accounts, approving, recalling, releasing, views
from distributor.store.tables import PostRow
from tests.support.own_pages import CHANNEL, opens_pages
from tests.support.world import SETUP, World


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A Jobcenter with pages of its own and one network; one cleared item."""
    world = make_world(channels=("facebook",), organisations=("fulda",))
    opens_pages(world)
    world.portal.keeps(1)
    world.reads_feed()
    world.clears()
    return world


def of(world: World, channel: str) -> Any:
    """The post on this channel."""
    [post] = world.posts(channel=channel)
    return world.post(post["id"])


def at_the_same_time(world: World, later: timedelta = timedelta()) -> datetime:
    """Approve the network's post for a time, and the one on the own pages so much later; return the former."""
    due = max(world.due(post["id"]) for post in world.posts()) + timedelta(hours=1)
    world.approves(of(world, "facebook")["id"], at=due)
    world.approves(of(world, CHANNEL)["id"], at=due + later)
    return due


def test_both_at_the_same_time_appear_within_seconds_the_own_pages_first(world: World) -> None:
    due = at_the_same_time(world)
    world.runs_until(due + timedelta(seconds=10))
    own, network = of(world, CHANNEL)["receipt"]["at"], of(world, "facebook")["receipt"]["at"]
    assert own <= network
    assert datetime.fromisoformat(network) - due <= timedelta(seconds=3)


def test_a_network_waits_prepared_for_the_own_pages_and_follows_at_once(world: World) -> None:
    due = at_the_same_time(world, later=timedelta(minutes=30))
    world.runs_until(due + timedelta(minutes=29))
    waiting = of(world, "facebook")
    assert (waiting["state"], waiting["reason"]["code"], waiting["reason"]["who"]) == ("staged", "requires", "daemon")
    assert "auf der eigenen Website" in waiting["reason"]["text"]
    assert world.network.public("facebook") == []
    assert len(waiting["events"]) < 60

    world.runs_until(due + timedelta(minutes=36))
    assert of(world, "facebook")["state"] == "published"


def test_a_network_is_never_first_and_a_person_is_told_who_has_to_act(world: World) -> None:
    due = world.due(of(world, "facebook")["id"])
    world.approves(of(world, "facebook")["id"])
    world.runs_until(due + timedelta(minutes=1))
    waiting = of(world, "facebook")
    assert waiting["reason"]["who"] == "officer"
    assert "zur Freigabe" in waiting["reason"]["text"]

    world.runs_until(due + timedelta(hours=2, minutes=1))
    assert of(world, "facebook")["state"] == "missed"
    assert "auf der eigenen Website" in of(world, "facebook")["reason"]["text"]
    assert world.network.public() == []


@pytest.mark.parametrize("how", ["rejected", "recalled"])
def test_without_the_post_on_the_own_pages_nothing_follows(world: World, how: str) -> None:
    due = at_the_same_time(world, later=timedelta(minutes=-20))
    own = of(world, CHANNEL)["id"]
    if how == "recalled":
        world.runs_until(due - timedelta(minutes=10))
        recalling.recall(world.deps, world.person("fulda"), own, world.clock.now())
    else:
        approving.reject(world.deps, world.person("fulda"), own, "nicht hier", world.clock.now())
    world.runs_until(due + timedelta(minutes=1))
    assert of(world, "facebook")["reason"]["code"] == "requires"
    assert world.network.public() == []


def test_what_is_public_elsewhere_stays_when_the_own_pages_take_theirs_back(world: World) -> None:
    due = at_the_same_time(world)
    world.runs_until(due + timedelta(minutes=1))
    recalling.recall(world.deps, world.person("fulda"), of(world, CHANNEL)["id"], world.clock.now())
    world.works()
    assert of(world, "facebook")["state"] == "published"
    assert len(world.network.public()) == 1


def test_an_account_may_say_that_nothing_waits_for_it(world: World) -> None:
    accounts.add_account(world.deps, SETUP, "fulda", CHANNEL, "seiten", {"first": "nein"}, world.clock.now())
    due = world.due(of(world, "facebook")["id"])
    world.approves(of(world, "facebook")["id"])
    world.runs_until(due)
    assert of(world, "facebook")["state"] == "published"


def test_a_jobcenter_without_pages_waits_for_nothing(make_world: Callable[..., World]) -> None:
    world = make_world(channels=("facebook",), organisations=("fulda", "marburg-biedenkopf"))
    opens_pages(world, "marburg-biedenkopf")
    world.portal.keeps(1)
    world.reads_feed()
    world.clears()
    [post] = world.posts(organisation="fulda")
    world.approves(post["id"])
    world.runs_until(world.due(post["id"]))
    assert world.state(post["id"]) == "published"


def test_the_plan_lays_no_networks_post_before_the_one_on_the_own_pages(make_world: Callable[..., World]) -> None:
    world = make_world(channels=("facebook", "x"), organisations=("fulda",))
    opens_pages(world)
    world.portal.keeps(6)
    world.reads_feed()
    world.clears()
    times = {(post["item"], post["channel"]): datetime.fromisoformat(post["due_at"]) for post in world.posts()}
    assert len(times) == 18
    early = [key for key in times if times[key] < times[key[0], CHANNEL]]
    assert early == []


def test_proposals_follow_when_the_post_on_the_own_pages_gets_a_later_time(world: World) -> None:
    """Nobody approves anything: the time on the own pages passes, it is laid anew, and so is what waits for it."""
    for _ in range(3):
        world.runs_until(world.due(of(world, CHANNEL)["id"]) + timedelta(minutes=1))
        own, network = of(world, CHANNEL), of(world, "facebook")
        assert own["state"] == network["state"] == "awaiting"
        assert own["due_at"] <= network["due_at"]


def test_who_approves_a_network_too_early_is_told_before(world: World) -> None:
    post = of(world, "facebook")
    assert any("auf der eigenen Website" in note for note in views.post_notes(world.deps, post["id"]))
    world.approves(of(world, CHANNEL)["id"])
    assert not any("auf der eigenen Website" in note for note in views.post_notes(world.deps, post["id"]))
    assert not any("auf der eigenen Website" in note for note in of(world, CHANNEL)["notes"])


class TestTogether:
    """Looked over on one page, to be released at once."""

    def shown(self, world: World) -> tuple[Any, Any]:
        posts = releasing.waiting(world.deps, world.person("fulda")).posts
        [own], [network] = ([post for post in posts if post["channel"] == each] for each in (CHANNEL, "facebook"))
        return own, network

    def due(self, world: World, channel: str, at: datetime) -> None:
        with world.deps.store.write() as session:
            session.get_one(PostRow, of(world, channel)["id"]).due_at = at

    def test_a_post_that_follows_one_beside_it_is_beyond_question_and_says_so(self, world: World) -> None:
        own, network = self.shown(world)
        assert (own["fine"], own["follows"]) == (True, False)
        assert (network["fine"], network["follows"], network["notes"]) == (True, True, [])

    def test_it_is_to_be_thought_of_where_the_first_is_later_or_itself_in_question(self, world: World) -> None:
        at = datetime.fromisoformat(of(world, "facebook")["due_at"])
        self.due(world, CHANNEL, at + timedelta(minutes=1))
        own, network = self.shown(world)
        assert (own["fine"], network["fine"], network["follows"]) == (True, False, False)
        assert "auf der eigenen Website" in network["notes"][0]

        self.due(world, CHANNEL, at)
        with world.deps.store.write() as session:
            problem = {"rule": "x", "severity": "warn", "text": "Bitte ansehen.", "fix": None}
            session.get_one(PostRow, own["id"]).problems = [problem]
        own, network = self.shown(world)
        assert (own["fine"], network["fine"], network["follows"]) == (False, False, False)
