"""The one form for all missed posts."""

from __future__ import annotations

from typing import Any

import pytest

from distributor.services import planning
from tests.support.asked import asking


def test_an_officer_confirms_the_new_times_of_what_was_missed(desk: Any) -> None:
    first, second = [post["id"] for post in desk.posts(states=["awaiting"])[:2]]
    for post in (first, second):
        desk.becomes(post, "missed", reason_code="stopped", reason_text="Fiel in die Notbremse.", reason_who="officer")
    desk.becomes(desk.awaiting("gross-gerau")["id"], "missed")
    browser = desk.person("anna")
    assert browser.opens("/freigabe?liste=hilfe").find("//a[@href='/verpasst']")

    page = browser.opens("/verpasst")
    assert "Fiel in die Notbremse." in page.text
    offered = page.form("/verpasst")
    assert {f"post-{first}", f"post-{second}"} <= set(offered)
    assert len([name for name in offered if name.startswith("post-")]) == 2

    del offered[f"post-{second}"]
    answer = browser.posts("/verpasst", **offered)
    assert "1 Post ist neu geplant." in answer.text
    states = {post["id"]: post["state"] for post in desk.posts()}
    assert (states[first], states[second]) == ("scheduled", "missed")

    again = browser.posts("/verpasst", **offered)
    assert f"Post {first} ist inzwischen" in again.text


def test_what_is_no_time_of_ours_is_not_taken(desk: Any) -> None:
    post = desk.awaiting()["id"]
    desk.becomes(post, "missed")
    browser = desk.person("anna")

    for value in ("irgendwann", "2026-11-25T10:00", ""):
        assert (
            "Nichts war ausgewählt."
            in browser.posts("/verpasst", pruefwert=browser.token, **{f"post-{post}": value}).text
        )

    assert next(each["state"] for each in desk.posts() if each["id"] == post) == "missed"


def test_who_may_not_move_posts_is_offered_none(desk: Any) -> None:
    desk.becomes(desk.awaiting()["id"], "missed")

    assert "Es gibt keine verpassten Posts" in desk.person("pia").opens("/verpasst").text


def test_many_come_in_pages_and_a_page_is_confirmed_for_itself(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distributor.web.missed.PAGE_SIZE", 2)
    missed = [post["id"] for post in desk.posts(states=["awaiting"])[:5]]
    for post in missed:
        desk.becomes(post, "missed", reason_code="late", reason_text="Zu spät.", reason_who="officer")
    browser = desk.person("anna")
    first = browser.opens("/verpasst")
    [following] = first.find("//nav[@class='pager']/a[@rel='next']/@href")
    second = browser.opens(str(following))
    assert (ticked(first), ticked(second)) == (missed[:2], missed[2:4])

    answer = browser.sends(second, str(following))
    assert "2 Posts sind neu geplant." in answer.text
    assert ticked(answer) == missed[4:]
    assert ticked(browser.opens("/verpasst")) == missed[:2]


def ticked(page: Any) -> list[int]:
    return [int(str(each).removeprefix("post-")) for each in page.find("//input[@type='checkbox']/@name")]


def test_only_what_is_shown_is_laid_into_the_calendar(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distributor.web.missed.PAGE_SIZE", 2)
    laid: list[int] = []
    plan = planning.lay_anew
    monkeypatch.setattr(
        "distributor.services.replanning.lay_anew", lambda *given: (laid.append(len(given[2])), plan(*given))[1]
    )
    for post in desk.posts(states=["awaiting"])[:5]:
        desk.becomes(post["id"], "missed")
    anna = desk.person("anna")
    with asking(desk.deps) as asked:
        anna.opens("/verpasst")
    assert laid == [2]
    assert len(asked) <= 20
