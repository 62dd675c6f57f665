"""Accounts that are connected by a person's yes: the whole way against the sandbox, and every way it can go wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from sqlalchemy import select

from distributor.domain import Refused
from distributor.services import accounts, connecting, views
from distributor.services.connecting import Begun
from distributor.store.tables import AccountRow, ConnectionRow
from tests.support.world import SETUP, World

APP = {"app_id": "5", "app_secret": "app-secret"}
PAGES = (
    {"channel": "facebook", "id": "100", "name": "KJC Fulda", "organisation": "F", "token": "PT1", "user_token": "U"},
    {"channel": "facebook", "id": "200", "name": "Kreis Fulda", "organisation": "K", "token": "PT2", "user_token": "U"},
    {"channel": "instagram", "id": "178", "username": "kjc_fulda", "organisation": "F", "token": "PT1"},
)


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A world whose public address is one that platforms may send people back to."""
    made = make_world(organisations=("fulda",), channels=("mastodon", "facebook", "instagram"))
    speaks_at(made, "https://kjc.example")
    own_server = {"channel": "mastodon", "id": "kjc_fulda", "name": "KJC Fulda", "token": "MT"}
    for entry in (own_server, *({**page, **APP} for page in PAGES)):
        requests.post(f"{made.network.base}/_accounts", json=entry, timeout=5).raise_for_status()
    return made


def speaks_at(world: World, public_url: str) -> None:
    world.deps = replace(world.deps, settings=replace(world.deps.settings, public_url=public_url))


def begins(world: World, channel: str, **given: str) -> Begun:
    fields = {"server": f"{world.network.base}/mastodon"} if channel == "mastodon" else APP
    return connecting.begin(world.deps, SETUP, "fulda", channel, "neu", {**fields, **given}, world.clock.now())


