"""Facebook Pages on the wire."""

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
)
from connectors.facebook import connector as facebook

LINK = "https://kjc.example/s/7h3Kq2"
TEXT = "Dein Weg in die Ausbildung\n\n#KJCHessen"
PAGE = {"page_id": "100", "page_token": "PAGETOK"}
READ = "is_published,permalink_url,created_time"
LISTED = "id,message,created_time,permalink_url,attachments{url,unshimmed_url}"


@pytest.fixture
def door(access):
    return access(**PAGE)


@pytest.fixture
def text_post():
    return facebook.render(Variant("Titel", TEXT, LINK))


@pytest.fixture
def draft(now):
    return {"release": "draft", "started": (now - timedelta(hours=2)).isoformat(), "photos": [], "draft": "100_7"}


@pytest.fixture
def direct(draft):
    return {**{key: value for key, value in draft.items() if key != "draft"}, "release": "direct"}


def listed(remote_id="100_9", message=TEXT, created="2026-11-23T09:00:05+0000", **more):
    return {
        "id": remote_id,
        "message": message,
        "created_time": created,
        "permalink_url": "https://fb.example/9",
        **more,
    }


class TestTheModule:
    def test_is_found_and_can_all_it_should(self):
        assert connectors.discover()["facebook"] is facebook
        assert isinstance(facebook, Connector)
        assert isinstance(facebook, Finds)
        assert isinstance(facebook, Retracts)

    def test_names_a_source_for_every_limit(self):
        assert {"text", "hashtags", "pictures.at_most", "pictures.max_bytes"} <= set(facebook.limits.sources)
        assert all(source.url.startswith("https://") for source in facebook.limits.sources.values())

    def test_keeps_both_secrets_secret_and_asks_for_the_page(self):
        assert {field.name for field in facebook.fields if field.secret} == {"page_token", "app_secret"}
        assert [field.name for field in facebook.fields if field.required] == ["page_id", "page_token"]

    def test_stages_at_most_half_of_what_facebook_keeps(self):
        assert facebook.timing.stage_lead * 2 <= facebook.timing.stage_keeps


class TestRender:
    def test_without_pictures_the_link_stays_a_card(self, text_post):
        assert (text_post.text, text_post.link, text_post.channel) == (TEXT, LINK, "facebook")

    def test_with_pictures_the_link_is_a_paragraph_before_the_closing_hashtags(self, medium):
        body, tags = TEXT.rsplit("\n\n", 1)
        post = facebook.render(Variant("Titel", TEXT, LINK, (medium(),)))
        assert post.text == f"{body}\n\n{LINK}\n\n{tags}"
        assert post.link == LINK

    def test_a_link_that_the_text_has_already_is_not_said_twice(self, medium):
        text = f"Mehr: {LINK}\n#KJC"
        assert facebook.render(Variant("Titel", text, LINK, (medium(),))).text == text

    def test_the_beginning_of_a_longer_link_is_not_the_link(self, medium):
        post = facebook.render(Variant("Titel", f"Mehr: {LINK}9", LINK, (medium(),)))
        assert post.text.splitlines()[-1] == LINK

    def test_pictures_without_link_and_link_without_text(self, medium):
        assert facebook.render(Variant("Titel", TEXT, "", (medium(),))).text == TEXT
        assert facebook.render(Variant("Titel", "", LINK, (medium(),))).text == LINK


