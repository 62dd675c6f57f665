"""Headers, forged forms, and one table of all routes with who may use them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select

from distributor.consent import SCOPES
from distributor.services import (
    connecting,
    consent_views,
    consents,
    occasions,
    people,
    recalling,
    sessions,
    topics,
    views,
)
from distributor.services.health import Finding
from distributor.services.people import actor_named
from distributor.store.tables import PasskeyRow, UserRow
from distributor.web.limiting import Limit
from tests.web.conftest import PASSWORD

EVERYBODY = {"anna", "eva", "otto", "pia"}
READERS = {"eva", "otto", "pia"}

ROUTES: dict[tuple[str, str], set[str] | None] = {
    ("GET", "/"): EVERYBODY,
    ("GET", "/anmelden"): None,
    ("POST", "/anmelden"): None,
    ("POST", "/sprache"): None,
    ("GET", "/health"): None,
    ("GET", "/metrics"): None,
    ("GET", "/kanaele.css"): None,
    ("GET", "/robots.txt"): None,
    ("GET", "/anmelden/code"): None,
    ("POST", "/anmelden/code"): None,
    ("GET", "/anmelden/haus"): None,
    ("GET", "/anmelden/haus/zurueck"): None,
    ("GET", "/nachweis/haus"): EVERYBODY,
    ("GET", "/anmelden/passkey"): None,
    ("POST", "/anmelden/passkey"): None,
    ("GET", "/nachweis/passkey"): EVERYBODY,
    ("POST", "/nachweis/passkey"): EVERYBODY,
    ("GET", "/zugang/passkey"): EVERYBODY,
    ("POST", "/zugang/passkey"): EVERYBODY,
    ("POST", "/zugang/passkey/{number}/entfernen"): EVERYBODY,
    ("POST", "/zugang/app/neu"): EVERYBODY,
    ("POST", "/zugang/app/bestaetigen"): EVERYBODY,
    ("POST", "/zugang/app/ersatzcodes"): EVERYBODY,
    ("POST", "/zugang/app/entfernen"): EVERYBODY,
    ("POST", "/abmelden"): EVERYBODY,
    ("GET", "/nachweis"): EVERYBODY,
    ("POST", "/nachweis"): EVERYBODY,
    ("GET", "/zugang"): EVERYBODY,
    ("POST", "/zugang/sitzung"): EVERYBODY,
    ("POST", "/zugang/andere"): EVERYBODY,
    ("GET", "/zugang/kennwort"): EVERYBODY,
    ("POST", "/zugang/kennwort"): EVERYBODY,
    ("GET", "/freigabe"): EVERYBODY,
    ("GET", "/freigabe/auswahl"): EVERYBODY,
    ("POST", "/freigabe/auswahl"): {"anna", "eva"},
    ("POST", "/post/{post_id}/freigabe-zuruecknehmen"): {"anna"},
    ("GET", "/verpasst"): EVERYBODY,
    ("POST", "/verpasst"): EVERYBODY,
    ("GET", "/post/{post_id}"): EVERYBODY,
    ("GET", "/post/{post_id}/{verb}"): EVERYBODY,
    ("POST", "/post/{post_id}/freigeben"): {"anna"},
    ("POST", "/post/{post_id}/bearbeiten"): {"anna", "eva"},
    ("POST", "/post/{post_id}/beheben"): {"anna", "eva"},
    ("POST", "/post/{post_id}/verschieben"): {"anna"},
    ("POST", "/post/{post_id}/ablehnen"): {"anna"},
    ("POST", "/post/{post_id}/erneut"): {"anna"},
    ("POST", "/post/{post_id}/sofort"): {"anna"},
    ("POST", "/post/{post_id}/zuruecknehmen"): {"anna", "eva"},
    ("POST", "/post/{post_id}/bestaetigen"): {"anna"},
    ("GET", "/beitraege"): READERS,
    ("GET", "/beitraege/{item_id}"): READERS,
    ("GET", "/beitraege/{item_id}/{verb}"): READERS,
    ("POST", "/schwall/{feed_id}"): {"eva"},
    ("POST", "/beitraege/{item_id}/behalten"): {"eva"},
    ("POST", "/beitraege/{item_id}/klaerung"): {"eva"},
    ("POST", "/beitraege/{item_id}/text"): {"eva"},
    ("GET", "/beitraege/{item_id}/kanaltext/{kanal}"): {"eva"},
    ("POST", "/beitraege/{item_id}/kanaltext/{kanal}"): {"eva"},
    ("POST", "/beitraege/{item_id}/ausschnitt"): {"eva"},
    ("POST", "/beitraege/{item_id}/untertitel"): {"eva"},
    ("POST", "/beitraege/{item_id}/zurueckstellen"): {"eva"},
    ("POST", "/beitraege/{item_id}/aufnehmen"): {"eva"},
    ("POST", "/beitraege/{item_id}/zurueckziehen"): {"eva"},
    ("POST", "/beitraege/{item_id}/medium-zurueckziehen"): {"eva"},
    ("POST", "/beitraege/{item_id}/entscheiden"): {"eva"},
    ("POST", "/beitraege/{item_id}/personen"): {"eva"},
    ("POST", "/beitraege/{item_id}/personen-loesen"): {"eva"},
    ("GET", "/einwilligungen"): {"eva", "pia"},
    ("POST", "/einwilligungen"): {"eva"},
    ("GET", "/einwilligungen/{key}"): {"eva", "pia"},
    ("POST", "/einwilligungen/{key}/unterschrift"): {"eva"},
    ("POST", "/einwilligungen/{key}/dokument"): {"eva", "pia"},
    ("POST", "/einwilligungen/{key}/widerrufen"): {"eva"},
    ("GET", "/einwilligungen/{key}/{verb}"): {"eva", "pia"},
    ("GET", "/kalender"): EVERYBODY,
    ("GET", "/kalender/{verb}"): EVERYBODY,
    ("GET", "/kalender/pruefen/{post_id}"): {"anna"},
    ("POST", "/kalender/verschieben"): {"anna"},
    ("GET", "/kalender/abo/{name}"): None,
    ("HEAD", "/kalender/abo/{name}"): None,
    ("POST", "/kalender/eintragen"): {"anna", "eva", "otto"},
    ("POST", "/kalender/streichen"): {"anna", "eva", "otto"},
    ("POST", "/kalender/abo"): EVERYBODY - {"ben"},
    ("GET", "/rueckrufe"): EVERYBODY,
    ("GET", "/rueckrufe/{number}"): EVERYBODY,
    ("GET", "/rueckrufe/{number}/nachweis.pdf"): EVERYBODY,
    ("GET", "/rueckrufe/{number}/nachweis.json"): EVERYBODY,
    ("GET", "/rueckrufe/{number}/bestaetigen/{post_id}"): EVERYBODY,
    ("POST", "/rueckrufe/{number}/bestaetigen/{post_id}"): {"anna"},
    ("GET", "/notbremse"): EVERYBODY,
    ("GET", "/notbremse/{verb}"): EVERYBODY,
    ("POST", "/notbremse/ziehen"): {"anna", "eva", "otto"},
    ("POST", "/notbremse/loesen"): {"anna", "eva", "otto"},
    ("GET", "/medien/{sha256}"): EVERYBODY,
    ("GET", "/sitzung"): EVERYBODY,
    ("GET", "/sitzung/protokoll.txt"): EVERYBODY,
    ("GET", "/sitzung/{verb:path}"): EVERYBODY,
    ("POST", "/sitzung/thema"): {"anna", "eva"},
    ("POST", "/sitzung/thema/{number}/verknuepfen"): {"anna", "eva"},
    ("POST", "/sitzung/thema/{number}/streichen"): {"anna", "eva"},
    ("GET", "/schulung"): EVERYBODY,
    ("POST", "/schulung/oeffnen/{post_id}"): EVERYBODY,
    ("GET", "/schulung/wand/{post_id}"): EVERYBODY,
    ("GET", "/protokoll"): EVERYBODY,
    ("GET", "/jobcenter"): EVERYBODY,
    ("GET", "/jobcenter/{slug}"): EVERYBODY,
    ("GET", "/personen"): EVERYBODY,
    ("POST", "/personen"): {"otto"},
    ("GET", "/personen/{login}/{verb}"): EVERYBODY,
    ("POST", "/personen/{login}/aendern"): {"otto"},
    ("POST", "/personen/{login}/vertreten"): {"anna", "otto"},
    ("POST", "/personen/{login}/einladen"): {"otto"},
    ("POST", "/personen/{login}/sperren"): {"otto"},
    ("GET", "/einladung"): None,
    ("POST", "/einladung"): None,
    ("GET", "/konten"): EVERYBODY,
    ("GET", "/konten/neu"): {"otto"},
    ("POST", "/konten/neu"): {"otto"},
    ("POST", "/konten/verbinden"): {"otto"},
    ("GET", "/konten/verbinden/{number}"): {"otto"},
    ("POST", "/konten/verbinden/{number}/angekommen"): {"otto"},
    ("POST", "/konten/verbinden/{number}/waehlen"): {"otto"},
    ("GET", "/konten/{number}"): EVERYBODY,
    ("GET", "/konten/{number}/{verb}"): EVERYBODY,
    ("POST", "/konten/{number}/zugang"): {"otto"},
    ("POST", "/konten/{number}/pruefen"): {"anna", "otto"},
    ("POST", "/konten/{number}/anhalten"): {"anna", "otto"},
    ("POST", "/konten/{number}/weiter"): {"anna", "otto"},
}
"""Every route and the logins that may use it; None means without logging in."""

FILLED = {
    "zeit": "2026-11-25T16:00",
    "tun": "aufnehmen",
    "text": "Neuer Text.",
    "grund": "Darum",
    "bereich": "kjc:fulda",
    "kanal": "facebook",
    "adresse": "https://network.example/p/1",
    "people:": "none",
    "zeigt:image": "1",
    "jobcenter": "fulda",
    "art": "closing",
    "von": "2027-02-01",
    "titel": "Umzug",
    "wer": "fulda",
    "anmeldename": "neu",
    "rolle:editor": "1",
    "eintrag": "1",
    "nachweis": PASSWORD,
    "kennwort": PASSWORD,
    "kennwort2": PASSWORD,
}


def routes_of(app: Any) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for route in app.routes:
        inner = getattr(route, "original_router", None)
        for each in inner.routes if inner is not None else [route]:
            if isinstance(each, APIRoute):
                found |= {(method, each.path) for method in each.methods}
    return found


def address(desk: Any, path: str) -> str:
    post = desk.awaiting()
    return path.replace(":path", "").format(
        post_id=post["id"],
        item_id=post["item"],
        verb="etwas",
        number=1,
        feed_id=1,
        sha256=desk.posts()[0]["media"][0]["sha256"],
        key=shown_persons(desk)[0],
        kanal="facebook",
        slug="fulda",
        login="ben",
    )


def begins_to_connect(desk: Any) -> None:
    """An account that waits for somebody's yes at its network."""
    otto, now = actor_named(desk.deps, "otto", desk.clock.now()), desk.clock.now()
    deps = replace(desk.deps, settings=replace(desk.deps.settings, public_url="https://kjc.example"))
    connecting.begin(deps, otto, "fulda", "facebook", "neu", {"app_id": "1", "app_secret": "s"}, now)


