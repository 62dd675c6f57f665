"""What the refusals of Mastodon and Bluesky mean: every row of both tables, and what stands in no row."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from connectors import _bluesky_errors as bluesky
from connectors import _mastodon_errors as mastodon
from connectors._refusals import ALL, Duty, Row
from connectors.base import ConnectorError, OutcomeUnknown, Throttled, Unavailable

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
Refused = Callable[..., ConnectorError]
TABLES: tuple[tuple[str, Sequence[Row], Refused], ...] = (
    ("mastodon", mastodon.ROWS, mastodon.refused),
    ("bluesky", bluesky.ROWS, bluesky.refused),
)
WALK = [
    (name, number, duty) for name, rows, _ in TABLES for number, row in enumerate(rows) for duty in sorted(row.duties)
]


def answer(status: int, body: Any = "", **headers: str) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = (body if isinstance(body, str) else json.dumps(body)).encode()
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return response


def body_of(channel: str, row: Row) -> dict[str, str]:
    """Return the error document that the row speaks of."""
    words = row.words[0] if row.words else "something"
    if channel == "mastodon":
        return {"error": words}
    return {"error": row.names[0] if row.names else "Other", "message": words}


@pytest.mark.parametrize(("channel", "number", "duty"), WALK)
def test_each_row_is_reached_and_means_what_it_says(channel: str, number: int, duty: Duty) -> None:
    _, rows, refused = next(table for table in TABLES if table[0] == channel)
    row = rows[number]

    error = refused(answer(row.status, body_of(channel, row)), duty=duty, now=NOW)

    assert (type(error), error.public, error.scope, error.who) == (row.error, row.public, row.scope, row.who)


@pytest.mark.parametrize(("channel", "rows", "refused"), TABLES)
def test_every_row_speaks_a_german_sentence(channel: str, rows: Sequence[Row], refused: Refused) -> None:
    for row in rows:
        assert row.public[0].isupper()
        assert row.public.endswith(".")
        assert row.duties <= ALL


@pytest.mark.parametrize(("channel", "rows", "refused"), TABLES)
@pytest.mark.parametrize("status", [302, 400, 403, 404, 408, 418, 422, 500, 502, 503])
def test_what_is_not_the_networks_own_word_is_never_a_no_to_a_release(
    channel: str, rows: Sequence[Row], refused: Refused, status: int
) -> None:
    assert isinstance(refused(answer(status, "<html>a proxy</html>"), duty="release", now=NOW), OutcomeUnknown)
    assert isinstance(refused(answer(status, "<html>a proxy</html>"), duty="read", now=NOW), Unavailable)


@pytest.mark.parametrize(("channel", "rows", "refused"), TABLES)
@pytest.mark.parametrize("status", [404, 500, 503])
def test_on_release_an_own_word_outside_the_table_may_be_public(
    channel: str, rows: Sequence[Row], refused: Refused, status: int
) -> None:
    assert isinstance(refused(answer(status, {"error": "Odd"}), duty="release", now=NOW), OutcomeUnknown)


@pytest.mark.parametrize(("channel", "rows", "refused"), TABLES)
@pytest.mark.parametrize("body", ["", "null", "[]", "7", '{"error": 7}', '{"error": ["a"]}', "{", "ÿ"])
@pytest.mark.parametrize("status", [300, 400, 401, 403, 404, 413, 422, 429, 500])
def test_no_body_however_odd_breaks_the_reading(
    channel: str, rows: Sequence[Row], refused: Refused, body: str, status: int
) -> None:
    assert isinstance(refused(answer(status, body), duty="stage", now=NOW), ConnectorError)


@pytest.mark.parametrize(
    ("refused", "headers", "until"),
    [
        (mastodon.refused, {"X_RateLimit_Reset": "2026-11-21T10:04:00.000000Z"}, timedelta(minutes=4)),
        (mastodon.refused, {"X_RateLimit_Reset": "bald"}, timedelta(minutes=5)),
        (mastodon.refused, {"Retry_After": "90"}, timedelta(seconds=90)),
        (mastodon.refused, {"X_RateLimit_Reset": "2099-01-01T00:00:00Z"}, timedelta(days=1)),
        (mastodon.refused, {"X_RateLimit_Reset": "2001-01-01T00:00:00Z"}, timedelta(seconds=1)),
        (bluesky.refused, {"ratelimit_reset": str(int(NOW.timestamp()) + 240)}, timedelta(minutes=4)),
        (bluesky.refused, {"ratelimit_reset": "soon"}, timedelta(minutes=5)),
        (bluesky.refused, {"retry_after": "90"}, timedelta(seconds=90)),
        (bluesky.refused, {"ratelimit_reset": "99999999999"}, timedelta(days=1)),
        (bluesky.refused, {}, timedelta(minutes=5)),
    ],
)
def test_throttled_until_the_servers_own_time_within_reason(
    refused: Refused, headers: dict[str, str], until: timedelta
) -> None:
    error = refused(answer(429, "slow", **headers), duty="release", now=NOW)

    assert isinstance(error, Throttled)
    assert error.until == NOW + until