class TestStage:
    def test_a_text_with_link_becomes_an_invisible_draft(self, platform, door, text_post, pictures, order, now):
        platform.answers("POST", "100/feed", {"id": "100_7"})
        staged = facebook.stage(door, text_post, pictures, order, None)
        (sent,) = platform.sent
        assert sent.form == {"message": TEXT, "link": LINK, "published": "false"}
        assert sent.headers["authorization"] == "Bearer PAGETOK"
        started = now.isoformat()
        assert staged == Staged({"release": "draft", "started": started, "photos": [], "draft": "100_7"}, None)

    def test_one_picture_and_its_draft_go_in_one_step(self, platform, door, medium, pictures, order, now):
        platform.answers("POST", "100/photos", {"id": "501"})
        platform.answers("POST", "100/feed", {"id": "100_7"})
        post = facebook.render(Variant("Titel", TEXT, LINK, (medium(),)))
        staged = facebook.stage(door, post, pictures, order, None)
        photo, feed = platform.sent
        assert photo.form == {"published": "false", "alt_text_custom": "Eine Hand hält einen Schlüssel"}
        assert (photo.file, photo.file_type) == (b"JPEG " + b"a" * 64, "image/jpeg")
        assert photo.file_name.endswith(".jpeg")
        assert feed.form == {
            "message": post.text,
            "published": "false",
            "attached_media": json.dumps([{"media_fbid": "501"}], separators=(",", ":")),
        }
        assert staged.data["photos"] == ["501"]
        assert staged.expires_at == now + timedelta(hours=24)

    def test_no_description_sends_none(self, platform, door, medium, pictures, order):
        platform.answers("POST", "100/photos", {"id": "501"})
        platform.answers("POST", "100/feed", {"id": "100_7"})
        facebook.stage(door, facebook.render(Variant("T", TEXT, "", (medium(alt=""),))), pictures, order, None)
        assert platform.sent[0].form == {"published": "false"}

    def test_a_resumed_stage_uploads_nothing_twice_and_keeps_the_order(
        self, platform, access, medium, pictures, order, now
    ):
        post = facebook.render(Variant("Titel", TEXT, LINK, (medium("a"), medium("b"), medium("c"))))
        for photo in ("501", "502", "503"):
            platform.answers("POST", "100/photos", {"id": photo})
        platform.answers("POST", "100/feed", {"id": "100_7"})
        data, steps = None, 0
        while True:
            at = now + timedelta(seconds=steps)
            answer = facebook.stage(access(at, **PAGE), post, pictures, order, data)
            if isinstance(answer, Staged):
                break
            assert isinstance(answer, NotYet)
            assert answer.ask_at == at
            data, steps = json.loads(json.dumps(answer.data)), steps + 1
        assert steps == 2
        assert pictures.read_so_far == ["a" * 64, "b" * 64, "c" * 64]
        assert json.loads(platform.sent[-1].form["attached_media"]) == [
            {"media_fbid": "501"},
            {"media_fbid": "502"},
            {"media_fbid": "503"},
        ]
        assert answer.expires_at == now + timedelta(hours=24)

    def test_direct_uploads_the_pictures_and_makes_no_post(self, platform, access, medium, pictures, order):
        platform.answers("POST", "100/photos", {"id": "501"})
        post = facebook.render(Variant("Titel", TEXT, LINK, (medium(),)))
        staged = facebook.stage(access(release="direct", **PAGE), post, pictures, order, None)
        assert staged.data["release"] == "direct"
        assert "draft" not in staged.data
        assert platform.lines == ["POST /v25.0/100/photos"]

    def test_the_way_of_releasing_does_not_change_halfway(self, platform, access, medium, pictures, order, now):
        data = {"release": "direct", "started": now.isoformat(), "photos": ["501"]}
        post = facebook.render(Variant("Titel", TEXT, LINK, (medium(),)))
        assert "draft" not in facebook.stage(access(**PAGE), post, pictures, order, data).data
        assert platform.lines == []

    def test_an_unknown_way_of_releasing_is_a_setting_to_mend(self, access, text_post, pictures, order):
        with pytest.raises(Unauthorised, match="draft oder direct"):
            facebook.stage(access(release="quick", **PAGE), text_post, pictures, order, None)

    def test_photos_that_expired_meanwhile_are_a_lost_stage(self, access, medium, pictures, order, now):
        data = {"release": "draft", "started": now.isoformat(), "photos": ["501"]}
        post = facebook.render(Variant("Titel", TEXT, LINK, (medium("a"), medium("b"))))
        with pytest.raises(StageLost):
            facebook.stage(access(now + timedelta(hours=24), **PAGE), post, pictures, order, data)

    def test_photos_that_facebook_lost_are_a_lost_stage(self, platform, door, medium, pictures, order, now):
        platform.refuses("POST", "100/feed", 100, 33)
        data = {"release": "draft", "started": now.isoformat(), "photos": ["501"]}
        with pytest.raises(StageLost):
            facebook.stage(door, facebook.render(Variant("T", TEXT, LINK, (medium(),))), pictures, order, data)

    def test_a_page_that_is_not_there_is_no_lost_stage(self, platform, door, text_post, pictures, order):
        platform.refuses("POST", "100/feed", 100, 33)
        with pytest.raises(Unauthorised):
            facebook.stage(door, text_post, pictures, order, None)

    @pytest.mark.parametrize(
        ("post", "code"),
        [
            (RemotePost("facebook", "reel", "Text", ""), "form"),
            (RemotePost("facebook", "feed", "  ", ""), "empty"),
        ],
    )
    def test_what_cannot_be_posted_is_refused_before_any_call(self, door, pictures, order, post, code):
        with pytest.raises(Rejected) as caught:
            facebook.stage(door, post, pictures, order, None)
        assert caught.value.code == code

    def test_too_many_pictures_and_foreign_formats_are_refused_before_any_call(self, door, medium, pictures, order):
        for media, words in (
            ((medium(),) * 11, "0 bis 10 Bilder"),
            ((medium(mime="image/webp"),), "Bild 1 .*image/webp"),
            ((medium(mime="video/mp4"), medium()), "Video nur allein"),
        ):
            with pytest.raises(Rejected, match=words):
                facebook.stage(door, RemotePost("facebook", "feed", TEXT, "", media), pictures, order, None)

    def test_direct_wants_a_text_to_be_found_by(self, access, medium, pictures, order):
        post = RemotePost("facebook", "feed", "", "", (medium(),))
        with pytest.raises(Rejected, match="Text ergänzen"):
            facebook.stage(access(release="direct", **PAGE), post, pictures, order, None)

    @pytest.mark.parametrize(
        ("answer", "kind"),
        [
            ({"status": 502, "body": "<html>"}, Unavailable),
            ({"status": 302, "body": ""}, Unavailable),
            ({"status": 200, "body": "{}"}, Unavailable),
        ],
    )
    def test_an_unclear_answer_may_be_repeated_because_a_draft_is_invisible(
        self, platform, door, text_post, pictures, order, answer, kind
    ):
        platform.answers("POST", "100/feed", **answer)
        with pytest.raises(kind):
            facebook.stage(door, text_post, pictures, order, None)

    @pytest.mark.parametrize(
        ("code", "subcode", "kind"),
        [(190, 463, Unauthorised), (80001, None, Throttled), (100, 1366046, Rejected), (506, None, Unavailable)],
    )
    def test_refusals_are_sorted(self, platform, door, text_post, pictures, order, code, subcode, kind):
        platform.refuses("POST", "100/feed", code, subcode)
        with pytest.raises(kind):
            facebook.stage(door, text_post, pictures, order, None)


