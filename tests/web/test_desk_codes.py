"""Codes of an app as the second factor: taken in, asked for, taken once, replaced, removed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyotp
from sqlalchemy import select

from distributor.services import accounts
from distributor.services.people import actor_named
from distributor.store.tables import CodeAppRow, RecoveryCodeRow, SessionRow
from tests.web.conftest import PASSWORD


def sets_up(desk: Any, browser: Any) -> tuple[pyotp.TOTP, list[str]]:
    page = browser.sends(browser.opens("/zugang"), "/zugang/app/neu")
    assert page.one("//div[@class='qr']//*[local-name()='svg']") is not None
    assert not page.find("//*[@style]")
    totp = pyotp.TOTP(str(page.one("//code").text_content()).replace(" ", ""))
    page = browser.sends(page, "/zugang/app/bestaetigen", code=totp.at(desk.clock.now()))
    assert page.status == 200, page.text
    return totp, [str(each.text_content()) for each in page.find("//ul[@class='codes']/li")]


def logs_in(desk: Any, code: str) -> Any:
    browser = desk.person()
    page = browser.logs_in("anna")
    assert page.response.url.path == "/anmelden/code"
    assert browser.opens("/freigabe").response.url.path == "/anmelden", "the password alone opens nothing"
    return browser.sends(browser.opens("/anmelden/code?weiter=/kalender"), "/anmelden/code", code=code)


def test_a_login_asks_for_a_code_and_takes_each_once(desk: Any) -> None:
    totp, _ = sets_up(desk, desk.person("anna"))
    assert "war schon benutzt" in logs_in(desk, totp.at(desk.clock.now())).text, "the code of the setting up"
    desk.clock.advance(seconds=30)
    code = totp.at(desk.clock.now())
    assert "Der Code stimmt nicht" in logs_in(desk, "000000" if code != "000000" else "000001").text
    assert logs_in(desk, f"{code[:3]} {code[3:]}").response.url.path == "/kalender"
    assert "war schon benutzt" in logs_in(desk, code).text
    desk.clock.advance(seconds=90)
    assert "Der Code stimmt nicht" in logs_in(desk, totp.at(desk.clock.now() - timedelta(seconds=60))).text


def test_a_recovery_code_is_good_once_and_new_ones_replace_the_old(desk: Any) -> None:
    browser = desk.person("anna")
    _, codes = sets_up(desk, browser)
    assert len(set(codes)) == 10
    assert logs_in(desk, codes[0].upper()).response.url.path == "/kalender"
    assert logs_in(desk, codes[0]).status == 422
    assert "9 Ersatzcodes sind noch gut." in browser.opens("/zugang").text
    browser.sends(browser.opens("/zugang"), "/zugang/app/ersatzcodes")
    assert logs_in(desk, codes[1]).status == 422


def test_wrong_codes_make_wait_and_a_right_password_does_not_help(desk: Any) -> None:
    totp, _ = sets_up(desk, desk.person("anna"))
    desk.clock.advance(minutes=1)
    for _ in range(5):
        logs_in(desk, "falsch")
    browser = desk.person()
    assert "Zu viele Fehlversuche" in browser.logs_in("anna").text
    desk.clock.advance(seconds=31)
    assert logs_in(desk, totp.at(desk.clock.now())).response.url.path == "/kalender"


def test_half_a_login_runs_out_and_is_nobodys_session(desk: Any) -> None:
    totp, _ = sets_up(desk, desk.person("anna"))
    browser = desk.person()
    browser.logs_in("anna")
    desk.clock.advance(minutes=11)
    page = browser.posts("/anmelden/code", code=totp.at(desk.clock.now()))
    assert "abgelaufen" in page.text
    assert page.find("//a[@href='/anmelden']")


def test_the_app_can_be_removed_and_reset_by_an_operator(desk: Any) -> None:
    browser = desk.person("anna")
    sets_up(desk, browser)
    browser.sends(browser.opens("/zugang"), "/zugang/app/entfernen")
    assert desk.person().logs_in("anna").response.url.path == "/"
    sets_up(desk, browser)
    from distributor.services import code_apps

    code_apps.reset(desk.deps, actor_named(desk.deps, "otto", desk.clock.now()), "anna", desk.clock.now())
    assert browser.opens("/freigabe").response.url.path == "/anmelden"
    assert desk.person().logs_in("anna").response.url.path == "/"


def test_neither_secret_nor_codes_lie_open_and_a_new_key_takes_the_secret_along(desk: Any) -> None:
    totp, codes = sets_up(desk, desk.person("anna"))
    operator = actor_named(desk.deps, "otto", desk.clock.now())
    accounts.rotate_keys(desk.deps, operator, desk.clock.now())
    with desk.deps.store.read() as session:
        app = session.scalars(select(CodeAppRow)).one()
        assert totp.secret.encode() not in app.locked
        kept = set(session.scalars(select(RecoveryCodeRow.code_hash)))
        assert not kept & {*codes, *(code.replace("-", "") for code in codes)}
        assert session.scalars(select(SessionRow)).first() is not None
    desk.clock.advance(minutes=1)
    assert logs_in(desk, totp.at(desk.clock.now())).response.url.path == "/kalender"


def test_an_app_without_its_first_code_changes_nothing(desk: Any) -> None:
    browser = desk.person("anna")
    page = browser.sends(browser.opens("/zugang"), "/zugang/app/neu")
    page = browser.sends(page, "/zugang/app/bestaetigen", code="falsch")
    assert "Der Code stimmt nicht" in page.text
    assert page.find("//div[@class='qr']")
    assert desk.person().logs_in("anna", PASSWORD).response.url.path == "/"
