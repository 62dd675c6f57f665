"""The calendar's page, its forms, and the addresses to subscribe to."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pytest
from sqlalchemy import select

from distributor.domain import Role
from distributor.services import people
from distributor.store.tables import CalendarLinkRow, ItemRow
from tests.web.conftest import SETUP, DeskWorld


def filled(day: date, **more: str) -> dict[str, str]:
    return {"art": "blackout", "von": day.isoformat(), "titel": "Trauerfall", "wer": "fulda", **more}


def due_day(post: dict[str, Any]) -> date:
    return datetime.fromisoformat(post["due_at"]).date()


class TestThePage:
    def test_shows_posts_and_special_days_of_four_weeks(self, desk: DeskWorld) -> None:
        page = desk.person("anna").opens("/kalender?ab=2026-12-24")

        assert len(page.find("//ol[@class='days']/li")) == 28
        christmas = page.one("//time[@datetime='2026-12-25']/ancestor::li")
        assert "Feiertag: Erster Weihnachtstag" in " ".join(christmas.text_content().split())
        assert "Schulferien: Weihnachtsferien" in page.text
        post = desk.awaiting()
        now = desk.person("anna").opens("/kalender")
        assert now.find(f"//time[@datetime='{due_day(post)}']/ancestor::li//a[@href='/post/{post['id']}']")

    def test_says_what_nobody_knows_yet(self, desk: DeskWorld) -> None:
        assert "Schulferien: unbekannt" in desk.person("anna").opens("/kalender?ab=2035-06-04").text

    def test_shows_an_officer_their_own_jobcenter_and_editors_all(self, desk: DeskWorld) -> None:
        officer, editor = desk.person("anna"), desk.person("eva")

        assert "Groß-Gerau" not in officer.opens("/kalender").text
        assert officer.opens("/kalender?kjc=gross-gerau").find("//select[@id='kjc']") == []
        assert {"fulda", "gross-gerau"} <= set(editor.opens("/kalender").find("//select[@id='kjc']/option/@value"))
        everywhere = editor.opens("/kalender").text
        assert "Groß-Gerau" in everywhere
        assert "Fulda" in everywhere

    @pytest.mark.parametrize("ab", ["Quatsch", "0001-01-01", "9999-12-31", "2026-13-01"])
    def test_takes_no_harm_from_an_odd_day(self, ab: str, desk: DeskWorld) -> None:
        assert desk.person("anna").opens(f"/kalender?ab={ab}").status == 200


class TestEntering:
    def test_a_blackout_takes_back_approvals_and_says_so(self, desk: DeskWorld) -> None:
        officer, post = desk.person("anna"), desk.awaiting()
        officer.sends(officer.opens(f"/post/{post['id']}"), f"/post/{post['id']}/freigeben")

        page = officer.sends(officer.opens("/kalender"), "/kalender/eintragen", **filled(due_day(post)))

        assert "Eingetragen. Eine Freigabe in dieser Zeit ist zurückgenommen" in page.text
        assert "Sperrzeit: Trauerfall" in page.text
        shown = officer.opens(f"/post/{post['id']}")
        assert "Freigabe vom Kalender zurückgenommen" in shown.text
        assert "Trauerfall" in shown.text

    def test_an_entry_can_be_struck_by_who_may_enter_it(self, desk: DeskWorld) -> None:
        number = desk.closes("fulda", date(2026, 12, 1))
        reader, officer = desk.person("pia"), desk.person("anna")

        assert reader.opens("/kalender").find("//form[@action='/kalender/streichen']") == []
        page = officer.sends(officer.opens("/kalender"), "/kalender/streichen")

        assert "Der Eintrag ist gestrichen." in page.text
        assert page.find(f"//input[@name='eintrag' and @value='{number}']") == []

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"von": "gestern"}, "von"),
            ({"bis": "2026-01-01"}, "bis"),
            ({"titel": " "}, "titel"),
            ({"art": "fest"}, "art"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
        self, wrong: dict[str, str], field: str, desk: DeskWorld
    ) -> None:
        officer = desk.person("anna")
        page = officer.sends(officer.opens("/kalender"), "/kalender/eintragen", **{**filled(date(2027, 2, 1)), **wrong})

        assert page.status == 422
        assert page.find("//*[@role='alert']//a/@href") == [f"#{field}"]
        if field != "titel":
            assert page.one("//input[@id='titel']").get("value") == "Trauerfall"


def test_a_warned_time_asks_once_more_and_then_is_taken(desk: DeskWorld) -> None:
    officer, post = desk.person("anna"), desk.awaiting()
    officer.sends(
        officer.opens("/kalender"), "/kalender/eintragen", **filled(date(2026, 12, 2), art="quiet", titel="Trauertag")
    )
    move = f"/post/{post['id']}/verschieben"

    asked = officer.sends(officer.opens(f"/post/{post['id']}"), move, zeit="2026-12-02T12:00")
    assert (asked.status, "Trauertag" in asked.text) == (422, True)
    assert asked.one("//input[@id='move-zeit']").get("value") == "2026-12-02T12:00"
    done = officer.sends(asked, move, trotzdem="1")

    assert "Neue Zeit: Mi 02.12.2026, 12:00 Uhr" in done.text
    assert "Zu bedenken: " in done.text


def test_the_time_that_was_seen_is_the_time_that_is_approved(desk: DeskWorld) -> None:
    officer, post = desk.person("anna"), desk.awaiting()
    seen = officer.opens(f"/post/{post['id']}")
    desk.becomes(post["id"], "awaiting", due_at=datetime.fromisoformat(post["due_at"]) + timedelta(days=1))

    page = officer.sends(seen, f"/post/{post['id']}/freigeben")

    assert (page.status, "hat sich geändert" in page.text) == (409, True)


class TestASubscription:
    def address(self, desk: DeskWorld, login: str, wer: str = "fulda", **more: str) -> str:
        """Make one at the desk and return its path."""
        browser = desk.person(login)
        page = browser.posts("/kalender/abo", wer=wer, pruefwert=browser.token, **more)
        return urlsplit(page.one("//code").text_content()).path

    def test_needs_no_login_and_holds_titles_only(self, desk: DeskWorld) -> None:
        desk.closes("fulda", date(2026, 12, 1))
        path = self.address(desk, "anna")

        answer = desk.person().client.get(path)

        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        events = icalendar.Calendar.from_ical(answer.text).walk("VEVENT")
        titles = [str(event["summary"]) for event in events]
        post = desk.awaiting()
        assert any(post["title"] in title for title in titles)
        assert "Umzug" in titles
        assert "Set-Cookie" not in answer.headers
        assert post["text"][-40:] not in answer.text.replace("\r\n ", "")
        [event] = [each for each in events if str(each["uid"]).startswith(f"post-{post['id']}@")]
        assert str(event["url"]).endswith(f"/post/{post['id']}")

    def test_of_all_hessen_holds_the_posts_and_days_of_every_jobcenter_and_an_own_one_no_others(
        self, desk: DeskWorld
    ) -> None:
        houses = ("fulda", "gross-gerau")
        for day, slug in enumerate(houses, start=1):
            desk.closes(slug, date(2026, 12, day))
        planned = {slug: {f"post-{post['id']}" for post in desk.posts(slug) if post["due_at"]} for slug in houses}
        own, every = (self.events(desk, *who) for who in (("anna",), ("eva", "alle")))

        assert all(planned.values())
        assert {uid for uid in every if uid.startswith("post-")} == planned["fulda"] | planned["gross-gerau"]
        assert {uid for uid in own if uid.startswith("post-")} == planned["fulda"]
        assert [sum(title.startswith("Umzug") for title in shown.values()) for shown in (every, own)] == [2, 1]

    def events(self, desk: DeskWorld, *who: str) -> dict[str, str]:
        """The titles in somebody's subscription by what names the event before its host."""
        body = desk.person().client.get(self.address(desk, *who)).text
        events = icalendar.Calendar.from_ical(body).walk("VEVENT")
        return {str(event["uid"]).partition("@")[0]: str(event["summary"]) for event in events}

    def test_is_not_sent_twice_to_who_has_it(self, desk: DeskWorld) -> None:
        path, client = self.address(desk, "anna"), desk.person().client
        tag = client.get(path).headers["etag"]

        desk.clock.advance(minutes=5)
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
        assert client.head(path).status_code == 200
        desk.closes("fulda", date(2026, 12, 1))
        assert client.get(path, headers={"If-None-Match": f'W/{tag}, "x"'}).status_code == 200

    def test_hides_the_title_while_an_embargo_lasts(self, desk: DeskWorld) -> None:
        path, post = self.address(desk, "anna"), desk.awaiting()
        with desk.deps.store.write() as session:
            session.get_one(ItemRow, post["item"]).embargo_until = desk.clock.now() + timedelta(hours=1)

        body = desk.person().client.get(path).text.replace("\r\n ", "")

        assert "Beitrag unter Sperrfrist" in body
        assert post["title"] not in body

    def test_can_be_renewed_and_is_kept_as_a_hash_only(self, desk: DeskWorld) -> None:
        first = self.address(desk, "anna")
        browser = desk.person("anna")
        again = browser.posts("/kalender/abo", wer="fulda", pruefwert=browser.token)
        assert (again.status, "Ein Abo gibt es schon" in again.text) == (422, True)
        second = self.address(desk, "anna", erneuern="1")

        client = desk.person().client
        assert (client.get(first).status_code, client.get(second).status_code) == (404, 200)
        with desk.deps.store.read() as session:
            [row] = session.scalars(select(CalendarLinkRow))
            assert row.token_hash not in second

    def test_ends_with_the_person_and_with_their_right(self, desk: DeskWorld) -> None:
        own, every = self.address(desk, "anna"), self.address(desk, "eva", "alle")
        client, now = desk.person().client, desk.clock.now()
        assert client.get(every).status_code == 200

        people.add_user(desk.deps, SETUP, "anna", [people.Membership(Role.OFFICER, "gross-gerau")], now)
        people.set_active(desk.deps, SETUP, "eva", False, now)

        assert (client.get(own).status_code, client.get(every).status_code) == (404, 404)

    def test_of_others_is_refused(self, desk: DeskWorld) -> None:
        browser = desk.person("anna")
        for wer in ("gross-gerau", "alle", "nirgends"):
            assert browser.posts("/kalender/abo", wer=wer, pruefwert=browser.token).status == 403

    @pytest.mark.parametrize("name", ["x.ics", "x" * 5000, "%00", "..%2f"])
    def test_that_nobody_made_is_not_there(self, name: str, desk: DeskWorld) -> None:
        assert desk.person().client.get(f"/kalender/abo/{name}").status_code == 404