class TestRelease:
    def test_the_draft_becomes_public_by_its_id(self, platform, door, text_post, draft, order, now):
        platform.answers("POST", "100_7", {"success": True})
        receipt = facebook.release(door, text_post, draft, order)
        (sent,) = platform.sent
        assert sent.form == {"is_published": "true"}
        assert receipt == Receipt("100_7", "https://www.facebook.com/100_7", now)

    def test_direct_creates_the_public_post(self, platform, door, text_post, direct, order):
        platform.answers("POST", "100/feed", {"id": "100_8"})
        assert facebook.release(door, text_post, direct, order).remote_id == "100_8"
        assert platform.sent[0].form == {"message": TEXT, "link": LINK, "published": "true"}

    def test_direct_attaches_the_staged_pictures(self, platform, door, direct, medium, order):
        platform.answers("POST", "100/feed", {"id": "100_8"})
        post = facebook.render(Variant("T", TEXT, LINK, (medium(),)))
        facebook.release(door, post, {**direct, "photos": ["501"]}, order)
        assert platform.sent[0].form["attached_media"] == '[{"media_fbid":"501"}]'
        assert "link" not in platform.sent[0].form

    @pytest.mark.parametrize(
        "answer",
        [
            {"status": 502, "body": "<html>"},
            {"status": 500, "json": {"error": {"message": "x", "code": 2, "is_transient": True}}},
            {"status": 302, "body": ""},
            {"status": 200, "body": ""},
            {"status": 200, "json": {"success": False}},
            {"status": 400, "json": {"error": {"message": "gone", "code": 100, "error_subcode": 33}}},
            {"status": 400, "json": {"error": {"message": "Duplicate status message", "code": 506}}},
        ],
    )
    def test_what_is_no_white_listed_no_may_be_public(self, platform, door, text_post, draft, order, answer):
        platform.answers("POST", "100_7", **answer)
        with pytest.raises(OutcomeUnknown):
            facebook.release(door, text_post, draft, order)

    def test_a_direct_answer_without_id_may_be_public(self, platform, door, text_post, direct, order):
        platform.answers("POST", "100/feed", {})
        with pytest.raises(OutcomeUnknown):
            facebook.release(door, text_post, direct, order)

    def test_a_revoked_token_is_a_no(self, platform, door, text_post, draft, order):
        platform.refuses("POST", "100_7", 190, 463)
        with pytest.raises(Unauthorised) as caught:
            facebook.release(door, text_post, draft, order)
        assert (caught.value.code, caught.value.scope, caught.value.who) == ("190/463", "account", "operator")

    def test_a_throttle_is_a_no_until_the_header_says(self, platform, door, text_post, draft, order, now):
        use = '{"100":[{"type":"pages","estimated_time_to_regain_access":7}]}'
        platform.refuses("POST", "100_7", 80001, headers={"X-Business-Use-Case-Usage": use})
        with pytest.raises(Throttled) as caught:
            facebook.release(door, text_post, draft, order)
        assert caught.value.until == now + timedelta(minutes=7)

    def test_an_answer_lost_after_sending_is_unknown(self, access, rude, text_post, draft, order):
        rude.hangs_up()
        with pytest.raises(OutcomeUnknown):
            facebook.release(access(graph=rude.url, **PAGE), text_post, draft, order)
        assert rude.received == ["POST /v25.0/100_7"]

    def test_a_refused_connection_is_unavailable(self, access, text_post, draft, order):
        with pytest.raises(Unavailable):
            facebook.release(access(graph="http://127.0.0.1:1", **PAGE), text_post, draft, order)


