"""Trouble on order: each fault, what it strikes, how often, and what was done nevertheless."""

from __future__ import annotations

import json

import pytest
import requests

from connectors.sandbox.server import build, running

GRAPH = "graph.facebook.com/v25.0"


def post(sandbox, text="Hallo"):
    return sandbox.graph("POST", "1001/feed", message=text)


@pytest.fixture(name="live")
def _live(accounts):
    """A sandbox on a real socket, with a session that waits a fifth of a second at most."""
    with running(build()) as base, requests.Session() as session:
        session.post(f"{base}/_accounts", json=accounts).raise_for_status()

        def call(method, path, **more):
            headers = {"Authorization": "Bearer page-fulda"} if path.startswith("graph") else {}
            return session.request(method, f"{base}/{path}", headers=headers, timeout=(1, 0.2), **more)

        yield call


def test_an_answer_lost_after_the_deed_drops_the_connection(live):
    live("POST", "_faults", json={"fault": "lost_after_commit"})

    with pytest.raises(requests.ConnectionError):
        live("POST", f"{GRAPH}/1001/feed", data={"message": "Hallo"})

    assert [entry["text"] for entry in live("GET", "_ledger").json()] == ["Hallo"]
    assert live("POST", f"{GRAPH}/1001/feed", data={"message": "Zweiter"}).status_code == 200


def test_a_request_lost_before_the_deed_leaves_nothing(live):
    live("POST", "_faults", json={"fault": "lost"})

    with pytest.raises(requests.ConnectionError):
        live("POST", f"{GRAPH}/1001/feed", data={"message": "Hallo"})

    assert live("GET", "_ledger").json() == []


def test_half_an_answer_breaks_off(live):
    live("POST", "_faults", json={"fault": "cut", "method": "POST"})

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        live("POST", f"{GRAPH}/1001/feed", data={"message": "Hallo"})

    assert len(live("GET", "_ledger").json()) == 1


@pytest.mark.parametrize(("commit", "public"), [(True, 1), (False, 0)])
def test_a_server_that_hangs_has_done_it_unless_told_otherwise(live, commit, public):
    live("POST", "_faults", json={"fault": "hang", "seconds": 0.6, "commit": commit, "method": "POST"})

    with pytest.raises(requests.ReadTimeout):
        live("POST", f"{GRAPH}/1001/feed", data={"message": "Hallo"})

    assert len(live("GET", "_ledger").json()) == public


def test_dropping_without_a_socket_is_an_error_of_the_test_client(sandbox):
    sandbox.fault("lost_after_commit")

    with pytest.raises(ConnectionResetError):
        post(sandbox)

    assert len(sandbox.ledger()) == 1


def test_an_error_after_the_deed(sandbox, code):
    sandbox.fault("error_after_commit")

    assert code(post(sandbox)) == (500, 1, 0)
    assert len(sandbox.ledger()) == 1


def test_an_error_without_the_deed(sandbox, code):
    sandbox.fault("error_500")

    assert code(post(sandbox)) == (500, 1, 0)
    assert sandbox.ledger() == []


