"""A channel that nobody can call: at its time a person gets the post, ticks it off, is reminded, deletes it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from distributor.domain import Refused, Scope
from distributor.services import accounts, approving, health, queues, recalling, stopping
from distributor.services.queues import Queue
from distributor.store.posts import events
from tests.support.world import SETUP, World

LINK = "https://whatsapp.com/channel/0029kjc/117"


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A Jobcenter with a WhatsApp channel and one approved post for it."""
    world = make_world(channels=(), organisations=("fulda",))
    fields = {"network": "whatsapp", "profile": "https://whatsapp.com/channel/0029kjc"}
    accounts.add_account(world.deps, SETUP, "fulda", "manual", "kanal", fields, world.clock.now())
    world.portal.keeps(1)
    world.reads_feed()
    world.clears()
    world.approves()
    return world


def handed(world: World) -> Any:
    """Let its time come; return the post."""
    world.runs_until(world.due())
    return world.post()


def ticks_off(world: World, url: str = LINK) -> None:
    approving.confirm(world.deps, world.person("fulda"), world.post()["id"], world.clock.now(), url=url)


def reminders(world: World) -> list[Any]:
    with world.deps.store.read() as session:
        return [event.at for event in events(session, "post", world.post()["id"]) if event.what == "post.reminded"]


def findings(world: World) -> dict[str, bool]:
    return {each.subject: each.ok for each in health.examine(world.deps, world.clock.now())}


def test_at_its_time_the_officer_is_asked_with_a_checklist_and_not_before(world: World) -> None:
    world.runs_until(world.due() - timedelta(seconds=1))
    assert world.state() == "staged"
    post = handed(world)
    assert (post["state"], post["reason"]["code"], post["reason"]["who"]) == ("uncertain", "release.person", "officer")
    assert post["reason"]["text"].startswith("Jetzt auf WhatsApp posten (Konto fulda/manual/kanal).\n")
    page = queues.queue_page(world.deps, world.person("fulda"), Queue.HELP)
    assert [line.id for line in page.lines] == [post["id"]]
    assert findings(world)["Wartet auf Menschen"] is False


def test_ticked_off_with_its_link_it_counts_like_any_other(world: World) -> None:
    handed(world)
    world.clock.advance(minutes=7)
    ticks_off(world)
    post = world.post()
    assert (post["state"], post["receipt"]["url"], post["reason"]) == ("published", LINK, None)
    assert post["sent_digest"] == post["approved_digest"]
    assert findings(world)["Wartet auf Menschen"] is True
    world.runs_until(world.clock.now() + timedelta(days=2))
    assert reminders(world) == []


@pytest.mark.parametrize("url", ["", "whatsapp.com/channel", "javascript:alert(1)"])
def test_without_a_link_nothing_is_ticked_off(world: World, url: str) -> None:
    handed(world)
    with pytest.raises(Refused):
        ticks_off(world, url)
    assert world.state() == "uncertain"


def test_who_forgets_is_reminded_after_an_hour_and_then_daily(world: World) -> None:
    handed(world)
    at = world.clock.now()
    world.runs_until(at + timedelta(minutes=59))
    assert reminders(world) == []
    for hours, times in ((1, 1), (24, 1), (25, 2), (48, 2), (49, 3)):
        world.runs_until(at + timedelta(hours=hours))
        assert len(reminders(world)) == times
    assert world.state() == "uncertain"


def test_a_stop_at_its_time_asks_nobody_to_post(world: World) -> None:
    world.runs_until(world.due() - timedelta(seconds=1))
    world.clock.set(world.due())
    claimed = world.claims()
    stopping.stop(world.deps, world.person("redaktion"), Scope(), "Halt", world.clock.now())
    world.stores(world.calls(claimed))
    assert world.state() == "missed"


def test_recalled_before_it_is_ticked_off_nobody_is_asked_to_post_any_more(world: World) -> None:
    handed(world)
    recalling.withdraw(world.deps, world.person("redaktion"), world.post()["item"], "Irrtum", world.clock.now())
    post = world.post()
    assert (post["state"], post["reason"]["code"], post["reason"]["who"]) == ("uncertain", "outcome.person", "officer")
    assert "posten" not in post["reason"]["text"]
    world.runs_until(world.clock.now() + timedelta(days=1))
    assert reminders(world) == []

    approving.retry(world.deps, world.person("fulda"), post["id"], world.clock.now())
    assert world.state() == "closed"


def test_recalled_although_it_was_posted_it_is_a_task_with_its_link_until_a_person_confirms(world: World) -> None:
    handed(world)
    recalling.recall(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())
    ticks_off(world)
    world.works()
    post = world.post()
    assert (post["state"], post["reason"]["code"]) == ("retracting", "retract.person")
    assert LINK in post["reason"]["text"]
    ticks_off(world)
    assert world.state() == "retracted"


def test_recalled_when_public_it_is_a_task_with_its_link(world: World) -> None:
    handed(world)
    ticks_off(world)
    recalling.recall(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())
    world.works()
    assert world.post()["reason"]["code"] == "retract.person"
    assert LINK in world.post()["reason"]["text"]


def test_a_daemon_that_dies_while_handing_over_leaves_it_to_the_person_and_hands_over_nothing_twice(
    world: World,
) -> None:
    world.runs_until(world.due() - timedelta(seconds=1))
    world.clock.set(world.due())
    world.calls(world.claims())
    world.dies_and_restarts()
    world.runs_until(world.clock.now() + timedelta(minutes=10))
    assert (world.state(), world.post()["reason"]["who"]) == ("uncertain", "officer")


def test_a_medium_that_is_gone_is_told_before_its_time(world: World) -> None:
    for medium in world.post()["media"]:
        world.deps.cache.remove(medium["sha256"])
    world.runs_until(world.due() - timedelta(minutes=1))
    assert world.state() == "failed"
