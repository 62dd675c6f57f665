"""The thin client on the wire: what leaves, and what it makes of the answers."""

from __future__ import annotations

import hashlib
import hmac

import pytest
import requests

from connectors._graph import GraphClient, affirm, answers, identity, node_of, open_graph
from connectors._graph_errors import GraphError
from connectors.base import Field, OutcomeUnknown, Unauthorised, Unavailable, Withheld

PROOF = "74efee799c2b41164fab3ee4c2dff980dbdb23fd0c24f71bf08be0978464b1e4"


@pytest.fixture
def graph(session):
    return GraphClient("TOK", base_url="https://graph.facebook.com/", version="v25.0", session=session)


def test_a_read_carries_the_token_in_a_header_and_nowhere_else(platform, graph):
    platform.answers("GET", "123", {"id": "123"})
    assert graph.get_object("123", fields="id,name") == {"id": "123"}
    (sent,) = platform.sent
    assert sent.line == "GET /v25.0/123"
    assert sent.query == {"fields": "id,name"}
    assert sent.headers["authorization"] == "Bearer TOK"


def test_a_post_is_spelt_as_meta_reads_it(platform, graph):
    platform.answers("POST", "123/feed", {"id": "123_1"})
    graph.put_object("123", "feed", message="Grüße", published=False, attached_media=[{"media_fbid": "1"}], link=None)
    (sent,) = platform.sent
    assert sent.form == {"message": "Grüße", "published": "false", "attached_media": '[{"media_fbid":"1"}]'}
    assert sent.query == {}


def test_the_callers_dicts_are_left_alone(platform, graph):
    platform.answers("POST", "123/feed", {"id": "1"})
    args, post_args = {"fields": "id"}, {"published": True, "message": None}
    graph.request("v25.0/123/feed", args, post_args)
    assert (args, post_args) == ({"fields": "id"}, {"published": True, "message": None})


def test_a_second_token_is_a_mistake_of_ours(graph):
    with pytest.raises(ValueError, match="one token"):
        graph.put_object("123", "feed", message="m", access_token="OTHER")


@pytest.mark.parametrize(
    ("method", "place"), [("GET", "query"), ("DELETE", "query"), ("POST", "form"), ("UPLOAD", "form")]
)
def test_the_proof_goes_with_every_call(platform, session, method, place):
    assert hmac.new(b"SECRET", b"TOK", hashlib.sha256).hexdigest() == PROOF
    graph = GraphClient(
        "TOK", base_url="https://graph.facebook.com", version="v25.0", session=session, app_secret="SECRET"
    )
    platform.answers("POST" if method == "UPLOAD" else method, "1/photos" if method == "UPLOAD" else "1", {"id": "1"})
    calls = {
        "GET": lambda: graph.get_object("1"),
        "DELETE": lambda: graph.delete_object("1"),
        "POST": lambda: graph.update_object("1", is_published=True),
        "UPLOAD": lambda: graph.put_photo(("a.jpg", b"x", "image/jpeg"), "1/photos"),
    }
    calls[method]()
    (sent,) = platform.sent
    assert getattr(sent, place)["appsecret_proof"] == PROOF
    assert "appsecret_proof" not in getattr(sent, "form" if place == "query" else "query")


def test_json_counts_whatever_the_content_type_claims(platform, graph):
    platform.answers("GET", "1", body='{"id":"1"}', content_type="text/javascript")
    assert graph.get_object("1") == {"id": "1"}


def test_a_bare_true_is_an_old_success_and_a_bare_false_is_none(platform, graph):
    platform.answers("DELETE", "1", body="true", content_type="application/json")
    platform.answers("DELETE", "1", body="false", content_type="application/json")
    affirm(graph.delete_object("1"))
    with pytest.raises(GraphError):
        affirm(graph.delete_object("1"))


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (502, "<html>Bad Gateway</html>", {}),
        (200, "<html>Welcome</html>", {}),
        (200, "", {}),
        (200, "[]", {}),
        (302, "", {"Location": "https://graph.facebook.com/v25.0/login"}),
        (500, '{"data":[]}', {}),
        (400, '{"error":"plain words"}', {}),
    ],
)
def test_what_is_no_answer_has_no_code(platform, graph, status, body, headers):
    platform.answers("POST", "1/feed", body=body, status=status, headers=headers)
    with pytest.raises(GraphError) as caught:
        graph.put_object("1", "feed", message="m")
    assert (caught.value.code, caught.value.status) == (None, status)
    assert caught.value.number == f"HTTP {status}"
    assert platform.lines == ["POST /v25.0/1/feed"]


