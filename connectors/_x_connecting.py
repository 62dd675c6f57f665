"""Connect an account of X: ask for a request token, send the person to X, take the number that X shows them.

Source: https://docs.x.com/fundamentals/authentication/oauth-1-0a/pin-based-oauth and …/api-reference, read on
2026-11-30. The way with a number works for every installation, and the tokens it brings do not end by themselves. OAuth
2 would bring tokens for two hours and a refresh token that is good once (UNVERIFIED: in no page of X's), so that one
lost answer would lock an account out; therefore it is not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlencode

import requests
import tweepy

from connectors._connects import Invitation, Offer
from connectors._http import not_answered
from connectors._x_client import XClient
from connectors._x_errors import meaning, unreadable
from connectors.base import Access, Unauthorised


def invite(access: Access) -> Invitation:
    """Return where the person says yes and is shown a number. Raises: ConnectorError."""
    told = _asked(access, {}, "/oauth/request_token", ("oauth_token", "oauth_token_secret"), callback="oob")
    memory = {"access_token": told["oauth_token"], "access_token_secret": told["oauth_token_secret"]}
    return Invitation(f"{access.urls['api']}/oauth/authorize?{urlencode({'oauth_token': told['oauth_token']})}", memory)


def accept(access: Access, memory: Mapping[str, str], number: str) -> Sequence[Offer]:
    """Exchange the number for the account's tokens. Raises: ConnectorError."""
    wanted = ("oauth_token", "oauth_token_secret", "user_id")
    told = _asked(access, memory, "/oauth/access_token", wanted, verifier=number.strip())
    fields = {
        "access_token": told["oauth_token"],
        "access_token_secret": told["oauth_token_secret"],
        "user_id": told["user_id"],
    }
    return [Offer(f"@{told.get('screen_name') or told['user_id']}", fields)]


def _asked(
    access: Access,
    memory: Mapping[str, str],
    path: str,
    wanted: Sequence[str],
    *,
    callback: str = "",
    verifier: str = "",
) -> dict[str, str]:
    """Make one step of the exchange and return the words of its answer. Raises: ConnectorError if one is missing."""
    keys = {**access.fields, "access_token": "", "access_token_secret": "", **memory}
    hide = [value for value in (*memory.values(), keys.get("consumer_secret", ""), verifier) if value]
    client = XClient(access.urls["api"], access.session, access.now, keys, callback=callback, verifier=verifier)
    try:
        response = client.request("POST", path)
    except tweepy.HTTPException as error:
        if error.response.status_code in (requests.codes.unauthorized, requests.codes.forbidden):
            text = (
                "X hat die Anmeldung nicht angenommen. Bitte API-Schlüssel prüfen und noch einmal von vorn verbinden."
            )
            raise Unauthorised(text, code="oauth") from None
        raise meaning(error.response, duty="read", now=access.now, hide=hide) from None
    except requests.RequestException as error:
        raise not_answered(error, access.session, label="X", changes=False) from None
    told = {name: values[0] for name, values in parse_qs(response.text).items()}
    if not all(told.get(name) for name in wanted):
        raise unreadable(f"no {' and '.join(wanted)}", duty="read")
    return told
