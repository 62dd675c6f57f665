"""WebSub as decisions: which hub, what to ask it, what to answer it, whether a push is its own."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from distributor.domain import FeedAbout
from distributor.intake.websub import Denied, Granted, Signature, hub_and_topic, renew_at, request, verified

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TOPIC = "https://kjc.example/feed"


@pytest.mark.parametrize(
    ("about", "header", "expected"),
    [
        (FeedAbout(), "", ("", "")),
        (FeedAbout(itself="https://a.example/"), "", ("", "")),
        (FeedAbout(hubs=("https://h.example/",)), "", ("https://h.example/", TOPIC)),
        (
            FeedAbout(hubs=("https://h.example/",), itself="https://a.example/"),
            "",
            ("https://h.example/", "https://a.example/"),
        ),
        (FeedAbout(hubs=("http://a.example/", "https://b.example/")), "", ("https://b.example/", TOPIC)),
        (FeedAbout(hubs=("http://a.example/",)), "", ("http://a.example/", TOPIC)),
        (
            FeedAbout(hubs=("https://h.example/",), itself="https://a.example/"),
            '<https://kopf.example/>; rel=hub, <https://selbst.example/>; rel="self"',
            ("https://kopf.example/", "https://selbst.example/"),
        ),
    ],
)
def test_the_hub_and_what_is_subscribed_to_there(about: FeedAbout, header: str, expected: tuple[str, str]) -> None:
    assert hub_and_topic(about, header, TOPIC) == expected


def test_only_who_subscribes_tells_a_secret_and_asks_for_a_lease() -> None:
    assert request("subscribe", "https://us.example/c", TOPIC, "s") == {
        "hub.mode": "subscribe",
        "hub.callback": "https://us.example/c",
        "hub.topic": TOPIC,
        "hub.lease_seconds": "864000",
        "hub.secret": "s",
    }
    assert "hub.secret" not in request("unsubscribe", "https://us.example/c", TOPIC, "s")


def asked(**more: str) -> dict[str, str]:
    return {
        f"hub.{name}": value for name, value in {"mode": "subscribe", "topic": TOPIC, "challenge": "c", **more}.items()
    }


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (asked(), Granted("c", NOW + timedelta(days=10))),
        (asked(lease_seconds="86400"), Granted("c", NOW + timedelta(days=1))),
        (asked(lease_seconds="1"), Granted("c", NOW + timedelta(minutes=10))),
        (asked(lease_seconds="99999999999"), Granted("c", NOW + timedelta(days=60))),
        (asked(lease_seconds="ewig"), Granted("c", NOW + timedelta(days=10))),
        (asked(topic="https://anderes.example/"), None),
        (asked(mode="unsubscribe"), None),
        (asked(challenge=""), None),
        (asked(mode="denied", reason="Nein"), Denied("Nein")),
        (asked(mode="denied", topic="https://anderes.example/"), None),
        ({}, None),
    ],
)
def test_a_hub_that_asks_back_is_answered_as_was_meant(question: dict[str, str], answer: Any) -> None:
    assert verified(question, mode="subscribe", topic=TOPIC, now=NOW) == answer


@pytest.mark.parametrize(
    ("lease", "ahead"), [(timedelta(days=10), timedelta(days=1)), (timedelta(hours=8), timedelta(hours=2))]
)
def test_a_lease_is_renewed_a_day_or_a_quarter_ahead(lease: timedelta, ahead: timedelta) -> None:
    assert renew_at(NOW, NOW + lease) == NOW + lease - ahead


BODY = b"<rss>" * 1000


def signed(method: str, key: bytes = b"geheim") -> str:
    return f"{method}={hmac.new(key, BODY, getattr(hashlib, method)).hexdigest()}"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([signed("sha256")], True),
        ([signed("sha384")], True),
        ([signed("sha512").upper().replace("SHA", "sha")], True),
        ([signed("sha1")], True),
        ([signed("sha1"), signed("sha256")], True),
        ([signed("sha1"), "sha256=00"], False),
        ([signed("md5")], False),
        ([signed("sha256", b"anders")], False),
        ([signed("sha256")[:-1]], False),
        (["sha256="], False),
        (["sha256=ü"], False),
        (["="], False),
        ([""], False),
        ([], False),
    ],
)
def test_a_push_is_the_hubs_own_if_the_best_signature_fits(headers: list[str], expected: bool) -> None:
    signature = Signature(headers, "geheim")
    for start in range(0, len(BODY), 777):
        signature.add(BODY[start : start + 777])

    assert signature.fits() is expected


def test_another_body_does_not_fit() -> None:
    signature = Signature([signed("sha256")], "geheim")
    signature.add(BODY[1:])

    assert not signature.fits()
