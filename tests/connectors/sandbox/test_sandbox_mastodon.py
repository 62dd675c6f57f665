"""The pretended Mastodon server: tokens, media, statuses, the holes of its Idempotency-Key, deleting."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from connectors.sandbox.server import build, running


def post(sandbox, text="Hallo", key="", **more):
    headers = {"Idempotency-Key": key} if key else {}
    return sandbox.mastodon("POST", "v1/statuses", json={"status": text, **more}, headers=headers)


def upload(sandbox, data, **fields):
    return sandbox.mastodon("POST", "v2/media", files={"file": ("a.jpg", data)}, data=fields)


def test_a_status_is_kept_as_it_was_and_shown_as_markup(sandbox):
    answer = post(sandbox, "Geld & <so> #KJC\nMehr: https://kjc.example/abc.")

    assert answer.status_code == 200
    (entry,) = sandbox.ledger()
    assert (entry["account"], entry["text"][:4], entry["link"]) == ("kjc_fulda", "Geld", "https://kjc.example/abc")
    assert "Geld &amp; &lt;so&gt;" in answer.json()["content"]
    assert '<a href="https://kjc.example/abc"' in answer.json()["content"]


@pytest.mark.parametrize("token", ["", "falsch"])
def test_without_a_known_token_nothing_is_done(sandbox, token):
    answer = sandbox.mastodon("POST", "v1/statuses", token, json={"status": "a"})

    assert (answer.status_code, answer.json()) == (401, {"error": "The access token is invalid"})
    assert sandbox.ledger() == []


def test_the_same_key_gives_the_same_status_for_an_hour(sandbox):
    first = post(sandbox, "Eins", "k").json()["id"]

    assert post(sandbox, "Zwei", "k").json()["id"] == first
    sandbox.advance(minutes=61)
    assert post(sandbox, "Zwei", "k").json()["id"] != first


@pytest.mark.parametrize(("hole", "statuses", "made"), [("ignored", {200}, 2), ("error_500", {500}, 1)])
def test_each_hole_of_the_key_is_there_on_order(sandbox, hole, statuses, made):
    sandbox.option(mastodon_keys=hole)
    post(sandbox, "Eins", "k")

    assert {post(sandbox, "Eins", "k").status_code} == statuses
    assert len(sandbox.ledger()) == made


def test_two_under_way_together_are_two_where_the_key_races():
    with running(build()) as base, ThreadPoolExecutor(2) as pool:
        account = {"channel": "mastodon", "id": "kjc", "token": "t"}
        requests.post(f"{base}/_accounts", json=account, timeout=5).raise_for_status()
        requests.post(f"{base}/_options", json={"mastodon_keys": "race"}, timeout=5).raise_for_status()
        headers = {"Authorization": "Bearer t", "Idempotency-Key": "k"}

        def send(_):
            return requests.post(f"{base}/mastodon/api/v1/statuses", json={"status": "a"}, headers=headers, timeout=9)

        assert {answer.status_code for answer in pool.map(send, range(2))} == {200}
        assert len(requests.get(f"{base}/_ledger", timeout=5).json()) == 2
        assert send(0).status_code == 200
        assert len(requests.get(f"{base}/_ledger", timeout=5).json()) == 2


def test_a_deleted_status_does_not_come_back_under_its_key(sandbox):
    name = post(sandbox, "Eins", "k").json()["id"]
    assert sandbox.mastodon("DELETE", f"v1/statuses/{name}").json()["text"] == "Eins"

    assert post(sandbox, "Eins", "k").status_code == 404
    assert sandbox.mastodon("DELETE", f"v1/statuses/{name}").status_code == 404


def test_pictures_carry_their_descriptions_and_are_used_once(sandbox, make_picture):
    name = upload(sandbox, make_picture(), description="Zwei Azubis").json()["id"]
    post(sandbox, "Bild", media_ids=[name])

    assert [medium["alt"] for medium in sandbox.ledger()[0]["media"]] == ["Zwei Azubis"]
    again = post(sandbox, "Noch einmal", media_ids=[name])
    assert (again.status_code, "already attached" in again.json()["error"]) == (422, True)
    assert sandbox.mastodon("GET", f"v1/media/{name}").status_code == 404


def test_a_picture_in_work_cannot_be_used_yet(sandbox, make_picture):
    sandbox.option(mastodon_processing_seconds=30)
    made = upload(sandbox, make_picture())
    name = made.json()["id"]

    assert (made.status_code, made.json()["url"]) == (202, None)
    assert sandbox.mastodon("GET", f"v1/media/{name}").status_code == 206
    assert "finished processing" in post(sandbox, "Bild", media_ids=[name]).json()["error"]
    sandbox.advance(seconds=30)
    assert sandbox.mastodon("GET", f"v1/media/{name}").status_code == 200
    assert post(sandbox, "Bild", media_ids=[name]).status_code == 200


@pytest.mark.parametrize("body", [{"status": " "}, {"status": "a" * 501}, {"status": "a", "visibility": "alle"}])
def test_what_breaks_a_rule_is_a_422_and_posts_nothing(sandbox, body):
    assert sandbox.mastodon("POST", "v1/statuses", json=body).status_code == 422
    assert sandbox.ledger() == []


def test_no_picture_or_a_description_too_long_is_refused(sandbox, make_picture):
    assert upload(sandbox, b"no picture").status_code == 422
    assert upload(sandbox, make_picture(), description="a" * 1501).status_code == 422


def test_thirty_uploads_in_half_an_hour_are_enough(sandbox, make_picture):
    answers = [upload(sandbox, make_picture()) for _ in range(31)]

    assert [answer.status_code for answer in answers[-2:]] == [200, 429]
    assert answers[-1].headers["X-RateLimit-Reset"].startswith("2026-11-23T09:30:00")


def test_statuses_are_listed_newest_first_and_page_by_page(sandbox):
    names = [post(sandbox, f"Nummer {number}").json()["id"] for number in range(5)]
    me = sandbox.mastodon("GET", "v1/accounts/verify_credentials").json()["id"]

    first = sandbox.mastodon("GET", f"v1/accounts/{me}/statuses", params={"limit": 3}).json()
    rest = sandbox.mastodon("GET", f"v1/accounts/{me}/statuses", params={"max_id": first[-1]["id"]}).json()

    assert [status["id"] for status in first + rest] == names[::-1]


def test_the_server_tells_its_limits(sandbox):
    sandbox.option(mastodon_characters=900)

    limits = sandbox.client.get("/mastodon/api/v2/instance").json()["configuration"]["statuses"]
    assert (limits["max_characters"], limits["characters_reserved_per_url"]) == (900, 23)
