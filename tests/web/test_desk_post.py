"""One post: shown as its channel would show it, decided with forms that need no JavaScript."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from distributor.services import approving, views
from distributor.services.people import actor_named


def on(desk: Any, channel: str, organisation: str = "fulda") -> dict[str, Any]:
    """The first awaiting post on a channel."""
    found: dict[str, Any] = desk.posts(organisation, states=["awaiting"], channel=channel)[0]
    return found


def test_the_post_is_shown_with_text_pictures_alt_text_counter_and_time(desk: Any) -> None:
    post = on(desk, "facebook")
    page = desk.person("anna").opens(f"/post/{post['id']}")
    card = page.one("//article[contains(@class, 'post-card')]")
    assert " ".join(post["text"].split()) in " ".join(card.text_content().split())
    assert page.one("//article//figure//img").get("alt") == post["media"][0]["alt"]
    assert post["media"][0]["alt"] in page.one("//figcaption").text_content()
    assert f"{len(post['text'])} von 63206 Zeichen" in page.text
    assert "Mo 23.11.2026, 10:00 Uhr" in page.text
    assert page.one("//article//a[contains(@href, '/s/')]").get("rel") == "noopener noreferrer"


def test_a_channel_that_folds_shows_where_and_does_not_link(desk: Any) -> None:
    page = desk.person("anna").opens(f"/post/{on(desk, 'instagram')['id']}")
    assert page.one("//span[@class='fold']").text_content() == "… mehr"
    assert not page.find("//div[contains(@class, 'post-text')]//a")


def test_problems_stand_beside_the_post_with_their_weight_in_words(desk: Any) -> None:
    post = next(post for post in desk.posts(states=["drafted"], channel="instagram") if "hostile" in post["item_guid"])
    page = desk.person("anna").opens(f"/post/{post['id']}")
    assert "Muss behoben werden: Der Post hat 0 Bilder" in page.text
    assert not page.find(f"//form[@action='/post/{post['id']}/freigeben']")


def test_a_problem_that_mends_itself_has_a_button_that_needs_no_javascript(desk: Any) -> None:
    number = on(desk, "facebook")["id"]
    browser = desk.person("anna")
    text = "Komm zur #messe für Klient*innen!\nFoto: A. B."
    page = browser.sends(browser.opens(f"/post/{number}"), f"/post/{number}/bearbeiten", text=text)
    assert "„#messe“ wird zu „#Messe“." in page.text
    assert page.find("//button[@name='regel']/@value") == ["hashtag.camelcase", "gender.sign"]

    page = browser.sends(page, f"/post/{number}/beheben", regel="hashtag.camelcase")

    assert page.response.url.path == f"/post/{number}"
    told = page.one("//*[@role='status']").text_content()
    assert "Teilweise behoben" in told
    assert "Ein Mangel bleibt: „Klient*innen“" in told
    assert "Komm zur #Messe für Klient*innen!" in page.text
    assert page.find("//button[@name='regel']/@value") == ["gender.sign"]

    page = browser.sends(page, f"/post/{number}/beheben", regel="gender.sign")

    assert "Am Text ist nichts mehr zu beheben" in page.one("//*[@role='status']").text_content()


def test_after_mending_what_still_forbids_approval_is_said(desk: Any) -> None:
    number = on(desk, "x")["id"]
    browser = desk.person("anna")
    page = browser.sends(
        browser.opens(f"/post/{number}"), f"/post/{number}/bearbeiten", text="Zur #messe! {{ort}}\nFoto: A. B."
    )

    page = browser.sends(page, f"/post/{number}/beheben")

    told = " ".join(page.one("//*[@role='status']").text_content().split())
    assert "Ein Mangel bleibt: Der Platzhalter „{{ort}}“ ist leer" in told
    assert "So kann der Post noch nicht freigegeben werden." in told


def test_mending_what_somebody_else_has_changed_says_so(desk: Any) -> None:
    number = on(desk, "facebook")["id"]
    browser = desk.person("anna")
    page = browser.sends(browser.opens(f"/post/{number}"), f"/post/{number}/bearbeiten", text="Zur #messe!")
    approving.edit(desk.deps, actor_named(desk.deps, "anna", desk.clock.now()), number, "Zum #fest!", desk.clock.now())

    page = browser.sends(page, f"/post/{number}/beheben", regel="hashtag.camelcase")

    assert page.response.status_code == 409
    assert "Zum #fest!" in views.post_show(desk.deps, number)["text"]


def test_approving_brings_up_the_next_post_and_says_so(desk: Any) -> None:
    first, second = desk.posts(states=["awaiting"])[:2]
    browser = desk.person("anna")
    page = browser.sends(browser.opens(f"/post/{first['id']}"), f"/post/{first['id']}/freigeben")
    assert page.response.url.path == f"/post/{second['id']}"
    assert "Freigegeben für Mo 23.11.2026, 10:00 Uhr" in page.one("//*[@role='status']").text_content()
    shown = views.post_show(desk.deps, first["id"])
    assert (shown["state"], shown["approved_digest"]) == ("scheduled", first["digest"])


def test_after_the_last_approval_the_queue_says_that_nothing_waits(desk: Any) -> None:
    last, *others = desk.posts(states=["awaiting"])
    for post in others:
        desk.becomes(post["id"], "closed")
    browser = desk.person("anna")
    page = browser.sends(browser.opens(f"/post/{last['id']}"), f"/post/{last['id']}/freigeben")
    assert page.response.url.path == "/freigabe"
    assert "Freigegeben für" in page.text
    assert "Nichts wartet" in page.text


def test_another_time_is_german_time(desk: Any) -> None:
    post = on(desk, "facebook")
    browser = desk.person("anna")
    page = browser.opens(f"/post/{post['id']}")
    browser.sends(page, f"/post/{post['id']}/freigeben", zeit="2026-11-24T12:30")
    assert views.post_show(desk.deps, post["id"])["due_at"] == "2026-11-24T11:30:00Z"


@pytest.mark.parametrize(
    ("zeit", "words"),
    [
        ("2020-01-01T12:00", "ist schon vorbei"),
        ("2026-11-24T03:00", "geht nicht"),
        ("Quatsch", "ist keine Zeit"),
    ],
)
def test_a_time_that_cannot_be_keeps_what_was_typed_and_points_to_the_field(desk: Any, zeit: str, words: str) -> None:
    post = on(desk, "facebook")
    browser = desk.person("anna")
    page = browser.sends(browser.opens(f"/post/{post['id']}"), f"/post/{post['id']}/freigeben", zeit=zeit)
    assert page.status == 422
    link = page.one("//*[@role='alert']//a")
    assert words in link.text_content()
    field = page.one(f"//*[@id='{link.get('href')[1:]}']")
    assert field.get("aria-invalid") == "true"
    assert field.get("value") == zeit
    assert views.post_show(desk.deps, post["id"])["state"] == "awaiting"


def test_what_was_seen_is_what_is_approved_or_the_page_says_it_changed(desk: Any) -> None:
    post = on(desk, "facebook")
    browser = desk.person("anna")
    page = browser.opens(f"/post/{post['id']}")
    approving.edit(
        desk.deps, actor_named(desk.deps, "eva", desk.clock.now()), post["id"], "Ganz anderer Text.", desk.clock.now()
    )
    stale = browser.sends(page, f"/post/{post['id']}/freigeben")
    assert stale.status == 409
    assert "Inzwischen geändert" in stale.one("//*[@role='alert']").text_content()
    assert "Ganz anderer Text." in stale.one("//article").text_content()
    was, now = stale.find("//div[@class='sides']/section")
    assert " ".join(post["text"].split()) in " ".join(was.text_content().split())
    assert "Ganz anderer Text." in now.text_content()
    assert was.findall(".//del")
    assert now.findall(".//ins")
    assert views.post_show(desk.deps, post["id"])["state"] == "awaiting"
    again = browser.sends(stale, f"/post/{post['id']}/freigeben")
    assert again.status == 200
    assert views.post_show(desk.deps, post["id"])["state"] == "scheduled"


def test_a_form_without_the_digest_approves_nothing(desk: Any) -> None:
    post = on(desk, "facebook")
    browser = desk.person("anna")
    page = browser.posts(f"/post/{post['id']}/freigeben", pruefwert=browser.token)
    assert page.status == 409
    assert views.post_show(desk.deps, post["id"])["state"] == "awaiting"


def test_approving_twice_says_that_it_is_done_already(desk: Any) -> None:
    post = on(desk, "facebook")
    browser = desk.person("anna")
    page = browser.opens(f"/post/{post['id']}")
    browser.sends(page, f"/post/{post['id']}/freigeben")
    twice = browser.sends(page, f"/post/{post['id']}/freigeben")
    assert twice.status == 409
    assert "freigegeben" in twice.one("//*[@role='alert']").text_content()


def test_an_edited_text_is_shown_counted_and_can_go_back_to_the_template(desk: Any) -> None:
    post = on(desk, "facebook")
    browser = desk.person("anna")
    page = browser.opens(f"/post/{post['id']}")
    edited = browser.sends(page, f"/post/{post['id']}/bearbeiten", text="Kurz.\r\nUnd gut.")
    assert "Text gespeichert" in edited.text
    assert views.post_show(desk.deps, post["id"])["text"].startswith("Kurz.\nUnd gut.")
    reset = edited.find(f"//form[@action='/post/{post['id']}/bearbeiten']")[1]
    browser.posts(reset.get("action"), **dict(reset.form_values()))
    assert views.post_show(desk.deps, post["id"])["text"] == post["text"]


def test_the_edit_field_holds_the_text_unchanged(desk: Any) -> None:
    post = on(desk, "facebook")
    browser = desk.person("anna")
    page = browser.opens(f"/post/{post['id']}")
    browser.sends(page, f"/post/{post['id']}/bearbeiten")
    assert views.post_show(desk.deps, post["id"])["digest"] == post["digest"]


def test_an_empty_text_is_refused_and_the_form_stays_open(desk: Any) -> None:
    post = on(desk, "facebook")
    browser = desk.person("anna")
    page = browser.sends(browser.opens(f"/post/{post['id']}"), f"/post/{post['id']}/bearbeiten", text="  ")
    assert page.status == 422
    assert page.find("//details[@open]//textarea[@name='text']")


def test_moving_keeps_the_post_waiting_at_its_new_time(desk: Any) -> None:
    post = on(desk, "facebook")
    browser = desk.person("anna")
    page = browser.opens(f"/post/{post['id']}")
    moved = browser.sends(page, f"/post/{post['id']}/verschieben", zeit="2026-11-25T16:00")
    assert "Neue Zeit: Mi 25.11.2026, 16:00 Uhr" in moved.text
    shown = views.post_show(desk.deps, post["id"])
    assert (shown["state"], shown["due_at"]) == ("awaiting", "2026-11-25T15:00:00Z")


def test_declining_needs_a_reason_and_closes_the_post(desk: Any) -> None:
    post = on(desk, "facebook")
    browser = desk.person("anna")
    page = browser.opens(f"/post/{post['id']}")
    refused = browser.sends(page, f"/post/{post['id']}/ablehnen")
    assert refused.status == 422
    assert refused.one("//textarea[@aria-invalid='true']").get("name") == "grund"
    browser.sends(refused, f"/post/{post['id']}/ablehnen", grund="Passt nicht zu uns")
    shown = views.post_show(desk.deps, post["id"])
    assert (shown["state"], shown["reason"]["text"]) == ("closed", "Passt nicht zu uns")


@pytest.mark.parametrize(
    ("state", "values", "offered"),
    [
        ("awaiting", {}, {"freigeben", "bearbeiten", "verschieben", "ablehnen"}),
        (
            "scheduled",
            {},
            {"sofort", "bearbeiten", "verschieben", "ablehnen", "zuruecknehmen", "freigabe-zuruecknehmen"},
        ),
        ("publishing", {}, {"zuruecknehmen"}),
        ("uncertain", {"reason_code": "x", "reason_who": "officer"}, {"erneut", "bestaetigen", "zuruecknehmen"}),
        (
            "uncertain",
            {"next_try_at": datetime(2026, 11, 23, 9, tzinfo=UTC)},
            {"bestaetigen", "zuruecknehmen"},
        ),
        ("failed", {}, {"erneut", "bearbeiten", "ablehnen"}),
        ("missed", {}, {"sofort", "bearbeiten", "verschieben", "ablehnen"}),
        ("published", {}, {"zuruecknehmen"}),
        ("retracting", {"reason_code": "x", "reason_who": "officer"}, {"bestaetigen"}),
        ("retracting", {}, set()),
        ("closed", {}, set()),
    ],
)
def test_only_what_can_be_done_is_offered(desk: Any, state: str, values: dict[str, Any], offered: set[str]) -> None:
    post = on(desk, "facebook")["id"]
    if state != "awaiting":
        desk.becomes(post, state, **values)
    page = desk.person("anna").opens(f"/post/{post}")
    actions = {form.get("action").rsplit("/", 1)[1] for form in page.find("//main//form[@method='post']")}
    assert actions == offered


def test_what_the_daemon_could_not_do_is_told_and_tried_again(desk: Any) -> None:
    post = on(desk, "facebook")["id"]
    desk.becomes(post, "failed", reason_code="rejected", reason_text="Das Bild ist zu breit.", reason_who="officer")
    browser = desk.person("anna")
    desk.clock.advance(hours=4)
    page = browser.opens(f"/post/{post}")
    assert "Das Bild ist zu breit." in page.text
    sent = browser.sends(page, f"/post/{post}/erneut")
    assert "wird jetzt gesendet" in sent.text
    assert views.post_show(desk.deps, post)["state"] == "scheduled"


def test_what_a_person_saw_at_the_network_is_confirmed(desk: Any) -> None:
    post = on(desk, "facebook")["id"]
    desk.becomes(post, "uncertain", reason_code="outcome.person", reason_who="officer")
    browser = desk.person("anna")
    page = browser.opens(f"/post/{post}")
    wrong = browser.sends(page, f"/post/{post}/bestaetigen", adresse="facebook")
    assert wrong.status == 422
    assert wrong.one("//input[@aria-invalid='true']").get("value") == "facebook"
    browser.sends(wrong, f"/post/{post}/bestaetigen", adresse="https://network.example/p/77")
    done = browser.opens(f"/post/{post}")
    assert done.one("//a[@href='https://network.example/p/77']").get("rel") == "noopener noreferrer"


def test_recalling_closes_what_is_not_yet_public(desk: Any) -> None:
    post = on(desk, "facebook")["id"]
    desk.becomes(post, "scheduled")
    browser = desk.person("anna")
    page = browser.sends(browser.opens(f"/post/{post}"), f"/post/{post}/zuruecknehmen")
    assert "Zurückgenommen" in page.text
    assert views.post_show(desk.deps, post)["state"] == "closed"


def test_publishing_at_once_brings_the_time_forward(desk: Any) -> None:
    post = on(desk, "facebook")["id"]
    desk.becomes(post, "scheduled")
    desk.clock.advance(hours=3)
    browser = desk.person("anna")
    browser.sends(browser.opens(f"/post/{post}"), f"/post/{post}/sofort")
    assert views.post_show(desk.deps, post)["due_at"] == "2026-11-23T11:00:00Z"


def test_the_story_is_told_in_german(desk: Any) -> None:
    post = on(desk, "facebook")["id"]
    browser = desk.person("anna")
    browser.sends(browser.opens(f"/post/{post}"), f"/post/{post}/freigeben")
    story = browser.opens(f"/post/{post}").one("//details[@class='story']").text_content()
    assert "Freigegeben" in story
    assert "anna" in story
    assert "zur Freigabe → freigegeben" in story


def test_another_jobcenters_post_does_not_exist_for_an_officer(desk: Any) -> None:
    foreign = desk.awaiting("gross-gerau")
    browser = desk.person("anna")
    assert browser.opens(f"/post/{foreign['id']}").status == 404
    page = browser.posts(f"/post/{foreign['id']}/freigeben", pruefwert=browser.token, digest=foreign["digest"])
    assert page.status == 403
    assert views.post_show(desk.deps, foreign["id"])["state"] == "awaiting"


@pytest.mark.parametrize("login", ["eva", "otto", "pia"])
def test_who_may_not_approve_sees_no_button_and_is_refused(desk: Any, login: str) -> None:
    post = on(desk, "facebook")
    browser = desk.person(login)
    page = browser.opens(f"/post/{post['id']}")
    assert not page.find(f"//form[@action='/post/{post['id']}/freigeben']")
    refused = browser.posts(f"/post/{post['id']}/freigeben", pruefwert=browser.token, digest=post["digest"])
    assert refused.status == 403
    assert "Kanalverantwortung" in refused.text


def test_a_note_in_the_address_says_nothing_that_is_not_so(desk: Any) -> None:
    first, second = desk.posts(states=["awaiting"])[:2]
    foreign = desk.awaiting("gross-gerau")["id"]
    browser = desk.person("anna")
    page = browser.opens(f"/post/{second['id']}?getan=freigegeben&nr={first['id']}")
    assert "wartet wieder auf eine Freigabe" in page.one("//*[@role='status']").text_content()
    for note in (f"getan=freigegeben&nr={foreign}", "getan=<b>x</b>&nr=1", "getan=freigegeben&nr=999999"):
        assert browser.opens(f"/post/{second['id']}?{note}").one("//*[@role='status']").text_content() == ""


def test_hostile_feed_text_stays_text(desk: Any) -> None:
    post = next(post for post in desk.posts(states=["awaiting"]) if "hostile" in post["item_guid"])
    page = desk.person("anna").opens(f"/post/{post['id']}")
    assert '<script>alert("x")</script>' in page.one("//h1").text_content()
    assert [script.get("src") for script in page.find("//script")] == ["/static/htmx.min.js", "/static/keys.js"]
    assert not page.find("//*[@onerror]")
    assert not page.find("//a[starts-with(@href, 'javascript:')]")
    assert page.form(f"/post/{post['id']}/bearbeiten")["text"] == post["text"]


def test_htmx_gets_the_content_of_the_same_page_and_the_message(desk: Any) -> None:
    post = on(desk, "facebook")["id"]
    browser = desk.person("anna")
    whole = browser.opens(f"/post/{post}")
    block = browser.opens(f"/post/{post}", **{"HX-Request": "true"})
    assert "<html" not in block.response.text
    assert block.one("//*[@id='meldung']").get("hx-swap-oob") == "true"
    assert block.one("//h1").get("autofocus") is not None
    assert [form.get("action") for form in block.find("//form")] == [
        form.get("action") for form in whole.find("//main//form")
    ]
    assert "HX-Request" in block.response.headers["Vary"]
    history = browser.opens(f"/post/{post}", **{"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in history.response.text


def test_reloading_the_answer_to_a_form_leads_back_to_the_post(desk: Any) -> None:
    post = on(desk, "facebook")["id"]
    assert desk.person("anna").opens(f"/post/{post}/ablehnen").response.url.path == f"/post/{post}"


def test_a_text_that_is_too_long_is_kept_and_not_said_to_await_approval(desk: Any) -> None:
    post = on(desk, "x")
    browser = desk.person("anna")
    page = browser.opens(f"/post/{post['id']}")
    saved = browser.sends(page, f"/post/{post['id']}/bearbeiten", text="lang " * 100)
    told = saved.one("//*[@role='status']").text_content()
    assert "Text gespeichert" in told
    assert "So kann er noch nicht freigegeben werden." in told


def test_a_forged_word_that_one_is_alone_releases_nothing(desk: Any) -> None:
    """Anna changed the text; the form that lets one person release by themselves is not hers while others could."""
    post = desk.awaiting()
    browser, where = desk.person("anna"), f"/post/{post['id']}"
    desk.clock.advance(minutes=1)
    browser.sends(browser.opens(where), f"{where}/bearbeiten", text="Wir helfen dir beim Neustart.")
    digest = views.post_show(desk.deps, post["id"])["digest"]

    for more in ({}, {"allein": "ja", "warum": "Sonst ist niemand da"}):
        page = browser.posts(f"{where}/freigeben", pruefwert=browser.token, digest=digest, **more)
        assert page.status in (403, 409, 422)

    assert views.post_show(desk.deps, post["id"])["state"] == "awaiting"
