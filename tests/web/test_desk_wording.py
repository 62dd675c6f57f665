"""A channel's text for all Jobcenters at the desk: the matrix of posts, the proof of a text, a revision's changes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from distributor.domain import DAEMON
from distributor.intake.report import item_of
from distributor.services import taking_in, views
from distributor.store.tables import ItemRow

LONG = "Hallo" + " {{kjc.name}}" * 3 + ": " + "x" * 80
"""Too long for X with the longer of the two names, and not with the shorter."""


def address(desk: Any, channel: str = "x") -> str:
    return f"/beitraege/{desk.awaiting()['item']}/kanaltext/{channel}"


def test_the_matrix_shows_the_state_of_every_post_where_its_jobcenter_and_channel_meet(desk: Any) -> None:
    post = desk.awaiting()
    desk.becomes(post["id"], "failed", reason_text="x", reason_who="officer")
    page = desk.person("eva").opens(f"/beitraege/{post['item']}")
    heads = [each.text_content() for each in page.find("//table[@class='matrix']/thead//th")]
    assert heads == ["Jobcenter", "Facebook", "Instagram", "X"]
    rows = {row.xpath("./th")[0].text_content(): row for row in page.find("//table[@class='matrix']/tbody/tr")}
    assert len(rows) == 2
    at = heads.index(desk.deps.connector(post["channel"]).label)
    cell = rows["Kreisjobcenter Fulda"].xpath(f"./td[{at}]")[0]
    assert cell.xpath(f".//a[@href='/post/{post['id']}']")
    assert "fehlgeschlagen" in cell.text_content()


def test_a_text_is_proofread_for_all_and_nothing_is_stored(desk: Any) -> None:
    eva, where = desk.person("eva"), address(desk)
    before = desk.posts()
    page = eva.sends(eva.opens(where), where, du=LONG, sie=LONG)
    assert page.one("//h2[@id='urteil']").text_content() == "Passt bei 1 von 2."
    assert re.search(r"Jobcenter Kreis Groß-Gerau: Der Text hat 3\d\d von 280 Zeichen", page.text)
    assert page.form(where)["du"] == LONG
    assert desk.posts() == before
    assert views.item_show(desk.deps, desk.awaiting()["item"])["texts"] == {}


def test_du_and_sie_stand_side_by_side_and_one_jobcenter_can_be_chosen(desk: Any) -> None:
    eva, where = desk.person("eva"), address(desk)
    page = eva.sends(eva.opens(where), where, du="Komm vorbei.", sie="Kommen Sie vorbei.")
    shown = [each.text_content() for each in page.find("//section[@id='probe']//article")]
    assert sorted("Komm vorbei." in text for text in shown) == [False, True]
    assert sorted("Kommen Sie vorbei." in text for text in shown) == [False, True]
    chosen = eva.sends(page, where, du="Komm vorbei.", sie="Kommen Sie vorbei.", kjc="fulda")
    [only] = chosen.find("//section[@id='probe']//article")
    assert "Kreisjobcenter Fulda" in only.text_content()


def test_while_typing_only_the_verdict_is_answered(desk: Any) -> None:
    eva, where = desk.person("eva"), address(desk)
    headers = {"HX-Request": "true", "HX-Target": "probe"}
    page = eva.posts(where, headers=headers, du=LONG, sie=LONG, pruefwert=eva.token)
    assert not page.find("//textarea")
    assert "Passt bei 1 von 2." in page.text


def test_a_text_is_stored_and_a_half_one_is_refused_with_what_was_typed(desk: Any) -> None:
    eva, where = desk.person("eva"), address(desk)
    half = eva.sends(eva.opens(where), where, du="Nur Du", sie="", tun="speichern")
    assert half.status == 422
    assert "Bitte beide Fassungen schreiben" in half.text
    assert half.form(where)["du"] == "Nur Du"
    page = eva.sends(half, where, du="Komm.", sie="Kommen Sie.", tun="speichern")
    assert "Kanaltext gespeichert" in page.one("//*[@id='meldung']").text_content()
    assert views.item_show(desk.deps, desk.awaiting()["item"])["texts"]["x"] == {"du": "Komm.", "sie": "Kommen Sie."}


@pytest.mark.parametrize("login", ["anna", "otto", "pia"])
def test_only_editors_write_for_all(desk: Any, login: str) -> None:
    person, where = desk.person(login), address(desk)
    assert person.opens(where).status == 403
    assert person.posts(where, du="a", sie="b", tun="speichern", pruefwert=person.token).status == 403
    assert views.item_show(desk.deps, desk.awaiting()["item"])["texts"] == {}


def test_an_unknown_channel_or_item_is_not_found(desk: Any) -> None:
    eva = desk.person("eva")
    assert eva.opens(address(desk, "brieftaube")).status == 404
    assert eva.opens("/beitraege/999/kanaltext/x").status == 404


def test_what_the_newest_revision_changed_is_marked(desk: Any) -> None:
    eva, number = desk.person("eva"), desk.awaiting()["item"]
    assert "geändert hat" not in eva.opens(f"/beitraege/{number}").text
    with desk.deps.store.write() as session:
        item = session.get_one(ItemRow, number)
        changed = replace(item_of(item.document), summary="Ganz neu gesagt.")
        taking_in.revise(session, item, changed, desk.clock.now(), DAEMON)
    page = eva.opens(f"/beitraege/{number}")
    assert "Was sich gegenüber Fassung 1 geändert hat" in page.text
    assert any("neu" in each.text_content() for each in page.find("//ins"))
    assert page.find("//del")
