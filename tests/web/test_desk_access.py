"""Mein Zugang: own sessions, and a new password."""

from __future__ import annotations

from typing import Any

import pytest

from distributor.store.tables import PasskeyRow
from tests.web.conftest import PASSWORD

FIREFOX = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
NEW = "sieben blaue Fahrräder"


def on_phone(desk: Any) -> Any:
    browser = desk.person()
    browser.client.headers["User-Agent"] = FIREFOX
    browser.logs_in("anna")
    return browser


def test_a_person_sees_their_sessions_and_ends_one(desk: Any) -> None:
    browser, phone, other = desk.person("anna"), on_phone(desk), desk.person("eva")
    page = browser.opens("/zugang")
    assert "Firefox, Android" in page.text
    assert len(page.find("//li[@class='line']")) == 2
    page = browser.sends(page, "/zugang/sitzung")
    assert "Die Sitzung ist beendet." in page.text
    assert phone.opens("/freigabe").response.url.path == "/anmelden"
    assert browser.opens("/freigabe").response.url.path == "/freigabe"
    assert other.opens("/freigabe").response.url.path == "/freigabe"


def test_nobody_ends_somebody_elses_session(desk: Any) -> None:
    browser, other = desk.person("anna"), on_phone(desk)
    desk.person("eva")
    key = other.opens("/zugang").find("//input[@name='sitzung']/@value")[0]
    stranger = desk.person("ben")
    assert stranger.posts("/zugang/sitzung", sitzung=str(key), pruefwert=stranger.token).status == 404
    assert browser.opens("/freigabe").response.url.path == "/freigabe"


def test_all_other_sessions_end_at_once(desk: Any) -> None:
    browser, phone = desk.person("anna"), on_phone(desk)
    page = browser.sends(browser.opens("/zugang"), "/zugang/andere")
    assert "Eine andere Sitzung ist beendet." in page.text
    assert phone.opens("/freigabe").response.url.path == "/anmelden"
    assert browser.opens("/freigabe").response.url.path == "/freigabe"


def test_a_new_password_ends_the_other_sessions_and_the_old_one_is_no_good(desk: Any) -> None:
    browser, phone = desk.person("anna"), on_phone(desk)
    page = browser.sends(browser.opens("/zugang/kennwort"), "/zugang/kennwort", kennwort=NEW, kennwort2=NEW)
    assert "Das neue Kennwort gilt." in page.text
    assert phone.opens("/freigabe").response.url.path == "/anmelden"
    assert desk.person().logs_in("anna", PASSWORD).status == 422
    assert desk.person().logs_in("anna", NEW).status == 200


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("zu kurz", "mindestens 15 Zeichen"),
        ("aaaaaaaaaaaaaaaaaa", "zu leicht zu erraten"),
        ("passwortpasswort", "zu leicht zu erraten"),
        ("jobcenterfulda1", "zu leicht zu erraten"),
        ("annaannaannaanna", "zu leicht zu erraten"),
        ("qwertyuiopasdfgh", "zu leicht zu erraten"),
        ("x" * 201, "höchstens 200 Zeichen"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(unchanged_desk: Any, typed: str, told: str) -> None:
    browser = unchanged_desk.person("anna")
    page = browser.sends(browser.opens("/zugang/kennwort"), "/zugang/kennwort", kennwort=typed, kennwort2=typed)
    assert page.status == 422
    assert told in page.text
    assert typed not in page.response.text


def test_two_different_entries_change_nothing(desk: Any) -> None:
    browser = desk.person("anna")
    page = browser.sends(browser.opens("/zugang/kennwort"), "/zugang/kennwort", kennwort=NEW, kennwort2=NEW + "!")
    assert "stimmen nicht überein" in page.text
    assert desk.person().logs_in("anna", PASSWORD).status == 200


def test_wrong_passwords_wait_longer_each_time(desk: Any) -> None:
    for _ in range(5):
        desk.person().logs_in("anna", "falsch")
    assert "Zu viele Fehlversuche" in desk.person().logs_in("anna").text
    desk.clock.advance(seconds=31)
    desk.person().logs_in("anna", "falsch")
    desk.clock.advance(seconds=31)
    assert "Zu viele Fehlversuche" in desk.person().logs_in("anna").text
    desk.clock.advance(seconds=30)
    assert desk.person().logs_in("anna").status == 200


def test_a_password_never_runs_out(desk: Any) -> None:
    desk.clock.advance(days=3650)
    assert desk.person().logs_in("anna").response.url.path == "/"


@pytest.mark.parametrize(
    "answer", ["", "kein JSON", "{}", '{"id":"eA","rawId":"eA","type":"public-key","response":{}}', "[1]", "\x00"]
)
@pytest.mark.parametrize("path", ["/anmelden/passkey", "/zugang/passkey", "/nachweis/passkey"])
def test_what_is_no_passkey_ends_in_a_sentence(unchanged_desk: Any, path: str, answer: str) -> None:
    browser = unchanged_desk.person("eva" if path != "/anmelden/passkey" else None)
    page = browser.sends(browser.opens(path), path, antwort=answer)
    assert page.status == 422
    assert "Passkey" in page.text


def test_nobody_removes_somebody_elses_passkey(desk: Any) -> None:
    with desk.deps.store.write() as session:
        session.add(PasskeyRow(user_id=1, credential_id="eA", public_key=b"", name="", added_at=desk.clock.now()))
    other = desk.person("eva")
    assert other.posts("/zugang/passkey/1/entfernen", pruefwert=other.token).status == 404
