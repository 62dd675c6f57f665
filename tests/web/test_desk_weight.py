"""What a visit costs: 120 KB transferred on the first one, fonts and media left out, 20 KB on a later page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from distributor.domain import State
from distributor.web import calendar_grid
from tests.support.plenty import plenty

FIRST, LATER = 120_000, 20_000
CALENDAR = ("/kalender", "/kalender?ansicht=monat", "/kalender?ansicht=woche&post=1")


@pytest.mark.parametrize("first", ["/", "/kalender?ansicht=woche"])
def test_a_first_visit_and_a_later_page_are_light(desk: Any, first: str) -> None:
    anna = desk.person("anna")
    page = anna.opens(first)
    files = {str(each) for each in page.find("//link[@rel]/@href | //script/@src")}
    answers = {path: anna.client.get(path) for path in files}
    weights = {path: int(answer.headers["Content-Length"]) for path, answer in answers.items()}
    assert sum(weights.values()) + _weight(page) < FIRST, weights
    for path, answer in answers.items():
        if path.startswith("/static"):
            again = anna.client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, again.content) == (304, b"")
    pages = ("/", "/freigabe", "/freigabe/auswahl", "/schulung", f"/post/{desk.awaiting()['id']}", "/konten")
    for path in (*pages, *CALENDAR):
        assert _weight(anna.opens(path)) < LATER, path


def test_the_longest_pages_are_light_too(desk: Any) -> None:
    with desk.deps.store.write() as session:
        for state, hours in (
            (State.AWAITING, 80),
            (State.SCHEDULED, 80),
            (State.MISSED, -80),
            (State.PUBLISHED, -80),
            (State.CLOSED, -80),
        ):
            plenty(session, items=40, state=state, now=desk.clock.now(), spread=timedelta(hours=hours))
    queues = [f"/freigabe?liste={name}" for name in ("freigabe", "geplant", "hilfe", "veroeffentlicht", "geschlossen")]
    views = [f"/kalender?ansicht={view}&kjc={who}" for view in calendar_grid.SHOWN for who in ("", "fulda")]
    for login in ("anna", "eva"):
        browser = desk.person(login)
        for path in (*queues, *views, "/freigabe/auswahl", "/sitzung", "/verpasst"):
            assert _weight(browser.opens(path)) < LATER, path
    assert _weight(desk.person("eva").opens("/beitraege")) < LATER


def _weight(page: Any) -> int:
    return int(page.response.headers["Content-Length"])


def test_a_page_is_packed_for_who_takes_it_so_and_never_says_its_token_twice_alike(desk: Any) -> None:
    anna = desk.person("anna")
    packed = anna.opens("/notbremse")
    plain = anna.client.get("/notbremse", headers={"Accept-Encoding": "identity"})
    assert packed.response.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in packed.response.headers["Vary"]
    assert _weight(packed) < len(plain.content) / 2
    assert anna.token != anna.token


def test_a_browser_that_unpacks_nothing_gets_the_files_as_they_are(desk: Any) -> None:
    client = desk.person().client
    packed = client.get("/static/kern.min.css")
    plain = client.get("/static/kern.min.css", headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in plain.headers
    assert packed.content == plain.content
    assert client.get("/static/..%2fdesk.py").status_code == 404
