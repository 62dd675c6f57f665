"""The desk in a real browser: an officer on a phone, an editor on a narrow screen, with and without JavaScript."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from distributor.media.pictures import probe
from distributor.services import clearing, views
from distributor.store.tables import MediumRow
from tests.web.conftest import SETUP
from tests.web.test_desk_wording import LONG

PHONE = 390
NARROW = 320


@pytest.mark.parametrize("script", [True, False], ids=["with-javascript", "without-javascript"])
def test_an_officer_releases_three_posts_in_a_row_on_a_phone(desk: Any, visit: Any, script: bool) -> None:
    posts = [post["id"] for post in desk.posts(states=["awaiting"])[:3]]
    phone = visit(PHONE, script=script, has_touch=True, is_mobile=True)
    phone.logs_in("anna")
    phone.page.locator(".line-title a").first.tap()
    for post in posts:
        phone.page.wait_for_url(re.compile(rf"/{post}(\?|$)"))
        phone.page.get_by_role("button", name="Freigeben", exact=True).tap()
        phone.page.wait_for_url(re.compile(rf"nr={post}$"))
        phone.page.get_by_role("status").get_by_text("Freigegeben für").wait_for()
    assert [views.post_show(desk.deps, post)["state"] for post in posts] == ["scheduled"] * 3
    assert phone.troubles == []


def test_an_officer_releases_all_that_waits_from_the_start_page_with_a_tap_each(desk: Any, visit: Any) -> None:
    """Two taps to the first post and one for each: however slow the reading, the desk adds no more than seconds."""
    posts = [post["id"] for post in desk.posts(states=["awaiting"])]
    phone = visit(PHONE, has_touch=True, is_mobile=True)
    phone.logs_in("anna")
    began = time.monotonic()
    phone.opens("/")
    phone.page.get_by_role("link", name="Jetzt freigeben").tap()
    for post in posts:
        phone.page.wait_for_url(re.compile(rf"/{post}(\?|$)"))
        phone.page.get_by_role("button", name="Freigeben", exact=True).tap()
        phone.page.wait_for_url(re.compile(rf"nr={post}$"))
    phone.page.get_by_text("Nichts wartet auf eine Freigabe.").wait_for()
    assert len(posts) == 8
    assert time.monotonic() - began < 120
    assert {views.post_show(desk.deps, post)["state"] for post in posts} == {"scheduled"}
    assert phone.troubles == []


def test_after_a_release_the_next_post_is_read_from_its_top(desk: Any, visit: Any) -> None:
    first, second = (post["id"] for post in desk.posts(states=["awaiting"])[:2])
    phone = visit(PHONE)
    phone.logs_in("anna")
    phone.page.locator(".line-title a").first.click()
    phone.page.get_by_role("button", name="Freigeben", exact=True).click()
    phone.page.wait_for_url(re.compile(rf"/{second}\?"))
    phone.page.locator("h1:focus").wait_for()
    assert phone.page.evaluate("scrollY") == 0
    assert views.post_show(desk.deps, first)["state"] == "scheduled"


def test_a_post_is_released_with_the_keyboard_alone(desk: Any, visit: Any) -> None:
    post = desk.awaiting()["id"]
    seat = visit(1280)
    seat.logs_in("anna")
    presses(seat.page, seat.page.get_by_role("link", name="Zum Inhalt springen"))
    presses(seat.page, seat.page.locator(".line-title a").first)
    seat.page.locator("h1:focus").wait_for()
    presses(seat.page, seat.page.get_by_role("button", name="Freigeben", exact=True))
    seat.page.get_by_role("status").get_by_text("Freigegeben für").wait_for()
    assert views.post_show(desk.deps, post)["state"] == "scheduled"
    assert seat.troubles == []


def presses(page: Any, target: Any) -> None:
    """Go on with Tab until the target has the focus, then press Enter."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if target.evaluate("each => each === document.activeElement"):
            break
    else:
        pytest.fail(f"{target} is out of the keyboard's reach")
    page.keyboard.press("Enter")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("script", [True, False], ids=["with-javascript", "without-javascript"])
def test_nothing_is_wider_than_the_narrowest_screen(desk: Any, visit: Any, scheme: str, script: bool) -> None:
    item = next(item for item in views.item_list(desk.deps) if views.item_show(desk.deps, item["id"])["media"])
    screen = visit(NARROW, script=script, color_scheme=scheme, is_mobile=True)
    screen.logs_in("eva")
    screen.opens(f"/beitraege/{item['id']}")
    screen.page.locator("textarea[name^='alt:']").fill("Donaudampfschifffahrtsgesellschaft" * 12)
    screen.page.get_by_role("button", name="Angaben speichern").click()
    screen.page.get_by_role("status").get_by_text("Gespeichert").wait_for()
    wide = {"after saving": screen.too_wide}
    posts = [post["id"] for post in desk.posts()]
    for path in ("/freigabe", "/beitraege", "/notbremse", *(f"/post/{post}" for post in posts)):
        screen.opens(path)
        wide[path] = screen.too_wide
    assert {path: pixels for path, pixels in wide.items() if pixels} == {}
    assert screen.troubles == []


