"""Recalls on the desk: the list, the task to confirm, the proof to take away."""

from __future__ import annotations

import json
from typing import Any

from distributor.domain import State
from distributor.services import people, recall_views, recalling
from distributor.store.tables import PostRow, ReceiptRow


def taken_back(desk: Any, *, public: bool = False) -> tuple[int, int]:
    """Take one item back; return the recall and one of its posts, public and left to a person if wanted."""
    post = next(each for each in desk.posts() if each["organisation"] == "fulda")
    if public:
        with desk.deps.store.write() as session:
            row = session.get_one(PostRow, post["id"])
            row.state, row.published_at = State.RETRACTING, desk.clock.now()
            row.reason_code, row.reason_text, row.reason_who = "retract.person", "Bitte von Hand löschen.", "officer"
            session.add(
                ReceiptRow(
                    post_id=row.id, account_id=row.account_id, remote_id="17", url="https://netz.example/17",
                    at=desk.clock.now(),
                )
            )  # fmt: skip
    recalling.withdraw(
        desk.deps, people.actor_named(desk.deps, "eva", desk.clock.now()), post["item"], "Widerruf", desk.clock.now()
    )
    return recall_views.recall_list(desk.deps)[0]["recall"], post["id"]


def test_the_list_names_what_is_open_and_leads_to_each(desk: Any) -> None:
    browser = desk.person("anna")
    assert "noch nichts zurückgerufen" in browser.opens("/rueckrufe").text
    number, _ = taken_back(desk)

    page = browser.opens("/rueckrufe")

    assert page.find("//header//a[@href='/rueckrufe']")
    assert page.one(f"//a[@href='/rueckrufe/{number}']").text_content().startswith(f"Rückruf {number}: Beitrag")
    assert "abgeschlossen" in page.text


def test_a_person_confirms_what_they_deleted(desk: Any) -> None:
    number, post = taken_back(desk, public=True)
    browser = desk.person("anna")
    page = browser.opens(f"/rueckrufe/{number}")
    assert page.one("//a[@href='https://netz.example/17']").get("rel") == "noopener noreferrer"
    assert "von Hand zu löschen" in page.text

    confirmed = browser.sends(page, f"/rueckrufe/{number}/bestaetigen/{post}")

    assert "Vermerkt: von Hand gelöscht." in confirmed.one("//*[@role='status']").text_content()
    assert not confirmed.find("//main//form")
    again = browser.posts(f"/rueckrufe/{number}/bestaetigen/{post}", pruefwert=browser.token)
    assert (again.status, "Das hat nicht geklappt" in again.text) == (409, True)


def test_only_who_answers_for_the_jobcenter_confirms(desk: Any) -> None:
    number, post = taken_back(desk, public=True)
    browser = desk.person("pia")

    page = browser.opens(f"/rueckrufe/{number}")

    assert not page.find("//main//form")
    assert browser.posts(f"/rueckrufe/{number}/bestaetigen/{post}", pruefwert=browser.token).status == 403


def test_the_proof_is_given_as_file(desk: Any) -> None:
    number, _ = taken_back(desk)
    browser = desk.person("pia")

    paper = browser.client.get(f"/rueckrufe/{number}/nachweis.pdf")
    data = browser.client.get(f"/rueckrufe/{number}/nachweis.json")

    assert (paper.headers["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert "attachment" in paper.headers["content-disposition"]
    assert json.loads(data.content)["recall"] == number


def test_a_recall_that_is_none_is_not_found(desk: Any) -> None:
    assert desk.person("pia").opens("/rueckrufe/99").status == 404
