"""The emergency brake on its page, and the sign of it on all the others."""

from __future__ import annotations

from typing import Any

import pytest

from distributor.domain import Actor, Role
from distributor.services import people, views

SETUP = Actor("setup", frozenset({Role.OPERATOR}))


def choices(page: Any) -> list[str]:
    return [str(value) for value in page.find("//select[@id='bereich']/option/@value")]


def test_it_is_linked_from_every_page(desk: Any) -> None:
    browser = desk.person("eva")
    for path in ("/freigabe", "/post/1", "/beitraege", "/beitraege/1", "/notbremse", "/gibt-es-nicht"):
        assert browser.opens(path).find("//header//a[@href='/notbremse']"), path


def test_an_officer_can_stop_the_own_jobcenter_only(desk: Any) -> None:
    browser = desk.person("anna")
    page = browser.opens("/notbremse")
    assert choices(page) == ["kjc:fulda"]
    pulled = browser.sends(page, "/notbremse/ziehen", grund="Falsches Bild")
    assert "Notbremse gezogen: Kreisjobcenter Fulda. Davon geht ab jetzt nichts mehr hinaus." in pulled.text
    assert choices(pulled) == []
    assert views.stop_list(desk.deps)[0]["scope"] == "fulda"
    for scope in ("alles", "kjc:gross-gerau", "kanal:x"):
        refused = browser.posts("/notbremse/ziehen", pruefwert=browser.token, bereich=scope, grund="x")
        assert refused.status == 403, scope


def test_it_lists_what_it_holds(desk: Any) -> None:
    held, other = desk.awaiting()["id"], desk.awaiting("gross-gerau")["id"]
    for post in (held, other):
        desk.becomes(post, "scheduled")
    browser = desk.person("eva")
    pulled = browser.sends(browser.opens("/notbremse"), "/notbremse/ziehen", bereich="kjc:fulda", grund="Vorsicht")
    assert pulled.find("//ul[@class='post-list']//a/@href") == [f"/post/{held}"]


@pytest.mark.parametrize("scope", ["alles", "kjc:gross-gerau", "kanal:x"])
def test_editors_stop_and_resume_at_every_level(desk: Any, scope: str) -> None:
    browser = desk.person("eva")
    pulled = browser.sends(browser.opens("/notbremse"), "/notbremse/ziehen", bereich=scope, grund="Vorsicht")
    assert len(pulled.find("//aside[contains(@class, 'stopped')]")) == 1
    assert pulled.one("//form[@action='/notbremse/loesen']/input[@name='bereich']").get("value") == scope
    agreed = browser.sends(pulled, "/notbremse/loesen")
    assert "Ihre Zustimmung ist vermerkt" in agreed.one("//*[@role='status']").text_content()
    assert "Dem Lösen zugestimmt: eva." in agreed.text
    assert "schon vermerkt" in browser.sends(agreed, "/notbremse/loesen").text
    second = desk.person("otto")
    lifted = second.sends(second.opens("/notbremse"), "/notbremse/loesen")
    assert "Notbremse gelöst" in lifted.text
    assert not lifted.find("//aside[contains(@class, 'stopped')]")
    assert views.stop_list(desk.deps) == []


def test_a_stop_shows_on_every_page_with_its_reason(desk: Any) -> None:
    browser = desk.person("eva")
    browser.sends(browser.opens("/notbremse"), "/notbremse/ziehen", bereich="kanal:x", grund="Falscher Link")
    banner = desk.person("anna").opens("/freigabe").one("//aside[contains(@class, 'stopped')]").text_content()
    assert "Kanal X (Falscher Link)" in " ".join(banner.split())


def test_a_reason_is_needed_and_the_choice_is_kept(desk: Any) -> None:
    browser = desk.person("eva")
    page = browser.sends(browser.opens("/notbremse"), "/notbremse/ziehen", bereich="kanal:x")
    assert page.status == 422
    assert page.one("//input[@id='grund']").get("aria-invalid") == "true"
    assert page.one("//select[@id='bereich']/option[@selected]").get("value") == "kanal:x"
    assert views.stop_list(desk.deps) == []


