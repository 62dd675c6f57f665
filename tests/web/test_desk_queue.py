"""The queues: who sees which posts, in which list, in which order, in pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from distributor.domain import State
from distributor.services import queues
from distributor.services.queues import Queue, queue_page, turn
from tests.support.asked import asking
from tests.support.plenty import plenty


def titles(page: Any) -> list[str]:
    return [title.text_content() for title in page.find("//h2[@class='line-title']")]


def test_an_officer_sees_the_own_posts_by_time(desk: Any) -> None:
    page = desk.person("anna").opens("/freigabe")
    mine = [post["title"] for post in desk.posts(states=["awaiting"])]
    assert titles(page) == mine
    assert "Groß-Gerau" not in page.text
    assert not page.find("//select[@id='kjc']")


@pytest.mark.parametrize("login", ["eva", "otto", "pia"])
def test_the_others_see_all_jobcenter_and_can_choose_one(desk: Any, login: str) -> None:
    browser = desk.person(login)
    page = browser.opens("/freigabe")
    assert "Groß-Gerau" in page.text
    assert "Fulda" in page.text
    only = browser.opens("/freigabe?liste=freigabe&kjc=gross-gerau")
    assert {about.text_content().split(" · ")[1] for about in only.find("//p[@class='line-about']")} == {
        "Kommunales Jobcenter Kreis Groß-Gerau (AöR)"
    }
    assert only.find("//option[@value='gross-gerau']/@selected")


def test_the_filter_gives_an_officer_nothing_of_another_jobcenter(desk: Any) -> None:
    page = desk.person("anna").opens("/freigabe?kjc=gross-gerau")
    assert titles(page) == []


@pytest.mark.parametrize(
    ("state", "values", "name"),
    [
        ("scheduled", {}, "geplant"),
        ("staged", {}, "geplant"),
        ("publishing", {}, "geplant"),
        ("uncertain", {"reason_who": "daemon"}, "geplant"),
        ("uncertain", {"reason_who": "officer"}, "hilfe"),
        ("failed", {}, "hilfe"),
        ("missed", {}, "hilfe"),
        ("retracting", {"reason_who": "officer"}, "hilfe"),
        ("retracting", {"reason_who": "daemon"}, "veroeffentlicht"),
        ("published", {}, "veroeffentlicht"),
        ("closed", {}, "geschlossen"),
    ],
)
def test_each_state_is_in_one_list(desk: Any, state: str, values: dict[str, str], name: str) -> None:
    post = desk.awaiting()["id"]
    desk.becomes(post, state, **values)
    browser = desk.person("anna")
    lists = ("freigabe", "geplant", "hilfe", "veroeffentlicht", "geschlossen")
    holding = [each for each in lists if browser.opens(f"/freigabe?liste={each}").find(f"//a[@href='/post/{post}']")]
    assert holding == [name]


def test_a_draft_needs_help_only_once_its_item_is_cleared(desk: Any) -> None:
    drafted = {post["id"]: post for post in desk.posts(states=["drafted"])}
    page = queue_page(desk.deps, person(desk, "anna"), Queue.HELP)
    assert {line.id for line in page.lines} < set(drafted)
    assert all(line.problems for line in page.lines)


def test_counts_stand_on_the_tabs(desk: Any) -> None:
    page = desk.person("anna").opens("/freigabe")
    assert [tab.text_content() for tab in page.find("//nav[@class='tabs']//span")] == [
        str(len(desk.posts(states=["awaiting"]))),
        "0",
        "1",
        "0",
        "0",
    ]
    assert page.one("//nav[@class='tabs']//a[@aria-current='page']").text_content().startswith("Zur Freigabe")


def test_a_long_list_comes_in_pages_with_ways_on_back_and_to_both_ends(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distributor.web.queue.PAGE_SIZE", 3)
    browser, all_titles = desk.person("anna"), [post["title"] for post in desk.posts(states=["awaiting"])]
    first = browser.opens("/freigabe")
    second = browser.opens(way(first, "Nächste Seite"))
    assert titles(first) + titles(second) == all_titles[:6]
    last = browser.opens(way(first, "Letzte Seite"))
    assert titles(last) == all_titles[-3:]
    assert ways(last) == ["Erste Seite", "Vorige Seite"]
    assert titles(browser.opens(way(second, "Vorige Seite"))) == titles(browser.opens(way(last, "Erste Seite")))
    assert ways(first) == ["Nächste Seite", "Letzte Seite"]


def test_no_post_is_passed_over_where_others_leave_the_list(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distributor.web.queue.PAGE_SIZE", 3)
    browser, posts = desk.person("anna"), desk.posts(states=["awaiting"])
    first = browser.opens("/freigabe")
    for post in posts[:3]:
        desk.becomes(post["id"], "closed")
    assert titles(browser.opens(way(first, "Nächste Seite"))) == [post["title"] for post in posts[3:6]]


def test_a_page_from_which_everything_has_gone_is_the_nearest_that_has_some(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distributor.web.queue.PAGE_SIZE", 3)
    browser, posts = desk.person("anna"), desk.posts(states=["awaiting"])
    path = way(browser.opens("/freigabe"), "Nächste Seite")
    for post in posts[3:]:
        desk.becomes(post["id"], "closed")
    assert titles(browser.opens(path)) == [post["title"] for post in posts[:3]]


def ways(page: Any) -> list[str]:
    return [str(each) for each in page.find("//nav[@class='pager']/a/text()")]


def way(page: Any, name: str) -> str:
    return str(page.one(f"//nav[@class='pager']/a[text()='{name}']").get("href"))


@pytest.mark.parametrize("query", ["nach=-1", "vor=x", "nr=abc"])
def test_a_broken_address_gets_a_german_page(desk: Any, query: str) -> None:
    page = desk.person("anna").opens(f"/freigabe?{query}")
    assert page.status == 422
    assert "nicht lesbar" in page.text


def test_an_unknown_list_is_the_first_one(desk: Any) -> None:
    assert "Zur Freigabe" in desk.person("anna").opens("/freigabe?liste=gibtsnicht").one("//h1").text_content()


def person(desk: Any, login: str) -> Any:
    from distributor.services.people import actor_named

    return actor_named(desk.deps, login, desk.clock.now())


def test_turn_goes_round_the_waiting_posts_of_the_officer(desk: Any) -> None:
    anna = person(desk, "anna")
    waiting = [post["id"] for post in desk.posts(states=["awaiting"])]
    seen, at = [], waiting[0]
    for _ in waiting:
        seen.append(at)
        following = turn(desk.deps, anna, at).next_id
        assert following is not None
        at = following
    assert seen == waiting
    assert at == waiting[0]
    assert turn(desk.deps, anna, waiting[0]).total == len(waiting)


def test_turn_knows_when_nothing_is_left(desk: Any) -> None:
    for post in desk.posts(states=["awaiting"])[1:]:
        desk.becomes(post["id"], "closed")
    last = desk.awaiting()["id"]
    assert turn(desk.deps, person(desk, "anna"), last) == queues.Turn(None, 1)


def test_a_full_page_and_the_last_one_take_as_many_questions_as_a_short_one(desk: Any) -> None:
    eva = desk.person("eva")

    def questions(path: str) -> int:
        with asking(desk.deps) as asked:
            assert eva.opens(path).status == 200
        return len(asked)

    few = questions("/freigabe")
    with desk.deps.store.write() as session:
        plenty(session, items=60, state=State.AWAITING, now=desk.clock.now(), spread=timedelta(days=9))
    assert questions("/freigabe") == questions("/freigabe?ende=1") == few <= 23
    middle = desk.posts(states=["awaiting"])[100]["id"]
    assert questions(f"/freigabe?nach={middle}") == questions(f"/freigabe?vor={middle}") == few + 1


def test_the_long_lists_are_walked_by_their_own_index_and_never_sorted(desk: Any) -> None:
    eva = desk.person("eva")
    for path, index in (("geschlossen", "ix_post_closed"), ("veroeffentlicht", "ix_post_published_at")):
        for end in ("", "&ende=1"):
            with asking(desk.deps) as asked:
                eva.opens(f"/freigabe?liste={path}{end}")
            [walk] = [each for each in asked if each.startswith("SELECT post.id") and "LIMIT" in each]
            with desk.deps.store.read() as session:
                plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {walk}", (0,) * walk.count("?"))
                told = " ".join(row.detail for row in plan)
            assert index in told, told
            assert "B-TREE" not in told, told
