"""X: signatures, pictures with alt text, posts, reading back, limits, deleting."""

from __future__ import annotations

import base64
import html

import pytest
import requests
from requests_oauthlib import OAuth1

from connectors.sandbox.server import build, running


def upload(sandbox, data, **fields):
    fields = fields or {"media_category": "tweet_image"}
    return sandbox.x("POST", "media/upload", data=fields, files={"media": ("a.jpg", data)})


def describe(sandbox, name, text):
    document = {"id": name, "metadata": {"alt_text": {"text": text}}}
    return sandbox.x("POST", "media/metadata", json=document)


def test_a_text_is_posted_and_kept_as_it_was(sandbox):
    answer = sandbox.tweet("Mehr: https://kjc.example/abc.")

    assert answer.status_code == 201
    (entry,) = sandbox.ledger()
    assert (entry["channel"], entry["account"], entry["id"]) == ("x", "3001", answer.json()["data"]["id"])
    assert (entry["text"], entry["link"]) == ("Mehr: https://kjc.example/abc.", "https://kjc.example/abc")


@pytest.mark.parametrize("wrong", ["consumer_key", "consumer_secret", "access_token", "access_token_secret"])
def test_each_of_the_four_keys_must_be_right(sandbox, keys, wrong):
    answer = sandbox.x("POST", "tweets", {**keys, wrong: "falsch"}, json={"text": "a"})

    assert answer.status_code == 401
    assert answer.json() == {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
    assert sandbox.ledger() == []


def test_a_request_without_a_signature_is_401(sandbox):
    assert sandbox.client.get("/api.x.com/2/users/me").status_code == 401
    assert sandbox.client.get("/api.x.com/2/users/me", headers={"Authorization": "OAuth x"}).status_code == 401
    assert sandbox.client.get("/api.x.com/2/users/me", headers={"Authorization": "Bearer "}).status_code == 401


def test_a_signature_covers_the_query_and_is_good_once(sandbox, keys, sign):
    url = "http://testserver/api.x.com/2/users/3001/tweets?max_results=5"
    headers = sign(keys).sign(url, "GET")[1]

    assert sandbox.client.get(url.replace("=5", "=6"), headers=headers).status_code == 401
    assert sandbox.client.get(url, headers=headers).status_code == 200
    assert sandbox.client.get(url, headers=headers).status_code == 401


def test_a_bearer_token_opens_an_account_that_has_one(sandbox):
    sandbox.client.post("/_accounts", json={"channel": "x", "id": "3002", "name": "KJC Kassel", "token": "oauth2"})

    answer = sandbox.client.get("/api.x.com/2/users/me", headers={"Authorization": "Bearer oauth2"})

    assert answer.json()["data"]["id"] == "3002"


def test_requests_oauthlib_is_understood_over_a_real_socket(accounts, keys):
    auth = OAuth1(keys["consumer_key"], keys["consumer_secret"], keys["access_token"], keys["access_token_secret"])
    with running(build()) as base, requests.Session() as session:
        session.post(f"{base}/_accounts", json=accounts).raise_for_status()
        posted = session.post(f"{base}/api.x.com/2/tweets", json={"text": "Grüße & mehr"}, auth=auth)
        listed = session.get(f"{base}/api.x.com/2/users/3001/tweets", params={"max_results": 5}, auth=auth)

    assert (posted.status_code, listed.status_code) == (201, 200)
    assert html.unescape(listed.json()["data"][0]["text"]) == "Grüße & mehr"


def test_pictures_carry_their_alt_texts_in_order(sandbox, make_picture):
    names = []
    for colour in ("red", "blue"):
        names.append(upload(sandbox, make_picture(colour=colour)).json()["data"]["id"])
        assert describe(sandbox, names[-1], f"Bild in {colour}").status_code == 200

    sandbox.tweet("Zwei", media={"media_ids": list(reversed(names))})

    assert [medium["alt"] for medium in sandbox.ledger()[0]["media"]] == ["Bild in blue", "Bild in red"]


def test_a_picture_may_come_as_base64(sandbox, make_picture):
    document = {"media": base64.b64encode(make_picture()).decode(), "media_category": "tweet_image"}

    answer = sandbox.x("POST", "media/upload", json=document).json()["data"]

    assert (answer["size"], answer["expires_after_secs"]) == (len(make_picture()), 86400)


def test_an_upload_needs_a_category_a_picture_and_at_most_5_mb(sandbox, make_picture):
    assert upload(sandbox, make_picture(), other="x").status_code == 400
    assert upload(sandbox, make_picture(), media_category="tweet_video").status_code == 400
    assert upload(sandbox, b"no picture").status_code == 400
    assert upload(sandbox, make_picture("TIFF")).status_code == 400
    assert upload(sandbox, make_picture() + bytes(5_000_000)).status_code == 400


def test_alt_text_needs_its_wrapper_its_length_and_a_known_id(sandbox, make_picture):
    name = upload(sandbox, make_picture()).json()["data"]["id"]

    assert sandbox.x("POST", "media/metadata", json={"id": name, "alt_text": {"text": "a"}}).status_code == 500
    assert describe(sandbox, name, "a" * 1000).status_code == 200
    assert describe(sandbox, name, "a" * 1001).status_code == 400
    assert describe(sandbox, "4711", "a").status_code == 400


def test_media_ids_expire(sandbox, make_picture):
    name = upload(sandbox, make_picture()).json()["data"]["id"]
    sandbox.advance(hours=24)

    assert sandbox.tweet("a", media={"media_ids": [name]}).status_code == 400
    assert sandbox.ledger() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"text": "  "}, 400),
        ({"text": "a" * 281}, 400),
        ({"text": "a", "colour": "red"}, 400),
        ({"text": "a", "media": {"media_ids": []}}, 400),
        ({"text": "a", "media": {"media_ids": ["1"] * 5}}, 400),
        ({"text": "a", "media": {"media_ids": [1]}}, 400),
        ({"text": "a", "reply": {"in_reply_to_tweet_id": "1"}}, 403),
        (["text"], 400),
        ({"text": "a" * 280}, 201),
        ({"text": "https://kjc.example/" + "a" * 400 + " " + "b" * 256}, 201),
    ],
)
def test_what_a_post_may_be(sandbox, body, status):
    answer = sandbox.x("POST", "tweets", json=body)

    assert answer.status_code == status
    assert len(sandbox.ledger()) == (status == 201)