def plans_a_topic(desk: Any) -> None:
    eva, now = actor_named(desk.deps, "eva", desk.clock.now()), desk.clock.now()
    topics.add(desk.deps, eva, "Mietspiegel", now, horizon="short", organisation="fulda")


def shown_persons(desk: Any) -> list[str]:
    """Two persons who consented to everything: one for the address, one for the form."""
    eva, now = actor_named(desk.deps, "eva", desk.clock.now()), desk.clock.now()
    if not consent_views.person_list(desk.deps, eva, now):
        form = consents.Signed("A1", now.date(), tuple(SCOPES), tuple(desk.deps.connectors), b"Ada")
        for key in [consents.add_person(desk.deps, eva, "fulda", now) for _ in range(2)]:
            consents.add_consent(desk.deps, eva, key, form, now)
    listed = consent_views.person_list(desk.deps, eva, now)
    return sorted(each["key"] for each in listed if each["state"] != "missing")


def another_session(desk: Any, browser: Any, login: str) -> str:
    """A session of this person beside the browser's."""
    desk.person(login)
    actor, own = actor_named(desk.deps, login, desk.clock.now()), browser.client.cookies["kjc_sitzung"]
    keys = [str(each["key"]) for each in sessions.listed(desk.deps, actor, desk.clock.now())]
    return next(key for key in keys if not sessions.digest_of(own).startswith(key))


