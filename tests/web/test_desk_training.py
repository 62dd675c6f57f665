"""Schulung: a first release by the hand of the page, ticked by the record; nothing of it where networks are real."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.enrol import environment
from distributor.services import views
from distributor.store.tables import EventRow, ReceiptRow

WALLS = "http://127.0.0.1:8700"


def done(page: Any) -> list[str]:
    return [each.text_content() for each in page.find("//li[@class='ticked']/strong")]


def test_a_first_release_is_ticked_by_what_was_done(make_desk: Callable[..., Any]) -> None:
    desk = make_desk(environment=environment(WALLS))
    browser = desk.person("anna")
    menu = browser.opens("/").one("//nav//a[text()='Schulung']")
    page = browser.opens(menu.get("href"))
    assert page.find(f"//a[@href='{WALLS}/']")
    assert done(page) == []
    post = desk.awaiting()["id"]

    opened = browser.sends(page, f"/schulung/oeffnen/{post}")
    assert opened.response.url.path == f"/post/{post}"
    assert done(browser.opens("/schulung")) == ["Post öffnen"]
    browser.sends(opened, f"/post/{post}/freigeben")
    page = browser.opens("/schulung")
    assert done(page) == [
        "Post öffnen", "Bild prüfen", "Text prüfen", "Zeit prüfen", "Rechte prüfen", "Freigeben",
    ]  # fmt: skip
    assert not page.find("//a[contains(@href, '/schulung/wand/')]")

    desk.becomes(post, "published")
    with desk.deps.store.write() as session:
        account = views.post_show(desk.deps, post)["account_id"]
        wall = f"{WALLS}/wall/facebook/1"
        session.add(ReceiptRow(post_id=post, account_id=account, remote_id="1", url=wall, at=desk.clock.now()))
    [way] = browser.opens("/schulung").find("//a[contains(@href, '/schulung/wand/')]")
    answer = browser.client.get(way.get("href"), follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, wall)
    page = browser.opens("/schulung")
    assert "An der Wand ansehen" in done(page)
    assert "Geschafft" in page.text
    browser.client.get(way.get("href"), follow_redirects=False)
    with desk.deps.store.read() as session:
        assert session.query(EventRow).filter_by(what="training.seen").count() == 1
    assert done(desk.person("eva").opens("/schulung")) == []


def test_an_exercise_is_ticked_by_the_record_of_who_did_it(make_desk: Callable[..., Any]) -> None:
    desk = make_desk(environment=environment(WALLS))
    browser = desk.person("anna")
    post = desk.awaiting()["id"]
    browser.sends(browser.opens(f"/post/{post}"), f"/post/{post}/bearbeiten", text="Kurz.")
    browser.sends(browser.opens(f"/post/{post}"), f"/post/{post}/ablehnen", grund="Übung")
    assert done(browser.opens("/schulung")) == ["Einen Text ändern", "Einen Post mit Grund ablehnen"]


def test_where_a_network_is_real_there_is_an_example_and_nothing_to_send(make_desk: Callable[..., Any]) -> None:
    post = None
    for given in ({}, {**environment(WALLS), "DISTRIBUTOR_X_API_URL": "https://api.x.com"}):
        desk = make_desk(environment=given)
        browser = desk.person("anna")
        page = browser.opens("/schulung")
        assert "sendet an echte Netzwerke" in page.text
        assert page.find("//article[contains(@aria-label, 'Erfundenes Beispiel')]")
        assert not page.find("//main//form")
        assert not page.find("//main//a[starts-with(@href, 'http')]")
        post = desk.awaiting()["id"]
        forced = browser.posts(f"/schulung/oeffnen/{post}", pruefwert=browser.token)
        assert forced.status == 422
        with desk.deps.store.read() as session:
            assert session.query(EventRow).filter_by(what="training.opened").count() == 0
