"""Instagram on the wire."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

import connectors
from connectors.base import (
    Absent,
    ByHand,
    Connector,
    Finds,
    Found,
    NotYet,
    OutcomeUnknown,
    Receipt,
    Rejected,
    RemotePost,
    Retracted,
    Retracts,
    Staged,
    StageLost,
    Throttled,
    Unauthorised,
    Unavailable,
    Variant,
    Withheld,
)
from connectors.instagram import connector as instagram

TEXT = "Dein Weg in die Ausbildung mit @kjc.fulda\n\nLink in Bio\n\n#KJCHessen"
IG = {"ig_user_id": "178", "token": "PAGETOK"}
BOTH = {**IG, "user_token": "USERTOK"}
QUOTA = {"data": [{"quota_usage": 2, "config": {"quota_total": 50, "quota_duration": 86400}}]}
LISTED = "id,caption,permalink,timestamp,media_type,is_comment_enabled"


@pytest.fixture
def door(access):
    return access(**IG)


@pytest.fixture
def post(medium):
    return instagram.render(Variant("Titel", TEXT, "https://kjc.example/s/7h3Kq2", (medium(),)))


@pytest.fixture
def album(medium):
    return instagram.render(Variant("Titel", TEXT, "", (medium("a"), medium("b"))))


@pytest.fixture
def stage(now):
    return {"children": [], "ready": 0, "container": "C1", "made_at": now.isoformat(), "asked": 0}


def listed(media_id="M9", caption=TEXT, timestamp="2026-11-23T09:00:05+0000"):
    return {"id": media_id, "caption": caption, "timestamp": timestamp, "permalink": f"https://ig.example/{media_id}"}


class TestTheModule:
    def test_is_found_and_can_all_it_should(self):
        assert connectors.discover()["instagram"] is instagram
        assert isinstance(instagram, Connector)
        assert isinstance(instagram, Finds)
        assert isinstance(instagram, Retracts)

    def test_wants_a_picture_within_instagrams_bounds(self):
        rules = instagram.limits.pictures
        assert (rules.at_least, rules.at_most, rules.mimes) == (1, 10, ("image/jpeg",))
        assert (rules.min_ratio, rules.max_ratio, rules.max_bytes) == (0.8, 1.91, 8_000_000)

    def test_names_a_source_for_every_limit(self):
        assert {"text", "hashtags", "pictures"} <= set(instagram.limits.sources)

    def test_keeps_three_secrets_secret(self):
        assert {field.name for field in instagram.fields if field.secret} == {"token", "user_token", "app_secret"}
        assert [field.name for field in instagram.fields if field.required] == ["ig_user_id", "token"]


def test_render_drops_the_link_because_nobody_can_click_it(post):
    assert (post.text, post.link, len(post.media)) == (TEXT, "", 1)


class TestStagingOnePicture:
    def test_the_container_is_made_from_the_public_address(self, platform, door, post, pictures, order, now):
        platform.answers("GET", "178/content_publishing_limit", QUOTA)
        platform.answers("POST", "178/media", {"id": "C1"})
        answer = instagram.stage(door, post, pictures, order, None)
        quota, made = platform.sent
        assert quota.query == {"fields": "config,quota_usage"}
        assert made.form == {
            "image_url": f"https://media.example/{'a' * 64}.jpg",
            "caption": TEXT,
            "alt_text": "Eine Hand hält einen Schlüssel",
        }
        assert made.headers["authorization"] == "Bearer PAGETOK"
        assert isinstance(answer, NotYet)
        assert answer.ask_at == now + timedelta(seconds=3)
        assert answer.data["container"] == "C1"

    def test_it_is_asked_for_with_growing_patience(self, platform, access, post, pictures, order, stage, now):
        waits, data, at = [], stage, now
        for _ in range(5):
            platform.answers("GET", "C1", {"status_code": "IN_PROGRESS", "status": "In Progress"})
            answer = instagram.stage(access(at, **IG), post, pictures, order, data)
            waits.append((answer.ask_at - at).seconds)
            data, at = json.loads(json.dumps(answer.data)), answer.ask_at
        assert waits == [5, 10, 30, 30, 30]
        assert set(platform.lines) == {"GET /v25.0/C1"}
        assert platform.sent[0].query == {"fields": "status_code,status"}

    def test_finished_is_staged_until_a_day_after_it_was_made(
        self, platform, access, post, pictures, order, stage, now
    ):
        platform.answers("GET", "C1", {"status_code": "FINISHED"})
        answer = instagram.stage(access(now + timedelta(seconds=3), **IG), post, pictures, order, stage)
        assert isinstance(answer, Staged)
        assert answer.expires_at == now + timedelta(hours=24)
        assert answer.data["container"] == "C1"

    def test_after_ten_minutes_it_is_put_off(self, platform, access, post, pictures, order, stage, now):
        platform.answers("GET", "C1", {"status_code": "IN_PROGRESS"})
        with pytest.raises(Unavailable, match="10 Minuten"):
            instagram.stage(access(now + timedelta(minutes=10), **IG), post, pictures, order, stage)

    @pytest.mark.parametrize(
        ("answer", "kind"),
        [
            ({"status_code": "EXPIRED"}, StageLost),
            ({"status_code": "ERROR", "status": "Error: Media upload has failed with error code 2207009"}, Rejected),
            ({"status_code": "ERROR", "status": "Error: Media upload has failed with error code 2207052"}, StageLost),
            ({"status_code": "ERROR", "status": "Error: something"}, StageLost),
            ({"id": "C1"}, Unavailable),
        ],
    )
    def test_what_went_wrong_while_processing_is_sorted(
        self, platform, door, post, pictures, order, stage, answer, kind
    ):
        platform.answers("GET", "C1", answer)
        with pytest.raises(kind):
            instagram.stage(door, post, pictures, order, stage)

    def test_a_container_the_page_token_cannot_see_is_waited_for(
        self, platform, access, post, pictures, order, stage, now
    ):
        platform.refuses("GET", "C1", 100, 33)
        platform.refuses("GET", "C1", 100, 33)
        assert isinstance(instagram.stage(access(**IG), post, pictures, order, stage), NotYet)
        with pytest.raises(Unavailable, match="Nutzer-Schlüssel") as caught:
            instagram.stage(access(now + timedelta(minutes=11), **IG), post, pictures, order, stage)
        assert caught.value.who == "operator"

    def test_reads_use_the_user_token_and_writes_do_not(self, platform, access, post, pictures, order, now):
        platform.answers("GET", "178/content_publishing_limit", QUOTA)
        platform.answers("POST", "178/media", {"id": "C1"})
        platform.answers("GET", "C1", {"status_code": "FINISHED"})
        data = instagram.stage(access(**BOTH), post, pictures, order, None).data
        instagram.stage(access(**BOTH), post, pictures, order, data)
        assert [sent.headers["authorization"][7:] for sent in platform.sent] == ["USERTOK", "PAGETOK", "USERTOK"]

    @pytest.mark.parametrize(("code", "subcode"), [(190, 463), (100, 33), (10, None)])
    def test_a_user_token_that_may_not_is_no_end(self, platform, access, post, pictures, order, stage, code, subcode):
        platform.refuses("GET", "C1", code, subcode)
        platform.answers("GET", "C1", {"status_code": "FINISHED"})
        assert isinstance(instagram.stage(access(**BOTH), post, pictures, order, stage), Staged)
        assert platform.sent[1].headers["authorization"] == "Bearer PAGETOK"

    @pytest.mark.parametrize(
        ("code", "subcode", "kind"),
        [
            (190, 463, Unauthorised),
            (80002, None, Throttled),
            (36003, 2207009, Rejected),
            (36004, 2207010, Rejected),
            (9004, 2207052, Unavailable),
            (-1, 2207032, StageLost),
            (2, None, Unavailable),
        ],
    )
    def test_refusals_are_sorted(self, platform, door, post, pictures, order, code, subcode, kind):
        platform.answers("GET", "178/content_publishing_limit", QUOTA)
        platform.refuses("POST", "178/media", code, subcode)
        with pytest.raises(kind) as caught:
            instagram.stage(door, post, pictures, order, None)
        assert "Instagram" in caught.value.public

    def test_a_lost_answer_may_be_repeated_because_a_container_is_invisible(
        self, access, post, pictures, order, rude, now
    ):
        rude.hangs_up()
        data = {"children": ["x"]}
        door = access(graph=rude.url, **IG)
        with pytest.raises(Unavailable):
            instagram.stage(door, post, pictures, order, data)
        assert rude.received == ["POST /v25.0/178/media"]

    @pytest.mark.parametrize(("media", "words"), [(0, "1 bis 10 Bilder"), (11, "1 bis 10 Bilder")])
    def test_the_number_of_pictures_is_checked_before_any_call(self, door, medium, pictures, order, media, words):
        with pytest.raises(Rejected, match=words):
            instagram.stage(door, RemotePost("instagram", "feed", TEXT, "", (medium(),) * media), pictures, order, None)


class TestQuota:
    @pytest.mark.parametrize(
        ("entry", "full"),
        [
            ({"quota_usage": 50, "config": {"quota_total": 50}}, True),
            ({"quota_usage": 49, "config": {"quota_total": 50}}, False),
            ({"quota_usage": 60, "config": {"quota_total": 100}}, False),
            ({"quota_usage": 50}, True),
            ({}, False),
        ],
    )
    def test_is_read_and_never_assumed(self, platform, door, post, pictures, order, now, entry, full):
        platform.answers("GET", "178/content_publishing_limit", {"data": [entry]})
        if not full:
            platform.answers("POST", "178/media", {"id": "C1"})
            assert isinstance(instagram.stage(door, post, pictures, order, None), NotYet)
            return
        with pytest.raises(Throttled) as caught:
            instagram.stage(door, post, pictures, order, None)
        assert caught.value.until == now + timedelta(hours=1)

    @pytest.mark.parametrize(("code", "subcode"), [(100, 33), (10, None)])
    def test_an_account_that_may_not_read_it_is_not_held_up(self, platform, door, post, pictures, order, code, subcode):
        platform.refuses("GET", "178/content_publishing_limit", code, subcode)
        platform.answers("POST", "178/media", {"id": "C1"})
        assert isinstance(instagram.stage(door, post, pictures, order, None), NotYet)

    def test_a_dead_token_shows_at_once(self, platform, door, post, pictures, order):
        platform.refuses("GET", "178/content_publishing_limit", 190, 463)
        with pytest.raises(Unauthorised):
            instagram.stage(door, post, pictures, order, None)


def test_a_carousel_is_made_step_by_step_and_survives_a_crash_after_each(platform, access, album, pictures, order, now):
    platform.answers("GET", "178/content_publishing_limit", QUOTA)
    platform.answers("POST", "178/media", {"id": "A"})
    platform.answers("POST", "178/media", {"id": "B"})
    platform.answers("GET", "A", {"status_code": "FINISHED"})
    platform.answers("GET", "B", {"status_code": "IN_PROGRESS"})
    platform.answers("GET", "B", {"status_code": "FINISHED"})
    platform.answers("POST", "178/media", {"id": "P"})
    platform.answers("GET", "P", {"status_code": "IN_PROGRESS"})
    platform.answers("GET", "P", {"status_code": "FINISHED"})
    data, at, waits = None, now, []
    while True:
        answer = instagram.stage(access(at, **IG), album, pictures, order, data)
        if isinstance(answer, Staged):
            break
        waits.append((answer.ask_at - at).seconds)
        data, at = json.loads(json.dumps(answer.data)), answer.ask_at
    assert waits == [0, 3, 5, 3, 5]
    child, _, parent = [sent.form for sent in platform.sent if sent.method == "POST"]
    assert child == {
        "image_url": f"https://media.example/{'a' * 64}.jpg",
        "is_carousel_item": "true",
        "alt_text": "Eine Hand hält einen Schlüssel",
    }
    assert parent == {"media_type": "CAROUSEL", "children": '["A","B"]', "caption": TEXT}
    assert answer.data["container"] == "P"
    assert answer.expires_at == now + timedelta(hours=24, seconds=8)


class TestRelease:
    def test_the_container_is_published_and_the_address_asked_for(self, platform, access, post, stage, order, now):
        platform.answers("POST", "178/media_publish", {"id": "M1"})
        platform.answers("GET", "M1", {"id": "M1", "permalink": "https://ig.example/p/M1"})
        receipt = instagram.release(access(**BOTH), post, stage, order)
        publish, look = platform.sent
        assert publish.form == {"creation_id": "C1"}
        assert publish.headers["authorization"] == "Bearer PAGETOK"
        assert look.query == {"fields": "permalink"}
        assert receipt == Receipt("M1", "https://ig.example/p/M1", now)

    @pytest.mark.parametrize(
        "answer",
        [
            {"status": 502, "body": "<html>"},
            {"status": 400, "json": {"error": {"message": "x", "code": 100, "error_subcode": 33}}},
            {"status": 400, "json": {"error": {"message": "x", "code": 190}}},
            {"status": 200, "json": {"id": "M1"}},
        ],
    )
    def test_no_trouble_with_the_address_turns_success_into_an_error(self, platform, door, post, stage, order, answer):
        platform.answers("POST", "178/media_publish", {"id": "M1"})
        platform.answers("GET", "M1", **answer)
        assert instagram.release(door, post, stage, order).remote_id == "M1"

    def test_a_stop_after_the_release_does_not_undo_the_receipt(self, access, session, rude, post, stage, order):
        rude.says({"id": "M1", "permalink": "https://ig.example/p/M1"})

        def only_one_request():
            if rude.received:
                raise Withheld("stop")

        session.last_look = only_one_request
        receipt = instagram.release(access(graph=rude.url, **IG), post, stage, order)
        assert (receipt.remote_id, receipt.url) == ("M1", "")
        assert rude.received == ["POST /v25.0/178/media_publish"]

    def test_a_broken_user_token_does_not_undo_the_receipt(self, platform, access, post, stage, order):
        platform.answers("POST", "178/media_publish", {"id": "M1"})
        receipt = instagram.release(access(**IG, user_token="Ü"), post, stage, order)
        assert receipt.remote_id == "M1"

    @pytest.mark.parametrize(
        "answer",
        [
            {"status": 502, "body": "<html>"},
            {"status": 302, "body": ""},
            {"status": 200, "json": {}},
            {"status": 500, "json": {"error": {"message": "x", "code": 2}}},
            {"status": 400, "json": {"error": {"message": "x", "code": -1, "error_subcode": 2207001}}},
            {"status": 400, "json": {"error": {"message": "x", "code": 24, "error_subcode": 2207008}}},
            {"status": 403, "json": {"error": {"message": "x", "code": 4, "error_subcode": 2207051}}},
        ],
    )
    def test_what_is_no_white_listed_no_may_be_public(self, platform, door, post, stage, order, answer):
        platform.answers("POST", "178/media_publish", **answer)
        with pytest.raises(OutcomeUnknown):
            instagram.release(door, post, stage, order)

    @pytest.mark.parametrize(
        ("code", "subcode", "kind"),
        [(9007, 2207027, Unavailable), (190, 463, Unauthorised), (80002, None, Throttled), (9, 2207042, Throttled)],
    )
    def test_white_listed_codes_are_a_no(self, platform, door, post, stage, order, code, subcode, kind):
        platform.refuses("POST", "178/media_publish", code, subcode)
        with pytest.raises(kind):
            instagram.release(door, post, stage, order)

    def test_an_answer_lost_after_sending_is_unknown(self, access, rude, post, stage, order):
        rude.hangs_up()
        with pytest.raises(OutcomeUnknown):
            instagram.release(access(graph=rude.url, **IG), post, stage, order)
        assert rude.received == ["POST /v25.0/178/media_publish"]

    def test_a_refused_connection_is_unavailable(self, access, post, stage, order):
        with pytest.raises(Unavailable):
            instagram.release(access(graph="http://127.0.0.1:1", **IG), post, stage, order)


class TestFind:
    def test_a_finished_container_was_not_published(self, platform, door, post, stage, order, now):
        platform.answers("GET", "C1", {"status_code": "FINISHED"})
        assert instagram.find(door, post, stage, order, now, []) == Absent(stage_usable=True)

    def test_a_container_in_progress_is_looked_at_again(self, platform, door, post, stage, order, now):
        platform.answers("GET", "C1", {"status_code": "IN_PROGRESS"})
        with pytest.raises(Unavailable):
            instagram.find(door, post, stage, order, now, [])

    def test_a_published_one_is_found_and_never_the_newest_blindly(self, platform, door, post, stage, order, now):
        newer = listed("M11", caption="Ein anderer Post", timestamp="2026-11-23T09:03:00+0000")
        platform.answers("GET", "C1", {"status_code": "PUBLISHED"})
        platform.answers("GET", "178/media", {"data": [newer, listed("M10")]})
        found = instagram.find(door, post, stage, order, now, [])
        assert found == Found(Receipt("M10", "https://ig.example/M10", now + timedelta(seconds=5)))
        assert platform.sent[1].query == {"fields": LISTED, "limit": "25"}

    @pytest.mark.parametrize(
        ("remote", "ours"),
        [
            (listed(), True),
            (listed(caption=TEXT.replace("@", "").replace("\n\n", " \n")), True),
            (listed(caption=TEXT + " neu"), False),
            (listed(caption=None), False),
            (listed("M3"), False),
            (listed(timestamp="2026-11-23T08:57:59+0000"), False),
            (listed(timestamp="2026-11-23T08:58:00+0000"), True),
            (listed(timestamp=""), False),
        ],
    )
    def test_only_its_own_post_is_recognised(self, platform, door, post, stage, order, now, remote, ours):
        platform.answers("GET", "C1", {"status_code": "ERROR"})
        platform.answers("GET", "178/media", {"data": [remote]})
        answer = instagram.find(door, post, stage, order, now, ["M3"])
        assert isinstance(answer, Found) if ours else answer == Absent(stage_usable=False)

    def test_the_short_code_of_the_post_is_enough(self, platform, door, post, stage, order, now):
        marked = RemotePost("instagram", "feed", "Text [7h3Kq2]", "", post.media)
        platform.answers("GET", "C1", {"status_code": "PUBLISHED"})
        platform.answers("GET", "178/media", {"data": [listed(caption="von Hand geändert [7h3Kq2]")]})
        assert isinstance(instagram.find(door, marked, stage, order, now, []), Found)

    def test_a_published_one_that_is_not_listed_yet_is_no_absence(self, platform, door, post, stage, order, now):
        platform.answers("GET", "C1", {"status_code": "PUBLISHED"})
        platform.answers("GET", "178/media", {"data": []})
        with pytest.raises(Unavailable, match="führt ihn aber noch nicht auf"):
            instagram.find(door, post, stage, order, now, [])

    def test_an_expired_container_is_looked_for_all_the_same(self, platform, door, post, stage, order, now):
        platform.answers("GET", "C1", {"status_code": "EXPIRED"})
        platform.answers("GET", "178/media", {"data": [listed()]})
        assert isinstance(instagram.find(door, post, stage, order, now, []), Found)

    def test_pictures_without_words_are_not_taken_for_each_other(self, platform, door, post, stage, order, now):
        wordless = RemotePost("instagram", "feed", "", "", post.media)
        platform.answers("GET", "C1", {"status_code": "EXPIRED"})
        assert instagram.find(door, wordless, stage, order, now, []) == Absent(stage_usable=False)
        platform.answers("GET", "C1", {"status_code": "PUBLISHED"})
        platform.answers("GET", "178/media", {"data": [listed("M9", caption=None)]})
        assert isinstance(instagram.find(door, wordless, stage, order, now, []), Found)

    def test_a_denied_container_is_lost(self, platform, door, post, stage, order, now):
        platform.refuses("GET", "C1", 24, 2207006)
        platform.answers("GET", "178/media", {"data": []})
        assert instagram.find(door, post, stage, order, now, []) == Absent(stage_usable=False)

    def test_a_container_that_cannot_be_read_proves_nothing_while_it_may_live(
        self, platform, access, post, stage, order, now
    ):
        for _ in range(2):
            platform.refuses("GET", "C1", 100, 33)
            platform.answers("GET", "178/media", {"data": []})
        with pytest.raises(Unavailable, match="Nutzer-Schlüssel"):
            instagram.find(access(**IG), post, stage, order, now, [])
        later = access(now + timedelta(hours=24), **IG)
        assert instagram.find(later, post, stage, order, now, []) == Absent(stage_usable=False)

    def test_the_list_is_read_back_to_the_attempt_and_no_further(self, platform, door, post, stage, order, now):
        more = {"cursors": {"after": "C"}, "next": "https://graph.facebook.com/more"}
        newer = [listed(f"N{n}", caption="anderes", timestamp="2026-11-23T10:00:00+0000") for n in range(2)]
        old = listed("OLD", timestamp="2026-11-20T10:00:00+0000")
        platform.answers("GET", "C1", {"status_code": "EXPIRED"})
        platform.answers("GET", "178/media", {"data": newer, "paging": more})
        platform.answers("GET", "178/media", {"data": [old], "paging": more})
        assert instagram.find(door, post, stage, order, now, []) == Absent(stage_usable=False)

    @pytest.mark.parametrize(("code", "kind"), [(190, Unauthorised), (2, Unavailable), (80002, Throttled)])
    def test_trouble_with_the_look_is_told(self, platform, door, post, stage, order, now, code, kind):
        platform.refuses("GET", "C1", code)
        with pytest.raises(kind):
            instagram.find(door, post, stage, order, now, [])


def test_unstage_leaves_containers_to_expire(platform, door, stage):
    instagram.unstage(door, stage)
    assert platform.lines == []


class TestRetract:
    RECEIPT = Receipt("M1", "https://ig.example/p/M1", None)

    def test_the_user_token_deletes(self, platform, access):
        platform.answers("DELETE", "M1", {"success": True, "deleted_id": "M1"})
        assert instagram.retract(access(**BOTH), self.RECEIPT) == Retracted("success")
        assert platform.sent[0].headers["authorization"] == "Bearer USERTOK"

    def test_without_a_user_token_a_person_does_it(self, platform, door):
        answer = instagram.retract(door, self.RECEIPT)
        assert isinstance(answer, ByHand)
        assert (answer.url, platform.lines) == ("https://ig.example/p/M1", [])
        assert "Instagram-App" in answer.task

    @pytest.mark.parametrize(("code", "subcode"), [(10, None), (100, None), (-1, 2207085), (200, None)])
    def test_a_refused_deletion_is_a_task_for_a_person(self, platform, access, code, subcode):
        platform.refuses("DELETE", "M1", code, subcode)
        assert isinstance(instagram.retract(access(**BOTH), self.RECEIPT), ByHand)

    def test_a_dead_user_token_alone_is_a_task_for_a_person(self, platform, access):
        platform.refuses("DELETE", "M1", 190, 463)
        platform.answers("GET", "178", {"id": "178"})
        assert isinstance(instagram.retract(access(**BOTH), self.RECEIPT), ByHand)
        assert platform.sent[1].headers["authorization"] == "Bearer PAGETOK"

    def test_a_dead_account_is_told(self, platform, access):
        platform.refuses("DELETE", "M1", 190, 463)
        platform.refuses("GET", "178", 190, 463)
        with pytest.raises(Unauthorised):
            instagram.retract(access(**BOTH), self.RECEIPT)

    def test_a_post_that_is_gone_counts_as_taken_down(self, platform, access):
        platform.refuses("DELETE", "M1", 100, 33)
        platform.refuses("GET", "M1", 100, 33)
        platform.refuses("GET", "M1", 100, 33)
        assert isinstance(instagram.retract(access(**BOTH), self.RECEIPT), Retracted)

    def test_a_post_that_is_still_there_is_a_task_for_a_person(self, platform, access):
        platform.refuses("DELETE", "M1", 100, 33)
        platform.answers("GET", "M1", {"id": "M1"})
        assert isinstance(instagram.retract(access(**BOTH), self.RECEIPT), ByHand)

    @pytest.mark.parametrize(("code", "kind"), [(2, Unavailable), (80002, Throttled)])
    def test_trouble_is_told(self, platform, access, code, kind):
        platform.refuses("DELETE", "M1", code)
        with pytest.raises(kind):
            instagram.retract(access(**BOTH), self.RECEIPT)


def test_whoami_names_the_account(platform, door):
    platform.answers("GET", "178", {"id": "178", "username": "kjc.fulda"})
    identity = instagram.whoami(door)
    assert (identity.remote_id, identity.name, identity.url) == (
        "178",
        "kjc.fulda",
        "https://www.instagram.com/kjc.fulda/",
    )
    assert platform.sent[0].query == {"fields": "id,username"}
