"""The weekly conference at the desk: what it looks at, its topics, its minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from distributor.domain import State
from distributor.themes import OTHER, theme_of
from tests.support.plenty import plenty


def section(page: Any, name: str) -> str:
    return " ".join(page.one(f"//section[h2[@id='{name}']]").text_content().split())


def adds(desk: Any, login: str = "eva", **fields: str) -> Any:
    person = desk.person(login)
    given = {"titel": "Mietspiegel lesen", "wann": "short", "worum": "housing", **fields}
    return person.posts("/sitzung/thema", pruefwert=person.token, **given)


def test_it_shows_what_was_what_is_open_what_lacks_rights_and_what_comes(desk: Any) -> None:
    now = desk.clock.now()
    public = desk.awaiting()
    desk.becomes(public["id"], "published", due_at=now - timedelta(hours=20))
    desk.closes("fulda", now.date() + timedelta(days=1))
    desk.becomes(desk.awaiting()["id"], "scheduled", due_at=now + timedelta(days=1))
    page = desk.person("eva").opens("/sitzung")
    assert public["title"] in section(page, "war")
    waiting = len(desk.posts(states=["awaiting"]))
    assert f"Kreisjobcenter Fulda{waiting} Posts" in section(page, "offen")
    assert "Ausbildung abgebrochen, und jetzt?" in section(page, "rechte")
    assert "Di 24.11.2026: Umzug: ein Post" in section(page, "kommt")


def test_an_officer_sees_her_own_jobcenters_part(desk: Any) -> None:
    page = desk.person("anna").opens("/sitzung")
    assert "Groß-Gerau" not in section(page, "offen")


def test_a_topic_is_planned_before_its_item_exists_and_linked_when_it_has_come(desk: Any) -> None:
    page = adds(desk, titel="Drei Umschläge fürs Geld", wann="middle", worum="money", tag="2026-12-04")
    told = section(page, "themen")
    assert "Drei Umschläge fürs Geld Geld Redaktion, bis Fr 04.12.2026" in told
    [number] = [str(each).split("/")[3] for each in page.find("//form[contains(@action, '/verknuepfen')]/@action")]
    item = desk.awaiting()["item"]
    eva, where = desk.person("eva"), f"/sitzung/thema/{number}/verknuepfen"
    assert page.form(where)["beitrag"] == str(item)  # the newest that sounds alike is proposed
    linked = eva.posts(where, pruefwert=eva.token, beitrag=str(item))
    assert f"Daraus wurde: {desk.awaiting()['title']}" in section(linked, "themen")
    gone = eva.posts(f"/sitzung/thema/{number}/streichen", pruefwert=eva.token)
    assert "Drei Umschläge fürs Geld" not in section(gone, "themen")
    assert eva.posts(where, pruefwert=eva.token, beitrag=str(item)).status == 404


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"titel": " "}, "Das Thema braucht einen Titel."),
        ({"wann": "bald"}, "Bitte wählen, wann und worum es gehen soll."),
        ({"tag": "morgen"}, "„morgen“ ist kein Tag"),
    ],
)
def test_a_topic_that_is_incomplete_is_refused_with_what_was_typed(
    desk: Any, fields: dict[str, str], told: str
) -> None:
    page = adds(desk, **fields)
    assert page.status == 422
    assert told in page.text
    assert page.form("/sitzung/thema")["titel"].strip() == fields.get("titel", "Mietspiegel lesen").strip()


def test_an_officer_plans_for_her_jobcenter_and_for_no_other(desk: Any) -> None:
    assert adds(desk, "anna", wer="fulda").status == 200
    assert adds(desk, "anna", wer="gross-gerau").status == 403
    assert adds(desk, "anna", wer="").status == 403
    assert adds(desk, "pia", wer="").status == 403


def test_the_minutes_come_as_a_file_with_what_the_page_shows(desk: Any) -> None:
    adds(desk, titel="Mietspiegel & <mehr>")
    answer = desk.person("eva").client.get("/sitzung/protokoll.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="redaktionssitzung-2026-11-23.txt"'
    assert "Redaktionssitzung am Mo 23.11.2026" in answer.text
    assert "- Mietspiegel & <mehr> (kurzfristig, Wohnen, Redaktion)" in answer.text
    assert "- Kreisjobcenter Fulda: " in answer.text
    assert "Beschlüsse:" in answer.text


def test_the_page_asks_the_database_as_often_for_many_posts_and_all_jobcenters_as_for_few_of_one(desk: Any) -> None:
    asked: list[str] = []
    people = {login: desk.person(login) for login in ("anna", "eva")}
    event.listen(desk.deps.store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def questions() -> dict[str, int]:
        counts = {}
        for login, person in people.items():
            asked.clear()
            person.opens("/sitzung")
            counts[login] = len(asked)
        return counts

    few, now = questions(), desk.clock.now()
    with desk.deps.store.write() as session:
        for state, days in ((State.PUBLISHED, -50), (State.AWAITING, 25), (State.SCHEDULED, 25)):
            assert plenty(session, items=100, state=state, now=now, spread=timedelta(days=days)) > 500
    assert questions() == few
    page = people["eva"].opens("/sitzung")
    shown = page.find("//section[h2[@id='war']]//li")
    [more] = page.find("//section[h2[@id='war']]//p[@class='more-posts']/a")
    total = int(page.one("//h2[@id='war']/*[@class='count']").text_content())
    assert (len(shown), more.text_content()) == (30, f"und {total - 30} weitere")
    assert people["eva"].opens(more.get("href")).status == 200
    assert few["eva"] <= few["anna"] + 1 <= 27


@pytest.mark.parametrize(
    ("title", "topics", "theme"),
    [
        ("Schulden in den Griff", (), "money"),
        ("Drei Umschläge", ("Budget",), "money"),
        ("Kaution geht in Raten", (), "housing"),
        ("Lehre statt Leere", ("Bildung",), "training"),
        ("Bewerbung, die ankommt", (), "jobs"),
        ("Gewohnheiten", (), OTHER),
    ],
)
def test_a_theme_is_known_by_topics_first_and_then_by_the_title(
    title: str, topics: tuple[str, ...], theme: str
) -> None:
    assert theme_of(title, topics) == theme


def test_what_runs_into_what_is_told_with_the_channels_own_name(desk: Any) -> None:
    posts = desk.posts(channel="facebook")
    for post in posts[:3]:
        desk.becomes(post["id"], "scheduled", due_at=desk.clock.now() + timedelta(days=1))
    page = desk.person("anna").opens("/sitzung")
    assert f"Facebook: {len(posts[:3])} Posts" in page.text
    assert "facebook:" not in page.text
