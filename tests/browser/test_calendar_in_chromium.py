"""Moving posts of the calendar in a real browser: by drag, by keyboard alone, by form on a phone without JavaScript."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from distributor.services import views
from distributor.web.moments import field_value

PHONE, WIDE = 390, 1280


def due(desk: Any, post: dict[str, Any]) -> str:
    """The post's German time, as a field shows it."""
    return field_value(datetime.fromisoformat(views.post_show(desk.deps, post["id"])["due_at"]))


def sits(visit: Any, view: str, **options: Any) -> Any:
    seat = visit(options.pop("width", WIDE), **options)
    seat.logs_in("anna")
    seat.opens(f"/kalender?ansicht={view}")
    seat.page.wait_for_load_state("networkidle")
    return seat


def first_in(desk: Any, channel: str) -> dict[str, Any]:
    """The channel's first post; it is proposed for Monday."""
    found: dict[str, Any] = desk.posts(channel=channel)[0]
    assert due(desk, found).startswith("2026-11-23")
    return found


def test_a_post_is_dragged_to_a_free_slot_and_laid_back(desk: Any, visit: Any) -> None:
    post = first_in(desk, "facebook")
    before = due(desk, post)
    seat = sits(visit, "woche")
    slot = seat.page.locator("[data-tag='2026-11-26'] [data-ziel]", has_text="16:30 Facebook: frei")

    seat.page.locator(f"[data-post='{post['id']}'] b").drag_to(slot)

    seat.page.get_by_role("status").get_by_text("Neue Zeit: Do 26.11.2026, 16:30 Uhr").wait_for()
    assert due(desk, post) == "2026-11-26T16:30"
    assert seat.page.evaluate("document.activeElement.getAttribute('href')") == f"/post/{post['id']}"
    seat.page.get_by_role("button", name="Zurücklegen").click()
    seat.page.get_by_role("status").get_by_text("Neue Zeit: Mo 23.11.2026").wait_for()
    assert due(desk, post) == before
    assert seat.troubles == []


def test_on_another_day_a_post_keeps_its_time_and_a_forbidden_day_explains_itself(desk: Any, visit: Any) -> None:
    post = first_in(desk, "facebook")
    before = due(desk, post)
    desk.closes("fulda", date(2026, 11, 30))
    seat = sits(visit, "monat")

    closed, open_day = (seat.page.locator(f"[data-tag='{day}']") for day in ("2026-11-30", "2026-11-27"))
    closed.scroll_into_view_if_needed()  # whoever drags sees both ends of the way

    seat.page.locator(f"[data-post='{post['id']}'] b").drag_to(closed)

    seat.page.get_by_role("alert").get_by_text("Schließtag (Umzug)").wait_for()
    assert due(desk, post) == before
    assert seat.page.get_by_role("heading", name="November 2026").count() == 1
    open_day.scroll_into_view_if_needed()
    seat.page.locator(f"[data-post='{post['id']}'] b").drag_to(open_day)
    seat.page.get_by_role("status").get_by_text("Neue Zeit: Fr 27.11.2026, 10:00 Uhr").wait_for()
    assert due(desk, post) == "2026-11-27T10:00"
    assert [each for each in seat.troubles if "422" not in each] == []


