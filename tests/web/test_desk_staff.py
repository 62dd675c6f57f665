"""People at the desk: roles, deputies, locking out; and the one-time link with which somebody chooses a password."""

from __future__ import annotations

from typing import Any

import pytest

from distributor.services import people

CHOSEN = "sieben gelbe Umschläge im Regal"


def known(desk: Any, login: str) -> dict[str, Any]:
    return next(dict(each) for each in people.users(desk.deps) if each["login"] == login)


def link_for(desk: Any, login: str) -> str:
    """The address of an invitation, as the page shows it to the operator."""
    otto = desk.person("otto")
    page = otto.sends(otto.opens("/personen"), f"/personen/{login}/einladen")
    shown = page.one("//textarea[@id='link']").text_content().strip()
    assert shown.startswith(desk.deps.settings.desk_url)
    return str(shown.removeprefix(desk.deps.settings.desk_url))


def test_an_operator_takes_in_a_person_who_then_chooses_a_password(desk: Any) -> None:
    otto = desk.person("otto")
    typed = {"name": "Ina Beispiel", "anmeldename": "ina", "rolle:officer": "1", "kjc:fulda": "1"}
    page = otto.sends(otto.opens("/personen"), "/personen", **typed)
    assert "Ina Beispiel" in page.text
    assert (known(desk, "ina")["roles"], known(desk, "ina")["organisations"]) == (["officer"], ["fulda"])
    assert not page.find("//input[@type='password']")

    address, ina = link_for(desk, "ina"), desk.person()
    different = ina.sends(ina.opens(address), "/einladung", kennwort=CHOSEN, kennwort2="anders")
    assert "Die beiden Kennwörter sind verschieden." in different.text
    weak = ina.sends(different, "/einladung", kennwort="kennwort", kennwort2="kennwort")
    assert weak.status == 422
    assert ina.sends(weak, "/einladung", kennwort=CHOSEN, kennwort2=CHOSEN).response.url.path == "/anmelden"
    assert ina.logs_in("ina", CHOSEN).response.url.path == "/"

    again = desk.person().opens(address)
    assert again.status == 404
    assert "Diese Einladung gilt nicht (mehr)" in again.text


def test_an_invitation_ends_after_three_days(desk: Any) -> None:
    address = link_for(desk, "anna")
    desk.clock.advance(days=3)
    assert desk.person().opens(address).status == 404


@pytest.mark.parametrize(
    "change", [lambda it: it[:-1], lambda it: it[:20] + "AAAA" + it[24:], lambda it: "x", str.upper]
)
def test_a_forged_invitation_is_worth_nothing(desk: Any, change: Any) -> None:
    before, _equals, ticket = link_for(desk, "anna").partition("=")
    page = desk.person().opens(f"{before}={change(ticket)}")
    assert page.status == 404
    assert "Diese Einladung gilt nicht (mehr)" in page.text


def test_a_locked_person_is_out_at_once_and_their_invitation_too(desk: Any) -> None:
    address, anna, otto = link_for(desk, "anna"), desk.person("anna"), desk.person("otto")
    page = otto.sends(otto.opens("/personen"), "/personen/anna/sperren")
    assert "Alle Sitzungen dieser Person sind beendet." in page.text
    assert anna.client.get("/freigabe", follow_redirects=False).status_code == 303
    assert desk.person().opens(address).status == 404
    assert known(desk, "anna")["active"] is False


def test_the_last_operator_cannot_be_locked_out(desk: Any) -> None:
    otto = desk.person("otto")
    page = otto.sends(otto.opens("/personen"), "/personen/otto/sperren")
    assert page.status == 422
    assert "Mindestens eine aktive Person braucht die Rolle Betrieb" in page.text


def test_an_officer_names_her_deputy_for_some_days_and_only_for_her_jobcenter(desk: Any) -> None:
    anna = desk.person("anna")
    page = anna.opens("/personen")
    assert page.find("//select[@name='jobcenter']//option/@value") == ["fulda"] * 5
    page = anna.sends(page, "/personen/ben/vertreten", von="2026-11-23", bis="2026-11-25")
    assert "vertritt Kreisjobcenter Fulda: 23.11.2026 bis 25.11.2026" in page.text
    assert desk.person("ben").opens(f"/post/{desk.awaiting()['id']}").status == 200
    other = {"jobcenter": "gross-gerau", "von": "2026-11-23", "bis": "2026-11-25", "pruefwert": anna.token}
    assert anna.posts("/personen/eva/vertreten", **other).status == 403
    anna.sends(page, "/personen/ben/vertreten", von="", bis="")
    assert known(desk, "ben")["deputies"] == []


def test_roles_are_changed_and_one_is_needed(desk: Any) -> None:
    otto = desk.person("otto")
    token = {"pruefwert": otto.token, "name": "Eva E."}
    assert otto.posts("/personen/eva/aendern", **token).status == 422
    page = otto.posts("/personen/eva/aendern", **token, **{"rolle:editor": "1", "rolle:auditor": "1"})
    assert "Gespeichert." in page.text
    assert known(desk, "eva")["roles"] == ["auditor", "editor"]


def test_a_jobcenter_says_a_sentence_with_its_own_grammar(desk: Any) -> None:
    anna = desk.person("anna")
    page = anna.opens("/jobcenter/fulda?satz=Wir sind {{kjc.im}}, {{region.im}}. {{gibtesnicht}}")
    assert page.one("//*[@id='gesagt']").text_content() == (
        "Wir sind im Kreisjobcenter Fulda, im Landkreis Fulda. {{gibtesnicht}}"
    )
    assert "Mo–Fr" in page.text
    assert "config/organisations/fulda.toml" in page.text
    assert anna.opens("/jobcenter/gross-gerau").status == 404
    assert "Groß-Gerau" not in anna.opens("/jobcenter").text
