"""Rules of every Graph call: version, removed parameters, tokens, proof, fields, usage headers."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

GRAPH = "/graph.facebook.com/v25.0"


@pytest.mark.parametrize(
    ("version", "known"), [("v25.0", True), ("v26.0", True), ("v20.0", False), ("v27.0", False), ("1001", False)]
)
def test_only_living_versions_are_known(sandbox, version, known):
    answer = sandbox.client.get(f"/graph.facebook.com/{version}/1001", params={"access_token": "page-fulda"})

    assert (answer.status_code == 200) is known
    if not known:
        assert answer.json()["error"]["code"] == 2500
        assert "Unknown path components" in answer.json()["error"]["message"]


def test_ids_is_refused_with_http_500(sandbox, code):
    assert code(sandbox.graph("GET", "", ids="1001")) == (500, 100, 0)


@pytest.mark.parametrize("name", ["pretty", "debug", "date_format"])
def test_removed_parameters_are_refused(sandbox, code, name):
    assert code(sandbox.graph("GET", "1001", **{name: "1"})) == (400, 100, 0)


@pytest.mark.parametrize(
    ("token", "expected"), [("", (400, 2500, 0)), ("nobody", (400, 190, 467)), ("page-fulda", None)]
)
def test_a_call_needs_a_known_token(sandbox, code, token, expected):
    answer = sandbox.graph("GET", "1001", token)

    assert answer.status_code == 200 if expected is None else code(answer) == expected


def test_the_token_is_taken_from_query_form_json_and_header(sandbox):
    text = {"message": "a"}
    client = sandbox.client
    answers = [
        client.post(f"{GRAPH}/1001/feed?access_token=page-fulda", data={"message": "eins"}),
        client.post(f"{GRAPH}/1001/feed", data={"message": "zwei", "access_token": "page-fulda"}),
        client.post(f"{GRAPH}/1001/feed", json={"message": "drei", "access_token": "page-fulda"}),
        client.post(f"{GRAPH}/1001/feed", json=text, headers={"Authorization": "Bearer page-fulda"}),
    ]

    assert [answer.status_code for answer in answers] == [200] * 4


def test_two_tokens_in_one_call_are_refused(sandbox, code):
    answer = sandbox.client.post(
        f"{GRAPH}/1001/feed?access_token=page-kassel", data={"message": "a", "access_token": "page-fulda"}
    )

    assert code(answer) == (400, 100, 0)
    assert sandbox.ledger() == []


def test_a_token_opens_its_own_page_only(sandbox, code):
    assert code(sandbox.graph("POST", "1001/feed", "page-kassel", message="a")) == (403, 200, 0)
    assert code(sandbox.graph("GET", "1001", "page-kassel")) == (400, 10, 0)


def test_an_unknown_object_is_100_33(sandbox, code):
    assert code(sandbox.graph("GET", "424242")) == (400, 100, 33)
    assert code(sandbox.graph("GET", "1001/nothing")) == (400, 100, 33)


def test_a_path_that_is_named_like_a_kind_of_node_is_no_node(sandbox, code):
    assert code(sandbox.graph("GET", "page")) == (400, 100, 33)


def test_a_wrong_proof_is_refused_and_a_right_one_taken(sandbox, code):
    right = hmac.new(b"geheim", b"ig-fulda", hashlib.sha256).hexdigest()

    assert sandbox.instagram("GET", "2001", appsecret_proof=right).status_code == 200
    assert code(sandbox.instagram("GET", "2001", appsecret_proof="0" * 64)) == (400, 100, 0)


def test_a_proof_can_be_required(sandbox, code):
    sandbox.option(graph_require_proof=True)

    assert code(sandbox.instagram("GET", "2001")) == (400, 100, 0)


def test_only_asked_fields_come_back_and_unknown_ones_are_refused(sandbox, code):
    assert sandbox.graph("GET", "1001", fields="name").json() == {"name": "KJC Fulda", "id": "1001"}
    assert code(sandbox.graph("GET", "1001", fields="name,nonsense")) == (400, 100, 0)


def test_nested_fields_and_modifiers_are_read(sandbox):
    post = sandbox.graph("POST", "1001/feed", message="a").json()["id"]
    asked = "message,attachments{media_type,subattachments{url},url},comments.limit(0).summary(true),is_published"

    answer = sandbox.graph("GET", post, fields=asked).json()

    assert set(answer) == {"id", "message", "comments", "is_published"}


def test_every_answer_tells_the_usage(sandbox):
    answer = sandbox.graph("GET", "1001")

    assert json.loads(answer.headers["X-App-Usage"])["call_count"] == 1
    business = json.loads(answer.headers["X-Business-Use-Case-Usage"])
    assert business["1001"][0]["type"] == "pages"


def test_full_usage_refuses_calls_with_the_minutes_to_wait(sandbox, code):
    sandbox.option(graph_usage_percent=100)

    answer = sandbox.instagram("GET", "2001")

    assert code(answer) == (400, 80002, 0)
    usage = json.loads(answer.headers["X-Business-Use-Case-Usage"])["2001"][0]
    assert (usage["call_count"], usage["estimated_time_to_regain_access"]) == (100, 60)


def test_me_is_the_account_of_the_token(sandbox):
    assert sandbox.graph("GET", "me").json() == {"id": "1001", "name": "KJC Fulda"}
    assert sandbox.instagram("GET", "me", fields="id,username").json() == {"id": "2001", "username": "kjcfulda"}
    assert sandbox.graph("GET", "me", "person").json()["name"] == "Sandbox-Person"


def test_a_user_token_lists_its_pages(sandbox):
    page = {"channel": "facebook", "id": "1003", "name": "KJC Hanau", "token": "page-hanau", "user_token": "person"}
    sandbox.client.post("/_accounts", json=page)

    answer = sandbox.graph("GET", "me/accounts", "person", fields="id,access_token")

    assert answer.json() == {"data": [{"id": "1003", "access_token": "page-hanau"}]}


def test_debug_token_tells_what_a_token_is_worth(sandbox):
    good = sandbox.graph("GET", "debug_token", "77|geheim", input_token="page-fulda").json()["data"]
    bad = sandbox.graph("GET", "debug_token", "77|geheim", input_token="nobody").json()["data"]

    assert (good["is_valid"], good["type"], good["profile_id"], good["expires_at"]) == (True, "PAGE", "1001", 0)
    assert bad["is_valid"] is False


def test_an_app_token_opens_nothing_else(sandbox, code):
    assert code(sandbox.graph("GET", "1001", "77|geheim")) == (400, 190, 467)


def test_rupload_answers_in_its_own_error_shape(sandbox):
    answer = sandbox.client.post("/rupload.facebook.com/video-upload/v25.0/1", content=b"x")

    assert answer.status_code == 400
    assert answer.json()["debug_info"]["retriable"] is False
