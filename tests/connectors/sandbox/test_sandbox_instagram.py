"""Instagram: containers, carousels, publishing, the quota, reading back, deleting."""

from __future__ import annotations

import pytest

URL = "https://media.example/a.jpg"


def container(sandbox, **params):
    return sandbox.instagram("POST", "2001/media", **{"image_url": URL, **params})


def ready(sandbox, **params):
    name = container(sandbox, **params).json()["id"]
    sandbox.advance(seconds=3)
    return name


def publish(sandbox, name):
    return sandbox.instagram("POST", "2001/media_publish", creation_id=name)


def status(sandbox, name):
    return sandbox.instagram("GET", name, fields="status_code,status").json()["status_code"]


def test_a_picture_is_published_once_its_container_is_finished(sandbox, code, make_picture):
    name = container(sandbox, caption="Hallo #kjc", alt_text="Ein Bild").json()["id"]
    assert status(sandbox, name) == "IN_PROGRESS"
    assert code(publish(sandbox, name)) == (400, 9007, 2207027)

    sandbox.advance(seconds=3)
    assert status(sandbox, name) == "FINISHED"
    media = publish(sandbox, name).json()["id"]

    assert media != name
    assert status(sandbox, name) == "PUBLISHED"
    (entry,) = sandbox.ledger()
    assert (entry["channel"], entry["account"], entry["id"]) == ("instagram", "2001", media)
    assert (entry["text"], entry["link"], entry["media"][0]["alt"]) == ("Hallo #kjc", "", "Ein Bild")
    assert entry["media"][0]["size"] == len(make_picture())


def test_publishing_twice_is_an_error_by_default(sandbox, code):
    name = ready(sandbox)
    publish(sandbox, name)

    assert code(publish(sandbox, name)) == (400, 24, 2207008)
    assert len(sandbox.ledger()) == 1


def test_publishing_twice_can_give_the_same_id(sandbox):
    sandbox.option(ig_republish="same_id")
    name = ready(sandbox)

    assert publish(sandbox, name).json() == publish(sandbox, name).json()
    assert len(sandbox.ledger()) == 1


def test_a_container_expires_after_a_day(sandbox, code):
    name = ready(sandbox)
    sandbox.advance(hours=24)

    assert status(sandbox, name) == "EXPIRED"
    assert code(publish(sandbox, name)) == (400, 24, 2207008)


def test_an_unknown_container_is_24_2207008(sandbox, code):
    assert code(publish(sandbox, "4711")) == (400, 24, 2207008)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"caption": "a" * 2201}, (36004, 2207010)),
        ({"caption": "🙂" * 1101}, (36004, 2207010)),
        ({"caption": " ".join(f"#t{n}" for n in range(31))}, (100, 2207040)),
        ({"caption": " ".join(f"@t{n}" for n in range(21))}, (100, 2207040)),
        ({"alt_text": "a" * 1001}, (100, 0)),
        ({"media_type": "PICTURE"}, (100, 2207023)),
        ({"media_type": "STORIES", "video_url": URL}, (100, 0)),
        ({"media_type": "STORIES", "caption": "a"}, (100, 0)),
        ({"media_type": "STORIES", "alt_text": "a"}, (100, 0)),
        ({"media_type": "REELS"}, (100, 0)),
        ({"media_type": "REELS", "video_url": URL, "alt_text": "a"}, (100, 0)),
        ({"image_url": ""}, (100, 0)),
        ({"image_url": "https://media.example/gone.jpg"}, (9004, 2207052)),
        ({"is_carousel_item": "true", "caption": "a"}, (100, 0)),
        ({"is_carousel_item": "True"}, (100, 0)),
    ],
)
def test_what_a_container_may_not_be(sandbox, code, params, expected):
    assert code(container(sandbox, **params)) == (400, *expected)


@pytest.mark.parametrize(
    "params",
    [
        {"caption": "a" * 2200},
        {"caption": " ".join(f"#t{n}" for n in range(30))},
        {"caption": "Post an a@b.de " * 25},
        {"alt_text": "a" * 1000},
    ],
)
def test_what_lies_at_the_bound_is_taken(sandbox, params):
    assert container(sandbox, **params).status_code == 200


@pytest.mark.parametrize(
    ("mode", "size", "expected"),
    [
        ("PNG", (400, 400), (36001, 2207005)),
        ("JPEG", (400, 510), (36003, 2207009)),
        ("JPEG", (400, 200), (36003, 2207009)),
        ("JPEG", (400, 500), None),
        ("JPEG", (382, 200), None),
        ("JPEG", (1080, 1350), None),
    ],
)
def test_the_picture_must_be_a_jpeg_within_the_ratio(sandbox, code, hosted, make_picture, mode, size, expected):
    hosted.at[URL] = make_picture(mode, size)

    answer = container(sandbox)

    assert answer.status_code == 200 if expected is None else code(answer) == (400, *expected)


def test_a_broken_a_large_and_a_slow_picture_are_refused_each_in_its_way(sandbox, code, hosted, make_picture):
    hosted.at[URL] = make_picture()[:-400]
    assert code(container(sandbox)) == (400, 36001, 2207005)
    hosted.at[URL] = make_picture() + bytes(8 * 1024 * 1024)
    assert code(container(sandbox)) == (400, 36000, 2207004)
    hosted.slow.add(URL)
    assert code(container(sandbox)) == (400, -2, 2207003)


