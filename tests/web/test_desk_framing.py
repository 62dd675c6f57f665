"""The point of a picture that stays in sight: by a click or by two sliders, with no script at all."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from distributor.domain import FeedItem, FeedMedium, Refused
from distributor.media.films import probe
from distributor.services import tailoring, taking_in, views
from distributor.store.tables import ChannelTextRow, MediumRow
from distributor.web.framing import SHOWN, point_in
from tests.support.films import film
from tests.support.world import SETUP


def pictured(desk: Any) -> int:
    """An item whose only picture has a known size."""
    number = next(item["id"] for item in views.item_list(desk.deps) if views.item_show(desk.deps, item["id"])["media"])
    with desk.deps.store.write() as session:
        for row in session.query(MediumRow).filter(MediumRow.item_id == number):
            row.facts = {"width": 1200, "height": 800}
    return int(number)


def focus(desk: Any, number: int) -> Any:
    return views.item_show(desk.deps, number)["pictures"][0]["focus"]


def test_a_click_on_the_picture_sets_the_point(desk: Any) -> None:
    number = pictured(desk)
    browser, action = desk.person("eva"), f"/beitraege/{number}/ausschnitt"
    page = browser.opens(f"/beitraege/{number}")
    clicked = page.one(f"//form[@action='{action}']//input[@type='image']")
    assert (clicked.get("width"), clicked.get("height")) == (str(SHOWN), "160")
    assert clicked.get("alt")
    done = browser.sends(page, action, **{"punkt.x": "60", "punkt.y": "120"})
    assert "Gespeichert" in done.one("//*[@role='status']").text_content()
    assert focus(desk, number) == (0.25, 0.75)
    assert "25 % von links, 75 % von oben" in done.text
    assert done.one("//*[local-name()='svg'][@class='focus-mark']/*[1]").get("cx") == "60.0"


def test_the_sliders_work_by_the_arrow_keys_and_set_the_point_too(desk: Any) -> None:
    number = pictured(desk)
    browser, action = desk.person("eva"), f"/beitraege/{number}/ausschnitt"
    page = browser.opens(f"/beitraege/{number}")
    sliders = page.find(f"//form[@action='{action}']//input[@type='range']")
    assert [(each.get("min"), each.get("max"), each.get("step")) for each in sliders] == [("0", "100", "1")] * 2
    browser.sends(page, action, quer="30", hoch="10", tun="setzen")
    assert focus(desk, number) == (0.3, 0.1)
    browser.sends(browser.opens(f"/beitraege/{number}"), action, tun="messen", nachweis="1")
    assert focus(desk, number) is None
    assert views.item_show(desk.deps, number)["pictures"][0]["burnt"]


def test_a_picture_pressed_by_a_key_tells_no_place_and_takes_the_sliders(desk: Any) -> None:
    assert point_in({"punkt.x": "0", "punkt.y": "0", "hoehe": "160", "quer": "40", "hoch": "60"}) == (0.4, 0.6)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"punkt.x": "1", "punkt.y": "2"},
        {"punkt.x": "1", "punkt.y": "2", "hoehe": "0"},
        {"quer": "links", "hoch": "1"},
    ],
)
def test_what_is_no_point_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(Refused):
        point_in(fields)


def test_a_click_outside_counts_as_the_edge() -> None:
    assert point_in({"punkt.x": "999", "punkt.y": "-5", "hoehe": "160"}) == (1.0, 0.0)


@pytest.mark.parametrize("login", ["anna", "otto", "pia"])
def test_only_editors_are_offered_it_and_may_do_it(desk: Any, login: str) -> None:
    number = pictured(desk)
    browser = desk.person(login)
    assert not browser.opens(f"/beitraege/{number}").find("//input[@type='image']")
    told = browser.posts(f"/beitraege/{number}/ausschnitt", pruefwert=browser.token, quer="1", hoch="1", tun="setzen")
    assert told.status == 403
    assert focus(desk, number) is None


def test_the_item_says_which_channel_makes_no_post(desk: Any) -> None:
    bare = (item["id"] for item in views.item_list(desk.deps) if not views.item_show(desk.deps, item["id"])["media"])
    number = next(bare)
    with desk.deps.store.write() as session:
        row = session.get_one(ChannelTextRow, "instagram")
        row.document = {**row.document, "no_media": "skip"}
    assert "Auf Instagram entsteht kein Post" in desk.person("eva").opens(f"/beitraege/{number}").text


@pytest.fixture
def filmed(desk: Any, tmp_path: Path) -> int:
    """An item with a video that has no captions."""
    content = film(tmp_path / "film.mp4", size=(64, 36), seconds=3.0)
    facts = {**asdict(probe(content)), "cover": 0}
    sha256 = desk.deps.cache.put(content.read_bytes(), "video/mp4")
    medium = FeedMedium("https://portal.example/film.mp4", "video", mime="video/mp4", transcript="Vom Portal.")
    item = FeedItem(guid="", title="Film", link="https://portal.example/film", text="Ein Satz.", media=(medium,))
    number = taking_in.add_item(desk.deps, SETUP, item, desk.clock.now())
    tailoring.tailor_item(desk.deps, number, desk.clock.now())
    with desk.deps.store.write() as session:
        for row in session.query(MediumRow).filter(MediumRow.item_id == number):
            row.state, row.sha256, row.mime, row.facts = "ready", sha256, "video/mp4", facts
    return number


def test_captions_are_typed_in_and_shown_with_their_times(desk: Any, filmed: int) -> None:
    browser, action = desk.person("eva"), f"/beitraege/{filmed}/untertitel"
    page = browser.opens(f"/beitraege/{filmed}")
    assert "Ohne Untertitel geht das Video nicht hinaus" in page.text
    assert page.form(action)["gesprochen"] == "Vom Portal."
    done = browser.sends(page, action, gesprochen="Größe und Maß.\r\nDas ist der zweite Satz.")
    assert "Untertitel gespeichert" in done.one("//*[@role='status']").text_content()
    assert [item.text_content().split()[1] for item in done.find("//ol[@class='cues']/li")] == ["Größe", "Das"]
    assert done.form(action)["gesprochen"] == "Größe und Maß.\nDas ist der zweite Satz."
    browser.sends(done, action, gesprochen="")
    assert not views.item_show(desk.deps, filmed)["captions"]["cues"]


def test_what_cannot_be_captions_is_said_at_its_field_and_nothing_typed_is_lost(desk: Any, filmed: int) -> None:
    browser, action = desk.person("eva"), f"/beitraege/{filmed}/untertitel"
    long = "wort " * 400
    told = browser.sends(browser.opens(f"/beitraege/{filmed}"), action, gesprochen=long)
    assert told.status == 422
    assert told.one("//*[@role='alert']//a").get("href") == "#gesprochen"
    assert told.form(action)["gesprochen"].split() == long.split()


@pytest.mark.parametrize("login", ["anna", "otto", "pia"])
def test_only_editors_type_captions(desk: Any, filmed: int, login: str) -> None:
    browser = desk.person(login)
    assert not browser.opens(f"/beitraege/{filmed}").find("//*[@name='gesprochen']")
    told = browser.posts(f"/beitraege/{filmed}/untertitel", pruefwert=browser.token, gesprochen="Hallo.")
    assert told.status == 403