def test_a_gateway_page_and_a_redirect(sandbox):
    sandbox.fault("html_502")
    sandbox.fault("redirect_302")

    first = post(sandbox)
    second = sandbox.client.post(f"/{GRAPH}/1001/feed", data={"message": "a"}, follow_redirects=False)

    assert (first.status_code, first.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert (second.status_code, second.headers["location"]) == (302, f"/{GRAPH}/1001/feed")
    assert sandbox.ledger() == []


def test_an_answer_without_a_content_type(sandbox):
    sandbox.fault("no_content_type")

    answer = post(sandbox)

    assert answer.status_code == 200
    assert "content-type" not in answer.headers


def test_graph_throttles_with_the_minutes_in_the_header_or_without_a_date(sandbox, code):
    sandbox.fault("throttle", seconds=600)
    sandbox.fault("throttle", date=False)

    dated, bare = post(sandbox), post(sandbox)

    assert code(dated) == (400, 80001, 0)
    usage = json.loads(dated.headers["X-Business-Use-Case-Usage"])["1001"][0]
    assert usage["estimated_time_to_regain_access"] == 10
    assert code(bare) == (400, 4, 0)
    assert "X-Business-Use-Case-Usage" not in bare.headers
    assert sandbox.ledger() == []


@pytest.mark.parametrize(
    ("settings", "key", "value", "dated"),
    [
        ({}, "title", "Too Many Requests", True),
        ({"date": False}, "status", 429, False),
        ({"shape": "errors"}, "errors", [{"code": 88, "message": "Rate limit exceeded"}], True),
        ({"shape": "usage_cap"}, "title", "UsageCapExceeded", True),
    ],
)
def test_x_throttles_in_each_shape_seen(sandbox, start, settings, key, value, dated):
    sandbox.fault("throttle", channel="x", seconds=60, **settings)

    answer = sandbox.tweet("a")

    assert (answer.status_code, answer.json()[key]) == (429, value)
    reset = str(int(start.timestamp()) + 60) if dated else None
    assert answer.headers.get("x-rate-limit-reset") == reset


def test_a_revoked_token_stays_dead_until_the_account_is_registered_anew(sandbox, code, accounts):
    sandbox.fault("revoke_token", account="1001")

    assert code(post(sandbox)) == (400, 190, 460)
    assert code(post(sandbox)) == (400, 190, 460)
    sandbox.client.post("/_accounts", json=accounts[0])
    assert post(sandbox).status_code == 200


def test_a_revoked_x_account_is_401(sandbox):
    sandbox.fault("revoke_token", channel="x")

    assert [sandbox.tweet("a").status_code for _ in range(2)] == [401, 401]


def test_reads_lag_behind_on_every_channel(sandbox):
    sandbox.fault("read_lag", seconds=30, times=None)
    name = post(sandbox).json()["id"]
    tweet = sandbox.tweet("Hallo").json()["data"]["id"]
    sandbox.advance(seconds=20)

    assert sandbox.graph("GET", name).status_code == 400
    assert sandbox.graph("GET", "1001/published_posts").json() == {"data": []}
    assert sandbox.x("GET", f"tweets/{tweet}").status_code == 404
    assert sandbox.x("GET", "users/3001/tweets").json()["meta"]["result_count"] == 0

    sandbox.advance(seconds=10)
    assert len(sandbox.graph("GET", "1001/published_posts").json()["data"]) == 1
    assert sandbox.x("GET", "users/3001/tweets").json()["meta"]["result_count"] == 1


def test_a_draft_made_public_looks_like_a_draft_while_reads_lag(sandbox):
    name = sandbox.graph("POST", "1001/feed", message="a", published="false").json()["id"]
    sandbox.advance(minutes=5)
    sandbox.graph("POST", name, is_published="true")
    sandbox.fault("read_lag", seconds=60)

    assert sandbox.graph("GET", name, fields="is_published").json()["is_published"] is False
    assert sandbox.graph("GET", name, fields="is_published").json()["is_published"] is True


def test_a_stuck_container_never_gets_ready(sandbox, code):
    sandbox.fault("container_stuck")
    stuck = sandbox.instagram("POST", "2001/media", image_url="https://media.example/a.jpg").json()["id"]
    fine = sandbox.instagram("POST", "2001/media", image_url="https://media.example/a.jpg").json()["id"]
    sandbox.advance(hours=1)

    def status(name):
        return sandbox.instagram("GET", name, fields="status_code").json()["status_code"]

    assert (status(stuck), status(fine)) == ("IN_PROGRESS", "FINISHED")
    sandbox.advance(hours=24)
    assert status(stuck) == "EXPIRED"


def test_an_explicit_answer(sandbox):
    body = {"title": "CreditsDepleted", "type": "https://api.twitter.com/2/problems/credits"}
    sandbox.fault("error", channel="x", status=402, body=body, headers={"x-test": "1"})

    answer = sandbox.tweet("a")

    assert (answer.status_code, answer.json(), answer.headers["x-test"]) == (402, body, "1")
    assert sandbox.ledger() == []


def test_a_fault_strikes_what_it_names_and_nothing_else(sandbox):
    sandbox.fault("error_500", channel="facebook", account="1001", method="POST", match="/feed$")

    assert sandbox.graph("GET", "1001/feed").status_code == 200
    assert sandbox.graph("POST", "1002/feed", "page-kassel", message="a").status_code == 200
    assert sandbox.tweet("a").status_code == 201
    assert post(sandbox).status_code == 500
    assert post(sandbox).status_code == 200


def test_after_and_times_count_and_the_list_tells_how_often(sandbox):
    sandbox.fault("error_500", method="post", after=1, times=2)

    assert [post(sandbox, f"Nr {n}").status_code for n in range(4)] == [200, 500, 500, 200]
    (listed,) = sandbox.client.get("/_faults").json()
    assert (listed["fault"], listed["fired"], listed["times"]) == ("error_500", 2, 2)


def test_deeds_are_not_lost_on_reads(sandbox):
    sandbox.fault("lost_after_commit")

    assert sandbox.graph("GET", "1001").status_code == 200
    assert sandbox.client.get("/_faults").json()[0]["fired"] == 0


def test_faults_can_be_cleared(sandbox):
    sandbox.fault("error_500", times=None)
    assert sandbox.client.delete("/_faults").json() == []

    assert post(sandbox).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"fault": "earthquake"},
        {"fault": "error_500", "match": "("},
        {"fault": "error_500", "times": 0},
        {"fault": "error_500", "after": "x"},
        {"fault": "error", "status": "x"},
        {"fault": "hang", "seconds": "x"},
        [],
    ],
)
def test_a_fault_that_cannot_be_is_refused_in_german(sandbox, wrong):
    answer = sandbox.client.post("/_faults", json=wrong)

    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
    assert sandbox.client.get("/_faults").json() == []