def test_a_body_that_is_no_json_is_400(sandbox):
    headers = {"Content-Type": "application/json"}

    assert sandbox.x("POST", "tweets", content=b"{", headers=headers).status_code == 400


def test_the_same_text_within_a_day_is_the_duplicate_403(sandbox):
    sandbox.tweet("Hallo")

    answer = sandbox.tweet("Hallo")

    assert answer.json() == {
        "detail": "You are not allowed to create a Tweet with duplicate content.",
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
    }
    sandbox.advance(hours=24)
    assert sandbox.tweet("Hallo").status_code == 201


def test_a_deleted_text_may_be_posted_again(sandbox):
    name = sandbox.tweet("Hallo").json()["data"]["id"]
    assert sandbox.x("DELETE", f"tweets/{name}").json() == {"data": {"deleted": True}}

    assert sandbox.tweet("Hallo").status_code == 201
    assert [bool(entry["deleted"]) for entry in sandbox.ledger()] == [True, False]


def test_only_ones_own_posts_can_be_deleted_and_only_once(sandbox, keys):
    other = {name: f"{value}-kassel" for name, value in keys.items()}
    sandbox.client.post("/_accounts", json={"channel": "x", "id": "3002", "name": "KJC Kassel", **other})
    name = sandbox.tweet("Hallo").json()["data"]["id"]

    assert sandbox.x("DELETE", f"tweets/{name}", other).status_code == 403
    assert sandbox.x("DELETE", f"tweets/{name}").status_code == 200
    assert sandbox.x("DELETE", f"tweets/{name}").status_code == 404


