"""The record at the desk: who did what, page by page, and to each their own part of it."""

from __future__ import annotations

from typing import Any

import pytest

from distributor import clearance
from distributor.services import clearing
from distributor.services.people import actor_named
from distributor.web import record


def test_what_a_person_did_stands_there_with_their_name_and_leads_to_the_post(desk: Any) -> None:
    post, anna = desk.awaiting(), desk.person("anna")
    anna.posts(f"/post/{post['id']}/ablehnen", grund="Passt nicht", pruefwert=anna.token)
    page = desk.person("pia").opens("/protokoll?was=post")
    first = " ".join(page.find("//ul[contains(@class, 'record')]/li")[0].text_content().split())
    assert first.startswith("Abgelehnt → geschlossen")
    assert "anna, Kreisjobcenter Fulda" in first
    assert page.find(f"//li//a[@href='/post/{post['id']}']")
    assert "Passt nicht" not in page.text  # the record holds codes, never words


def test_what_was_answered_is_told_in_words(desk: Any) -> None:
    eva, item = actor_named(desk.deps, "eva", desk.clock.now()), desk.awaiting()["item"]
    clearing.clear(desk.deps, eva, item, [clearing.Answer("partner", "unpaid")], desk.clock.now())
    muted = "//ul[contains(@class, 'record')]/li//span[@class='muted']"
    pia = desk.person("pia")
    assert " ".join(pia.opens("/protokoll?was=item").find(muted)[0].text_content().split()).endswith(
        "· Betrieb oder Partner"
    )
    asked = {*clearance.ASKED, "focus", "burnt"}
    assert asked <= record._QUESTIONS.keys()


def test_an_officer_reads_her_jobcenters_part_only(desk: Any) -> None:
    ben = desk.person("ben")
    post = desk.awaiting("gross-gerau")
    ben.posts(f"/post/{post['id']}/ablehnen", grund="Nein", pruefwert=ben.token)
    assert f"/post/{post['id']}" not in desk.person("anna").opens("/protokoll").response.text
    assert f"/post/{post['id']}" not in desk.person("anna").opens("/protokoll?kjc=gross-gerau").response.text
    assert f"/post/{post['id']}" in desk.person("pia").opens("/protokoll?kjc=gross-gerau").response.text


def test_pages_follow_each_other_and_nothing_is_shown_twice(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "PAGE_SIZE", 4)
    pia = desk.person("pia")
    page, seen = pia.opens("/protokoll?was=post"), []
    for _ in range(3):
        seen += [each.text_content() for each in page.find("//ul[contains(@class, 'record')]/li//span[@class='muted']")]
        [older] = page.find("//a[@rel='next']/@href")
        page = pia.opens(str(older))
    assert len(seen) == 12
    assert page.find("//a[contains(., 'Zum Neuesten')]")
    listed = pia.opens("/protokoll?was=topic").one("//main").text_content().strip()
    assert listed.endswith("Dazu steht nichts im Protokoll.")
