"""A Jobcenter's own pages in a real browser: narrow and wide, light and dark, and framed elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from distributor.listening import listen
from distributor.services import accounts
from distributor.web.public import public_app
from distributor.web.serve import Server
from tests.browser.conftest import Visit
from tests.support.own_pages import CHANNEL
from tests.web.conftest import SETUP, START
from tests.web.test_own_pages import HOME, PAGES, has, newest, publishes

ELSEWHERE = "https://www.landkreis-fulda.de"
BRIGHT = """(() => {
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => parts(colour).slice(0, 3).map(each => each / 255)
    .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
    .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = each => { while (each) { const found = getComputedStyle(each).backgroundColor;
    if ((parts(found)[3] ?? 1) > 0) return found; each = each.parentElement; } return 'rgb(255,255,255)'; };
  return [...document.querySelectorAll('h1,h2,p,a,time,li')].filter(each => each.textContent.trim()).map(each => {
    const [a, b] = [light(getComputedStyle(each).color), light(ground(each))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05); });
})()"""
"""The contrast of every text with what lies behind it (WCAG 2.2, 1.4.3)."""
SMALL = """[...document.querySelectorAll('a')].filter(each => !each.closest('p:not([class]), .skip, .note'))
  .map(each => each.getBoundingClientRect()).filter(each => each.height < 24).length"""
"""How many links, but those in running text, are lower than 24 pixels (WCAG 2.2, 2.5.8)."""


@pytest.fixture
def looks(desk: Any, chromium: Any) -> Iterator[Callable[..., Visit]]:
    """Open the public pages on a screen of this width, without JavaScript."""
    with ExitStack() as stack:
        bound = stack.enter_context(listen("127.0.0.1:0", "DISTRIBUTOR_PUBLIC_BIND"))
        base = f"http://127.0.0.1:{bound.getsockname()[1]}"
        desk.deps = replace(desk.deps, settings=replace(desk.deps.settings, public_url=base))
        publishes(desk, embed_in=ELSEWHERE)
        has(desk, home="https://www.landkreis-fulda.de/", imprint="https://www.landkreis-fulda.de/impressum")
        server = Server("public", public_app(desk.deps, desk.clock), bound)
        server.thread.start()
        stack.callback(server.thread.join, timeout=15)
        stack.callback(setattr, server, "should_exit", True)

        def open_page(width: int, *, script: bool = False, **options: Any) -> Visit:
            context = chromium.new_context(
                viewport={"width": width, "height": 844}, java_script_enabled=script, locale="de-DE", **options
            )
            stack.callback(context.close)
            found = Visit(context.new_page(), base)
            found.watch()
            return found

        yield open_page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_fit_are_readable_and_ask_nobody_else(desk: Any, looks: Any, width: int, scheme: str) -> None:
    screen = looks(width, color_scheme=scheme)
    for path in (*PAGES, f"{HOME}/beitrag/{newest(desk)[0]['code']}"):
        screen.opens(path)
        assert screen.too_wide <= 0
        assert min(screen.page.evaluate(BRIGHT)) >= 4.5
        assert screen.page.evaluate(SMALL) == 0
        pictures = screen.page.locator("img").all()
        for picture in pictures:
            picture.scroll_into_view_if_needed()
            assert picture.evaluate("each => each.decode().then(() => each.naturalWidth)") > 0
    assert screen.troubles == []


def test_the_keyboard_reaches_the_content_first_and_shows_where_it_is(looks: Any) -> None:
    seat = looks(1280)
    seat.opens(HOME)
    seat.page.keyboard.press("Tab")
    assert seat.page.evaluate("document.activeElement.textContent") == "Zum Inhalt springen"
    assert seat.page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    seat.page.keyboard.press("Enter")
    seat.page.keyboard.press("Tab")
    assert seat.page.evaluate("!!document.activeElement.closest('main h2')")
    assert seat.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.parametrize(("allowed", "shown"), [("*", True), (ELSEWHERE, False)])
def test_one_line_of_html_shows_the_posts_where_it_may(desk: Any, looks: Any, allowed: str, shown: bool) -> None:
    accounts.add_account(desk.deps, SETUP, "fulda", CHANNEL, "seiten", {"embed_in": allowed}, START)
    seat = looks(1280)
    line = f'<iframe src="{seat.base}{HOME}/einbetten" title="Neues" width="100%" height="600"></iframe>'
    site = f"{seat.base}/another-site"
    seat.page.route(site, lambda route: route.fulfill(body=f"<!doctype html>{line}", content_type="text/html"))
    seat.page.goto(site)
    link = seat.page.frame_locator("iframe").get_by_role("link", name=newest(desk)[-1]["title"])
    if shown:
        link.wait_for()
        assert seat.troubles == []
    else:
        assert any("frame-ancestors" in said for said in seat.troubles)
        assert link.count() == 0
