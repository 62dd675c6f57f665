"""A published item changed at the portal: both texts side by side, and the editor's decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from distributor.domain import DAEMON
from distributor.intake.report import item_of
from distributor.services import correcting, recall_views, taking_in, views
from distributor.store.tables import ItemRow, PostRow, ReceiptRow


@pytest.fixture
def changed(desk: Any) -> int:
    """An item of which one post is public, and whose title the portal changed since; its number."""
    post, now = desk.awaiting(), desk.clock.now()
    with desk.deps.store.write() as session:
        row = session.get_one(PostRow, post["id"])
        row.state, row.published_at, row.due_at, row.approved_digest = "published", now, now, row.digest
        session.add(
            ReceiptRow(post_id=row.id, account_id=row.account_id, remote_id="1", url="https://n.example/p/1", at=now)
        )
    says(desk, post["item"], title="Jetzt mit <b>anderem</b> Titel")
    number: int = post["item"]
    return number


def says(desk: Any, number: int, **change: Any) -> None:
    with desk.deps.store.write() as session:
        item = session.get_one(ItemRow, number)
        taking_in.revise(session, item, replace(item_of(item.document), **change), desk.clock.now(), DAEMON)


def public_ones(desk: Any, number: int) -> list[dict[str, Any]]:
    return [post for post in views.post_list(desk.deps, item_id=number) if post["state"] == "published"]


def test_the_list_names_it_and_the_page_shows_both_texts_with_the_differences(desk: Any, changed: int) -> None:
    browser = desk.person("eva")

    listed = browser.opens("/beitraege")
    assert "Ein veröffentlichter Beitrag hat sich im Portal geändert" in listed.text
    assert len(browser.opens("/beitraege?nur=geaendert").find("//h2[@class='line-title']")) == 1
    page = browser.opens(f"/beitraege/{changed}")

    assert "<b>anderem</b>" in "".join(each.text_content() for each in page.find("//ins"))
    assert page.find("//del")
    assert not page.find("//ins/b")
    [chosen] = page.find("//input[@name='tun'][@checked]")
    assert chosen.get("value") == "bleibt"


def test_the_officers_page_says_that_a_decision_is_open(desk: Any, changed: int) -> None:
    [post] = public_ones(desk, changed)
    browser = desk.person("anna")
    assert "hat sich im Portal geändert" in browser.opens(f"/post/{post['id']}").text

    editor = desk.person("eva")
    editor.sends(editor.opens(f"/beitraege/{changed}"), f"/beitraege/{changed}/entscheiden")

    assert "hat sich im Portal geändert" not in browser.opens(f"/post/{post['id']}").text


def test_leaving_is_the_default_and_needs_no_reason(desk: Any, changed: int) -> None:
    browser = desk.person("eva")

    done = browser.sends(browser.opens(f"/beitraege/{changed}"), f"/beitraege/{changed}/entscheiden")

    assert "bleibt so stehen" in done.one("//*[@role='status']").text_content()
    assert not done.find(f"//form[@action='/beitraege/{changed}/entscheiden']")
    assert correcting.changed_list(desk.deps) == []
    assert len(public_ones(desk, changed)) == 1


def test_correcting_needs_a_reason_and_makes_a_post_that_says_so(desk: Any, changed: int) -> None:
    browser, path = desk.person("eva"), f"/beitraege/{changed}/entscheiden"
    page = browser.opens(f"/beitraege/{changed}")
    refused = browser.sends(page, path, tun="korrektur")
    assert refused.status == 422
    assert refused.one("//input[@id='was']").get("aria-invalid") == "true"
    assert refused.one("//input[@name='tun'][@checked]").get("value") == "korrektur"

    done = browser.sends(refused, path, was="Der Titel war falsch")

    assert "Korrekturen sind angelegt" in done.one("//*[@role='status']").text_content()
    [made] = [post for post in views.post_list(desk.deps, item_id=changed) if post["corrects"]]
    assert made["corrects"] == public_ones(desk, changed)[0]["id"]
    shown = browser.opens(f"/post/{made['id']}")
    assert shown.find(f"//a[@href='/post/{made['corrects']}']")
    assert "Korrektur: In unserem Post vom 23.11.2026" in shown.text


def test_recalling_withdraws_the_item(desk: Any, changed: int) -> None:
    browser, path = desk.person("eva"), f"/beitraege/{changed}/entscheiden"

    done = browser.sends(browser.opens(f"/beitraege/{changed}"), path, tun="rueckruf", was="Alles falsch")

    assert "Zurückgezogen." in done.one("//*[@role='status']").text_content()
    [row] = recall_views.recall_list(desk.deps)
    assert row["reason"] == "Alles falsch"


def test_what_changed_once_more_is_looked_at_anew(desk: Any, changed: int) -> None:
    browser, path = desk.person("eva"), f"/beitraege/{changed}/entscheiden"
    page = browser.opens(f"/beitraege/{changed}")
    says(desk, changed, title="Und wieder anders")

    refused = browser.sends(page, path, tun="korrektur", was="Der Titel war falsch")

    assert refused.status in (409, 422)
    assert "noch einmal geändert" in refused.text
    assert [post for post in views.post_list(desk.deps, item_id=changed) if post["corrects"]] == []


@pytest.mark.parametrize("choice", ["", "loeschen", "leave"])
def test_a_forged_choice_does_nothing(desk: Any, changed: int, choice: str) -> None:
    browser, path = desk.person("eva"), f"/beitraege/{changed}/entscheiden"

    page = browser.posts(path, pruefwert=browser.token, fassung="2", tun=choice, was="x")

    assert page.status == 422
    assert [each["id"] for each in correcting.changed_list(desk.deps)] == [changed]
