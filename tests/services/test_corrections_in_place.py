"""A correction that changes the public post instead of standing beside it: once, proved, and recalled as one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import select

from distributor.domain import Refused
from distributor.services import accounts, approving, correcting, planning, recall_views, recalling, views
from distributor.store.tables import AccountRow, ReceiptRow
from tests.services.conftest import Reaches
from tests.support.databases import Databases, SqliteFiles
from tests.support.world import SETUP, World

EDITING = ("facebook", "mastodon")


@pytest.fixture
def databases(sqlite_template: Path) -> Databases:
    """Of one kind: the questions to the database are those of any recall and any Receipt."""
    return SqliteFiles(sqlite_template)


def edits(world: World) -> None:
    """Let every account that can change its public posts when it corrects them."""
    for account in views.account_list(world.deps):
        if account["channel"] in EDITING:
            fields = {"corrections": "edit"}
            accounts.add_account(
                world.deps, SETUP, account["organisation"], account["channel"], account["name"], fields,
                world.clock.now(),
            )  # fmt: skip


def changes(world: World, **change: Any) -> None:
    world.portal.edits(str(world.posts()[0]["item_guid"]), **(change or {"title": "Die Beratung ist am 6. Mai"}))
    world.reads_feed()
    item, now = world.posts()[0]["item"], world.clock.now()
    correcting.settle(world.deps, world.person("redaktion"), item, "correct", "Falscher Tag", now)
    planning.propose(world.deps, world.clock.now())


def corrections(world: World) -> list[dict[str, Any]]:
    return [post for post in world.posts() if post["corrects"]]


def releases(world: World) -> None:
    world.approves()
    world.clock.set(max(world.due(post["id"]) for post in corrections(world)))
    world.works()


def public(reaches: Reaches, *channels: str) -> World:
    world = reaches("published", *channels)
    edits(world)
    return world


@pytest.mark.parametrize("channel", EDITING)
def test_the_public_post_says_what_is_right_and_no_second_one_appears(reaches: Reaches, channel: str) -> None:
    world = public(reaches, channel)
    [before] = world.network.public()
    changes(world)
    [made] = corrections(world)
    assert made["edits"]
    assert made["text"].startswith("Korrektur: Dieser Post vom 23.11.2026 war zuerst falsch und ist geändert.")
    assert world.network.public() == [before]

    releases(world)

    [after] = world.network.public()
    [made] = corrections(world)
    assert (made["state"], made["sent_digest"]) == ("published", made["approved_digest"])
    assert after == {**before, "text": made["text"], "link": after["link"]}
    assert "6. Mai" in after["text"]
    original = world.post(made["corrects"])
    assert original["receipt"]["remote_id"] == made["receipt"]["remote_id"]
    assert (original["state"], original["text"]) == ("published", before["text"])
    assert "post.corrected" in [event["what"] for event in original["events"]]
    with world.deps.store.read() as session:
        assert list(session.scalars(select(ReceiptRow.revision).order_by(ReceiptRow.id))) == [1, 2]


def test_a_correction_of_a_correction_changes_the_same_post_once_more(reaches: Reaches) -> None:
    world = public(reaches, "facebook")
    changes(world)
    releases(world)
    changes(world, title="Die Beratung ist am 7. Mai")
    releases(world)

    [after] = world.network.public()
    assert "7. Mai" in after["text"]
    assert {post["receipt"]["remote_id"] for post in world.posts()} == {after["id"]}


@pytest.mark.parametrize("channel", EDITING)
def test_a_lost_answer_is_read_back_and_the_change_made_once(reaches: Reaches, channel: str) -> None:
    world = public(reaches, channel)
    changes(world)
    method = "PUT" if channel == "mastodon" else "POST"
    world.network.suffers("lost_after_commit", channel=channel, method=method)
    releases(world)
    [made] = corrections(world)
    assert made["state"] == "uncertain"

    world.runs_until(world.clock.now() + timedelta(minutes=15))

    [made] = corrections(world)
    [after] = world.network.public()
    assert (made["state"], after["text"]) == ("published", made["text"])


def test_what_never_arrived_is_sent_again(reaches: Reaches) -> None:
    world = public(reaches, "facebook")
    changes(world)
    world.network.suffers("lost", channel="facebook", method="POST")
    releases(world)
    assert corrections(world)[0]["state"] == "uncertain"
    world.runs_until(world.clock.now() + timedelta(minutes=15))
    [after] = world.network.public()
    assert (corrections(world)[0]["state"], "6. Mai" in after["text"]) == ("published", True)


def test_another_picture_needs_a_post_of_its_own(reaches: Reaches) -> None:
    world = public(reaches, "facebook")
    changes(world, title="Am 6. Mai", picture="kaution.png")
    world.clears()
    [made] = corrections(world)
    assert not made["edits"]
    releases(world)
    assert len(world.network.public()) == 2


def test_who_did_not_ask_for_it_gets_a_second_post(reaches: Reaches) -> None:
    world = reaches("published", "facebook")
    changes(world)
    releases(world)
    assert not corrections(world)[0]["edits"]
    assert len(world.network.public()) == 2


@pytest.mark.parametrize("which", ["original", "correction"])
def test_a_recall_of_either_takes_the_one_post_down_and_proves_both(reaches: Reaches, which: str) -> None:
    world = public(reaches, "facebook")
    changes(world)
    releases(world)
    [made] = corrections(world)
    chosen = made["id"] if which == "correction" else made["corrects"]

    recalling.recall(world.deps, world.person("fulda"), chosen, world.clock.now())
    world.runs_until(world.clock.now())

    assert world.network.public() == []
    assert world.states() == {"retracted": 2}
    [row] = recall_views.recall_list(world.deps)
    assert (len(row["posts"]), {each["outcome"] for each in row["posts"]}) == (2, {"deleted"})


def test_a_recall_while_nobody_knows_whether_it_was_changed_takes_all_of_it_down(reaches: Reaches) -> None:
    world = public(reaches, "facebook")
    changes(world)
    world.network.suffers("lost_after_commit", channel="facebook", method="POST")
    releases(world)
    [made] = corrections(world)
    assert made["state"] == "uncertain"

    recalling.recall(world.deps, world.person("fulda"), made["id"], world.clock.now())
    world.runs_until(world.clock.now() + timedelta(minutes=15))

    assert world.network.public() == []
    assert world.state(made["corrects"]) == "retracted"
    assert world.state(made["id"]) in ("retracted", "closed")


def test_what_only_a_person_can_delete_is_confirmed_once_for_both(reaches: Reaches) -> None:
    world = public(reaches, "mastodon")
    changes(world)
    releases(world)
    [made] = corrections(world)
    requests.post(f"{world.network.base}/_options", json={"mastodon_deletes": False}, timeout=5)
    recalling.recall(world.deps, world.person("fulda"), made["corrects"], world.clock.now())
    world.works()
    assert world.states() == {"retracting": 2}

    approving.confirm(world.deps, world.person("fulda"), made["id"], world.clock.now())

    assert world.states() == {"retracted": 2}


def test_what_somebody_deleted_at_the_network_is_told_to_a_person_and_not_posted_anew(reaches: Reaches) -> None:
    world = public(reaches, "facebook")
    changes(world)
    [before] = world.network.public()
    world.approves()
    with world.deps.store.read() as session:
        held = accounts.fields_of(world.deps, session, session.scalars(select(AccountRow)).one())
    headers = {"Authorization": f"Bearer {held['page_token']}"}
    url = f"{world.network.base}/graph.facebook.com/v25.0/{before['id']}"
    assert requests.delete(url, headers=headers, timeout=5).ok

    world.clock.set(world.due(corrections(world)[0]["id"]))
    world.works()

    [made] = corrections(world)
    assert (made["state"], made["reason"]["who"]) == ("failed", "officer")
    assert "lässt uns den veröffentlichten Post nicht ändern" in made["reason"]["text"]
    assert world.network.public() == []


def test_a_person_may_say_that_the_change_is_public(reaches: Reaches) -> None:
    world = public(reaches, "facebook")
    changes(world)
    world.network.suffers("lost_after_commit", channel="facebook", method="POST")
    releases(world)
    [made] = corrections(world)
    with pytest.raises(Refused, match="Adresse"):
        approving.confirm(world.deps, world.person("fulda"), made["id"], world.clock.now())
    url = world.post(made["corrects"])["receipt"]["url"]
    approving.confirm(world.deps, world.person("fulda"), made["id"], world.clock.now(), url=url)
    assert world.state(made["id"]) == "published"
    recalling.recall(world.deps, world.person("fulda"), made["id"], world.clock.now())
    world.works()
    assert world.states() == {"retracted": 2}
