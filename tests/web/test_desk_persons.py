"""Consents on the desk: persons by key, signed forms with their scans, links to items, and who may see them."""

from __future__ import annotations

from typing import Any

import pytest

from distributor.consent import SCOPES
from distributor.services import approving, views
from distributor.services.people import actor_named

SCAN = b"%PDF-1.7 Ada Beispiel"


def enters(desk: Any, **fields: str) -> str:
    """Let the editor take a person in; return the key."""
    browser = desk.person("eva")
    page = browser.sends(browser.opens("/einwilligungen"), "/einwilligungen", jobcenter="fulda", **fields)
    key: str = page.one("//h1").text_content().strip()
    return key


def signs(desk: Any, key: str, scan: bytes = SCAN, **fields: str) -> Any:
    browser = desk.person("eva")
    form = {"pruefwert": browser.token, "formular": "A1", "am": "2026-11-20", "kanal:facebook": "1", **fields}
    return browser.client.post(
        f"/einwilligungen/{key}/unterschrift",
        data={**form, **{f"umfang:{scope}": "1" for scope in SCOPES}},
        files={"datei": ("scan.pdf", scan)},
    )


def test_a_person_is_taken_in_signs_and_is_linked_to_an_item(desk: Any) -> None:
    key = enters(desk)
    assert key.startswith("P-")
    answer = signs(desk, key)
    assert "Die Einwilligung ist eingetragen" in answer.text
    browser = desk.person("eva")
    item = views.item_list(desk.deps)[0]["id"]
    page = browser.posts(f"/beitraege/{item}/personen", pruefwert=browser.token, person=key, **{"zeigt:image": "1"})
    assert key in page.one("//section[@aria-labelledby='personen']").text_content()
    assert "gilt nicht für diesen Kanal. (Instagram, X)" in page.text
    assert "(nicht mehr)" not in browser.opens(f"/einwilligungen/{key}").text
    page = browser.posts(f"/beitraege/{item}/personen-loesen", pruefwert=browser.token, person=key)
    assert "Mit niemandem verknüpft" in page.text


def test_the_document_comes_back_as_it_was_and_is_no_page(desk: Any) -> None:
    key = enters(desk)
    signs(desk, key)
    browser = desk.person("pia")

    answer = browser.client.post(f"/einwilligungen/{key}/dokument", data={"pruefwert": browser.token})

    assert answer.content == SCAN
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_scan_larger_than_other_forms_is_taken_and_too_large_a_one_refused(desk: Any) -> None:
    key = enters(desk)

    assert "ist eingetragen" in signs(desk, key, b"x" * 2_000_000).text
    assert signs(desk, key, b"x" * 10_500_000).status_code == 422
    assert signs(desk, key, b"").status_code == 422
    assert signs(desk, key, am="gestern").status_code == 422


@pytest.mark.parametrize("login", ["anna", "otto"])
def test_officers_and_operators_see_nothing_of_it(desk: Any, login: str) -> None:
    key = enters(desk)
    browser = desk.person(login)

    assert "/einwilligungen" not in browser.opens("/notbremse").find("//nav//a/@href")
    assert browser.opens("/einwilligungen").status == 403
    assert browser.opens(f"/einwilligungen/{key}").status == 403
    assert browser.client.post(f"/einwilligungen/{key}/dokument", data={"pruefwert": browser.token}).status_code == 403


def test_what_is_wrong_with_a_minor_is_said_at_the_field(desk: Any) -> None:
    browser = desk.person("eva")
    page = browser.posts("/einwilligungen", pruefwert=browser.token, jobcenter="fulda", geburtstag="2027-05-01")

    assert page.status == 422
    assert page.one("//*[@id='geburtstag-fehler']") is not None


def test_a_withdrawal_names_a_reason_and_ends_all(desk: Any) -> None:
    key = enters(desk)
    signs(desk, key)
    browser = desk.person("eva")
    path = f"/einwilligungen/{key}/widerrufen"

    assert browser.posts(path, pruefwert=browser.token, grund=" ").status == 422
    assert "Widerrufen." in browser.posts(path, pruefwert=browser.token, grund="Wunsch der Person").text
    assert "widerrufen" in browser.opens(f"/einwilligungen/{key}").text


def test_who_changed_a_post_is_told_that_somebody_else_releases_it_and_an_editor_may(desk: Any) -> None:
    post = next(post for post in views.post_list(desk.deps, organisation="fulda") if post["state"] == "awaiting")
    number = post["id"]
    desk.clock.advance(minutes=1)
    now = desk.clock.now()
    approving.edit(desk.deps, actor_named(desk.deps, "anna", now), number, "Neu geschrieben: bei uns im Haus.", now)

    page = desk.person("anna").opens(f"/post/{number}")
    assert "freigeben muss ihn eine zweite Person" in page.text
    assert page.find(f"//form[@action='/post/{number}/freigeben']") == []

    browser = desk.person("eva")
    browser.sends(browser.opens(f"/post/{number}"), f"/post/{number}/freigeben")
    assert views.post_show(desk.deps, number)["state"] == "scheduled"


def test_jobcenter_channels_and_days_are_told_as_people_say_them(desk: Any) -> None:
    key = enters(desk)
    assert signs(desk, key, bis="2027-03-01").status_code == 200
    eva = desk.person("eva")
    listed, shown = eva.opens("/einwilligungen").text, eva.opens(f"/einwilligungen/{key}").text
    for told in (listed, shown):
        assert "Kreisjobcenter Fulda" in told
        assert "letzter Tag: Mo 01.03.2027" in told
    assert "A1 vom Fr 20.11.2026" in shown
    assert "Facebook · bis Mo 01.03.2027" in shown
