"""Release and Stop by the keyboard alone and what a screen reader is told: names, roles, focus, announcements."""

from __future__ import annotations

from typing import Any

import pytest

from distributor.services import views
from tests.web.conftest import PASSWORD


class Reader:
    """Somebody who sees nothing: only the accessibility tree of the page, and keys."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.wire = page.context.new_cdp_session(page)
        self.wire.send("Accessibility.enable")

    def focus(self) -> tuple[str, str, str]:
        """Role, name and description of what has the focus."""
        found = self.wire.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]["objectId"]
        asked = {"objectId": found, "fetchRelatives": False}
        [node] = self.wire.send("Accessibility.getPartialAXTree", asked)["nodes"][:1]
        told = [str(node.get(what, {}).get("value", "")) for what in ("role", "name", "description")]
        return told[0], " ".join(told[1].split()), told[2]

    def goes_to(self, role: str, name: str, *, back: bool = False) -> None:
        """Tab on until the focus is there."""
        heard = []
        for _ in range(60):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            heard.append(self.focus()[:2])
            if heard[-1][0] == role and heard[-1][1].startswith(name):
                return
        pytest.fail(f"{role} „{name}“ is out of the keyboard's reach; heard {heard}")

    def presses(self, role: str, name: str, *, back: bool = False) -> None:
        self.goes_to(role, name, back=back)
        self.page.keyboard.press("Enter")

    def announced(self, words: str) -> None:
        """Wait until the live region says it."""
        self.page.get_by_role("status").get_by_text(words).first.wait_for()
        nodes = self.wire.send("Accessibility.getFullAXTree")["nodes"]
        [region] = [node for node in nodes if node.get("role", {}).get("value") == "status"]
        live = {each["name"]: each["value"].get("value") for each in region["properties"]}
        assert live["live"] == "polite"

    def on_heading(self) -> str:
        """Wait until the heading has the focus; what it says."""
        self.page.locator("h1:focus").wait_for()
        role, name, _ = self.focus()
        assert role == "heading"
        return name


@pytest.fixture
def reader(desk: Any, visit: Any) -> Reader:
    seat = visit(1280)
    seat.opens("/")
    found = Reader(seat.page)
    found.goes_to("textbox", "Anmeldename")
    seat.page.keyboard.type("anna")
    found.goes_to("textbox", "Kennwort")
    seat.page.keyboard.type(PASSWORD)
    seat.page.keyboard.press("Enter")
    seat.page.get_by_role("heading", name="Heute,").wait_for()
    return found


def test_a_post_is_released_and_taken_back_by_ear(desk: Any, reader: Reader) -> None:
    first, second = desk.posts(states=["awaiting"])[:2]
    reader.presses("link", "Zum Inhalt springen")
    reader.presses("link", "Jetzt freigeben")
    assert reader.on_heading() == first["title"]
    assert reader.page.get_by_role("article", name="Vorschau").count() == 1

    reader.presses("button", "Freigeben")

    reader.announced("Freigegeben für")
    assert reader.on_heading() == second["title"]
    assert reader.page.locator("[data-legend]").is_visible()
    assert views.post_show(desk.deps, first["id"])["state"] == "scheduled"

    reader.presses("button", f"Freigabe zurücknehmen: {first['title']}", back=True)

    reader.announced("Freigabe zurückgenommen")
    assert reader.on_heading() == first["title"]
    assert views.post_show(desk.deps, first["id"])["state"] == "awaiting"


def test_a_post_is_declined_by_ear_and_a_missing_reason_is_said(desk: Any, reader: Reader) -> None:
    first = desk.awaiting()
    reader.presses("link", "Jetzt freigeben")
    reader.on_heading()
    reader.page.keyboard.press("a")
    role, name, description = reader.focus()
    assert (role, name) == ("textbox", "Grund")
    assert "Steht im Protokoll" in description
    reader.presses("button", "Ablehnen")

    reader.page.get_by_role("alert").wait_for()
    reader.page.locator("[role=alert]:focus").wait_for()
    reader.presses("link", "Bitte einen Grund")
    role, name, description = reader.focus()
    assert (role, name) == ("textbox", "Grund")
    assert "Bitte einen Grund" in description
    reader.page.keyboard.type("Passt nicht zu uns")
    reader.presses("button", "Ablehnen")

    reader.announced("Abgelehnt")
    reader.on_heading()
    assert views.post_show(desk.deps, first["id"])["state"] == "closed"


def test_the_emergency_brake_is_pulled_by_ear(desk: Any, reader: Reader) -> None:
    reader.presses("link", "Notbremse")
    reader.page.get_by_role("heading", name="Notbremse ziehen").wait_for()
    reader.goes_to("combobox", "Was anhalten?")
    reader.goes_to("textbox", "Grund")
    assert "Ein Satz" in reader.focus()[2]
    reader.page.keyboard.type("Falsches Bild")
    reader.presses("button", "Notbremse ziehen")

    reader.page.get_by_role("complementary", name="Notbremse").get_by_text("Falsches Bild").wait_for()
    reader.page.locator("#meldung p:focus").wait_for()
    reader.announced("Notbremse")
    [stop] = views.stop_list(desk.deps)
    assert stop["reason"] == "Falsches Bild"
    reader.goes_to("button", "Lösen: ")


def test_a_link_to_a_part_of_a_page_leads_the_focus_there(desk: Any, visit: Any) -> None:
    seat = visit(390)
    seat.logs_in("eva")
    seat.opens("/")
    seat.page.locator("a[href$='#klaerung']").first.click()
    seat.page.wait_for_url("**/beitraege/*#klaerung")
    seat.page.keyboard.press("Tab")
    assert seat.page.evaluate("document.activeElement.closest('section').getAttribute('aria-labelledby')") == "klaerung"
