"""Passkeys with Chromium's own virtual authenticator: added, used to log in without a name, used as proof, removed."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from tests.browser.conftest import Visit, served

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as bound:
        return int(bound.getsockname()[1])


@pytest.mark.parametrize("verified", [True, False], ids=["verified", "not-verified"])
def test_a_passkey_lives_from_adding_to_removing(make_desk: Callable[..., Any], chromium: Any, verified: bool) -> None:
    port = free_port()
    world = make_desk(desk_url=f"http://localhost:{port}")  # passkeys are bound to names, never to numbers
    with served(world, port) as base, chromium.new_context(locale="de-DE") as context:
        seat = Visit(context.new_page(), base.replace("127.0.0.1", "localhost"))
        seat.watch()
        wire = context.new_cdp_session(seat.page)
        wire.send("WebAuthn.enable")
        key = wire.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]
        seat.logs_in("anna")
        seat.opens("/zugang/passkey")
        seat.page.get_by_label("Name des Passkeys").fill("Diensthandy")
        seat.page.get_by_role("button", name="Passkey einrichten").click()
        seat.page.get_by_text("Der Passkey ist eingerichtet.").wait_for()

        context.clear_cookies()
        wire.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": verified})
        seat.opens("/anmelden")
        seat.page.get_by_role("link", name="Mit Passkey anmelden").click()
        seat.page.get_by_role("button", name="Mit Passkey anmelden").click()
        if not verified:
            seat.page.get_by_role("status").get_by_text("Das hat nicht geklappt").wait_for()
            return
        seat.page.get_by_role("button", name="Abmelden").wait_for()

        world.clock.advance(minutes=16)
        seat.opens("/zugang/kennwort")
        seat.page.get_by_role("link", name="Mit Passkey bestätigen").click()
        seat.page.get_by_role("button", name="Mit Passkey bestätigen").click()
        seat.page.wait_for_url("**/zugang/kennwort")

        seat.opens("/zugang")
        assert seat.page.get_by_text("mit Passkey", exact=False).count() >= 1
        seat.page.get_by_role("button", name="Entfernen", exact=True).click()
        seat.page.get_by_text("Der Passkey ist entfernt.").wait_for()
        context.clear_cookies()
        seat.opens("/anmelden/passkey")
        seat.page.get_by_role("button", name="Mit Passkey anmelden").click()
        seat.page.get_by_text("Der Passkey wurde nicht angenommen").wait_for()
        assert [trouble for trouble in seat.troubles if "422" not in trouble] == []
