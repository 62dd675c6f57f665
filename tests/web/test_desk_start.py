"""The start page: what waits, what went wrong with its remedy, what goes out today, which accounts need somebody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from distributor.services.today import MOST
from distributor.store.tables import AccountRow


def section(page: Any, name: str) -> str:
    """The text of one part of the page; empty where it is not shown."""
    found = page.find(f"//section[h2[@id='{name}']]")
    return " ".join(found[0].text_content().split()) if found else ""


def test_an_officer_is_led_to_the_first_post_that_waits_for_her(desk: Any) -> None:
    anna = desk.person("anna")
    page = anna.opens("/")
    waiting = desk.posts(states=["awaiting"])
    assert f"{len(waiting)} Posts warten auf Ihre Freigabe." in page.text
    assert page.one("//a[contains(@class, 'kern-btn') and contains(., 'Jetzt freigeben')]/@href") == (
        f"/post/{desk.awaiting()['id']}"
    )


def test_nobody_else_is_told_to_release(desk: Any) -> None:
    for login in ("eva", "otto", "pia"):
        page = desk.person(login).opens("/")
        assert "warten auf die Freigabe ihrer Jobcenter." in page.text
        assert not page.find("//a[contains(., 'Jetzt freigeben')]")


@pytest.mark.parametrize(
    ("state", "who", "remedy"),
    [
        ("failed", "officer", "Text ändern oder erneut senden"),
        ("missed", "officer", "Eine neue Zeit geben oder schließen"),
        ("uncertain", "officer", "Beim Netzwerk nachsehen und hier vermerken"),
        ("retracting", "officer", "Beim Netzwerk löschen und hier vermerken"),
    ],
)
def test_what_went_wrong_stands_there_with_its_reason_and_its_remedy(
    desk: Any, state: str, who: str, remedy: str
) -> None:
    post = desk.awaiting()["id"]
    desk.becomes(post, state, reason_code="x", reason_text="Das Netzwerk sagt nein.", reason_who=who)
    page = desk.person("anna").opens("/")
    told = section(page, "schief")
    assert "Das Netzwerk sagt nein." in told
    assert remedy in told
    assert page.find(f"//section[h2[@id='schief']]//a[@href='/post/{post}']")
    assert section(desk.person("ben").opens("/"), "schief") == ""


def test_what_the_daemon_still_looks_after_is_not_told_as_wrong(desk: Any) -> None:
    desk.becomes(desk.awaiting()["id"], "uncertain", reason_code="outcome", reason_text="…", reason_who="daemon")
    assert section(desk.person("anna").opens("/"), "schief") == ""


def test_what_goes_out_today_is_listed_by_its_time_and_tomorrow_is_not(desk: Any) -> None:
    now = desk.clock.now()
    today, tomorrow, public = (post["id"] for post in desk.posts()[:3])
    desk.becomes(today, "scheduled", due_at=now + timedelta(hours=3))
    desk.becomes(tomorrow, "scheduled", due_at=now + timedelta(hours=15))
    desk.becomes(public, "published", due_at=now)
    page = desk.person("anna").opens("/")
    told = section(page, "hinaus")
    assert "12:00" in told
    assert "Ein Post ist heute schon erschienen." in told
    links = [str(each) for each in page.find("//section[h2[@id='hinaus']]//a/@href")]
    assert links == [f"/post/{today}"]


def test_an_editor_sees_items_to_clear_and_texts_that_do_not_fit(desk: Any) -> None:
    page = desk.person("eva").opens("/")
    [item] = page.find("//section[h2[@id='offen']]//a/@href")
    assert str(item).startswith("/beitraege/")
    told = section(page, "schief")
    assert "Den Text ändern, bis er passt" in told
    assert "Bild" in told
    assert section(desk.person("anna").opens("/"), "offen") == ""


def test_accounts_are_told_to_those_who_can_do_something_about_them(desk: Any) -> None:
    with desk.deps.store.write() as session:
        session.get_one(AccountRow, 1).paused_at = desk.clock.now()
    for login, told in (("anna", True), ("otto", True), ("eva", False), ("pia", False)):
        assert bool(section(desk.person(login).opens("/"), "konten")) is told
    assert "Groß-Gerau" not in section(desk.person("anna").opens("/"), "konten")


def test_only_operators_hear_what_ails_the_machine(desk: Any) -> None:
    assert "Kein Dienst läuft" in section(desk.person("otto").opens("/"), "betrieb")
    assert section(desk.person("anna").opens("/"), "betrieb") == ""


def test_the_page_asks_the_database_no_more_often_for_many_posts_than_for_few(desk: Any) -> None:
    asked: list[str] = []
    browsers = {login: desk.person(login) for login in ("anna", "eva")}
    event.listen(desk.deps.store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def questions(login: str) -> int:
        asked.clear()
        assert browsers[login].opens("/").status == 200
        return len(asked)

    few = {login: questions(login) for login in browsers}
    for post in [*desk.posts(), *desk.posts("gross-gerau")]:
        desk.becomes(post["id"], "failed", reason_text="x", reason_who="officer")
    assert len([*desk.posts(), *desk.posts("gross-gerau")]) > MOST
    for login, before in few.items():
        assert questions(login) <= before + 2 <= 20  # a list that is cut off is counted
