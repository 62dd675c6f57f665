"""Each channel's account is added at the desk with what its network gave out, and its network knows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from connectors import discover
from connectors.base import Connector
from connectors.sandbox.enrol import enrol, environment, plays
from connectors.sandbox.server import build, running
from distributor.services import views

NAME = "kjc_probe"
NOBODYS = {"website": {}, "manual": {"network": "WhatsApp-Kanal"}}
"""What is typed for channels without a network behind them."""


@pytest.fixture(scope="module")
def networks() -> Iterator[str]:
    """The sandbox, where every network is played."""
    with running(build()) as address:
        yield address


def given(channel: str, connector: Connector, networks: str) -> dict[str, str]:
    """What the operator types; the network has just given it out."""
    if not plays(channel):
        return NOBODYS[channel]
    number = next(field.name for field in connector.fields if field.required and not field.secret)
    account = str(610000090 + sorted(discover()).index(channel))  # two networks share one space of numbers
    made = enrol(channel, account, NAME, "Kreisjobcenter Fulda", networks)
    requests.post(f"{networks}/_accounts", json=[made.entry], timeout=10).raise_for_status()
    return {number: account, **made.fields}


@pytest.mark.parametrize("channel", sorted(discover()))
def test_an_account_of_each_channel_is_added_and_checked(
    make_desk: Callable[..., Any], networks: str, channel: str
) -> None:
    desk = make_desk(environment=environment(networks), allow_private=frozenset({"127.0.0.1"}))
    connector = desk.deps.connector(channel)
    typed = given(channel, connector, networks)
    otto = desk.person("otto")
    page = otto.opens(f"/konten/neu?kjc=fulda&kanal={channel}")
    shown = otto.sends(page, "/konten/neu", name=NAME, **{f"feld:{name}": value for name, value in typed.items()})
    assert shown.status == 200, shown.text

    [made] = [each for each in views.account_list(desk.deps) if (each["channel"], each["name"]) == (channel, NAME)]
    checked = otto.sends(shown, f"/konten/{made['id']}/pruefen")
    assert checked.status == 200, checked.text
    assert "Das Netzwerk kennt das Konto als" in checked.text
    secret = {field.name for field in connector.fields if field.secret}
    assert not [value for name, value in typed.items() if name in secret and value in checked.response.text]


def test_what_an_account_chooses_is_offered_as_a_list(desk: Any) -> None:
    otto = desk.person("otto")
    page = otto.opens("/konten/neu?kjc=fulda&kanal=x")
    words = [each.text_content() for each in page.find("//select[@name='feld:replies']/option")]
    assert words == list(
        next(each for each in desk.deps.connector("x").fields if each.name == "replies").choices.values()
    )
    typed = {"feld:replies": "following", "feld:user_id": "7"}
    otto.sends(page, "/konten/neu", name=NAME, **typed)
    [made] = [each for each in views.account_list(desk.deps) if each["name"] == NAME]
    assert made["fields"]["replies"] == "following"
    again = otto.opens(f"/konten/{made['id']}")
    assert again.find("//select[@name='feld:replies']/option[@selected]/@value") == ["following"]
