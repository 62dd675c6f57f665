"""The pretended Bluesky server: sessions, blobs, records under their own keys; it answers as the real one did."""

from __future__ import annotations

import pytest

KEY = "3n2xrctsdt32d"
POST = "app.bsky.feed.post"
NAME = "kjc-fulda.bsky.sandbox"


def record(text="Hallo", **more):
    return {"$type": POST, "text": text, "createdAt": "2026-11-23T09:00:00.000Z", "langs": ["de"], **more}


def put(sandbox, document=None, key=KEY, **more):
    body = {"repo": NAME, "collection": POST, "rkey": key, "record": document or record(), "swapRecord": None, **more}
    return sandbox.bluesky("POST", "repo.putRecord", json=body)


def upload(sandbox, data):
    answer = sandbox.bluesky("POST", "repo.uploadBlob", content=data, headers={"Content-Type": "image/jpeg"})
    return answer.json()["blob"]


def images(blob, alt="Azubis"):
    return {"$type": "app.bsky.embed.images", "images": [{"image": blob, "alt": alt}]}


def test_the_very_same_record_changes_nothing_and_another_is_refused(sandbox):
    first, again, other = put(sandbox), put(sandbox), put(sandbox, record("Anderes"))

    assert (first.status_code, again.status_code) == (200, 200)
    assert "commit" in first.json()
    assert "commit" not in again.json()
    assert (other.status_code, other.json()["error"]) == (400, "InvalidSwap")
    assert [entry["text"] for entry in sandbox.ledger()] == ["Hallo"]


def test_a_deleted_record_is_gone_and_a_repeat_would_bring_it_back(sandbox):
    put(sandbox)
    body = {"repo": NAME, "collection": POST, "rkey": KEY}

    assert sandbox.bluesky("POST", "repo.deleteRecord", json=body).status_code == 200
    assert sandbox.bluesky("POST", "repo.deleteRecord", json=body).json() == {}
    assert sandbox.bluesky("GET", "repo.getRecord", params=body).json()["error"] == "RecordNotFound"
    put(sandbox)
    assert [entry["deleted"] is None for entry in sandbox.ledger()] == [False, True]


def test_only_what_is_written_moves_the_revision(sandbox):
    did = sandbox.log_in().json()["did"]

    def revision():
        return sandbox.bluesky("GET", "sync.getLatestCommit", params={"did": did}).json()["rev"]

    before = revision()
    assert revision() == before
    put(sandbox)
    assert revision() > before


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (record("ä" * 301), "grapheme too big"),
        (record("👨‍👩‍👧‍👦" * 130), "string too big (maximum 3000, got 3250)"),
        (record(createdAt="gestern"), "datetime"),
        (record(langs=["de", "en", "fr", "it"]), "languages"),
        (record(facets=[{"index": {"byteStart": 0, "byteEnd": 99}, "features": []}]), "beyond the text"),
        (record(embed={"$type": "app.bsky.embed.images", "images": [{"image": {}}]}), '"alt"'),
        (record(embed={"$type": "app.bsky.embed.external", "external": {"uri": "https://a.de"}}), "title"),
    ],
)
def test_what_the_lexicon_forbids_is_refused(sandbox, document, said):
    answer = put(sandbox, document)

    assert (answer.status_code, said in answer.json()["message"]) == (400, True)
    assert sandbox.ledger() == []


def test_a_key_must_be_a_tid(sandbox):
    assert "TID" in put(sandbox, key="beitrag-42").json()["message"]


def test_pictures_carry_their_descriptions_while_the_server_keeps_them(sandbox, make_picture):
    blob = upload(sandbox, make_picture())
    put(sandbox, record(embed=images(blob)))
    assert [medium["alt"] for medium in sandbox.ledger()[0]["media"]] == ["Azubis"]

    late = upload(sandbox, make_picture(colour="red"))
    sandbox.advance(hours=1)
    assert put(sandbox, record(embed=images(late)), "3n2xrctsdt33d").json()["error"] == "BlobNotFound"


def test_any_bytes_are_taken_and_looked_at_when_they_are_used(sandbox):
    blob = upload(sandbox, b"no picture")

    assert put(sandbox, record(embed=images(blob))).json()["error"] == "InvalidMimeType"


def test_a_wrong_password_is_401_and_thirty_logins_in_five_minutes_are_enough(sandbox):
    assert sandbox.log_in(password="falsch").json()["error"] == "AuthenticationRequired"
    answers = [sandbox.log_in() for _ in range(30)]

    assert (answers[0].status_code, answers[-1].status_code) == (200, 429)
    assert int(answers[-1].headers["ratelimit-reset"]) == 1795424700


def test_a_session_ends_after_two_hours_and_with_its_account(sandbox):
    token = sandbox.log_in().json()["accessJwt"]
    assert sandbox.bluesky("GET", "server.getSession", token).json()["handle"] == NAME
    sandbox.advance(hours=2)
    assert sandbox.bluesky("GET", "server.getSession", token).status_code == 401


def test_nobody_writes_to_anothers_repository(sandbox):
    assert put(sandbox, repo="kjc-kassel.bsky.sandbox").status_code == 401
    assert sandbox.ledger() == []


def test_a_handle_is_found_or_not(sandbox):
    found = sandbox.bluesky("GET", "identity.resolveHandle", params={"handle": NAME}).json()["did"]
    nobody = sandbox.bluesky("GET", "identity.resolveHandle", params={"handle": "niemand.example"})

    assert found == sandbox.log_in().json()["did"]
    assert nobody.status_code == 400


def test_the_link_of_a_card_stands_in_the_ledger(sandbox):
    card = {"uri": "https://kjc.example/a", "title": "T", "description": ""}
    put(sandbox, record(embed={"$type": "app.bsky.embed.external", "external": card}))

    assert sandbox.ledger()[0]["link"] == "https://kjc.example/a"
