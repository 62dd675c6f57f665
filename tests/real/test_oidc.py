"""The house's own login against a certified provider that nobody here wrote (oidc-provider from npm).

Needs node (of version 20 or newer; ``OIDC_NODE`` names one that is not in the path) and ``npm install oidc-provider``
in a folder, whose path is in ``OIDC_PROVIDER``.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from lxml import html
from sqlalchemy import select

from distributor.services.people import actor_named
from distributor.store.tables import UserRow
from tests.web.conftest import Page, make_desk, seed

__all__ = ["make_desk", "seed"]

DESK = "http://127.0.0.1:8101"
BACK = f"{DESK}/anmelden/haus/zurueck"
GROUPS = "kjc-fulda=officer:fulda, kjc-redaktion=editor"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A running provider's address."""
    folder, node = os.environ.get("OIDC_PROVIDER", ""), os.environ.get("OIDC_NODE") or shutil.which("node")
    if not folder or not node or not (Path(folder) / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("OIDC_PROVIDER names no folder with oidc-provider from npm, or there is no node")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    program = (Path(__file__).parent / "oidc_server.mjs").read_bytes()
    child = subprocess.Popen(
        [node, "--input-type=module", "-", str(port), BACK], cwd=folder, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(program)
    child.stdin.close()
    said = []
    for line in child.stdout:
        said.append(line.decode())
        if line.strip() == b"ready":
            break
    else:
        pytest.fail("".join(said))
    yield f"http://127.0.0.1:{port}"
    child.kill()
    child.wait()
    child.stdout.close()


@pytest.fixture
def desk(make_desk: Callable[..., Any], issuer: str) -> Any:
    """A desk that knows the provider, at the real time: tokens carry it."""
    world = make_desk(
        oidc_issuer=issuer, oidc_client_id="desk", oidc_client_secret="ein Geheimnis des Hauses", oidc_groups=GROUPS
    )
    world.clock.moment = datetime.now(UTC)
    return world


def begins(browser: Any, path: str = "/anmelden/haus?weiter=/kalender") -> str:
    answer = browser.client.get(path, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def logs_in_there(url: str, login: str, session: requests.Session | None = None) -> str:
    """Go through the provider's own pages; return the address to which it sends the person back."""
    person = session or requests.Session()
    answer = person.get(url, allow_redirects=False)
    for _ in range(12):
        if answer.is_redirect:
            url = urljoin(url, answer.headers["location"])
            if url.startswith(BACK):
                return url.removeprefix(DESK)
            answer = person.get(url, allow_redirects=False)
            continue
        form = html.fromstring(answer.text).forms[0]
        fields = {**{k: v or "" for k, v in form.form_values()}, "login": login, "password": "egal"}
        url = urljoin(url, form.action)
        answer = person.post(url, data=fields, allow_redirects=False)
    raise AssertionError(answer.text)


def comes_back(desk: Any, login: str) -> tuple[Any, Page]:
    browser = desk.person()
    return browser, browser.opens(logs_in_there(begins(browser), login))


def test_groups_become_roles_and_lead_to_the_page_that_was_wanted(desk: Any) -> None:
    browser, page = comes_back(desk, "vera")
    assert page.response.url.path == "/kalender", page.text
    assert browser.opens("/beitraege").status == 403
    vera = actor_named(desk.deps, "vera", desk.clock.now())
    assert (vera.roles, vera.organisations) == ({"officer"}, {"fulda"})
    _, page = comes_back(desk, "rolf")
    assert actor_named(desk.deps, "rolf", desk.clock.now()).roles == {"editor"}
    assert "über die Anmeldung des Hauses" in desk_access(desk, browser)


def desk_access(desk: Any, browser: Any) -> str:
    return str(browser.opens("/zugang").text)


def test_who_is_in_no_group_of_ours_is_refused_with_a_sentence(desk: Any) -> None:
    browser, page = comes_back(desk, "nora")
    assert page.status == 422
    assert "„nora“ ist in keiner Gruppe, die hier eine Rolle hat" in page.text
    assert browser.opens("/kalender").response.url.path == "/anmelden"
    with desk.deps.store.read() as session:
        assert session.scalars(select(UserRow).where(UserRow.login == "nora")).first() is None


def test_a_person_of_ours_is_not_taken_over_by_their_namesake(desk: Any) -> None:
    _, page = comes_back(desk, "anna")
    assert page.status == 422
    assert "gibt es hier schon" in page.text


def test_roles_follow_the_groups_at_each_login(desk: Any, make_desk: Callable[..., Any], issuer: str) -> None:
    comes_back(desk, "vera")
    changed = desk.deps.settings
    object.__setattr__(changed, "oidc_groups", "kjc-fulda=auditor")
    comes_back(desk, "vera")
    vera = actor_named(desk.deps, "vera", desk.clock.now())
    assert (vera.roles, vera.organisations) == ({"auditor"}, frozenset())


def test_the_answer_is_good_once_and_only_in_the_browser_that_asked(desk: Any) -> None:
    browser, other = desk.person(), desk.person()
    back = logs_in_there(begins(browser), "vera")
    begins(other)
    assert "gehört nicht zu diesem Browser" in other.opens(back).text
    assert browser.opens(back).response.url.path == "/kalender"
    stranger = desk.person()
    stranger.client.cookies.set("kjc_schritt", browser.client.cookies.get("kjc_schritt", path="/anmelden"))
    assert "abgelaufen oder schon benutzt" in stranger.opens(back).text
    third = desk.person()
    begins(third)
    state = parse_qs(urlsplit(begins(third)).query)["state"][0]
    page = third.opens(f"/anmelden/haus/zurueck?code=erfunden&state={state}")
    assert "gab eine Antwort, die hier nicht gilt" in page.text


def test_who_came_from_there_proves_there_who_they_are(desk: Any) -> None:
    browser, there = desk.person(), requests.Session()
    browser.opens(logs_in_there(begins(browser), "vera", there))
    desk.clock.advance(minutes=16)
    page = browser.opens("/zugang/kennwort")
    assert page.response.url.path == "/nachweis"
    [link] = page.find("//a[contains(@href, '/nachweis/haus')]/@href")
    asked = begins(browser, str(link))
    assert parse_qs(urlsplit(asked).query)["prompt"] == ["login"]
    desk.clock.advance(minutes=-16)
    wrong = browser.opens(logs_in_there(asked, "rolf"))
    assert "eine andere Person" in wrong.text
    stripped = begins(browser, str(link)).replace("&prompt=login", "").replace("&max_age=0", "")
    assert "nicht noch einmal nach dem Kennwort gefragt" in browser.opens(logs_in_there(stripped, "vera", there)).text
    right = browser.opens(logs_in_there(begins(browser, str(link)), "vera", there))
    assert right.response.url.path == "/zugang/kennwort"


def test_a_provider_that_calls_itself_otherwise_is_not_believed(desk: Any, issuer: str) -> None:
    object.__setattr__(desk.deps.settings, "oidc_issuer", issuer.replace("127.0.0.1", "localhost"))
    page = desk.person().opens("/anmelden/haus")
    assert "gab eine Antwort, die hier nicht gilt" in page.text


def test_a_provider_that_is_away_leaves_the_password(desk: Any) -> None:
    object.__setattr__(desk.deps.settings, "oidc_issuer", "http://127.0.0.1:9")
    page = desk.person().opens("/anmelden/haus")
    assert "antwortet gerade nicht" in page.text
    assert page.find("//input[@name='kennwort']")
