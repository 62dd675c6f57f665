"""What goes over the wire to X: signatures, bodies, one attempt each, and nothing into the logs."""

from __future__ import annotations

import dataclasses
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import responses
from oauthlib.oauth1.rfc5849 import signature

from connectors._http import GuardedSession
from connectors.base import (
    Access,
    Identity,
    Medium,
    Order,
    OutcomeUnknown,
    Receipt,
    RemotePost,
    Retracted,
    StageLost,
    Throttled,
    Unauthorised,
    Unavailable,
)

API = "https://api.x.com"
POSTS = f"{API}/2/tweets"
UPLOAD = f"{API}/2/media/upload"
METADATA = f"{API}/2/media/metadata"


def signed_by(request: requests.PreparedRequest, client_secret: str, token_secret: str) -> bool:
    """Verify the OAuth 1.0a signature the way the platform does."""
    header = request.headers["Authorization"]
    claimed = signature.collect_parameters(
        uri_query=urlsplit(request.url).query,
        headers={"Authorization": header.decode() if isinstance(header, bytes) else header},
        exclude_oauth_signature=False,
    )

    claim = SimpleNamespace(
        http_method=request.method,
        uri=request.url,
        params=[(name, value) for name, value in claimed if name != "oauth_signature"],
        signature=dict(claimed)["oauth_signature"],
    )
    return bool(signature.verify_hmac_sha1(claim, client_secret=client_secret, resource_owner_secret=token_secret))