def test_a_post_is_moved_with_the_keyboard_alone_and_each_step_is_said(desk: Any, visit: Any) -> None:
    post = first_in(desk, "facebook")
    desk.closes("fulda", date(2026, 11, 24))
    seat = sits(visit, "woche")
    said = seat.page.locator("#ansage")
    seat.page.locator(f"[data-post='{post['id']}'] a").first.focus()

    def press(key: str, *expected: str) -> None:
        seat.page.keyboard.press(key)
        for text in expected:
            seat.page.locator("#ansage", has_text=text).wait_for()

    press("v", f"Aufgenommen: {post['title'][:30]}", "Pfeiltasten wählen, Eingabe legt ab, Escape bricht ab.")
    press("ArrowRight", "Di 24.11.2026, 10:00 Uhr geht nicht.", "Schließtag (Umzug)")
    press("ArrowRight", "Mi 25.11.2026, 10:00 Uhr")
    press("ArrowDown", "Mi 25.11.2026, 16:30 Uhr: nichts spricht dagegen.")
    press("Escape", "Abgebrochen; der Post bleibt, wo er ist.")
    assert due(desk, post).startswith("2026-11-23")
    press("ArrowRight")
    assert said.inner_text() == "Abgebrochen; der Post bleibt, wo er ist."
    press("v", "Aufgenommen")
    press("ArrowUp", "Weiter reicht diese Ansicht nicht.")
    for _ in range(2):
        press("ArrowRight")
    press("ArrowDown", "Mi 25.11.2026, 16:30 Uhr: nichts spricht dagegen.")
    press("Enter")

    seat.page.get_by_role("status").get_by_text("Neue Zeit: Mi 25.11.2026, 16:30 Uhr").wait_for()
    assert due(desk, post) == "2026-11-25T16:30"
    assert seat.page.evaluate("document.activeElement.getAttribute('href')") == f"/post/{post['id']}"
    assert seat.troubles == []


def test_in_a_month_the_arrows_go_by_day_and_by_week_also_after_a_change_of_page(desk: Any, visit: Any) -> None:
    post = first_in(desk, "facebook")
    seat = sits(visit, "liste")
    seat.page.get_by_role("link", name="Monat", exact=True).click()
    seat.page.locator("table.month").wait_for()
    seat.page.locator(f"[data-post='{post['id']}'] a").first.focus()

    for key in ("v", "ArrowDown", "ArrowUp", "ArrowRight", "ArrowRight", "ArrowRight"):
        seat.page.keyboard.press(key)
    seat.page.locator("#ansage", has_text="Do 26.11.2026, 10:00 Uhr: nichts spricht dagegen.").wait_for()
    assert seat.page.locator(".target").get_attribute("data-tag") == "2026-11-26"
    seat.page.keyboard.press("Enter")

    seat.page.get_by_role("status").get_by_text("Neue Zeit: Do 26.11.2026, 10:00 Uhr").wait_for()
    assert due(desk, post) == "2026-11-26T10:00"
    assert seat.troubles == []


@pytest.mark.parametrize("script", [True, False], ids=["with-javascript", "without-javascript"])
def test_a_post_is_moved_by_form_on_a_phone(desk: Any, visit: Any, script: bool) -> None:
    post = first_in(desk, "facebook")
    phone = sits(visit, "woche", width=PHONE, script=script, has_touch=True, is_mobile=True)
    assert phone.too_wide <= 0

    phone.page.locator(f"[data-post='{post['id']}']").get_by_role("link", name="Verschieben").tap()
    phone.page.get_by_role("heading", name="Freie Plätze in der Nähe").wait_for()
    assert phone.too_wide <= 0
    phone.page.get_by_label("Oder eine andere Zeit").fill("2026-11-24T21:00")
    phone.page.get_by_role("button", name="Verschieben", exact=True).tap()
    phone.page.get_by_role("alert").get_by_text("Ruhezeit").wait_for()
    phone.page.get_by_role("button", name="Do 26.11.2026, 16:30 Uhr").tap()

    phone.page.get_by_role("status").get_by_text("Neue Zeit: Do 26.11.2026, 16:30 Uhr").wait_for()
    assert due(desk, post) == "2026-11-26T16:30"
    assert [each for each in phone.troubles if "422" not in each] == []


def test_an_auditor_finds_nothing_to_move(desk: Any, visit: Any) -> None:
    seat = visit(WIDE)
    seat.logs_in("pia")
    seat.opens("/kalender?ansicht=monat&kjc=fulda")
    assert seat.page.locator("td a[href^='/post/']").count() > 0
    assert seat.page.locator("[data-post], #verschieben, #ansage").count() == 0