def test_the_timeline_rewrites_links_and_tells_where_they_lead(sandbox):
    sandbox.tweet("Lies & staune: https://kjc.example/abc, jetzt!")

    answer = sandbox.x("GET", "users/3001/tweets?tweet.fields=created_at,entities&max_results=5").json()

    (post,) = answer["data"]
    assert "kjc.example" not in post["text"]
    assert post["text"].startswith("Lies &amp; staune: https://t.co/")
    (link,) = post["entities"]["urls"]
    assert post["text"][link["start"] : link["end"]] == link["url"]
    assert (len(link["url"]), link["expanded_url"]) == (23, "https://kjc.example/abc")
    assert post["created_at"] == "2026-11-23T09:00:00.000Z"


def test_a_post_with_a_picture_ends_with_a_link_to_it(sandbox, make_picture):
    name = upload(sandbox, make_picture()).json()["data"]["id"]
    made = sandbox.tweet("Bild", media={"media_ids": [name]}).json()["data"]

    read = sandbox.x("GET", f"tweets/{made['id']}?tweet.fields=entities").json()["data"]

    assert read["text"] == made["text"]
    assert read["text"].startswith("Bild https://t.co/")
    assert read["entities"]["urls"][0]["expanded_url"].endswith("/photo/1")


def test_the_timeline_pages_and_bounds(sandbox):
    names = []
    for number in range(7):
        names.append(sandbox.tweet(f"Nr {number}").json()["data"]["id"])
        sandbox.advance(minutes=1)

    first = sandbox.x("GET", "users/3001/tweets?max_results=5").json()
    rest = sandbox.x("GET", f"users/3001/tweets?max_results=5&pagination_token={first['meta']['next_token']}").json()

    assert [row["id"] for row in first["data"] + rest["data"]] == list(reversed(names))
    assert "next_token" not in rest["meta"]
    since = sandbox.x("GET", f"users/3001/tweets?since_id={names[4]}").json()
    assert [row["id"] for row in since["data"]] == [names[6], names[5]]
    timed = sandbox.x("GET", "users/3001/tweets?start_time=2026-11-23T09:06:00Z").json()
    assert [row["text"] for row in timed["data"]] == ["Nr 6"]
    none = sandbox.x("GET", "users/3001/tweets?start_time=2026-11-24T00:00:00Z").json()
    assert none == {"meta": {"result_count": 0}}


@pytest.mark.parametrize(
    "query", ["max_results=4", "max_results=101", "since_id=x", "start_time=gestern", "pagination_token=x"]
)
def test_the_timeline_refuses_what_it_cannot_read(sandbox, query):
    assert sandbox.x("GET", f"users/3001/tweets?{query}").status_code == 400


def test_the_newer_names_can_be_switched_on(sandbox):
    sandbox.option(x_names="post")
    made = sandbox.tweet("a").json()["data"]

    read = sandbox.x("GET", f"tweets/{made['id']}?post.fields=public_metrics").json()["data"]

    assert made["edit_history_post_ids"] == [made["id"]]
    assert "repost_count" in read["public_metrics"]


def test_me_and_users_and_unknown_paths(sandbox):
    assert sandbox.x("GET", "users/me").json()["data"] == {"id": "3001", "name": "KJC Fulda", "username": "kjcfulda"}
    assert sandbox.x("GET", "users/3001").status_code == 200
    assert sandbox.x("GET", "users/4711").status_code == 404
    assert sandbox.x("GET", "users/4711/tweets").status_code == 404
    assert sandbox.x("GET", "tweets/4711").status_code == 404
    assert sandbox.x("GET", "nothing").status_code == 404


def test_the_rate_limit_counts_down_and_ends_with_its_window(sandbox, start):
    first = sandbox.x("DELETE", "tweets/1")
    assert first.headers["x-rate-limit-limit"] == "50"
    assert first.headers["x-rate-limit-remaining"] == "49"
    for _ in range(49):
        last = sandbox.x("DELETE", "tweets/1")
    assert (last.status_code, last.headers["x-rate-limit-remaining"]) == (404, "0")

    over = sandbox.x("DELETE", "tweets/1")

    assert over.status_code == 429
    assert int(over.headers["x-rate-limit-reset"]) == int(start.timestamp()) + 900
    sandbox.advance(minutes=15)
    assert sandbox.x("DELETE", "tweets/1").status_code == 404
