"""The control addresses and the state behind them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.sandbox.clock import Clock, read_moment


def test_the_clock_says_that_this_is_a_sandbox(sandbox):
    assert sandbox.client.get("/_clock").json() == {"sandbox": True, "now": "2026-11-23T09:00:00Z", "mode": "set"}


def test_the_clock_can_be_set_advanced_and_let_go(sandbox):
    client = sandbox.client
    assert client.post("/_clock", json={"now": "2027-01-01T00:30:00+01:00"}).json()["now"] == "2026-12-31T23:30:00Z"
    assert client.post("/_clock", json={"advance": 90}).json()["now"] == "2026-12-31T23:31:30Z"
    assert client.post("/_clock", json={"live": True}).json()["mode"] == "live"
    assert abs(read_moment(client.get("/_clock").json()["now"]) - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("wrong", [{}, {"now": "2027-01-01T00:00:00"}, {"now": "bald"}, {"advance": "x"}, {"live": 1}])
def test_the_clock_refuses_what_it_does_not_understand(sandbox, wrong):
    answer = sandbox.client.post("/_clock", json=wrong)

    assert (answer.status_code, answer.json()["error"][-1]) == (400, ".")
    assert sandbox.client.get("/_clock").json()["now"] == "2026-11-23T09:00:00Z"


def test_a_live_clock_follows_and_stands_still_once_advanced():
    times = iter(datetime(2026, 1, 1, 0, minute, tzinfo=UTC) for minute in range(10))
    clock = Clock(real=lambda: next(times))

    assert (clock.now().minute, clock.now().minute) == (0, 1)
    clock.advance(timedelta(minutes=30))
    assert clock.now() == clock.now() == datetime(2026, 1, 1, 0, 32, tzinfo=UTC)


def test_a_moment_without_a_zone_cannot_be_set():
    with pytest.raises(ValueError, match="zone"):
        Clock().set(datetime(2026, 1, 1))  # noqa: DTZ001


def test_accounts_are_listed_without_secrets_and_registered_once(sandbox, accounts):
    sandbox.client.post("/_accounts", json=accounts[0])

    answer = sandbox.client.get("/_accounts")

    assert len(answer.json()) == len(accounts)
    assert answer.json()[0]["has"] == ["token"]
    for secret in ("page-fulda", "person", "geheim", "cs-fulda", "ats-fulda"):
        assert secret not in answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "myspace", "id": "1", "token": "t"},
        {"channel": "facebook", "token": "t"},
        {"channel": "facebook", "id": "1"},
        {"channel": "x", "id": "1", "consumer_key": "a"},
        "x",
    ],
)
def test_an_account_that_cannot_be_is_refused(sandbox, accounts, wrong):
    assert sandbox.client.post("/_accounts", json=wrong).status_code == 400
    assert len(sandbox.client.get("/_accounts").json()) == len(accounts)


def test_no_json_is_a_400(sandbox):
    assert sandbox.client.post("/_reset", content=b"{").status_code == 400


def test_the_request_log_holds_no_secret(sandbox):
    sandbox.client.get("/graph.facebook.com/v25.0/1001?access_token=page-fulda")
    sandbox.tweet("a")

    answer = sandbox.client.get("/_requests", params={"limit": 2})

    assert [(row["channel"], row["account"], row["status"]) for row in answer.json()] == [
        ("facebook", "1001", 200),
        ("x", "3001", 201),
    ]
    assert "page-fulda" not in answer.text
    assert answer.json()[0]["path"] == "/graph.facebook.com/v25.0/1001"
    assert sandbox.client.get("/_requests?limit=0").json() == []


def test_the_ledger_can_be_narrowed_and_is_ordered_by_appearance(sandbox):
    sandbox.tweet("zuerst")
    sandbox.advance(minutes=1)
    sandbox.graph("POST", "1001/feed", message="danach")

    assert [entry["text"] for entry in sandbox.ledger()] == ["zuerst", "danach"]
    assert [entry["text"] for entry in sandbox.ledger(channel="x")] == ["zuerst"]
    assert sandbox.ledger(account="1002") == []


def test_the_ledger_takes_the_link_from_the_text_where_there_is_no_own(sandbox):
    sandbox.graph("POST", "1001/feed", message="Siehe https://kjc.example/text.", link="https://kjc.example/feld")
    sandbox.graph("POST", "1001/feed", message="Siehe (https://kjc.example/text).")

    assert [entry["link"] for entry in sandbox.ledger()] == ["https://kjc.example/feld", "https://kjc.example/text"]


def test_reset_empties_all_but_options_and_clock(sandbox, accounts):
    sandbox.option(ig_quota=7)
    sandbox.fault("error_500", match="nie")
    sandbox.graph("POST", "1001/feed", message="a")

    assert sandbox.client.post("/_reset", json={"keep": ["accounts"]}).json() == {"accounts": len(accounts)}
    assert sandbox.ledger() == []
    assert sandbox.client.get("/_faults").json() == sandbox.client.get("/_requests").json() == []
    assert sandbox.client.get("/_options").json()["ig_quota"] == 7
    assert sandbox.client.get("/_clock").json()["mode"] == "set"
    assert sandbox.client.post("/_reset").json() == {"accounts": 0}
    assert sandbox.client.post("/_reset", json={"keep": ["alles"]}).status_code == 400


def test_ids_are_never_given_twice_even_after_a_reset(sandbox):
    first = sandbox.graph("POST", "1001/feed", message="a").json()["id"]
    sandbox.client.post("/_reset", json={"keep": ["accounts"]})

    assert sandbox.graph("POST", "1001/feed", message="a").json()["id"] != first


@pytest.mark.parametrize("wrong", [{"x": 1}, {"ig_quota": "7"}, {"ig_republish": "perhaps"}, {"changed": 1}])
def test_an_option_that_is_not_there_is_refused(sandbox, wrong):
    before = sandbox.client.get("/_options").json()

    assert sandbox.client.post("/_options", json=wrong).status_code == 400
    assert sandbox.client.get("/_options").json() == before


def test_health(sandbox):
    assert sandbox.client.get("/_health").json() == {"sandbox": True}