@pytest.fixture
def silent_host() -> Iterator[str]:
    """A host that takes a whole request and hangs up without a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def take() -> None:
            peer, _ = server.accept()
            with peer:
                peer.settimeout(10)
                seen = b""
                while b"\r\n\r\n" not in seen:
                    seen += peer.recv(65536)
                head, _, body = seen.partition(b"\r\n\r\n")
                length = next(
                    (
                        int(line.split(b":")[1])
                        for line in head.split(b"\r\n")
                        if line.lower().startswith(b"content-len")
                    ),
                    0,
                )
                while len(body) < length:
                    body += peer.recv(65536)

        thread = threading.Thread(target=take)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)


@pytest.fixture
def closed_host() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def test_a_release_is_one_signed_call_with_text_and_pictures(
    x: Any, access: Access, post: Callable[..., RemotePost], order: Order, wire: responses.RequestsMock
) -> None:
    wire.post(POSTS, status=201, json={"data": {"id": "1990", "text": "…", "edit_history_post_ids": ["1990"]}})
    receipt = x.release(access, post("Grüße aus Fulda"), {"media_ids": ["7", "8"]}, order)
    assert receipt == Receipt("1990", "https://x.com/i/web/status/1990", access.now)
    (call,) = wire.calls
    assert json.loads(call.request.body) == {"text": "Grüße aus Fulda", "media": {"media_ids": ["7", "8"]}}
    assert signed_by(call.request, "CS-very-secret", "ATS-very-secret")
    assert not signed_by(call.request, "CS-very-secret", "another")


def test_a_text_alone_names_no_media(
    x: Any, access: Access, post: Callable[..., RemotePost], order: Order, wire: responses.RequestsMock
) -> None:
    wire.post(POSTS, status=201, json={"data": {"id": "1990"}})
    x.release(access, post("Nur Text", ""), {}, order)
    assert json.loads(wire.calls[0].request.body) == {"text": "Nur Text"}


def test_the_signature_carries_the_callers_time(
    x: Any, access: Access, post: Callable[..., RemotePost], order: Order, wire: responses.RequestsMock
) -> None:
    wire.post(POSTS, status=201, json={"data": {"id": "1990"}})
    later = dataclasses.replace(access, now=datetime(2031, 1, 1, tzinfo=UTC))
    x.release(later, post(), {}, order)
    header = wire.calls[0].request.headers["Authorization"]
    assert f'oauth_timestamp="{int(later.now.timestamp())}"' in str(header)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"status": 500, "body": "<html>"}, OutcomeUnknown),
        ({"status": 503, "body": "<html>"}, OutcomeUnknown),
        ({"status": 200, "body": "<html>ok"}, OutcomeUnknown),
        ({"status": 201, "body": "[]"}, OutcomeUnknown),
        ({"status": 201, "body": '{"data": {"id": ""}}'}, OutcomeUnknown),
        ({"status": 429, "body": "{}"}, Throttled),
        ({"status": 401, "body": ""}, Unauthorised),
        ({"status": 402, "body": ""}, Unauthorised),
    ],
)
def test_a_release_is_tried_once_whatever_the_answer(
    x: Any,
    access: Access,
    post: Callable[..., RemotePost],
    order: Order,
    wire: responses.RequestsMock,
    answer: dict[str, Any],
    kind: type[Exception],
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        # the wire's mock never reaches the socket, where a session notices that bytes left
        patched.setattr("connectors._x_account.not_answered", _as_if_sent)
        wire.post(POSTS, **answer)
        with pytest.raises(kind):
            x.release(access, post(), {}, order)
    assert len(wire.calls) == 1


def _as_if_sent(error: requests.RequestException, session: Any, *, label: str, changes: bool) -> Exception:
    assert changes
    return OutcomeUnknown(f"{label} hat nicht geantwortet.", detail=str(error))


def test_a_duplicate_refusal_sends_us_to_look(
    x: Any,
    access: Access,
    post: Callable[..., RemotePost],
    order: Order,
    wire: responses.RequestsMock,
    problem: Callable[..., dict[str, Any]],
) -> None:
    wire.post(POSTS, **problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content."))
    with pytest.raises(OutcomeUnknown) as caught:
        x.release(access, post(), {}, order)
    assert "duplicate content" in caught.value.detail


def test_lost_pictures_are_a_lost_stage(
    x: Any,
    access: Access,
    post: Callable[..., RemotePost],
    order: Order,
    wire: responses.RequestsMock,
    problem: Callable[..., dict[str, Any]],
) -> None:
    errors = [{"message": "Your media IDs are invalid.", "parameters": {"media.media_ids": ["7"]}}]
    wire.post(POSTS, **problem(400, "Invalid Request", errors=errors))
    with pytest.raises(StageLost):
        x.release(access, post(), {"media_ids": ["7"]}, order)


def test_an_answer_that_never_comes_leaves_the_outcome_unknown(
    x: Any, access: Access, post: Callable[..., RemotePost], order: Order, silent_host: str
) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        x.release(dataclasses.replace(access, urls={"api": silent_host}), post(), {}, order)
    assert caught.value.__cause__ is None


def test_an_upload_whose_answer_is_lost_may_be_repeated(
    x: Any,
    access: Access,
    post: Callable[..., RemotePost],
    picture: Callable[..., Medium],
    media: Any,
    order: Order,
    silent_host: str,
) -> None:
    with pytest.raises(Unavailable):
        x.stage(dataclasses.replace(access, urls={"api": silent_host}), post("T", "", picture()), media, order, None)


def test_a_refused_connection_is_surely_not_sent(
    x: Any, access: Access, post: Callable[..., RemotePost], order: Order, closed_host: str
) -> None:
    with pytest.raises(Unavailable):
        x.release(dataclasses.replace(access, urls={"api": closed_host}), post(), {}, order)


def test_keys_that_are_missing_are_named_before_anything_is_sent(
    x: Any, access: Access, post: Callable[..., RemotePost], order: Order, wire: responses.RequestsMock
) -> None:
    fields = {**access.fields, "access_token": ""}
    with pytest.raises(Unauthorised, match="Zugriffstoken"):
        x.release(dataclasses.replace(access, fields=fields), post(), {}, order)
    assert len(wire.calls) == 0


def test_whoami_names_the_account(x: Any, access: Access, wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/2/users/me", json={"data": {"id": "12", "name": "KJC Fulda", "username": "kjc_fulda"}})
    assert x.whoami(access) == Identity("12", "KJC Fulda", "https://x.com/kjc_fulda")
    assert signed_by(wire.calls[0].request, "CS-very-secret", "ATS-very-secret")


def test_unstaging_asks_nothing_of_x(x: Any, access: Access, wire: responses.RequestsMock) -> None:
    x.unstage(access, {"media_ids": ["1"]})
    assert len(wire.calls) == 0


def test_a_retracted_post_is_deleted_by_its_id(x: Any, access: Access, wire: responses.RequestsMock) -> None:
    wire.delete(f"{POSTS}/1990", json={"data": {"deleted": True}})
    assert x.retract(access, Receipt("1990", "", access.now)) == Retracted("deleted")


def test_a_post_that_is_gone_counts_as_retracted(
    x: Any, access: Access, wire: responses.RequestsMock, problem: Callable[..., dict[str, Any]]
) -> None:
    wire.delete(f"{POSTS}/1990", **problem(404, "Not Found Error"))
    assert isinstance(x.retract(access, Receipt("1990", "", access.now)), Retracted)


@pytest.mark.parametrize("answer", [{"status": 404, "body": "<html>"}, {"json": {"data": {"deleted": False}}}])
def test_a_removal_nobody_confirms_is_no_removal(
    x: Any, access: Access, wire: responses.RequestsMock, answer: dict[str, Any]
) -> None:
    wire.delete(f"{POSTS}/1990", **answer)
    with pytest.raises(Unavailable):
        x.retract(access, Receipt("1990", "", access.now))


def test_an_id_cannot_lead_to_another_address(x: Any, access: Access, wire: responses.RequestsMock) -> None:
    wire.delete(f"{POSTS}/1%2F..%2F2", json={"data": {"deleted": True}})
    x.retract(access, Receipt("1/../2", "", access.now))


def test_no_secret_and_no_signature_reaches_any_log(
    x: Any,
    access: Access,
    post: Callable[..., RemotePost],
    picture: Callable[..., Medium],
    media: Any,
    order: Order,
    wire: responses.RequestsMock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    names = [name for name in logging.root.manager.loggerDict if name.startswith(("tweepy", "oauthlib", "requests"))]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        wire.post(UPLOAD, json={"data": {"id": "77"}})
        wire.post(METADATA, json={})
        wire.post(POSTS, status=201, json={"data": {"id": "1"}})
        x.stage(access, post("Text", "", picture()), media, order, None)
        x.release(access, post("Text", ""), {"media_ids": ["77"]}, order)
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
    for secret in (*(value for name, value in access.fields.items() if name != "user_id"), "oauth_signature", "OAuth "):
        assert secret not in caplog.text


def test_no_redirect_is_followed(
    x: Any, access: Access, post: Callable[..., RemotePost], order: Order, wire: responses.RequestsMock
) -> None:
    wire.post(POSTS, status=307, headers={"Location": f"{API}/2/elsewhere"})
    with pytest.raises(OutcomeUnknown):
        x.release(access, post(), {}, order)
    assert len(wire.calls) == 1


def test_the_session_is_the_callers_and_gets_its_time_outs(session: GuardedSession, access: Access, x: Any) -> None:
    seen: list[Any] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            requests.adapters.HTTPAdapter, "send", lambda self, request, **kwargs: seen.append(kwargs) or _ok()
        )
        x.whoami(access)
    assert seen[0]["timeout"] == (5.0, 30.0)


def _ok() -> requests.Response:
    response = requests.Response()
    response.status_code = 200
    response._content = b'{"data": {"id": "12", "name": "n", "username": "u"}}'
    return response


@pytest.mark.parametrize(
    ("text", "alts", "price"),
    [
        ("Nur Text.", (), "0.015"),
        ("Mit Link https://kjc-fulda.de/s/1", (), "0.200"),
        ("Mit bloßer Adresse kjc-fulda.de und zweiter koeln.de", (), "0.200"),
        ("Nur Text.", ("Eine Frau", ""), "0.020"),
        ("Mit Link https://kjc-fulda.de/s/1", ("Eine Frau", "Ein Mann"), "0.210"),
    ],
)
def test_what_a_post_costs(x: Any, text: str, alts: tuple[str, ...], price: str) -> None:
    media = tuple(Medium(f"{number:064x}", "image/jpeg", 1, 1, 4, alt) for number, alt in enumerate(alts))

    assert x.price(RemotePost("x", "feed", text, "", media)) == Decimal(price)


@pytest.mark.parametrize("chosen", ["", "mentionedUsers"])
def test_who_may_reply_goes_with_the_post(
    x: Any, access: Access, wire: responses.RequestsMock, order: Order, chosen: str
) -> None:
    wire.post(POSTS, json={"data": {"id": "9"}}, status=201)
    there = dataclasses.replace(access, fields={**access.fields, "replies": chosen})

    x.release(there, RemotePost("x", "feed", "Guten Tag", ""), {}, order)

    assert json.loads(wire.calls[0].request.body).get("reply_settings", "") == chosen


def test_who_may_reply_is_checked_before_anything_is_asked(x: Any, access: Access) -> None:
    there = dataclasses.replace(access, fields={**access.fields, "replies": "niemand"})

    with pytest.raises(Unauthorised, match="Wer antworten darf"):
        x.whoami(there)
