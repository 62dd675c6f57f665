"""Accounts at the desk: how they stand, what is to be done, and that no secret ever comes out again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from connectors._connects import Offer
from connectors.base import Access, Identity, Unauthorised
from distributor.domain import Refused
from distributor.services import accounts, connecting, views
from distributor.store.tables import AccountRow
from tests.support.world import SETUP

SECRET = "streng-geheimes-token"


def account(desk: Any, channel: str, organisation: str = "fulda") -> dict[str, Any]:
    """An account as the services tell of it."""
    return next(each for each in views.account_list(desk.deps, organisation=organisation) if each["channel"] == channel)


def becomes(desk: Any, number: int, **values: Any) -> None:
    with desk.deps.store.write() as session:
        for name, value in values.items():
            setattr(session.get_one(AccountRow, number), name, value)


def complete(desk: Any, organisation: str = "fulda") -> int:
    """An account with all that it needs."""
    number: int = account(desk, "facebook", organisation)["id"]
    with desk.deps.store.write() as session:
        accounts.set_fields(desk.deps, session, session.get_one(AccountRow, number), {"page_token": SECRET})
    return number


@pytest.mark.parametrize(
    ("values", "word", "to_do"),
    [
        ({}, "noch nie geprüft", "Bitte prüfen."),
        ({"lacks": ["Recht A"]}, "Rechte fehlen", "Dem Zugang fehlt: Recht A. Bitte neu verbinden."),
        ({"days": 9}, "Zugang endet", "Der Zugang endet am Mi 02.12.2026, 09:00 Uhr. Bitte vorher neu verbinden."),
        ({"days": -1}, "Zugang abgelaufen", "Der Zugang endete am"),
        ({"days": 90, "checked": True}, "bereit", ""),
        ({"paused_reason": "Token tot"}, "angehalten", "Token tot. Ist der Grund behoben: prüfen, dann weiterlaufen"),
    ],
)
def test_each_account_tells_how_it_stands_and_what_to_do(
    desk: Any, values: dict[str, Any], word: str, to_do: str
) -> None:
    now, values = desk.clock.now(), dict(values)
    number = complete(desk)
    if "days" in values:
        values["ends_at"] = now + timedelta(days=values.pop("days"))
    if values.pop("checked", False):
        values["checked_at"] = now
    if "paused_reason" in values:
        values["paused_at"] = now
    becomes(desk, number, **values)

    for path in ("/konten", f"/konten/{number}"):
        page = desk.person("anna").opens(path)
        line = page.find(f"//li[.//a[@href='/konten/{number}']]") if path == "/konten" else page.find("//main")
        text = " ".join(line[0].text_content().split())
        assert word in text
        assert to_do in text


def test_an_officer_sees_the_accounts_of_her_jobcenter_only(desk: Any) -> None:
    anna, other = desk.person("anna"), account(desk, "facebook", "gross-gerau")["id"]
    assert "Groß-Gerau" not in anna.opens("/konten").text
    assert anna.opens(f"/konten/{other}").status == 404
    for verb in ("pruefen", "anhalten", "weiter", "zugang"):
        page = anna.posts(f"/konten/{other}/{verb}", pruefwert=anna.token)
        assert page.status in (403, 404)
    assert account(desk, "facebook", "gross-gerau")["paused_at"] is None


def test_what_an_account_costs_stands_beside_it(desk: Any) -> None:
    assert "0,00 US-Dollar in diesem Monat" in desk.person("anna").opens("/konten").text


def test_an_operator_adds_an_account_with_the_fields_its_channel_declares(desk: Any) -> None:
    otto = desk.person("otto")
    page = otto.opens("/konten/neu?kjc=fulda&kanal=facebook")
    labels = " ".join(label.text_content() for label in page.find("//form[@action='/konten/neu']//label"))
    assert all(field.label in labels for field in desk.deps.connector("facebook").fields)

    secrets = page.find("//form[@action='/konten/neu']//input[@type='password']")
    assert {each.get("autocomplete") for each in secrets} == {"off"}
    typed = {"name": "zweite_seite", "feld:page_id": "4711", "feld:page_token": SECRET}
    shown = otto.sends(page, "/konten/neu", **typed)

    assert shown.status == 200
    made = next(each for each in views.account_list(desk.deps) if each["name"] == "zweite_seite")
    assert (made["fields"]["page_id"], made["missing"]) == ("4711", [])
    assert SECRET not in shown.response.text
    assert "4711" in shown.text


def test_a_second_account_of_the_same_name_is_refused_and_keeps_what_was_typed(desk: Any) -> None:
    otto, known = desk.person("otto"), account(desk, "facebook")
    page = otto.opens("/konten/neu?kjc=fulda&kanal=facebook")
    typed = {"name": known["name"], "feld:page_id": "4711", "feld:page_token": SECRET}
    again = otto.sends(page, "/konten/neu", **typed)
    assert again.status == 422
    assert "gibt es dort schon" in again.text
    assert again.form("/konten/neu")["feld:page_id"] == "4711"
    assert SECRET not in again.response.text
    assert account(desk, "facebook")["fields"] == known["fields"]


def test_an_account_without_a_name_is_refused_by_whoever_asks(desk: Any) -> None:
    otto = desk.person("otto")
    page = otto.opens("/konten/neu?kjc=fulda&kanal=facebook")
    assert otto.sends(page, "/konten/neu", name=" ").status == 422
    with pytest.raises(Refused, match="einen Namen geben"):
        accounts.add_account(desk.deps, SETUP, "fulda", "facebook", "", {}, desk.clock.now())


def test_a_token_is_replaced_and_one_left_empty_stays(desk: Any) -> None:
    number, otto = complete(desk), desk.person("otto")
    page = otto.sends(otto.opens(f"/konten/{number}"), f"/konten/{number}/zugang", **{"feld:page_id": "99"})
    assert "Geheimes ist verschlüsselt abgelegt" in page.text
    assert held(desk, number)["page_token"] == SECRET
    page = otto.sends(page, f"/konten/{number}/zugang", **{"feld:page_token": "EAABzweiter"})
    assert held(desk, number)["page_token"] == "EAABzweiter"
    assert held(desk, number)["page_id"] == "99"
    assert "EAABzweiter" not in page.response.text


def held(desk: Any, number: int) -> dict[str, str]:
    with desk.deps.store.read() as session:
        return accounts.fields_of(desk.deps, session, session.get_one(AccountRow, number))


def test_an_account_is_held_and_let_go_on(desk: Any) -> None:
    number, anna = complete(desk), desk.person("anna")
    page = anna.sends(anna.opens(f"/konten/{number}"), f"/konten/{number}/anhalten", grund="Umbau der Seite")
    assert "Auf diesem Konto geht nichts mehr hinaus." in page.text
    assert account(desk, "facebook")["paused_reason"] == "Umbau der Seite"
    page = anna.sends(page, f"/konten/{number}/weiter")
    assert "Das Konto läuft weiter." in page.text
    assert account(desk, "facebook")["paused_at"] is None


def test_checking_asks_the_network_and_says_what_it_said(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    number, anna = complete(desk), desk.person("anna")
    connector = type(desk.deps.connector("facebook"))
    monkeypatch.setattr(connector, "whoami", lambda self, access: Identity("1", "Seite Fulda"))
    page = anna.sends(anna.opens(f"/konten/{number}"), f"/konten/{number}/pruefen")
    assert "Das Netzwerk kennt das Konto als Seite Fulda." in page.text

    def dead(self: Any, access: Access) -> Identity:
        raise Unauthorised("Der Zugriffsschlüssel gilt nicht mehr.")

    monkeypatch.setattr(connector, "whoami", dead)
    page = anna.sends(page, f"/konten/{number}/pruefen")
    assert page.status == 422
    assert "Der Zugriffsschlüssel gilt nicht mehr." in page.text
    assert account(desk, "facebook")["paused_at"] is not None


@pytest.fixture
def reachable(make_desk: Callable[..., Any]) -> Any:
    """A desk to whose public address networks may send people back."""
    return make_desk(public_url="https://kjc.example")


def test_where_no_network_may_lead_back_to_the_page_says_what_to_set(desk: Any) -> None:
    otto = desk.person("otto")
    page = otto.opens("/konten/neu?kjc=fulda&kanal=facebook")
    told = otto.sends(page, "/konten/verbinden", **{"feld:app_id": "5", "feld:app_secret": SECRET})
    assert told.status == 422
    assert "bitte DISTRIBUTOR_PUBLIC_URL einstellen" in told.text
    assert SECRET not in told.response.text


def test_an_account_is_connected_by_a_yes_at_its_network(reachable: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = reachable
    otto = desk.person("otto")
    page = otto.opens("/konten/neu?kjc=fulda&kanal=facebook")
    typed = {"name": "verbunden", "feld:app_id": "5", "feld:app_secret": SECRET}
    page = otto.sends(page, "/konten/verbinden", **typed)
    link = page.one("//main//a[contains(@class, 'kern-btn')]")
    assert link.get("href").startswith("https://")
    assert link.get("rel") == "noopener noreferrer"
    assert SECRET not in page.response.text
    [arrived] = page.find("//form[contains(@action, '/angekommen')]/@action")

    waiting = otto.sends(page, arrived)
    assert "Dort anmelden und alles erlauben" in waiting.text

    def accepts(self: Any, access: Access, memory: Mapping[str, str], code: str) -> list[Offer]:
        assert code == "der-code"
        return [Offer(name, {"page_id": name, "page_token": SECRET}) for name in ("100", "200")]

    monkeypatch.setattr(type(desk.deps.connector("facebook")), "accept", accepts)
    choosing = otto.sends(waiting, arrived, mitgebracht="der-code")
    assert [each.text_content() for each in choosing.find("//main//fieldset//label")] == ["100", "200"]
    [chosen] = choosing.find("//form[contains(@action, '/waehlen')]/@action")
    shown = otto.sends(choosing, chosen, konto="2")

    assert "Das Konto ist verbunden." in shown.text
    made = next(each for each in views.account_list(desk.deps) if each["name"] == "verbunden")
    assert held(desk, made["id"])["page_id"] == "200"
    assert SECRET not in shown.response.text


def test_a_yes_that_was_refused_is_told_with_the_way_to_begin_again(reachable: Any) -> None:
    desk = reachable
    otto = desk.person("otto")
    page = otto.opens("/konten/neu?kjc=fulda&kanal=facebook")
    page = otto.sends(page, "/konten/verbinden", **{"feld:app_id": "5", "feld:app_secret": "s"})
    [state] = page.find("//main//a[contains(@class, 'kern-btn')]/@href")
    given = dict(pair.split("=", 1) for pair in str(state).partition("?")[2].split("&"))
    connecting.arrive(desk.deps, given["state"], "", desk.clock.now)
    [arrived] = page.find("//form[contains(@action, '/angekommen')]/@action")
    told = otto.sends(page, arrived)
    assert "Die Anmeldung wurde abgebrochen oder abgelehnt." in told.text
    assert told.find("//main//a[@href='/konten/neu']")


def test_the_list_asks_the_database_as_often_for_two_jobcenters_as_for_one(desk: Any) -> None:
    asked: list[str] = []
    for each in ("fulda", "gross-gerau"):
        complete(desk, each)
    event.listen(desk.deps.store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counts = {}
    for login in ("anna", "otto"):
        person = desk.person(login)
        asked.clear()
        person.opens("/konten")
        counts[login] = len(asked)
    assert counts["otto"] <= counts["anna"] <= 12
