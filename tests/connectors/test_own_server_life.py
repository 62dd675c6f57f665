"""Mastodon and Bluesky against the sandbox: what only these two do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from connectors._http import GuardedSession
from connectors.base import (
    Absent,
    ByHand,
    Found,
    NotYet,
    OutcomeUnknown,
    Rejected,
    Retracted,
    Throttled,
    Unauthorised,
)
from connectors.bluesky import connector as bluesky
from connectors.mastodon import connector as mastodon
from connectors.sandbox.server import build, running
from tests.contract.life import LINK, Life


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with running(build()) as base:
        yield base


@pytest.fixture
def live(base: str) -> Iterator[Callable[[Any], Life]]:
    defaults = requests.get(f"{base}/_options", timeout=5).json()
    with GuardedSession() as session:
        yield lambda connector: Life(connector, base, session)
    requests.post(f"{base}/_options", json=defaults, timeout=5).raise_for_status()
    requests.delete(f"{base}/_faults", timeout=5)


@pytest.fixture
def option(base: str) -> Callable[..., None]:
    def change(**options: Any) -> None:
        requests.post(f"{base}/_options", json=options, timeout=5).raise_for_status()

    return change


def test_a_token_of_another_account_is_noticed_before_anything_is_posted(live: Callable[[Any], Life]) -> None:
    life = live(mastodon)
    life._fields["username"] = "@kjc_kassel@social.example"

    for ask in (lambda: mastodon.whoami(life.access), lambda: life.staged(life.post(), life.order())):
        with pytest.raises(Unauthorised, match="gehört zum Konto @kjc_fulda"):
            ask()


def test_pictures_in_work_are_waited_for(live: Callable[[Any], Life], option: Callable[..., None]) -> None:
    life = live(mastodon)
    option(mastodon_processing_seconds=30)
    post, order = life.post(), life.order()

    answer = mastodon.stage(life.access, post, life.media, order, None)

    assert isinstance(answer, NotYet)
    assert answer.ask_at > life.now
    stage = life.staged(post, order, dict(answer.data)).data
    assert mastodon.release(life.access, post, stage, order).remote_id == life.ledger()[0]["id"]


def test_the_servers_own_limit_is_heard_before_the_post_is_due(
    live: Callable[[Any], Life], option: Callable[..., None]
) -> None:
    life = live(mastodon)
    option(mastodon_characters=40)

    with pytest.raises(Rejected, match="von 40 Zeichen"):
        life.staged(life.post("Ein Satz, der auf diesem Server zu lang ist."), life.order())


def test_a_repeat_answered_with_500_is_looked_for_and_found(
    live: Callable[[Any], Life], option: Callable[..., None]
) -> None:
    life = live(mastodon)
    option(mastodon_keys="error_500")
    post = life.post(pictures=0)
    since = life.now
    stage, order, receipt = life.released(post)

    with pytest.raises(OutcomeUnknown):
        mastodon.release(life.access, post, stage, order)
    found = life.finds(post, stage, order, since)

    assert isinstance(found, Found)
    assert found.receipt == receipt
    assert len(life.ledger()) == 1


@pytest.mark.parametrize(
    ("minutes", "version", "proves"),
    [
        (10, "4.5.0", "certain"),
        (56, "4.5.0", "likely"),
        (10, "4.0.0 (not true; really snac/2.75)", "likely"),
        (10, "2.7.2 (compatible; Pleroma 2.9.0)", "likely"),
        (10, "0.20.1+git", "likely"),
    ],
)
def test_absence_is_certain_only_while_a_repeat_is_harmless(
    live: Callable[[Any], Life], option: Callable[..., None], minutes: int, version: str, proves: str
) -> None:
    life = live(mastodon)
    option(mastodon_version=version)
    post = life.post(pictures=0)
    since = life.now
    stage, order = life.loses(post, "lost")
    life.passes(minutes=minutes)

    assert life.finds(post, stage, order, since) == Absent(stage_usable=True, absence=proves)  # type: ignore[arg-type]


@pytest.mark.parametrize("connector", [mastodon, bluesky], ids=["mastodon", "bluesky"])
def test_what_a_person_deleted_after_a_lost_answer_is_not_sent_again_by_itself(
    live: Callable[[Any], Life], connector: Any
) -> None:
    life = live(connector)
    post = life.post()
    since = life.now
    stage, order = life.loses(post, "lost_after_commit")
    life.passes(minutes=1)
    life.connector.retract(life.access, life.finds(post, stage, order, since).receipt)

    absent = life.finds(post, stage, order, since)

    assert isinstance(absent, Absent)
    assert absent.absence == "likely"


def test_a_server_that_deletes_nothing_gives_a_person_the_task(
    live: Callable[[Any], Life], option: Callable[..., None]
) -> None:
    life = live(mastodon)
    option(mastodon_deletes=False)
    _, _, receipt = life.released(life.post())

    assert isinstance(mastodon.retract(life.access, receipt), ByHand)  # type: ignore[attr-defined]
    assert len(life.ledger()) == 1


def test_the_last_logins_of_a_window_are_left_to_what_cannot_wait(live: Callable[[Any], Life]) -> None:
    life = live(bluesky)
    _, _, receipt = life.released(life.post())
    with pytest.raises(Throttled, match="fast verbraucht"):
        for number in range(30):
            life.staged(life.post(pictures=0), life.order(f"k{number}"))

    assert isinstance(bluesky.retract(life.access, receipt), Retracted)  # type: ignore[attr-defined]


def test_a_link_without_a_described_picture_has_a_card(live: Callable[[Any], Life]) -> None:
    life = live(bluesky)
    post = life.post("Nur ein Link", pictures=0)
    stage = life.staged(post, life.order()).data

    assert stage["record"]["embed"]["external"]["uri"] == LINK
    assert "card" not in life.post(pictures=1).extra


def test_what_is_no_app_password_never_leaves(live: Callable[[Any], Life]) -> None:
    life = live(bluesky)
    life._fields["app_password"] = "das Kennwort des Kontos"
    before = life.calls()

    with pytest.raises(Unauthorised, match="App-Passwort"):
        bluesky.whoami(life.access)
    assert life.calls() == before
