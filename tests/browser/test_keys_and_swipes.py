"""Single keys and swipes on the page of a post: each does what its button does, and no more."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from distributor.services import views

PHONE = 390


def state(desk: Any, post: int) -> str:
    return str(views.post_show(desk.deps, post)["state"])


def rests(page: Any) -> None:
    """Wait until a new part of the page has the focus and its links and forms are taken over by the script."""
    page.locator("main:not(.htmx-settling) h1:focus:not(.htmx-added)").wait_for()


def test_keys_release_take_back_skip_and_open_the_forms(desk: Any, visit: Any) -> None:
    first, second = (post["id"] for post in desk.posts(states=["awaiting"])[:2])
    seat = visit(1280)
    seat.logs_in("anna")
    seat.opens(f"/post/{first}")
    seat.page.locator("[data-legend]:not([hidden])").wait_for()

    seat.page.keyboard.press("f")
    seat.page.wait_for_url(re.compile(rf"/{second}\?"))
    seat.page.get_by_role("button", name="Freigabe zurücknehmen").wait_for()
    rests(seat.page)
    assert state(desk, first) == "scheduled"
    seat.page.keyboard.press("z")
    seat.page.wait_for_url(re.compile(rf"/{first}\?getan=wartet"))
    rests(seat.page)
    assert state(desk, first) == "awaiting"
    seat.page.keyboard.press("n")
    seat.page.wait_for_url(re.compile(rf"/{second}$"))
    rests(seat.page)
    seat.page.keyboard.press("v")
    assert seat.page.get_by_label("Neue Zeit").evaluate("each => each === document.activeElement")
    seat.opens(f"/post/{second}")
    seat.page.keyboard.press("a")
    reason = seat.page.get_by_label("Grund")
    assert reason.evaluate("each => each === document.activeElement")
    seat.page.keyboard.type("fanz")
    assert reason.input_value() == "fanz"
    assert (state(desk, first), state(desk, second)) == ("awaiting", "awaiting")
    assert seat.troubles == []


def test_keys_can_be_switched_off_and_stay_so(desk: Any, visit: Any) -> None:
    post = desk.awaiting()["id"]
    seat = visit(1280)
    seat.logs_in("anna")
    seat.opens(f"/post/{post}")
    seat.page.keyboard.press("?")
    assert seat.page.get_by_text("Überspringen, nächster Post").last.is_visible()
    seat.page.get_by_label("Einzelne Tasten ausschalten").check()
    seat.page.locator("h1").click()
    seat.page.keyboard.press("f")
    seat.opens(f"/post/{post}")
    seat.page.locator("[data-legend]:not([hidden])").wait_for()
    seat.page.keyboard.press("f")
    seat.page.keyboard.press("Control+f")
    assert seat.page.url.endswith(f"/post/{post}")
    assert state(desk, post) == "awaiting"
    seat.page.evaluate("document.querySelector('[data-legend]').open = true")
    assert seat.page.get_by_label("Einzelne Tasten ausschalten").is_checked()


class Finger:
    """A finger on the screen, with all that Chromium makes of it: scrolling, cancelled pointers.

    It rests a second at the end of its way: Chromium takes the next tap after a fling for a stop, not for a click.
    """

    def __init__(self, page: Any) -> None:
        self.page = page
        self.moment = time.time()
        self.wire = page.context.new_cdp_session(page)

    def goes(self, start: tuple[int, int], *way: tuple[int, int]) -> None:
        self._is("touchStart", start)
        for at in way:
            self._is("touchMove", at)
        self._is("touchMove", way[-1], after=1)
        self._is("touchEnd", after=1)

    def _is(self, what: str, *at: tuple[int, int], after: float = 0.02) -> None:
        self.moment += after
        event = {"type": what, "touchPoints": [{"x": x, "y": y} for x, y in at], "timestamp": self.moment}
        self.wire.send("Input.dispatchTouchEvent", event)


def way(start: tuple[int, int], end: tuple[int, int]) -> list[tuple[int, int]]:
    """Ten points from here to there."""
    (x, y), (to_x, to_y) = start, end
    return [start, *((x + (to_x - x) * n // 10, y + (to_y - y) * n // 10) for n in range(1, 11))]


@pytest.fixture
def phone(desk: Any, visit: Any) -> Any:
    seat = visit(PHONE, has_touch=True, is_mobile=True)
    seat.logs_in("anna")
    seat.opens(f"/post/{desk.awaiting()['id']}")
    seat.page.locator("[data-legend]:not([hidden])").wait_for()
    return seat


def test_a_swipe_to_the_right_releases_and_can_be_taken_back(desk: Any, phone: Any) -> None:
    post = desk.awaiting()["id"]
    Finger(phone.page).goes(*way((80, 500), (300, 500)))
    phone.page.wait_for_url(re.compile(rf"nr={post}$"))
    rests(phone.page)
    assert state(desk, post) == "scheduled"
    phone.page.get_by_role("button", name="Freigabe zurücknehmen").tap()
    phone.page.wait_for_url(re.compile(rf"/{post}\?getan=wartet"))
    assert state(desk, post) == "awaiting"
    assert phone.troubles == []


def test_a_swipe_to_the_left_opens_the_form_for_the_reason_and_decides_nothing(desk: Any, phone: Any) -> None:
    post = desk.awaiting()["id"]
    Finger(phone.page).goes(*way((300, 500), (80, 490)))
    assert phone.page.get_by_label("Grund").evaluate("each => each === document.activeElement")
    assert state(desk, post) == "awaiting"


NO_SWIPES = {
    "a scroll": way((200, 600), (210, 250)),
    "a scroll that drifts": way((150, 600), (320, 380)),
    "a scroll that turns": way((80, 600), (90, 400)) + way((90, 400), (330, 400))[1:],
    "too short": way((80, 500), (150, 500)),
    "thought better of": way((80, 500), (300, 500)) + way((300, 500), (90, 500))[1:],
    "too near the edge, where the browser has gestures of its own": way((20, 500), (300, 500)),
}


def test_what_is_no_swipe_does_nothing(desk: Any, phone: Any) -> None:
    post = desk.awaiting()["id"]
    finger = Finger(phone.page)
    for name, points in NO_SWIPES.items():
        finger.goes(*points)
        phone.page.wait_for_function("() => new Promise(done => requestAnimationFrame(() => done(true)))")
        assert phone.page.url.endswith(f"/post/{post}"), name
        assert not phone.page.get_by_label("Grund").is_visible(), name
        phone.page.evaluate("scrollTo(0, 0)")
    assert state(desk, post) == "awaiting"


def test_swipes_have_visible_buttons_beside_them(desk: Any, phone: Any) -> None:
    release = phone.page.get_by_role("button", name="Freigeben", exact=True)
    decline = phone.page.get_by_role("link", name="Ablehnen …")
    for each in (release, decline):
        box = each.bounding_box()
        assert box["height"] >= 24
        assert box["y"] + box["height"] <= 844
    decline.tap()
    phone.page.get_by_label("Grund").wait_for()
    assert phone.page.get_by_label("Grund").is_visible()