def has_passkey(desk: Any, login: str) -> None:
    """Number one is this person's."""
    with desk.deps.store.write() as session:
        user = session.scalars(select(UserRow.id).where(UserRow.login == login)).one()
        session.add(PasskeyRow(user_id=user, credential_id="eA", public_key=b"", name="", added_at=desk.clock.now()))


def test_every_route_stands_in_the_table(desk: Any) -> None:
    assert routes_of(desk.person().client.app) == set(ROUTES)


@pytest.mark.parametrize("login", sorted(EVERYBODY))
def test_each_person_gets_what_the_table_allows_and_nothing_else(desk: Any, login: str) -> None:
    browser = desk.person(login)
    token = browser.token
    digest = desk.awaiting()["digest"]
    other = next(each for each in desk.posts(organisation="fulda") if each["id"] != desk.awaiting()["id"])
    recalling.recall(desk.deps, actor_named(desk.deps, "anna", desk.clock.now()), other["id"], desk.clock.now())
    desk.closes("fulda", date(2027, 2, 2))
    begins_to_connect(desk)
    plans_a_topic(desk)
    has_passkey(desk, login)
    for (method, path), allowed in ROUTES.items():
        if path == "/abmelden" or allowed is None:
            continue
        where = address(desk, path)
        if method == "GET":
            status = browser.client.get(where).status_code
        else:
            if path == "/zugang/sitzung":
                desk.person(login)
            fields = {
                **FILLED,
                "sitzung": another_session(desk, browser, login) if path == "/zugang/sitzung" else "",
                "pruefwert": token,
                "digest": digest,
                "person": shown_persons(desk)[-1],
                "post": str(desk.awaiting()["id"]),
            }
            status = browser.client.post(where, data=fields, follow_redirects=False).status_code
        if login in allowed:
            assert status not in (401, 403, 404, 500), (method, where, status)
        else:
            follows_reader = path.endswith("{verb}")
            assert status == 403 or follows_reader, (method, where, status)