class TestFind:
    def test_the_draft_itself_is_asked_first(self, platform, door, text_post, draft, order, now):
        platform.answers(
            "GET",
            "100_7",
            {"is_published": True, "permalink_url": "https://fb.example/7", "created_time": "2026-11-23T09:00:07+0000"},
        )
        found = facebook.find(door, text_post, draft, order, now, [])
        assert found == Found(Receipt("100_7", "https://fb.example/7", now + timedelta(seconds=7)))
        assert platform.sent[0].query == {"fields": READ}

    def test_a_draft_older_than_the_release_was_not_public_earlier(self, platform, door, text_post, draft, order, now):
        platform.answers("GET", "100_7", {"is_published": True, "created_time": "2026-11-23T07:00:00+0000"})
        assert facebook.find(door, text_post, draft, order, now, []).receipt.at == now

    def test_an_unpublished_draft_is_absence_with_a_good_stage(self, platform, door, text_post, draft, order, now):
        platform.answers("GET", "100_7", {"is_published": False})
        assert facebook.find(door, text_post, draft, order, now, []) == Absent(stage_usable=True)

    @pytest.mark.parametrize("answer", [{"json": {"id": "100_7"}}, {"body": "<html>", "status": 502}])
    def test_a_look_that_shows_nothing_is_no_absence(self, platform, door, text_post, draft, order, now, answer):
        platform.answers("GET", "100_7", **answer)
        with pytest.raises(Unavailable):
            facebook.find(door, text_post, draft, order, now, [])

    def test_a_draft_that_is_gone_is_looked_for_among_the_published(self, platform, door, text_post, draft, order, now):
        platform.refuses("GET", "100_7", 100, 33)
        platform.answers("GET", "100/published_posts", {"data": [listed("100_7", message="von Hand geändert")]})
        assert facebook.find(door, text_post, draft, order, now, ["100_7"]).receipt.remote_id == "100_7"
        since = now - timedelta(hours=2, minutes=2)
        assert platform.sent[1].query == {"fields": LISTED, "limit": "100", "since": str(int(since.timestamp()))}

    def test_a_draft_that_is_gone_and_not_published_is_a_lost_stage(self, platform, door, text_post, draft, order, now):
        platform.refuses("GET", "100_7", 100, 33)
        platform.answers("GET", "100/published_posts", {"data": []})
        assert facebook.find(door, text_post, draft, order, now, []) == Absent(stage_usable=False)

    @pytest.mark.parametrize(
        ("remote", "ours"),
        [
            (listed(), True),
            (listed(message=f" {TEXT.replace(chr(10), chr(13) + chr(10))} "), True),
            (listed(message=TEXT + " Nachtrag"), False),
            (listed(message=None), False),
            (listed("100_3"), False),
            (listed(created="2026-11-23T08:57:59+0000"), False),
            (listed(created="2026-11-23T08:58:01+0000"), True),
            (listed(created="unbekannt"), False),
            (listed(message="ganz anders", attachments={"data": [{"unshimmed_url": LINK}]}), True),
            (listed(message="ganz anders", attachments={"data": [{"url": LINK + "/"}]}), True),
            (listed(message=f"ganz anders {LINK}"), True),
            (listed(attachments={"data": [{"unshimmed_url": "https://kjc.example/s/other"}]}), False),
            (listed(message=f"ganz anders {LINK}9"), False),
        ],
    )
    def test_direct_recognises_only_its_own_post(self, platform, door, text_post, direct, order, now, remote, ours):
        platform.answers("GET", "100/published_posts", {"data": [remote]})
        answer = facebook.find(door, text_post, direct, order, now, ["100_3"])
        assert isinstance(answer, Found if ours else Absent)

    def test_a_text_without_own_link_is_found_by_its_words_alone(self, platform, door, direct, order, now):
        post = facebook.render(Variant("T", TEXT, "https://kjc.example/beitrag"))
        card = {"data": [{"unshimmed_url": "https://kjc.example/weitergeleitet"}]}
        platform.answers("GET", "100/published_posts", {"data": [listed(attachments=card)]})
        assert isinstance(facebook.find(door, post, direct, order, now, []), Found)

    def test_direct_with_pictures_that_expired_must_be_staged_again(self, platform, access, direct, medium, order, now):
        platform.answers("GET", "100/published_posts", {"data": []})
        platform.answers("GET", "100/published_posts", {"data": []})
        post = facebook.render(Variant("T", TEXT, LINK, (medium(),)))
        stage = {**direct, "photos": ["501"]}
        assert facebook.find(access(**PAGE), post, stage, order, now, []) == Absent(stage_usable=True)
        late = access(now + timedelta(hours=22), **PAGE)
        assert facebook.find(late, post, stage, order, now, []) == Absent(stage_usable=False)

    def test_a_post_on_the_second_page_is_found(self, platform, door, text_post, direct, order, now):
        more = {"cursors": {"after": "C1"}, "next": "https://graph.facebook.com/more"}
        platform.answers("GET", "100/published_posts", {"data": [listed("100_1", message="andere")], "paging": more})
        platform.answers("GET", "100/published_posts", {"data": [listed("100_9")]})
        assert facebook.find(door, text_post, direct, order, now, []).receipt.remote_id == "100_9"

    def test_a_look_with_a_dead_token_says_so(self, platform, door, text_post, draft, order, now):
        platform.refuses("GET", "100_7", 190, 460)
        with pytest.raises(Unauthorised):
            facebook.find(door, text_post, draft, order, now, [])


