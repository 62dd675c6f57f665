"""Both channels against the sandbox, whose rules were written by other hands from the same documents."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import requests
from PIL import Image

from connectors.base import Access, Found, Medium, OutcomeUnknown, Retracted, Staged, Variant
from connectors.facebook import connector as facebook
from connectors.instagram import connector as instagram
from connectors.sandbox.clock import Clock
from connectors.sandbox.server import build, running

ACCOUNTS = [
    {"channel": "facebook", "id": "100", "name": "KJC Fulda", "token": "PT", "app_secret": "S"},
    {"channel": "instagram", "id": "178", "name": "KJC Fulda", "token": "IT", "user_token": "UT", "app_secret": "S"},
]
FIELDS = {
    "page_id": "100",
    "page_token": "PT",
    "ig_user_id": "178",
    "token": "IT",
    "user_token": "UT",
    "app_secret": "S",
}
LINK = "https://kjc.example/s/7h3Kq2"


class World:
    """A sandbox and the account's way to it, on one clock."""

    def __init__(self, base, clock, session, media):
        self.base, self.clock, self.session, self.media = base, clock, session, media

    def access(self, **fields):
        urls = {"graph": f"{self.base}/graph.facebook.com"}
        return Access("kjc", {**FIELDS, **fields}, urls, self.session, self.clock.now())

    def told(self, path, document=None):
        answer = requests.request("GET" if document is None else "POST", self.base + path, json=document, timeout=5)
        answer.raise_for_status()
        return answer.json()

    def stages(self, channel, post, order, **fields):
        data = None
        for _ in range(12):
            answer = channel.stage(self.access(**fields), post, self.media, order, data)
            if isinstance(answer, Staged):
                return answer.data
            data = answer.data
            self.clock.advance(max(answer.ask_at - self.clock.now(), timedelta()))
        raise AssertionError("never staged")


class Hosted:
    """One picture, served to whoever asks."""

    def __init__(self, rude):
        picture = io.BytesIO()
        Image.new("RGB", (1080, 1080), "#1f4e79").save(picture, "JPEG")
        self.bytes, self.base = picture.getvalue(), rude.url
        rude.answer = (200, "image/jpeg", self.bytes)

    def read(self, sha256):
        return self.bytes

    def url(self, sha256):
        return f"{self.base}/{sha256}.jpg"


@pytest.fixture
def world(session, rude, now):
    clock = Clock()
    clock.set(now)
    with running(build(clock=clock)) as base:
        world = World(base, clock, session, Hosted(rude))
        world.told("/_accounts", ACCOUNTS)
        world.told("/_options", {"graph_require_proof": True})
        yield world


def variant(pictures):
    media = tuple(Medium(str(n) * 64, "image/jpeg", 1080, 1080, 9000, f"Bild {n}") for n in range(pictures))
    return Variant("Titel", "Dein Weg\n\n#KJCHessen", LINK, media)


@pytest.mark.parametrize("pictures", [0, 1, 3])
@pytest.mark.parametrize("way", ["draft", "direct"])
def test_facebook_posts_once_exactly_what_was_rendered(world, order, pictures, way):
    post = facebook.render(variant(pictures))
    stage = world.stages(facebook, post, order, release=way)
    assert world.told("/_ledger") == []
    since = world.clock.now()
    receipt = facebook.release(world.access(), post, stage, order)
    (row,) = world.told("/_ledger")
    assert (row["id"], row["text"]) == (receipt.remote_id, post.text)
    assert [medium["alt"] for medium in row["media"]] == [medium.alt for medium in post.media]
    assert facebook.find(world.access(), post, stage, order, since, []).receipt.remote_id == receipt.remote_id
    assert isinstance(facebook.retract(world.access(), receipt), Retracted)
    assert isinstance(facebook.retract(world.access(), receipt), Retracted)


@pytest.mark.parametrize("pictures", [1, 3])
def test_instagram_posts_once_exactly_what_was_rendered(world, order, pictures):
    post = instagram.render(variant(pictures))
    stage = world.stages(instagram, post, order)
    assert world.told("/_ledger") == []
    since = world.clock.now()
    receipt = instagram.release(world.access(), post, stage, order)
    (row,) = world.told("/_ledger")
    assert (row["id"], row["text"]) == (receipt.remote_id, post.text)
    assert [medium["alt"] for medium in row["media"]] == [medium.alt for medium in post.media]
    assert receipt.url.endswith(receipt.remote_id)
    assert instagram.find(world.access(), post, stage, order, since, []).receipt.remote_id == receipt.remote_id
    assert isinstance(instagram.retract(world.access(), receipt), Retracted)
    assert isinstance(instagram.retract(world.access(), receipt), Retracted)


@pytest.mark.parametrize("fault", ["lost_after_commit", "error_after_commit"])
@pytest.mark.parametrize(("channel", "way"), [(facebook, "draft"), (facebook, "direct"), (instagram, "draft")])
def test_a_release_with_a_false_answer_is_found_and_not_repeated(world, order, channel, way, fault):
    post = channel.render(variant(1))
    stage = world.stages(channel, post, order, release=way)
    world.told("/_faults", {"fault": fault, "method": "POST", "channel": channel.channel})
    since = world.clock.now()
    with pytest.raises(OutcomeUnknown):
        channel.release(world.access(), post, stage, order)
    world.clock.advance(channel.timing.settle[0])
    found = channel.find(world.access(), post, stage, order, since, [])
    assert isinstance(found, Found)
    assert [row["id"] for row in world.told("/_ledger")] == [found.receipt.remote_id]


@pytest.mark.parametrize("channel", [facebook, instagram])
def test_a_release_that_never_arrived_is_absent_and_can_be_repeated(world, order, channel):
    post = channel.render(variant(1))
    stage = world.stages(channel, post, order)
    world.told("/_faults", {"fault": "lost", "method": "POST", "channel": channel.channel})
    since = world.clock.now()
    with pytest.raises(OutcomeUnknown):
        channel.release(world.access(), post, stage, order)
    world.clock.advance(channel.timing.settle[0])
    assert channel.find(world.access(), post, stage, order, since, []).stage_usable is True
    channel.release(world.access(), post, stage, order)
    assert len(world.told("/_ledger")) == 1


def test_an_unused_draft_leaves_nothing_behind(world, order):
    stage = world.stages(facebook, facebook.render(variant(3)), order)
    facebook.unstage(world.access(), stage)
    facebook.unstage(world.access(), stage)
    assert [row for row in world.told("/_ledger?all=1") if not row.get("deleted")] == []


@pytest.mark.parametrize("channel", [facebook, instagram])
def test_whoami_names_the_account(world, channel):
    assert channel.whoami(world.access()).remote_id == ("100" if channel is facebook else "178")


@pytest.mark.parametrize("channel", [facebook, instagram])
def test_whoami_tells_what_is_granted_and_when_it_ends(world, channel):
    for account in ACCOUNTS:
        world.told("/_accounts", {**account, "app_id": "5", "lacks": "pages_read_engagement", "ends": "1800000000"})

    identity = channel.whoami(world.access(app_id="5"))

    assert [lack.partition("(")[2] for lack in identity.lacks] == ["pages_read_engagement)"]
    assert identity.expires_at.timestamp() == 1_800_000_000
    assert "pages_manage_posts" in identity.granted
