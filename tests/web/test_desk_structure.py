"""The pages' HTML: what screen readers, keyboards and small windows rely on."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from distributor.services.people import actor_named
from distributor.services.stopping import Scope, stop

PAGES = [
    (None, "/anmelden"),
    ("anna", "/"),
    ("eva", "/"),
    ("otto", "/"),
    ("anna", "/freigabe"),
    ("anna", "/freigabe?liste=hilfe"),
    ("anna", "/freigabe/auswahl"),
    ("anna", "/schulung"),
    ("anna", "/post/1"),
    ("anna", "/post/2"),
    ("eva", "/freigabe"),
    ("eva", "/beitraege"),
    ("eva", "/beitraege/1"),
    ("eva", "/beitraege/3"),
    ("eva", "/beitraege/1/kanaltext/x"),
    ("pia", "/beitraege/3"),
    ("eva", "/notbremse"),
    ("eva", "/rueckrufe"),
    ("eva", "/einwilligungen"),
    ("eva", "/sitzung"),
    ("anna", "/kalender"),
    ("anna", "/kalender?ansicht=monat"),
    ("anna", "/kalender?ansicht=woche&post=1"),
    ("eva", "/kalender?ansicht=tag&ab=2026-11-24"),
    ("anna", "/jobcenter"),
    ("anna", "/jobcenter/fulda"),
    ("otto", "/personen"),
    ("anna", "/personen"),
    ("anna", "/konten"),
    ("anna", "/konten/1"),
    ("otto", "/konten/1"),
    ("otto", "/konten/neu"),
    ("otto", "/konten/neu?kjc=fulda&kanal=facebook"),
    ("otto", "/konten/neu?kjc=fulda&kanal=x"),
    ("anna", "/gibt-es-nicht"),
]


@pytest.fixture(scope="module")
def opened(unchanged_desk: Any) -> dict[tuple[str | None, str], Any]:
    """All pages, while a Stop is in force."""
    desk = unchanged_desk
    stop(desk.deps, actor_named(desk.deps, "eva", desk.clock.now()), Scope(channel="x"), "Test", desk.clock.now())
    browsers = {login: desk.person(login) for login in {login for login, _ in PAGES}}
    return {(login, path): browsers[login].opens(path) for login, path in PAGES}


WITHOUT_SESSION = {"/anmelden", "/sprache"}
"""Forms that no session stands behind: one opens it, the other changes a cookie about how pages are read."""


@pytest.fixture(params=PAGES, ids=[f"{login}:{path}" for login, path in PAGES])
def page(request: pytest.FixtureRequest, opened: dict[tuple[str | None, str], Any]) -> Any:
    """Each page in turn."""
    return opened[request.param]


def test_a_page_has_its_bones(page: Any) -> None:
    assert page.one("/html").get("lang") == "de"
    assert page.one("//meta[@name='viewport']").get("content") == "width=device-width, initial-scale=1"
    assert page.one("//title").text_content().strip(" –").endswith("KJC-Verteiler")
    assert len(page.find("//main")) == len(page.find("//h1")) == len(page.find("//header")) == 1
    assert page.find("//body/*[1][self::a]/@href") == ["#" + page.one("//main").get("id")]
    assert page.one("//*[@role='status' and @id='meldung']") is not None


def test_headings_go_down_one_step_at_a_time(page: Any) -> None:
    levels = [int(heading.tag[1]) for heading in page.find("//main//*[self::h1 or self::h2 or self::h3 or self::h4]")]
    assert levels[0] == 1
    assert all(deeper <= level + 1 for level, deeper in itertools.pairwise(levels))


def test_every_field_has_a_label_and_every_button_a_name(page: Any) -> None:
    fields = page.find("//main//*[self::input[not(@type='hidden')] or self::select or self::textarea]")
    for field in fields:
        label = page.one(f"//label[@for='{field.get('id')}']")
        assert label.text_content().strip()
    for button in page.find("//button"):
        assert button.text_content().strip()
        assert button.get("type") == "submit"
    for fieldset in page.find("//fieldset"):
        assert fieldset.xpath("./legend")


def test_ids_are_there_once_and_references_lead_somewhere(page: Any) -> None:
    ids = [str(each) for each in page.find("//@id")]
    assert len(ids) == len(set(ids))
    for reference in page.find("//@aria-labelledby | //@aria-describedby | //@for"):
        assert set(str(reference).split()) <= set(ids)
    for link in page.find("//a[starts-with(@href, '#')]/@href"):
        assert str(link)[1:] in ids


def test_pictures_have_an_alternative_text_and_forms_their_token(page: Any) -> None:
    assert all(picture.get("alt") is not None for picture in page.find("//img"))
    for form in page.find("//form[@method='post']"):
        assert form.get("action") in WITHOUT_SESSION or form.xpath(".//input[@name='pruefwert']/@value")


def test_links_that_open_a_new_window_cannot_reach_back(desk: Any) -> None:
    page = desk.person("anna").opens("/post/1")
    outside = page.find("//a[starts-with(@href, 'http')]")
    assert outside
    assert all(link.get("rel") == "noopener noreferrer" for link in outside)
