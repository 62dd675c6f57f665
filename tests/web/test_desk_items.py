"""Items for editors: the clearance in one form, channel texts, hold and withdraw."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from distributor.services import recall_views, repeating, views
from distributor.services.clearing import Answer
from distributor.services.people import actor_named
from distributor.store.tables import ItemRow
from distributor.web.items import answers_in
from tests.support.answers import NOBODY
from tests.support.asked import asking


def uncleared(desk: Any) -> dict[str, Any]:
    """The item whose questions are open."""
    found: dict[str, Any] = next(item for item in views.item_list(desk.deps) if item["cleared_at"] is None)
    return found


def cleared(desk: Any) -> dict[str, Any]:
    """An item with a picture that is cleared."""
    return next(
        item
        for item in views.item_list(desk.deps)
        if item["cleared_at"] is not None and views.item_show(desk.deps, item["id"])["media"]
    )


@pytest.mark.parametrize("login", ["eva", "otto", "pia"])
def test_the_list_shows_what_is_cleared_and_what_is_open(desk: Any, login: str) -> None:
    page = desk.person(login).opens("/beitraege")
    assert len(page.find("//h2[@class='line-title']")) == 4
    assert page.text.count("Angaben offen") == 1
    assert page.text.count("geklärt") == 3


def test_the_form_asks_every_question_and_starts_with_what_the_feed_says(desk: Any) -> None:
    item = uncleared(desk)
    page = desk.person("eva").opens(f"/beitraege/{item['id']}")
    values = page.form(f"/beitraege/{item['id']}/klaerung")
    sha256 = views.item_show(desk.deps, item["id"])["media"][0]["sha256"]
    assert values[f"credit:{sha256}"].startswith("Foto: ")
    assert values[f"alt:{sha256}"].startswith("Eine Person mit rotem Rucksack")
    assert "people:" not in values
    assert f"rights:{sha256}" not in values
    assert "Vorschlag aus dem Portal" in page.text
    assert "6 Angaben sind offen" in page.text
    for link in page.find("//ul[@class='open-list']//a"):
        assert page.find(f"//*[@id='{link.get('href')[1:]}']")


def test_all_answers_in_one_form_clear_the_item(desk: Any) -> None:
    item = uncleared(desk)
    sha256 = views.item_show(desk.deps, item["id"])["media"][0]["sha256"]
    browser = desk.person("eva")
    page = browser.opens(f"/beitraege/{item['id']}")
    answered = browser.sends(page, f"/beitraege/{item['id']}/klaerung", **NOBODY, **{f"rights:{sha256}": "granted"})
    assert "Alles ist geklärt" in answered.one("//*[@role='status']").text_content()
    assert views.item_show(desk.deps, item["id"])["open"] == []


def test_what_is_left_empty_stays_open_and_is_counted(desk: Any) -> None:
    item = uncleared(desk)
    browser = desk.person("eva")
    page = browser.sends(browser.opens(f"/beitraege/{item['id']}"), f"/beitraege/{item['id']}/klaerung", **NOBODY)
    assert "Eine Angabe ist noch offen" in page.one("//*[@role='status']").text_content()
    assert views.item_show(desk.deps, item["id"])["open"] == ["rights"]


def test_a_decorative_picture_beats_a_written_alternative_text() -> None:
    typed = {"people:": "none", "alt:ab": "Ein Baum", "decorative:ab": "1", "alt:cd": "Ein\r\nHaus", "credit:cd": " "}
    assert answers_in(typed) == [
        Answer("people", "none"),
        Answer("alt", "decorative", "ab"),
        Answer("alt", "Ein\nHaus", "cd"),
    ]


def test_an_answer_that_is_not_offered_is_refused_and_the_typed_text_kept(desk: Any) -> None:
    item = uncleared(desk)
    sha256 = views.item_show(desk.deps, item["id"])["media"][0]["sha256"]
    browser = desk.person("eva")
    page = browser.posts(
        f"/beitraege/{item['id']}/klaerung",
        **{"pruefwert": browser.token, "people:": "egal", f"alt:{sha256}": "Selbst geschrieben"},
    )
    assert page.status == 422
    assert page.form(f"/beitraege/{item['id']}/klaerung")[f"alt:{sha256}"] == "Selbst geschrieben"


def test_own_texts_need_both_ways_of_address(desk: Any) -> None:
    item = cleared(desk)
    browser = desk.person("eva")
    path = f"/beitraege/{item['id']}/text"
    page = browser.posts(path, pruefwert=browser.token, kanal="facebook", du="Nur für dich.", sie="")
    assert page.status == 422
    assert page.one("//*[@role='alert']//a").get("href") == "#du-facebook"
    assert page.one("//textarea[@id='du-facebook']").value.strip() == "Nur für dich."
    assert page.one("//details[.//textarea[@id='du-facebook']]").get("open") is not None
    done = browser.posts(path, pruefwert=browser.token, kanal="facebook", du="Nur für dich.", sie="Nur\r\nfür Sie.")
    assert "Kanaltext gespeichert" in done.text
    assert views.item_show(desk.deps, item["id"])["texts"]["facebook"]["sie"] == "Nur\nfür Sie."
    assert any("Nur\nfür Sie." in post["text"] for post in desk.posts(channel="facebook"))


def test_a_held_item_can_be_taken_up_again(desk: Any) -> None:
    item = cleared(desk)["id"]
    browser = desk.person("eva")
    held = browser.sends(browser.opens(f"/beitraege/{item}"), f"/beitraege/{item}/zurueckstellen")
    assert "zurückgestellt" in held.one("//p[@class='about']").text_content()
    taken = browser.sends(held, f"/beitraege/{item}/aufnehmen")
    assert "in Arbeit" in taken.one("//p[@class='about']").text_content()


def test_withdrawing_needs_a_reason_and_ends_the_item(desk: Any) -> None:
    item = cleared(desk)["id"]
    browser = desk.person("eva")
    refused = browser.sends(browser.opens(f"/beitraege/{item}"), f"/beitraege/{item}/zurueckziehen")
    assert refused.status == 422
    assert refused.one("//input[@id='grund']").get("aria-invalid") == "true"
    done = browser.sends(refused, f"/beitraege/{item}/zurueckziehen", grund="Einwilligung widerrufen")
    assert "Zurückgezogen." in done.one("//*[@role='status']").text_content()
    assert not done.find("//main//form")
    assert {post["state"] for post in views.post_list(desk.deps, item_id=item)} == {"closed"}


def test_a_medium_is_withdrawn_with_a_reason_from_every_item(desk: Any) -> None:
    item = cleared(desk)["id"]
    browser, path = desk.person("eva"), f"/beitraege/{item}/medium-zurueckziehen"
    page = browser.opens(f"/beitraege/{item}")
    refused = browser.sends(page, path)
    assert refused.status == 422
    assert refused.one("//input[@id='mediengrund']").get("aria-invalid") == "true"
    assert refused.one("//input[@name='medium']").get("checked") is not None

    done = browser.sends(refused, path, mediengrund="Die Fotografin hat die Rechte entzogen")

    assert "Das Medium ist zurückgezogen" in done.one("//*[@role='status']").text_content()
    assert not done.find("//input[@name='medium']")
    assert all(post["media"] == [] for post in views.post_list(desk.deps, item_id=item))
    [row] = recall_views.recall_list(desk.deps)
    assert row["kind"] == "medium"


@pytest.mark.parametrize("medium", ["", "0" * 64])
def test_a_forged_medium_withdraws_nothing(desk: Any, medium: str) -> None:
    item = cleared(desk)["id"]
    browser = desk.person("eva")
    fields = {"pruefwert": browser.token, "mediengrund": "Darum", "medium": medium}

    page = browser.posts(f"/beitraege/{item}/medium-zurueckziehen", **fields)

    assert page.status == 404
    assert recall_views.recall_list(desk.deps) == []
    assert views.item_show(desk.deps, item)["media"]


def test_hostile_item_text_stays_text(desk: Any) -> None:
    item = next(item for item in views.item_list(desk.deps) if "hostile" in item["guid"])
    page = desk.person("eva").opens(f"/beitraege/{item['id']}")
    ours = [(each.get("src") or "", each.text) for each in page.find("//script")]
    assert ours
    assert all(src.startswith("/static/") and text is None for src, text in ours), ours
    assert "</textarea><script>alert(2)</script>" in page.text
    assert not page.find("//*[@onerror]")


def test_who_only_reads_sees_answers_and_no_forms(desk: Any) -> None:
    page = desk.person("pia").opens(f"/beitraege/{cleared(desk)['id']}")
    assert not page.find("//main//form")
    assert "granted" in page.one("//dl").text_content()


def test_an_unknown_item_is_not_found(desk: Any) -> None:
    assert desk.person("eva").opens("/beitraege/9999").status == 404


@pytest.mark.parametrize("question", ["credit", "alt"])
def test_an_answer_that_was_given_cannot_be_emptied_in_silence(desk: Any, question: str) -> None:
    item = cleared(desk)
    sha256 = views.item_show(desk.deps, item["id"])["media"][0]["sha256"]
    browser = desk.person("eva")
    page = browser.opens(f"/beitraege/{item['id']}")
    refused = browser.sends(page, f"/beitraege/{item['id']}/klaerung", **{f"{question}:{sha256}": "  "})
    assert refused.status == 422
    assert "lässt sich ändern, aber nicht leeren" in refused.one("//*[@role='alert']").text_content()
    assert refused.one("//*[@aria-invalid='true']").get("name") == f"{question}:{sha256}"


def test_a_decorative_picture_takes_no_alternative_text_in_silence(desk: Any) -> None:
    item = cleared(desk)
    sha256 = views.item_show(desk.deps, item["id"])["media"][0]["sha256"]
    where = f"/beitraege/{item['id']}"
    browser = desk.person("eva")
    decorative = browser.sends(browser.opens(where), f"{where}/klaerung", **{f"decorative:{sha256}": "1"})
    assert "Alles ist geklärt" in decorative.text
    refused = browser.sends(decorative, f"{where}/klaerung", **{f"alt:{sha256}": "Ein Rad."})
    assert refused.status == 422
    assert "Ein Schmuckbild hat keinen Alternativtext" in refused.text
    fields = {name: value for name, value in refused.form(f"{where}/klaerung").items() if "decorative" not in name}
    assert fields[f"alt:{sha256}"] == "Ein Rad."
    assert "Alles ist geklärt" in browser.posts(f"{where}/klaerung", **fields).text


def test_a_channel_text_that_cannot_go_out_is_said_where_it_was_written(desk: Any) -> None:
    item = cleared(desk)
    where = f"/beitraege/{item['id']}"
    browser = desk.person("eva")
    fields = {"kanal": "facebook", "du": "Hallo {{kjc.nmae}}", "sie": "Hallo {{kjc.nmae}}", "pruefwert": browser.token}
    page = browser.posts(f"{where}/text", **fields)
    assert "Bei 2 Posts ist noch etwas zu beheben" in page.one("//*[@role='status']").text_content()
    assert page.text.count("Der Platzhalter „{{kjc.nmae}}“ ist leer oder unbekannt") == 1


@pytest.mark.parametrize("note", ["zurueckgestellt", "zurueckgezogen", "<b>"])
def test_a_note_in_the_address_says_nothing_of_an_item_that_is_not_so(desk: Any, note: str) -> None:
    page = desk.person("eva").opens(f"/beitraege/{cleared(desk)['id']}?getan={note}")
    assert page.one("//*[@role='status']").text_content() == ""


def test_an_item_shows_what_is_wrong_over_all_jobcenters_at_once(desk: Any) -> None:
    item = cleared(desk)
    browser = desk.person("eva")
    address = f"/beitraege/{item['id']}"
    assert not browser.opens(address).find("//*[@id='maengel']")
    browser.posts(f"{address}/text", pruefwert=browser.token, kanal="x", du="d" * 300, sie="s" * 300)

    section = browser.opens(address).one("//section[@aria-labelledby='maengel']")

    assert [heading.text_content() for heading in section.xpath(".//h3")] == ["X"]
    (problem,) = section.xpath(".//li")
    assert "Passt bei keinem der" in problem.text_content()


def test_a_repeat_gets_its_own_text_in_a_form_of_its_own(desk: Any) -> None:
    number = desk.awaiting()["item"]
    now = desk.clock.now()
    repeating.repeat(desk.deps, actor_named(desk.deps, "eva", desk.clock.now()), number, now, every_days=28, times=1)
    editor, path = desk.person("eva"), f"/beitraege/{number}"

    page = editor.opens(path)
    assert "Facebook, 1. Wiederholung" in page.text
    fields = {"pruefwert": editor.token, "kanal": "facebook", "mal": "2"}
    half = editor.posts(f"{path}/text", **fields, du="Wieder da")
    assert (half.status, half.one("//textarea[@id='du-facebook-2']").text.strip()) == (422, "Wieder da")
    editor.posts(f"{path}/text", **fields, du="Wieder da", sie="Wieder da, Sie")

    shown = views.item_show(desk.deps, number)
    assert shown["texts"] == {}
    assert [(each["occurrence"], each["du"]) for each in shown["repeat"]["texts"]] == [(2, "Wieder da")]


def test_an_embargo_is_told_of_as_long_as_it_lasts(desk: Any) -> None:
    [over, lasting] = [item["id"] for item in views.item_list(desk.deps)[:2]]
    with desk.deps.store.write() as session:
        session.get_one(ItemRow, over).embargo_until = desk.clock.now() - timedelta(hours=1)
        session.get_one(ItemRow, lasting).embargo_until = desk.clock.now() + timedelta(days=1)
    page = desk.person("eva").opens("/beitraege")
    assert [each.getparent().find("h2/a").get("href") for each in page.find("//p[starts-with(., 'Sperrfrist')]")] == [
        f"/beitraege/{lasting}"
    ]


def test_an_item_says_until_when_it_is_kept_back_and_until_when_it_holds(desk: Any) -> None:
    number = cleared(desk)["id"]
    now, eva = desk.clock.now(), desk.person("eva")
    with desk.deps.store.write() as session:
        row = session.get_one(ItemRow, number)
        row.embargo_until, row.valid_until = now + timedelta(days=1), now + timedelta(days=9)
    page = eva.opens(f"/beitraege/{number}")
    assert "Sperrfrist bis Di 24.11.2026, 09:00 Uhr" in page.text
    assert "Gültig bis Mi 02.12.2026, 09:00 Uhr" in page.text
    desk.clock.advance(days=2)
    assert "Sperrfrist bis" not in eva.opens(f"/beitraege/{number}").text


def test_an_item_takes_as_many_questions_however_many_posts_it_has(desk: Any) -> None:
    eva, many = desk.person("eva"), cleared(desk)["id"]

    def questions(number: int) -> int:
        with asking(desk.deps) as asked:
            assert eva.opens(f"/beitraege/{number}").status == 200
        return len(asked)

    before = questions(many)
    for post in desk.posts()[2:]:
        if post["item"] == many:
            desk.becomes(post["id"], "published")
    assert questions(many) == before <= 50
