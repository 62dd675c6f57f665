"""Finding a post again in the account's own timeline."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from connectors.base import Absent, Access, Found, Order, Receipt, RemotePost, Unauthorised, Unavailable

TIMELINE = "https://api.x.com/2/users/12/tweets"
LINK = "https://kjc.de/s/Ab12"
Look = Callable[..., Found | Absent]


@pytest.fixture
def entry(now: datetime) -> Callable[..., dict[str, Any]]:
    """One post as the timeline shows it: links as t.co, the originals in the entities."""

    def make(
        remote_id: str, text: str, *links: str, at: datetime | None = None, picture: bool = False
    ) -> dict[str, Any]:
        urls = [{"url": f"https://t.co/{remote_id}{number}", "expanded_url": link} for number, link in enumerate(links)]
        if picture:
            text += " https://t.co/pic"
            urls.append({"url": "https://t.co/pic", "expanded_url": f"https://x.com/kjc/status/{remote_id}/photo/1"})
        moment = (at or now).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"id": remote_id, "text": text, "created_at": moment, "entities": {"urls": urls}}

    return make


@pytest.fixture
def look(x: Any, access: Access, order: Order, now: datetime) -> Look:
    def find(document: RemotePost, known: tuple[str, ...] = (), since: datetime = now) -> Found | Absent:
        return x.find(access, document, {}, order, since, known)

    return find


def shows(wire: responses.RequestsMock, *entries: dict[str, Any], **meta: Any) -> None:
    body: dict[str, Any] = {"meta": {"result_count": len(entries), **meta}}
    wire.get(TIMELINE, json=body | ({"data": list(entries)} if entries else {}))


def test_the_own_link_finds_a_post_whatever_its_text(
    look: Look, post: Callable[..., RemotePost], entry: Callable[..., Any], wire: responses.RequestsMock, now: datetime
) -> None:
    shows(wire, entry("2", "ganz anders https://t.co/20", LINK, at=now + timedelta(seconds=3)), entry("1", "egal"))
    expected = Receipt("2", "https://x.com/i/web/status/2", now + timedelta(seconds=3))
    assert look(post()) == Found(expected)


def test_the_look_asks_for_a_hundred_posts_since_two_minutes_before(
    look: Look, post: Callable[..., RemotePost], wire: responses.RequestsMock
) -> None:
    shows(wire)
    assert look(post()) == Absent(stage_usable=True)
    asked = parse_qs(urlsplit(wire.calls[0].request.url).query)
    assert asked["max_results"] == ["100"]
    assert asked["start_time"] == ["2026-11-21T09:58:00Z"]
    assert asked["tweet.fields"] == ["created_at,text,entities"]


def test_the_link_goes_before_the_text(
    look: Look, post: Callable[..., RemotePost], entry: Callable[..., Any], wire: responses.RequestsMock
) -> None:
    shows(wire, entry("3", "Text"), entry("2", "https://t.co/20", LINK))
    found = look(post(f"Text\n{LINK}"))
    assert isinstance(found, Found)
    assert found.receipt.remote_id == "2"


@pytest.mark.parametrize(
    ("text", "shown", "links", "picture"),
    [
        ("Grüße & Küsse <3", "Grüße &amp; Küsse &lt;3", (), False),
        ("Zeile 1\n\nZeile 2", "Zeile 1 Zeile 2", (), False),
        ("Mit Bild", "Mit Bild", (), True),
        (f"Mehr dazu\n{LINK}", "Mehr dazu\nhttps://t.co/20", (), False),
        ("Siehe koeln.de bald", "Siehe https://t.co/20 bald", ("http://koeln.de",), False),
        ("Cafe\u0301", "Café", (), False),
    ],
)
def test_the_text_finds_a_post_through_all_that_x_does_to_it(
    look: Look,
    post: Callable[..., RemotePost],
    entry: Callable[..., Any],
    wire: responses.RequestsMock,
    text: str,
    shown: str,
    links: tuple[str, ...],
    picture: bool,
) -> None:
    shows(wire, entry("2", shown, *links, picture=picture))
    link = LINK if LINK in text else ""
    assert isinstance(look(post(text, link)), Found)


def test_a_link_that_x_leaves_as_text_is_found_there(
    look: Look, post: Callable[..., RemotePost], entry: Callable[..., Any], wire: responses.RequestsMock
) -> None:
    shows(wire, entry("2", "anders http://127.0.0.1:8000/s/Ab12"))
    assert isinstance(look(post("Text", "http://127.0.0.1:8000/s/Ab12")), Found)


def test_a_longer_link_is_another_post(
    look: Look, post: Callable[..., RemotePost], entry: Callable[..., Any], wire: responses.RequestsMock
) -> None:
    shows(wire, entry("2", "Ausbildung? So geht’s.\nhttps://t.co/20", LINK + "3"))
    assert look(post()) == Absent(stage_usable=True)


def test_a_post_known_as_another_of_ours_is_left_out(
    look: Look, post: Callable[..., RemotePost], entry: Callable[..., Any], wire: responses.RequestsMock
) -> None:
    shows(wire, entry("2", "Text https://t.co/20", LINK))
    assert look(post(), known=("2",)) == Absent(stage_usable=True)


def test_a_post_older_than_the_first_attempt_is_not_ours(
    look: Look,
    post: Callable[..., RemotePost],
    entry: Callable[..., Any],
    wire: responses.RequestsMock,
    now: datetime,
) -> None:
    shows(wire, entry("2", "Text https://t.co/20", LINK, at=now - timedelta(minutes=2, seconds=1)))
    assert look(post()) == Absent(stage_usable=True)


def test_a_post_without_words_is_not_found_by_its_text(
    look: Look, post: Callable[..., RemotePost], entry: Callable[..., Any], wire: responses.RequestsMock
) -> None:
    shows(wire, entry("2", "", picture=True))
    assert look(post("", "")) == Absent(stage_usable=True)


def test_older_pages_are_looked_at_too(
    look: Look, post: Callable[..., RemotePost], entry: Callable[..., Any], wire: responses.RequestsMock
) -> None:
    shows(wire, entry("3", "anderes"), next_token="p2")
    shows(wire, entry("2", "https://t.co/20", LINK))
    assert isinstance(look(post()), Found)
    assert parse_qs(urlsplit(wire.calls[1].request.url).query)["pagination_token"] == ["p2"]


def test_renamed_fields_are_asked_for_by_their_new_name(
    look: Look,
    post: Callable[..., RemotePost],
    entry: Callable[..., Any],
    wire: responses.RequestsMock,
    problem: Callable[..., dict[str, Any]],
) -> None:
    errors = [{"message": "The query parameter [tweet.fields] is not one of [post.fields]"}]
    wire.get(TIMELINE, **problem(400, "Invalid Request", errors=errors))
    shows(wire, entry("2", "https://t.co/20", LINK) | {"edit_history_post_ids": ["2"]})
    assert isinstance(look(post()), Found)
    assert "post.fields" in parse_qs(urlsplit(wire.calls[1].request.url).query)


@pytest.mark.parametrize(
    "body",
    [
        {"errors": [{"title": "Not Found Error"}]},
        [],
        {"data": [7]},
        {"data": [{"text": "no id"}], "meta": {}},
    ],
)
def test_an_answer_that_cannot_be_read_is_no_proof_of_absence(
    look: Look, post: Callable[..., RemotePost], wire: responses.RequestsMock, body: Any
) -> None:
    wire.get(TIMELINE, body=json.dumps(body))
    with pytest.raises(Unavailable):
        look(post())


@pytest.mark.parametrize("created", [None, "gestern", "2026-11-21T10:00:00"])
def test_a_match_without_a_readable_time_is_no_answer(
    look: Look,
    post: Callable[..., RemotePost],
    entry: Callable[..., Any],
    wire: responses.RequestsMock,
    created: str | None,
) -> None:
    shows(wire, entry("2", "https://t.co/20", LINK) | {"created_at": created})
    with pytest.raises(Unavailable):
        look(post())


def test_trouble_while_looking_is_never_an_unknown_outcome(
    look: Look, post: Callable[..., RemotePost], wire: responses.RequestsMock
) -> None:
    wire.get(TIMELINE, status=503, body="<html>")
    with pytest.raises(Unavailable):
        look(post())


def test_an_account_number_that_x_does_not_know_is_an_account_to_mend(
    x: Any, access: Access, post: Callable[..., RemotePost], order: Order, now: datetime, wire: responses.RequestsMock
) -> None:
    fields = {**access.fields, "user_id": "kjc/fulda"}
    wire.get("https://api.x.com/2/users/kjc%2Ffulda/tweets", status=400, json={"title": "Invalid Request"})
    with pytest.raises(Unauthorised):
        x.find(dataclasses.replace(access, fields=fields), post(), {}, order, now, ())
