"""Facebook Pages: what may be posted, drafts made public, reading back, deleting."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest


def photo(sandbox, data, **params):
    params = {"published": "false", **params}
    headers = {"Authorization": "Bearer page-fulda"}
    path = "/graph.facebook.com/v25.0/1001/photos"
    return sandbox.client.post(path, data=params, files={"source": ("a", data)}, headers=headers)


def attached(*names):
    return json.dumps([{"media_fbid": name} for name in names])


def test_a_text_with_a_link_is_public_at_once(sandbox):
    answer = sandbox.graph("POST", "1001/feed", message="Hallo", link="https://kjc.example/a")

    (entry,) = sandbox.ledger()
    assert entry == {
        "channel": "facebook",
        "account": "1001",
        "id": answer.json()["id"],
        "text": "Hallo",
        "link": "https://kjc.example/a",
        "media": [],
        "created": "2026-11-23T09:00:00Z",
        "deleted": None,
    }
    assert entry["id"].startswith("1001_")


def test_a_draft_is_public_only_when_told_and_repeating_that_changes_nothing(sandbox):
    draft = sandbox.graph("POST", "1001/feed", message="Hallo", published="false").json()["id"]
    assert sandbox.ledger() == []
    assert sandbox.graph("GET", draft, fields="is_published").json()["is_published"] is False

    sandbox.advance(hours=2)
    first = sandbox.graph("POST", draft, is_published="true")
    sandbox.advance(hours=1)
    second = sandbox.graph("POST", draft, is_published="true")

    assert first.json() == second.json() == {"success": True}
    (entry,) = sandbox.ledger()
    assert entry["created"] == "2026-11-23T11:00:00Z"
    assert sandbox.graph("GET", draft, fields="is_published").json()["is_published"] is True


def test_drafts_show_in_the_ledger_only_when_asked_for(sandbox):
    sandbox.graph("POST", "1001/feed", message="Entwurf", published="false")

    assert sandbox.ledger() == []
    assert sandbox.ledger(all="1")[0]["created"] is None


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, (400, 100, 0)),
        ({"message": "a" * 63_207}, (400, 100, 0)),
        ({"message": "a", "link": "https://www.facebook.com/x"}, (400, 100, 1609008)),
        ({"message": "a", "link": "https://portal.invalid/x"}, (400, 1609005, 0)),
        ({"message": "a", "link": "keine Adresse"}, (400, 100, 2061006)),
        ({"link": "https://kjc.example", "picture": "https://kjc.example/p.jpg"}, (400, 100, 0)),
        ({"message": "a", "published": "False"}, (400, 100, 0)),
        ({"message": "a", "attached_media": "media_fbid"}, (400, 100, 0)),
        ({"message": "a", "attached_media": attached(*range(11))}, (400, 100, 0)),
        ({"message": "a", "attached_media": attached("4711")}, (400, 100, 33)),
    ],
)
def test_what_a_page_post_may_not_be(sandbox, code, params, expected):
    assert code(sandbox.graph("POST", "1001/feed", **params)) == expected
    assert sandbox.ledger() == []


def test_a_text_of_full_length_is_taken(sandbox):
    assert sandbox.graph("POST", "1001/feed", message="ü" * 63_206).status_code == 200


def test_a_user_token_may_not_post_on_the_page(sandbox, code, accounts):
    sandbox.client.post("/_accounts", json={**accounts[0], "user_token": "person"})

    assert code(sandbox.graph("POST", "1001/feed", "person", message="a")) == (403, 200, 0)


def test_the_same_text_again_within_minutes_is_a_duplicate(sandbox, code):
    sandbox.graph("POST", "1001/feed", message="Hallo")

    assert code(sandbox.graph("POST", "1001/feed", message="Hallo")) == (400, 506, 0)
    assert sandbox.graph("POST", "1001/feed", message="Anders").status_code == 200
    sandbox.advance(minutes=6)
    assert sandbox.graph("POST", "1001/feed", message="Anders").status_code == 200


def test_making_a_draft_public_meets_the_duplicate_rule_too(sandbox, code):
    drafts = [sandbox.graph("POST", "1001/feed", message="Hallo", published="false").json()["id"] for _ in "ab"]
    sandbox.graph("POST", drafts[0], is_published="true")

    assert code(sandbox.graph("POST", drafts[1], is_published="true")) == (400, 506, 0)


def test_the_duplicate_rule_can_be_switched_off(sandbox):
    sandbox.option(fb_refuses_duplicates=False)
    sandbox.graph("POST", "1001/feed", message="Hallo")

    assert sandbox.graph("POST", "1001/feed", message="Hallo").status_code == 200


def test_photos_keep_their_order_and_alt_texts(sandbox, make_picture):
    first = photo(sandbox, make_picture(colour="red"), alt_text_custom="Rot").json()
    second = photo(sandbox, make_picture("PNG", colour="blue"), alt_text_custom="Blau").json()
    assert set(first) == {"id"}

    sandbox.graph("POST", "1001/feed", message="Zwei", attached_media=attached(second["id"], first["id"]))

    (entry,) = sandbox.ledger()
    assert [(medium["mime"], medium["alt"]) for medium in entry["media"]] == [
        ("image/png", "Blau"),
        ("image/jpeg", "Rot"),
    ]
    assert entry["media"][1]["size"] == len(make_picture(colour="red"))


def test_indexed_form_fields_attach_photos_too(sandbox, make_picture):
    names = [photo(sandbox, make_picture(colour=colour)).json()["id"] for colour in ("red", "blue")]
    fields = {f"attached_media[{place}]": json.dumps({"media_fbid": name}) for place, name in enumerate(names)}

    assert sandbox.graph("POST", "1001/feed", message="a", **fields).status_code == 200
    assert len(sandbox.ledger()[0]["media"]) == 2


def test_a_single_photo_is_a_post_of_its_own(sandbox, make_picture):
    answer = photo(sandbox, make_picture(), published="true", caption="Bild", alt_text_custom="Alt").json()

    (entry,) = sandbox.ledger()
    assert (entry["id"], entry["text"], entry["media"][0]["alt"]) == (answer["post_id"], "Bild", "Alt")


def test_a_photo_can_be_fetched_from_an_address(sandbox):
    answer = sandbox.graph("POST", "1001/photos", url="https://media.example/a.jpg", published="false")

    assert answer.status_code == 200


def test_message_on_a_photo_is_ignored_with_a_warning(sandbox, make_picture):
    answer = photo(sandbox, make_picture(), published="true", message="alt", caption="neu")

    assert "ignored" in answer.headers["X-Sandbox-Warning"]
    assert sandbox.ledger()[0]["text"] == "neu"


def test_what_is_no_photo_is_refused(sandbox, code, make_picture):
    assert code(photo(sandbox, b"no picture")) == (400, 324, 0)
    assert code(photo(sandbox, make_picture()[:-400])) == (400, 324, 0)
    assert code(photo(sandbox, make_picture("WEBP"))) == (400, 100, 1366046)
    assert code(photo(sandbox, b"\xff\xd8" + bytes(10_000_001))) == (400, 100, 1366046)
    assert code(sandbox.graph("POST", "1001/photos", published="false")) == (400, 324, 0)
    assert code(sandbox.graph("POST", "1001/photos", url="https://media.example/gone.jpg")) == (400, 324, 0)


def test_an_unused_photo_disappears_after_a_day(sandbox, code, make_picture):
    name = photo(sandbox, make_picture()).json()["id"]
    sandbox.advance(hours=24)

    assert code(sandbox.graph("POST", "1001/feed", message="a", attached_media=attached(name))) == (400, 100, 33)
    assert code(sandbox.graph("GET", name)) == (400, 100, 33)


def test_a_photo_in_a_draft_outlives_the_day(sandbox, make_picture):
    name = photo(sandbox, make_picture()).json()["id"]
    draft = sandbox.graph("POST", "1001/feed", message="a", published="false", attached_media=attached(name)).json()
    sandbox.advance(days=3)

    assert sandbox.graph("POST", draft["id"], is_published="true").status_code == 200
    assert len(sandbox.ledger()[0]["media"]) == 1
    assert sandbox.graph("GET", name, fields="page_story_id").json()["page_story_id"] == draft["id"]


def test_a_published_photo_cannot_be_used_again_or_deleted_alone(sandbox, code, make_picture):
    name = photo(sandbox, make_picture()).json()["id"]
    sandbox.graph("POST", "1001/feed", message="a", attached_media=attached(name))

    assert code(sandbox.graph("POST", "1001/feed", message="b", attached_media=attached(name))) == (400, 100, 1366051)
    assert code(sandbox.graph("DELETE", name)) == (400, 100, 33)


def test_a_staged_photo_can_be_deleted(sandbox, code, make_picture):
    name = photo(sandbox, make_picture()).json()["id"]

    assert sandbox.graph("DELETE", name).json() == {"success": True}
    assert code(sandbox.graph("GET", name)) == (400, 100, 33)


def test_a_deleted_post_stays_in_the_ledger_as_deleted_and_is_gone_otherwise(sandbox, code):
    name = sandbox.graph("POST", "1001/feed", message="a").json()["id"]
    sandbox.advance(minutes=1)

    assert sandbox.graph("DELETE", name).json() == {"success": True}
    assert code(sandbox.graph("GET", name)) == (400, 100, 33)
    assert code(sandbox.graph("DELETE", name)) == (400, 100, 33)
    assert sandbox.ledger()[0]["deleted"] == "2026-11-23T09:01:00Z"


def test_a_deleted_draft_leaves_no_trace_in_the_ledger(sandbox):
    name = sandbox.graph("POST", "1001/feed", message="a", published="false").json()["id"]
    sandbox.graph("DELETE", name)

    assert sandbox.ledger() == []


def test_a_post_is_edited_by_the_app_that_made_it_only(sandbox, code, accounts):
    name = sandbox.graph("POST", "1001/feed", message="a").json()["id"]
    assert sandbox.graph("POST", name, message="b").json() == {"success": True}
    assert sandbox.ledger()[0]["text"] == "b"

    sandbox.client.post("/_accounts", json={**accounts[0], "app_id": "78"})
    assert code(sandbox.graph("POST", name, message="c")) == (403, 200, 0)


def test_a_public_post_cannot_become_a_draft_again(sandbox, code):
    name = sandbox.graph("POST", "1001/feed", message="a").json()["id"]

    assert code(sandbox.graph("POST", name, is_published="false")) == (400, 100, 0)


@pytest.mark.parametrize(
    ("ahead", "status", "warned"),
    [
        (timedelta(minutes=9), 400, False),
        (timedelta(minutes=10), 200, False),
        (timedelta(days=31), 200, True),
        (timedelta(days=76), 400, False),
    ],
)
def test_scheduling_keeps_its_bounds(sandbox, start, ahead, status, warned):
    when = int((start + ahead).timestamp())

    answer = sandbox.graph("POST", "1001/feed", message="a", published="false", scheduled_publish_time=when)

    assert answer.status_code == status
    assert ("X-Sandbox-Warning" in answer.headers) is warned


def test_a_scheduled_post_becomes_public_by_itself(sandbox, start):
    when = (start + timedelta(hours=1)).isoformat()
    sandbox.graph("POST", "1001/feed", message="a", published="false", scheduled_publish_time=when)
    assert len(sandbox.graph("GET", "1001/scheduled_posts").json()["data"]) == 1
    assert sandbox.ledger() == []

    sandbox.advance(hours=1)

    assert sandbox.ledger()[0]["created"] == "2026-11-23T10:00:00Z"
    assert sandbox.graph("GET", "1001/scheduled_posts").json() == {"data": []}


def test_published_posts_leave_drafts_out_and_feed_lists_them(sandbox):
    sandbox.graph("POST", "1001/feed", message="offen")
    sandbox.graph("POST", "1001/feed", message="Entwurf", published="false")

    def texts(edge):
        rows = sandbox.graph("GET", f"1001/{edge}", fields="message").json()["data"]
        return {row["message"] for row in rows}

    assert texts("published_posts") == {"offen"}
    assert texts("feed") == {"offen", "Entwurf"}


def test_published_posts_page_by_cursor_newest_first(sandbox):
    for number in range(5):
        sandbox.graph("POST", "1001/feed", message=f"Nr {number}")
        sandbox.advance(minutes=1)

    seen, after = [], {}
    for _ in range(3):
        page = sandbox.graph("GET", "1001/published_posts", fields="message", limit=2, **after).json()
        seen += [row["message"] for row in page["data"]]
        after = {"after": page["paging"]["cursors"]["after"]}

    assert seen == ["Nr 4", "Nr 3", "Nr 2", "Nr 1", "Nr 0"]
    assert "next" not in page["paging"]
    back = sandbox.graph("GET", "1001/published_posts", fields="message", before=page["paging"]["cursors"]["before"])
    assert [row["message"] for row in back.json()["data"]] == seen[:4]


def test_next_carries_the_token_only_when_the_query_did(sandbox):
    for number in range(2):
        sandbox.graph("POST", "1001/feed", message=f"Nr {number}")
    path = "/graph.facebook.com/v25.0/1001/published_posts"

    by_header = sandbox.graph("GET", "1001/published_posts", limit=1).json()["paging"]["next"]
    by_query = sandbox.client.get(path, params={"limit": 1, "access_token": "page-fulda"}).json()["paging"]["next"]

    assert "access_token" not in by_header
    assert "access_token=page-fulda" in by_query
    assert [row["message"] for row in sandbox.client.get(by_query).json()["data"]] == ["Nr 0"]


def test_since_bounds_the_list_and_a_limit_above_100_is_refused(sandbox, code, start):
    sandbox.graph("POST", "1001/feed", message="alt")
    sandbox.advance(hours=1)
    sandbox.graph("POST", "1001/feed", message="neu")
    since = int((start + timedelta(minutes=30)).timestamp())

    rows = sandbox.graph("GET", "1001/published_posts", fields="message,created_time", since=since).json()["data"]

    assert [(row["message"], row["created_time"]) for row in rows] == [("neu", "2026-11-23T10:00:00+0000")]
    assert code(sandbox.graph("GET", "1001/published_posts", limit=101)) == (400, 100, 0)
    assert code(sandbox.graph("GET", "1001/published_posts", after="???")) == (400, 100, 0)


def test_the_permalink_leads_to_the_wall(sandbox):
    name = sandbox.graph("POST", "1001/feed", message="a").json()["id"]
    link = sandbox.graph("GET", name, fields="permalink_url").json()["permalink_url"]

    page = sandbox.client.get(link.partition("#")[0])
    assert f'id="{link.partition("#")[2]}"' in page.text


def test_read_after_write_returns_the_fields_asked_for(sandbox):
    answer = sandbox.graph("POST", "1001/feed", message="a", fields="id,permalink_url").json()

    assert set(answer) == {"id", "permalink_url"}


def test_videos_are_refused_as_not_permitted(sandbox, code):
    assert code(sandbox.graph("POST", "1001/videos", file_url="https://media.example/v.mp4")) == (400, 100, 0)