@pytest.mark.parametrize("script", [True, False], ids=["with-javascript", "without-javascript"])
def test_a_click_on_a_picture_sets_its_point_on_the_narrowest_screen(desk: Any, visit: Any, script: bool) -> None:
    item, picture = pictured(desk)
    screen = visit(NARROW, script=script, is_mobile=True)
    screen.logs_in("eva")
    screen.opens(f"/beitraege/{item}")
    assert screen.too_wide == 0
    shown = screen.page.locator("input[type=image]").first
    shown.click(position={"x": 60, "y": 40})
    screen.page.get_by_role("status").get_by_text("Gespeichert").wait_for()
    across, down = views.item_show(desk.deps, item)["pictures"][0]["focus"]
    assert across == pytest.approx(0.25, abs=0.01)
    assert down == pytest.approx(40 / (240 * picture["height"] / picture["width"]), abs=0.01)
    assert screen.troubles == []


def test_the_arrow_keys_set_a_pictures_point_and_enter_sends_it(desk: Any, visit: Any) -> None:
    item, _ = pictured(desk)
    seat = visit(1280)
    seat.logs_in("eva")
    seat.opens(f"/beitraege/{item}")
    slider = seat.page.get_by_label("Von links, in Prozent").first
    slider.focus()
    for _ in range(20):
        seat.page.keyboard.press("ArrowLeft")
    seat.page.keyboard.press("Enter")
    seat.page.get_by_role("status").get_by_text("Gespeichert").wait_for()
    assert views.item_show(desk.deps, item)["pictures"][0]["focus"] == (0.3, 0.5)
    assert seat.troubles == []


def pictured(desk: Any) -> tuple[int, dict[str, Any]]:
    """An item whose picture has a known size."""
    item = next(each["id"] for each in views.item_list(desk.deps) if views.item_show(desk.deps, each["id"])["media"])
    with desk.deps.store.write() as session:
        for row in session.query(MediumRow).filter(MediumRow.item_id == item):
            size = probe(desk.deps.cache.read(row.sha256))
            row.facts = {"width": size.width, "height": size.height}
    picture: dict[str, Any] = views.item_show(desk.deps, item)["pictures"][0]
    return item, picture


def test_an_editor_finds_the_one_jobcenter_where_a_text_does_not_fit(desk: Any, visit: Any) -> None:
    """One click from the start page, without scrolling: well under the ten seconds that it may take a person."""
    item = desk.awaiting()["item"]
    clearing.write_text(desk.deps, SETUP, item, "x", LONG, LONG, desk.clock.now())
    seat = visit(1280)
    seat.logs_in("eva")
    began = time.monotonic()
    seat.opens("/")
    title = views.item_show(desk.deps, item)["title"]
    seat.page.locator("section", has=seat.page.locator("#schief")).get_by_role("link", name=title).click()
    told = seat.page.locator(".problem", has_text="Passt bei 1 von 2 Jobcentern.").first
    told.wait_for()
    assert "Groß-Gerau" in told.text_content()
    assert re.search(r"bitte um \d\d kürzen", told.text_content())
    assert told.bounding_box()["y"] < seat.page.viewport_size["height"]
    seat.page.get_by_role("link", name=title).click()
    seat.page.locator("tr", has_text="Groß-Gerau").locator(".state-note").wait_for()
    assert seat.page.locator(".matrix .state-note").count() == 1
    assert time.monotonic() - began < 10
    assert seat.troubles == []


@pytest.mark.parametrize("script", [True, False], ids=["with-javascript", "without-javascript"])
def test_a_text_is_judged_for_all_jobcenters_before_it_is_stored(desk: Any, visit: Any, script: bool) -> None:
    item = desk.awaiting()["item"]
    before = views.item_show(desk.deps, item)["texts"]
    seat = visit(1280, script=script)
    seat.logs_in("eva")
    seat.opens(f"/beitraege/{item}/kanaltext/x")
    seat.page.get_by_text("Passt bei allen 2.").first.wait_for()
    for version in ("Du", "Sie"):
        seat.page.get_by_label(f"Fassung mit {version}").fill(LONG)
    if not script:
        seat.page.get_by_role("button", name="Prüfen, ohne zu speichern").click()
    seat.page.get_by_role("heading", name="Passt bei 1 von 2.").wait_for()
    assert seat.page.get_by_label("Fassung mit Du").input_value().endswith("xxx")
    assert views.item_show(desk.deps, item)["texts"] == before
    seat.page.get_by_label("Vorschau für").select_option("gross-gerau")
    if not script:
        seat.page.get_by_role("button", name="Prüfen, ohne zu speichern").click()
    seat.page.get_by_label("Vorschau X").get_by_text("Hallo Kommunales Jobcenter Kreis Groß-Gerau").wait_for()
    seat.page.get_by_label("Vorschau X").nth(1).wait_for(state="detached")
    seat.page.get_by_role("button", name="Text speichern").click()
    seat.page.get_by_role("status").get_by_text("Kanaltext gespeichert").wait_for()
    assert views.item_show(desk.deps, item)["texts"]["x"]["du"].startswith("Hallo")
    assert seat.troubles == []
