"""Connect an account of a Mastodon server: register ourselves there, send the person to it, fetch the token.

Source: https://docs.joinmastodon.org/methods/apps/ and …/methods/oauth/, read on 2026-11-30. Servers before 4.3 know no
PKCE and pass over it. Where no address of ours is public, the server shows the code for copying.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import requests

from connectors._connects import Invitation, Offer
from connectors._http import not_answered
from connectors._mastodon_errors import LABEL, refused
from connectors._oauth import challenge_of, new_verifier
from connectors._refusals import unclear
from connectors.base import Access, Unauthorised

SCOPES = "read:accounts read:statuses write:media write:statuses"
BY_HAND = "urn:ietf:wg:oauth:2.0:oob"
_OURSELVES = "KJC-Verteiler"


def invite(access: Access, server: str, back: str, state: str) -> Invitation:
    """Register at the server and return where the person says yes. Raises: ConnectorError."""
    back = back or BY_HAND
    told = {"client_name": _OURSELVES, "redirect_uris": back, "scopes": SCOPES}
    app = _posted(access, f"{server}/api/v1/apps", told, ("client_id", "client_secret"), hide=())
    verifier = new_verifier()
    asked = {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": back,
        "scope": SCOPES,
        "state": state,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    memory = {"client_id": app["client_id"], "client_secret": app["client_secret"], "verifier": verifier, "back": back}
    return Invitation(f"{server}/oauth/authorize?{urlencode(asked)}", memory)


def accept(access: Access, server: str, memory: Mapping[str, str], code: str) -> Sequence[Offer]:
    """Exchange the code for a token and ask whose it is. Raises: ConnectorError."""
    told = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": memory["client_id"],
        "client_secret": memory["client_secret"],
        "redirect_uri": memory["back"],
        "code_verifier": memory["verifier"],
    }
    hide = [code, memory["client_secret"], memory["verifier"]]
    token = _posted(access, f"{server}/oauth/token", told, ("access_token",), hide=hide)["access_token"]
    me = _me(access, server, token)
    return [Offer(f"@{me}", {"username": me, "access_token": token})]


def _me(access: Access, server: str, token: str) -> str:
    headers = {"Authorization": f"Bearer {token}"}
    try:
        response = access.session.get(f"{server}/api/v1/accounts/verify_credentials", headers=headers)
    except requests.RequestException as error:
        raise not_answered(error, access.session, label=LABEL, changes=False) from None
    return _told(response, access, ("username",), hide=[token])["username"]


def _posted(
    access: Access, url: str, told: Mapping[str, str], wanted: Sequence[str], *, hide: Sequence[str]
) -> dict[str, str]:
    try:
        response = access.session.post(url, data=told)
    except requests.RequestException as error:
        raise not_answered(error, access.session, label=LABEL, changes=False) from None
    return _told(response, access, wanted, hide=hide)


def _told(response: requests.Response, access: Access, wanted: Sequence[str], *, hide: Sequence[str]) -> dict[str, str]:
    """Return the wanted words of an answer. Raises: ConnectorError if it has not all of them."""
    if response.status_code in (requests.codes.bad_request, requests.codes.unauthorized):
        text = "Der Mastodon-Server hat die Anmeldung nicht angenommen; bitte noch einmal von vorn verbinden."
        raise Unauthorised(text, code="oauth")
    if not response.ok:
        raise refused(response, duty="read", now=access.now, hide=list(hide))
    try:
        answer: Any = response.json()
    except requests.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict) or not all(isinstance(answer.get(name), str) and answer[name] for name in wanted):
        raise unclear(f"HTTP {response.status_code} without {' and '.join(wanted)}", duty="read", label=LABEL)
    return {name: answer[name] for name in wanted}
