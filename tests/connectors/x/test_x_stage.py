"""What X's posts look like before they are sent, and how their pictures are staged."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import responses

from connectors.base import Access, Medium, NotYet, Order, Rejected, RemotePost, Staged, Unavailable, Variant

API = "https://api.x.com"
UPLOAD = f"{API}/2/media/upload"
METADATA = f"{API}/2/media/metadata"


def uploaded(media_id: str, **more: Any) -> dict[str, Any]:
    return {"data": {"id": media_id, "media_key": f"3_{media_id}", "expires_after_secs": 86400} | more}


def test_the_link_becomes_the_last_line(x: Any) -> None:
    rendered = x.render(Variant(title="T", text="Komm vorbei. ", link="https://kjc.de/s/Ab12"))
    assert rendered.text == "Komm vorbei.\nhttps://kjc.de/s/Ab12"
    assert rendered.link == "https://kjc.de/s/Ab12"


def test_a_link_that_stands_in_the_text_is_not_repeated(x: Any) -> None:
    text = "Mehr (https://kjc.de/s/Ab12) und Schluss."
    assert x.render(Variant(title="T", text=text, link="https://kjc.de/s/Ab12")).text == text


def test_a_longer_address_does_not_hide_the_link(x: Any) -> None:
    rendered = x.render(Variant(title="T", text="https://kjc.de/s/Ab123", link="https://kjc.de/s/Ab12"))
    assert rendered.text == "https://kjc.de/s/Ab123\nhttps://kjc.de/s/Ab12"


def test_without_a_link_the_text_stays_alone(x: Any) -> None:
    assert x.render(Variant(title="T", text="Nur Text.", link="")).text == "Nur Text."


def test_a_link_alone_is_a_text(x: Any) -> None:
    assert x.render(Variant(title="T", text="", link="https://kjc.de/s/Ab12")).text == "https://kjc.de/s/Ab12"


def test_a_text_needs_no_call_to_be_staged(
    x: Any, access: Access, post: Callable[..., RemotePost], media: Any, order: Order
) -> None:
    assert x.stage(access, post(), media, order, None) == Staged(data={}, expires_at=None)


def test_a_picture_is_uploaded_with_its_description_in_the_metadata_wrapper(
    x: Any,
    access: Access,
    post: Callable[..., RemotePost],
    picture: Callable[..., Medium],
    media: Any,
    order: Order,
    wire: responses.RequestsMock,
) -> None:
    wire.post(UPLOAD, json=uploaded("77"))
    wire.post(METADATA, json={"data": {"id": "77"}})
    staged = x.stage(access, post("Text", "", picture("aa", "Zwei Azubis")), media, order, None)
    assert staged == Staged(data={"media_ids": ["77"]}, expires_at=access.now + timedelta(hours=24))
    upload, metadata = (call.request for call in wire.calls)
    assert b'name="media_category"\r\n\r\ntweet_image' in upload.body
    assert b"bytes of aa" in upload.body
    assert b"image/jpeg" in upload.body
    assert json.loads(metadata.body) == {"id": "77", "metadata": {"alt_text": {"text": "Zwei Azubis"}}}


def test_a_decorative_picture_gets_no_description(
    x: Any,
    access: Access,
    post: Callable[..., RemotePost],
    picture: Callable[..., Medium],
    media: Any,
    order: Order,
    wire: responses.RequestsMock,
) -> None:
    wire.post(UPLOAD, json=uploaded("77", expires_after_secs=3600))
    staged = x.stage(access, post("Text", "", picture(alt="")), media, order, None)
    assert len(wire.calls) == 1
    assert staged.expires_at == access.now + timedelta(hours=1)


def test_staging_goes_on_where_it_stopped_and_uploads_nothing_twice(
    x: Any,
    access: Access,
    post: Callable[..., RemotePost],
    picture: Callable[..., Medium],
    media: Any,
    order: Order,
    wire: responses.RequestsMock,
) -> None:
    document = post("Text", "", picture("aa", ""), picture("bb", ""), picture("cc", ""))
    wire.post(UPLOAD, json=uploaded("1"))
    wire.post(UPLOAD, status=503, body="<html>")
    wire.post(UPLOAD, json=uploaded("2", expires_after_secs=7200))
    wire.post(UPLOAD, json=uploaded("3"))
    first = x.stage(access, document, media, order, None)
    assert isinstance(first, NotYet)
    assert first.ask_at == access.now
    kept = json.loads(json.dumps(first.data))
    with pytest.raises(Unavailable):
        x.stage(access, document, media, order, kept)
    second = x.stage(access, document, media, order, kept)
    staged = x.stage(access, document, media, order, json.loads(json.dumps(second.data)))
    assert staged == Staged(data={"media_ids": ["1", "2", "3"]}, expires_at=access.now + timedelta(hours=2))
    sent = [call.request.body for call in wire.calls]
    assert [b"bytes of aa" in body for body in sent] == [True, False, False, False]


def test_uploads_that_have_expired_meanwhile_are_made_anew(
    x: Any,
    access: Access,
    post: Callable[..., RemotePost],
    picture: Callable[..., Medium],
    media: Any,
    order: Order,
    wire: responses.RequestsMock,
) -> None:
    wire.post(UPLOAD, json=uploaded("9"))
    stale = {"media": [{"id": "1", "expires_at": access.now.isoformat()}]}
    staged = x.stage(access, post("Text", "", picture("aa", "")), media, order, stale)
    assert staged.data == {"media_ids": ["9"]}


def test_an_upload_without_an_id_is_unavailable(
    x: Any,
    access: Access,
    post: Callable[..., RemotePost],
    picture: Callable[..., Medium],
    media: Any,
    order: Order,
    wire: responses.RequestsMock,
) -> None:
    wire.post(UPLOAD, json={"data": {}})
    with pytest.raises(Unavailable):
        x.stage(access, post("Text", "", picture()), media, order, None)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"form": "story"}, "form"),
        ({"text": "  "}, "empty"),
        ({"text": "x" * 281}, "text"),
        ({"media": 5}, "pictures"),
        ({"media": "image/gif"}, "picture"),
    ],
)
def test_what_x_would_refuse_when_due_is_refused_while_staging(
    x: Any,
    access: Access,
    post: Callable[..., RemotePost],
    picture: Callable[..., Medium],
    media: Any,
    order: Order,
    change: dict[str, Any],
    code: str,
) -> None:
    if change.get("media") == 5:
        change = {"media": (picture(),) * 5}
    elif "media" in change:
        change = {"media": (dataclasses.replace(picture(), mime=change["media"]),)}
    with pytest.raises(Rejected) as caught:
        x.stage(access, dataclasses.replace(post(), **change), media, order, None)
    assert caught.value.code == code
