"""A real Chromium before a desk that is served on this machine; skipped with a reason where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from distributor.listening import listen
from distributor.web.desk import desk_app
from distributor.web.serve import Server
from tests.web.conftest import PASSWORD, desk, make_desk, seed

__all__ = ["desk", "make_desk", "seed"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass
class Visit:
    """A person's page, and what went wrong on it."""

    page: Any
    base: str
    troubles: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note errors of scripts and policies, and every request that leaves the desk."""
        self.page.on("console", lambda said: self.troubles.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        if not url.startswith((f"{self.base}/", "data:")):
            self.troubles.append(f"asked elsewhere: {url}")

    def opens(self, path: str) -> None:
        self.page.goto(self.base + path)

    def logs_in(self, login: str) -> None:
        self.opens("/anmelden")
        self.page.get_by_label("Anmeldename").fill(login)
        self.page.get_by_label("Kennwort").fill(PASSWORD)
        self.page.get_by_role("button", name="Anmelden").click()
        self.page.wait_for_url(f"{self.base}/")
        self.opens("/freigabe")

    @property
    def too_wide(self) -> int:
        """By how many pixels the page is wider than the screen, with everything unfolded."""
        self.page.wait_for_load_state()  # without its style sheets a page has other widths
        self.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        root = "document.documentElement"
        return int(self.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser. It ends with its module: while Playwright runs, no other test can start an event loop."""
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    with api.sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=program)
        except api.Error as error:
            pytest.skip(f"Chromium does not start here: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


@contextmanager
def served(world: Any, port: int = 0) -> Iterator[str]:
    """The desk on this port, or on a free one."""
    with listen(f"127.0.0.1:{port}", "DISTRIBUTOR_DESK_BIND") as bound:
        server = Server("desk", desk_app(world.deps, world.clock), bound)
        server.thread.start()
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            server.thread.join(timeout=15)


@pytest.fixture
def visit(desk: Any, chromium: Any) -> Iterator[Callable[..., Visit]]:
    """Open a page on a screen of this width, with or without JavaScript."""
    with ExitStack() as stack:
        base = stack.enter_context(served(desk))

        def open_page(width: int, *, script: bool = True, **options: Any) -> Visit:
            screen = {"width": width, "height": 844}
            context = chromium.new_context(viewport=screen, java_script_enabled=script, locale="de-DE", **options)
            stack.callback(context.close)
            found = Visit(context.new_page(), base)
            found.watch()
            return found

        yield open_page