def test_the_error_object_is_read_in_full(platform, graph):
    error = {
        "message": "The image size is too large.",
        "code": 36000,
        "error_subcode": 2207004,
        "is_transient": False,
        "error_user_title": "Image size too large",
        "error_user_msg": "It should be less than 8 MiB.",
        "fbtrace_id": "A6LJ",
    }
    platform.answers("POST", "1/media", {"error": error}, status=400)
    with pytest.raises(GraphError) as caught:
        graph.put_object("1", "media", image_url="https://a.example/b.jpg")
    found = caught.value
    assert (found.code, found.subcode, found.number) == (36000, 2207004, "36000/2207004")
    assert found.message == "The image size is too large."
    assert found.user_text == "Image size too large It should be less than 8 MiB."
    assert (found.trace, found.transient, found.status) == ("A6LJ", False, 400)


def test_pages_are_followed_by_cursor_and_never_by_address(platform, graph):
    page = {
        "data": [{"id": "1"}],
        "paging": {"cursors": {"after": "C1"}, "next": "https://evil.example/?access_token=T"},
    }
    platform.answers("GET", "9/media", page)
    platform.answers("GET", "9/media", {"data": [{"id": "2"}], "paging": {"cursors": {"after": "C2"}}})
    assert [entry["id"] for entry in graph.pages("9", "media", limit=25)] == ["1", "2"]
    assert [sent.query for sent in platform.sent] == [{"limit": "25"}, {"limit": "25", "after": "C1"}]


def test_a_list_without_end_proves_nothing(platform, graph):
    page = {"data": [{"id": "1"}], "paging": {"cursors": {"after": "C"}, "next": "https://graph.facebook.com/next"}}
    for _ in range(10):
        platform.answers("GET", "9/media", page)
    with pytest.raises(GraphError, match="more than 10 pages"):
        list(graph.pages("9", "media"))


@pytest.mark.parametrize("answer", [{}, {"id": None}, {"id": ""}, {"id": True}, {"id": {"x": 1}}])
def test_an_answer_without_id_is_no_success(answer):
    with pytest.raises(GraphError):
        identity(answer)


def test_a_numeric_id_is_an_id():
    assert identity({"id": 17}) == "17"


@pytest.mark.parametrize("token", ["", "   ", "T K", "Tö", "T\nX: y"])
def test_a_token_that_cannot_be_one_is_refused_before_any_call(access, token):
    with pytest.raises(Unauthorised, match="Zugangsschlüssel für Facebook") as caught:
        open_graph(access(page_token=token), "page_token", "Facebook")
    assert caught.value.who == "operator"


@pytest.mark.parametrize("version", ["25", "v25", "25.0", "v25.0/..", "latest"])
def test_a_version_that_cannot_be_one_is_refused(access, version):
    with pytest.raises(Unauthorised, match="Version"):
        open_graph(access(page_token="TOK", version=version), "page_token", "Facebook")


def test_version_and_host_come_from_the_account_and_the_settings(access, rude):
    rude.says({"id": "1"})
    graph = open_graph(
        access(graph=rude.url + "/graph.facebook.com/", page_token=" TOK\n", version="v26.0"), "page_token", "F"
    )
    graph.get_object("1")
    assert rude.received == ["GET /graph.facebook.com/v26.0/1"]


@pytest.mark.parametrize("node", ["", "1/2", "../1", "1?x=1", "me feed"])
def test_an_id_that_would_change_the_address_is_refused(access, node):
    with pytest.raises(Unauthorised, match="Seiten-ID"):
        node_of(access(page_id=node), Field("page_id", "Seiten-ID"), "Facebook")


@pytest.mark.parametrize(
    ("releasing", "kind"), [(False, Unavailable), (True, OutcomeUnknown)], ids=["before the release", "on the release"]
)
def test_an_answer_lost_after_sending_is_unknown_only_on_the_release(access, rude, releasing, kind):
    rude.hangs_up()
    door = access(graph=rude.url, page_token="TOK")
    with pytest.raises(kind), answers(door, "Facebook", changes=True, releasing=releasing):
        open_graph(door, "page_token", "Facebook").put_object("1", "feed", message="m")
    assert rude.received == ["POST /v25.0/1/feed"]


def test_a_refused_connection_is_unavailable_even_on_the_release(access, rude):
    gone = rude.url.rsplit(":", 1)[0] + ":1"
    door = access(graph=gone, page_token="TOK")
    with pytest.raises(Unavailable), answers(door, "Facebook", changes=True, releasing=True):
        open_graph(door, "page_token", "Facebook").put_object("1", "feed", message="m")


def test_a_withheld_call_passes_through_and_sends_nothing(access, session, rude):
    def forbid():
        raise Withheld("stop")

    session.last_look = forbid
    door = access(graph=rude.url, page_token="TOK")
    with pytest.raises(Withheld), answers(door, "Facebook", changes=True, releasing=True):
        open_graph(door, "page_token", "Facebook").put_object("1", "feed", message="m")
    assert rude.received == []


def test_a_connection_error_without_a_byte_sent_is_unavailable(platform, access):
    platform.answers("POST", "1/feed", body=requests.ConnectTimeout("slow"))
    door = access(page_token="TOK")
    with pytest.raises(Unavailable), answers(door, "Facebook", changes=True, releasing=True):
        open_graph(door, "page_token", "Facebook").put_object("1", "feed", message="m")
