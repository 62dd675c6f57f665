"""What an answer's headers make wait, channel by channel: as each network's pages word them, and however they come."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import discover
from connectors._pace import CAN_WAIT, EVERYTHING, Pace, Paces, Told
from tests.support.channels import WIRED

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=9)
UNIX = str(int(LATER.timestamp()))


def paced(channel: str, method: str, path: str, **headers: str) -> tuple[Pace, ...]:
    connector: Any = discover()[channel]
    told = Told(method, path, {name.replace("_", "-"): value for name, value in headers.items()})
    found: tuple[Pace, ...] = connector.pace(told, NOW)
    return found


def usage(**percents: int) -> str:
    return json.dumps({"call_count": 1, "total_cputime": 1, "total_time": 1, **percents})


def business(percent: int, minutes: int = 0) -> str:
    entry = {"type": "pages", "call_count": percent, "total_cputime": 2, "total_time": 3}
    return json.dumps({"4711": [entry | {"estimated_time_to_regain_access": minutes}]})


def test_every_channel_that_calls_reads_what_its_platform_tells() -> None:
    assert {name for name in WIRED if isinstance(discover()[name], Paces)} == set(WIRED)


@pytest.mark.parametrize("channel", ["facebook", "instagram"])
def test_metas_usage_holds_what_can_wait_from_ninety_and_everything_at_a_hundred(channel: str) -> None:
    nearly, full = NOW + timedelta(minutes=5), NOW + timedelta(minutes=15)
    where = ("POST", "/v25.0/4711/feed")
    assert paced(channel, *where, X_App_Usage=usage(call_count=89)) == ()
    assert paced(channel, *where, X_App_Usage=usage(total_time=90)) == (Pace(CAN_WAIT, nearly, "app"),)
    assert paced(channel, *where, X_App_Usage=usage(total_cputime=100)) == (Pace(EVERYTHING, full, "app"),)
    name = "X_Business_Use_Case_Usage"
    assert paced(channel, *where, **{name: business(95)}) == (Pace(CAN_WAIT, nearly),)
    hour = NOW + timedelta(minutes=60)
    assert paced(channel, *where, **{name: business(100, minutes=60)}) == (Pace(EVERYTHING, hour),)
    assert paced(channel, *where, X_Page_Usage=usage(call_count=100)) == (Pace(EVERYTHING, full),)


@pytest.mark.parametrize(
    ("method", "path", "kinds"),
    [
        ("POST", "/2/tweets", {"release"}),
        ("DELETE", "/2/tweets/17", {"retract", "unstage"}),
        ("POST", "/2/media/upload", {"stage"}),
        ("POST", "/2/media/upload/17/append", {"stage"}),
        ("GET", "/2/users/4711/tweets", {"look"}),
    ],
)
def test_each_window_of_x_holds_the_work_that_it_bounds(method: str, path: str, kinds: set[str]) -> None:
    headers = {"x_rate_limit_reset": UNIX}
    assert paced("x", method, path, x_rate_limit_remaining="5", **headers) == ()
    assert paced("x", method, path, x_rate_limit_remaining="0", **headers) == (Pace(frozenset(kinds), LATER),)
    few = paced("x", method, path, x_rate_limit_remaining="1", **headers)
    assert few == ((Pace(frozenset(kinds) & CAN_WAIT, LATER),) if kinds & CAN_WAIT else ())


def test_the_day_of_an_account_and_of_the_app_at_x_hold_everything() -> None:
    day = {"x_user_limit_24hour_reset": UNIX, "x_app_limit_24hour_reset": UNIX}
    left = {"x_user_limit_24hour_remaining": "0", "x_app_limit_24hour_remaining": "0"}
    found = paced("x", "POST", "/2/tweets", **day, **left)
    assert found == (Pace(EVERYTHING, LATER), Pace(EVERYTHING, LATER, "app"))


def test_mastodons_common_window_holds_everything_and_the_others_their_own_work() -> None:
    reset = {"X_RateLimit_Reset": "2026-11-30T12:09:00.000000Z"}
    home = ("GET", "/api/v1/accounts/1/statuses")
    assert paced("mastodon", *home, X_RateLimit_Remaining="0", **reset) == (Pace(EVERYTHING, LATER),)
    assert paced("mastodon", *home, X_RateLimit_Remaining="4", **reset) == (Pace(CAN_WAIT, LATER),)
    assert paced("mastodon", *home, X_RateLimit_Remaining="5", **reset) == ()
    media = paced("mastodon", "POST", "/api/v2/media", X_RateLimit_Remaining="0", **reset)
    assert media == (Pace(frozenset({"stage"}), LATER),)
    deleting = paced("mastodon", "DELETE", "/api/v1/statuses/9", X_RateLimit_Remaining="0", **reset)
    assert deleting == (Pace(frozenset({"retract"}), LATER),)


def test_blueskys_windows_hold_everything() -> None:
    login = ("POST", "/xrpc/com.atproto.server.createSession")
    assert paced("bluesky", *login, ratelimit_remaining="0", ratelimit_reset=UNIX) == (Pace(EVERYTHING, LATER),)
    assert paced("bluesky", *login, ratelimit_remaining="4", ratelimit_reset=UNIX) == (Pace(CAN_WAIT, LATER),)
    assert paced("bluesky", *login, ratelimit_remaining="5", ratelimit_reset=UNIX) == ()


NAMES = [
    *("X-App-Usage", "X-Page-Usage", "X-Business-Use-Case-Usage", "x-rate-limit-remaining", "x-rate-limit-reset"),
    *("X-RateLimit-Remaining", "X-RateLimit-Reset", "ratelimit-remaining", "ratelimit-reset", "Retry-After"),
    *("x-app-limit-24hour-remaining", "x-app-limit-24hour-reset"),
]
WORDS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["0", "٣", "²", "-1", "9" * 30, "1e999", "null", "[]", '{"a":[1]}', '{"a":[{"call_count":1e999}]}']
    ),
    st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists).map(json.dumps),
)


@given(channel=st.sampled_from(WIRED), headers=st.dictionaries(st.sampled_from(NAMES), WORDS))
def test_nonsense_breaks_nothing_and_makes_nobody_wait_for_ever(channel: str, headers: dict[str, str]) -> None:
    connector: Any = discover()[channel]
    for method, path in (("POST", "/2/tweets"), ("GET", "/api/v1/media/1"), ("POST", "/v25.0/1/feed")):
        for pace in connector.pace(Told(method, path, headers), NOW):
            assert NOW < pace.until <= NOW + timedelta(hours=24)
            assert pace.kinds
            assert pace.kinds <= EVERYTHING
