"""The channel X from end to end against the pretended platform, which verifies signatures and keeps a ledger."""

from __future__ import annotations

import dataclasses
import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import requests
from PIL import Image

from connectors.base import (
    Absent,
    Access,
    Found,
    Medium,
    NotYet,
    Order,
    OutcomeUnknown,
    RemotePost,
    Retracted,
    Staged,
    Throttled,
    Unauthorised,
    Variant,
)
from connectors.sandbox.server import build, running

LINK = "https://kjc.de/s/Ab12"


@pytest.fixture
def sandbox(access: Access) -> Iterator[str]:
    with running(build()) as base:
        account = {"channel": "x", "id": "12", "name": "KJC Fulda", "username": "kjcfulda", **access.fields}
        requests.post(f"{base}/_accounts", json=[account], timeout=5).raise_for_status()
        requests.post(f"{base}/_clock", json={"now": access.now.isoformat()}, timeout=5).raise_for_status()
        yield base


@pytest.fixture
def there(access: Access, sandbox: str) -> Access:
    return dataclasses.replace(access, urls={"api": f"{sandbox}/api.x.com"})


@pytest.fixture
def breaks(sandbox: str) -> Callable[..., None]:
    def arm(fault: str, **more: Any) -> None:
        requests.post(f"{sandbox}/_faults", json={"fault": fault, "channel": "x", **more}, timeout=5).raise_for_status()

    return arm


@pytest.fixture
def public(sandbox: str) -> Callable[[], list[dict[str, Any]]]:
    """What stands in the ledger and is not deleted."""

    def read() -> list[dict[str, Any]]:
        ledger = requests.get(f"{sandbox}/_ledger", timeout=5).json()
        posts = ledger["posts"] if isinstance(ledger, dict) else ledger
        return [post for post in posts if not post["deleted"]]

    return read


class Pictures:
    """Real pictures by content."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def add(self, colour: str, alt: str) -> Medium:
        made = io.BytesIO()
        Image.new("RGB", (320, 180), colour).save(made, "JPEG")
        content = made.getvalue()
        sha256 = hashlib.sha256(content).hexdigest()
        self.files[sha256] = content
        return Medium(sha256, "image/jpeg", 320, 180, len(content), alt)

    def read(self, sha256: str) -> bytes:
        return self.files[sha256]

    def url(self, sha256: str) -> str:
        raise AssertionError("X takes bytes, not addresses")


@pytest.fixture
def pictures() -> Pictures:
    return Pictures()


@pytest.fixture
def document(x: Any, pictures: Pictures) -> RemotePost:
    media = (pictures.add("teal", "Zwei Azubis"), pictures.add("navy", ""))
    return x.render(Variant("Titel", "Geld & Wohnen: so geht’s <3 #KJC", LINK, media))


def prepared(x: Any, access: Access, post: RemotePost, pictures: Pictures, order: Order) -> dict[str, Any]:
    result: Staged | NotYet = x.stage(access, post, pictures, order, None)
    while isinstance(result, NotYet):
        result = x.stage(access, post, pictures, order, result.data)
    return dict(result.data)


def test_what_was_rendered_is_what_the_platform_shows(
    x: Any, there: Access, document: RemotePost, pictures: Pictures, order: Order, public: Callable[[], list[Any]]
) -> None:
    assert x.whoami(there).remote_id == "12"
    receipt = x.release(there, document, prepared(x, there, document, pictures, order), order)
    (shown,) = public()
    assert (shown["id"], shown["text"], shown["link"]) == (receipt.remote_id, document.text, LINK)
    assert [(medium["sha256"], medium["alt"]) for medium in shown["media"]] == [
        (medium.sha256, medium.alt) for medium in document.media
    ]


def test_nothing_is_public_before_the_release(
    x: Any, there: Access, document: RemotePost, pictures: Pictures, order: Order, public: Callable[[], list[Any]]
) -> None:
    prepared(x, there, document, pictures, order)
    assert public() == []


@pytest.mark.parametrize("fault", ["lost_after_commit", "error_after_commit"])
def test_a_post_whose_answer_was_lost_is_found_once(
    x: Any,
    there: Access,
    document: RemotePost,
    pictures: Pictures,
    order: Order,
    now: datetime,
    breaks: Callable[..., None],
    public: Callable[[], list[Any]],
    fault: str,
) -> None:
    stage = prepared(x, there, document, pictures, order)
    breaks(fault)
    with pytest.raises(OutcomeUnknown):
        x.release(there, document, stage, order)
    found = x.find(there, document, stage, order, now, ())
    assert isinstance(found, Found)
    assert [post["id"] for post in public()] == [found.receipt.remote_id]
    assert x.find(there, document, stage, order, now, (found.receipt.remote_id,)) == Absent(stage_usable=True)


def test_a_post_that_never_arrived_is_absent_and_its_stage_still_good(
    x: Any,
    there: Access,
    document: RemotePost,
    pictures: Pictures,
    order: Order,
    now: datetime,
    breaks: Callable[..., None],
    public: Callable[[], list[Any]],
) -> None:
    stage = prepared(x, there, document, pictures, order)
    breaks("lost")
    with pytest.raises(OutcomeUnknown):
        x.release(there, document, stage, order)
    assert x.find(there, document, stage, order, now, ()) == Absent(stage_usable=True)
    x.release(there, document, stage, order)
    assert len(public()) == 1


def test_a_second_release_of_the_same_text_sends_us_to_look(
    x: Any, there: Access, post: Callable[..., RemotePost], order: Order, now: datetime
) -> None:
    document = post("Nur ein kurzer Text, siehe koeln.de.", "")
    receipt = x.release(there, document, {}, order)
    with pytest.raises(OutcomeUnknown):
        x.release(there, document, {}, order)
    assert x.find(there, document, {}, order, now, ()).receipt.remote_id == receipt.remote_id


def test_the_platforms_new_names_are_understood(
    x: Any, there: Access, post: Callable[..., RemotePost], order: Order, now: datetime, sandbox: str
) -> None:
    requests.post(f"{sandbox}/_options", json={"x_names": "post"}, timeout=5).raise_for_status()
    receipt = x.release(there, post(), {}, order)
    assert x.find(there, post(), {}, order, now, ()).receipt.remote_id == receipt.remote_id


def test_a_retracted_post_is_gone_and_may_be_retracted_again(
    x: Any, there: Access, post: Callable[..., RemotePost], order: Order, public: Callable[[], list[Any]]
) -> None:
    receipt = x.release(there, post(), {}, order)
    assert isinstance(x.retract(there, receipt), Retracted)
    assert public() == []
    assert isinstance(x.retract(there, receipt), Retracted)


def test_throttling_and_a_revoked_token_are_told_apart(
    x: Any, there: Access, post: Callable[..., RemotePost], order: Order, breaks: Callable[..., None]
) -> None:
    breaks("throttle")
    with pytest.raises(Throttled) as caught:
        x.release(there, post(), {}, order)
    assert caught.value.until > there.now
    breaks("revoke_token")
    with pytest.raises(Unauthorised):
        x.release(there, post(), {}, order)