class TestUnstage:
    def test_draft_and_pictures_are_removed_and_what_is_gone_is_fine(self, platform, door, draft):
        platform.answers("GET", "100_7", {"is_published": False})
        platform.answers("DELETE", "100_7", {"success": True})
        platform.refuses("DELETE", "501", 100, 33)
        platform.answers("DELETE", "502", {"success": True})
        facebook.unstage(door, {**draft, "photos": ["501", "502"]})
        assert platform.lines[1:] == ["DELETE /v25.0/100_7", "DELETE /v25.0/501", "DELETE /v25.0/502"]

    def test_half_a_stage_can_be_removed_too(self, platform, door):
        platform.answers("DELETE", "501", {"success": True})
        facebook.unstage(door, {"photos": ["501"]})
        facebook.unstage(door, {})

    def test_a_draft_that_is_public_is_never_deleted_on_the_quiet(self, platform, door, draft):
        platform.answers("GET", "100_7", {"is_published": True})
        with pytest.raises(Rejected, match="schon öffentlich"):
            facebook.unstage(door, draft)
        assert platform.lines == ["GET /v25.0/100_7"]

    def test_trouble_is_told(self, platform, door):
        platform.answers("DELETE", "501", status=502, body="<html>")
        with pytest.raises(Unavailable):
            facebook.unstage(door, {"photos": ["501"]})