def agrees(begun: Begun, account: str) -> dict[str, str]:
    """Say yes (or with no account no) at the platform and return what the browser brings back to us."""
    assert requests.get(begun.url, timeout=5).ok
    answer = requests.post(begun.url, data={"account": account}, allow_redirects=False, timeout=5)
    back = urlsplit(answer.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == "https://kjc.example/connected"
    return {name: values[0] for name, values in parse_qs(back.query).items()}


def arrives(world: World, brought: dict[str, str]) -> str:
    return connecting.arrive(world.deps, brought["state"], brought.get("code", ""), world.clock.now)


def offered(world: World, begun: Begun) -> list[str]:
    return connecting.choices(world.deps, SETUP, begun.number, world.clock.now())


def chooses(world: World, begun: Begun, choice: int = 1) -> dict[str, str]:
    """Choose and return the fields that the account then has."""
    number = connecting.choose(world.deps, SETUP, begun.number, choice, world.clock.now())
    with world.deps.store.read() as session:
        return accounts.fields_of(world.deps, session, session.get_one(AccountRow, number))


def kept(world: World) -> list[ConnectionRow]:
    with world.deps.store.read() as session:
        return list(session.scalars(select(ConnectionRow)))


def test_a_mastodon_account_is_connected_without_typing_a_key(world: World) -> None:
    begun = begins(world, "mastodon")

    assert arrives(world, agrees(begun, "kjc_fulda")) == ""
    assert offered(world, begun) == ["@kjc_fulda"]
    held = chooses(world, begun)

    assert (held["access_token"], held["username"]) == ("MT", "kjc_fulda")
    assert kept(world) == []
    [made] = [row["id"] for row in views.account_list(world.deps) if row["name"] == "neu"]
    assert accounts.check(world.deps, made, world.clock.now).identity is not None


def test_of_several_pages_one_is_chosen(world: World) -> None:
    begun = begins(world, "facebook")
    arrives(world, agrees(begun, "100"))

    assert offered(world, begun) == ["KJC Fulda", "Kreis Fulda"]
    assert chooses(world, begun, 2) == {**APP, "page_id": "200", "page_token": "PT2"}


def test_an_instagram_account_comes_by_its_page(world: World) -> None:
    begun = begins(world, "instagram")
    arrives(world, agrees(begun, "100"))

    assert offered(world, begun) == ["@kjc_fulda (KJC Fulda)"]
    assert chooses(world, begun) == {**APP, "ig_user_id": "178", "token": "PT1", "user_token": "U"}


def test_pages_that_the_list_keeps_back_are_asked_for_by_number(world: World) -> None:
    requests.post(f"{world.network.base}/_options", json={"graph_hides_business_pages": True}, timeout=5)
    begun = begins(world, "facebook")

    assert arrives(world, agrees(begun, "100")) == ""
    assert offered(world, begun) == ["KJC Fulda", "Kreis Fulda"]


def test_connecting_again_gives_the_account_new_keys(world: World) -> None:
    [before] = [row for row in views.account_list(world.deps) if row["channel"] == "mastodon"]
    given = {"server": f"{world.network.base}/mastodon"}
    begun = connecting.begin(world.deps, SETUP, "fulda", "mastodon", before["name"], given, world.clock.now())
    arrives(world, agrees(begun, "kjc_fulda"))

    assert chooses(world, begun)["access_token"] == "MT"
    assert [row["id"] for row in views.account_list(world.deps) if row["channel"] == "mastodon"] == [before["id"]]


def test_who_says_no_is_told_so(world: World) -> None:
    begun = begins(world, "mastodon")

    assert "abgelehnt" in arrives(world, agrees(begun, ""))
    with pytest.raises(Refused, match="abgelehnt"):
        offered(world, begun)


def test_a_second_arrival_changes_nothing(world: World) -> None:
    begun = begins(world, "mastodon")
    brought = agrees(begun, "kjc_fulda")

    assert [arrives(world, brought), arrives(world, {**brought, "code": "x"})] == ["", ""]
    assert offered(world, begun) == ["@kjc_fulda"]


def test_a_code_of_another_connection_opens_nothing(world: World) -> None:
    mine, theirs = begins(world, "mastodon"), begins(world, "mastodon")
    code = agrees(theirs, "kjc_fulda")["code"]

    assert "noch einmal" in arrives(world, {**agrees(mine, "kjc_fulda"), "code": code})


@pytest.mark.parametrize("state", ["", "falsch"])
def test_nobody_waits_for_a_made_up_state(world: World, state: str) -> None:
    begins(world, "mastodon")

    with pytest.raises(Refused, match="wartet niemand"):
        connecting.arrive(world.deps, state, "code", world.clock.now)


def test_who_takes_too_long_begins_anew_and_what_was_kept_is_forgotten(world: World) -> None:
    begun = begins(world, "mastodon")
    brought = agrees(begun, "kjc_fulda")
    world.clock.advance(minutes=30)

    with pytest.raises(Refused, match="wartet niemand"):
        arrives(world, brought)
    with pytest.raises(Refused, match="noch einmal verbinden"):
        offered(world, begun)
    digests = {row.state_sha256 for row in kept(world)}
    begins(world, "mastodon")
    assert len(kept(world)) == 1
    assert digests.isdisjoint(row.state_sha256 for row in kept(world))


def test_before_the_yes_there_is_nothing_to_choose(world: World) -> None:
    with pytest.raises(Refused, match="noch nicht angekommen"):
        offered(world, begins(world, "mastodon"))


@pytest.mark.parametrize("choice", [0, 3, -1])
def test_only_what_is_offered_can_be_chosen(world: World, choice: int) -> None:
    begun = begins(world, "facebook")
    arrives(world, agrees(begun, "100"))

    with pytest.raises(Refused, match="1 bis 2"):
        chooses(world, begun, choice)


def test_where_no_address_of_ours_is_public_the_code_is_brought_by_hand(world: World) -> None:
    speaks_at(world, "http://127.0.0.2:8100")
    begun = begins(world, "mastodon")
    shown = re.search(r"<code>(.+)</code>", requests.post(begun.url, data={"account": "kjc_fulda"}, timeout=5).text)
    assert shown is not None

    assert connecting.arrive_by_hand(world.deps, SETUP, begun.number, f" {shown[1]}\n", world.clock.now) == ""
    assert offered(world, begun) == ["@kjc_fulda"]


def test_the_address_where_the_browser_stands_may_be_brought_by_hand(world: World) -> None:
    mine, theirs = begins(world, "mastodon"), begins(world, "mastodon")
    brought = agrees(theirs, "kjc_fulda")
    address = f"https://kjc.example/connected?code={brought['code']}&state={brought['state']}"

    with pytest.raises(Refused, match="anderen Anmeldung"):
        connecting.arrive_by_hand(world.deps, SETUP, mine.number, address, world.clock.now)
    assert connecting.arrive_by_hand(world.deps, SETUP, theirs.number, address, world.clock.now) == ""


@pytest.mark.parametrize(
    ("channel", "given", "says"),
    [
        ("mastodon", {"server": ""}, "Serveradresse"),
        ("mastodon", {"nix": "1"}, "kennt das Feld"),
        ("mastodon", {"server": "http://social.example"}, "nicht brauchbar"),
        ("facebook", {"app_secret": ""}, "App-Geheimnis"),
        ("bluesky", {}, "accounts add"),
        ("nix", {}, "nix"),
    ],
)
def test_what_is_missing_or_wrong_is_named_before_anything_begins(
    world: World, channel: str, given: dict[str, str], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        begins(world, channel, **given)
    assert kept(world) == []


def test_meta_sends_nobody_to_this_machine(world: World) -> None:
    speaks_at(world, "http://127.0.0.2:8100")

    with pytest.raises(Refused, match="DISTRIBUTOR_PUBLIC_URL"):
        begins(world, "facebook")


@pytest.mark.parametrize("login", ["redaktion", "fulda", "pruefung"])
def test_only_who_may_connect_accounts_begins_and_chooses(world: World, login: str) -> None:
    begun = begins(world, "mastodon")
    arrives(world, agrees(begun, "kjc_fulda"))
    actor, now = world.person(login), world.clock.now()

    for act in (
        lambda: connecting.begin(world.deps, actor, "fulda", "mastodon", "neu", {}, now),
        lambda: connecting.choices(world.deps, actor, begun.number, now),
        lambda: connecting.choose(world.deps, actor, begun.number, 1, now),
        lambda: connecting.arrive_by_hand(world.deps, actor, begun.number, "code", world.clock.now),
    ):
        with pytest.raises(Refused, match="darf das"):
            act()


def test_a_platform_that_is_away_is_told_and_one_begins_anew(world: World) -> None:
    begun = begins(world, "mastodon")
    brought = agrees(begun, "kjc_fulda")
    world.network.suffers("error_500", channel="mastodon")

    assert arrives(world, brought)
    world.network.recovers()
    assert begins(world, "mastodon").url


def test_no_secret_is_stored_in_clear_or_stands_in_the_address(world: World) -> None:
    begun = begins(world, "facebook")
    arrives(world, agrees(begun, "100"))

    [row] = kept(world)
    for secret in (b"PT1", b"PT2", b"app-secret"):
        assert secret not in row.locked
    assert "app-secret" not in begun.url
    assert "app-secret" not in repr(begun)


def test_an_account_of_x_is_connected_by_the_number_that_a_person_brings(make_world: Callable[..., World]) -> None:
    world = make_world(organisations=("fulda",), channels=("x",))
    app = {"consumer_key": "CK", "consumer_secret": "CS", "access_token": "old", "access_token_secret": "older"}
    entry = {"channel": "x", "id": "4712", "name": "KJC Fulda", "username": "kjc_neu", **app}
    requests.post(f"{world.network.base}/_accounts", json=entry, timeout=5).raise_for_status()
    keys = {"consumer_key": "CK", "consumer_secret": "CS"}

    def begun() -> tuple[Begun, str]:
        made = connecting.begin(world.deps, SETUP, "fulda", "x", "neu", keys, world.clock.now())
        shown = requests.post(made.url, data={"account": "4712"}, timeout=5).text
        return made, re.findall(r"<code>(\d{7})</code>", shown)[0]

    def brings(made: Begun, number: str) -> str:
        return connecting.arrive_by_hand(world.deps, SETUP, made.number, number, world.clock.now)

    wrong, number = begun()
    assert brings(wrong, f"{(int(number) + 1) % 10**7:07d}").startswith("X hat die Anmeldung nicht angenommen.")

    right, number = begun()
    assert brings(right, f" {number} ") == ""
    assert offered(world, right) == ["@kjc_neu"]
    fields = chooses(world, right)
    assert fields["user_id"] == "4712"
    assert fields["access_token"].startswith("4712-")
    assert not {"old", "older"} & set(fields.values())
    [connected] = [row["id"] for row in views.account_list(world.deps) if row["name"] == "neu"]
    checked = accounts.check(world.deps, connected, world.clock.now)
    assert checked.identity is not None
    assert checked.identity.remote_id == "4712"


def test_an_app_that_x_does_not_know_is_told_so_before_anybody_is_sent_there(make_world: Callable[..., World]) -> None:
    world = make_world(organisations=("fulda",), channels=("x",))
    with pytest.raises(Refused, match="API-Schlüssel prüfen"):
        keys = {"consumer_key": "falsch", "consumer_secret": "falsch"}
        connecting.begin(world.deps, SETUP, "fulda", "x", "neu", keys, world.clock.now())
    with pytest.raises(Refused, match="Zum Verbinden fehlt noch: API-Schlüssel"):
        connecting.begin(world.deps, SETUP, "fulda", "x", "neu", {}, world.clock.now())
