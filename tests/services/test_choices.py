"""What an account chooses for its posts: part of what is approved, obeyed, and told where a person has to help."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from distributor.domain import Refused
from distributor.services import accounts, approving, queues, tailoring, today, views
from distributor.services.queues import Queue
from tests.support.world import SETUP, World

Reaches = Callable[..., World]


pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def chooses(world: World, channel: str, **fields: str) -> None:
    [account] = views.account_list(world.deps, now=world.clock.now())
    accounts.add_account(world.deps, SETUP, "fulda", channel, account["name"], fields, world.clock.now())
    tailoring.tailor_stale(world.deps, world.clock.now())


@pytest.mark.parametrize(
    ("channel", "choice", "label", "words"),
    [
        ("instagram", {"comments": "off"}, "Kommentare", "aus"),
        ("bluesky", {"replies": "nobody"}, "Wer antworten darf", "niemand"),
    ],
)
def test_who_may_answer_is_shown_approved_and_obeyed(
    reaches: Reaches, channel: str, choice: dict[str, str], label: str, words: str
) -> None:
    world = reaches("awaiting", channel)
    before = world.post()
    assert before["choices"] == []
    chooses(world, channel, **choice)

    assert world.post()["digest"] != before["digest"]
    assert world.post()["choices"] == [{"label": label, "words": words}]
    world.approves()
    world.runs_until(world.due())

    assert world.state() == "published"
    [public] = world.network.public(channel)
    assert public["replies"] == next(iter(choice.values()))
    assert world.post()["todo"] is None


def test_another_choice_voids_what_was_approved(reaches: Reaches) -> None:
    world = reaches("scheduled", "bluesky")
    chooses(world, "bluesky", replies="following")
    assert world.state() == "awaiting"


@pytest.mark.parametrize(("channel", "fault"), [("facebook", None), ("instagram", r"/1800\d+$")])
def test_what_no_call_can_do_is_left_to_a_person_beside_the_receipt(
    reaches: Reaches, channel: str, fault: str | None
) -> None:
    world = reaches("awaiting", channel)
    chooses(world, channel, comments="off")
    world.approves()
    if fault:
        world.network.suffers("error_500", channel=channel, method="POST", match=fault)
    world.runs_until(world.due())

    post = world.post()
    assert post["state"] == "published"
    assert post["reason"]["code"] == "published.left"
    assert "Kommentare" in post["todo"][0]
    assert post["todo"][1] == "officer"


def test_what_was_left_is_shown_until_somebody_ticks_it_off(reaches: Reaches) -> None:
    world = reaches("awaiting", "facebook")
    chooses(world, "facebook", comments="off")
    world.approves()
    world.runs_until(world.due())
    number, officer, now = world.post()["id"], world.person("fulda"), world.clock.now()

    def shown() -> tuple[int, int, int]:
        page = queues.queue_page(world.deps, officer, Queue.HELP)
        start = today.today(world.deps, officer, now)
        assert page.counts[Queue.HELP] == len(page.lines)
        return len(page.lines), page.counts[Queue.PUBLISHED], start.wrong.total

    assert shown() == (1, 0, 1)
    with pytest.raises(Refused, match="darf das"):
        approving.confirm(world.deps, world.person("pruefung"), number, now)
    approving.confirm(world.deps, officer, number, now)

    assert shown() == (0, 1, 0)
    post = world.post()
    assert (post["state"], post["reason"], post["todo"]) == ("published", None, None)
    [told] = [step for step in post["story"] if step["said"] == "Von Hand Erledigtes abgehakt"]
    assert told["actor"] == "fulda"
    with pytest.raises(Refused, match="nichts von Hand zu tun"):
        approving.confirm(world.deps, officer, number, now)
    assert post["receipt"]["url"] == world.post()["receipt"]["url"]


def test_a_choice_that_the_channel_does_not_offer_is_refused(reaches: Reaches) -> None:
    world = reaches("awaiting", "bluesky")
    with pytest.raises(Refused, match=r"„niemand“ nicht. Zur Wahl stehen leer: alle;.*nobody: niemand"):
        chooses(world, "bluesky", replies="niemand")


def test_an_account_that_wants_both_forms_gets_a_post_of_each(reaches: Reaches) -> None:
    world = reaches("awaiting", "instagram")
    chooses(world, "instagram", forms="feed+story")
    world.clears()
    assert {(post["form"], post["state"]) for post in world.posts()} == {("feed", "awaiting"), ("story", "awaiting")}
    [story] = [post for post in world.posts() if post["form"] == "story"]
    assert (story["text"], len(story["media"])) == ("", 1)
    assert {problem["rule"] for problem in story["problems"]} == {"credit.missing"}
    assert world.post(story["id"])["choices"] == [{"label": "Form", "words": "Story, verschwindet nach 24 Stunden"}]

    world.approves()
    world.runs_until(max(world.due(post["id"]) for post in world.posts()))

    assert world.states() == {"published": 2}
    assert sorted(bool(entry["text"]) for entry in world.network.public("instagram")) == [False, True]
