"""What the desk asks editors because of the feed: vanished items, floods, a feed in trouble."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from distributor.services import feed_views, feeds, taking_in, views
from distributor.store.tables import FeedRow, ItemRow


def first(desk: Any) -> int:
    number: int = views.item_list(desk.deps)[0]["id"]
    return number


def vanishes(desk: Any, number: int) -> None:
    with desk.deps.store.write() as session:
        session.get_one(ItemRow, number).gone_at = desk.clock.now()


def floods(desk: Any, count: int = 3) -> int:
    """Let a feed bring items that are held; return the feed."""
    with desk.deps.store.write() as session:
        feed = feeds.ensure_feed(session, "https://portal.example/feed", desk.clock.now())
    for number in range(count):
        item = taking_in.FeedItem(guid=f"f{number}", title=f"Flut {number}", link="")
        made = taking_in.add_item(desk.deps, desk.editor, item, desk.clock.now())
        with desk.deps.store.write() as session:
            row = session.get_one(ItemRow, made)
            row.feed_id, row.stage, row.flood_at = feed, "held", desk.clock.now()
    return feed


@pytest.fixture
def asked_desk(desk: Any) -> Any:
    """A desk with its editor at hand."""
    from distributor.services.people import actor_named

    desk.editor = actor_named(desk.deps, "eva", desk.clock.now())
    return desk


def test_a_vanished_item_is_asked_about_on_the_list_and_on_its_page(desk: Any) -> None:
    number = first(desk)
    vanishes(desk, number)
    browser = desk.person("eva")

    listed = browser.opens("/beitraege")
    assert "Ein Beitrag ist im Portal nicht mehr zu finden" in listed.text
    assert len(browser.opens("/beitraege?nur=verschwunden").find("//h2[@class='line-title']")) == 1
    shown = browser.opens(f"/beitraege/{number}")
    assert "Im Portal nicht mehr zu finden: Bleibt er, oder soll er zurückgezogen werden?" in shown.text
    kept = browser.sends(shown, f"/beitraege/{number}/behalten")

    assert "Der Beitrag bleibt" in kept.one("//*[@role='status']").text_content()
    assert "Bleibt er" not in kept.text
    assert views.item_list(desk.deps, gone=True) == []


def test_who_does_not_edit_sees_the_question_and_no_answer(desk: Any) -> None:
    number = first(desk)
    vanishes(desk, number)

    shown = desk.person("pia").opens(f"/beitraege/{number}")

    assert "Im Portal nicht mehr zu finden" in shown.text
    assert not shown.find(f"//form[@action='/beitraege/{number}/behalten']")


def test_answering_what_nobody_asked_says_so(desk: Any) -> None:
    number = first(desk)
    browser = desk.person("eva")

    refused = browser.posts(f"/beitraege/{number}/behalten", pruefwert=browser.token)

    assert refused.status == 422
    assert "nicht gefragt" in refused.one("//*[@role='alert']").text_content()


@pytest.mark.parametrize(("act", "stage"), [("aufnehmen", "active"), ("beiseite", "history")])
def test_a_flood_is_settled_with_one_button(asked_desk: Any, act: str, stage: str) -> None:
    feed = floods(asked_desk)
    browser = asked_desk.person("eva")
    page = browser.opens("/beitraege")
    assert "3 Beiträge von" in page.text

    done = browser.sends(page, f"/schwall/{feed}", tun=act)

    assert "Entschieden." in done.one("//*[@role='status']").text_content()
    assert feed_views.floods(asked_desk.deps) == []
    with asked_desk.deps.store.read() as session:
        found = session.scalars(select(ItemRow.stage).where(ItemRow.feed_id == feed)).all()
    assert set(found) == {stage}


@pytest.mark.parametrize("zeit", ["", "gestern", "2026-11-23T08:00:00"])
def test_a_flood_form_that_says_nothing_useful_is_refused(asked_desk: Any, zeit: str) -> None:
    feed = floods(asked_desk)
    browser = asked_desk.person("eva")

    assert browser.posts(f"/schwall/{feed}", pruefwert=browser.token, zeit=zeit, tun="aufnehmen").status == 422
    assert feed_views.floods(asked_desk.deps)[0]["count"] == 3


def test_a_feed_in_trouble_is_told_to_editors(asked_desk: Any) -> None:
    feed = floods(asked_desk)
    with asked_desk.deps.store.write() as session:
        session.get_one(FeedRow, feed).trouble = "portal.example antwortet nicht <b>."

    assert "portal.example antwortet nicht <b>." in asked_desk.person("eva").opens("/beitraege").text


@pytest.mark.parametrize(("only", "count"), [("", 4), ("active", 4), ("history", 0), ("<b>", 4)])
def test_the_list_shows_one_stage_or_all(desk: Any, only: str, count: int) -> None:
    page = desk.person("eva").opens(f"/beitraege?nur={only}")

    assert len(page.find("//h2[@class='line-title']")) == count


def test_nobody_is_expected_at_an_address_for_hubs(desk: Any) -> None:
    public = desk.public()

    assert public.get("/websub/abc", params={"hub.mode": "subscribe", "hub.challenge": "x"}).status_code == 404
    assert public.post("/websub/abc", content=b"x").status_code == 404


def test_the_officers_page_says_that_its_item_vanished(desk: Any) -> None:
    post = desk.awaiting()
    browser = desk.person("anna")
    assert "im Portal nicht mehr zu finden" not in browser.opens(f"/post/{post['id']}").text

    vanishes(desk, post["item"])

    assert "im Portal nicht mehr zu finden" in browser.opens(f"/post/{post['id']}").text
    assert any("im Portal nicht mehr" in note for note in views.post_show(desk.deps, post["id"])["notes"])