def test_without_a_session_every_page_asks_to_log_in_and_changes_nothing(desk: Any) -> None:
    browser = desk.person()
    before = views.post_show(desk.deps, desk.awaiting()["id"])
    for (method, path), allowed in ROUTES.items():
        if allowed is None or path == "/":
            continue
        answer = browser.client.request(
            method, address(desk, path), data=FILLED if method == "POST" else None, follow_redirects=False
        )
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/anmelden"), path
    assert views.post_show(desk.deps, before["id"]) == before


def test_a_form_without_the_sessions_token_is_refused(desk: Any) -> None:
    post = desk.awaiting()
    browser, other = desk.person("anna"), desk.person("eva")
    for token in ("", "falsch", "ß", other.token):
        page = browser.posts(f"/post/{post['id']}/freigeben", digest=post["digest"], pruefwert=token)
        assert page.status == 403
        assert "gehört nicht zu dieser Anmeldung" in page.text
    assert views.post_show(desk.deps, post["id"])["state"] == "awaiting"


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8101"}, False),
        ({"Origin": "http://127.0.0.1:8101"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
    ],
)
@pytest.mark.parametrize("path", ["/anmelden", "/post"])
def test_a_form_from_elsewhere_is_refused(desk: Any, headers: dict[str, str], taken: bool, path: str) -> None:
    if path == "/anmelden":
        page = desk.person().posts(path, headers=headers, anmeldename="anna", kennwort="ein langes Kennwort")
    else:
        post = desk.awaiting()
        browser = desk.person("anna")
        fields = {"pruefwert": browser.token, "digest": post["digest"]}
        page = browser.posts(f"/post/{post['id']}/freigeben", headers=headers, **fields)
    assert page.status == (200 if taken else 403)


def test_behind_a_proxy_the_desks_own_address_is_an_own_page(make_desk: Callable[..., Any]) -> None:
    browser = make_desk(desk_url="https://desk.example").person()
    fields = {"anmeldename": "anna", "kennwort": "ein langes Kennwort"}
    headers = {"Origin": "https://desk.example", "Host": "127.0.0.1:8101"}
    answer = browser.client.post("/anmelden", data=fields, headers=headers, follow_redirects=False)
    assert answer.status_code == 303


