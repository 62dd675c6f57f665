"""Several posts released together after one look, and a release taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from distributor.domain import State
from distributor.services import approving, views
from distributor.services.people import actor_named
from distributor.services.releasing import MOST
from distributor.wording import local_time
from tests.support.plenty import plenty

PATH = "/freigabe/auswahl"


def actor(desk: Any, login: str) -> Any:
    return actor_named(desk.deps, login, desk.clock.now())


def ticked(page: Any) -> set[int]:
    return {int(each.get("name")[5:]) for each in page.find("//input[@type='checkbox'][@checked]")}


def test_what_is_ticked_is_released_as_it_was_seen_and_what_changed_is_left(desk: Any) -> None:
    waiting = [post["id"] for post in desk.posts(states=["awaiting"])]
    changed, moved, *others = waiting
    browser = desk.person("anna")
    page = browser.opens("/freigabe")
    page = browser.opens(page.one(f"//main//a[starts-with(@href, '{PATH}')]").get("href"))
    assert ticked(page) <= set(waiting)
    approving.edit(desk.deps, actor(desk, "eva"), changed, "Ganz anderer Text.", desk.clock.now())
    later = moves(desk, moved)
    sent = {f"post-{number}": value(page, number) for number in waiting}

    answer = browser.posts(PATH, pruefwert=browser.token, **sent)

    states = {number: views.post_show(desk.deps, number)["state"] for number in waiting}
    assert states == {changed: "awaiting", moved: "awaiting"} | dict.fromkeys(others, "scheduled")
    said = answer.one("//*[@role='status']").text_content()
    assert f"{len(others)} Posts sind freigegeben. 2 Posts bleiben liegen." in said
    told = [" ".join(each.text_content().split()) for each in answer.find("//*[@role='alert']//li")]
    assert [f"Post {changed} hat sich geändert" in line for line in told].count(True) == 1
    assert any(f"Die vorgeschlagene Zeit von Post {moved} hat sich geändert (jetzt {later})" in line for line in told)
    assert ticked(answer) == set()


def value(page: Any, number: int) -> str:
    return str(page.one(f"//input[@name='post-{number}']").get("value"))


def moves(desk: Any, number: int) -> str:
    """Move a post to half an hour later; how that is written."""
    due = datetime.fromisoformat(views.post_show(desk.deps, number)["due_at"]) + timedelta(minutes=30)
    approving.move(desk.deps, actor(desk, "anna"), number, due, desk.clock.now())
    return local_time(due)


def test_the_overview_of_an_item_and_of_a_day_holds_no_more_than_that(desk: Any) -> None:
    waiting = desk.posts(states=["awaiting"])
    item, day = waiting[0]["item"], waiting[0]["due_at"][:10]
    browser = desk.person("anna")
    of_item = browser.opens(f"{PATH}?beitrag={item}")
    assert links(of_item) == {post["id"] for post in waiting if post["item"] == item}
    of_day = browser.opens(f"{PATH}?tag={day}")
    assert links(of_day) == {post["id"] for post in waiting if post["due_at"][:10] == day}
    assert browser.opens(f"{PATH}?tag=morgen").status == 200


def links(page: Any) -> set[int]:
    return {int(each.get("href").rsplit("/", 1)[1]) for each in page.find("//h2/a[starts-with(@href, '/post/')]")}


def test_the_overview_asks_the_database_as_often_for_many_posts_as_for_two(desk: Any) -> None:
    asked: list[str] = []
    anna = desk.person("anna")
    # X forbids identical texts, so its neighbours are asked for: once for the page, and so for the two as well.
    for post in sorted(desk.posts(states=["awaiting"]), key=lambda post: post["channel"] != "x")[2:]:
        desk.becomes(post["id"], "closed")
    event.listen(desk.deps.store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def shown(how_many: int) -> int:
        asked.clear()
        assert len(links(anna.opens(PATH))) == how_many
        return len(asked)

    few = shown(2)
    with desk.deps.store.write() as session:
        plenty(session, items=MOST, state=State.AWAITING, now=desk.clock.now(), spread=timedelta(days=3))
    assert shown(MOST) == few <= 25, asked


def test_what_is_to_be_looked_at_is_not_ticked_beforehand_and_what_is_blocked_not_at_all(desk: Any) -> None:
    warned, blocked, fine = desk.posts(states=["awaiting"])[:3]
    for number, severity in ((warned["id"], "warn"), (blocked["id"], "block")):
        problem = {"rule": "x", "severity": severity, "text": "Bitte ansehen.", "fix": None}
        desk.becomes(number, "awaiting", problems=[problem], approved_digest=None)
    page = desk.person("anna").opens(PATH)
    assert {warned["id"], blocked["id"]} & ticked(page) == set()
    assert fine["id"] in ticked(page)
    assert page.find(f"//input[@name='post-{warned['id']}']")
    assert not page.find(f"//input[@name='post-{blocked['id']}']")


def test_nothing_of_another_jobcenter_is_released_by_its_number(desk: Any) -> None:
    post = desk.awaiting()
    ben = desk.person("ben")
    answer = ben.posts(PATH, pruefwert=ben.token, **{f"post-{post['id']}": f"{post['digest']}@{post['due_at']}"})
    assert "darf das für fulda nicht" in answer.one("//*[@role='alert']").text_content()
    assert views.post_show(desk.deps, post["id"])["state"] == "awaiting"


def test_forged_values_release_nothing(desk: Any) -> None:
    post = desk.awaiting()
    anna = desk.person("anna")
    number = post["id"]
    mine = f"post-{number}"
    for name, sent in (("post-x", "d@"), (mine, "@"), (mine, f"{post['digest']}@gestern"), ("post-99", "d@")):
        answer = anna.posts(PATH, pruefwert=anna.token, **{name: sent})
        assert answer.status == 200
    assert views.post_show(desk.deps, number)["state"] == "awaiting"


def test_a_release_is_taken_back_from_the_notice_and_from_the_list(desk: Any) -> None:
    post = desk.awaiting()["id"]
    undo = f"/post/{post}/freigabe-zuruecknehmen"
    browser = desk.person("anna")
    page = browser.sends(browser.opens(f"/post/{post}"), f"/post/{post}/freigeben")
    assert page.find(f"//*[@role='status']//form[@action='{undo}']")

    back = browser.sends(page, undo)

    assert back.response.url.path == f"/post/{post}"
    assert "Freigabe zurückgenommen" in back.one("//*[@role='status']").text_content()
    assert views.post_show(desk.deps, post)["state"] == "awaiting"
    browser.sends(back, f"/post/{post}/freigeben")
    listed = browser.opens("/freigabe?liste=geplant")
    button = listed.one(f"//button[@formaction='{undo}']")
    form = listed.one(f"//form[@id='{button.get('form')}']")
    browser.posts(undo, **dict(form.form_values()))
    assert views.post_show(desk.deps, post)["state"] == "awaiting"
    approving.approve(desk.deps, actor(desk, "anna"), post, desk.clock.now())
    assert not desk.person("pia").opens("/freigabe?liste=geplant").find("//button[@formaction]")


@pytest.mark.parametrize(
    ("state", "words"), [("publishing", "wird gerade gesendet"), ("published", "schon öffentlich")]
)
def test_too_late_is_said_with_what_is_left_to_do(desk: Any, state: str, words: str) -> None:
    post = desk.awaiting()["id"]
    browser = desk.person("anna")
    page = browser.sends(browser.opens(f"/post/{post}"), f"/post/{post}/freigeben")
    desk.becomes(post, state)

    late = browser.sends(page, f"/post/{post}/freigabe-zuruecknehmen")

    assert late.status == 409
    assert words in late.one("//*[@role='alert']").text_content()
    assert late.find(f"//form[@action='/post/{post}/zuruecknehmen']")


def test_a_post_that_is_being_sent_says_so(desk: Any) -> None:
    post = desk.awaiting()["id"]
    desk.becomes(post, "publishing")
    page = desk.person("anna").opens(f"/post/{post}")
    assert "Dieser Post wird gerade gesendet" in page.text
    assert page.find("//main//a[@href='/notbremse']")


def test_the_choice_of_a_day_or_an_item_is_folded_until_one_is_chosen(desk: Any) -> None:
    browser = desk.person("anna")
    item = desk.posts(states=["awaiting"])[0]["item"]
    [choice] = browser.opens(PATH).find("//details[summary[contains(., 'Nur ein Tag oder ein Beitrag')]]")
    assert choice.get("open") is None
    assert choice.xpath(f".//a[@href='{PATH}?beitrag={item}']")
    [chosen] = browser.opens(f"{PATH}?beitrag={item}").find("//details[.//a[@aria-current='page']]")
    assert chosen.get("open") is not None
    assert chosen.xpath(f".//a[@href='{PATH}']")
