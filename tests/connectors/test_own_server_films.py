"""Films on Mastodon and Bluesky against the sandbox: handed over ahead of time, worked on, captioned, public once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests

from connectors._http import GuardedSession
from connectors._mastodon_instance import check, rules_of
from connectors.base import Medium, NotYet, OutcomeUnknown, Rejected, RemotePost, StageLost, Unauthorised, Variant
from connectors.bluesky import connector as bluesky
from connectors.mastodon import connector as mastodon
from connectors.sandbox.server import build, running
from tests.contract.life import LINK, Life
from tests.support.films import film

VTT = b"WEBVTT\n\n00:00:00.100 --> 00:00:01.900\nGr\xc3\xb6\xc3\x9fe\n"
Lives = Callable[[Any], Life]


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with running(build()) as base:
        yield base


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A film, its captions, and one that is no film at all, by name."""
    path = film(tmp_path_factory.mktemp("film") / "f.mp4", size=(320, 180), seconds=2.0)
    return {"film": path.read_bytes(), "captions": VTT, "broken": path.read_bytes()[:3000] + b"\0" * 3000}


class Files:
    """Where the connector reads from."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = {hashlib.sha256(data).hexdigest(): data for data in files.values()}

    def read(self, sha256: str) -> bytes:
        return self._files[sha256]

    def url(self, sha256: str) -> str:
        raise AssertionError("these networks fetch nothing")


@pytest.fixture
def live(base: str, clips: dict[str, bytes]) -> Iterator[Lives]:
    defaults = requests.get(f"{base}/_options", timeout=5).json()

    def life(connector: Any) -> Life:
        made = Life(connector, base, session)
        made.media = Files(clips)  # type: ignore[assignment]
        return made

    with GuardedSession() as session:
        yield life
    requests.post(f"{base}/_options", json=defaults, timeout=5).raise_for_status()
    requests.delete(f"{base}/_faults", timeout=5)


def post_of(connector: Any, clips: dict[str, bytes], which: str = "film", captions: str = "captions") -> RemotePost:
    data = clips[which]
    said = hashlib.sha256(clips[captions]).hexdigest() if captions else ""
    shown = Medium(hashlib.sha256(data).hexdigest(), "video/mp4", 320, 180, len(data), "Ein Hof", captions=said)
    rendered: RemotePost = connector.render(Variant("Film", "Ein Film", LINK, (shown,)))
    return rendered


def record_of(life: Life) -> dict[str, Any]:
    """Return the one record that the account has published."""
    [row] = life.ledger()
    repo, key = row["id"].removeprefix("at://").split("/")[::2]
    params = {"repo": repo, "collection": "app.bsky.feed.post", "rkey": key}
    answer = requests.get(f"{life._base}/bluesky/xrpc/com.atproto.repo.getRecord", params=params, timeout=5)
    found: dict[str, Any] = answer.json()["value"]
    return found


@pytest.mark.parametrize("connector", [bluesky, mastodon], ids=["bluesky", "mastodon"])
def test_a_film_is_ready_before_its_post_is_public(live: Lives, clips: dict[str, bytes], connector: Any) -> None:
    life = live(connector)
    post, order = post_of(connector, clips), life.order()

    answer = connector.stage(life.access, post, life.media, order, None)
    assert isinstance(answer, NotYet)
    assert answer.ask_at > life.now
    stage = life.staged(post, order, dict(answer.data)).data
    assert life.ledger() == []
    connector.release(life.access, post, stage, order)

    [row] = life.ledger()
    assert [(each["sha256"], each["mime"], each["alt"]) for each in row["media"]] == [
        (hashlib.sha256(clips["film"]).hexdigest(), "video/mp4", "Ein Hof")
    ]


def test_bluesky_gets_the_captions_beside_the_film(live: Lives, clips: dict[str, bytes], base: str) -> None:
    life = live(bluesky)
    life.released(post_of(bluesky, clips))
    embed = record_of(life)["embed"]
    assert embed["$type"] == "app.bsky.embed.video"
    assert embed["aspectRatio"] == {"width": 320, "height": 180}
    assert [caption["lang"] for caption in embed["captions"]] == ["de"]
    [row] = life.ledger()
    assert "Größe" in requests.get(f"{base}/captions/{row['id']}.vtt", timeout=5).content.decode()


def test_a_film_that_was_worked_on_before_is_taken_from_there(live: Lives, clips: dict[str, bytes]) -> None:
    life = live(bluesky)
    post = post_of(bluesky, clips)
    life.released(post, "k1")
    life.passes(minutes=5)
    answer = bluesky.stage(life.access, post, life.media, life.order("k2"), None)
    assert not isinstance(answer, NotYet), "the service answers 409 and hands the finished film over"


def test_the_services_token_is_good_for_the_accounts_own_server_only(
    live: Lives, clips: dict[str, bytes], base: str
) -> None:
    life = live(bluesky)
    life.staged(post_of(bluesky, clips), life.order())
    seen = requests.get(f"{base}/_requests?limit=100", timeout=5).json()
    [asked] = [each for each in seen if "getServiceAuth" in each["path"]]
    told = str(asked)
    assert "uploadVideo" in str(seen)
    assert "service-" not in told, "no token in an address"


def test_a_film_that_the_service_cannot_read_is_refused_with_what_to_do(live: Lives, clips: dict[str, bytes]) -> None:
    life = live(bluesky)
    with pytest.raises(Rejected, match=r"nicht verarbeiten.*neu exportieren"):
        life.staged(post_of(bluesky, clips, "broken"), life.order())


def test_a_job_that_the_service_has_forgotten_is_begun_anew(live: Lives, clips: dict[str, bytes]) -> None:
    life = live(bluesky)
    post, order = post_of(bluesky, clips), life.order()
    answer = bluesky.stage(life.access, post, life.media, order, None)
    assert isinstance(answer, NotYet)
    with pytest.raises(StageLost, match="noch einmal hochgeladen"):
        bluesky.stage(life.access, post, life.media, order, {**answer.data, "job": "vergessen"})


def test_a_job_that_takes_too_long_is_begun_anew(live: Lives, clips: dict[str, bytes], base: str) -> None:
    life = live(bluesky)
    requests.post(f"{base}/_options", json={"bluesky_processing_seconds": 86_400}, timeout=5).raise_for_status()
    post, order = post_of(bluesky, clips), life.order()
    answer = bluesky.stage(life.access, post, life.media, order, None)
    assert isinstance(answer, NotYet)
    life.passes(minutes=31)
    again = bluesky.stage(life.access, post, life.media, order, dict(answer.data))
    assert isinstance(again, NotYet)
    assert again.data["job"] != answer.data["job"]


def test_ones_own_server_may_take_the_film_itself(live: Lives, clips: dict[str, bytes], base: str) -> None:
    life = live(bluesky)
    life._fields["video"] = "server"
    life.released(post_of(bluesky, clips))
    assert record_of(life)["embed"]["$type"] == "app.bsky.embed.video"
    assert "uploadVideo" not in str(requests.get(f"{base}/_requests?limit=100", timeout=5).json())


def test_another_way_is_refused(live: Lives, clips: dict[str, bytes]) -> None:
    life = live(bluesky)
    life._fields["video"] = "post"
    with pytest.raises(Unauthorised, match="service oder server"):
        life.staged(post_of(bluesky, clips), life.order())


def test_captions_that_bluesky_does_not_take_are_said(live: Lives, clips: dict[str, bytes]) -> None:
    life = live(bluesky)
    long = {**clips, "captions": VTT + b"x" * 20_001}
    life.media = Files(long)  # type: ignore[assignment]
    with pytest.raises(Rejected, match="Untertitel sind für Bluesky zu lang"):
        life.staged(post_of(bluesky, long), life.order())


@pytest.mark.parametrize("connector", [bluesky, mastodon], ids=["bluesky", "mastodon"])
def test_an_answer_that_is_lost_publishes_the_film_once(live: Lives, clips: dict[str, bytes], connector: Any) -> None:
    life = live(connector)
    post, since = post_of(connector, clips), life.now
    stage, order = life.loses(post, "lost_after_commit")
    life.passes(minutes=2)
    assert life.finds(post, stage, order, since).receipt.remote_id == life.ledger()[0]["id"]
    assert len(life.ledger()) == 1


def test_an_upload_that_is_cut_off_is_never_unclear(live: Lives, clips: dict[str, bytes]) -> None:
    life = live(bluesky)
    life.suffers("lost_after_commit", match="uploadVideo")
    with pytest.raises(Exception) as trouble:
        life.staged(post_of(bluesky, clips), life.order())
    assert not isinstance(trouble.value, OutcomeUnknown)
    assert life.staged(post_of(bluesky, clips), life.order())


def test_a_card_never_swallows_a_film(clips: dict[str, bytes]) -> None:
    post = post_of(bluesky, clips)
    bare = replace(post.media[0], alt="")
    rendered = bluesky.render(Variant("Film", "Ein Film", LINK, (bare,)))
    assert "card" not in rendered.extra


def test_a_mastodon_servers_own_limits_for_films_are_kept(clips: dict[str, bytes]) -> None:
    post = post_of(mastodon, clips)

    def server(**media: Any) -> Any:
        return rules_of({"version": "4.5.0", "configuration": {"media_attachments": media}})

    check(post, server())
    for limits, says in (
        ({"video_size_limit": 1000}, "zu groß"),
        ({"video_matrix_limit": 1000}, "zu groß"),
        ({"supported_mime_types": ["image/jpeg"]}, "keine MP4-Videos"),
    ):
        with pytest.raises(Rejected, match=says):
            check(post, server(**limits))
    check(post, server(image_size_limit=10))


def test_a_film_is_no_longer_than_its_channel_takes() -> None:
    assert (bluesky.limits.videos.max_seconds, mastodon.limits.videos.max_seconds) == (180, 600)
    assert {"videos"} <= set(bluesky.limits.sources) & set(mastodon.limits.sources)
    assert bluesky.timing.stage_keeps is not None
    assert bluesky.timing.stage_lead < bluesky.timing.stage_keeps - timedelta(minutes=20)