def test_picture_errors_can_come_late_as_the_status(sandbox, code):
    sandbox.option(ig_image_errors="status")
    name = ready(sandbox, image_url="https://media.example/gone.jpg")

    answer = sandbox.instagram("GET", name, fields="status_code,status").json()

    assert answer["status_code"] == "ERROR"
    assert "2207052" in answer["status"]
    assert code(publish(sandbox, name)) == (400, -1, 2207032)


def children(sandbox, count):
    return [ready(sandbox, is_carousel_item="true", alt_text=f"Bild {n}") for n in range(count)]


def carousel(sandbox, names, **params):
    return sandbox.instagram("POST", "2001/media", media_type="CAROUSEL", children=",".join(names), **params)


def test_a_carousel_keeps_the_order_and_counts_once(sandbox):
    names = children(sandbox, 3)
    parent = carousel(sandbox, names, caption="Drei").json()["id"]
    sandbox.advance(seconds=3)
    media = publish(sandbox, parent).json()["id"]

    (entry,) = sandbox.ledger()
    assert [medium["alt"] for medium in entry["media"]] == ["Bild 0", "Bild 1", "Bild 2"]
    usage = sandbox.instagram("GET", "2001/content_publishing_limit").json()
    assert usage == {"data": [{"quota_usage": 1}]}
    read = sandbox.instagram("GET", media, fields="media_type,children{id}").json()
    assert (read["media_type"], len(read["children"]["data"])) == ("CAROUSEL_ALBUM", 3)


@pytest.mark.parametrize("count", [1, 11])
def test_a_carousel_has_two_to_ten(sandbox, code, count):
    assert code(carousel(sandbox, ["1"] * count)) == (400, 100, 2207028)


def test_a_carousel_needs_finished_children_of_its_own(sandbox, code):
    one = ready(sandbox, is_carousel_item="true")
    fresh = container(sandbox, is_carousel_item="true").json()["id"]
    alone = ready(sandbox)

    assert code(carousel(sandbox, [one, alone])) == (400, 24, 2207006)
    assert code(carousel(sandbox, [one, "4711"])) == (400, 24, 2207006)
    fresh = container(sandbox, is_carousel_item="true").json()["id"]
    assert code(carousel(sandbox, [one, fresh])) == (400, 9007, 2207027)
    sandbox.advance(hours=24)
    assert code(carousel(sandbox, [one, fresh])) == (400, 24, 2207008)


def test_a_child_is_not_published_alone(sandbox, code):
    (name,) = children(sandbox, 1)

    assert code(publish(sandbox, name)) == (400, 24, 2207008)


def test_the_quota_is_a_moving_day(sandbox, code):
    sandbox.option(ig_quota=2)
    for _ in range(2):
        assert publish(sandbox, ready(sandbox)).status_code == 200
        sandbox.advance(hours=1)
    third = ready(sandbox)

    assert code(publish(sandbox, third)) == (400, 9, 2207042)
    limit = sandbox.instagram("GET", "2001/content_publishing_limit", fields="config,quota_usage").json()["data"][0]
    assert limit == {"quota_usage": 2, "config": {"quota_total": 2, "quota_duration": 86400}}
    sandbox.advance(hours=22, minutes=1)
    assert publish(sandbox, third).status_code == 200


def test_the_container_quota_is_kept(sandbox, code):
    sandbox.option(ig_containers=2)
    container(sandbox)
    container(sandbox)

    assert code(container(sandbox)) == (400, 9, 2207042)
    sandbox.advance(hours=24)
    assert container(sandbox).status_code == 200


def test_media_are_listed_newest_first(sandbox):
    for number in range(3):
        publish(sandbox, ready(sandbox, caption=f"Nr {number}"))

    page = sandbox.instagram("GET", "2001/media", fields="id,caption,timestamp,permalink", limit=2).json()

    assert [row["caption"] for row in page["data"]] == ["Nr 2", "Nr 1"]
    assert page["data"][0]["timestamp"] == "2026-11-23T09:00:09+0000"
    assert "/wall/instagram/2001#p-" in page["data"][0]["permalink"]


def test_deleting_needs_the_user_token(sandbox, code):
    media = publish(sandbox, ready(sandbox)).json()["id"]

    assert code(sandbox.instagram("DELETE", media)) == (400, 10, 0)
    answer = sandbox.instagram("DELETE", media, "person")

    assert answer.json() == {"success": True, "deleted_id": media}
    assert sandbox.ledger()[0]["deleted"] == "2026-11-23T09:00:03Z"
    assert code(sandbox.instagram("GET", media, "person")) == (400, 100, 33)


def test_a_caption_cannot_be_edited(sandbox, code):
    media = publish(sandbox, ready(sandbox)).json()["id"]

    assert code(sandbox.instagram("POST", media, caption="neu")) == (400, 100, 0)
    assert sandbox.instagram("POST", media, comment_enabled="false").json() == {"success": True}


def test_the_known_read_fault_of_page_tokens_can_be_switched_on(sandbox, code):
    sandbox.option(ig_page_token_reads_fail=True)
    name = ready(sandbox)

    assert code(sandbox.instagram("GET", name)) == (400, 100, 33)
    assert sandbox.instagram("GET", name, "person", fields="status_code").json()["status_code"] == "FINISHED"


def test_the_account_tells_its_name(sandbox):
    answer = sandbox.instagram("GET", "2001", fields="id,username,name,media_count").json()

    assert answer == {"id": "2001", "username": "kjcfulda", "name": "KJC Fulda", "media_count": 0}
