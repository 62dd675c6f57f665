"""Stories: one picture without a word, told apart by their time alone, gone after a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from connectors import discover
from connectors._http import GuardedSession
from connectors.base import Absent, Found, OutcomeUnknown, Rejected, RemotePost, Retracted, Variant
from connectors.sandbox.server import build, running
from tests.contract.life import Life


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with running(build()) as address:
        yield address


@pytest.fixture
def life(base: str) -> Iterator[Life]:
    with GuardedSession() as session:
        yield Life(discover()["instagram"], base, session)


def story(life: Life) -> RemotePost:
    made: RemotePost = life.connector.render(Variant("Werkstatt", "Text", "", life.media.media("Alt"), form="story"))
    return made


def lost(life: Life, fault: str, key: str = "k1") -> Any:
    post, order = story(life), life.order(key)
    stage = life.staged(post, order).data
    life.suffers(fault, match="media_publish")
    with pytest.raises(OutcomeUnknown):
        life.connector.release(life.access, post, stage, order)
    return post, order, stage


def test_a_story_carries_its_first_picture_and_nothing_beside_it(life: Life) -> None:
    post = story(life)
    assert (post.form, post.text, post.link, len(post.media), post.media[0].alt) == ("story", "", "", 1, "")
    assert life.connector.limits_for("story", {}).pictures.at_most == 1
    assert life.connector.limits_for("feed", {}) is life.connector.limits


@pytest.mark.parametrize(("chosen", "forms"), [("", ["feed"]), ("story", ["story"]), ("feed+story", ["feed", "story"])])
def test_each_account_chooses_its_forms(chosen: str, forms: list[str]) -> None:
    connector: Any = discover()["instagram"]
    assert list(connector.forms_for({"forms": chosen})) == forms


def test_a_story_is_on_the_wall_for_a_day_and_then_there_is_nothing_to_take_down(life: Life) -> None:
    post, order = story(life), life.order()
    receipt = life.connector.release(life.access, post, life.staged(post, order).data, order)
    wall = f"{life._base}/wall/instagram/4711"
    assert "Story, zu sehen bis" in requests.get(wall, timeout=5).text
    [row] = life.ledger()
    assert (row["id"], row["text"], row["media"][0]["sha256"]) == (receipt.remote_id, "", post.media[0].sha256)

    life.passes(hours=25)

    assert "Story, zu sehen bis" not in requests.get(wall, timeout=5).text
    assert isinstance(life.connector.retract(life.access, receipt), Retracted)
    told = life.connector.retract(life.access, receipt).answer
    assert told == "Die Story ist nach 24 Stunden von selbst verschwunden."


def test_within_the_day_it_is_taken_down_like_any_post(life: Life) -> None:
    post, order = story(life), life.order()
    receipt = life.connector.release(life.access, post, life.staged(post, order).data, order)
    assert life.connector.retract(life.access, receipt) == Retracted("success")
    assert life.ledger() == []


def test_after_a_lost_answer_the_one_story_since_then_is_ours(life: Life) -> None:
    since = life.now
    post, order, stage = lost(life, "lost_after_commit")
    found = life.finds(post, stage, order, since)
    assert isinstance(found, Found)
    assert found.receipt.remote_id == life.ledger()[0]["id"]
    assert "/stories/" in found.receipt.url
    assert life.finds(post, stage, order, since, found.receipt.remote_id) == Absent(False, "likely")


def test_where_there_are_two_only_a_person_can_tell(life: Life) -> None:
    since = life.now
    post, order, stage = lost(life, "lost_after_commit")
    other = story(life)
    life.connector.release(life.access, other, life.staged(other, life.order("k2")).data, life.order("k2"))
    assert life.finds(post, stage, order, since) == Absent(stage_usable=False, absence="likely")


def test_a_story_that_never_arrived_may_be_released_again(life: Life) -> None:
    since = life.now
    post, order, stage = lost(life, "lost")
    assert life.finds(post, stage, order, since) == Absent(stage_usable=True)
    life.connector.release(life.access, post, stage, order)
    assert len(life.ledger()) == 1


def test_a_day_later_nothing_proves_that_it_was_not_public(life: Life) -> None:
    since = life.now
    post, order, stage = lost(life, "lost")
    life.passes(hours=25)
    assert life.finds(post, stage, order, since) == Absent(stage_usable=False, absence="likely")
    assert life.now - since > timedelta(hours=24)


def test_a_form_that_nobody_offers_is_refused(life: Life) -> None:
    post = life.connector.render(Variant("Titel", "Text", "", life.media.media("Alt"), form="thread"))
    with pytest.raises(Rejected):
        life.connector.stage(life.access, post, life.media, life.order(), None)