class TestRetract:
    RECEIPT = Receipt("100_7", "https://fb.example/7", None)

    def test_the_post_is_deleted(self, platform, door):
        platform.answers("DELETE", "100_7", {"success": True})
        assert facebook.retract(door, self.RECEIPT) == Retracted("success")

    def test_a_post_that_is_gone_counts_as_taken_down(self, platform, door):
        platform.refuses("DELETE", "100_7", 100, 33)
        platform.refuses("GET", "100_7", 100, 33)
        assert isinstance(facebook.retract(door, self.RECEIPT), Retracted)

    def test_a_post_that_is_still_there_is_a_task_for_a_person(self, platform, door):
        platform.refuses("DELETE", "100_7", 100, 33)
        platform.answers("GET", "100_7", {"is_published": True})
        answer = facebook.retract(door, self.RECEIPT)
        assert isinstance(answer, ByHand)
        assert answer.url == "https://fb.example/7"

    @pytest.mark.parametrize("code", [10, 100, 200])
    def test_a_refused_deletion_is_a_task_for_a_person(self, platform, door, code):
        platform.refuses("DELETE", "100_7", code, status=403)
        answer = facebook.retract(door, Receipt("100_7", "", None))
        assert answer.url == "https://www.facebook.com/100_7"
        assert "löschen" in answer.task

    @pytest.mark.parametrize(("code", "kind"), [(190, Unauthorised), (2, Unavailable), (80001, Throttled)])
    def test_trouble_is_told(self, platform, door, code, kind):
        platform.refuses("DELETE", "100_7", code)
        with pytest.raises(kind):
            facebook.retract(door, self.RECEIPT)


class TestWhoami:
    def test_the_page_says_who_it_is(self, platform, access):
        platform.answers("GET", "100", {"id": "100", "name": "KJC Fulda", "link": "https://www.facebook.com/kjcfulda"})
        identity = facebook.whoami(access(app_secret="SECRET", **PAGE))
        assert (identity.remote_id, identity.name, identity.url) == (
            "100",
            "KJC Fulda",
            "https://www.facebook.com/kjcfulda",
        )
        assert platform.sent[0].query["fields"] == "id,name,link"

    def test_a_wrong_id_is_a_setting_to_mend(self, platform, door):
        platform.refuses("GET", "100", 803)
        with pytest.raises(Unauthorised, match="ID in den Einstellungen"):
            facebook.whoami(door)
