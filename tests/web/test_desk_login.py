"""Logging in and out, and what the session's cookie is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from distributor.web.login import own_path


def test_the_start_leads_to_the_login_and_after_it_to_the_queue(desk: Any) -> None:
    browser = desk.person()
    assert browser.opens("/").response.url.path == "/anmelden"
    assert browser.logs_in("anna").response.url.path == "/"


def test_a_page_that_was_wanted_comes_up_after_the_login(desk: Any) -> None:
    browser = desk.person()
    page = browser.opens("/freigabe?liste=geplant")
    page = browser.sends(page, "/anmelden", anmeldename="anna", kennwort="ein langes Kennwort")
    assert str(page.response.url).endswith("/freigabe?liste=geplant")


@pytest.mark.parametrize(("login", "password"), [("anna", "falsch"), ("niemand", "ein langes Kennwort"), ("", "")])
def test_every_wrong_pair_gets_the_same_sentence(desk: Any, login: str, password: str) -> None:
    page = desk.person().logs_in(login, password)
    assert page.status == 422
    assert "Anmeldename oder Kennwort stimmt nicht." in page.text
    assert password not in page.response.text or not password


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(desk: Any) -> None:
    browser = desk.person()
    answer = browser.client.post(
        "/anmelden", data={"anmeldename": "anna", "kennwort": "ein langes Kennwort"}, follow_redirects=False
    )
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("kjc_sitzung=")
    assert "HttpOnly" in cookie
    assert "Max-Age=43200" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_behind_https_the_cookie_is_secure(make_desk: Callable[..., Any]) -> None:
    browser = make_desk(desk_url="https://desk.example").person()
    answer = browser.client.post(
        "/anmelden", data={"anmeldename": "anna", "kennwort": "ein langes Kennwort"}, follow_redirects=False
    )
    assert "Secure" in answer.headers["set-cookie"]


def test_logging_out_ends_the_session_for_whoever_kept_the_cookie(desk: Any) -> None:
    browser = desk.person("anna")
    kept = browser.client.cookies["kjc_sitzung"]
    page = browser.posts("/abmelden", pruefwert=browser.token)
    assert "Sie sind abgemeldet." in page.text
    browser.client.cookies.set("kjc_sitzung", kept)
    assert browser.opens("/freigabe").response.url.path == "/anmelden"


def test_a_session_ends_by_itself(desk: Any) -> None:
    browser = desk.person("anna")
    desk.clock.advance(hours=13)
    assert browser.opens("/freigabe").response.url.path == "/anmelden"


def test_htmx_is_told_to_go_to_the_login_as_a_whole(desk: Any) -> None:
    page = desk.person().opens("/post/1", **{"HX-Request": "true"})
    assert page.status == 401
    assert page.response.headers["HX-Redirect"] == "/anmelden?weiter=%2Fpost%2F1"


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/post/3?x=1", "/post/3?x=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/anmelden?weiter=/", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("", "/"),
    ],
)
def test_nobody_is_sent_to_a_foreign_host_after_the_login(path: str, leads_to: str) -> None:
    assert own_path(path) == leads_to


def test_logging_in_anew_ends_the_session_before(desk: Any) -> None:
    browser = desk.person("anna")
    before = browser.client.cookies["kjc_sitzung"]
    fields = {"anmeldename": "anna", "kennwort": "ein langes Kennwort"}
    browser.client.post("/anmelden", data=fields, follow_redirects=False)
    stranger = desk.person()
    stranger.client.cookies.set("kjc_sitzung", before)
    assert stranger.opens("/freigabe").response.url.path == "/anmelden"
    assert browser.opens("/freigabe").response.url.path == "/freigabe"


def test_a_phone_does_not_begin_the_login_name_with_a_capital(desk: Any) -> None:
    assert desk.person().opens("/anmelden").one("//input[@id='anmeldename']").get("autocapitalize") == "none"