@pytest.mark.parametrize("scope", ["", "kjc:", "unsinn", "kanal:"])
def test_a_scope_that_is_none_stops_nothing(desk: Any, scope: str) -> None:
    browser = desk.person("eva")
    page = browser.posts("/notbremse/ziehen", pruefwert=browser.token, bereich=scope, grund="x")
    assert page.status == 422
    assert views.stop_list(desk.deps) == []


def test_an_auditor_sees_it_and_cannot_touch_it(desk: Any) -> None:
    browser = desk.person("eva")
    browser.sends(browser.opens("/notbremse"), "/notbremse/ziehen", bereich="alles", grund="Vorsicht")
    auditor = desk.person("pia")
    page = auditor.opens("/notbremse")
    assert "Angehalten: Alles" in page.text
    assert not page.find("//main//form")
    assert auditor.posts("/notbremse/loesen", pruefwert=auditor.token, bereich="alles").status == 403
    assert len(views.stop_list(desk.deps)) == 1


@pytest.mark.parametrize(
    ("flying", "words"), [(0, "Davon geht ab jetzt nichts mehr hinaus"), (1, "Ein Aufruf war"), (3, "3 Aufrufe waren")]
)
def test_what_was_in_flight_is_said(desk: Any, flying: int, words: str) -> None:
    browser = desk.person("eva")
    browser.sends(browser.opens("/notbremse"), "/notbremse/ziehen", bereich="alles", grund="Vorsicht")
    page = browser.opens(f"/notbremse?getan=gezogen&bereich=alles&unterwegs={flying}")
    assert words in page.one("//*[@role='status']").text_content()


def test_a_note_in_the_address_says_nothing_that_is_not_so(desk: Any) -> None:
    browser = desk.person("eva")
    notes = ["getan=gezogen&bereich=alles", "getan=gezogen&bereich=alles&unterwegs=3", "getan=gezogen&bereich=<b>"]
    for note in notes:
        assert browser.opens(f"/notbremse?{note}").one("//*[@role='status']").text_content() == "", note
    browser.sends(browser.opens("/notbremse"), "/notbremse/ziehen", bereich="alles", grund="Vorsicht")
    page = browser.opens("/notbremse?getan=geloest&bereich=alles")
    assert page.one("//*[@role='status']").text_content() == ""


def test_htmx_gets_the_sign_of_a_stop_with_the_next_page(desk: Any) -> None:
    officer = desk.person("anna")
    calm = officer.opens("/freigabe", **{"HX-Request": "true"}).one("//*[@id='halt']")
    assert (calm.get("hx-swap-oob"), calm.text_content().strip()) == ("true", "")
    editor = desk.person("eva")
    editor.sends(editor.opens("/notbremse"), "/notbremse/ziehen", bereich="alles", grund="Falsches Bild")
    stopped = officer.opens("/freigabe", **{"HX-Request": "true"}).one("//*[@id='halt']")
    assert "Falsches Bild" in stopped.text_content()


def test_whoever_is_the_only_one_says_why(desk: Any) -> None:
    both = [people.Membership(role) for role in (Role.EDITOR, Role.OPERATOR)]
    people.add_user(desk.deps, SETUP, "eva", both, desk.clock.now())
    people.set_active(desk.deps, SETUP, "otto", False, desk.clock.now())
    browser = desk.person("eva")
    pulled = browser.sends(browser.opens("/notbremse"), "/notbremse/ziehen", bereich="kanal:x", grund="Vorsicht")

    silent = browser.sends(pulled, "/notbremse/loesen")
    assert (silent.status, "warum eine Person allein" in silent.text) == (422, True)
    lifted = browser.sends(silent, "/notbremse/loesen", grund="Sonst ist niemand da")

    assert "Notbremse gelöst" in lifted.text
    assert views.stop_list(desk.deps) == []
