"""What people get done who know no address: by the letter's link, what stands on the page, and the buttons' names.

People are not measured here but what the desk asks of them: taps, pages, scrolling.
"""

from __future__ import annotations

import re
from typing import Any

from distributor.services import clearing, letters, planning, views
from distributor.services.people import actor_named
from tests.web.conftest import PASSWORD, SETUP, clear
from tests.web.test_desk_wording import LONG


class Thumb:
    """Taps on what is in sight, and counts."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.taps = 0
        self.pages = 0
        page.on("response", self._count)

    def _count(self, answer: Any) -> None:
        shown = answer.request.resource_type in ("document", "xhr", "fetch") and answer.status == 200
        self.pages += shown and "html" in answer.headers.get("content-type", "")

    def taps_on(self, target: Any) -> None:
        target.wait_for()
        box, size = target.bounding_box(), self.page.viewport_size
        assert box["y"] >= 0, f"{target} is above what is in sight"
        assert box["y"] + box["height"] <= size["height"], f"{target} is below what is in sight"
        target.tap()
        self.taps += 1


def letter_link(desk: Any) -> str:
    """Where the first line of the morning's letter leads the officer."""
    desk.clock.advance(hours=1)
    found = dict(letters.due(desk.deps, actor_named(desk.deps, "anna", desk.clock.now()), desk.clock.now()))
    [morning] = [letter for about, letter in found.items() if about.startswith("morning.")]
    return str(morning.lines[0].url).removeprefix(desk.deps.settings.desk_url)


def test_an_officer_releases_nine_posts_with_a_tap_each(desk: Any, visit: Any) -> None:
    for post in desk.posts(states=["awaiting"]):
        if "hostile" in post["item_guid"]:
            desk.becomes(post["id"], "closed", approved_digest=None)
    waiting = {post["item"] for post in desk.posts(states=["awaiting"])}
    for item in views.item_list(desk.deps):
        if item["id"] not in waiting and "hostile" not in item["guid"]:
            clear(desk.deps, item["id"])
    planning.propose(desk.deps, desk.clock.now())
    nine = desk.posts(states=["awaiting"])
    assert len(nine) == 9
    assert len({post["item"] for post in nine}) == len({post["channel"] for post in nine}) == 3

    phone = visit(390, has_touch=True, is_mobile=True)
    thumb = Thumb(phone.page)
    phone.opens(letter_link(desk))
    phone.page.get_by_label("Anmeldename").fill("anna")
    phone.page.get_by_label("Kennwort").fill(PASSWORD)
    thumb.taps_on(phone.page.get_by_role("button", name="Anmelden"))
    for left in range(9, 0, -1):
        phone.page.get_by_text(f"{left} Posts warten" if left > 1 else "ein Post wartet").wait_for()
        assert phone.page.get_by_role("article", name=re.compile("Vorschau")).count() == 1
        thumb.taps_on(phone.page.get_by_role("button", name="Freigeben", exact=True))
        phone.page.wait_for_url(re.compile("getan=freigegeben"))
    phone.page.get_by_text("Nichts wartet auf eine Freigabe.").wait_for()

    assert {views.post_show(desk.deps, post["id"])["state"] for post in nine} == {"scheduled"}
    assert thumb.taps == 10
    assert thumb.pages <= 12  # the login, nine posts, the list that is empty then; one to spare
    assert phone.troubles == []


def test_an_officer_releases_what_is_beyond_question_after_one_look(desk: Any, visit: Any) -> None:
    waiting = desk.posts(states=["awaiting"])
    phone = visit(390, has_touch=True, is_mobile=True)
    phone.opens("/")
    phone.page.get_by_label("Anmeldename").fill("anna")
    phone.page.get_by_label("Kennwort").fill(PASSWORD)
    phone.page.get_by_role("button", name="Anmelden").tap()
    phone.page.get_by_role("link", name="Erst die Übersicht").tap()
    phone.page.get_by_role("link", name="Mehrere auf einen Blick prüfen und freigeben").tap()
    phone.page.get_by_role("button", name="Angekreuzte freigeben").tap()
    phone.page.get_by_role("status").get_by_text("sind freigegeben").wait_for()
    unticked = phone.page.get_by_role("checkbox", name=re.compile("^Freigeben"))
    assert unticked.count() == sum(views.post_show(desk.deps, each["id"])["state"] == "awaiting" for each in waiting)
    assert phone.troubles == []


def test_an_editor_sees_at_the_top_of_an_item_where_a_text_does_not_fit(desk: Any, visit: Any) -> None:
    item = desk.awaiting()["item"]
    clearing.write_text(desk.deps, SETUP, item, "x", LONG, LONG, desk.clock.now())
    title = views.item_show(desk.deps, item)["title"]
    seat = visit(1280)
    seat.opens("/")
    seat.page.get_by_label("Anmeldename").fill("eva")
    seat.page.get_by_label("Kennwort").fill(PASSWORD)
    seat.page.get_by_role("button", name="Anmelden").click()
    seat.page.get_by_role("link", name="Aus dem Portal").click()
    seat.page.get_by_role("link", name=title).click()
    told = seat.page.locator(".problem", has_text="Passt bei 1 von 2 Jobcentern.").first
    told.wait_for()
    assert "Groß-Gerau" in told.text_content()
    assert re.search(r"bitte um \d\d kürzen", told.text_content())
    box = told.bounding_box()
    assert box["y"] + box["height"] <= seat.page.viewport_size["height"]
    assert seat.troubles == []
