"""A release is taken back until the daemon claims it; afterwards a sentence says what is left to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from distributor.domain import Refused
from distributor.services import approving, releasing, undoing
from distributor.services.releasing import Seen
from distributor.wording import BERLIN
from tests.support.world import World

Reaches = Callable[..., World]


@pytest.mark.parametrize("state", ["scheduled", "staged"])
def test_until_its_claim_a_release_is_taken_back_and_nothing_goes_out(reaches: Reaches, state: str) -> None:
    world = reaches(state)
    due = world.due(world.post()["id"])

    undoing.undo(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())

    post = world.post()
    assert (post["state"], post["approved_digest"], world.due(post["id"])) == ("awaiting", None, due)
    assert post["reason"]["text"].startswith("Die Freigabe wurde zurückgenommen")
    world.runs_until(due + timedelta(minutes=5))
    assert world.network.public() == []


def test_what_was_taken_back_is_released_again_like_any_other(reaches: Reaches) -> None:
    world = reaches("scheduled")
    officer, post = world.person("fulda"), world.post()
    undoing.undo(world.deps, officer, post["id"], world.clock.now())

    approving.approve(world.deps, officer, post["id"], world.clock.now(), digest=post["digest"])

    world.runs_until(world.due(post["id"]) + timedelta(minutes=5))
    assert world.state() == "published"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("publishing", "wird gerade gesendet"),
        ("uncertain", "vielleicht schon öffentlich"),
        ("published", "schon öffentlich"),
    ],
)
def test_too_late_says_so_and_what_is_left_to_do(reaches: Reaches, state: str, words: str) -> None:
    world = reaches(state)

    with pytest.raises(Refused, match=words) as refused:
        undoing.undo(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())

    assert refused.value.code == "post.claimed"
    assert "„Zurücknehmen“" in refused.value.text
    assert world.state() == state


def test_what_waits_or_is_over_has_no_release_to_take_back(reaches: Reaches) -> None:
    world = reaches("awaiting")
    with pytest.raises(Refused, match="ist nicht freigegeben") as refused:
        undoing.undo(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())
    assert refused.value.code == "post.state"
    with pytest.raises(Refused) as refused:
        undoing.undo(world.deps, world.person("fulda"), 999, world.clock.now())
    assert refused.value.code == "post.unknown"


def test_several_are_released_as_they_were_seen_and_one_that_changed_is_left(reaches: Reaches) -> None:
    world = reaches("awaiting", "facebook", "x", "mastodon")
    officer, now = world.person("fulda"), world.clock.now()
    seen = {post["id"]: Seen(post["digest"], world.due(post["id"])) for post in world.posts()}
    changed, blocked, fine = (next(p["id"] for p in world.posts(channel=c)) for c in ("facebook", "x", "mastodon"))
    approving.edit(world.deps, world.person("redaktion"), changed, "Ganz anders.", now)
    approving.edit(world.deps, world.person("redaktion"), blocked, "lang " * 200, now)

    found = releasing.release(world.deps, officer, seen, now)

    assert list(found.done) == [fine]
    assert "hat sich geändert" in found.left[changed]
    assert "kann so nicht hinaus" in found.left[blocked]
    assert {post["id"]: post["state"] for post in world.posts()}[fine] == "scheduled"
    assert world.states()["scheduled"] == 1


def test_the_overview_holds_what_waits_of_an_item_or_a_day(reaches: Reaches) -> None:
    world = reaches("awaiting", "facebook", "x", items=2, organisations=("fulda", "wiesbaden"))
    officer = world.person("fulda")
    mine = world.posts(organisation="fulda")

    everything = releasing.waiting(world.deps, officer)
    assert [post["id"] for post in everything.posts] == [post["id"] for post in mine]
    item = mine[0]["item"]
    of_item = releasing.waiting(world.deps, officer, item=item)
    assert {post["id"] for post in of_item.posts} == {post["id"] for post in mine if post["item"] == item}
    day = world.due(mine[0]["id"]).astimezone(BERLIN).date()
    of_day = releasing.waiting(world.deps, officer, day=day)
    expected = [each["id"] for each in mine if world.due(each["id"]).astimezone(BERLIN).date() == day]
    assert [post["id"] for post in of_day.posts] == expected
    found = releasing.groups(world.deps, officer)
    assert (day in found.days) == (len(expected) > 1)
    assert {number for number, _ in found.items} == {post["item"] for post in mine}