@pytest.mark.parametrize("path", ["/anmelden", "/freigabe", "/gibt-es-nicht", "/static/desk.css", "/health"])
def test_every_answer_carries_the_security_headers(desk: Any, path: str) -> None:
    headers = desk.person("anna").opens(path).response.headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Cache-Control"] == ("no-cache" if path.startswith("/static") else "no-store")


def test_pages_need_nothing_inline_and_nothing_from_elsewhere(desk: Any) -> None:
    browser = desk.person("eva")
    for path in ("/freigabe", "/post/1", "/beitraege/1", "/notbremse"):
        page = browser.opens(path)
        assert not page.find("//*[@style]")
        assert not page.find("//style")
        assert not page.find("//script[not(@src)]")
        loaded = page.find("//script/@src | //link/@href | //img/@src")
        assert all(str(address).startswith("/") and not str(address).startswith("//") for address in loaded)
        for address in {str(each) for each in loaded}:
            assert browser.client.get(address).status_code == 200, address


def test_pictures_are_for_people_who_are_logged_in(desk: Any) -> None:
    sha256 = desk.posts()[0]["media"][0]["sha256"]
    answer = desk.person("anna").client.get(f"/medien/{sha256}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.headers["cache-control"] == "private, max-age=3600"
    assert desk.person().client.get(f"/medien/{sha256}", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("name", ["0" * 64, "abc", "..%2f..%2fdesk.sqlite3", "A" * 64])
def test_a_picture_that_is_not_there_is_not_found(desk: Any, name: str) -> None:
    assert desk.person("anna").client.get(f"/medien/{name}").status_code == 404


def test_a_form_that_is_too_large_is_refused(desk: Any) -> None:
    browser = desk.person("anna")
    page = browser.posts("/post/1/bearbeiten", pruefwert=browser.token, text="a" * 1_100_000)
    assert page.status == 413
    assert "zu groß" in page.text


def test_an_unknown_address_gets_a_german_page(desk: Any) -> None:
    page = desk.person("anna").opens("/gibt-es-nicht")
    assert page.status == 404
    assert page.one("//h1").text_content() == "Nicht gefunden"
    assert page.find("//nav")
    assert desk.person().opens("/gibt-es-nicht").status == 404


def test_a_fault_in_the_program_gets_a_german_page_and_no_traceback(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = desk.person("anna")
    monkeypatch.setattr("distributor.web.queue.queue_page", lambda *_, **__: 1 / 0)
    browser.client._transport.raise_server_exceptions = False
    page = browser.opens("/freigabe")
    assert page.status == 500
    assert "Fehler im Programm" in page.text
    assert "ZeroDivision" not in page.response.text
    assert page.response.headers["Cache-Control"] == "no-store"


def test_health_tells_machines_without_a_login_whether_anything_can_go_out(desk: Any) -> None:
    answer = desk.person().client.get("/health")
    assert answer.status_code == 503
    told = answer.json()
    assert told["ok"] is False
    assert {"subject": "Datenbank", "ok": True} in told["checks"]
    assert {"subject": "Dienst", "ok": False} in told["checks"]
    assert all(set(check) == {"subject", "ok"} for check in told["checks"])


@pytest.mark.parametrize(
    "path",
    [
        "/post/{}",
        "/post/{}/etwas",
        "/beitraege/{}",
        "/freigabe?nr={}",
        "/freigabe?nach={}",
        "/beitraege?vor={}",
        "/post/1?getan=freigegeben&nr={}",
        "/notbremse?unterwegs={}",
    ],
)
@pytest.mark.parametrize("number", [2**31, 2**63, 10**30, -1, "abc"])
def test_a_number_that_no_database_holds_is_refused_in_german(
    unchanged_desk: Any, path: str, number: int | str
) -> None:
    page = unchanged_desk.person("eva").opens(path.format(number))
    assert page.status == 422
    assert "nicht lesbar" in page.text


def test_characters_that_nobody_sees_never_reach_a_text(desk: Any) -> None:
    post = desk.awaiting()
    browser = desk.person("anna")
    typed = "a\x00b\x1b[31m\tc\r\nd\x85 \u202eum\u202c \u200bleer\ufeff 👩\u200d💻"
    browser.posts(f"/post/{post['id']}/bearbeiten", digest=post["digest"], text=typed, pruefwert=browser.token)
    assert views.post_show(desk.deps, post["id"])["text"].startswith("ab[31m\tc\nd um leer 👩\u200d💻\n")


def test_a_text_of_nothing_but_hidden_characters_is_empty(desk: Any) -> None:
    post = desk.awaiting()
    browser = desk.person("anna")
    fields = {"digest": post["digest"], "text": "\u200b\u2060 \ufeff", "pruefwert": browser.token}
    page = browser.posts(f"/post/{post['id']}/bearbeiten", **fields)
    assert page.status == 422
    assert "Der Text ist leer." in page.text


def test_a_body_that_is_no_form_is_refused_in_german(desk: Any) -> None:
    browser = desk.person("anna")
    answer = browser.client.post("/abmelden", content=b"x", headers={"Content-Type": "multipart/form-data"})
    assert answer.status_code == 400
    assert "nicht lesbar" in answer.text
    assert "Bad Request" not in answer.text


def test_a_slash_too_many_leads_to_no_host_that_the_request_names(desk: Any) -> None:
    answer = desk.person("anna").client.get("/freigabe/", headers={"Host": "evil.example"}, follow_redirects=False)
    assert answer.status_code == 404


def test_health_tells_no_password_of_a_feed(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Finding("Feed https://leser:geheim@portal.example/feed?key=geheim", True, "gelesen")]
    monkeypatch.setattr("distributor.web.desk.health.examine", lambda *_: found)
    answer = desk.person().client.get("/health")
    assert answer.json()["checks"] == [{"subject": "Feed https://portal.example/feed", "ok": True}]


OF_NOBODY = {"/verpasst", "/freigabe/auswahl", "/jobcenter/{slug}", "/medien/{sha256}"}
"""Routes that answer whoever asks: a list that names nothing of others, what a Jobcenter says of itself, a picture."""


def test_another_jobcenters_officer_reaches_nothing_by_its_numbers(desk: Any) -> None:
    browser = desk.person("ben")
    token, digest = browser.token, desk.awaiting()["digest"]
    theirs = [each["id"] for each in desk.posts()]
    recalling.recall(desk.deps, actor_named(desk.deps, "anna", desk.clock.now()), theirs[-1], desk.clock.now())
    desk.closes("fulda", date(2027, 2, 2))
    begins_to_connect(desk)
    key = shown_persons(desk)[-1]

    def stand() -> Any:
        stops = views.stop_list(desk.deps)
        accounts = views.account_list(desk.deps, organisation="fulda")
        return desk.posts(), stops, accounts, occasions.entered(desk.deps), people.users(desk.deps)

    before = stand()
    for (method, path), allowed in ROUTES.items():
        if allowed is None or path == "/abmelden" or path.startswith(("/zugang", "/nachweis")):
            continue
        where = address(desk, path)
        if method == "POST":
            fields = {**FILLED, "pruefwert": token, "digest": digest, "person": key, "post": str(theirs[0])}
            answer = browser.client.post(where, data=fields, follow_redirects=False)
        else:
            answer = browser.client.get(where, follow_redirects=False)
        named = method == "POST" or "{" in path
        leads_back = method == "GET" and answer.status_code == 303  # to a page that is asked for here as well
        if named and path not in OF_NOBODY and not leads_back:
            assert answer.status_code in (403, 404), (method, where, answer.status_code)
        if answer.status_code == 200 and "html" in answer.headers["content-type"]:
            assert not [each for each in theirs if f'href="/post/{each}"' in answer.text], where
    assert stand() == before


def test_who_logs_in_too_often_is_slowed_down_whoever_it_is(desk: Any) -> None:
    browser = desk.person()
    browser.client.app.state.logins = Limit(3)
    for login in ("a", "b", "c"):
        assert browser.posts("/anmelden", anmeldename=login, kennwort="falsch").status == 422
    for path in ("/anmelden", "/anmelden/code"):
        answer = browser.client.post(path, data={"anmeldename": "anna", "kennwort": PASSWORD})
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "60"
        assert "zu oft versucht" in answer.text
    desk.clock.advance(minutes=1)
    assert browser.posts("/anmelden", anmeldename="anna", kennwort=PASSWORD).status == 200
