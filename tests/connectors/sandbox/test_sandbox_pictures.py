"""How the platforms fetch and look at pictures."""

from __future__ import annotations

import asyncio

import pytest
import requests
import responses

from connectors.sandbox.pictures import Fetcher, TooLarge, Unfetchable, examine, measure
from connectors.sandbox.state import State

URL = "https://media.example/a.jpg"


@pytest.fixture(name="fetch")
def _fetch():
    fetcher = Fetcher()

    def fetch(url=URL, limit=1000):
        return asyncio.run(fetcher.fetch(url, limit))

    with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
        fetch.web = web
        yield fetch
    fetcher.close()


def test_a_picture_is_fetched(fetch):
    fetch.web.get(URL, body=b"bytes", content_type="image/jpeg")

    assert fetch() == b"bytes"


def test_redirects_are_not_followed(fetch):
    fetch.web.get(URL, status=302, headers={"location": "https://media.example/b.jpg"})
    fetch.web.get("https://media.example/b.jpg", body=b"bytes", content_type="image/jpeg")

    with pytest.raises(Unfetchable):
        fetch()


@pytest.mark.parametrize(("status", "kind"), [(404, "image/jpeg"), (200, "text/html"), (401, "image/jpeg")])
def test_what_is_no_picture_is_not_taken(fetch, status, kind):
    fetch.web.get(URL, status=status, content_type=kind, body=b"x")

    with pytest.raises(Unfetchable) as caught:
        fetch()
    assert caught.value.slow is False


@pytest.mark.parametrize(("error", "slow"), [(requests.ReadTimeout(), True), (requests.ConnectionError(), False)])
def test_slow_and_dead_hosts_are_told_apart(fetch, error, slow):
    fetch.web.get(URL, body=error)

    with pytest.raises(Unfetchable) as caught:
        fetch()
    assert caught.value.slow is slow


@pytest.mark.parametrize("url", ["ftp://media.example/a.jpg", "file:///etc/passwd", "https://media.example/ü.jpg"])
def test_only_ascii_http_addresses_are_fetched(fetch, url):
    with pytest.raises(Unfetchable):
        fetch(url)


def test_reading_stops_at_the_limit(fetch):
    fetch.web.get(URL, body=bytes(1001), content_type="image/jpeg")

    with pytest.raises(TooLarge):
        fetch()


def test_a_picture_is_measured(make_picture):
    seen = measure(make_picture("PNG", (30, 20)))

    assert (seen.mime, seen.width, seen.height) == ("image/png", 30, 20)


def test_the_same_bytes_are_decoded_once(make_picture):
    state, data = State(start=0), make_picture()

    first = asyncio.run(examine(state, data))

    assert asyncio.run(examine(state, data)) is first
    assert state.blobs[first.sha256] == data
    assert asyncio.run(examine(state, b"none")) is None
