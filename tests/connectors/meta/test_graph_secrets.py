"""No token, app secret or proof in anything that is shown, raised or logged."""

from __future__ import annotations

import logging
import traceback

import pytest

from connectors._graph import answers, open_graph
from connectors.base import ConnectorError, Receipt, RemotePost
from connectors.facebook import connector as facebook
from connectors.instagram import connector as instagram

TOKEN, USER, SECRET = "EAABtoken4711", "EAABuser4712", "appsecret4713"
FIELDS = {
    "page_id": "100",
    "page_token": TOKEN,
    "ig_user_id": "178",
    "token": TOKEN,
    "user_token": USER,
    "app_secret": SECRET,
}


@pytest.fixture
def door(access, rude):
    return access(graph=rude.url, **FIELDS)


def shown(error):
    parts = [str(error), repr(error), repr(vars(error)), *traceback.format_exception(error)]
    return "\n".join(parts)


def assert_clean(text):
    assert not [secret for secret in (TOKEN, USER, SECRET) if secret in text]


def test_the_client_and_the_access_show_nothing(door):
    assert_clean(repr(open_graph(door, "page_token", "Facebook")) + repr(door))


def test_debug_logs_and_addresses_carry_no_token(door, rude, caplog):
    rude.says({"id": "1", "name": "n", "success": True})
    with caplog.at_level(logging.DEBUG):
        facebook.whoami(door)
        facebook.release(door, RemotePost("facebook", "feed", "Text", ""), {"draft": "1"}, None)
        facebook.retract(door, Receipt("1", "", None))
        instagram.whoami(door)
        instagram.retract(door, Receipt("1", "", None))
    assert len(rude.received) == 5
    assert "graph" in caplog.text or "HTTP" in caplog.text
    assert_clean(caplog.text + " ".join(rude.received))


@pytest.mark.parametrize("echo", [TOKEN, SECRET, USER])
@pytest.mark.parametrize("status", [400, 500])
def test_a_secret_echoed_by_the_platform_stays_out_of_the_error(door, rude, caplog, echo, status):
    error = {"message": f"Malformed access token {echo}", "code": 190, "error_user_msg": f"({echo})"}
    rude.says({"error": error, "echo": echo}, status)
    with caplog.at_level(logging.DEBUG), pytest.raises(ConnectorError) as caught:
        facebook.whoami(door)
    assert_clean(shown(caught.value) + caplog.text)


def test_a_silent_platform_leaks_neither_token_nor_proof(door, rude, caplog):
    rude.hangs_up()
    with caplog.at_level(logging.DEBUG), pytest.raises(ConnectorError) as caught:
        facebook.whoami(door)
    proof = rude.received[0].partition("appsecret_proof=")[2]
    assert len(proof) == 64
    assert proof not in shown(caught.value)
    assert_clean(shown(caught.value) + caplog.text)


def test_a_refused_connection_leaks_neither_token_nor_proof(access):
    door = access(graph="http://127.0.0.1:1", **FIELDS)
    with pytest.raises(ConnectorError) as caught, answers(door, "Facebook"):
        open_graph(door, "page_token", "Facebook").get_object("1")
    assert "appsecret_proof=…" in caught.value.detail
    assert_clean(shown(caught.value))


def test_a_broken_token_is_not_quoted_in_its_refusal(access):
    with pytest.raises(ConnectorError) as caught:
        facebook.whoami(access(**{**FIELDS, "page_token": TOKEN + "ü"}))
    assert_clean(shown(caught.value))
