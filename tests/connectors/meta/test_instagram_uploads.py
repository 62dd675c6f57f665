"""Instagram's videos where no platform can fetch from us: sent in bytes, resumed, refused; pictures are told apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connectors._http import GuardedSession
from connectors.base import Medium, NotYet, Rejected, RemotePost, StageLost, Unavailable, Variant
from connectors.instagram import connector as instagram
from connectors.sandbox.server import build, running
from tests.contract.life import Life
from tests.support.films import film


class Hidden:
    """Files that nobody outside can fetch."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.reads = 0

    def read(self, sha256: str) -> bytes:
        self.reads += 1
        return self.data

    def url(self, sha256: str) -> str:
        return ""


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with running(build()) as base:
        yield base


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return film(tmp_path_factory.mktemp("film") / "f.mp4", size=(180, 320), seconds=3.5).read_bytes()


@pytest.fixture
def life(base: str, clip: bytes) -> Iterator[Life]:
    with GuardedSession() as session:
        made = Life(instagram, base, session)
        made.media = Hidden(clip)  # type: ignore[assignment]
        yield made
    requests.delete(f"{base}/_faults", timeout=5)


def post_of(data: bytes, form: str = "feed", mime: str = "video/mp4") -> RemotePost:
    shown = Medium(hashlib.sha256(data).hexdigest(), mime, 180, 320, len(data), "")
    rendered: RemotePost = instagram.render(Variant("Film", "Ein Film", "", (shown,), form))
    return rendered


def announced(life: Life, post: RemotePost) -> dict[str, Any]:
    """Make the container and come to where the bytes are next; return the progress."""
    answer = instagram.stage(life.access, post, life.media, life.order(), None)
    assert isinstance(answer, NotYet)
    answer = instagram.stage(life.access, post, life.media, life.order(), answer.data)
    assert isinstance(answer, NotYet)
    assert life.media.reads == 0  # type: ignore[attr-defined]
    return dict(answer.data)


def sends(life: Life, container: str, body: bytes, offset: int, size: int) -> requests.Response:
    url = f"{life.access.urls['rupload']}/ig-api-upload/v25.0/{container}"
    token = {"Authorization": f"OAuth {life.access.fields['token']}"}
    headers = {**token, "offset": str(offset), "file_size": str(size)}
    return requests.post(url, data=body, headers=headers, timeout=5)


@pytest.mark.parametrize("form", ["feed", "story"])
def test_a_video_is_sent_in_bytes_and_published_once(life: Life, clip: bytes, form: str) -> None:
    post = post_of(clip, form)
    _, _, receipt = life.released(post)
    [row] = life.ledger()
    assert (row["id"], row["text"]) == (receipt.remote_id, post.text)
    assert [each["sha256"] for each in row["media"]] == [hashlib.sha256(clip).hexdigest()]


def test_an_upload_that_broke_off_goes_on_where_it_stopped(life: Life, clip: bytes) -> None:
    post = post_of(clip)
    progress = announced(life, post)
    half = len(clip) // 2
    assert not sends(life, progress["container"], clip[:half], 0, len(clip)).ok

    life.staged(post, life.order(), progress)

    asked = requests.get(f"{life._base}/_requests?limit=50", timeout=5).json()
    assert len([each for each in asked if "ig-api-upload" in each["path"]]) == 2
    order = life.order()
    instagram.release(life.access, post, life.staged(post, order, progress).data, order)
    assert life.ledger()[0]["media"][0]["size"] == len(clip)


def test_a_lost_answer_to_the_upload_sends_nothing_twice(life: Life, clip: bytes) -> None:
    post = post_of(clip)
    progress = announced(life, post)
    life.suffers("lost_after_commit", match="ig-api-upload")
    with pytest.raises(Unavailable):
        instagram.stage(life.access, post, life.media, life.order(), progress)
    stage = life.staged(post, life.order(), progress).data
    instagram.release(life.access, post, stage, life.order())
    asked = requests.get(f"{life._base}/_requests?limit=50", timeout=5).json()
    assert len([each for each in asked if "ig-api-upload" in each["path"]]) == 1
    assert len(life.ledger()) == 1


def test_a_container_that_the_upload_spoilt_is_made_anew(life: Life, clip: bytes) -> None:
    post = post_of(clip)
    progress = announced(life, post)
    body = {"debug_info": {"retriable": False, "type": "ProcessingFailedError", "message": "x"}}
    life.suffers("error", match="ig-api-upload", status=400, body=body)
    with pytest.raises(StageLost):
        instagram.stage(life.access, post, life.media, life.order(), progress)
    life.released(post)
    assert len(life.ledger()) == 1


def test_what_is_no_video_is_refused_before_its_time(life: Life) -> None:
    life.media.data = b"\0" * 5000  # type: ignore[attr-defined]
    with pytest.raises(Rejected):
        life.staged(post_of(b"\0" * 5000), life.order())
    assert life.ledger() == []


def test_a_picture_needs_a_public_address_and_the_operator_is_told(life: Life, clip: bytes) -> None:
    with pytest.raises(Rejected, match="DISTRIBUTOR_PUBLIC_URL") as refused:
        instagram.stage(life.access, post_of(clip, mime="image/jpeg"), life.media, life.order(), None)
    assert (refused.value.who, refused.value.scope) == ("operator", "app")
