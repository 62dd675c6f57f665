"""The calendar's page, its forms, and the addresses to subscribe to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pytest
from sqlalchemy import event, select

from distributor.domain import Role, State
from distributor.services import people
from distributor.store.tables import CalendarLinkRow, CalendarRow, ItemRow, PostRow
from distributor.web.calendar_grid import MONTH, SHOWN
from tests.support.plenty import plenty
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

    def test_draws_no_place_where_there_is_one_in_every_minute(self, desk: DeskWorld) -> None:
        officer = desk.person("anna")
        week = f"/kalender?ansicht=woche&kjc=fulda&ab={due_day(desk.awaiting()) + timedelta(days=7)}"
        assert officer.opens(week).find("//li[@class='vacant']")

        with desk.deps.store.write() as session:
            for row in session.scalars(select(CalendarRow)):
                row.document = {**row.document, "every_minutes": 1}
        page = officer.opens(week)

        assert page.find("//li[@class='vacant']") == []
        assert "rund um die Uhr Plätze in festem Abstand" in page.text

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


NOON = datetime(2026, 12, 9, 11, tzinfo=UTC)


def due_at(desk: DeskWorld, post: int) -> datetime | None:
    with desk.deps.store.read() as session:
        return session.get_one(PostRow, post).due_at


def moves(browser: Any, page: Any, **fields: str) -> Any:
    """Send the form that takes any time, as it stands but for these fields."""
    inputs = page.find("//form[.//input[@id='zeit']]//input[not(@type='checkbox')]")
    return browser.posts("/kalender/verschieben", **{each.get("name"): each.get("value") for each in inputs} | fields)


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


class TestTheViews:
    def test_a_month_is_a_table_with_a_caption_and_a_column_for_each_weekday(self, desk: DeskWorld) -> None:
        page = desk.person("anna").opens("/kalender?ansicht=monat&ab=2026-12-24")

        assert words(page.one("//table/caption")) == "Posts und besondere Tage, Dezember 2026"
        columns = [words(each) for each in page.find("//table/thead//th[@scope='col']")]
        assert (columns[0], columns[-1], len(columns)) == ("Montag", "Sonntag", 7)
        assert len(page.find("//td[@data-tag]")) == 31
        christmas = words(page.one("//td[@data-tag='2026-12-25']"))
        assert "Feiertag: Erster Weihnachtstag" in christmas
        assert "Schulferien: Weihnachtsferien" in christmas
        assert page.one("//a[@aria-current='page']").text_content() == "Monat"

    def test_a_week_of_one_jobcenter_shows_the_free_slots_of_each_account(self, desk: DeskWorld) -> None:
        post = desk.awaiting()
        page = desk.person("anna").opens("/kalender?ansicht=woche")

        assert len(page.find("//ol/li[@data-tag]")) == 7
        assert page.find(f"//li[@data-tag='{due_day(post)}']//li[@data-post='{post['id']}']")
        free = [words(each) for each in page.find("//li[@data-tag='2026-11-26']//li[@data-ziel]")]
        assert "10:00 Facebook: frei" in free
        assert not [each for each in page.find("//li[@data-ziel]/@data-ziel") if each <= desk.clock.now().isoformat()]

    def test_what_a_post_keeps_others_from_is_said_at_the_slot(self, desk: DeskWorld) -> None:
        other = desk.posts(channel="facebook")[0]
        desk.becomes(other["id"], "scheduled", due_at=datetime(2026, 11, 26, 10, 0, tzinfo=UTC))

        page = desk.person("anna").opens("/kalender?ansicht=woche")

        told = [words(each) for each in page.find("//li[@data-tag='2026-11-26']//li")]
        assert "10:00 Facebook: nicht frei, wegen Mindestabstand" in told

    def test_the_day_an_embargo_ends_says_so_and_the_posts_that_it_holds_too(self, desk: DeskWorld) -> None:
        post = desk.awaiting()
        with desk.deps.store.write() as session:
            session.get_one(ItemRow, post["item"]).embargo_until = desk.clock.now() + timedelta(hours=1)

        for view in ("monat", "woche", "liste"):
            page = desk.person("anna").opens(f"/kalender?ansicht={view}")
            today = words(page.one(f"//*[@data-tag='{due_day(post)}']"))
            assert f"Sperrfrist endet 10:00 Uhr: {post['title']}" in today, view
            assert "Sperrfrist bis Mo 23.11.2026, 10:00 Uhr" in words(page.one(f"//li[@data-post='{post['id']}']"))

    def test_going_back_on_and_to_today_keeps_the_view_and_the_jobcenter(self, desk: DeskWorld) -> None:
        page = desk.person("eva").opens("/kalender?ansicht=monat&kjc=fulda&ab=2026-12-24")
        pager = [str(each) for each in page.find("//nav[@aria-label='Zeitraum']//a/@href")]
        where = "/kalender?ansicht=monat&kjc=fulda&ab="
        assert pager == [f"{where}2026-11-01", f"{where}2026-11-23", f"{where}2027-01-01"]

    def test_a_full_day_shows_the_first_and_leads_to_the_others(self, desk: DeskWorld) -> None:
        with desk.deps.store.write() as session:
            made = plenty(session, items=40, state=State.SCHEDULED, now=NOON, spread=timedelta(hours=6))
        eva = desk.person("eva")
        day = eva.opens("/kalender?ansicht=monat&kjc=fulda&ab=2026-12-01").one("//td[@data-tag='2026-12-09']")

        assert len(day.xpath(".//li")) == SHOWN[MONTH]
        [more] = day.xpath(".//p[@class='more-posts']/a")
        assert words(more) == f"und {made // 2 - SHOWN[MONTH]} weitere"
        first = eva.opens(more.get("href"))
        second = eva.opens(first.one("//a[@rel='next' and contains(@href, 'seite=2')]").get("href"))
        shown = [str(each) for page in (first, second) for each in page.find("//ul[@class='day-posts']//a/@href")]
        assert len(shown) == len(set(shown)) == made // 2
        assert second.find("//*[@data-tag='2026-12-09']")

    def test_a_full_month_of_all_takes_no_more_questions_than_an_empty_one(self, desk: DeskWorld) -> None:
        eva, asked = desk.person("eva"), list[str]()
        event.listen(desk.deps.store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

        def questions(query: str) -> int:
            asked.clear()
            page = eva.opens(f"/kalender?{query}")
            assert (page.status, int(page.response.headers["Content-Length"]) < 20_000) == (200, True), query
            return len(asked)

        queries = [f"ansicht={view}&kjc={who}&ab=2026-12-01" for view in SHOWN for who in ("", "fulda")]
        empty = {query: questions(query) for query in queries}
        with desk.deps.store.write() as session:
            made = plenty(session, items=200, state=State.SCHEDULED, now=NOON, spread=timedelta(days=22))
        assert made > 1000
        assert {query: questions(query) for query in queries} == empty
        assert max(empty.values()) <= 27


class TestMoving:
    def page(self, browser: Any, post: dict[str, Any]) -> Any:
        return browser.opens(f"/kalender?ansicht=woche&post={post['id']}")

    def test_is_offered_to_who_may_with_free_slots_first(self, desk: DeskWorld) -> None:
        post, anna = desk.awaiting(), desk.person("anna")
        page = self.page(anna, post)

        assert "Der Post wartet noch auf die Freigabe" in page.text
        offered = [datetime.fromisoformat(str(each)) for each in page.find("//button[@name='zeit']/@value")]
        assert 0 < len(offered) <= 6
        assert offered == sorted(offered)
        assert datetime.fromisoformat(post["due_at"]) not in offered
        for login in ("eva", "pia", "otto", "ben"):
            browser = desk.person(login)
            assert self.page(browser, post).status == 403
            links = browser.opens("/kalender").find("//a/@href")
            assert not [each for each in links if str(each).endswith(f"&post={post['id']}")]

    def test_a_free_slot_is_one_press_and_can_be_laid_back(self, desk: DeskWorld) -> None:
        post, anna = desk.awaiting(), desk.person("anna")
        page = self.page(anna, post)
        [slot, *_] = page.find("//button[@name='zeit']/@value")

        done = moves(anna, page, zeit=str(slot))
        assert due_at(desk, post["id"]) == datetime.fromisoformat(str(slot))
        assert "Neue Zeit:" in done.text
        assert done.one("//form[@class='lay-back']//button").text_content() == "Zurücklegen"

        fields = {each.get("name"): each.get("value") for each in done.find("//form[@class='lay-back']//input")}
        back = anna.posts("/kalender/verschieben", **fields)
        assert back.status == 200
        assert due_at(desk, post["id"]) == datetime.fromisoformat(post["due_at"])

    def test_an_approved_post_stays_approved_and_that_is_said_before(self, desk: DeskWorld) -> None:
        post, anna = desk.awaiting(), desk.person("anna")
        anna.sends(anna.opens(f"/post/{post['id']}"), f"/post/{post['id']}/freigeben")

        page = self.page(anna, post)
        assert "Der Post ist freigegeben und bleibt es" in page.text
        [slot, *_] = page.find("//button[@name='zeit']/@value")
        moves(anna, page, zeit=str(slot))

        [shown] = [each for each in desk.posts() if each["id"] == post["id"]]
        assert (shown["state"], shown["approved_digest"]) == ("scheduled", post["digest"])

    def test_a_refused_move_keeps_the_person_in_the_calendar_with_the_reason_and_what_is_free(
        self, desk: DeskWorld
    ) -> None:
        post, anna = desk.awaiting(), desk.person("anna")
        desk.closes("fulda", date(2026, 12, 2))

        page = moves(anna, self.page(anna, post), zeit="2026-12-02T10:00")

        assert page.status == 422
        assert "Schließtag (Umzug)" in words(page.one("//*[@role='alert']"))
        assert page.one("//input[@id='zeit']").get("value") == "2026-12-02T10:00"
        near = [datetime.fromisoformat(str(each)).date() for each in page.find("//button[@name='zeit']/@value")]
        assert near
        assert all(abs(day - date(2026, 12, 2)) <= timedelta(days=4) for day in near)
        assert page.find("//ol[contains(@class, 'days--week')]/li[@data-tag='2026-11-23']")
        assert due_at(desk, post["id"]) == datetime.fromisoformat(post["due_at"])

    def test_each_collision_is_told_before_with_the_post_that_is_in_the_way(self, desk: DeskWorld) -> None:
        post, anna = desk.awaiting(), desk.person("anna")
        other = next(each for each in desk.posts(channel=post["channel"]) if each["id"] != post["id"])
        desk.becomes(other["id"], "scheduled", due_at=datetime(2026, 11, 26, 9, 0, tzinfo=UTC))

        asked = moves(anna, self.page(anna, post), zeit="2026-11-26T10:00", nur="1")

        assert asked.status == 200
        assert "Geht nicht: Do 26.11.2026, 10:00 Uhr ist belegt: Dann erscheint" in words(asked.one("//main"))
        assert asked.find(f"//ul[@aria-labelledby='dagegen']//a[@href='/post/{other['id']}']")
        assert due_at(desk, post["id"]) == datetime.fromisoformat(post["due_at"])
        plain = anna.client.get(f"/kalender/pruefen/{post['id']}?zeit=2026-11-26T10:00")
        assert plain.headers["content-type"] == "text/plain; charset=utf-8"
        assert plain.text.startswith("Do 26.11.2026, 10:00 Uhr geht nicht. Do 26.11.2026, 10:00 Uhr ist belegt")
        free = anna.client.get(f"/kalender/pruefen/{post['id']}?zeit=2026-12-03T10:00").text
        assert free == "Do 03.12.2026, 10:00 Uhr: nichts spricht dagegen."

    def test_a_warned_time_is_asked_once_more_and_told_after_the_move(self, desk: DeskWorld) -> None:
        post, anna = desk.awaiting(), desk.person("anna")
        anna.sends(
            anna.opens("/kalender"), "/kalender/eintragen", **filled(date(2026, 12, 2), art="quiet", titel="Trauertag")
        )

        asked = moves(anna, self.page(anna, post), zeit="2026-12-02T10:00")
        assert (asked.status, asked.find("//input[@name='trotzdem' and @type='checkbox']") != []) == (422, True)
        done = moves(anna, asked, zeit="2026-12-02T10:00", trotzdem="1")

        assert done.status == 200
        assert "Zu bedenken: Mi 02.12.2026: stiller Tag (Trauertag)." in words(done.one("//main"))

    def test_who_saw_another_time_moves_nothing(self, desk: DeskWorld) -> None:
        post, anna = desk.awaiting(), desk.person("anna")
        page = self.page(anna, post)
        moved = datetime.fromisoformat(post["due_at"]) + timedelta(days=7)
        desk.becomes(post["id"], "scheduled", due_at=moved)

        answer = moves(anna, page, zeit="2026-12-04T10:00")

        assert (answer.status, "hat sich inzwischen geändert" in answer.text) == (409, True)
        assert due_at(desk, post["id"]) == moved

    def test_a_post_that_left_the_calendar_says_so_there(self, desk: DeskWorld) -> None:
        post, anna = desk.awaiting(), desk.person("anna")
        page = self.page(anna, post)
        desk.becomes(post["id"], "published")

        answer = moves(anna, page, zeit="2026-12-04T10:00")

        assert answer.status == 409
        assert "ist veröffentlicht; das geht hier nicht" in words(answer.one("//*[@role='alert']"))
        assert answer.find("//ol[contains(@class, 'days--week')]")

    @pytest.mark.parametrize("zeit", ["", "Quatsch", "2027-03-28T02:30", "0001-01-01T00:00"])
    def test_a_time_that_is_none_is_said_at_its_field(self, zeit: str, desk: DeskWorld) -> None:
        post, anna = desk.awaiting(), desk.person("anna")
        answer = moves(anna, self.page(anna, post), zeit=zeit)
        assert answer.status == 422
        assert answer.find("//*[@role='alert']//a/@href") == ["#zeit"]

    @pytest.mark.parametrize("post", ["", "0", "abc", "999999", "9" * 40])
    def test_a_post_that_is_none_is_not_found(self, post: str, desk: DeskWorld) -> None:
        anna = desk.person("anna")
        fields = {"post": post, "zeit": "2026-12-04T10:00", "pruefwert": anna.token}
        assert anna.posts("/kalender/verschieben", **fields).status == 404
