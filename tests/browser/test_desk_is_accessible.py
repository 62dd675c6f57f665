"""axe-core on every page, in light and dark, on the narrowest screen and at twice the text size; targets large enough.

axe-core is asked by its script, which lies where ``AXE_CORE`` says (the folder into which npm installed it).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from distributor.services import topics
from tests.web.conftest import SETUP

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCREENS: dict[str, dict[str, Any]] = {
    "light": {"width": 1280, "color_scheme": "light"},
    "dark": {"width": 1280, "color_scheme": "dark"},
    "narrow": {"width": 320, "color_scheme": "light"},
    "doubled": {"width": 640, "color_scheme": "light", "device_scale_factor": 2},
}
"""Each screen, on which all rules are asked; a browser at 200 % shows a page as on half the pixels."""

PAGES = {
    "anna": (
        "/",
        "/freigabe",
        "/freigabe?liste=hilfe",
        "/freigabe/auswahl",
        "/schulung",
        "/post/{post}",
        "/verpasst",
        "/kalender",
        "/kalender?ansicht=monat",
        "/kalender?ansicht=woche&post={post}",
        "/kalender?ansicht=tag&ab=2026-11-24",
        "/konten",
    ),
    "eva": (
        "/",
        "/beitraege",
        "/beitraege/{item}",
        "/beitraege/{item}/kanaltext/x",
        "/einwilligungen",
        "/rueckrufe",
        "/notbremse",
        "/sitzung",
        "/jobcenter",
        "/jobcenter/fulda",
    ),
    "otto": (
        "/",
        "/konten/1",
        "/konten/neu",
        "/konten/neu?kjc=fulda&kanal=facebook",
        "/personen",
        "/protokoll",
        "/zugang",
        "/zugang/kennwort",
        "/zugang/passkey",
        "/nachweis",
    ),
}


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    folder = os.environ.get("AXE_CORE", "")
    path = Path(folder) / "node_modules" / "axe-core" / "axe.min.js"
    if not folder or not path.is_file():
        pytest.skip("AXE_CORE names no folder with axe-core (npm install --prefix FOLDER axe-core)")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("screen", SCREENS)
def test_no_page_has_a_finding(desk: Any, visit: Any, axe: str, screen: str) -> None:
    post = desk.awaiting()
    desk.becomes(desk.posts()[1]["id"], "failed", reason_code="x", reason_text="Nein.", reason_who="officer")
    topics.add(desk.deps, SETUP, "Mietspiegel", desk.clock.now(), horizon="short", theme="housing")
    options = dict(SCREENS[screen])
    found: dict[str, list[str]] = {}
    for login, paths in PAGES.items():
        seat = visit(options["width"], **{name: value for name, value in options.items() if name != "width"})
        seat.opens("/anmelden")
        found |= {"/anmelden": findings(seat.page, axe)} if login == "anna" else {}
        seat.logs_in(login)
        for path in paths:
            seat.opens(path.format(post=post["id"], item=post["item"]))
            found[f"{login}: {path}"] = findings(seat.page, axe)
            if options["width"] < 700:
                assert seat.too_wide <= 0, path
    lines = [f"{path}: {each}" for path, told in found.items() for each in told]
    assert not lines, "\n".join(lines)


def findings(page: Any, axe: str) -> list[str]:
    """What axe-core finds on the page, with everything unfolded, and which targets are smaller than 24 pixels."""
    page.wait_for_load_state()
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    page.evaluate(axe)
    told = page.evaluate("rules => axe.run({runOnly: rules})", TAGS)
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in told["violations"]
        for node in each["nodes"][:3]
    ]
