"""The second asking before what is delicate: who it is, without losing what was typed."""

from __future__ import annotations

from typing import Any

import pytest

from distributor.consent import SCOPES
from distributor.services import consent_views, consents
from distributor.services.people import actor_named
from tests.web.conftest import PASSWORD


def person_in(desk: Any) -> str:
    eva = actor_named(desk.deps, "eva", desk.clock.now())
    return consents.add_person(desk.deps, eva, "fulda", desk.clock.now())


def persons_of(desk: Any) -> int:
    eva = actor_named(desk.deps, "eva", desk.clock.now())
    return len(consent_views.person_list(desk.deps, eva, desk.clock.now()))


def signed(desk: Any, key: str) -> list[Any]:
    eva = actor_named(desk.deps, "eva", desk.clock.now())
    return list(consent_views.person_show(desk.deps, eva, key, desk.clock.now())["consents"])


def test_a_form_sent_long_after_the_login_is_asked_for_the_password_and_keeps_what_was_typed(desk: Any) -> None:
    browser = desk.person("eva")
    desk.clock.advance(minutes=16)
    before = len(
        consent_views.person_list(desk.deps, actor_named(desk.deps, "eva", desk.clock.now()), desk.clock.now())
    )
    page = browser.posts("/einwilligungen", jobcenter="fulda", geburtstag="2030-01-02", sorgeberechtigte="2",
                         pruefwert=browser.token)  # fmt: skip
    assert page.status == 403
    assert "Bitte bestätigen, dass Sie es sind" in page.text
    assert page.form("/einwilligungen")["geburtstag"] == "2030-01-02"

    page = browser.sends(page, "/einwilligungen", nachweis="falsch und lang genug")
    assert "Das Kennwort stimmt nicht." in page.text
    assert "falsch und lang genug" not in page.response.text
    page = browser.sends(page, "/einwilligungen", nachweis=PASSWORD)
    assert page.response.url.path.startswith("/einwilligungen/P-")
    assert persons_of(desk) == before + 1


def test_a_file_is_asked_for_again_and_the_rest_is_kept(desk: Any) -> None:
    key, browser = person_in(desk), desk.person("eva")
    desk.clock.advance(minutes=16)
    fields = {"formular": "A1", "am": "2026-11-20", "pruefwert": browser.token,
              **{f"umfang:{scope}": "1" for scope in SCOPES}, "kanal:x": "1"}  # fmt: skip
    where = f"/einwilligungen/{key}/unterschrift"
    answer = browser.client.post(where, data=fields, files={"datei": ("a.pdf", b"Ada")})
    assert answer.status_code == 403
    page = type(browser.opens("/zugang"))(answer)
    form = page.one(f"//form[@action='{where}']")
    assert form.get("enctype") == "multipart/form-data"
    assert form.xpath(".//input[@type='file']/@name") == ["datei"]
    kept = {name: value for name, value in form.form_values() if value is not None}
    browser.client.post(where, data={**kept, "nachweis": PASSWORD}, files={"datei": ("a.pdf", b"Ada")})
    [consent] = signed(desk, key)
    assert set(consent["scopes"]) == set(SCOPES)


@pytest.mark.parametrize("verb", ["unterschrift", "dokument", "widerrufen"])
def test_nothing_of_a_consent_is_done_on_an_old_proof(desk: Any, verb: str) -> None:
    key, browser = person_in(desk), desk.person("eva")
    desk.clock.advance(minutes=16)
    page = browser.posts(f"/einwilligungen/{key}/{verb}", pruefwert=browser.token, grund="x")
    assert page.status == 403
    assert page.find("//input[@name='nachweis']")


def test_a_page_comes_up_by_itself_after_the_proof_and_the_proof_lasts(desk: Any) -> None:
    browser = desk.person("anna")
    desk.clock.advance(minutes=16)
    page = browser.opens("/zugang/kennwort")
    assert page.response.url.path == "/nachweis"
    page = browser.sends(page, "/nachweis", nachweis=PASSWORD)
    assert page.response.url.path == "/zugang/kennwort"
    desk.clock.advance(minutes=14)
    assert browser.opens("/zugang/kennwort").response.url.path == "/zugang/kennwort"


def test_a_secret_that_was_typed_never_lies_in_the_page_that_asks(desk: Any) -> None:
    browser = desk.person("anna")
    desk.clock.advance(minutes=16)
    page = browser.posts("/zugang/kennwort", kennwort="mein ganz neuer Schlüssel", pruefwert=browser.token)
    assert "mein ganz neuer Schlüssel" not in page.response.text
    assert "bitte danach noch einmal eingeben" in page.text


def test_wrong_proofs_count_like_wrong_logins(desk: Any) -> None:
    browser = desk.person("anna")
    for _ in range(5):
        browser.sends(browser.opens("/nachweis"), "/nachweis", nachweis="falsch")
    page = browser.sends(browser.opens("/nachweis"), "/nachweis", nachweis=PASSWORD)
    assert "Zu viele Fehlversuche" in page.text
    assert "Zu viele Fehlversuche" in desk.person().logs_in("anna").text


def test_the_proof_leads_to_no_foreign_host(desk: Any) -> None:
    browser = desk.person("anna")
    page = browser.opens("/nachweis?weiter=https://evil.example/")
    assert browser.sends(page, "/nachweis", nachweis=PASSWORD).response.url.host == "127.0.0.1"


@pytest.mark.parametrize("path", ["/konten/neu", "/konten/1/zugang"])
def test_no_key_of_an_account_is_taken_on_an_old_proof(desk: Any, path: str) -> None:
    browser = desk.person("otto")
    desk.clock.advance(minutes=16)
    page = browser.posts(path, **{"feld:page_token": "streng-geheim", "pruefwert": browser.token})
    assert page.status == 403
    assert page.find("//input[@name='nachweis']")
    assert "streng-geheim" not in page.response.text
