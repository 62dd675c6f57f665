"""What X's answers mean, by status, words and what was asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from connectors._x_errors import ROWS, Duty, gone, meaning, unreadable
from connectors.base import (
    ConnectorError,
    OutcomeUnknown,
    Rejected,
    StageLost,
    Throttled,
    Unauthorised,
    Unavailable,
)

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
DUTIES: tuple[Duty, ...] = ("read", "stage", "release", "retract")


def answer(status: int, body: Any = "", **headers: str) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = (body if isinstance(body, str) else json.dumps(body)).encode()
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return response


def problem(title: str, detail: str = "", **more: Any) -> dict[str, Any]:
    return {"title": title, "detail": detail or title, "type": "about:blank", **more}


DUPLICATE = problem("Forbidden", "You are not allowed to create a Tweet with duplicate content.")
DUPLICATE_OLD = {"errors": [{"code": 187, "message": "Status is a duplicate."}]}
INVALID = problem("Invalid Request", "One or more parameters to your request was invalid.")
LOST_MEDIA = INVALID | {
    "errors": [{"message": "Your media IDs are invalid.", "parameters": {"media.media_ids": ["1"]}}]
}
FIVE_MEDIA = INVALID | {"errors": [{"message": "$.media.media_ids: there must be a maximum of 4 items in the array"}]}
CREDITS = problem("CreditsDepleted", type="https://api.twitter.com/2/problems/credits")
NOT_PERMITTED = problem("Forbidden", "You are not permitted to perform this action.")
NOT_ENROLLED = problem("Client Forbidden", type="https://api.x.com/2/problems/client-forbidden")
REPLY = problem("Forbidden", "Reply to this conversation is not allowed because you have not been mentioned")
TOO_LONG = problem("Forbidden", "Your Tweet text is too long.")
NOT_FOUND = problem("Not Found Error", "Could not find user with id: [12].")
CAP = problem("UsageCapExceeded", period="Monthly", scope="Product")
RATE_OLD = {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}


@pytest.mark.parametrize(
    ("duty", "status", "body", "kind", "scope", "who"),
    [
        ("release", 400, INVALID, Rejected, "post", "officer"),
        ("release", 400, FIVE_MEDIA, Rejected, "post", "officer"),
        ("release", 400, LOST_MEDIA, StageLost, "post", "operator"),
        ("release", 401, problem("Unauthorized"), Unauthorised, "account", "operator"),
        ("release", 401, "<html>", Unauthorised, "account", "operator"),
        ("release", 402, CREDITS, Unauthorised, "app", "operator"),
        ("release", 403, DUPLICATE, OutcomeUnknown, "post", "operator"),
        ("release", 403, DUPLICATE_OLD, OutcomeUnknown, "post", "operator"),
        ("release", 403, NOT_PERMITTED, Unauthorised, "account", "operator"),
        ("release", 403, NOT_ENROLLED, Unauthorised, "app", "operator"),
        ("release", 403, REPLY, Rejected, "post", "officer"),
        ("release", 403, TOO_LONG, Rejected, "post", "officer"),
        ("release", 429, RATE_OLD, Throttled, "account", "operator"),
        ("release", 429, "slow down", Throttled, "account", "operator"),
        ("release", 429, CAP, Throttled, "app", "operator"),
        ("stage", 400, INVALID, Rejected, "post", "officer"),
        ("stage", 413, "<html>too large", Rejected, "post", "officer"),
        ("stage", 403, NOT_PERMITTED, Unauthorised, "account", "operator"),
        ("stage", 402, CREDITS, Unauthorised, "app", "operator"),
        ("stage", 503, problem("Service Unavailable"), Unavailable, "post", "officer"),
        ("read", 400, INVALID, Unauthorised, "account", "operator"),
        ("read", 401, problem("Unauthorized"), Unauthorised, "account", "operator"),
        ("read", 404, NOT_FOUND, Unauthorised, "account", "operator"),
        ("read", 429, RATE_OLD, Throttled, "account", "operator"),
        ("read", 500, "<html>", Unavailable, "post", "officer"),
        ("retract", 403, NOT_PERMITTED, Unauthorised, "account", "operator"),
        ("retract", 502, "<html>", Unavailable, "post", "officer"),
    ],
)
def test_a_known_answer_means_what_the_table_says(
    duty: Duty, status: int, body: Any, kind: type[ConnectorError], scope: str, who: str
) -> None:
    error = meaning(answer(status, body), duty=duty, now=NOW)
    assert (type(error), error.scope, error.who) == (kind, scope, who)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, problem("Internal Server Error")),
        (503, "<html>over capacity"),
        (502, ""),
        (302, ""),
        (400, "<html>a proxy's refusal"),
        (403, "<html>blocked by a firewall"),
        (403, "[]"),
        (404, problem("Not Found Error")),
        (408, "timeout"),
        (413, "<html>"),
        (418, problem("I'm a teapot")),
    ],
)
def test_on_release_an_answer_outside_the_table_may_be_public(status: int, body: Any) -> None:
    assert isinstance(meaning(answer(status, body), duty="release", now=NOW), OutcomeUnknown)


@pytest.mark.parametrize("duty", ["read", "stage", "retract"])
@pytest.mark.parametrize("status", [302, 408, 500, 502, 503])
def test_off_release_trouble_at_x_is_unavailable(duty: Duty, status: int) -> None:
    assert isinstance(meaning(answer(status, "<html>"), duty=duty, now=NOW), Unavailable)


@pytest.mark.parametrize("duty", DUTIES)
@pytest.mark.parametrize(
    "body", ["", "null", "[]", "7", '"text"', '{"errors": 7}', '{"errors": ["a", null]}', "{", "ÿ"]
)
@pytest.mark.parametrize("status", [300, 400, 401, 402, 403, 404, 413, 429, 500])
def test_no_body_however_odd_breaks_the_reading(duty: Duty, body: str, status: int) -> None:
    assert isinstance(meaning(answer(status, body), duty=duty, now=NOW), ConnectorError)


def until(**headers: str) -> datetime:
    error = meaning(answer(429, RATE_OLD, **headers), duty="read", now=NOW)
    assert isinstance(error, Throttled)
    return error.until


def unix(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def test_a_429_with_reset_is_throttled_until_then() -> None:
    reset = NOW + timedelta(minutes=7)
    assert until(x_rate_limit_reset=unix(reset)) == reset


def test_a_429_of_the_day_is_throttled_until_the_days_window_ends() -> None:
    reset = NOW + timedelta(hours=9)
    headers = {"x_user_limit_24hour_remaining": "0", "x_user_limit_24hour_reset": unix(reset)}
    assert until(x_rate_limit_reset=unix(NOW + timedelta(minutes=7)), **headers) == reset


def test_a_429_that_names_no_time_is_throttled_for_one_window() -> None:
    assert until() == NOW + timedelta(minutes=15)
    assert until(x_rate_limit_reset="soon") == NOW + timedelta(minutes=15)


def test_a_429_with_retry_after_is_throttled_that_long() -> None:
    assert until(retry_after="90") == NOW + timedelta(seconds=90)


@pytest.mark.parametrize("reset", ["0", "99999999999", "1" * 400])
def test_an_absurd_reset_is_kept_between_a_second_and_a_day(reset: str) -> None:
    assert NOW + timedelta(seconds=1) <= until(x_rate_limit_reset=reset) <= NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (NOW, datetime(2026, 12, 1, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2027, 1, 31, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)),
    ],
)
def test_a_used_up_month_is_throttled_until_the_next_one(now: datetime, first: datetime) -> None:
    healthy = {"x_rate_limit_remaining": "39999", "x_rate_limit_reset": unix(now + timedelta(minutes=3))}
    error = meaning(answer(429, CAP, **healthy), duty="release", now=now)
    assert isinstance(error, Throttled)
    assert error.until == first


def test_the_detail_holds_xs_words_and_the_code_but_no_secret() -> None:
    body = problem("Forbidden", 'token 12-AT-geheim, oauth_signature="abc%3D" Authorization: OAuth oauth_token="x"')
    error = meaning(answer(403, body), duty="read", now=NOW, hide=["12-AT-geheim"])
    assert "HTTP 403" in error.detail
    assert "Forbidden" in error.detail
    assert error.code == "403/Forbidden"
    assert not any(secret in error.detail for secret in ("12-AT-geheim", "abc%3D", '"x"'))


def test_a_code_in_the_errors_list_is_the_code() -> None:
    assert meaning(answer(403, DUPLICATE_OLD), duty="release", now=NOW).code == "403/187"


def test_an_unreadable_yes_is_unknown_on_release_and_nothing_elsewhere() -> None:
    assert isinstance(unreadable("?", duty="release"), OutcomeUnknown)
    assert isinstance(unreadable("?", duty="read"), Unavailable)


def test_only_an_answer_of_x_itself_says_that_a_post_is_gone() -> None:
    assert gone(answer(404, NOT_FOUND))
    assert not gone(answer(404, "<html>no such host here"))
    assert not gone(answer(403, NOT_FOUND))


def test_every_row_speaks_german_sentences() -> None:
    for row in ROWS:
        assert row.public.endswith(".")
        assert row.public[0].isupper()
        assert row.error is not Unavailable
